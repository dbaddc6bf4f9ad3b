"""What happens when the platform does not take the stream? Told in virtual time."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from livedesk.core.clock import NS_PER_S
from livedesk.core.settings import FailoverSettings
from livedesk.failover.turns import Turns
from tests.failover.link import Feed, Path
from tests.failover.show import Show, show

DENIED = "the platform refused: wrong key"


def route(story: Show) -> list[tuple[str, str]]:
    return [(move.switch.to, move.switch.cause) for move in story.moves]


def arrived(story: Show) -> bool:
    return story.view.switching_to is None


def end(story: Show, name: str) -> None:
    """Its publication ends; its session comes back at once."""
    story.lose(name)
    story.path(name).refuses_sessions = False


def wrong_keys() -> Show:
    """The platform ends the stream, and says no on both paths from then on."""
    story = show()
    story.run(5)
    for path in story.paths:
        path.denies = DENIED
    end(story, "primary")
    return story


def test_a_no_that_is_known_at_once_is_believed_soon() -> None:
    story = show()
    story.run(5)
    story.path("bonded").denies = DENIED
    end(story, "primary")
    story.run(8)
    assert route(story) == [("bonded", "gone"), ("primary", "refused")]
    assert 0.5 < story.moves[1].at_s - story.moves[0].at_s < 1
    assert story.moves[1].words == f"bonded did not take over ({DENIED})"
    assert arrived(story)
    assert story.said("stay") == []


def test_a_no_where_nobody_else_is_ready_leaves_the_stream_where_it_is() -> None:
    story = show()
    story.run(5)
    story.path("bonded").denies = DENIED
    story.lose("primary")
    story.run(8)
    assert route(story) == [("bonded", "gone")]


def test_with_a_wrong_key_on_both_each_is_tried_once_and_one_alarm_is_told() -> None:
    """Case 11: no oscillation, retries capped."""
    story = wrong_keys()
    story.run(110)
    assert route(story) == [("bonded", "gone"), ("primary", "refused")]
    assert [(note.event, note.level) for note in story.notes] == [("failover.stay", "critical")]
    assert story.said("stay") == [
        f"No uplink carries the stream: primary did not take over within 10 s ({DENIED}); "
        "no other uplink took it either; primary keeps trying."
    ]
    assert story.view.reason == "no uplink takes the stream; primary keeps trying"


def test_the_slow_retry_is_told_no_more_and_comes_back() -> None:
    story = wrong_keys()
    story.run(140)
    assert route(story)[2:] == [("bonded", "refused"), ("primary", "refused")]
    assert len(story.said("stay")) == 1
    assert story.view.mode == "auto"


def test_for_hours_it_is_tried_more_and_more_seldom() -> None:
    turns, active, tries_s = Turns("primary"), "bonded", []
    for second in range(6 * 3_600):
        other = "primary" if active == "bonded" else "bonded"
        to = turns.next(second * NS_PER_S, active, [other])
        active = to or active
        if to == "bonded":
            tries_s.append(second)
    waits_s = [after - before for before, after in pairwise([0, *tries_s])]
    assert waits_s[:5] == pytest.approx([120, 240, 480, 960, 1_920], abs=3)
    assert max(waits_s) <= 1_925


def test_a_person_who_orders_begins_anew() -> None:
    story = wrong_keys()
    story.run(60)
    story.path("bonded").denies = None
    assert story.policy.order_switch(story.now_ns, "bonded", "the key is right now", "Ana") is None
    story.run(61)
    assert story.active == "bonded"
    assert arrived(story)


def test_the_slow_retry_finds_the_one_that_is_taken_again() -> None:
    story = wrong_keys()
    story.run(30)
    story.path("bonded").denies = None
    story.run(150)
    assert story.active == "bonded"
    assert arrived(story)


@pytest.mark.parametrize("heals", ["primary", "both"])
def test_a_platform_that_is_busy_for_a_minute_takes_the_stream_as_soon_as_it_can(
    heals: str,
) -> None:
    """It has not noticed that the old publisher is gone: the path that waits asks again."""
    story = show()
    story.run(5)
    for path in story.paths:
        path.refuses_publish = True
    end(story, "primary")
    story.run(65)
    assert not arrived(story)
    for path in story.paths:
        path.refuses_publish = heals == "primary" and path.name != "primary"
    story.run(65.5)
    assert arrived(story)
    assert len(story.moves) <= 3


def test_a_third_uplink_gets_its_turn_before_the_stream_stays() -> None:
    chance = random.Random(3)
    paths = [Path(name, chance) for name in ("primary", "bonded", "satellite")]
    story = Show(Feed(chance), paths, FailoverSettings())
    story.run(5)
    for path in paths:
        path.denies = DENIED
    end(story, "primary")
    story.run(120)
    assert [to for to, _ in route(story)] == ["bonded", "primary", "satellite", "primary"]
    assert len(story.said("stay")) == 1
