"""Which uplink carries? Asks the policy, moves the stream, and records what came of it.

A fault in the policy is told and costs the switch; it must not cost the stream.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Final, TypeVar, cast

from livedesk.core.clock import NS_PER_MS, Clock
from livedesk.core.events import Json, Level
from livedesk.core.status import LastSwitch, SwitchState
from livedesk.core.tasks import Tasks
from livedesk.failover.facts import FeedFacts, Switch
from livedesk.failover.policy import Policy
from livedesk.failover.record import SwitchBook
from livedesk.failover.view import FailoverView
from livedesk.relay.entries import EntryLog
from livedesk.relay.feed import Feed
from livedesk.relay.switch_record import RelaySwitch
from livedesk.relay.uplink import Uplink

_LOOK_EVERY_S: Final = 0.01
"""While a switch runs: its figures should be better than the relay's 50 ms."""

_OWN_PAUSE_NS: Final = 250 * NS_PER_MS
"""The relay looks each 50 ms; with more in between it was stopped, or the machine was too busy."""
_TOLD_PAUSE_NS: Final = 1_000 * NS_PER_MS

T = TypeVar("T")
_NO_VIEW: Final = FailoverView("manual", "the failover policy failed; only the stream goes on")


class Switcher:
    """Owns who carries: one uplink at a time, at the start the one that the policy begins on."""

    def __init__(
        self, policy: Policy, feed: Feed, uplinks: Sequence[Uplink], log: EntryLog, clock: Clock
    ) -> None:
        self._policy = policy
        self._feed = feed
        self._uplinks = {uplink.name: uplink for uplink in uplinks}
        self._log = log
        self._clock = clock
        self._tasks = Tasks(self.failed)
        self._running: asyncio.Task[None] | None = None
        self._book = SwitchBook(RelaySwitch)
        self._told_fault: str | None = None
        self._looked_ns: int | None = None
        self._epoch = feed.epoch
        self.carrier = self._uplinks[policy.active]
        self.carrier.carry(None)

    async def close(self) -> None:
        await self._tasks.close()

    def poll(self, mono_ns: int) -> None:
        """Looks at everything and begins what is decided; never raises."""
        self._ask(lambda: self._decide(mono_ns), None)

    def _decide(self, mono_ns: int) -> None:
        feed = self._feed_facts(mono_ns)
        paths = tuple(uplink.facts(mono_ns) for uplink in self._uplinks.values())
        switch = self._policy.update(mono_ns, feed, paths)
        for note in self._policy.take_notes():
            self._log.event(note.event, note.level, note.text, **note.data)
            if note.event == "failover.sagging":  # whoever may be needed soon is proven anew
                self._prove_all()
        if switch is not None:
            self._begin(switch, mono_ns)
        self._told_fault = None

    def _feed_facts(self, mono_ns: int) -> FeedFacts:
        """What comes late because this process paused, and what seems to be because the encoder's
        timestamps jumped, is no backlog of a path: once the feed is not measured, and the policy
        gives every path the time to pass on what came at once.
        """
        before_ns, self._looked_ns = self._looked_ns, mono_ns
        epoch, self._epoch = self._epoch, self._feed.epoch
        paused_ns = mono_ns - (before_ns or mono_ns)
        has_paused = paused_ns > _OWN_PAUSE_NS
        if paused_ns > _TOLD_PAUSE_NS:
            self._tell_pause(paused_ns / NS_PER_MS)
        state = "BLIND" if has_paused or epoch != self._epoch else self._feed.state
        return FeedFacts(state, self._feed.kbps(mono_ns), self._feed.flows(mono_ns))

    def _tell_pause(self, paused_ms: float) -> None:
        self._log.event(
            "relay.paused",
            "warning",
            f"The relay itself did not run for {paused_ms:,.0f} ms: this machine was asleep or too "
            "busy. The stream was late by that, whatever the uplinks did.",
            paused_ms=paused_ms,
        )

    def _prove_all(self) -> None:
        for uplink in self._uplinks.values():
            uplink.prove()

    def _ask(self, question: Callable[[], T], otherwise: T) -> T:
        try:
            return question()
        except Exception as fault:  # noqa: BLE001 - the stream goes on without the policy
            self.failed("failover policy", fault)
            return otherwise

    def failed(self, name: str, fault: BaseException) -> None:
        """Told once while it lasts: it may come back twenty times a second."""
        told = f"{name}: {type(fault).__name__}"
        if told == self._told_fault:
            return
        self._told_fault = told
        self._log.event(
            "relay.error",
            "critical",
            f"The relay's {name} failed ({type(fault).__name__}); please report this.",
            task=name,
        )

    def _begin(self, switch: Switch, mono_ns: int) -> None:
        if self._book.running is not None:
            self._end(self._book.running, "failed")
        record = self._book.begin(switch, mono_ns, self._clock.utc_ns())
        decided: dict[str, Json] = {
            "from": switch.from_,
            "to": switch.to,
            "cause": switch.cause,
            "reason": switch.reason,
            "actor": switch.actor,
            "onset_mono_ns": switch.onset_ns,
            "detect_ms": record.detect_ms,
            "figures": dict(switch.figures),
        }
        text = f"The stream moves from {switch.from_} to {switch.to}: {switch.reason}."
        self._log.event("failover.switch", "notice", text, **decided)
        self._running = self._tasks.spawn("switch", self._execute(record, self._running))

    async def _execute(self, record: RelaySwitch, earlier: asyncio.Task[None] | None) -> None:
        """Fences the old path, then lets the new one publish, and waits for its first keyframe."""
        if earlier is not None:
            await asyncio.wait((earlier,))
        old, new = self.carrier, self._uplinks[record.switch.to]
        mark = None
        try:
            mark = await old.stand_by()
        except Exception as fault:  # noqa: BLE001 - somebody has to carry
            self.failed("uplink", fault)
        self.carrier = new
        new.carry(mark)
        while record.state == "running" and self._feed.is_connected and not new.has_taken_over:
            await asyncio.sleep(_LOOK_EVERY_S)
            new.poll(self._clock.mono_ns())
            if record.goes_on(new.handover):
                self._tell_published(record)
        if record.state == "running":
            now_ns = self._clock.mono_ns()
            self._ask(lambda: self._policy.took_over(now_ns), None)
            self._end(record, "done")

    def _tell_published(self, record: RelaySwitch) -> None:
        name, publish_ms = record.switch.to, record.publish_ms or 0.0
        self._log.event(
            "failover.published",
            "info",
            f"The platform took the stream from {name} after {publish_ms:,.0f} ms.",
            to=name,
            publish_ms=publish_ms,
        )

    def _end(self, record: RelaySwitch, state: SwitchState) -> None:
        record.ends(state, self._clock.mono_ns())
        name, told = record.switch.to, record.told()
        if state == "failed":
            level: Level = "critical"
            text = f"{name} did not take the stream over."
        else:
            level = "warning" if told["frames_lost"] else "info"
            text = f"{name} carries the stream{_in_figures(told)}."
        self._log.event(f"failover.{state}", level, text, **record.told_json())

    def sample(self, mono_ns: int) -> dict[str, Json]:
        """The `failover` part of a sample."""
        view = self._ask(lambda: self._policy.view(mono_ns), _NO_VIEW)
        offset_ns = self._clock.utc_ns() - self._clock.mono_ns()
        return cast(dict[str, Json], asdict(self._book.status(self.carrier.name, view, offset_ns)))

    def health_of(self, name: str, mono_ns: int) -> dict[str, Json]:
        """What the policy adds to an uplink's sample."""
        unknown: tuple[float | None, float | None] = (None, None)
        health = self._ask(lambda: self._policy.path_health(name, mono_ns), unknown)
        return {"healthy_s": health[0], "capacity_kbps": health[1]}


def _in_figures(told: LastSwitch) -> str:
    parts = []
    if told["switch_ms"] is not None:
        parts.append(f" after {told['switch_ms']:,.0f} ms")
    if told["frames_lost"] and told["lost_ms"] is not None:
        parts.append(f"; {told['frames_lost']} frames ({told['lost_ms']:,.0f} ms) were lost")
    return "".join(parts)
