"""What did the platform, and so viewers, have of an incident? Its seconds, against the limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from typing import Final

from livedesk.core.status import Limits
from livedesk.journal.fold.incidents import SETTLING_S, Incident
from livedesk.journal.fold.switches import SwitchRow
from livedesk.journal.text import duration

NO_EFFECT = "None seen: what the platform got stayed within the limits."
NOT_MEASURED = "Not measured."
MEASURING_ONLY = "None on the stream: it was the measuring that was away."

_STREAM: Final = frozenset(("encoder", "path", "relay"))
"""Sides on which a trouble is one of the stream."""
_SENSES: Final = {"picture": "The picture", "sound": "The sound"}
"""By the first word of an alarm: what can be wrong while all bits arrive."""


@dataclass(frozen=True, slots=True)
class Seconds:
    """What each second of the session was like, as far as it was measured.

    `off`: known to be off air. `rates`: what the platform acknowledged or, where no uplink was
    measured in the whole session, what came from the encoder.
    """

    length_s: int
    off: Set[int]
    rates: Mapping[int, float]
    skew: Mapping[int, float]
    limits: Limits


def with_effects(incidents: Iterable[Incident], seconds: Seconds) -> list[Incident]:
    return [replace(incident, effect=_effect(incident, seconds)) for incident in incidents]


def _effect(incident: Incident, seconds: Seconds) -> str:
    """Only of what the incident is about: another one may have fallen into the same seconds."""
    if incident.switch is not None:
        return _of_switch(incident.switch)
    stretch = _stretch(incident, seconds.length_s)
    if incident.side == "sync":
        return " ".join(_apart(stretch, seconds))
    if incident.side == "instrument":
        return MEASURING_ONLY
    seen = _SENSES.get(incident.subject.partition(".")[0])
    if seen is not None:
        return f"{seen} was affected for {duration(_lasted_ms(incident, seconds) / 1000)}."
    is_stream = incident.side in _STREAM or incident.figure is not None
    found = [*_dark(stretch, seconds), *(_low(stretch, seconds) if is_stream else ())]
    if found or not is_stream:
        return " ".join(found)
    measured = sum(t_s in seconds.rates for t_s in stretch)
    return NO_EFFECT if stretch and measured == len(stretch) else NOT_MEASURED


def _lasted_ms(incident: Incident, seconds: Seconds) -> int:
    end_ms = seconds.length_s * 1000 if incident.end_ms is None else incident.end_ms
    return max(0, end_ms - incident.start_ms)


def _stretch(incident: Incident, length_s: int) -> range:
    """Its seconds; one that is shorter than a second has the one in which it began."""
    start_s = max(0, incident.start_ms // 1000)
    end_s = length_s if incident.end_ms is None else -(-incident.end_ms // 1000)
    return range(start_s, min(length_s, max(end_s, start_s + 1)))


def _of_switch(row: SwitchRow) -> str:
    if row.gap_ms is None:
        return "The other uplink did not take over." if row.state == "failed" else NOT_MEASURED
    told = f"The platform got nothing new for {duration(row.gap_ms / 1000)}"
    if row.lost_ms:
        told += f"; {duration(row.lost_ms / 1000)} of the show was given up"
    return f"{told}."


def _dark(stretch: Iterable[int], seconds: Seconds) -> Iterable[str]:
    dark_s = sum(t_s in seconds.off for t_s in stretch)
    if dark_s:
        yield f"Nothing reached the platform for {duration(dark_s)}."


def _low(stretch: Iterable[int], seconds: Seconds) -> Iterable[str]:
    limit = seconds.limits.min_kbps
    below_s = sum(
        t_s >= SETTLING_S and t_s not in seconds.off and seconds.rates.get(t_s, limit) < limit
        for t_s in stretch
    )
    if below_s:
        yield f"{duration(below_s)} below {limit:,.0f} kbps."


def _apart(stretch: Iterable[int], seconds: Seconds) -> Iterable[str]:
    limit_ms = seconds.limits.max_skew_ms
    far = [skew for t_s in stretch if abs(skew := seconds.skew.get(t_s, 0.0)) > limit_ms]
    if far:
        worst = max(far, key=abs)
        side = "early" if worst > 0 else "late"
        yield f"Sound {side} by up to {abs(worst):,.0f} ms, {duration(len(far))} beyond the limit."
