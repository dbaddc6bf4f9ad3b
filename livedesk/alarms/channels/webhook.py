"""How does a receiver of our own JSON know that it comes from us? Standard Webhooks 1.0
(standardwebhooks.com): signed as what we take ourselves is."""

from __future__ import annotations

import json
from typing import Any

from livedesk.alarms.channels.delivery import HttpPost
from livedesk.alarms.channels.message import Message
from livedesk.core.channel_settings import WebhookChannel
from livedesk.core.clock import NS_PER_S, iso_utc
from livedesk.core.secrets import Secret
from livedesk.platforms.webhook import signature


def webhook_post(message: Message, way: WebhookChannel, utc_ns: int) -> HttpPost:
    """The id stays the same when it is sent again; `utc_ns` is when this is sent."""
    content = {
        "type": _type(message),
        "timestamp": iso_utc(message.utc_ns),
        "data": _data(message),
    }
    body = json.dumps(content).encode()
    headers = [("Content-Type", Secret("application/json")), *way.headers]
    if way.secret is not None:
        headers += _signed(way.secret, f"msg_{message.id}", utc_ns // NS_PER_S, body)
    return HttpPost(way.url, body, tuple(headers))


def _signed(secret: Secret, message_id: str, unix_s: int, body: bytes) -> list[tuple[str, Secret]]:
    stamp = str(unix_s)
    return [
        ("webhook-id", Secret(message_id)),
        ("webhook-timestamp", Secret(stamp)),
        ("webhook-signature", Secret(signature(secret, message_id, stamp, body))),
    ]


def _type(message: Message) -> str:
    match message.kind:
        case "raised":
            return "alarm.raised"
        case "ended":
            return "alarm.ended"
        case "quiet":
            return "alarm.flood"
        case "standing":
            return "alarms.standing"
        case "joined":
            return "alarms.joined"
        case "heartbeat" | "test":
            return message.kind


def _data(message: Message) -> dict[str, Any]:
    data: dict[str, Any] = {
        "agency": message.agency,
        "store": message.store,
        "alarm": message.alarm,
        "priority": message.priority,
        "title": message.title,
        "lines": message.lines,
        "utc_ns": message.utc_ns,
    }
    if message.joined:
        data["messages"] = [{"type": _type(each), **_data(each)} for each in message.joined]
    return data
