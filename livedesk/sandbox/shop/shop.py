"""The shop as a whole: room, protocols, faults and webhooks, and the one place that steers them."""

from __future__ import annotations

import random
import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.events import Json
from livedesk.core.secrets import Secret
from livedesk.sandbox.chat.room import ChatRoom
from livedesk.sandbox.shop.faults import MINUTE_NS, Fate, Faults, fate_of
from livedesk.sandbox.shop.goods import Good
from livedesk.sandbox.shop.hook import HookSender
from livedesk.sandbox.shop.orders import ShopOrder, shop_ordered
from livedesk.sandbox.shop.own import OwnSpeech
from livedesk.sandbox.shop.room import Room
from livedesk.sandbox.shop.shopee import ShopeeIdentity, ShopeeSpeech
from livedesk.sandbox.shop.shopee_chat import ShopeeChat
from livedesk.sandbox.shop.tiktok import TikTokIdentity, TikTokSpeech
from livedesk.sandbox.shop.wire import Call, Kind, Reply, Speech

PAGE: Final = 1_000


@dataclass(frozen=True, slots=True)
class ShopJob:
    """What to set up; `order` is the first one, as for `POST /shop`."""

    room: str = "glow"
    token: Secret = field(default_factory=lambda: Secret(secrets.token_urlsafe(24)))
    port: int = 0
    seed: int = 1
    order: dict[str, Json] = field(default_factory=dict)


class Meter:
    """Calls of the last minute. What is refused does not count against the limit."""

    def __init__(self) -> None:
        self._served: deque[int] = deque()
        self.calls = 0
        self.refused = 0

    def admit(self, mono_ns: int, per_min: int | None) -> float | None:
        """None when it is served, else the seconds until one more is."""
        self.calls += 1
        self._forget(mono_ns)
        if per_min is not None and len(self._served) >= per_min:
            self.refused += 1
            # Of the served ones, that many have to be older than a minute.
            over = len(self._served) - per_min
            oldest_ns = self._served[over] if over < len(self._served) else mono_ns
            return (oldest_ns + MINUTE_NS - mono_ns) / NS_PER_S
        self._served.append(mono_ns)
        return None

    def minute(self, mono_ns: int) -> int:
        self._forget(mono_ns)
        return len(self._served)

    def _forget(self, mono_ns: int) -> None:
        while self._served and self._served[0] <= mono_ns - MINUTE_NS:
            self._served.popleft()


