"""What was done about an incident, and by whom? Acts and switches near it in time.

The record does not say that an act was meant for an incident; that it fell into it, or into the
minute after its end and before the next one began, is what can be said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from livedesk.journal.fold.actions import ActionRow
from livedesk.journal.fold.incidents import Incident, side_of_alarm
from livedesk.journal.fold.switches import SwitchRow

BY_ITSELF: Final = "livedesk"
"""Who did what nobody ordered."""

AFTERWARDS_MS: Final = 60_000
_JUST_BEFORE_MS: Final = 1_000
_MOST: Final = 4
"""Acts that are named; of more the number is told."""

_WORDS: Final = {
    "alarm.acknowledged": "Alarm acknowledged.",
    "alarm.unshelved": "Alarm taken back from the shelf.",
}
_ANSWERS: Final = frozenset(("order", "alarm"))
"""First parts of acts that answer a trouble; a pin or a word on a comment does not."""

_NO_STREAM: Final = frozenset(("instrument", "other"))
"""Sides on which a switch would mend nothing."""

_Deed = tuple[int, str, str]
"""When, who, and what."""


def with_answers(
    incidents: Sequence[Incident], actions: Sequence[ActionRow], moved: Sequence[SwitchRow]
) -> list[Incident]:
    """`incidents` in order of their starts."""
    acts = [row for row in actions if row.act.partition(".")[0] in _ANSWERS]
    found = []
    for place, incident in enumerate(incidents):
        later = (other.start_ms for other in incidents[place + 1 :])
        next_ms = next((ms for ms in later if ms > incident.start_ms), None)
        deeds = [
            *_moves(incident, moved),
            *(
                (row.t_ms, row.actor, _told(row))
                for row in acts
                if _is_near(row, incident, next_ms) and _may_be_meant(row, incident)
            ),
        ]
        found.append(_answered(incident, sorted(deeds, key=lambda deed: deed[0])))
    return found


def _answered(incident: Incident, deeds: Sequence[_Deed]) -> Incident:
    done = list(dict.fromkeys(what for _, _, what in deeds))
    more = f" And {len(done) - _MOST} more acts." if len(done) > _MOST else ""
    people = dict.fromkeys(who for _, who, _ in deeds)
    return replace(incident, done=" ".join(done[:_MOST]) + more, by=", ".join(people))


def _moves(incident: Incident, moved: Sequence[SwitchRow]) -> Iterator[_Deed]:
    for row in moved:
        is_its_own = row is incident.switch
        is_inside = incident.start_ms <= row.t_ms and (
            incident.end_ms is None or row.onset_ms <= incident.end_ms
        )
        is_stream = incident.side not in _NO_STREAM and incident.side != "sync"
        if is_its_own or (incident.switch is None and is_inside and is_stream):
            outcome = "" if row.state == "done" else ", which did not take over"
            yield row.t_ms, row.actor or BY_ITSELF, f"Stream moved to {row.to}{outcome}."


def _is_near(row: ActionRow, incident: Incident, next_ms: int | None) -> bool:
    if incident.end_ms is None:
        return row.t_ms >= incident.start_ms - _JUST_BEFORE_MS
    until_ms = incident.end_ms + AFTERWARDS_MS
    if next_ms is not None:
        until_ms = max(incident.end_ms, min(until_ms, next_ms - 1))
    return incident.start_ms - _JUST_BEFORE_MS <= row.t_ms <= until_ms


def _may_be_meant(row: ActionRow, incident: Incident) -> bool:
    """A word on an alarm is meant for that alarm, an order to the failover for the stream."""
    if row.act.startswith("alarm."):
        is_its_alarm, side = row.subject == incident.subject, side_of_alarm(row.subject)
        return is_its_alarm or (side == incident.side and side != "other")
    return incident.side not in _NO_STREAM or incident.figure is not None


def _told(row: ActionRow) -> str:
    if row.act == "alarm.shelved":
        return "Alarm put aside."
    told = _WORDS.get(row.act, row.outcome or row.text)
    return told if told.endswith((".", "!", "?")) else f"{told}."
