"""When does the stream move, and where to? One state machine, pure, time passed in."""

from __future__ import annotations

from typing import Final

from livedesk.core.clock import NS_PER_S
from livedesk.core.settings import FailoverSettings
from livedesk.core.status import Limits, SwitchCause
from livedesk.failover import orders, words
from livedesk.failover.book import PathBook
from livedesk.failover.choice import RATE_CAUSES, Choice
from livedesk.failover.detectors import Finding
from livedesk.failover.drill import Drill
from livedesk.failover.drills import Drills
from livedesk.failover.facts import FeedFacts, PathFacts, Refusal, Switch
from livedesk.failover.guard import Guard
from livedesk.failover.log import NoteLog
from livedesk.failover.notes import Note
from livedesk.failover.orders import Order
from livedesk.failover.running import Running
from livedesk.failover.turns import Turns
from livedesk.failover.view import FailoverView
from livedesk.failover.watch import CarrierWatch

ACTOR: Final = "failover"
"""Who switches when nobody ordered it."""


class Policy:
    """Decides for one feed with its ordered uplinks (docs/architecture.md, "Failover").

    The caller executes a returned switch; `active` is its `to` from then on.
    """

    def __init__(
        self,
        settings: FailoverSettings,
        limits: Limits,
        uplinks: tuple[str, ...],
        begin_on: str | None = None,
    ) -> None:
        """`begin_on`: not the first, as the stream was on this one before."""
        self.active = begin_on or uplinks[0]
        self._settings = settings
        self._book = PathBook(uplinks)
        self._guard = Guard(settings, is_single=len(uplinks) < 2)
        self._choice = Choice(settings, limits.min_kbps, self._book)
        self._watch = CarrierWatch(limits, settings.max_lag_ms, self._book.facts(self.active))
        self._log = NoteLog()
        self._objection: str | None = None
        self._running: Running | None = None
        self._turns = Turns(uplinks[0])
        self._order: Order | None = None
        self._drills = Drills(self._log)

    # What the relay asks.

    def update(self, mono_ns: int, feed: FeedFacts, paths: tuple[PathFacts, ...]) -> Switch | None:
        """Looks at everything; called each 50 ms, and at once when a connection ends."""
        watch = self._watch
        self._book.look(mono_ns, paths, self.active, watch.has_fault)
        watch.feed, watch.path = feed, self._book.facts(self.active)
        if self._order is not None:
            return self._obey(mono_ns, self._order)
        if self._running is not None:
            return self._while_running(mono_ns, self._running)
        watch.look(mono_ns)
        self._log.sagging(watch.is_sagging, watch.sag_words(self._next))
        switch = self._on_fault(mono_ns, watch.finding) if watch.finding else None
        if watch.finding is None:
            self._objection = None
            self._log.calm(mono_ns)
        return switch or self._of_drill(mono_ns) or self._back_by_itself(mono_ns)

    def took_over(self, mono_ns: int) -> None:
        """The first keyframe was acknowledged on the new path: the switch is done."""
        if self._running is None:
            return
        self._running = None
        self._turns.restart()
        self._watch.restart(has_carried=True)
        self._drills.arrived(mono_ns)

    def found_on(self, mono_ns: int, name: str) -> None:
        """The stream goes over this path, whatever was decided: it carries as one that took over.

        For a caller that does not carry the stream itself, and asks who does."""
        self._drills.fail(f"the stream was found on {name}")
        self.active = name
        self.took_over(mono_ns)

    def view(self, mono_ns: int) -> FailoverView:
        running = self._running
        back_to = self._book.better_ready(self.active)
        return FailoverView(
            self._guard.mode,
            self._reason(),
            switching_to=running.switch.to if running is not None else None,
            next=self._next,
            dwell_s=None if self._guard.is_attempt(mono_ns) else self._guard.dwell_s(mono_ns),
            fail_back_to=back_to,
            fail_back_in_s=None if back_to is None else self._fail_back_in_s(mono_ns, back_to),
            sagging=self._watch.is_sagging,
            drill=self._drills.view(),
        )

    @property
    def keeps_trying(self) -> bool:
        """Whether no uplink took the stream, so that the one it is on is to be tried again and
        again by whoever executes switches."""
        is_settled = self._running is not None and self._turns.is_settled
        return is_settled and self._guard.held_by is None

    def path_health(self, name: str, mono_ns: int) -> tuple[float | None, float | None]:
        """For how long (s) it has been without a fault, and what it carries (kbps) when full.

        Of a path that was left for what it carries, the latter is known for a while.
        """
        if name == self.active:
            return self._book.healthy_s(name), self._watch.capacity_kbps
        return self._book.healthy_s(name), self._choice.left_kbps(mono_ns, name)

    def take_notes(self) -> list[Note]:
        """What was noted since the last call, oldest first."""
        return self._log.take()

    # What people order.

    def order_switch(self, mono_ns: int, to: str, reason: str, actor: str) -> Refusal | None:
        """The switch comes from the next update. Breaks the dwell, a hold and the latch."""
        refusal = orders.refuse_switch(
            to, self.active, self._is_busy(mono_ns), self._watch.feed, self._book
        )
        if refusal is None:
            self._order = Order(to, words.said(reason) or f"{actor} ordered it", actor, mono_ns)
        return refusal

    def order_hold(self, mono_ns: int, on: bool, actor: str) -> Refusal | None:
        """Off also releases the latch."""
        if self._guard.mode == "single":
            return orders.single("There is one uplink: the stream stays on it anyhow.")
        before = self._guard.mode
        self._guard.held_by = actor if on else None
        if not on:
            self._guard.release()
        else:
            self._drills.fail(f"{actor} held the stream on {self.active}")
        if self._guard.mode != before:
            self._log.mode(self._guard.mode, f"{actor} {'holds' if on else 'released'} the stream")
        return None

    def order_drill(self, mono_ns: int, stay_s: float, actor: str) -> Refusal | None:
        """There, `stay_s`, and back."""
        is_busy = self._is_busy(mono_ns) or self._drills.running is not None
        is_held = self._guard.held_by is not None
        refusal = orders.refuse_drill(
            stay_s, self.active, is_busy, is_held, self._watch.feed, self._book
        )
        if refusal is None:
            target = self._book.ready_others(self.active)[0]
            self._drills.begin(Drill(mono_ns, self.active, target, stay_s, actor))
        return refusal

    # How it decides.

    @property
    def _next(self) -> str | None:
        """Where a switch would go now."""
        ready = self._book.ready_others(self.active)
        return ready[0] if ready else None

    def _is_busy(self, mono_ns: int) -> bool:
        """A switch that is late no longer keeps a person from trying another way."""
        is_running = self._running is not None and not self._running.is_late(mono_ns)
        return is_running or self._order is not None

    def _on_fault(self, mono_ns: int, finding: Finding) -> Switch | None:
        """The switch away, or a word on why there is none."""
        is_outage = finding.cause not in RATE_CAUSES
        lasts_s = (mono_ns - finding.onset_ns) / NS_PER_S
        barred = self._guard.objection(mono_ns, is_outage=is_outage, lasts_s=lasts_s)
        target = self._choice.target(mono_ns, self.active, finding.cause, self._watch.carried_kbps)
        reason = self._watch.fault_words(finding)
        if barred is None and target.name is not None:
            self._drills.fail(f"{reason}, so the stream went to {target.name}")
            return self._decide(
                mono_ns,
                target.name,
                finding.cause,
                "; ".join(filter(None, (reason, target.words))),
                ACTOR,
                finding.onset_ns,
                is_attempt=target.is_attempt,
            )
        self._objection = barred or target.words
        if self._guard.mode != "single":
            key = (finding.cause, self._guard.mode, barred is None)
            self._log.stay(self.active, key, f"{reason}; {self._objection}", is_loud=is_outage)
        return None

    def _while_running(self, mono_ns: int, running: Running) -> Switch | None:
        path, ready = self._watch.path, self._book.ready_others(self.active)
        if not running.is_refused(mono_ns, path, self._watch.feed.flows, bool(ready)):
            return None
        reason, to = running.words(path), None
        if self._guard.held_by is not None:
            why = f"held by {self._guard.held_by}"
        elif (to := self._turns.next(mono_ns, self.active, ready)) is not None:
            counts = self._drills.running is None and self._turns.is_first_round
            self._drills.fail(f"{reason}, so the stream went to {to}")
            return self._decide(
                mono_ns, to, "refused", reason, ACTOR, running.begun_ns, counts=counts
            )
        elif self._turns.is_settled:
            why = f"no other uplink took it either; {self.active} keeps trying"
        else:
            why = f"{words.none_ready(self._book.others(self.active))}; it moves once one is"
        if self._turns.is_first_round:
            key = ("refused", self._guard.mode)
            self._log.stay(self.active, key, f"{reason}; {why}", is_loud=True, arrived=False)
        return None

    def _obey(self, mono_ns: int, order: Order) -> Switch:
        self._order = None
        self._drills.fail(f"{order.actor} switched to {order.to}")
        self._turns.restart()
        if self._guard.release():
            self._log.mode(self._guard.mode, f"{order.actor} switched, which releases the latch")
        return self._decide(
            mono_ns, order.to, "operator", order.reason, order.actor, order.at_ns, counts=False
        )

    def _of_drill(self, mono_ns: int) -> Switch | None:
        due = self._drills.due(mono_ns, self._book)
        if due is None:
            return None
        to, reason, actor = due
        return self._decide(mono_ns, to, "drill", reason, actor, mono_ns, counts=False)

    def _back_by_itself(self, mono_ns: int) -> Switch | None:
        to = self._book.better_ready(self.active)
        if to is None or self._fail_back_in_s(mono_ns, to) != 0:
            return None
        reason = f"{to} has been good for {self._book.healthy_s(to) or 0:.0f} s"
        return self._decide(mono_ns, to, "fail_back", reason, ACTOR, mono_ns, is_attempt=True)

    def _fail_back_in_s(self, mono_ns: int, to: str) -> float | None:
        """None when people decide."""
        is_allowed = self._settings.fail_back == "automatic" and self._guard.mode == "auto"
        if not is_allowed or self._drills.running or self._running is not None:
            return None
        return max(self._choice.hold_down_s(mono_ns, to), self._guard.dwell_s(mono_ns) or 0.0)

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
        is_attempt: bool = False,
    ) -> Switch:
        figures = self._watch.figures(mono_ns)
        switch = Switch(self.active, to, cause, reason, actor, onset_ns, figures)
        self._book.leave(
            mono_ns,
            self.active,
            self._watch.carried_kbps,
            for_its_rate=cause in RATE_CAUSES,
            was_attempt=counts and self._guard.is_attempt(mono_ns),
        )
        if cause != "drill" and self._guard.moved(mono_ns, by_itself=counts, is_attempt=is_attempt):
            self._log.mode(self._guard.mode, f"The stream is {self._guard.latch_words()}")
        self._running = Running(switch, mono_ns, self._turns.refusals)
        self._objection = None
        self._watch.restart(has_carried=False)
        self._log.forget()
        self.active = to
        return switch

    def _reason(self) -> str:
        if self._running is None:
            return self._watch.words(self._objection, self._next)
        switch = self._running.switch
        if self._turns.is_settled and self.active == switch.to:
            return f"no uplink takes the stream; {self.active} keeps trying"
        return f"{switch.to} takes over from {switch.from_}: {switch.reason}"
