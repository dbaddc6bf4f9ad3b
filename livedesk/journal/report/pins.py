"""What stands in the report about pins?"""

from __future__ import annotations

from typing import Final

from livedesk.core.clock import iso_utc
from livedesk.core.pin_latency import worst_of
from livedesk.core.pins import PinState, PinStatus
from livedesk.core.records import Mark
from livedesk.journal.fold.pins import PinRow
from livedesk.journal.fold.summary import Summary
from livedesk.journal.report.edition import AsWritten
from livedesk.journal.report.grid import Cell, Chapter, Column, Grid, Row, left_out
from livedesk.journal.report.words import joined, plain_number
from livedesk.journal.text import shortened, show_time

MAX_PINS: Final = 120
MAX_WORST: Final = 60
"""Of more pins than that so many are listed: what was well is in the plot."""

_MARKS: Final[dict[PinState, Mark]] = {
    "failed": "bad",
    "unknown": "unknown",
    "superseded": "unknown",
    "refused": "look",
}

_COUNTS: Final = (
    "Sent", "Shown", "In time", "Late", "Not sent", "Failed", "Unknown", "Superseded", "Refused",
    "50 % ms", "95 % ms", "99 % ms", "Longest ms",
)  # fmt: skip

_PINS: Final = (
    Column("Cue", 11, "number"),
    Column("UTC", 10, "number"),
    Column("Product", 27),
    Column("State", 14, "strong"),
    Column("Sent ms", 7, "number"),
    Column("Accepted ms", 9, "number"),
    Column("Read back ms", 9, "number"),
    Column("Tries", 6, "number"),
    Column("Called by", 12),
    Column("Why", 18),
)


def pins_chapter(summary: Summary, words: AsWritten) -> Chapter:
    latency, budget_ms = summary.pin_latency, summary.info.limits.pin_budget_ms
    listed = listed_pins(summary)
    counts: list[str | Cell] = [
        f"{count:,}"
        for count in (
            latency.sent, latency.shown, latency.within, latency.late - latency.unsent,
            latency.unsent, latency.failed, latency.unknown, latency.superseded, latency.refused,
        )
    ]  # fmt: skip
    times = (latency.p50_ms, latency.p95_ms, latency.p99_ms, latency.max_ms)
    whole = Grid(
        f"What became of the pins (in time: read back within {budget_ms:,.0f} ms of the cue)",
        [Column(name, 10, "number") for name in _COUNTS],
        [[*counts, *map(plain_number, times)]],
    )
    which = "Those that failed and the slowest,"
    notes = [
        "All times count from the cue. Read back: the platform itself said that it shows the "
        "product; by hand: the person who pinned it said so. A cue from another device was "
        "corrected by the offset of that device's clock, which is in the exports with its error.",
        *left_out(len(listed), len(summary.pins), which),
    ]
    each = Grid("Pins in order of their cues", _PINS, [_pin(r, words) for r in listed], notes)
    return Chapter("pins", "Pins", grids=[whole, each])


def listed_pins(summary: Summary) -> list[PinRow]:
    """In order of their cues: all, or those that somebody will ask about."""
    if len(summary.pins) <= MAX_PINS:
        return list(summary.pins)
    worst = {pin.id for pin in worst_of((row.pin for row in summary.pins), MAX_WORST)}
    return [row for row in summary.pins if row.pin.id in worst]


def is_bad(pin: PinStatus) -> bool:
    """Viewers saw it late, or not at all."""
    return pin.state in ("late", "failed", "unknown")


def _pin(row: PinRow, words: AsWritten) -> Row:
    pin = row.pin
    action = "Unpin" if pin.action == "unpin" else pin.title or pin.product_id
    return (
        show_time(row.t_ms, tenths=True),
        iso_utc(pin.cued_utc_ns)[11:19],
        shortened(action),
        Cell(_state(pin), mark=_mark(pin)),
        plain_number(pin.sent_ms),
        plain_number(pin.accepted_ms),
        plain_number(pin.latency_ms),
        str(pin.attempts),
        joined(words.name(pin.actor), pin.source.replace("_", " ")),
        shortened(words.edit(pin.reason), 200),
    )


def _state(pin: PinStatus) -> str:
    told = "late, not shown" if _is_lost(pin) else pin.state.replace("_", " ")
    return f"{told} (by hand)" if pin.by_hand else told


def _mark(pin: PinStatus) -> Mark:
    if pin.state == "late":
        return "bad" if _is_lost(pin) else "look"
    return _MARKS.get(pin.state, "good")


def _is_lost(pin: PinStatus) -> bool:
    """Too late to be sent: viewers never saw it, which is another matter than seeing it late."""
    return pin.state == "late" and not pin.shown
