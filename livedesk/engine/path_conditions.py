"""What is wrong with the ways to the platform? Pure.

With one uplink a fault of it is the show's. With several a fault is moved away from within half a
second: what a person has to know is whether there is still a way out, and what stands between the
stream and a better way. One root cause is one alarm.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from livedesk.alarms.life import AlarmRule, Finding
from livedesk.core.causes import CAUSE_WORDS, FAULTS
from livedesk.core.classes import is_under_contract, uplink_recovers
from livedesk.core.status import LastSwitch, StoreStatus, UplinkStatus

HOLD_S = 5.0
"""So long a condition of the show must be gone: shorter is a flap of the same fault."""

HEALTHY_S = 10.0
"""An uplink that was left counts as mended after so long without a fault."""

PATH_LOW = AlarmRule(
    "high", 1.0, HOLD_S,
    "It is the path and not the encoder: check this network path or use another uplink.",
)  # fmt: skip
PATH_STARVED = AlarmRule(
    "medium", 2.0, HOLD_S,
    "The feed is in time, the path is not: check this network path before it gets worse.",
)  # fmt: skip
PATH_STALLED = AlarmRule("high", 1.0, HOLD_S, "Check this network path or use another uplink.")
PATH_DOWN = AlarmRule(
    "high", 2.0, HOLD_S, "Check the network path, the platform's address and the stream key."
)
NO_PATH = AlarmRule(
    "high", 2.0, HOLD_S,
    "Check this machine's network, and every uplink's address and key. All are tried again and "
    "again.",
)  # fmt: skip
STANDBY = AlarmRule(
    "medium", 5.0, HOLD_S, "Check its network path, address and key now, before it is needed."
)
FAULT = AlarmRule(
    "medium", 0.0, HOLD_S,
    "Mend it. Once it is good, switch back by hand, unless the fail-back is automatic.",
)  # fmt: skip
HELD = AlarmRule("high", 1.0, HOLD_S, "Release the hold, or switch now.")
MANUAL = AlarmRule("high", 1.0, HOLD_S, "Switch now.")
LATCHED = AlarmRule(
    "medium", 0.0, 1.0,
    "Find out why the paths come and go, then release the hold or switch by hand.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PathConditions:
    """`is_flowing`: whether media of a session comes in; None when that cannot be seen.

    `held_by` names who holds. `is_mended`: the uplink that the last switch left was good for
    `HEALTHY_S` since; what it has now is another fault.
    """

    status: StoreStatus
    is_flowing: bool | None
    held_by: str = ""
    is_mended: bool = False

    @property
    def greater(self) -> tuple[str, ...]:
        """Alarms because of which nothing can come out of the platform."""
        if self._is_single:
            return tuple(f"uplink.down:{uplink.name}" for uplink in self.status.uplinks)
        return "path.none", "failover.held"

    def findings(self) -> dict[str, Finding]:
        found: dict[str, Finding] = {}
        for uplink in self.status.uplinks:
            found |= self._lone(uplink) if self._is_single else self._one_of(uplink)
        return found if self._is_single else found | self._way_out()

    @property
    def _is_single(self) -> bool:
        return len(self.status.uplinks) < 2 or self.status.failover.mode == "single"

    def _lone(self, uplink: UplinkStatus) -> dict[str, Finding]:
        down_id = f"uplink.down:{uplink.name}"
        is_stalled = uplink.health == "STALLED"
        is_down = uplink.state in ("down", "connecting")
        down_cause = f"Path: uplink {uplink.name} does not carry{_reason(uplink)}."
        if is_stalled and not is_down:
            down_cause = f"Path: nothing gets through on uplink {uplink.name}, although it is open."
        return {
            down_id: Finding(
                PATH_STALLED if is_stalled and not is_down else PATH_DOWN,
                self.is_flowing and (is_down or is_stalled),
                down_cause,
            ),
            f"uplink.low:{uplink.name}": self._slow(uplink, is_down, (down_id,)),
        }

    def _slow(self, uplink: UplinkStatus, is_down: bool, part_of: tuple[str, ...]) -> Finding:
        is_late_only = uplink.health == "STARVED" and not self._is_under(uplink)
        is_unseen = self.is_flowing and uplink.health == "BLIND" and not is_down
        return Finding(
            PATH_STARVED if is_late_only else PATH_LOW,
            None if is_unseen else self.is_flowing and self._is_slow(uplink),
            self._slow_cause(uplink),
            part_of=part_of,
        )

    def _is_under(self, uplink: UplinkStatus) -> bool:
        return is_under_contract(uplink.goodput_kbps, self.status.limits)

    def _is_slow(self, uplink: UplinkStatus) -> bool:
        if uplink.health == "STARVED":
            return not uplink_recovers(uplink, self.status.limits)
        return uplink.health == "LOW" and self._is_under(uplink)

    def _slow_cause(self, uplink: UplinkStatus) -> str:
        rate = f"Path: uplink {uplink.name} gets {kbps_words(uplink.goodput_kbps)} through"
        if self._is_under(uplink) or uplink.health != "STARVED":
            is_good = self.status.feed.state == "OK"
            feed = "while the feed is good" if is_good else "less than it is given"
            return f"{rate}, under {limit_words(self.status)}, {feed}."
        late_s = None if uplink.backlog_ms is None else uplink.backlog_ms / 1000
        late = "" if late_s is None else f" and is {late_s:.1f} s behind"
        return f"{rate}{late}, while the feed is in time."

    # With several uplinks.

    @property
    def _active(self) -> UplinkStatus | None:
        name = self.status.failover.active
        return next((uplink for uplink in self.status.uplinks if uplink.name == name), None)

    def _one_of(self, uplink: UplinkStatus) -> dict[str, Finding]:
        active = self._active
        is_active = uplink is active
        fault_id = f"uplink.fault:{uplink.name}"
        low = self._slow(uplink, not is_active, ("path.none", "failover.held", fault_id))
        is_waiting = None if active is None else not is_active and not uplink.ready
        return {
            f"uplink.low:{uplink.name}": low if is_active else replace(low, present=False),
            fault_id: self._fault(uplink),
            f"uplink.standby:{uplink.name}": Finding(
                STANDBY,
                self.is_flowing and is_waiting,
                self._standby_cause(uplink),
                part_of=("path.none", fault_id),
                keeps_up=False,
            ),
        }

    def _fault(self, uplink: UplinkStatus) -> Finding:
        """What was left because of a fault, until it has been good for a while."""
        last, active = self.status.failover.last, self.status.failover.active
        if last is None or last["from"] != uplink.name:
            return Finding(FAULT, False, f"{uplink.name} failed.", part_of=("path.none",))
        is_left = last["cause"] in FAULTS and last["state"] == "done" and active != uplink.name
        is_unclear = active is None or last["state"] == "running"
        present = None if is_unclear else is_left and not self._is_good_again(uplink)
        cause = _fault_cause(last)
        return Finding(
            FAULT,
            self.is_flowing and present,
            cause,
            part_of=("path.none",),
            keeps_up=False,
            is_mending=uplink.ready,
        )

    def _is_good_again(self, uplink: UplinkStatus) -> bool:
        is_healthy = uplink.healthy_s is not None and uplink.healthy_s >= HEALTHY_S
        return self.is_mended or is_healthy

    def _standby_cause(self, uplink: UplinkStatus) -> str:
        active = self.status.failover.active
        others = [each.name for each in self.status.uplinks if each.ready and each.name != active]
        left = f"{', '.join(others)} could still take over" if others else "there is no way out"
        return (
            f"Standby {uplink.name} is not ready{_reason(uplink)}: "
            f"if {active or 'the path'} fails now, {left}."
        )

    def _way_out(self) -> dict[str, Finding]:
        failover, active = self.status.failover, self._active
        others = [each for each in self.status.uplinks if each is not active and each.ready]
        is_kept = failover.mode in ("hold", "manual", "latched") and bool(others)
        is_dead = is_bad = None
        if active is not None and not self._is_unseen(active):
            is_dead = _is_dead(active)
            is_bad = is_dead or self._is_slow(active)
        latched = "Latched: the stream moved too often, so only an outage moves it now."
        return {
            "path.none": Finding(
                NO_PATH, self._if_flowing(is_dead, not is_kept), self._none_cause()
            ),
            "failover.held": Finding(
                MANUAL if failover.mode == "manual" else HELD,
                self._if_flowing(is_bad, is_kept),
                self._kept_cause(active),
                part_of=("path.none",),
            ),
            "failover.latched": Finding(
                LATCHED,
                self._if_flowing(None if active is None else failover.mode == "latched"),
                latched,
                part_of=("path.none", "failover.held"),
            ),
        }

    @staticmethod
    def _is_unseen(uplink: UplinkStatus) -> bool:
        return uplink.state == "carrying" and uplink.health == "BLIND"

    def _if_flowing(self, seen: bool | None, and_: bool = True) -> bool | None:
        """False outweighs what cannot be seen."""
        if self.is_flowing is False or not and_:
            return False
        return None if self.is_flowing is None else seen

    def _none_cause(self) -> str:
        each = [f"{uplink.name} ({_plight(uplink)})" for uplink in self.status.uplinks]
        return f"No uplink carries: neither {' nor '.join(each)}."

    def _kept_cause(self, active: UplinkStatus | None) -> str:
        if active is None:
            return "The stream is held."
        kept = {
            "hold": f"Held by {self.held_by or 'a person'}",
            "manual": "Only people switch here",
            "latched": "Latched after too many switches",
        }.get(self.status.failover.mode, "Held")
        given = kbps_words(self.status.feed.kbps)
        if active.goodput_kbps is None or _is_dead(active):
            return f"{kept}: {active.name} carries nothing of {given}."
        return f"{kept}: {active.name} carries {active.goodput_kbps:,.0f} of {given}."


def _is_dead(active: UplinkStatus) -> bool:
    """One that has just taken over keeps the class GONE until it has a rate; it carries."""
    return active.state != "carrying" or active.health == "STALLED"


def _fault_cause(last: LastSwitch) -> str:
    """Since when is the alarm's own time, which each window tells in its own zone."""
    return f"{last['from']} failed ({CAUSE_WORDS[last['cause']]}); {last['to']} carries."


def _plight(uplink: UplinkStatus) -> str:
    """Why it is no way out."""
    if uplink.reason:
        return uplink.reason
    if uplink.state == "carrying":
        return "nothing gets through"
    return "ready" if uplink.ready else "not ready"


def _reason(uplink: UplinkStatus) -> str:
    return f" ({uplink.reason})" if uplink.reason else ""


def kbps_words(figure: float | None) -> str:
    return "an unknown rate" if figure is None else f"{figure:,.0f} kbps"


def limit_words(status: StoreStatus) -> str:
    return f"the limit of {status.limits.min_kbps:,.0f} kbps"
