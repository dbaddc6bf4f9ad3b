"""What stands in the cells of the report's tables?"""

from __future__ import annotations

from dataclasses import dataclass

from livedesk.core.clock import iso_utc
from livedesk.core.pin_latency import worst_of
from livedesk.core.pins import PinState, PinStatus
from livedesk.journal.fold.incidents import Incident
from livedesk.journal.fold.pins import PinRow
from livedesk.journal.fold.summary import Summary
from livedesk.journal.fold.switches import SwitchRow
from livedesk.journal.text import duration, shortened, show_time, shown, unit, utc_ns_at

_SIDES = {
    "encoder": "Encoder",
    "path": "Path",
    "sync": "Sync",
    "relay": "Relay",
    "instrument": "Our instrument",
    "person": "Person",
    "other": "Other",
}

_PLAIN_NAMES = {"min_kbps": "contract_kbps"}

_NOT_DONE = {"failed": "failed", "open": "not told"}

MAX_PINS = 200

_MARKS: dict[PinState, str] = {"failed": "bad", "unknown": "bad"}


@dataclass(frozen=True, slots=True)
class IncidentRow:
    number: int
    start: str
    end: str
    utc: str
    duration: str
    side: str
    worst: str
    cause: str


@dataclass(frozen=True, slots=True)
class UplinkRow:
    name: str
    carried: str
    goodput: str
    reconnects: int
    dropped: int


@dataclass(frozen=True, slots=True)
class SwitchCells:
    time: str
    utc: str
    from_: str
    to: str
    because: str
    reason: str
    figures: str
    onset: str
    detect: str
    publish: str
    keyframe: str
    lost: str
    repeated: str
    actor: str


@dataclass(frozen=True, slots=True)
class PinCells:
    time: str
    utc: str
    title: str
    state: str
    mark: str
    sent: str
    accepted: str
    latency: str
    attempts: int
    source: str
    why: str


def incident_row(place: int, incident: Incident, summary: Summary) -> IncidentRow:
    end_ms = summary.length_ms if incident.end_ms is None else incident.end_ms
    figure = incident.figure
    worst = ""
    if figure is not None:
        signed = figure == "skew_ms"
        worst = f"{shown(figure, incident.worst, signed=signed)} {unit(figure)}"
    return IncidentRow(
        number=place,
        start=show_time(incident.start_ms),
        end="to the end" if incident.end_ms is None else show_time(end_ms),
        utc=iso_utc(utc_ns_at(summary, incident.start_ms))[11:19],
        duration=duration((end_ms - incident.start_ms) / 1000),
        side=_SIDES[incident.side],
        worst=worst,
        cause=f"{incident.subject}: {incident.cause}" if incident.subject else incident.cause,
    )


def uplink_rows(summary: Summary) -> list[UplinkRow]:
    means = {s.subject: s.mean for s in summary.figures if s.figure == "goodput_kbps"}
    names = dict.fromkeys((*summary.carried_s, *summary.reconnects, *summary.dropped_messages))
    return [
        UplinkRow(
            name=name,
            carried=duration(summary.carried_s.get(name, 0)),
            goodput=shown("goodput_kbps", means.get(name)),
            reconnects=summary.reconnects.get(name, 0),
            dropped=summary.dropped_messages.get(name, 0),
        )
        for name in names
    ]


def switch_row(row: SwitchRow) -> SwitchCells:
    figures = [_figure(name, value) for name, value in row.deciding.items()]
    return SwitchCells(
        time=show_time(row.t_ms, tenths=True),
        utc=iso_utc(row.utc_ns)[11:19],
        from_=row.from_,
        to=row.to,
        because=row.cause_words,
        reason=row.reason,
        figures=", ".join(figures),
        onset="–" if row.detect_ms is None else show_time(row.onset_ms, tenths=True),
        detect=plain_number(row.detect_ms),
        publish=plain_number(row.publish_ms),
        keyframe=plain_number(row.switch_ms) if row.state == "done" else _NOT_DONE[row.state],
        lost=plain_number(row.frames_lost),
        repeated=plain_number(row.frames_repeated),
        actor=row.actor,
    )


def listed_pins(summary: Summary) -> list[PinRow]:
    """In order of their cues: the newest, and those that somebody will ask about."""
    if len(summary.pins) <= MAX_PINS:
        return list(summary.pins)
    worst = {pin.id for pin in worst_of((row.pin for row in summary.pins), MAX_PINS // 2)}
    newest = {row.pin.id for row in summary.pins[-MAX_PINS // 2 :]}
    return [row for row in summary.pins if row.pin.id in worst | newest]


def pin_row(row: PinRow) -> PinCells:
    pin = row.pin
    action = "Unpin" if pin.action == "unpin" else pin.title or pin.product_id
    source = pin.source.replace("_", " ")
    return PinCells(
        time=show_time(row.t_ms, tenths=True),
        utc=iso_utc(pin.cued_utc_ns)[11:19],
        title=shortened(action),
        state=_pin_state(pin),
        mark=_pin_mark(pin),
        sent=plain_number(pin.sent_ms),
        accepted=plain_number(pin.accepted_ms),
        latency=plain_number(pin.latency_ms),
        attempts=pin.attempts,
        source=f"{source}, {pin.actor}" if pin.actor else source,
        why=pin.reason,
    )


def _pin_state(pin: PinStatus) -> str:
    words = "late, not shown" if _is_lost(pin) else pin.state.replace("_", " ")
    return f"{words} (by hand)" if pin.by_hand else words


def _pin_mark(pin: PinStatus) -> str:
    if pin.state == "late":
        return "bad" if _is_lost(pin) else "look"
    return _MARKS.get(pin.state, "good")


def _is_lost(pin: PinStatus) -> bool:
    """Too late to be sent: viewers never saw it, which is another matter than seeing it late."""
    return pin.state == "late" and not pin.shown


def _figure(name: str, value: float) -> str:
    """`goodput_kbps` 1480 as "goodput 1,480 kbps": a name carries its unit."""
    what, _, unit_name = _PLAIN_NAMES.get(name, name).rpartition("_")
    return f"{what.replace('_', ' ')} {value:,.0f} {unit_name}".strip()


def plain_number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"
