"""How many alarms does a show of four hours make: with every fault of the list, and with none?"""

from __future__ import annotations

from dataclasses import replace

from livedesk.core.moderation import RuleServiceStatus
from livedesk.core.status import FailoverStatus, FeedStatus, PartStatus
from tests.stories.alarm_show import (
    CASES,
    DOWN,
    HOURS,
    MACHINE,
    WAITS,
    AlarmShow,
    gateway,
    load_of,
    moderation,
    play_all,
    switch,
)
from tests.stories.common_show import STORES, CommonShow

RULES_AWAY = moderation(service=RuleServiceStatus("down", version="7", reason="no answer"))


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


def test_a_healthy_show_of_twenty_stores_raises_none() -> None:
    show = CommonShow()
    show.play(HOURS * 3600, step_s=120)
    assert show.raised == []


def test_what_twenty_stores_have_from_one_cause_is_one_alarm_and_told_once() -> None:
    show = CommonShow()
    dead = (DOWN, replace(WAITS, state="down", ready=False, reason="no route", healthy_s=None))
    tried = FailoverStatus("primary", mode="auto", last=switch("silence", "failed"))
    full = PartStatus("down", "The disk is full.")

    # The network of the machine, with all that needs it.
    down = gateway(state="down", reason="no route")
    no_network = show.all_have(uplinks=dead, failover=tried, moderation=RULES_AWAY, pins=down)
    show.play(20, no_network)
    assert show.begun() == ["paths.away"]
    assert show.announced() == ["/paths.away"]
    assert all(store.common()[0].id == "paths.away" for store in show.stores.values())
    assert not any(store.active() for store in show.stores.values())
    show.play(60)
    assert show.engine.active() == ()

    # The rule service, which each store notices at another time.
    for count in range(1, 13):
        show.play(0.5, show.all_have(STORES[:count], moderation=RULES_AWAY))
    show.play(20, show.all_have(STORES[:12], moderation=RULES_AWAY))
    [alarm] = show.engine.active()
    assert alarm.id == "rules.away"
    assert "at 12 stores" in alarm.cause
    show.play(60)

    # The disk.
    show.machine = replace(MACHINE, disk_free_bytes=100_000_000)
    show.play(20, show.all_have(journal=full))
    show.machine = MACHINE
    show.play(90)

    assert show.begun() == ["paths.away", "rules.away", "disk.low"]
    assert show.announced() == [f"/{alarm}" for alarm in show.begun()]
    assert all(one.cause and one.action and one.steps for one in show.raised)
    assert show.engine.active() == ()
    commons = [text for kind, text in show.recorded if kind == "alarm.common"]
    assert len(commons) >= 20 + 12, "each store's record has what it had a part in"


def test_a_store_whose_alarm_stands_already_goes_on_as_the_one_of_all() -> None:
    show = CommonShow(STORES[:4])
    show.play(10, show.all_have(STORES[:1], moderation=RULES_AWAY))
    assert show.begun() == ["moderation.service"]
    show.play(10, show.all_have(STORES[:4], moderation=RULES_AWAY))
    assert show.begun() == ["moderation.service", "rules.away"]
    [ended] = show.stores["s01"].ended()
    assert ended.goes_on_as == "rules.away"
    # What is left once it is over is that store's own.
    show.play(30, show.all_have(STORES[1:2], moderation=RULES_AWAY))
    assert show.begun()[2:] == ["moderation.service"]
    assert show.engine.active() == ()


def test_a_fault_of_one_store_waits_for_no_other() -> None:
    show = CommonShow()
    show.play(3, show.all_have(STORES[:1], feed=FeedStatus("GONE"), state="interrupted"))
    assert show.begun() == ["feed.lost"]
    assert show.engine.active() == ()
