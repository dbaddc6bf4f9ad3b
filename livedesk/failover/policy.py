"""When does the stream move, and where to? One state machine, pure, time passed in."""

from __future__ import annotations

from typing import Final

from livedesk.core.clock import NS_PER_S
from livedesk.core.settings import FailoverSettings
from livedesk.core.status import Limits, SwitchCause
from livedesk.failover import orders, words
from livedesk.failover.book import PathBook
from livedesk.failover.detectors import Detectors, Finding
from livedesk.failover.drill import Drill
from livedesk.failover.facts import FeedFacts, PathFacts, Refusal, Switch
from livedesk.failover.guard import Guard
from livedesk.failover.log import NoteLog
from livedesk.failover.notes import Note
from livedesk.failover.orders import Order
from livedesk.failover.presence import COME_UP_NS, Presence
from livedesk.failover.running import Running
from livedesk.failover.view import FailoverView

ACTOR: Final = "failover"
"""Who switches when nobody ordered it."""
_OUTAGES: Final = ("gone", "silence", "refused")
_RATE_CAUSES: Final = ("congestion", "backlog", "contract")


class Policy:
    """Decides for one feed with its ordered uplinks (docs/architecture.md, "Failover").

    The caller executes a returned switch; `active` is its `to` from then on.
    """

    def __init__(
        self, settings: FailoverSettings, limits: Limits, uplinks: tuple[str, ...]
    ) -> None:
        self._settings = settings
        self._book = PathBook(uplinks)
        self._guard = Guard(settings, is_single=len(uplinks) < 2)
        self._detectors = Detectors(limits, settings.max_lag_ms)
        self._presence = Presence()
        self._log = NoteLog()
        self._feed = FeedFacts("BLIND", None, False)
        self._finding: Finding | None = None
        self._objection: str | None = None
        self._running: Running | None = None
        self._refusals = 0
        self._order: Order | None = None
        self._drill: Drill | None = None
        self.active = uplinks[0]

    # What the relay asks.

    def update(self, mono_ns: int, feed: FeedFacts, paths: tuple[PathFacts, ...]) -> Switch | None:
        """Looks at everything; called each 50 ms, and at once when a connection ends."""
        self._feed = feed
        self._book.look(mono_ns, paths, self.active, self._has_fault)
        if self._running is not None:
            return self._while_running(mono_ns, self._running)
        if self._order is not None:
            return self._obey(mono_ns, self._order)
        self._finding = self._find(mono_ns)
        self._log.sagging(self._is_sagging, self._sag_words())
        if self._finding is not None:
            switch = self._on_fault(mono_ns, self._finding)
            if switch is not None:
                return switch
        else:
            self._objection = None
            self._log.calm(mono_ns)
        return self._of_drill(mono_ns) or self._back_by_itself(mono_ns)

    def took_over(self, mono_ns: int) -> None:
        """The first keyframe was acknowledged on the new path: the switch is done."""
        if self._running is None:
            return
        self._running = None
        self._refusals = 0
        self._detectors.restart()
        self._presence.restart(has_carried=True)
        if self._drill is not None and self._drill.arrived(mono_ns):
            self._log.drill(self._drill.view())

    def view(self, mono_ns: int) -> FailoverView:
        running = self._running
        ready = self._book.ready_others(self.active)
        back_to = self._book.better_ready(self.active)
        return FailoverView(
            self._guard.mode,
            self._reason(),
            switching_to=running.switch.to if running is not None else None,
            next=ready[0] if ready else None,
            dwell_s=self._guard.dwell_s(mono_ns),
            fail_back_to=back_to,
            fail_back_in_s=None if back_to is None else self._fail_back_in_s(mono_ns, back_to),
            sagging=self._is_sagging,
            drill=self._drill.view() if self._drill is not None else None,
        )

    def path_health(self, name: str, mono_ns: int) -> tuple[float | None, float | None]:
        """For how long (s) it has been without a fault, and what it carries (kbps) when full.

        Of a path that was left for what it carries, the latter is known for a while.
        """
        if name == self.active:
            return self._book.healthy_s(name), self._detectors.capacity_kbps
        return self._book.healthy_s(name), self._left_kbps(mono_ns, name)

    def take_notes(self) -> list[Note]:
        """What was noted since the last call, oldest first."""
        return self._log.take()

    # What people order.

    def order_switch(self, mono_ns: int, to: str, reason: str, actor: str) -> Refusal | None:
        """The switch comes from the next update. Breaks the dwell, a hold and the latch."""
        refusal = orders.refuse_switch(
            to, self.active, self._is_busy(mono_ns), self._feed, self._book
        )
        if refusal is None:
            self._order = Order(to, reason or f"{actor} ordered it", actor, mono_ns)
        return refusal

    def order_hold(self, mono_ns: int, on: bool, actor: str) -> Refusal | None:
        """Off also releases the latch."""
        if self._guard.mode == "single":
            return orders.single("There is one uplink: the stream stays on it anyhow.")
        before = self._guard.mode
        self._guard.held_by = actor if on else None
        if not on:
            self._guard.release()
        elif self._drill is not None:
            self._end_drill(f"{actor} held the stream on {self.active}")
        if self._guard.mode != before:
            self._log.mode(self._guard.mode, f"{actor} {'holds' if on else 'released'} the stream")
        return None

    def order_drill(self, mono_ns: int, stay_s: float, actor: str) -> Refusal | None:
        """There, `stay_s`, and back."""
        is_busy = self._is_busy(mono_ns) or self._in_drill
        is_held = self._guard.held_by is not None
        refusal = orders.refuse_drill(stay_s, self.active, is_busy, is_held, self._feed, self._book)
        if refusal is None:
            target = self._book.ready_others(self.active)[0]
            self._drill = Drill(mono_ns, self.active, target, stay_s, actor)
            self._log.drill(self._drill.view())
        return refusal

    # How it decides.

    @property
    def _has_fault(self) -> bool:
        return self._finding is not None or self._is_sagging

    @property
    def _is_sagging(self) -> bool:
        return self._running is None and self._detectors.is_sagging

    @property
    def _in_drill(self) -> bool:
        return self._drill is not None and self._drill.is_running

    def _is_busy(self, mono_ns: int) -> bool:
        """A switch that is late no longer keeps a person from trying another way."""
        is_running = self._running is not None and not self._running.is_late(mono_ns)
        return is_running or self._order is not None

    def _find(self, mono_ns: int) -> Finding | None:
        path = self._book.facts(self.active)
        is_carrying = path.state == "carrying"
        gone_ns = self._presence.gone_since_ns(mono_ns, self._feed.flows, is_carrying)
        if gone_ns is not None:
            return Finding("gone", gone_ns)
        if not is_carrying:
            self._detectors.restart()
            return None
        return self._detectors.look(mono_ns, self._feed, path)

    def _on_fault(self, mono_ns: int, finding: Finding) -> Switch | None:
        """The switch away, or a word on why there is none."""
        is_outage = finding.cause in _OUTAGES
        lasts_s = (mono_ns - finding.onset_ns) / NS_PER_S
        objection = self._guard.objection(mono_ns, is_outage=is_outage, lasts_s=lasts_s)
        target, worse = self._target(mono_ns, finding.cause)
        self._objection = objection or (None if target is not None else worse)
        if self._objection is not None or target is None:
            if self._guard.mode != "single":
                self._log.stay(
                    (self.active, finding.cause, self._guard.mode, objection is None),
                    f"{self._fault_words(finding)}; {self._objection}",
                    is_loud=is_outage,
                )
            return None
        reason = self._fault_words(finding)
        if self._in_drill:
            self._end_drill(f"{reason}, so the stream went to {target}")
        return self._decide(mono_ns, target, finding.cause, reason, ACTOR, finding.onset_ns)

    def _target(self, mono_ns: int, cause: SwitchCause) -> tuple[str | None, str]:
        """Where to; or why nowhere: the lesser evil is to stay, when nothing better is known."""
        ready = self._book.ready_others(self.active)
        if not ready:
            return None, words.none_ready(self._book.others(self.active))
        if cause not in _RATE_CAUSES:
            return ready[0], ""
        carried_kbps = self._carried_kbps or 0.0
        known = [(name, self._left_kbps(mono_ns, name)) for name in ready]
        for name, left_kbps in known:
            if left_kbps is None or left_kbps > carried_kbps:
                return name, ""
        return None, "; ".join(
            f"{name} carried {words.kbps(left_kbps)} kbps when it was left"
            for name, left_kbps in known
        )

    def _while_running(self, mono_ns: int, running: Running) -> Switch | None:
        if self._order is not None:
            return self._obey(mono_ns, self._order)
        if not running.is_refused(mono_ns, self._feed.flows) or self._guard.held_by is not None:
            if running.is_refused(mono_ns, self._feed.flows):
                self._log.stay(
                    (self.active, "refused", "hold", True),
                    f"{running.words()}; held by {self._guard.held_by}",
                    is_loud=True,
                )
            return None
        ready = self._book.ready_others(self.active)
        if not ready:
            others = words.none_ready(self._book.others(self.active))
            self._log.stay(
                (self.active, "refused", self._guard.mode, True),
                f"{running.words()}; {others}; it keeps trying",
                is_loud=True,
            )
            return None
        reason = running.words()
        was_drill = self._in_drill
        self._end_drill(f"{reason}, so the stream went to {ready[0]}")
        self._refusals += 1
        return self._decide(
            mono_ns, ready[0], "refused", reason, ACTOR, running.begun_ns, counts=not was_drill
        )

    def _obey(self, mono_ns: int, order: Order) -> Switch:
        self._order = None
        self._end_drill(f"{order.actor} switched to {order.to}")
        self._refusals = 0
        if self._guard.release():
            self._log.mode(self._guard.mode, f"{order.actor} switched, which releases the latch")
        return self._decide(
            mono_ns, order.to, "operator", order.reason, order.actor, order.at_ns, counts=False
        )

    def _of_drill(self, mono_ns: int) -> Switch | None:
        drill = self._drill
        if drill is None or not drill.is_running:
            return None
        why = drill.stuck(mono_ns)
        if why is not None:
            self._end_drill(why)
            return None
        to = drill.target if drill.begins else drill.origin
        if not (drill.begins or drill.returns(mono_ns)) or not self._book.facts(to).ready:
            return None
        drill.goes()
        reason = f"drill, {'there' if to == drill.target else 'and back'}"
        return self._decide(mono_ns, to, "drill", reason, drill.actor, mono_ns, counts=False)

    def _back_by_itself(self, mono_ns: int) -> Switch | None:
        to = self._book.better_ready(self.active)
        if to is None or self._fail_back_in_s(mono_ns, to) != 0:
            return None
        reason = f"{to} has been good for {self._book.healthy_s(to) or 0:.0f} s"
        return self._decide(mono_ns, to, "fail_back", reason, ACTOR, mono_ns)

    def _fail_back_in_s(self, mono_ns: int, to: str) -> float | None:
        """None when people decide. The hold-down begins when the path became good.

        A path that does not carry shows no capacity. One that was left for it again and again must
        be good for longer each time.
        """
        is_allowed = self._settings.fail_back == "automatic" and self._guard.mode == "auto"
        if not is_allowed or self._in_drill or self._running is not None:
            return None
        times = self._book.left_lately(mono_ns, to, self._settings.flap_window_s)
        hold_s = self._settings.fail_back_after_s * (1 << max(0, times - 1))
        left_s = hold_s - (self._book.healthy_s(to) or 0.0)
        return max(0.0, left_s, self._guard.dwell_s(mono_ns) or 0.0)

    def _decide(
        self,
        mono_ns: int,
        to: str,
        cause: SwitchCause,
        reason: str,
        actor: str,
        onset_ns: int,
        *,
        counts: bool = True,
    ) -> Switch:
        path = self._book.facts(self.active)
        figures = self._detectors.figures(mono_ns, self._feed, path)
        switch = Switch(self.active, to, cause, reason, actor, onset_ns, figures)
        self._book.leave(mono_ns, self.active, self._carried_kbps, cause in _RATE_CAUSES)
        if cause != "drill" and self._guard.moved(mono_ns, by_itself=counts):
            self._log.mode(self._guard.mode, self._guard.latch_words())
        self._running = Running(switch, mono_ns, self._refusals)
        self._finding = self._objection = None
        self._detectors.restart()
        self._presence.restart(has_carried=False)
        self._log.forget()
        self.active = to
        return switch

    def _end_drill(self, why: str) -> None:
        if self._drill is not None and self._drill.is_running:
            self._drill.fail(why)
            self._log.drill(self._drill.view())

    # How it says it.

    @property
    def _carried_kbps(self) -> float | None:
        return self._detectors.capacity_kbps or self._book.facts(self.active).goodput_kbps

    def _left_kbps(self, mono_ns: int, name: str) -> float | None:
        return self._book.left_kbps(mono_ns, name, self._settings.fail_back_after_s)

    def _fault_words(self, finding: Finding) -> str:
        path = self._book.facts(self.active)
        wait_s = COME_UP_NS / NS_PER_S if self._presence.never_came_up else 0.0
        return words.fault(finding.cause, path, self._feed, self._carried_kbps, wait_s)

    def _sag_words(self) -> str:
        ready = self._book.ready_others(self.active)
        path = self._book.facts(self.active)
        return words.sagging(path, self._detectors.lag_ms, ready[0] if ready else None)

    def _reason(self) -> str:
        if self._running is not None:
            switch = self._running.switch
            return f"{switch.to} takes over from {switch.from_}: {switch.reason}"
        if self._finding is not None:
            fault = self._fault_words(self._finding)
            return f"{fault}; {self._objection}" if self._objection else fault
        if self._is_sagging:
            return self._sag_words()
        return words.carrying(self._book.facts(self.active), self._feed)