class Shop:
    """`url` is where it is served; known once it listens. `chat` is what Shopee's calls tell of."""

    def __init__(self, job: ShopJob, clock: Clock, chat: ChatRoom | None = None) -> None:
        self._clock = clock
        self._rng = random.Random(job.seed)
        chance = random.Random(job.seed + 1)
        self.url = ""
        self.token = job.token
        self.room = Room(job.room, clock)
        self.chat = ChatRoom(job.room, clock) if chat is None else chat
        self.faults = Faults()
        self.meter = Meter()
        self.hooks = HookSender(clock, chance)
        self.shopee_identity = ShopeeIdentity(
            2_001_887, _made(chance), 501_221, 88_021, 7_100_042, _made(chance)
        )
        self.tiktok_identity = TikTokIdentity("6ab1sandbox", *(_made(chance) for _ in range(3)))
        self._own = OwnSpeech(self.room, job.token, self.picture_url)
        self._shopee = ShopeeSpeech(
            self.room,
            self.shopee_identity,
            clock,
            chance,
            self.picture_url,
            ShopeeChat(self.chat, clock, self.shopee_identity.user_id),
        )
        self._tiktok = TikTokSpeech(self.room, self.tiktok_identity, clock, chance)

    def picture_url(self, good: Good) -> str:
        return f"{self.url}/pictures/{good.id}.png"

    def speech_of(self, call: Call) -> tuple[Speech, Kind] | None:
        """Whose call it is; None when nobody's."""
        for speech in (self._own, self._shopee, self._tiktok):
            if (kind := speech.kind(call)) is not None:
                return speech, kind
        return None

    def refused(self, speech: Speech) -> Reply | None:
        """Counts the call; the answer when it is one too many for this minute."""
        wait_s = self.meter.admit(self._clock.mono_ns(), self.faults.rate_per_min)
        if wait_s is None:
            return None
        told_s = self.faults.retry_after_s
        return speech.busy(told_s if told_s is not None else int(wait_s) + 1)

    def fate(self, kind: Kind) -> Fate:
        return fate_of(kind, self.faults, self._rng, self._clock.mono_ns())

    async def order(self, order: dict[str, Any]) -> None:
        """Raises OrderError before anything is changed."""
        now = ShopOrder(self.faults, self.hooks.hook, self.hooks.fault)
        known_ids = frozenset(good.id for good in self.room.goods)
        wish = shop_ordered(order, now, known_ids, self._clock.mono_ns())
        self.faults = wish.faults
        self.hooks.hook, self.hooks.fault = wish.hook, wish.hook_fault
        if wish.live is not None:
            self.room.live = wish.live
        if wish.honours_keys is not None:
            self.room.honours_keys = wish.honours_keys
        if wish.seed is not None:
            self._rng.seed(wish.seed)
        if wish.forget:
            self.room.forget()
        self._order_tokens(wish)
        if wish.product is not None:
            changed = self.room.change(
                wish.product.product_id, wish.product.stock, wish.product.status
            )
            if wish.product.stock is not None:
                self.hooks.tell("product.stock", changed)
            if wish.product.status is not None:
                self.hooks.tell("product.status", changed)

    def _order_tokens(self, wish: ShopOrder) -> None:
        if wish.expire_tokens:
            self._shopee.tokens.expire()
            self._tiktok.tokens.expire()
        if wish.revoked is not None:
            self._own.revoked = wish.revoked
            self._shopee.tokens.revoked = self._tiktok.tokens.revoked = wish.revoked

    def executions(self, after: int) -> dict[str, Json]:
        """A page of the journal: what has a higher number than `after`, oldest first."""
        page = self.room.executions(after, PAGE)
        return {"executions": [execution.to_json() for execution in page]}

    def figures(self) -> dict[str, Json]:
        mono_ns = self._clock.mono_ns()
        return {
            "url": self.url,
            "room": self.room.name,
            **self.room.figures(),
            "calls": {
                "all": self.meter.calls,
                "minute": self.meter.minute(mono_ns),
                "refused": self.meter.refused,
            },
            "tokens": {
                "shopee": {
                    "renewals": self._shopee.tokens.renewals,
                    "refused": self._shopee.tokens.refused,
                },
                "tiktok": {
                    "renewals": self._tiktok.tokens.renewals,
                    "refused": self._tiktok.tokens.refused,
                },
            },
            "faults": self.faults.to_json(mono_ns),
            "hook": self.hooks.figures(),
        }

    def access(self) -> dict[str, Json]:
        """How to call it, with its secrets: for the pipe to the parent, nothing else."""
        shopee, tiktok = self.shopee_identity, self.tiktok_identity
        return {
            "url": self.url,
            "room": self.room.name,
            "token": self.token.reveal(),
            "products": [good.id for good in self.room.goods],
            "shopee": {
                "host": self.url,
                "partner_id": shopee.partner_id,
                "partner_key": shopee.partner_key.reveal(),
                "user_id": shopee.user_id,
                "shop_id": shopee.shop_id,
                "session_id": shopee.session_id,
                "refresh_token": shopee.refresh_token.reveal(),
            },
            "tiktok": {
                "host": self.url,
                "auth_host": self.url,
                "app_key": tiktok.app_key,
                "app_secret": tiktok.app_secret.reveal(),
                "shop_cipher": tiktok.shop_cipher.reveal(),
                "refresh_token": tiktok.refresh_token.reveal(),
            },
        }

    async def close(self) -> None:
        await self.hooks.close()


def _made(rng: random.Random) -> Secret:
    return Secret(f"{rng.getrandbits(128):032x}")
