"""Who has seen an alarm, what is put aside, what is over unseen, and when there are too many."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from livedesk.alarms.flood import MOST, Announcer, Flood
from livedesk.alarms.history import EndedAlarms, unseen
from livedesk.alarms.life import AlarmRule, Alarms, Finding
from livedesk.alarms.shelf import shelve_for
from livedesk.core.clock import NS_PER_S
from livedesk.core.status import AlarmStatus, EndedAlarm

LOW = AlarmRule("medium", on_s=0.0, off_s=2.0, action="Do something.")
BAD = AlarmRule("high", on_s=0.0, off_s=2.0, action="Do it now.")


class Story:
    """One alarm on a clock of its own, looked at four times a second."""

    def __init__(self) -> None:
        self.alarms = Alarms()
        self.now_s = 100.0

    @property
    def ns(self) -> int:
        return round(self.now_s * NS_PER_S)

    def sees(self, present: bool | None, for_s: float = 0.25, rule: AlarmRule = LOW) -> None:
        until_s = self.now_s + for_s
        while self.now_s < until_s:
            words = f"Cause of {rule.priority}."
            self.alarms.update(self.ns, self.ns, {"a": Finding(rule, present, words)})
            self.now_s += 0.25

    def shelve(self, minutes: float) -> AlarmStatus | None:
        [alarm] = self.alarms.active()
        return self.alarms.shelve(shelve_for(alarm, "Ann", "known", minutes, (self.ns, self.ns)))

    @property
    def alarm(self) -> AlarmStatus:
        [alarm] = self.alarms.active()
        return alarm


def test_an_alarm_is_acknowledged_by_the_first_who_says_so() -> None:
    story = Story()
    story.sees(True)
    assert story.alarms.acknowledge("b", "Ann", story.ns) is None
    story.alarms.acknowledge("a", "Ann", story.ns)
    story.alarms.acknowledge("a", "Ben", story.ns + 5)
    assert (story.alarm.acknowledged_by, story.alarm.acknowledged_utc_ns) == ("Ann", story.ns)
    story.sees(False, 3)
    assert [ended.acknowledged_by for ended in story.alarms.ended()] == ["Ann"]


def test_what_came_and_went_unseen_waits_for_somebody() -> None:
    story = Story()
    story.sees(True, 5)
    story.sees(False, 3)
    [over] = unseen(story.alarms.ended())
    assert over.until_utc_ns - over.since_utc_ns == pytest.approx(4.75 * NS_PER_S)
    seen = story.alarms.acknowledge("a", "Ann", story.ns)
    assert isinstance(seen, EndedAlarm)
    assert seen.acknowledged_by == "Ann"
    assert unseen(story.alarms.ended()) == ()


def test_who_acknowledges_an_alarm_has_seen_its_earlier_ones_too() -> None:
    story = Story()
    for _ in range(2):
        story.sees(True, 1)
        story.sees(False, 3)
    story.sees(True, 1)
    story.alarms.acknowledge("a", "Ann", story.ns)
    assert {ended.acknowledged_by for ended in story.alarms.ended()} == {"Ann"}


def test_an_alarm_that_gets_worse_was_seen_by_nobody() -> None:
    story = Story()
    story.sees(True)
    story.alarms.acknowledge("a", "Ann", story.ns)
    story.sees(True, 1, BAD)
    assert (story.alarm.priority, story.alarm.acknowledged_by) == ("high", None)


def test_a_shelved_alarm_stays_shelved_when_it_comes_and_goes_until_its_time() -> None:
    story = Story()
    story.sees(True)
    story.shelve(minutes=1)
    story.sees(False, 3)
    assert unseen(story.alarms.ended()) == (), "who put it aside knows of it"
    story.sees(True)
    assert (story.alarm.shelved_by, story.alarm.shelved_why) == ("Ann", "known")
    assert story.alarms.come_back(story.ns) == ()
    story.sees(True, 60)
    assert story.alarms.come_back(story.ns) == (("a", "time"),)
    assert story.alarm.shelved_by is None


def test_a_shelved_alarm_that_gets_worse_comes_back() -> None:
    story = Story()
    story.sees(True)
    story.shelve(minutes=60)
    story.sees(True, 1, BAD)
    assert story.alarms.come_back(story.ns) == (("a", "worse"),)


def test_nothing_is_shelved_for_longer_than_a_show() -> None:
    story = Story()
    story.sees(True)
    shelved = story.shelve(minutes=10_000)
    assert shelved is not None
    assert shelved.shelved_until_utc_ns == story.ns + 4 * 3600 * NS_PER_S


def test_a_new_session_begins_with_nothing_shelved() -> None:
    story = Story()
    story.sees(True)
    story.shelve(minutes=60)
    story.sees(False, 3)
    assert story.alarms.begin() == (), "who shelved it has seen it"
    story.sees(True)
    assert story.alarm.shelved_by is None
    assert story.alarms.ended() == ()


def test_what_nobody_saw_in_the_session_before_waits_on() -> None:
    story = Story()
    story.sees(True)
    story.sees(False, 3)
    [missed] = story.alarms.begin()
    assert story.alarms.ended() == (missed,)
    story.alarms.acknowledge(missed.id, "Ann", 9)
    assert story.alarms.begin() == story.alarms.ended() == ()


def test_the_list_of_what_is_over_is_bounded() -> None:
    ended = EndedAlarms()
    for at in range(300):
        ended.add(EndedAlarm("a", "low", "Cause.", at, at))
    assert [one.since_utc_ns for one in ended.listed()][:2] == [299, 298]
    assert len(ended.listed()) == 200


def test_what_comes_and_goes_for_minutes_does_not_chatter() -> None:
    alarms, began_s = Alarms(), list[float]()
    for quarter in range(4 * 600):
        at_s = quarter / 4
        ns = round(at_s * NS_PER_S)
        finding = Finding(LOW, at_s % 5 < 2, "Cause.")
        began_s += [at_s for change in alarms.update(ns, ns, {"a": finding}) if change.tripped]
    assert len(began_s) >= 2, "it is not over for long enough to be one"
    assert all(third - first >= 60 for first, third in zip(began_s, began_s[2:], strict=False))


# Announcing.


class Room:
    """Alarms as they come, and what is announced of them."""

    def __init__(self) -> None:
        self.flood = Flood()
        self.announcer = Announcer(self.flood)
        self.active: dict[str, AlarmStatus] = {}
        self.now_s = 0.0

    def look(self, *new: AlarmStatus) -> tuple[list[str], int]:
        self.now_s += 1
        mono_ns = round(self.now_s * NS_PER_S)
        self.active |= {alarm.id: alarm for alarm in new}
        self.flood.look(mono_ns, mono_ns, len(new))
        news = self.announcer.news(mono_ns, self.active.values())
        return [alarm.id for alarm in news.alarms], news.quiet


def alarm(alarm_id: str, **changes: Any) -> AlarmStatus:
    made = AlarmStatus(alarm_id, "medium", "Cause.", "Do it.", 1)
    return replace(made, **changes)


def test_an_alarm_is_announced_once_and_again_when_it_gets_worse() -> None:
    room = Room()
    assert room.look(alarm("a")) == (["a"], 0)
    assert room.look() == ([], 0)
    room.active["a"] = alarm("a", priority="high")
    assert room.look() == (["a"], 0)
    assert room.announcer.over("a"), "its end is worth telling"
    assert not room.announcer.over("a")


def test_what_is_shelved_or_seen_is_not_announced() -> None:
    room = Room()
    assert room.look(alarm("a", shelved_by="Ann"), alarm("b", acknowledged_by="Ann")) == ([], 0)
    room.active["a"] = alarm("a")
    assert room.look() == (["a"], 0), "it came back from the shelf and still stands"
    assert not room.announcer.over("b")


def test_in_a_flood_only_what_is_high_is_announced_and_the_rest_as_a_sum_a_minute() -> None:
    room = Room()
    for number in range(MOST):
        assert room.look(alarm(f"a{number}")) == ([f"a{number}"], 0)
    assert room.flood.status() is None
    assert room.look(alarm("quiet1")) == ([], 0)
    assert room.look(alarm("quiet2")) == ([], 0)
    assert room.look(alarm("loud", priority="high")) == (["loud"], 0)
    status = room.flood.status()
    assert status is not None
    assert (status.alarms, status.quiet) == (8, 2)
    sums = [room.look()[1] for _ in range(120)]
    assert [each for each in sums if each] == [2]
    assert not room.announcer.over("quiet1"), "its end would be news of nothing"


def test_a_flood_is_over_once_it_is_calm_for_ten_minutes() -> None:
    room = Room()
    for number in range(MOST + 1):
        room.look(alarm(f"a{number}"))
    room.now_s += 595
    room.look()
    assert room.flood.status() is not None, "three of them are still of the last ten minutes"
    room.now_s += 5
    room.look()
    assert room.flood.status() is None
    assert room.look(alarm("next")) == (["next"], 0)
