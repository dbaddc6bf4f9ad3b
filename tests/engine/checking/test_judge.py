"""Which facts stand against going on air? One at a time, against a store that is ready."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from livedesk.core.check import CheckItem
from livedesk.core.moderation import ChatStatus, RuleServiceStatus
from livedesk.core.status import (
    AlarmStatus,
    ConfigurationIssue,
    EndedAlarm,
    FeedStatus,
    PictureStatus,
    ReturnStatus,
    SoundStatus,
    StoreStatus,
    SyncStatus,
    UplinkStatus,
)
from livedesk.engine.checking.facts import CheckFacts, Drilled, MachineFacts, SlateSeen
from livedesk.engine.checking.judge import judge, verdict
from tests.engine.checking.conftest import HOUR_NS, NOW_NS, ready_facts, ready_status

Change = Callable[[CheckFacts], CheckFacts]


def status(**changes: Any) -> Change:
    return lambda facts: replace(facts, status=replace(facts.status, **changes))


def fact(**changes: Any) -> Change:
    return lambda facts: replace(facts, **changes)


def gateway(**changes: Any) -> Change:
    def change(facts: CheckFacts) -> CheckFacts:
        pins = facts.status.pins
        assert pins is not None
        then = replace(pins, gateway=replace(pins.gateway, **changes))
        return status(pins=then)(facts)

    return change


def pins(**changes: Any) -> Change:
    def change(facts: CheckFacts) -> CheckFacts:
        assert facts.status.pins is not None
        return status(pins=replace(facts.status.pins, **changes))(facts)

    return change


def moderation(**changes: Any) -> Change:
    def change(facts: CheckFacts) -> CheckFacts:
        assert facts.status.moderation is not None
        return status(moderation=replace(facts.status.moderation, **changes))(facts)

    return change


def standby(**changes: Any) -> Change:
    first = ready_status().uplinks[0]
    return status(uplinks=(first, UplinkStatus("bonded", "standby", **changes)))


def first(**changes: Any) -> Change:
    return status(uplinks=(replace(ready_status().uplinks[0], **changes),))


def lines(facts: CheckFacts) -> dict[str, CheckItem]:
    return {item.id: item for item in judge(facts)}


def test_a_store_that_is_ready_is_go_in_every_line() -> None:
    items = judge(ready_facts())
    assert {item.state for item in items} == {"go"}
    assert verdict(items) == ("go", ())
    assert len({item.id for item in items}) == len(items)


ISSUE = ConfigurationIssue("gopSizeLong", "warning", "The keyframe interval is 5 s.", "Set 2 s.")
ALARM = AlarmStatus("feed.low", "high", "The encoder sends 900 kbps.", "Raise it.", NOW_NS)
ENDED = EndedAlarm("skew", "medium", "Sound was 210 ms ahead.", NOW_NS - 9, NOW_NS)

NO_GO: tuple[tuple[str, Change, str], ...] = (
    ("encoder", status(feed=FeedStatus("GONE")), "No encoder"),
    ("encoder", status(feed=FeedStatus("STALLED")), "sends nothing"),
    ("figures", status(feed=FeedStatus("LOW", 1800.0)), "LOW at 1,800 kbps, 2,500 are wanted"),
    ("figures", status(sync=SyncStatus(-212.0, state="critical")), "212 ms behind"),
    ("figures", status(picture=PictureStatus("black")), "picture is black"),
    ("figures", status(sound=SoundStatus("silent")), "sound is silent"),
    ("settings", status(issues=(ISSUE,)), "keyframe interval"),
    ("slate", fact(slate=None), "No slate"),
    ("slate", fact(slate=SlateSeen(NOW_NS - 13 * HOUR_NS, 8.0)), "13 h ago; 12 h"),
    ("slate", fact(slate=SlateSeen(NOW_NS, 120.0)), "+120 ms"),
    ("way", first(health="STARVED"), "STARVED"),
    ("way", first(state="down", ready=False, reason="connection refused"), "refused"),
    ("standby/bonded", standby(ready=False, reason="no route"), "no route"),
    ("standby/bonded", fact(drills={}), "never rehearsed"),
    ("standby/bonded", fact(drills={"bonded": Drilled(NOW_NS - 25 * HOUR_NS, True)}), "25 h ago"),
    ("standby/bonded", fact(drills={"bonded": Drilled(NOW_NS, False, "no answer")}), "no answer"),
    ("platform", status(return_check=ReturnStatus("GONE")), "Nothing comes back"),
    ("pins", gateway(state="down", reason="401"), "401"),
    ("access", gateway(token_covers_show=False, token_until_utc_ns=NOW_NS + HOUR_NS), "in 1 h"),
    ("access", fact(products_access="The list's token ends at noon"), "noon"),
    ("catalogue", pins(products_age_s=1200.0), "20 min old"),
    ("catalogue", pins(products=0), "empty"),
    ("catalogue", pins(next_title="Kit", next_refusal="Out of stock."), "Kit is next up"),
    ("rules", moderation(service=RuleServiceStatus("down", "timeout", version="7")), "away"),
    ("rules", moderation(service=RuleServiceStatus("down", "timeout")), "No rules"),
    ("chat", moderation(chat=ChatStatus("shopee", "down", "403")), "403"),
    ("disk", fact(machine=MachineFacts(400_000_000, None, True)), "0.4 GB"),
    ("disk", fact(machine=MachineFacts(9_000_000_000, 2.5, True)), "last for 2 h 30 min"),
    ("clock", fact(machine=MachineFacts(9_000_000_000, None, False, 4200.0)), "4,200 ms off"),
    ("alarms", status(alarms=(ALARM,)), "900 kbps"),
    ("alarms", fact(unseen=(ENDED, ENDED)), "And 1 more"),
)  # fmt: skip

UNKNOWN: tuple[tuple[str, Change, str], ...] = (
    ("encoder", status(feed=FeedStatus("BLIND")), "relay"),
    ("figures", status(feed=FeedStatus("GONE")), "no feed"),
    ("figures", fact(steady_s=4.0), "4 s so far"),
    ("figures", status(sync=SyncStatus()), "skew"),
    ("settings", status(issues_checked=False), "Not checked"),
    ("platform", status(return_check=ReturnStatus("BLIND")), "not be seen"),
    ("pins", gateway(state="unknown"), "not asked"),
    ("access", gateway(token_covers_show=None), "not known"),
    ("catalogue", pins(products_age_s=None), "not known"),
    ("rules", moderation(service=RuleServiceStatus()), "not asked"),
    ("chat", moderation(chat=ChatStatus("shopee")), "not heard"),
    ("disk", fact(machine=MachineFacts(None, None, True)), "not known"),
    ("clock", fact(machine=MachineFacts(9_000_000_000)), "not known"),
)

NOT_USED: tuple[tuple[str, Change], ...] = (
    ("slate", fact(decode="keyframes")),
    ("standby", status(uplinks=ready_status().uplinks[:1])),
    ("platform", status(return_check=None)),
    ("catalogue", status(pins=None)),
    ("access", status(pins=None)),
    ("pins", status(pins=None)),
    ("rules", status(moderation=None)),
    ("chat", moderation(chat=ChatStatus())),
)


@pytest.mark.parametrize(("line", "change", "words"), NO_GO)
def test_what_is_wrong_stands_against_it_with_a_reason_and_an_action(
    line: str, change: Change, words: str
) -> None:
    facts = change(ready_facts())
    item = lines(facts)[line]
    assert item.state == "no_go"
    assert words in item.text
    assert item.action
    is_go, against = verdict(judge(facts))
    assert is_go == "no_go"
    assert against[0] == item.title


@pytest.mark.parametrize(("line", "change", "words"), UNKNOWN)
def test_what_cannot_be_looked_at_is_no_go_either(line: str, change: Change, words: str) -> None:
    facts = change(ready_facts())
    item = lines(facts)[line]
    assert item.state == "unknown"
    assert words in item.text
    assert item.action
    assert item.title in verdict(judge(facts))[1]


@pytest.mark.parametrize(("line", "change"), NOT_USED)
def test_what_the_store_does_not_have_stands_against_nothing(line: str, change: Change) -> None:
    facts = change(ready_facts())
    assert lines(facts)[line].state == "not_used"
    assert verdict(judge(facts)) == ("go", ())


def test_an_alarm_that_somebody_saw_or_put_aside_is_no_obstacle() -> None:
    seen = replace(ALARM, acknowledged_by="ana")
    aside = replace(ALARM, id="probe", shelved_by="ben")
    facts = status(alarms=(seen, aside))(ready_facts())
    assert verdict(judge(facts))[0] == "go"


def test_an_alarm_that_several_stores_have_in_common_stands_against_each() -> None:
    facts = status(common=(ALARM,))(ready_facts())
    assert verdict(judge(facts)) == ("no_go", ("Alarms",))
    facts = status(common=(replace(ALARM, acknowledged_by="ana"),))(ready_facts())
    assert verdict(judge(facts))[0] == "go"


def test_what_is_wrong_is_named_before_what_is_unknown() -> None:
    facts = fact(steady_s=1.0, slate=None)(ready_facts())
    assert verdict(judge(facts))[1] == ("Slate", "Figures")


def test_before_the_encoder_sends_a_way_out_that_is_connected_is_enough() -> None:
    """Without a feed nothing carries, and nothing is wrong with the way."""
    idle: StoreStatus = ready_status(
        feed=FeedStatus("GONE"),
        uplinks=(UplinkStatus("primary", "standby", ready=True),),
        return_check=ReturnStatus("GONE"),
    )
    found = lines(ready_facts(idle))
    assert found["way"].state == "go"
    assert found["platform"].state == "unknown"
