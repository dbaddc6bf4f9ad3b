"""What do windows know of the sessions on record? Values that cross between engine and desk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal, get_args

ExportFormat = Literal["csv", "xlsx", "jsonl", "parquet", "html", "pdf", "vtt", "edl"]
EXPORT_FORMATS: Final[tuple[ExportFormat, ...]] = get_args(ExportFormat)

Edition = Literal["full", "brand"]
"""`brand`: for a brand's eyes, without names of people and internal addresses."""

Mark = Literal["good", "look", "bad", "unknown"]

JobState = Literal["queued", "running", "done", "cancelled", "failed"]


@dataclass(frozen=True, slots=True)
class RecordedSession:
    """A session file of this machine. With a `problem` only the file is known."""

    id: str
    store: str
    file: str
    name: str = ""
    platform: str = ""
    started_utc_ns: int | None = None
    ended_utc_ns: int | None = None
    bytes: int = 0
    signed_off: bool = False
    open: bool = False
    """It is being written now."""
    sandbox: bool = False
    kept: str = ""
    """Why it must not be deleted; empty where nobody said so."""
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class SummaryFigure:
    """One figure of the verdict. `key` is stable, so that two sessions can be compared by it.

    `word` says the mark, so that nothing depends on a colour. `better`: which of two is better.
    """

    key: str
    title: str
    value: float | None
    text: str
    unit: str
    mark: Mark
    word: str
    note: str
    better: Literal["high", "low"] | None = None


Verdict = Literal["left", "right", "same", "none"]
"""Of two sessions beside each other. `none`: there is no better, or one of the two is not known."""


def better_of(left: SummaryFigure | None, right: SummaryFigure | None) -> Verdict:
    """Which session did better in a figure, by the figure's own sense."""
    if left is None or right is None or left.value is None or right.value is None:
        return "none"
    # What reads the same is the same: nobody is to look for a difference behind the digits.
    if left.value == right.value or (left.text, left.unit) == (right.text, right.unit):
        return "same"
    if left.better is None or left.better != right.better or left.unit != right.unit:
        return "none"
    return "left" if (left.value > right.value) == (left.better == "high") else "right"


@dataclass(frozen=True, slots=True)
class RecordedIncident:
    """Times in ms of the session; `end_ms` None lasted to the end of the record."""

    start_ms: int
    end_ms: int | None
    side: str
    cause: str
    done: str = ""
    by: str = ""
    effect: str = ""


@dataclass(frozen=True, slots=True)
class SessionFigures:
    """What a session amounts to (`GET /v1/sessions/{id}/summary`)."""

    session: str
    store: str
    name: str
    started_utc_ns: int
    length_ms: int
    headline: str
    figures: tuple[SummaryFigure, ...] = ()
    incidents: tuple[RecordedIncident, ...] = ()
    limits: dict[str, float] = field(default_factory=dict)
    sealed: Literal["intact", "broken", "unsealed"] = "unsealed"
    """Whether the chain over its acts is as it was written."""
    seal_head: str = ""


@dataclass(frozen=True, slots=True)
class ExportedFile:
    name: str
    bytes: int


@dataclass(frozen=True, slots=True)
class ExportJob:
    """An export that was asked for. `done`: share from 0 to 1; `doing`: what is being written."""

    id: str
    sessions: tuple[str, ...]
    formats: tuple[ExportFormat, ...]
    edition: Edition = "full"
    evidence: bool = False
    by: str = ""
    asked_utc_ns: int = 0
    state: JobState = "queued"
    done: float = 0.0
    doing: str = ""
    files: tuple[ExportedFile, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class RowComplaint:
    """What is wrong with a row of an order file; `row` counts from 1, as a spreadsheet does."""

    row: int
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class OrderFile:
    """An order or settlement export that was handed in, and how its columns are understood."""

    id: str
    name: str
    columns: tuple[str, ...] = ()
    rows: int = 0
    usable: int = 0
    mapping: dict[str, str] = field(default_factory=dict)
    """Our field → the column of the file. Kept for the agency, for files with the same columns."""
    missing: tuple[str, ...] = ()
    """Fields without which nothing can be joined and that no column was found for."""
    complaints: tuple[RowComplaint, ...] = ()
    complaint_count: int = 0
    """All of them; `complaints` holds the first 200."""
