"""What stands on a store's timeline: each event once, alarms as spans, whoever listened when."""

from __future__ import annotations

from itertools import count

import pytest

from livedesk.core.clock import NS_PER_S
from livedesk.core.events import Event, Json, Level
from livedesk.core.status import AlarmStatus
from livedesk.desk.past import Past
from livedesk.desk.timeline import MOST, Entry, Timeline, nearest, stepped

_seqs = count(1)


def event(
    t: float, kind: str, text: str = "", level: Level = "info", store: str = "lumen", **data: Json
) -> Event:
    return Event(next(_seqs), round(t * NS_PER_S), 0, store, None, kind, level, "engine", text,
                 None, data)  # fmt: skip


def alarm(since_s: float, alarm_id: str = "feed.low") -> AlarmStatus:
    return AlarmStatus(alarm_id, "medium", "Feed low.", "Look.", round(since_s * NS_PER_S))


@pytest.mark.parametrize(
    ("kind", "lane"),
    [
        ("failover.switch", "uplinks"),
        ("uplink.down", "uplinks"),
        ("pin.confirmed", "pins"),
        ("moderation.decided", "comments"),
        ("compliance.warning", "comments"),
        ("check.signed", "people"),
        ("alarm.acknowledged", "people"),
        ("feed.lost", "stream"),
        ("something.new", "stream"),
    ],
)
def test_every_kind_of_event_has_a_lane(kind: str, lane: str) -> None:
    line = Timeline()
    line.event(event(5, kind, "It happened.", "notice"))
    (entry,) = line.between(0, 10)
    assert (entry.lane, entry.text, entry.t) == (lane, "It happened.", 5.0)


def test_an_alarm_is_a_span_from_its_trip_to_its_end() -> None:
    line = Timeline()
    line.event(event(5, "limit.trip", "Feed low.", "warning", alarm="feed.low"))
    (entry,) = line.between(0, 8)
    assert (entry.until, entry.lasts(8.0)) == (None, 8.0)
    line.event(event(9, "limit.clear", alarm="feed.low"))
    (entry,) = line.between(7, 20)
    assert (entry.t, entry.until, entry.look) == (5.0, 9.0, "warning")
    assert line.between(10, 20) == ()


def test_alarms_that_began_or_ended_while_nobody_listened_are_known_from_the_status() -> None:
    line = Timeline()
    line.stands((alarm(100),), 130)
    assert [(e.t, e.until) for e in line.between(0, 200)] == [(100.0, None)]
    line.stands((), 160)
    assert [(e.t, e.until) for e in line.between(0, 200)] == [(100.0, 160.0)]


def test_a_status_older_than_the_news_neither_ends_nor_doubles_an_alarm() -> None:
    line = Timeline()
    line.event(event(100, "limit.trip", "Feed low.", "warning", alarm="feed.low"))
    line.stands((), 100.2)
    assert line.between(0, 200)[0].until is None
    line.event(event(110, "limit.clear", alarm="feed.low"))
    line.stands((alarm(100),), 110.1)
    assert [(e.t, e.until) for e in line.between(0, 200)] == [(100.0, 110.0)]


def test_what_a_resumed_stream_tells_again_stands_there_once() -> None:
    line = Timeline()
    happened = [event(t, "feed.up") for t in (1, 2, 3)]
    for known in [*happened, *happened]:
        line.event(known)
    assert len(line.between(0, 10)) == 3


def test_plots_have_a_line_only_for_what_moved_them_or_went_wrong() -> None:
    line = Timeline()
    line.event(event(1, "pin.confirmed"))
    line.event(event(2, "failover.switch", level="notice", to="bonded"))
    line.event(event(3, "moderation.decided"))
    line.event(event(4, "moderation.lost", level="warning"))
    line.event(event(5, "feed.lost", level="warning"))
    line.event(event(6, "pin.failed", level="warning"))
    line.event(event(7, "check.signed"))
    line.event(event(8, "limit.trip", level="critical", alarm="feed.low"))
    marks = [(mark.t, mark.label, mark.quiet) for mark in line.marks()]
    assert marks == [(2.0, "→ bonded", False), *((t, "", True) for t in (5.0, 6.0, 7.0, 8.0))]
    assert len(line.between(0, 10)) == 8


def test_a_long_show_keeps_the_newest() -> None:
    line = Timeline()
    for n in range(MOST + 10):
        line.event(event(n, "feed.up"))
    kept = line.between(0, MOST * 2)
    assert len(kept) + line.dropped == MOST + 10
    assert kept[-1].t == MOST + 9


def test_pointing_means_what_is_near_in_that_lane() -> None:
    pin = Entry(10.0, "pins", "idle", "Pinned.")
    span = Entry(5.0, "alarms", "critical", "Low.", alarm="a", until=30.0)
    assert nearest((pin, span), 11.0, 2.0, "pins") is pin
    assert nearest((pin, span), 25.0, 2.0, "alarms") is span
    assert nearest((pin, span), 20.0, 2.0, "pins") is None


def test_keys_go_from_one_to_the_next_and_stop_at_the_ends() -> None:
    entries = tuple(Entry(float(t), "pins", "idle", f"{t}") for t in range(3))
    assert stepped(entries, None, 0) == entries[2]
    assert stepped(entries, entries[2], -1) == entries[1]
    assert stepped(entries, entries[0], -1) == entries[0]
    assert stepped((), None, 1) is None


def test_each_store_has_its_own_and_the_engine_is_on_all() -> None:
    past = Past()
    past.event(event(1, "feed.up"))
    past.event(event(2, "feed.up", store="aurora"))
    past.event(event(3, "engine.fault", level="warning", store=""))
    times = {s: [e.t for e in past.plots(s).timeline.between(0, 9)] for s in ("lumen", "aurora")}
    assert times == {"lumen": [1.0, 3.0], "aurora": [2.0, 3.0]}


def test_what_happened_before_the_window_opened_is_put_before_what_it_heard() -> None:
    before = [
        event(1, "pin.confirmed", "Pinned."),
        event(2, "limit.trip", "Feed low.", "warning", alarm="feed.low"),
        event(3, "limit.clear", alarm="feed.low"),
        event(4, "limit.trip", "Skew.", "warning", alarm="sync.skew"),
        event(5, "limit.trip", "Slow.", "warning", alarm="uplink.slow"),
    ]
    heard = [event(6, "feed.up"), event(8, "limit.clear", alarm="sync.skew")]
    line = Timeline()
    for known in heard:
        line.event(known)
    line.stands((alarm(5, "uplink.slow"),), 9)
    line.recall([*before, *heard])
    told = [(e.t, e.until) for e in line.between(0, 20)]
    wanted = [(1.0, None), (2.0, 3.0), (4.0, 8.0), (5.0, None), (6.0, None)]
    assert told == wanted
    version = line.version
    line.recall([*before, *heard])
    assert line.version == version
    line.stands((), 12)
    assert [e.until for e in line.between(0, 20) if e.t == 5] == [12.0]


def test_an_alarm_that_ended_after_it_was_known_by_status_is_not_recalled_as_standing() -> None:
    began = event(5, "limit.trip", "Slow.", "warning", alarm="uplink.slow")
    line = Timeline()
    line.stands((alarm(5, "uplink.slow"),), 9)
    line.event(event(10, "limit.clear", alarm="uplink.slow"))
    line.recall([began])
    assert [(e.t, e.until) for e in line.between(0, 20)] == [(5.0, 10.0)]
