"""When did the stream move to another uplink, why, and how long did it take?

Told by the relay: `failover.switch` opens a switch, `failover.published` adds to it, and
`failover.done` or `failover.failed` ends it (docs/architecture.md, "Failover").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from livedesk.core.causes import CAUSE_WORDS, FAULTS, ORDERED
from livedesk.core.clock import NS_PER_MS
from livedesk.journal.reader import TimedEvent

_ENDS: Final[Mapping[str, Literal["done", "failed"]]] = {
    "failover.done": "done",
    "failover.failed": "failed",
}

SWITCH_EVENTS: Final = frozenset(("failover.switch", "failover.published", *_ENDS))
"""Those that `switches` looks at."""

_DECIDED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "gone": (),
    "silence": ("silent_ms", "silence_limit_ms", "unsent_bytes", "feed_kbps"),
    "congestion": ("capacity_kbps", "min_kbps", "lag_ms", "unsent_bytes", "feed_kbps"),
    "backlog": ("backlog_ms", "goodput_kbps", "feed_kbps"),
    "contract": ("goodput_kbps", "min_kbps", "feed_kbps"),
    "refused": (),
    "fail_back": (),
    "operator": (),
    "drill": (),
}
"""By cause, the figures of the detector that found it (docs/architecture.md, "Failover"). The relay
notes all of them at each switch."""


@dataclass(frozen=True, slots=True)
class SwitchRow:
    """One switch. Times of the session in ms; `None` is not known.

    `detect_ms`: from the estimated onset of the fault to the decision, at `t_ms`. `publish_ms` and
    `switch_ms`: from there until the platform took the publication, and until it had acknowledged
    the first keyframe.
    """

    t_ms: int
    utc_ns: int
    from_: str
    to: str
    cause: str
    reason: str
    actor: str
    figures: Mapping[str, float | None]
    state: Literal["done", "failed", "open"] = "open"
    detect_ms: float | None = None
    publish_ms: float | None = None
    switch_ms: float | None = None
    frames_lost: int | None = None
    frames_repeated: int | None = None
    lost_ms: float | None = None

    @property
    def onset_ms(self) -> int:
        """When the fault began; without an estimate, when it was decided."""
        return self.t_ms - round(self.detect_ms or 0.0)

    @property
    def onset_utc_ns(self) -> int:
        return self.utc_ns - round((self.detect_ms or 0.0) * NS_PER_MS)

    @property
    def end_ms(self) -> int | None:
        return None if self.switch_ms is None else self.t_ms + round(self.switch_ms)

    @property
    def gap_ms(self) -> float | None:
        """How long the platform got nothing new: from the onset of the fault, or from the decision
        where there was none, until it had acknowledged the first keyframe."""
        return None if self.switch_ms is None else (self.detect_ms or 0.0) + self.switch_ms

    @property
    def is_for_fault(self) -> bool:
        return self.cause in FAULTS

    @property
    def cause_words(self) -> str:
        return CAUSE_WORDS.get(self.cause, self.cause)

    @property
    def deciding(self) -> dict[str, float]:
        """The known figures that decided; all of them for a cause of a later livedesk."""
        names = _DECIDED_BY.get(self.cause, tuple(self.figures))
        known = {name: self.figures.get(name) for name in names}
        return {name: value for name, value in known.items() if value is not None}


def switches(events: Iterable[TimedEvent]) -> list[SwitchRow]:
    """In order of their decisions. One whose end was never told stays `open`."""
    found: list[SwitchRow] = []
    for timed in sorted(events, key=lambda e: (e.t_ms, e.event.seq)):
        kind, data = timed.event.kind, timed.event.data
        if kind == "failover.switch":
            found.append(_with_figures(_begun(timed, timed.t_ms), data))
        elif kind == "failover.published" and found and found[-1].state == "open":
            found[-1] = replace(found[-1], publish_ms=_number(data, "publish_ms"))
        elif kind in _ENDS:
            row = found.pop() if _is_of(found, data) else _begun(timed, _decided_ms(timed))
            found.append(replace(_with_figures(row, data), state=_ENDS[kind]))
    return found


def _is_of(found: list[SwitchRow], data: Mapping[str, Any]) -> bool:
    return bool(found) and found[-1].state == "open" and found[-1].to == _text(data, "to")


def _decided_ms(timed: TimedEvent) -> int:
    """Of a switch whose beginning is not on record."""
    return timed.t_ms - round(_number(timed.event.data, "switch_ms") or 0.0)


def _begun(timed: TimedEvent, t_ms: int) -> SwitchRow:
    event = timed.event
    figures = event.data.get("figures")
    return SwitchRow(
        t_ms=t_ms,
        utc_ns=event.utc_ns - (timed.t_ms - t_ms) * NS_PER_MS,
        from_=_text(event.data, "from"),
        to=_text(event.data, "to"),
        cause=_text(event.data, "cause"),
        reason=_text(event.data, "reason"),
        actor=_text(event.data, "actor") if _text(event.data, "cause") in ORDERED else "",
        figures=_figures(figures) if isinstance(figures, dict) else {},
    )


def _with_figures(row: SwitchRow, data: Mapping[str, Any]) -> SwitchRow:
    """What this event knows, beside what is known already."""
    lost, repeated = _number(data, "frames_lost"), _number(data, "frames_repeated")
    return replace(
        row,
        detect_ms=_first(_number(data, "detect_ms"), row.detect_ms),
        publish_ms=_first(_number(data, "publish_ms"), row.publish_ms),
        switch_ms=_first(_number(data, "switch_ms"), row.switch_ms),
        lost_ms=_first(_number(data, "lost_ms"), row.lost_ms),
        frames_lost=row.frames_lost if lost is None else round(lost),
        frames_repeated=row.frames_repeated if repeated is None else round(repeated),
    )


def _figures(data: Mapping[str, Any]) -> dict[str, float | None]:
    return {name: _number(data, name) for name in data}


def _first(new: float | None, old: float | None) -> float | None:
    return old if new is None else new


def _number(data: Mapping[str, Any], name: str) -> float | None:
    value = data.get(name)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""
