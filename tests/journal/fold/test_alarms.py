"""A record tells of every alarm: when it stood, how often it came, and who saw to it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from livedesk.core.events import Event, Json
from livedesk.journal.fold.alarms import AlarmLife, AlarmRow
from livedesk.journal.fold.figures import figures_of
from livedesk.journal.fold.summary import Summary
from tests.journal.kit import START_UTC_NS, event, steady, summary_of, write

LOW = "uplink.low:primary"
ACTION = "Lower the encoder's rate."


def trip(seq: int, t_s: float, alarm: str = LOW, priority: str = "high") -> Event:
    text = f"primary carries 1,480 kbps. {ACTION}"
    return event(seq, t_s, "limit.trip", text, alarm=alarm, priority=priority, action=ACTION)


def clear(seq: int, t_s: float, alarm: str = LOW, **more: Json) -> Event:
    over = event(seq, t_s, "limit.clear", "Over: primary.")
    return replace(over, data={"alarm": alarm, **more})


def told(tmp_path: Path, *events: Event) -> Summary:
    return summary_of(write(tmp_path / "a.livedesk", steady(range(60)), events))


def only(summary: Summary) -> AlarmRow:
    (row,) = summary.alarms
    return row


def test_an_alarm_has_its_whole_life_on_record(tmp_path: Path) -> None:
    until_ns = START_UTC_NS + 600 * 10**9
    row = only(
        told(
            tmp_path,
            trip(1, 10),
            event(2, 14, "alarm.acknowledged", "ana has seen it.", actor="ana", alarm=LOW),
            event(3, 15, "alarm.shelved", "ana put it aside.", actor="ana", alarm=LOW,
                  why="A new modem comes", until_utc_ns=until_ns),
            clear(4, 30, count=3),
        )
    )  # fmt: skip
    assert (row.id, row.store, row.priority) == (LOW, "glow", "high")
    assert (row.cause, row.action) == ("primary carries 1,480 kbps.", ACTION)
    assert (row.first_ms, row.last_ms, row.cleared_ms, row.count) == (10_000, 10_000, 30_000, 3)
    assert (row.acknowledged_by, row.acknowledged_ms) == ("ana", 14_000)
    assert (row.shelved_by, row.shelved_why) == ("ana", "A new modem comes")
    assert row.shelved_until_utc_ns == until_ns
    assert row.stood_ms(60_000) == 20_000


def test_an_alarm_that_came_twice_is_one_row_with_two_lives(tmp_path: Path) -> None:
    row = only(told(tmp_path, trip(1, 10), clear(2, 20, count=2), trip(3, 40)))
    assert row.lives == (AlarmLife(10_000, 20_000, 2), AlarmLife(40_000, None))
    assert (row.first_ms, row.last_ms, row.cleared_ms, row.count) == (10_000, 40_000, None, 3)
    assert row.stood_ms(60_000) == 30_000


def test_what_a_new_engine_tells_again_is_no_second_life(tmp_path: Path) -> None:
    row = only(told(tmp_path, trip(1, 10), trip(2, 12), clear(3, 20)))
    assert row.lives == (AlarmLife(10_000, 20_000),)


def test_an_end_without_a_beginning_says_how_long_it_lasted(tmp_path: Path) -> None:
    row = only(told(tmp_path, clear(1, 20, lasted_s=4.5)))
    assert row.lives == (AlarmLife(15_500, 20_000),)


def test_an_alarm_of_an_earlier_session_is_listed_and_not_counted(tmp_path: Path) -> None:
    left = event(1, 0.1, "alarm.unseen", "Seen by nobody: dark.", alarm="path.none", cause="Dark.")
    summary = told(tmp_path, left, trip(2, 10), clear(3, 12))
    assert [(row.id, len(row.lives)) for row in summary.alarms] == [("path.none", 0), (LOW, 1)]
    assert summary.alarms[0].cause == "Dark."
    assert summary.alarms[0].notes == ("Seen by nobody: dark.",)
    assert summary.alarms_raised == 1


@pytest.mark.parametrize(
    ("count", "length_s", "rate", "mark"),
    [(0, 7_200, 0, "good"), (12, 7_200, 6, "good"), (13, 7_200, 6.5, "look"),
     (25, 7_200, 12.5, "bad"), (5, 600, 30, "good"), (7, 600, 42, "look")],
)  # fmt: skip
def test_alarms_are_judged_by_how_many_one_person_can_follow(
    tmp_path: Path, count: int, length_s: int, rate: float, mark: str
) -> None:
    events = [trip(n, 10 + n, f"x.{n}") for n in range(1, count + 1)]
    summary = told(tmp_path, *events, event(90, length_s, "session.end"))
    (figure,) = (each for each in figures_of(summary) if each.key == "alarms_per_hour")
    assert (figure.value, figure.mark) == (rate, mark)


def test_an_alarm_without_sense_harms_nothing(tmp_path: Path) -> None:
    summary = told(tmp_path, event(1, 5, "limit.trip", alarm=5), event(2, 6, "alarm.shelved"))
    assert summary.alarms == ()
