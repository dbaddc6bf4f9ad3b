"""How many alarms does a show of four hours make: with every fault of the list, and with none?"""

from __future__ import annotations

from tests.stories.alarm_show import CASES, HOURS, AlarmShow, load_of, play_all


def test_four_hours_with_every_fault_raise_one_alarm_a_cause_and_never_a_flood() -> None:
    show = AlarmShow()
    played = list(play_all(show))
    assert {case.number for case, _ in played} == set(range(1, 26))
    assert [(c.name, alarms) for c, alarms in played] == [(c.name, c.alarms) for c in CASES]
    load = load_of(show.raised)
    assert load.per_10_min <= 1.5
    assert load.most_in_10_min <= 5
    assert load.chattering == 0
    assert all(one.cause and one.action and one.steps for one in show.raised)
    assert show.following.active() == show.engine.active() == (), "all of them are over"


def test_a_healthy_show_of_four_hours_raises_none() -> None:
    show = AlarmShow()
    show.quiet(HOURS * 3600)
    assert show.raised == []
