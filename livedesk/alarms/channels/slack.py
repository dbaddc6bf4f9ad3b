"""How does Slack want a message? Incoming webhooks (docs.slack.dev, "Sending messages using
incoming webhooks" and "Formatting message text")."""

from __future__ import annotations

import json
from typing import Final

from livedesk.alarms.channels.delivery import HttpPost
from livedesk.alarms.channels.message import Message
from livedesk.core.channel_settings import SlackChannel
from livedesk.core.secrets import Secret

_LONGEST_SECTION: Final = 2_800
"""A section takes 3,000 characters, and one that is longer refuses the whole message."""
_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
"""Unescaped, `<!channel>` in the words of a stranger would call everybody."""


def slack_post(message: Message, way: SlackChannel) -> HttpPost:
    title = message.title.translate(_ESCAPES)
    lines = _within("\n".join(line.translate(_ESCAPES) for line in message.lines))
    blocks = [_section(f"*{title}*")]
    blocks += [_section(lines)] if lines else []
    body = {"text": title, "blocks": blocks}
    headers = (("Content-Type", Secret("application/json")),)
    return HttpPost(way.url, json.dumps(body).encode(), headers)


def _section(text: str) -> dict[str, object]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _within(text: str) -> str:
    """Cut at the end of a line, so that no escape is cut in two."""
    if len(text) <= _LONGEST_SECTION:
        return text
    return text[:_LONGEST_SECTION].rpartition("\n")[0] + "\n…"
