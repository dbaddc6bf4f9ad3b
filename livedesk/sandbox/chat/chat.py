"""The chat as a whole: rooms, their viewers, faults, and the one place that steers them."""

from __future__ import annotations

import asyncio
import contextlib
import random
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.events import Json
from livedesk.core.secrets import Secret
from livedesk.sandbox.chat.orders import ChatFaults, chat_ordered
from livedesk.sandbox.chat.room import ChatRoom
from livedesk.sandbox.chat.speech import ChatSpeech
from livedesk.sandbox.chat.viewers import Viewers
from livedesk.sandbox.orders import OrderError
from livedesk.sandbox.shop.faults import Fate, fate_of
from livedesk.sandbox.shop.shop import Meter
from livedesk.sandbox.shop.wire import Call, Kind, Reply, Speech

PAGE: Final = 1_000


@dataclass(frozen=True, slots=True)
class ChatJob:
    """What to set up; `order` is the first one, as for `POST /chat`."""

    rooms: tuple[str, ...] = ("glow",)
    token: Secret = field(default_factory=lambda: Secret(secrets.token_urlsafe(24)))
    port: int = 0
    seed: int = 1
    order: dict[str, Json] = field(default_factory=dict)


class Chat:
    """`url` is where it is served; known once it listens."""

    def __init__(self, job: ChatJob, clock: Clock) -> None:
        self._clock = clock
        self._rng = random.Random(job.seed)
        self._faults = ChatFaults()
        self._meter = Meter()
        self._ordered = asyncio.Event()
        self.url = ""
        self.token = job.token
        self.rooms: Mapping[str, ChatRoom] = {name: ChatRoom(name, clock) for name in job.rooms}
        self.viewers = {name: Viewers(job.seed + n) for n, name in enumerate(job.rooms, 1)}
        self.speech = ChatSpeech(self.rooms, job.token, lambda: self._faults.skew_ms)

    @property
    def room(self) -> ChatRoom:
        """The first one."""
        return next(iter(self.rooms.values()))

    def speech_of(self, call: Call) -> tuple[Speech, Kind] | None:
        kind = self.speech.kind(call)
        return None if kind is None else (self.speech, kind)

    def refused(self, speech: Speech) -> Reply | None:
        """Counts the call; the answer when it is one too many for this minute."""
        faults = self._faults.calls
        wait_s = self._meter.admit(self._clock.mono_ns(), faults.rate_per_min)
        if wait_s is None:
            return None
        told_s = faults.retry_after_s
        return speech.busy(told_s if told_s is not None else int(wait_s) + 1)

    def fate(self, kind: Kind) -> Fate:
        return fate_of(kind, self._faults.calls, self._rng, self._clock.mono_ns())

    async def write(self) -> None:
        """Have the viewers write, until cancelled."""
        while True:
            self._ordered.clear()
            now_s = self._now_s()
            for name, viewers in self.viewers.items():
                if lines := viewers.lines_until(now_s):
                    self.rooms[name].say(lines)
            times = [at_s for viewers in self.viewers.values() if (at_s := viewers.next_s())]
            wait_s = max(min(times) - self._now_s(), 0.0) if times else None
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ordered.wait(), wait_s)

    async def order(self, order: dict[str, Any]) -> None:
        """Raises OrderError before anything is changed."""
        mono_ns = self._clock.mono_ns()
        wish = chat_ordered(order, self._faults, frozenset(self.rooms), mono_ns)
        self._faults = wish.faults
        if wish.revoked is not None:
            self.speech.revoked = wish.revoked
        if wish.seed is not None:
            self._rng.seed(wish.seed)
        for name in [wish.room] if wish.room is not None else self.rooms:
            room, viewers = self.rooms[name], self.viewers[name]
            if wish.live is not None:
                room.live = wish.live
            if wish.honours_keys is not None:
                room.honours_keys = wish.honours_keys
            if wish.forget:
                room.forget()
            if wish.hush:
                viewers.hush()
            if wish.bad_pct is not None:
                viewers.bad_pct = wish.bad_pct
            if wish.rate_per_s is not None:
                viewers.order_rate(wish.rate_per_s, self._now_s())
            if wish.burst is not None:
                viewers.burst(wish.burst, self._now_s())
            room.say(wish.say)
        self._ordered.set()

    def executions(self, room: str, after: int) -> dict[str, Json]:
        """A page of the journal: what has a higher number than `after`, oldest first."""
        page = self._room(room).executions(after, PAGE)
        return {"executions": [execution.to_json() for execution in page]}

    def comments(self, room: str, after: int) -> dict[str, Json]:
        """What was written behind `after`, oldest first, with what the script knows of it."""
        return {"comments": [said.to_json() for said in self._room(room).comments(after, PAGE)]}

    def _room(self, name: str) -> ChatRoom:
        if name and name not in self.rooms:
            raise OrderError(f"room: one of {', '.join(self.rooms)} is needed")
        return self.rooms[name] if name else self.room

    def figures(self) -> dict[str, Json]:
        """Of the first room; `rooms` has all."""
        mono_ns, faults = self._clock.mono_ns(), self._faults
        rooms: dict[str, Json] = {
            name: {
                **room.figures(),
                "rate_per_s": self.viewers[name].rate_per_s,
                "bad_pct": self.viewers[name].bad_pct,
            }
            for name, room in self.rooms.items()
        }
        return {
            "url": self.url,
            **self.room.figures(),
            "rooms": rooms,
            "calls": {
                "all": self._meter.calls,
                "minute": self._meter.minute(mono_ns),
                "refused": self._meter.refused,
            },
            "faults": {**faults.calls.to_json(mono_ns), "skew_ms": faults.skew_ms},
        }

    def access(self) -> dict[str, Json]:
        """How to call it, with its secret: for the pipe to the parent, nothing else."""
        return {
            "url": self.url,
            "room": self.room.name,
            "rooms": list(self.rooms),
            "token": self.token.reveal(),
        }

    def _now_s(self) -> float:
        return self._clock.mono_ns() / NS_PER_S
