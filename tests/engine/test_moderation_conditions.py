"""Which conditions of moderation are an alarm, and which are only news for the queue?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from livedesk.alarms.life import Alarms
from livedesk.core.moderation import (
    ChatStatus,
    ComplianceWarning,
    ModerationStatus,
    RuleServiceStatus,
    RuleStatistics,
)
from livedesk.core.status import AlarmStatus, StoreStatus
from livedesk.engine.conditions import Beside, findings
from livedesk.engine.moderation_conditions import moderation_findings
from livedesk.engine.moderation_facts import ModerationFacts

S = 1_000_000_000
UP = RuleServiceStatus("up", version="7")
CHAT = ChatStatus("sandbox", "up", hide="platform")
WELL = ModerationStatus(UP, CHAT)
FACTS = ModerationFacts()
AWAY = replace(UP, state="down", reason="Nobody answers.", local=True, unsent=1_200)
NO_RULES = replace(AWAY, version="")
SILENT = replace(CHAT, state="down", reason="Connection refused.")
CLASSY = RuleStatistics("class-1", "slurs", hits=14, decided=12, overturned=9)
CLAIM = ComplianceWarning(
    "w1", "glow", "medical_claim", "The host said that it cures acne.", 0, "p1", "Rose serum",
    ("cures acne", "heals"), 12,
)  # fmt: skip


def status(moderation: ModerationStatus, *, live: bool = True) -> StoreStatus:
    return StoreStatus("glow", "Glow", 0, state="live" if live else "waiting",
                       moderation=moderation)  # fmt: skip


def standing(
    moderation: ModerationStatus,
    facts: ModerationFacts = FACTS,
    *,
    live: bool = True,
    for_s: float = 60,
) -> list[AlarmStatus]:
    """What stands after so long."""
    alarms = Alarms()
    for quarter in range(round(for_s * 4) + 1):
        found = moderation_findings(status(moderation, live=live), facts)
        alarms.update(quarter * S // 4, quarter * S // 4, found)
    told = list(alarms.active())
    assert all(alarm.cause.endswith(".") and alarm.action.endswith(".") for alarm in told)
    return told


def test_a_store_that_is_moderated_well_or_not_at_all_has_no_alarm() -> None:
    assert standing(WELL) == []
    assert moderation_findings(StoreStatus("glow", "Glow", 0), None) == {}
    assert standing(ModerationStatus(), live=False) == [], "nothing is known yet"
    busy = ModerationFacts(slow=2, judged=10, by_hand_s=29.0, unknown_s=1.0)
    assert standing(replace(WELL, waiting=40, overdue=12, by_hand=1, unknown=1), busy) == []


@pytest.mark.parametrize(
    ("moderation", "facts", "alarm", "priority"),
    [
        (replace(WELL, service=AWAY), FACTS, "moderation.service", "medium"),
        (replace(WELL, service=NO_RULES), FACTS, "moderation.service", "high"),
        (replace(WELL, chat=SILENT), FACTS, "moderation.chat", "high"),
        (WELL, ModerationFacts(long_overdue=3), "moderation.overdue", "medium"),
        (WELL, ModerationFacts(slow=3, judged=10), "moderation.slow", "medium"),
        (replace(WELL, by_hand=2), ModerationFacts(by_hand_s=31.0), "moderation.by_hand", "high"),
        (replace(WELL, unknown=1), ModerationFacts(unknown_s=6), "moderation.unknown", "medium"),
        (WELL, ModerationFacts(overturned=(CLASSY,)), "moderation.rule", "low"),
        (WELL, ModerationFacts(lost=4), "moderation.lost", "medium"),
        (WELL, ModerationFacts(warnings=(CLAIM,)), "compliance.w1", "high"),
    ],
)
def test_what_stands_in_the_way_is_an_alarm(
    moderation: ModerationStatus, facts: ModerationFacts, alarm: str, priority: str
) -> None:
    assert [(a.id, a.priority) for a in standing(moderation, facts)] == [(alarm, priority)]


def test_a_service_that_is_away_is_told_at_once_and_only_on_air() -> None:
    away = replace(WELL, service=AWAY)
    [alarm] = standing(away, for_s=0)
    assert alarm.cause == (
        "The rule service is away (Nobody answers): comments are judged here, with rules 7; "
        "1,200 wait to be told."
    )
    assert standing(replace(away, chat=SILENT), live=False) == []


def test_hides_that_are_slow_because_the_chat_is_away_are_part_of_that() -> None:
    facts = ModerationFacts(slow=5, judged=10)
    assert [a.id for a in standing(replace(WELL, chat=SILENT), facts)] == ["moderation.chat"]


def test_a_store_without_a_chat_of_its_own_misses_none() -> None:
    assert standing(replace(WELL, chat=ChatStatus("none", "down"))) == []


def test_a_warning_names_product_minute_and_words_and_ends_with_its_time() -> None:
    alarms = Alarms()
    warned = ModerationFacts(warnings=(CLAIM,))
    [told] = alarms.update(0, 0, moderation_findings(status(WELL), warned))
    assert told.alarm.cause == (
        "The host said that it cures acne. Product: Rose serum. Minute 12. "
        "Not to be said again: “cures acne”, “heals”."
    )
    [over] = alarms.update(S, S, moderation_findings(status(WELL), FACTS))
    assert (over.tripped, alarms.active()) == (False, ())


def test_a_rule_that_people_take_back_is_named() -> None:
    [alarm] = standing(WELL, ModerationFacts(overturned=(CLASSY, CLASSY)))
    assert alarm.cause == (
        "People took back 9 of 12 hits of the rule class-1 (slurs). So it is with 1 more."
    )


def test_they_are_judged_with_everything_else_of_the_store() -> None:
    found = findings(status(WELL), Beside(moderation=ModerationFacts(lost=1)))
    assert found["moderation.lost"].present
