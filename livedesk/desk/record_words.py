"""How is a session on record told? When, how long, how it stands, and what its figures say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from pathlib import PurePosixPath
from typing import Final

from livedesk.core.clock import NS_PER_S
from livedesk.core.one_line import one_line
from livedesk.core.records import (
    ExportFormat,
    Mark,
    RecordedIncident,
    RecordedSession,
    SessionFigures,
    SummaryFigure,
)
from livedesk.desk.errors import DeskError, RefusedError
from livedesk.desk.looks import Look
from livedesk.desk.words import NOTHING, number, show_clock, span, tr, trn

_NO_SUCH_CALL = frozenset((404, 405))
_NO_SUCH_CODES = frozenset(("", "not_found", "method_not_allowed"))

_FILE_TIME: Final = re.compile(r"\d{8}T\d{6}Z")

KB = 1_000
LONGEST_NAME = 80
SOON_S = 2.0
"""Nobody asks himself before that whether anything goes on."""


def started_ns(session: RecordedSession) -> int | None:
    """When it began: where the file cannot be read, its name says it, and the id with it."""
    if session.started_utc_ns is not None:
        return session.started_utc_ns
    found = _FILE_TIME.search(session.id)
    if found is None:
        return None
    with suppress(ValueError):
        began = datetime.strptime(found[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return int(began.timestamp()) * NS_PER_S
    return None


def session_name(session: RecordedSession) -> str:
    return one_line(session.name or session.store, LONGEST_NAME)


def started_words(session: RecordedSession, zone: tzinfo | None = None) -> str:
    """`Mon 21 Sep 2026, 12:46`, in the operator's time zone."""
    began = started_ns(session)
    return tr("start not known") if began is None else moment_words(began, zone)


def moment_words(utc_ns: int, zone: tzinfo | None = None) -> str:
    return f"{_at(utc_ns, zone):%a %d %b %Y, %H:%M}"


def day_of(session: RecordedSession, zone: tzinfo | None = None) -> str:
    """`2026-09-21`: short to type, and the same in every language."""
    began = started_ns(session)
    return "" if began is None else f"{_at(began, zone):%Y-%m-%d}"


def _at(utc_ns: int, zone: tzinfo | None) -> datetime:
    return datetime.fromtimestamp(utc_ns / NS_PER_S, zone)


def length_words(seconds: float | None) -> str:
    return NOTHING if seconds is None else span(seconds)


def size_words(size: int) -> str:
    """`812 B`, `4.1 MB`: decimal, as disks are sold and files are listed."""
    if size < KB:
        return f"{size} B"
    value = float(size)
    for unit in ("kB", "MB", "GB"):
        value /= KB
        if value < KB or unit == "GB":
            return f"{number(value, 0 if value >= 100 else 1)} {unit}"
    raise AssertionError("unreachable")


def state_words(session: RecordedSession) -> tuple[Look, str]:
    """How the file stands; what happened in the show is another matter."""
    if session.problem is not None:
        return "warning", tr("Cannot be read: {why}").format(why=_why(session))
    if session.open:
        return "busy", tr("On record now")
    if session.kept:
        return "ok", tr("Kept: {why}").format(why=session.kept)
    if not session.signed_off:
        return "notice", tr("Not signed off")
    return "ok", tr("Signed off")


def _why(session: RecordedSession) -> str:
    """What is wrong with the file, without where it lies, which would leave no room for it."""
    problem = session.problem or ""
    _, _, after = problem.partition(PurePosixPath(session.file).name)
    return after.partition(": ")[2] or problem


def spoken(session: RecordedSession, seconds: float | None, zone: tzinfo | None = None) -> str:
    """One row for a screen reader."""
    parts = (session_name(session), started_words(session, zone), length_words(seconds),
             size_words(session.bytes), state_words(session)[1])  # fmt: skip
    return ", ".join(parts)


def count_words(sessions: Sequence[RecordedSession], of: int | None = None) -> str:
    """`14 sessions · 3.1 GB`, or `2 of 14 sessions · 400 MB`."""
    size = size_words(sum(each.bytes for each in sessions))
    if of is not None and of != len(sessions):
        text = tr("{n} of {all} sessions").format(n=len(sessions), all=of)
    else:
        text = trn("{n} session", "{n} sessions", len(sessions)).format(n=len(sessions))
    return f"{text} · {size}"


def trouble_words(error: DeskError) -> str:
    """What did not come about. An engine that is older than the console lacks some calls, and
    says no more than that."""
    if (
        isinstance(error, RefusedError)
        and error.status in _NO_SUCH_CALL
        and error.code in _NO_SUCH_CODES
    ):
        return tr("This engine is older than the window, and cannot do that. Update it.")
    return error.words


def mark_look(mark: Mark) -> Look:
    looks: dict[Mark, Look] = {
        "good": "ok", "look": "notice", "bad": "critical", "unknown": "unknown",
    }  # fmt: skip
    return looks[mark]


def reading_words(waited_s: float) -> str:
    """While figures are fetched; of a long session it goes on for so long that it has to be seen
    to go on."""
    words = tr("The engine reads the session…")
    if waited_s < SOON_S:
        return words
    more = tr("{seconds} s so far. A long one takes a while; it can be exported meanwhile.")
    return f"{words} {more.format(seconds=number(waited_s))}"


def figure_text(figure: SummaryFigure) -> str:
    """With its unit, unless that is part of its text, as it is of `2:15:00`."""
    text = figure.text or NOTHING
    is_whole = text.endswith(figure.unit) or ":" in text or text == NOTHING
    return text if is_whole or figure.value is None else f"{text} {figure.unit}"


def seal_words(figures: SessionFigures) -> tuple[Look, str]:
    """Whether what people did is still as it was written."""
    match figures.sealed:
        case "intact":
            words = tr("The seal is intact: nothing was changed since it was written.")
            head = figures.seal_head[:12]
            return "ok", f"{words} {head}".strip()
        case "broken":
            return "critical", tr("The seal is broken: this file was changed after it was written.")
        case _:
            return "unknown", tr("Not sealed: nobody can tell whether this file was changed.")


def incident_time(incident: RecordedIncident) -> str:
    """`0:12:03 for 6.2 s`"""
    start = show_clock(incident.start_ms / 1000)
    if incident.end_ms is None:
        return tr("{start}, until the end").format(start=start)
    took_s = (incident.end_ms - incident.start_ms) / 1000
    took = f"{number(took_s, 1)} s" if took_s < 10 else span(took_s)
    return tr("{start} for {length}").format(start=start, length=took)


def incident_words(incident: RecordedIncident) -> str:
    """What was done, by whom, and what it cost; empty where nobody did a thing."""
    done = incident.done
    if done and incident.by:
        done = tr("{done} ({who})").format(done=done, who=incident.by)
    return " · ".join(filter(None, (done, incident.effect)))


def format_name(fmt: ExportFormat) -> tuple[str, str]:
    """What it is called, and whom it is for."""
    return {
        "pdf": (tr("Report, PDF"), tr("the report to send and to print")),
        "html": (tr("Report, HTML"), tr("the report for a browser, in one file")),
        "xlsx": (tr("Excel"), tr("all tables as sheets, with charts")),
        "csv": (tr("CSV"), tr("all tables as text, in one ZIP")),
        "jsonl": (tr("JSON Lines"), tr("for programs, with its schema")),
        "parquet": (tr("Parquet"), tr("for data tools")),
        "vtt": (tr("WebVTT markers"), tr("for players: pins, switches, incidents")),
        "edl": (tr("EDL markers"), tr("for video editors (CMX 3600)")),
    }[fmt]
