"""Is a message that somebody reads his, and free again when he is not at it any more?"""

from __future__ import annotations

from dataclasses import replace

from livedesk.core.moderation import Claim, Item
from livedesk.desk.queue_hold import AWAY_S, HoldCall, Holding
from tests.desk.queue_data import T0, S, at, decided, item

CLAIM, RELEASE = HoldCall("glow", "ia", "claim"), HoldCall("glow", "ia", "release")


def asked(holding: Holding, it: Item | None, second: float, idle_s: float = 0.0) -> list[HoldCall]:
    return list(holding.at(it, at(second), T0 + round(second * S), idle_s))


def test_what_is_read_is_claimed_renewed_and_given_back() -> None:
    holding, it = Holding(), item("a", 0)
    assert asked(holding, it, 1.0) == [], "it may only be passed over"
    assert asked(holding, it, 1.5) == [CLAIM]
    assert asked(holding, it, 5.0) == []
    mine = replace(it, claim=Claim("mai", T0 + 31 * S))
    assert asked(holding, mine, 11.6) == [CLAIM]
    assert asked(holding, None, 12.0) == [RELEASE]
    assert asked(holding, None, 12.1) == []


def test_the_one_before_is_given_back_before_the_next_is_claimed() -> None:
    holding = Holding()
    asked(holding, item("a", 0), 1.0)
    asked(holding, item("a", 0), 2.0)
    assert asked(holding, item("b", 0), 3.0) == [RELEASE]
    assert asked(holding, item("b", 0), 4.0) == [HoldCall("glow", "ib", "claim")]


def test_what_another_holds_is_left_to_him_until_it_runs_out() -> None:
    holding, it = Holding(), replace(item("a", 0), claim=Claim("kim", T0 + 30 * S))
    assert asked(holding, it, 1.0) + asked(holding, it, 20.0) == []
    assert asked(holding, it, 31.0) == [CLAIM]


def test_who_does_nothing_is_not_at_it_any_more() -> None:
    holding, it = Holding(), item("a", 0)
    assert asked(holding, it, 1.0) + asked(holding, it, 2.0) == [CLAIM]
    assert asked(holding, it, 70.0, idle_s=AWAY_S) == [RELEASE]
    assert asked(holding, it, 90.0, idle_s=AWAY_S + 20) == []
    assert asked(holding, it, 91.0) == [CLAIM], "a hand is on the mouse again"


def test_a_decision_ends_it_without_another_call() -> None:
    holding, it = Holding(), item("a", 0)
    assert asked(holding, it, 1.0) + asked(holding, it, 2.0) == [CLAIM]
    assert asked(holding, decided(it, "hide", 3), 3.0) == []
    assert asked(holding, None, 4.0) == []


def test_what_was_taken_or_let_go_by_hand_stays_so() -> None:
    holding, it = Holding(), item("a", 0)
    assert asked(holding, it, 1.0) + asked(holding, it, 2.0) == [CLAIM]
    holding.by_hand("ia", "release")
    assert asked(holding, it, 3.0) + asked(holding, it, 60.0) == []
    assert asked(holding, None, 61.0) == []
    asked(holding, it, 62.0)
    assert asked(holding, it, 63.0) == [CLAIM]
    holding.by_hand("ia", "claim")
    assert asked(holding, None, 64.0) == [], "he keeps it while he looks at something else"
