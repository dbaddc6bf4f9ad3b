"""Ways to people who do not look at a screen: Slack, ntfy, a webhook, e-mail."""
