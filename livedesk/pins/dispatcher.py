"""How does a cue become a pin? Owns the newest pin of a store, and carries it to its fate."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Final

from livedesk.core.clock import Clock
from livedesk.core.pins import PinState
from livedesk.core.tasks import Tasks
from livedesk.pins import plan, recall
from livedesk.pins.facts import Facts
from livedesk.pins.fate import End
from livedesk.pins.gateways.base import Gateway, Shown
from livedesk.pins.lookout import Lookout
from livedesk.pins.pin import Pin
from livedesk.pins.run import Means, Run
from livedesk.pins.traffic import Traffic
from livedesk.platforms.call_budget import CallBudget

RECORD_S: Final = 0.2
"""So long the disk has to take the intent before the first byte leaves without it."""


class _Carried:
    """The newest pin, and who works on it."""

    def __init__(self, pin: Pin) -> None:
        self.pin = pin
        self.before = pin
        """As it was when the present run began."""
        self.run: Run | None = None
        self.task: asyncio.Task[None] | None = None
        self.by_hand: asyncio.Future[End] | None = None


class Dispatcher:
    """One store's. `record` puts a pin's intent on record and says whether that worked; `tell` gets
    each change of a pin, from `cued` on; `displaced` the pin that an older one took the place of,
    before it is sent once more."""

    def __init__(
        self,
        gateway: Gateway,
        calls: CallBudget,
        clock: Clock,
        rng: Random,
        record: Callable[[Pin], Awaitable[bool]],
        tell: Callable[[Pin], None],
        *,
        tasks: Tasks | None = None,
        displaced: Callable[[Pin], None] | None = None,
    ) -> None:
        self._tasks = tasks or Tasks()
        self._traffic = Traffic(gateway, calls, clock, self._tasks)
        self._means = Means(gateway.abilities, self._traffic, calls, clock, rng)
        self._lookout = Lookout(self._means)
        self._clock = clock
        self._record = record
        self._tell = tell
        self._tell_displaced = displaced
        self._carried: _Carried | None = None
        self._is_closed = False

    @property
    def shown(self) -> Shown | None:
        """The newest read-back that told something."""
        return self._traffic.shown

    @property
    def shown_mono_ns(self) -> int | None:
        return self._traffic.shown_mono_ns

    @property
    def round_trip_ms(self) -> float | None:
        """Median of the last fast answers."""
        return self._traffic.trips.p50_ms

    @property
    def unsettled(self) -> tuple[Pin, ...]:
        """Pins of which more may still become: at most one, as a newer cue settles the older."""
        carried = self._carried
        return (carried.pin,) if carried and carried.pin.settled_mono_ns is None else ()

    def cue(self, pin: Pin) -> None:
        """Take the pin up, at once. One that cannot be sent leaves the older one as it is."""
        end = self._refusal(pin)
        if end is not None:
            self._tell(_settled(pin, end))
            return
        self._supersede()
        carried = self._carried = _Carried(pin)
        self._tell(pin)
        carried.task = self._tasks.spawn(f"pin {pin.id}", self._carry(carried))
        carried.task.add_done_callback(lambda task: self._carried_out(carried, task))

    def by_hand(self, pin_id: str, done: bool, text: str, actor: str) -> Pin | None:
        """What a person who pins by hand says; None when that pin does not wait for it."""
        carried = self._carried
        if carried is None or carried.by_hand is None or carried.pin.id != pin_id:
            return None
        if carried.by_hand.done() or carried.pin.settled_mono_ns is not None:
            return None
        now_ns = self._clock.mono_ns()
        if done:
            end = End("confirmed", "", text, True, now_ns)
        else:
            reason = text or f"{actor or 'The desk'} could not pin it."
            end = End("failed", "by_hand", reason, shown=False, at_ns=now_ns)
        carried.by_hand.set_result(end)
        self._change(carried, _settled(carried.pin, end))
        return carried.pin

    def recover(self, pins: Sequence[Pin]) -> None:
        """Take up what an earlier engine left unsettled: read it back, never send it again."""
        now_ns = self._clock.mono_ns()
        replaced, newest = recall.taken_up(pins, now_ns)
        for pin in replaced:
            self._tell(pin)
        for pin in pins:
            sent_ns = min(pin.sent_mono_ns or pin.received_mono_ns, now_ns)
            self._traffic.writes.sent(pin.key, pin.product.id if pin.product else None, sent_ns)
        if newest is None:
            return
        if self._carried is not None:
            self._tell(recall.superseded(newest, now_ns))
            return
        if self._means.abilities.can_pin:
            newest = recall.in_doubt(newest)
        carried = self._carried = _Carried(newest)
        self._tell(newest)
        carried.task = self._tasks.spawn(f"recall of pin {newest.id}", self._recall(carried))
        carried.task.add_done_callback(lambda task: self._carried_out(carried, task))

    async def look(self) -> Shown | None:
        """What is shown, asked for no pin; None when there is no call to spare for that."""
        if not self._means.calls.take("background", self._clock.mono_ns()):
            return None
        heard: asyncio.Future[Shown] = asyncio.get_running_loop().create_future()
        self._traffic.read("none", lambda shown: None if heard.done() else heard.set_result(shown))
        return await heard

    def let_go(self, code: str, reason: str) -> None:
        """The session is over: the newest pin gets no more calls, and ends as far as it came."""
        carried, self._carried = self._carried, None
        if carried is None:
            return
        if carried.task is not None:
            carried.task.cancel()
        if carried.pin.settled_mono_ns is None:
            self._tell(_settled(carried.pin, _let_go(carried.pin, code, reason, self._clock)))

    async def close(self) -> None:
        """Give up all calls. What is unsettled stays so, for the next engine."""
        self._is_closed = True
        await self._tasks.close()

    # The way of a pin.

    def _refusal(self, pin: Pin) -> End | None:
        now_ns = self._clock.mono_ns()
        if self._is_closed:
            return End("refused", "stopping", "The engine is being stopped.", at_ns=now_ns)
        if not self._means.abilities.can_pin:
            return None
        step = plan.next_step(Run(pin, pin.key, pin.deadline_mono_ns, self._means, _ignore).facts())
        return step if isinstance(step, End) else None

    async def _carry(self, carried: _Carried) -> None:
        await self._put_on_record(carried)
        if not self._means.abilities.can_pin:
            await self._wait_for_hand(carried)
            return
        end = await self._run(carried, carried.pin.key, carried.pin.deadline_mono_ns)
        if end.displaced:
            await self._send_again(carried, None)
            return
        self._change(carried, _settled(carried.pin, end))
        if end.shown and await self._lookout.was_displaced(carried.pin, end.read_sent_ns):
            await self._send_again(carried, carried.pin)

    def _carried_out(self, carried: _Carried, task: asyncio.Task[None]) -> None:
        """A fault of ours must not leave a pin in flight for ever; the log has it."""
        if task.cancelled() or task.exception() is None or carried.pin.settled_mono_ns is not None:
            return
        reason = "livedesk itself failed; look at the platform's own window."
        end = End("unknown", "internal", reason, at_ns=self._clock.mono_ns())
        self._change(carried, _settled(carried.pin, end))

    async def _put_on_record(self, carried: _Carried) -> None:
        """A superseded pin's record is still written to its end."""
        pin = carried.pin
        task = self._tasks.spawn(f"record of pin {pin.id}", self._recorded(pin))
        await asyncio.wait({task}, timeout=RECORD_S)
        is_done = task.done() and not task.cancelled() and task.exception() is None
        carried.pin = replace(pin, recorded=is_done and task.result())

    async def _recorded(self, pin: Pin) -> bool:
        return await self._record(pin)

    async def _run(self, carried: _Carried, key: str, deadline_ns: int) -> End:
        carried.before = carried.pin
        carried.run = Run(carried.pin, key, deadline_ns, self._means, self._moved)
        end = await carried.run.fate()
        carried.pin = self._as_run(carried, carried.pin.state)
        return end

    def _moved(self, run: Run, facts: Facts) -> None:
        carried = self._carried
        if carried is not None and carried.run is run:
            self._change(carried, self._as_run(carried, plan.state_now(facts)))

    def _as_run(self, carried: _Carried, state: PinState) -> Pin:
        """The pin with what its present run has done so far."""
        run, before, pin = carried.run, carried.before, carried.pin
        if run is None:
            return pin
        first_ns = run.attempts[0].sent_ns if run.attempts else None
        is_doubt = state == "unknown"
        return replace(
            pin,
            state=state,
            code="no_answer" if is_doubt else before.code,
            reason="No answer in time; it is being read back." if is_doubt else before.reason,
            sent_mono_ns=before.sent_mono_ns or first_ns,
            accepted_mono_ns=before.accepted_mono_ns or run.done_ns,
            attempts=before.attempts + len(run.attempts),
            reads=before.reads + len(run.reads),
            hedged=before.hedged or run.is_hedged,
        )

    def _change(self, carried: _Carried, pin: Pin) -> None:
        before, carried.pin = carried.pin, pin
        if pin != before:
            self._tell(pin)

    def _supersede(self) -> None:
        """A newer cue was taken up: the older one gets no more calls, and what is known counts."""
        carried, self._carried = self._carried, None
        if carried is None or carried.task is None:
            return
        carried.task.cancel()
        if carried.pin.settled_mono_ns is not None:
            return
        end: plan.Step | None = None
        if carried.run is not None:
            facts = carried.run.facts()
            carried.pin = self._as_run(carried, plan.state_now(facts))
            end = plan.next_step(facts)
        was_displaced = carried.before.code == "displaced"
        if not isinstance(end, End) or end.displaced or was_displaced:
            end = _replaced(carried.pin, self._clock.mono_ns())
        self._tell(_settled(carried.pin, end))

    # What an older pin may still do.

    async def _send_again(self, carried: _Carried, settled: Pin | None) -> None:
        """Once, under a key of its own. `settled`: as it was before it was displaced."""
        pin, now_ns = carried.pin, self._clock.mono_ns()
        reason = "An older pin took effect after it; it was sent once more."
        self._change(
            carried,
            replace(
                pin,
                state="in_flight",
                code="displaced",
                reason=reason,
                shown=False,
                settled_mono_ns=None,
            ),
        )
        if self._tell_displaced is not None:
            self._tell_displaced(carried.pin)
        budget_ns = pin.deadline_mono_ns - pin.cued_mono_ns
        end = await self._run(carried, f"{pin.key}/2", now_ns + budget_ns)
        if end.shown and settled is not None:
            end = replace(end, state=settled.state, at_ns=settled.settled_mono_ns or end.at_ns)
        elif end.shown:
            is_late = end.at_ns > pin.deadline_mono_ns
            end = replace(end, state="late" if is_late else "confirmed")
        elif end.state in ("refused", "late"):
            end = replace(end, state="failed")
        why = "" if end.shown else f" {end.reason}"
        end = replace(end, code="displaced", reason=f"{reason}{why}")
        self._change(carried, _settled(carried.pin, end))

    # People, and what an earlier engine left.

    async def _wait_for_hand(self, carried: _Carried) -> None:
        carried.by_hand = asyncio.get_running_loop().create_future()
        now_ns = self._clock.mono_ns()
        sent_ns = carried.pin.sent_mono_ns or now_ns
        asked = replace(carried.pin, state="in_flight", by_hand=True, sent_mono_ns=sent_ns)
        self._change(carried, asked)
        await carried.by_hand

    async def _recall(self, carried: _Carried) -> None:
        if not self._means.abilities.can_pin:
            await self._wait_for_hand(carried)
            return
        if not self._means.abilities.reads_back:
            self._change(carried, recall.unreadable(carried.pin, self._clock.mono_ns()))
            return
        for is_last in (False, True):
            shown = await self._lookout.look(carried.pin)
            now_ns = self._clock.mono_ns()
            carried.pin = replace(carried.pin, reads=carried.pin.reads + 1)
            fate = recall.judged(carried.pin, shown, now_ns, is_last=is_last)
            if fate is not None:
                self._change(carried, fate)
                return
            await asyncio.sleep(recall.LOOK_AGAIN_S)


def _settled(pin: Pin, end: End) -> Pin:
    return replace(
        pin,
        state=end.state,
        code=end.code,
        reason=end.reason,
        shown=end.shown,
        settled_mono_ns=end.at_ns,
    )


def _replaced(pin: Pin, mono_ns: int) -> End:
    """What is said of a pin whose place a newer cue took."""
    if pin.state == "accepted":
        reason = "Not read back: a newer cue took its place."
        return End("accepted", "not_read_back", reason, at_ns=mono_ns)
    return End("superseded", "superseded", "A newer cue took its place.", at_ns=mono_ns)


def _let_go(pin: Pin, code: str, reason: str, clock: Clock) -> End:
    """What was never sent is not shown; what was sent may be, or not."""
    if pin.state == "cued":
        return End("failed", code, reason, shown=False, at_ns=clock.mono_ns())
    state: PinState = "accepted" if pin.state == "accepted" else "unknown"
    return End(state, code, reason, at_ns=clock.mono_ns())


def _ignore(_: Run, __: Facts) -> None:
    """Of a pin that is only looked at."""
