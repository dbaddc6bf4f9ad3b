"""Which calls are under way? Starts them, times them, and gives up those nobody wants any more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

from livedesk.core.clock import NS_PER_MS, NS_PER_S, Clock
from livedesk.core.tasks import Tasks
from livedesk.pins.budget import FAST_MS, RoundTrips
from livedesk.pins.facts import EFFECT_NS
from livedesk.pins.gateways.base import Gateway, Shown
from livedesk.pins.pin import Pin
from livedesk.pins.writes import Write, Writes
from livedesk.platforms.call_budget import CallBudget
from livedesk.platforms.outcome import Answer, Departure

CALLS_AT_ONCE: Final = 6
"""As many connections as a gateway keeps open at most."""
LIMIT_S: Final = EFFECT_NS / NS_PER_S


class Call:
    """One call that is under way."""

    def __init__(self, task: asyncio.Task[Any], began_ns: int, departure: Departure | None) -> None:
        self.task = task
        self.began_ns = began_ns
        self.is_wanted = True
        self._departure = departure

    @property
    def may_have_left(self) -> bool:
        """False: it is a write that waits for a connection, and can be taken back."""
        return self._departure is None or self._departure.has_left


class Traffic:
    """Makes the calls of one store's pins.

    A call nobody wants any more is let go on until FAST_MS after its start: most are answered by
    then, so that their connection stays warm and the share of slow calls is not seen too small.
    Then it is cancelled, and the gateway gives its connection up. A write without an answer, which
    no other of its key has made harmless, runs on to its limit, as it is good to know its end. One
    that has not left is cancelled at once, and never leaves; nor does any after its deadline.
    """

    def __init__(self, gateway: Gateway, calls: CallBudget, clock: Clock, tasks: Tasks) -> None:
        self.trips = RoundTrips()
        self.writes = Writes(honours_keys=gateway.abilities.honours_keys)
        self.write_ended = asyncio.Event()
        self.shown: Shown | None = None
        self.shown_mono_ns: int | None = None
        self._shown_sent_ns = 0
        self._gateway = gateway
        self._calls = calls
        self._clock = clock
        self._tasks = tasks
        self._under_way: list[Call] = []

    def write(self, pin: Pin, key: str, deadline_ns: int, ended: Callable[[Answer], None]) -> Call:
        """The caller has counted the call."""
        write = self.writes.sent(key, pin.product.id if pin.product else None, self._now_ns())
        departure = Departure(deadline_ns)
        if pin.product is None:
            work = self._gateway.unpin(key, LIMIT_S, departure)
        else:
            work = self._gateway.pin(pin.product, key, LIMIT_S, departure)
        return self._begin(
            f"write of pin {pin.id}", work, lambda c: self._wrote(c, write, ended), departure
        )

    def read(self, pin_id: str, ended: Callable[[Shown], None]) -> Call:
        work = self._gateway.shown(LIMIT_S)
        return self._begin(f"read of pin {pin_id}", work, lambda call: self._read(call, ended))

    def unwanted(self, call: Call) -> None:
        """Nobody waits for its answer."""
        call.is_wanted = False
        left_s = FAST_MS / 1000 - (self._now_ns() - call.began_ns) / NS_PER_S
        if left_s <= 0 or not call.may_have_left:
            call.task.cancel()
        else:
            asyncio.get_running_loop().call_later(left_s, call.task.cancel)

    def _begin(
        self,
        name: str,
        work: Coroutine[Any, Any, Any],
        ended: Callable[[Call], None],
        departure: Departure | None = None,
    ) -> Call:
        self._make_room()
        call = Call(self._tasks.spawn(name, work), self._now_ns(), departure)
        self._under_way.append(call)
        call.task.add_done_callback(lambda _: self._end(call, ended))
        return call

    def _make_room(self) -> None:
        """A new call must find a connection: the oldest goes, those first that nobody wants."""
        while len(self._under_way) >= CALLS_AT_ONCE:
            oldest = min(self._under_way, key=lambda call: (call.is_wanted, call.began_ns))
            self._under_way.remove(oldest)
            oldest.task.cancel()

    def _end(self, call: Call, ended: Callable[[Call], None]) -> None:
        if call in self._under_way:
            self._under_way.remove(call)
        if call.task.cancelled():
            self.trips.given_up(self._took_ms(call))
        if call.is_wanted or not call.task.cancelled():
            ended(call)

    def _wrote(self, call: Call, write: Write, ended: Callable[[Answer], None]) -> None:
        answer: Answer = _told(call) or _untold(call)
        self.writes.answered(write, answer, self._now_ns())
        self.write_ended.set()
        self._learn(call, answer.ok or answer.final, answer.code, answer.retry_after_s)
        ended(answer)

    def _read(self, call: Call, ended: Callable[[Shown], None]) -> None:
        shown: Shown = _told(call) or Shown(False, None, *_why_nothing(call))
        if shown.known and call.began_ns >= self._shown_sent_ns:
            self.shown, self.shown_mono_ns = shown, self._now_ns()
            self._shown_sent_ns = call.began_ns
        self._learn(call, shown.known, shown.code, shown.retry_after_s)
        ended(shown)

    def _learn(self, call: Call, is_well: bool, code: str, retry_after_s: float | None) -> None:
        if call.task.cancelled():
            return
        if code == "rate_limited":
            self._calls.blocked(self._now_ns(), retry_after_s)
        elif is_well:
            self.trips.answered(self._took_ms(call))
        else:
            self.trips.failed(self._took_ms(call))

    def _took_ms(self, call: Call) -> float:
        return (self._now_ns() - call.began_ns) / NS_PER_MS

    def _now_ns(self) -> int:
        return self._clock.mono_ns()


def _told(call: Call) -> Any:
    """None when it was given up, or when a gateway failed, which none should."""
    has_ended_well = not call.task.cancelled() and call.task.exception() is None
    return call.task.result() if has_ended_well else None


def _untold(call: Call) -> Answer:
    return Answer("maybe" if call.may_have_left else "none", *_why_nothing(call))


def _why_nothing(call: Call) -> tuple[str, str]:
    if call.task.cancelled():
        return "no_answer", "It was given up for another call."
    return "internal", "livedesk itself failed; its log says how."
