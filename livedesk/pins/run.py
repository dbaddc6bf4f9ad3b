"""How does a pin come to its fate under one key? Carries out what `plan.py` says, step by step."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from livedesk.core.clock import NS_PER_MS, NS_PER_S, Clock
from livedesk.pins import plan
from livedesk.pins.budget import FAST_MS
from livedesk.pins.facts import Attempt, Facts, Read, done_ns
from livedesk.pins.fate import End
from livedesk.pins.gateways.base import Abilities, Shown
from livedesk.pins.pin import Pin
from livedesk.pins.traffic import Call, Traffic
from livedesk.platforms.call_budget import CallBudget
from livedesk.platforms.outcome import Answer

JITTER_NS: Final = 40 * NS_PER_MS
SHORTEST_WAIT_S: Final = 0.0005


@dataclass(frozen=True, slots=True)
class Means:
    """What a run works with."""

    abilities: Abilities
    traffic: Traffic
    calls: CallBudget
    clock: Clock
    rng: Random


class Run:
    """The attempts and reads of one key, until its fate is known or the task that waits is
    cancelled. `moved` is called after each step and each answer."""

    def __init__(
        self,
        pin: Pin,
        key: str,
        deadline_ns: int,
        means: Means,
        moved: Callable[[Run, Facts], None],
    ) -> None:
        self.key = key
        self.attempts: list[Attempt] = []
        self.reads: list[Read] = []
        self.is_hedged = False
        self._pin = pin
        self._wanted = pin.product.id if pin.product else None
        self._deadline_ns = deadline_ns
        self._means = means
        self._moved = moved
        self._heard = asyncio.Event()
        self._calls: list[tuple[Call, bool]] = []
        traffic = means.traffic
        self._repeats = (
            traffic.shown is None
            or traffic.shown.product_id == self._wanted
            or traffic.writes.last_asked_for(self._wanted)
        )

    async def fate(self) -> End:
        try:
            while True:
                self._heard.clear()
                facts = self.facts()
                step = plan.next_step(facts)
                match step:
                    case plan.Send():
                        self._send()
                    case plan.ReadBack():
                        self._read()
                    case plan.Wait(until_ns):
                        self._moved(self, facts)
                        await self._wait(until_ns)
                    case End():
                        return self._ended(step)
        finally:
            self._let_go()

    @property
    def done_ns(self) -> int | None:
        """When the platform first said yes."""
        return done_ns(self.attempts)

    def facts(self) -> Facts:
        means, now_ns = self._means, self._means.clock.mono_ns()
        trips, calls = means.traffic.trips, means.calls
        return Facts(
            now_ns=now_ns,
            deadline_ns=self._deadline_ns,
            wanted=self._wanted,
            abilities=means.abilities,
            attempts=tuple(self.attempts),
            reads=tuple(self.reads),
            rivals=means.traffic.writes.rivals(self.key, self._wanted, now_ns),
            need_ns=round((trips.p50_ms or 0.0) * NS_PER_MS),
            may_hedge=trips.may_hedge,
            is_failing=trips.is_failing,
            repeats=self._repeats,
            pin_wait_ns=round(calls.wait_s("pin", now_ns) * NS_PER_S),
            read_wait_ns=round(calls.wait_s("read", now_ns) * NS_PER_S),
            calls_ample=calls.left(now_ns) * 2 > calls.per_min,
        )

    def _send(self) -> None:
        now_ns = self._means.clock.mono_ns()
        if not self._means.calls.take("pin", now_ns):
            return
        place = len(self.attempts)
        self.is_hedged |= any(attempt.ended_ns is None for attempt in self.attempts)
        self.attempts.append(Attempt(now_ns, self._silent_ns(now_ns)))
        call = self._means.traffic.write(
            self._pin, self.key, self._deadline_ns, lambda answer: self._answered(place, answer)
        )
        self._calls.append((call, True))

    def _read(self) -> None:
        now_ns = self._means.clock.mono_ns()
        if not self._means.calls.take("read", now_ns):
            return
        place = len(self.reads)
        self.reads.append(Read(now_ns, self._silent_ns(now_ns)))
        call = self._means.traffic.read(self._pin.id, lambda shown: self._saw(place, shown))
        self._calls.append((call, False))

    def _answered(self, place: int, answer: Answer) -> None:
        now_ns = self._means.clock.mono_ns()
        again_ns = now_ns + round(self._means.rng.uniform(0, JITTER_NS))
        if answer.code == "rate_limited":
            again_ns = now_ns + round((self._means.calls.blocked_s(now_ns) or 0) * NS_PER_S)
        self.attempts[place] = replace(
            self.attempts[place], answer=answer, ended_ns=now_ns, again_ns=again_ns
        )
        self._heard.set()

    def _saw(self, place: int, shown: Shown) -> None:
        now_ns = self._means.clock.mono_ns()
        again_ns = now_ns + round(self._means.rng.uniform(0, JITTER_NS))
        self.reads[place] = replace(
            self.reads[place], shown=shown, ended_ns=now_ns, again_ns=again_ns
        )
        self._heard.set()

    def _silent_ns(self, now_ns: int) -> int:
        trips = self._means.traffic.trips
        patience_ms = trips.patience_ms if trips.may_hedge else FAST_MS
        return now_ns + round(patience_ms * NS_PER_MS)

    async def _wait(self, until_ns: int | None) -> None:
        if until_ns is None:
            await self._heard.wait()
            return
        left_s = (until_ns - self._means.clock.mono_ns()) / NS_PER_S
        try:
            async with asyncio.timeout(max(left_s, SHORTEST_WAIT_S)):
                await self._heard.wait()
        except TimeoutError:
            pass

    def _ended(self, end: End) -> End:
        if end.shown:
            self._means.traffic.writes.took_effect(self.key, end.at_ns)
        return end

    def _let_go(self) -> None:
        """Reads are of no use any more; a write is, as long as it may take effect."""
        traffic, now_ns = self._means.traffic, self._means.clock.mono_ns()
        is_harmless = traffic.writes.is_over(self.key, now_ns)
        for call, is_write in self._calls:
            if is_write and not is_harmless and call.may_have_left:
                call.is_wanted = False
            else:
                traffic.unwanted(call)
