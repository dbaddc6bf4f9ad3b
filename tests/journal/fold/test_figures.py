"""The figures of the verdict: which there are, how they are judged, how they are compared."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from livedesk.core.events import Event, Json
from livedesk.core.pins import PinStatus
from livedesk.core.records import SessionFigures, SummaryFigure
from livedesk.journal.errors import JournalError
from livedesk.journal.fold.figures import figures_of, session_figures
from livedesk.journal.fold.summary import summarise
from livedesk.journal.reader import SessionReader
from tests.journal.kit import START_UTC_NS, event, info, row, steady, summary_of, write

ALWAYS = [
    "on_air_s", "share_above_min", "worst_skew_ms", "alarms_per_hour", "off_air_s", "unmeasured_s",
    "reconnects", "frames_dropped",
]  # fmt: skip


def by_key(path: Path) -> dict[str, SummaryFigure]:
    return {figure.key: figure for figure in figures_of(summary_of(path))}


def pins(*latencies_ms: float) -> list[Event]:
    events = []
    for n, latency_ms in enumerate(latencies_ms):
        pin = PinStatus(
            f"p{n}", "pin", "sku", "Serum", "confirmed", "pad", START_UTC_NS, shown=True,
            latency_ms=latency_ms, sent_ms=5.0,
        )  # fmt: skip
        told = event(n + 1, 10 + n, "pin.confirmed")
        events.append(replace(told, data=msgspec.to_builtins(pin)))
    return events


def test_a_show_without_pins_comments_and_a_second_uplink_has_no_figures_of_them(
    tmp_path: Path,
) -> None:
    assert list(by_key(write(tmp_path / "a.livedesk", steady(range(60))))) == ALWAYS


def test_every_figure_says_its_mark_in_a_word_and_its_value_in_a_text(tmp_path: Path) -> None:
    path = write(tmp_path / "a.livedesk", steady(range(60)), pins(200, 900), info())
    for figure in figures_of(summary_of(path)):
        assert figure.word
        assert figure.text
        assert (figure.value is None) == (figure.mark == "unknown" and figure.text == "–")


def test_a_pin_over_the_budget_is_told_by_share_and_percentile(tmp_path: Path) -> None:
    found = by_key(write(tmp_path / "a.livedesk", steady(range(60)), pins(200, 300, 400, 900)))
    assert (found["pins_within"].value, found["pins_within"].word) == (75, "1 late")
    assert (found["pin_p50_ms"].value, found["pin_p50_ms"].mark) == (300, "good")
    assert (found["pin_p99_ms"].value, found["pin_p99_ms"].mark) == (900, "look")


def test_skew_is_compared_by_its_distance_from_zero(tmp_path: Path) -> None:
    rows = [*steady(range(60)), *(row(t_s, -150, "skew_ms") for t_s in range(60))]
    figure = by_key(write(tmp_path / "a.livedesk", rows))["worst_skew_ms"]
    assert (figure.value, figure.text, figure.better) == (150, "−150\u00a0ms", "low")
    assert figure.note.startswith("sound late")


def switch(
    seq: int, t_s: float, cause: str, switch_ms: float, *, fails: bool = False
) -> list[Event]:
    data: dict[str, Json] = {
        "from": "primary", "to": "bonded", "cause": cause, "detect_ms": 100.0,
        "switch_ms": None if fails else switch_ms,
    }  # fmt: skip
    end = "failover.failed" if fails else "failover.done"
    return [
        replace(event(seq, t_s, "failover.switch"), data=data),
        replace(event(seq + 1, t_s + 1, end), data=data),
    ]


@pytest.mark.parametrize(
    ("cause", "fails", "mark"),
    [("operator", False, "good"), ("silence", False, "look"), ("silence", True, "bad")],
)
def test_a_switch_is_judged_by_what_it_was_for(
    tmp_path: Path, cause: str, fails: bool, mark: str
) -> None:
    events = switch(1, 20, cause, 700, fails=fails)
    about = info(uplinks=("primary", "bonded"))
    found = by_key(write(tmp_path / "a.livedesk", steady(range(60)), events, about))
    assert (found["switches"].value, found["switches"].mark) == (1, mark)
    if not fails:
        assert found["switch_gap_ms"].value == 800


def test_what_a_session_amounts_to_crosses_the_api_unchanged(tmp_path: Path) -> None:
    rows = [*steady(range(20)), *steady(range(20, 31), goodput=1500), *steady(range(31, 60))]
    path = write(tmp_path / "a.livedesk", rows, [event(1, 60, "session.end")])
    with SessionReader.open(path) as reader:
        figures = session_figures(reader, summarise(reader))
    assert (figures.session, figures.length_ms, figures.sealed) == ("s1", 60_000, "intact")
    assert figures.headline.startswith("For 11\u00a0s the platform got less than 2,500 kbps")
    assert figures.incidents[0].effect == "11\u00a0s below 2,500 kbps."
    assert figures.limits["pin_budget_ms"] == 800
    assert msgspec.json.decode(msgspec.json.encode(figures), type=SessionFigures) == figures


@pytest.mark.parametrize("kind", ["moderation.judged", "order.hold", "pin.cued", "feed.lost"])
def test_an_event_whose_data_are_damaged_is_a_sentence(tmp_path: Path, kind: str) -> None:
    path = write(tmp_path / "a.livedesk", (), [event(1, 5, kind, actor="ana")])
    with sqlite3.connect(path) as file:
        file.execute("UPDATE events SET data = '{\"item\": {'")
    file.close()
    with SessionReader.open(path) as reader, pytest.raises(JournalError, match="make sense"):
        summarise(reader)
