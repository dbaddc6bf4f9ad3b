"""Looking for sessions: each typed word counts, and orders hold among equals."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest

from livedesk.core.clock import NS_PER_S
from livedesk.core.records import RecordedIncident, RecordedSession, SessionFigures, SummaryFigure
from livedesk.desk.record_list import SORTS, Sort, Wanted, listed
from livedesk.desk.record_words import (
    day_of,
    figure_text,
    incident_time,
    incident_words,
    seal_words,
    size_words,
    started_ns,
    started_words,
    state_words,
)

DAY_NS = 24 * 3600 * NS_PER_S
T0 = 1_790_000_000 * NS_PER_S


def session(name: str, days: float, hours: float = 1.0, **changes: object) -> RecordedSession:
    start = T0 + round(days * DAY_NS)
    told = {"started_utc_ns": start, "ended_utc_ns": start + round(hours * DAY_NS / 24),
            "bytes": round(hours * 1000), "signed_off": True}  # fmt: skip
    return RecordedSession(f"{name}-{days}", name, "/f", name.title(), **(told | changes))  # type: ignore[arg-type]


CAFE = session("café", 0, 3.0)
LUMEN = session("lumen", 1, 1.0, kept="case 42")
EARLY = session("lumen", -1, 2.0, signed_off=False)
BAD = RecordedSession("tavola-x", "tavola", "/f", problem="The file is empty.")
ALL = (CAFE, BAD, EARLY, LUMEN)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [LUMEN, CAFE, EARLY, BAD]),
        ("cafe", [CAFE]),
        ("LUMEN", [LUMEN, EARLY]),
        ("lumen 42", [LUMEN]),
        ("2026-09-21", [CAFE]),
        ("21 sep", [CAFE]),
        ("not signed", [EARLY]),
        ("empty", [BAD]),
        ("tavola-x", [BAD]),
        ("nothing like it", []),
    ],
)
def test_every_word_has_to_be_said(text: str, found: list[RecordedSession]) -> None:
    assert list(listed(ALL, Wanted(text), UTC)) == found


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("newest", [LUMEN, CAFE, EARLY, BAD]),
        ("oldest", [EARLY, CAFE, LUMEN, BAD]),
        ("store", [CAFE, LUMEN, EARLY, BAD]),
        ("longest", [CAFE, EARLY, LUMEN, BAD]),
        ("largest", [CAFE, EARLY, LUMEN, BAD]),
    ],
)
def test_orders(sort: Sort, found: list[RecordedSession]) -> None:
    assert list(listed(ALL, Wanted("", sort), UTC)) == found
    assert sort in SORTS


def test_how_a_session_is_told() -> None:
    assert started_words(CAFE, UTC) == "Mon 21 Sep 2026, 14:13"
    assert day_of(CAFE, UTC) == "2026-09-21"
    assert (started_words(BAD), day_of(BAD)) == ("start not known", "")
    assert state_words(BAD) == ("warning", "Cannot be read: The file is empty.")
    assert state_words(EARLY) == ("notice", "Not signed off")
    assert [size_words(n) for n in (0, 999, 1_000, 41_500_000, 412_000_000, 3_140_000_000_000)] == [
        "0 B", "999 B", "1.0 kB", "41.5 MB", "412 MB", "3,140 GB",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "unit", "told"),
    [("640", "ms", "640 ms"), ("99.5 %", "%", "99.5 %"), ("2:15:00", "s", "2:15:00"),
     ("–", "s", "–"), ("", "s", "–"), ("3", "", "3")],
)  # fmt: skip
def test_a_figure_has_its_unit_once(text: str, unit: str, told: str) -> None:
    assert figure_text(SummaryFigure("f", "F", 1.0, text, unit, "good", "good", "")) == told


def test_how_incidents_and_seals_are_told() -> None:
    short = RecordedIncident(731_000, 737_200, "uplink", "Slow.", "Switched", "Mei", "0.4 s gone")
    assert incident_time(short) == "0:12:11 for 6.2 s"
    assert incident_words(short) == "Switched (Mei) · 0.4 s gone"
    assert incident_time(RecordedIncident(0, None, "feed", "Gone.")) == "0:00:00, until the end"
    assert incident_words(RecordedIncident(0, None, "feed", "Gone.")) == ""
    broken = SessionFigures("s", "lumen", "", 1, 2, "", sealed="broken")
    assert seal_words(broken)[0] == "critical"
    assert seal_words(SessionFigures("s", "lumen", "", 1, 2, ""))[0] == "unknown"


def test_a_damaged_file_stands_where_its_name_puts_it_and_says_what_is_wrong() -> None:
    file = "sessions/kira/20260920T120000Z.livedesk"
    bad = RecordedSession(
        "kira-20260920T120000Z", "kira", file, bytes=1,
        problem=f"/data/{file} cannot be read as a session file: it is damaged",
    )  # fmt: skip
    day_ns = 24 * 3_600 * NS_PER_S
    began = started_ns(bad)
    assert began is not None
    before = RecordedSession("a", "a", "/a", started_utc_ns=began - day_ns)
    after = RecordedSession("b", "b", "/b", started_utc_ns=began + day_ns)
    assert listed((before, bad, after), Wanted()) == (after, bad, before)
    assert listed((before, bad, after), Wanted("2026-09-20 kira"), UTC) == (bad,)
    assert started_words(bad, UTC) == "Sun 20 Sep 2026, 12:00"
    assert state_words(bad)[1] == "Cannot be read: it is damaged"
    assert started_ns(replace(bad, id="kira-20269999T999999Z")) is None
