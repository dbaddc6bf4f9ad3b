"""Does the stream get out, and could another uplink take over? Lines of the check. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from livedesk.core.check import CheckItem
from livedesk.core.clock import NS_PER_S
from livedesk.core.status import StoreStatus, UplinkStatus
from livedesk.engine.checking.facts import DRILL_H, CheckFacts, Drilled
from livedesk.engine.checking.items import go, hours, no_go, not_used, sentence, unknown

_NS_PER_H: Final = 3600 * NS_PER_S
_WEAK: Final = ("LOW", "STARVED", "STALLED", "GONE")


def way_out(facts: CheckFacts) -> CheckItem:
    """The uplink that carries, or the one that would be the first to."""
    item = ("way", "Way out")
    uplink = _first(facts)
    if uplink is None:
        return not_used(*item, "livedesk carries no stream of this store.")
    name, why = uplink.name, sentence(uplink.reason or "it gives no reason")
    action = f"Look at the network of {name}, and at its address and key: livedesk doctor."
    if uplink.state == "carrying":
        if uplink.health == "OK":
            rate = uplink.goodput_kbps
            kbps = "" if rate is None else f", {rate:,.0f} kbps acknowledged"
            return go(*item, f"{name} carries{kbps}.")
        if uplink.health in _WEAK:
            return no_go(*item, f"{name} carries, and is {uplink.health}.", action)
        return unknown(*item, f"{name} carries; how well is not known.", "Wait a few seconds.")
    if uplink.ready:
        return go(*item, f"{name} is connected and ready.")
    if uplink.health == "BLIND" and uplink.state == "down":
        return unknown(*item, f"{name}: {why}", "See the alarm of the relay.")
    return no_go(*item, f"{name} is not connected: {why}", action)


def _first(facts: CheckFacts) -> UplinkStatus | None:
    uplinks, active = facts.status.uplinks, facts.status.failover.active
    carrying = (uplink for uplink in uplinks if uplink.state == "carrying")
    named = (uplink for uplink in uplinks if uplink.name == active)
    return next(iter((*carrying, *named, *uplinks)), None)


def standbys(facts: CheckFacts) -> Iterator[CheckItem]:
    """A line for each uplink beside the first."""
    first = _first(facts)
    others = [uplink for uplink in facts.status.uplinks if uplink is not first]
    if not others:
        yield not_used("standby", "Standby", "There is one uplink only: nothing could take over.")
    for uplink in others:
        yield _standby(uplink, facts)


def _standby(uplink: UplinkStatus, facts: CheckFacts) -> CheckItem:
    item = (f"standby/{uplink.name}", f"Standby {uplink.name}")
    is_ours = facts.status.failover.mode != "external"
    if is_ours and not uplink.ready:
        why = sentence(uplink.reason or "it gives no reason")
        return no_go(*item, f"It could not take over: {why}", f"Bring {uplink.name} up.")
    drilled = facts.drills.get(uplink.name)
    ready = "Ready, " if is_ours else ""
    drill = f"Drill it: the stream goes to {uplink.name} and back."
    if drilled is None:
        return no_go(*item, _sentence(f"{ready}never rehearsed."), drill)
    old_h = (facts.utc_ns - drilled.utc_ns) / _NS_PER_H
    if not drilled.passed:
        why = sentence(drilled.step or "no reason is known")
        return no_go(*item, f"The drill of {hours(old_h)} ago failed: {why}", drill)
    if old_h > DRILL_H:
        text = f"{ready}rehearsed {hours(old_h)} ago; {DRILL_H:.0f} h are the most."
        return no_go(*item, _sentence(text), drill)
    return go(*item, _sentence(f"{ready}rehearsed {hours(old_h)} ago."))


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"


def rehearsals(status: StoreStatus, known: Mapping[str, Drilled]) -> dict[str, Drilled]:
    """`known` with what the status says of the newest drill, if that has ended.

    One that passed proves the way there and the way back; one that failed proves nothing of the
    uplink that it was to reach.
    """
    drill, found = status.failover.drill, dict(known)
    if drill is None or drill.state == "running":
        return found
    tried = [switch["to"] for switch in drill.switches]
    if drill.state == "failed":
        active = status.failover.active
        tried = tried[:1] or [each.name for each in status.uplinks if each.name != active]
    told = Drilled(drill.utc_ns, drill.state == "passed", drill.step)
    newer = (name for name in tried if name not in known or known[name].utc_ns < drill.utc_ns)
    return found | dict.fromkeys(newer, told)


def platform(facts: CheckFacts) -> CheckItem:
    """What the platform gives out, where a return check is configured."""
    item = ("platform", "Platform's output")
    check = facts.status.return_check
    if check is None:
        return not_used(*item, "No return check is configured.")
    why = f": {check.reason.rstrip('.')}" if check.reason else ""
    if check.state in ("GONE", "STALLED"):
        is_fed = any(uplink.state == "carrying" for uplink in facts.status.uplinks)
        if is_fed:
            action = "Look at the platform's own page: is the LIVE started there?"
            return no_go(*item, f"Nothing comes back from the platform{why}.", action)
        return unknown(*item, "The platform is given nothing yet.", "Bring the encoder in.")
    if check.state == "BLIND":
        return unknown(*item, f"It could not be seen{why}.", "Look at the platform's own page.")
    return go(*item, "The platform shows the stream.")
