"""How does the shop tell that a product changed? Webhooks, signed after Standard Webhooks.

`webhook-id`, `webhook-timestamp` (Unix seconds) and `webhook-signature`: `v1,` and the base64
HMAC-SHA256 of `{id}.{timestamp}.{body}`, with the secret that follows `whsec_` in base64
(standardwebhooks.com, "Signature scheme"). It can also send what must be refused.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import http.client
import json
import random
from collections import deque
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from livedesk.core.clock import NS_PER_S, Clock, iso_utc
from livedesk.core.events import Json
from livedesk.core.secrets import Secret
from livedesk.core.tasks import Tasks
from livedesk.sandbox.shop.goods import Good

HookFault = Literal["tampered", "replayed", "old"]
EventType = Literal["product.stock", "product.status"]
HOOK_FAULTS: Final[tuple[HookFault, ...]] = ("tampered", "replayed", "old")
OLD_S: Final = 360
_LIMIT_S: Final = 5.0
_KEPT: Final = 50
_WAITING: Final = 100
"""Deliveries under way; more are dropped and counted."""


@dataclass(frozen=True, slots=True)
class Hook:
    """Where to, on this machine, and what to sign with."""

    url: str
    secret: Secret


@dataclass(frozen=True, slots=True)
class Delivery:
    id: str
    headers: dict[str, str]
    body: bytes


def signature(secret: Secret, message_id: str, stamp: str, body: bytes) -> str:
    key = base64.b64decode(secret.reveal().removeprefix("whsec_"))
    message = f"{message_id}.{stamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()


class HookSender:
    """Sends in the background; what came of it is told in the figures."""

    def __init__(self, clock: Clock, rng: random.Random) -> None:
        self._clock = clock
        self._rng = rng
        self._tasks = Tasks()
        self._answers: deque[dict[str, Json]] = deque(maxlen=_KEPT)
        self._under_way = self._sent = self._dropped = 0
        self.hook: Hook | None = None
        self.fault: HookFault | None = None

    def tell(self, type_: EventType, good: Good) -> None:
        if self.hook is None:
            return
        if self._under_way >= _WAITING:
            self._dropped += 1
            return
        delivery = self._made(self.hook, type_, good)
        self._under_way += 1
        self._sent += 1
        self._tasks.spawn(f"webhook {delivery.id}", self._deliver(self.hook.url, delivery))

    def figures(self) -> dict[str, Json]:
        return {
            "is_set": self.hook is not None,
            "fault": self.fault,
            "sent": self._sent,
            "dropped": self._dropped,
            "under_way": self._under_way,
            "newest": list(self._answers),
        }

    async def close(self) -> None:
        await self._tasks.close()

    def _made(self, hook: Hook, type_: EventType, good: Good) -> Delivery:
        utc_ns = self._clock.utc_ns() - (OLD_S * NS_PER_S if self.fault == "old" else 0)
        data: dict[str, Json] = {"product_id": good.id}
        if type_ == "product.stock":
            data |= {"stock": good.stock}
        else:
            data |= {"state": good.state, "reason": good.reason}
        event = {"type": type_, "timestamp": iso_utc(utc_ns), "data": data}
        body = json.dumps(event, separators=(",", ":")).encode()
        message_id, stamp = f"msg_{self._rng.getrandbits(96):024x}", str(utc_ns // NS_PER_S)
        headers = {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": stamp,
            "webhook-signature": signature(hook.secret, message_id, stamp, body),
        }
        if self.fault == "tampered":
            body = body.replace(b'"product_id"', b'"product_id" ', 1)
        return Delivery(message_id, headers, body)

    async def _deliver(self, url: str, delivery: Delivery) -> None:
        try:
            for _ in range(2 if self.fault == "replayed" else 1):
                answer = await asyncio.to_thread(_post, url, delivery)
                self._answers.append({"id": delivery.id, "utc_ns": self._clock.utc_ns(), **answer})
        finally:
            self._under_way -= 1


def _post(url: str, delivery: Delivery) -> dict[str, Any]:
    """Blocking; to this machine only, which `hook_ordered` has seen to."""
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=_LIMIT_S)
    try:
        connection.request("POST", where.path, delivery.body, delivery.headers)
        return {"status": connection.getresponse().status}
    except (OSError, http.client.HTTPException) as error:
        return {"status": None, "error": type(error).__name__}
    finally:
        connection.close()
