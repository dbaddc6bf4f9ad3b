"""What is said of webhooks that are taken? Reads `webhook_secret`, wherever one is set."""

from __future__ import annotations

from livedesk.core.config_secret import Origin, read_secret
from livedesk.core.config_table import Table
from livedesk.core.hook_secret import EXAMPLE, hook_key
from livedesk.core.secrets import Secret


def read_webhook_secret(table: Table, origin: Origin, *, quiet: bool) -> Secret | None:
    """None when there is none: then no webhook is accepted."""
    if not table.has("webhook_secret"):
        return None
    secret = read_secret(
        table, "webhook_secret", "the webhook's secret", "env:GLOW_HOOK", origin, quiet=quiet
    )
    if secret.reveal():
        try:
            hook_key(secret)
        except ValueError as error:
            table.problem("webhook_secret", f"expected {EXAMPLE}; found {error}")
    return secret
