"""How does ntfy want a message? "Publish as JSON" (docs.ntfy.sh/publish), because a header of HTTP
cannot hold every letter."""

from __future__ import annotations

import json
from typing import Final

from livedesk.alarms.channels.delivery import HttpPost
from livedesk.alarms.channels.message import Message
from livedesk.core.channel_settings import NtfyChannel
from livedesk.core.secrets import Secret
from livedesk.core.status import Priority

_LONGEST_BYTES: Final = 3_900
"""What is longer than 4,096 bytes becomes a file that has to be opened."""
_PRIORITY: Final[dict[Priority, int]] = {"high": 5, "medium": 4, "low": 3}
_FINE: Final = 2
"""Without a sound."""


def ntfy_post(message: Message, way: NtfyChannel) -> HttpPost:
    """The topic goes into the body, so the call goes to the server's root."""
    server, _, topic = way.url.reveal().rstrip("/").rpartition("/")
    text = message.text or message.title
    body = {
        "topic": topic,
        "title": message.title,
        "message": text.encode()[:_LONGEST_BYTES].decode(errors="ignore"),
        "priority": _FINE if message.is_fine else _PRIORITY[message.priority],
        "tags": ["white_check_mark" if message.is_fine else "warning"],
    }
    headers = [("Content-Type", Secret("application/json"))]
    if way.token is not None:
        headers.append(("Authorization", Secret(f"Bearer {way.token.reveal()}")))
    return HttpPost(Secret(f"{server}/"), json.dumps(body).encode(), tuple(headers))
