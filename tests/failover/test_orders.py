"""What may people order, and what holds against what? Told in virtual time."""

from __future__ import annotations

import random

import pytest

from livedesk.core.settings import FailoverSettings
from livedesk.failover.facts import Refusal
from tests.failover.link import Feed, Path
from tests.failover.show import Show, show


def code(refusal: Refusal | None) -> str | None:
    return None if refusal is None else refusal.code


def running(settings: FailoverSettings | None = None) -> Show:
    story = show(settings=settings)
    story.run(5)
    return story


def order(story: Show, to: str) -> str | None:
    return code(story.policy.order_switch(story.now_ns, to, "rehearsal.", "Ana"))


def hold(story: Show, on: bool) -> str | None:
    return code(story.policy.order_hold(story.now_ns, on, "Ana"))


def drill(story: Show, stay_s: float = 3) -> str | None:
    return code(story.policy.order_drill(story.now_ns, stay_s, "Ana"))


def mode(story: Show) -> str:
    return story.view.mode


def switching_to(story: Show) -> str | None:
    return story.view.switching_to


def back(story: Show) -> tuple[str | None, float | None]:
    return story.view.fail_back_to, story.view.fail_back_in_s


def route(story: Show) -> list[tuple[str, str]]:
    return [(move.switch.to, move.switch.cause) for move in story.moves]


def test_a_person_switches_there_and_back_within_the_dwell() -> None:
    story = running()
    assert order(story, "bonded") is None
    story.run(5.1)
    [move] = story.moves
    assert (move.switch.actor, move.words) == ("Ana", "rehearsal")
    assert switching_to(story) == "bonded"
    assert order(story, "primary") == "switch_running"
    story.run(6)
    assert switching_to(story) is None
    assert story.view.fail_back_to == "primary"
    assert order(story, "primary") is None
    story.run(8)
    assert route(story) == [("bonded", "operator"), ("primary", "operator")]


def test_orders_that_cannot_be_carried_out_are_refused_with_what_to_do() -> None:
    story = running()
    assert order(story, "satellite") == "unknown_uplink"
    assert order(story, "primary") == "already_carrying"
    story.path("bonded").is_dead = True
    story.run(5.2)
    refusal = story.policy.order_switch(story.now_ns, "bonded", "", "Ana")
    assert refusal is not None
    assert refusal.code == "not_ready"
    assert refusal.problem == ("bonded could not take over now: it is down (connection refused).")
    assert drill(story) == "not_ready"
    story.feed.is_connected = False
    story.run(6)
    assert order(story, "bonded") is None


def test_hold_beats_a_dead_path_and_says_so_loudly() -> None:
    story = running()
    assert hold(story, True) is None
    assert mode(story) == "hold"
    story.path("primary").is_dead = True
    story.run(20)
    assert story.moves == []
    [note] = [note for note in story.notes if note.event == "failover.stay"]
    assert note.level == "critical"
    assert note.text.endswith("encoder fine; held by Ana.")
    assert order(story, "bonded") is None  # a person's own switch is no surprise to that person
    story.run(21)
    assert route(story) == [("bonded", "operator")]
    assert mode(story) == "hold"
    assert hold(story, False) is None
    assert mode(story) == "auto"
    assert len([note for note in story.policy.take_notes() if note.event == "failover.mode"]) == 1


def test_where_only_people_switch_the_need_is_said() -> None:
    story = running(FailoverSettings(automatic=False))
    story.path("primary").is_dead = True
    story.run(9)
    assert story.moves == []
    assert mode(story) == "manual"
    assert story.said("stay")[0].endswith("; only people switch here.")


def test_too_many_switches_latch_and_only_a_long_outage_moves_it_then() -> None:
    story = running(FailoverSettings(flap_limit=3))
    for number in range(3):
        bad, good = ("primary", "bonded") if number % 2 == 0 else ("bonded", "primary")
        story.path(bad).is_dead, story.path(good).is_dead = True, False
        story.run(8 + 3 * number)
    assert story.active == "bonded"
    assert mode(story) == "latched"
    assert story.said("mode") == [
        "The stream is latched after 3 switches: only an outage of 5 s or a person moves it."
    ]
    story.path("primary").is_dead = False
    begun_s = story.at_ms / 1000
    story.path("bonded").is_dead = True
    story.run(begun_s + 4.9)
    assert len(story.moves) == 3
    story.run(begun_s + 5.3)
    assert story.active == "primary"
    assert mode(story) == "latched"
    story.path("bonded").is_dead = False
    story.run(begun_s + 7)
    assert order(story, "bonded") is None
    story.run(begun_s + 8)
    assert mode(story) == "auto"


def test_release_takes_the_latch_off() -> None:
    story = running(FailoverSettings(flap_limit=1))
    story.path("primary").is_dead = True
    story.run(6)
    assert mode(story) == "latched"
    hold(story, False)
    assert mode(story) == "auto"


def test_by_default_the_stream_comes_back_by_hand() -> None:
    story = running()
    story.path("primary").is_dead = True
    story.run(7)
    assert back(story)[0] is None
    story.path("primary").is_dead = False
    story.run(132)
    assert story.active == "bonded"
    assert back(story) == ("primary", None)
    healthy_s, _ = story.policy.path_health("primary", story.now_ns)
    assert healthy_s == pytest.approx(125, abs=0.2)


def test_the_automatic_way_back_counts_from_when_the_path_became_good() -> None:
    story = running(FailoverSettings(fail_back="automatic", fail_back_after_s=30))
    story.path("primary").is_dead = True
    story.run(15)
    assert back(story)[1] is None
    story.path("primary").is_dead = False
    story.run(25)
    assert back(story)[1] == pytest.approx(20, abs=0.2)
    story.run(44.8)
    assert story.active == "bonded"
    story.run(45.3)
    assert route(story)[1:] == [("primary", "fail_back")]
    assert story.moves[-1].words == "primary has been good for 30 s"


def test_a_path_that_carries_too_little_again_must_be_good_for_longer() -> None:
    story = running(FailoverSettings(fail_back="automatic", fail_back_after_s=20, flap_limit=9))
    story.path("primary").kbps = 1_000
    story.run(120)
    at_s = [move.at_s for move in story.moves if move.switch.cause == "fail_back"]
    assert len(at_s) == 2
    assert 40 < at_s[1] - at_s[0] < 45


def test_a_way_back_that_proves_wrong_is_undone_at_once() -> None:
    """It is an attempt: the dwell is for the next one."""
    story = running(FailoverSettings(fail_back="automatic", fail_back_after_s=20))
    story.path("primary").kbps = 1_000
    story.run(40)
    assert route(story) == [
        ("bonded", "congestion"),
        ("primary", "fail_back"),
        ("bonded", "congestion"),
    ]
    assert story.moves[2].at_s - story.moves[1].at_s < 4
    assert mode(story) == "latched"


def test_a_way_back_that_dies_within_the_dwell_is_a_failed_attempt_too() -> None:
    settings = FailoverSettings(fail_back="automatic", fail_back_after_s=20, flap_limit=9)
    story = running(settings)
    for _ in range(2):
        story.path("primary").is_dead = True
        story.run(story.at_ms / 1000 + 1)
        story.path("primary").is_dead = False
        story.run(story.at_ms / 1000 + 22)
    assert [to for to, _ in route(story)] == ["bonded", "primary", "bonded", "primary"]
    story.path("primary").is_dead = True
    story.run(story.at_ms / 1000 + 1)
    story.path("primary").is_dead = False
    story.run(story.at_ms / 1000 + 1)
    assert back(story)[1] == pytest.approx(39, abs=0.5)


def test_a_drill_goes_there_and_back_and_does_not_count() -> None:
    story = running(FailoverSettings(flap_limit=1))
    assert drill(story, 3) is None
    assert drill(story) == "switch_running"
    story.run(12)
    assert route(story) == [("bonded", "drill"), ("primary", "drill")]
    assert 3 <= story.moves[1].at_s - story.moves[0].at_s < 3.5
    step = story.view.drill
    assert step is not None
    assert (step.state, step.step) == ("passed", "to bonded and back to primary")
    assert mode(story) == "auto"
    assert story.view.dwell_s is None
    assert story.said("drill")[-1] == "Drill of Ana passed: to bonded and back to primary."


def test_a_fault_during_a_drill_is_a_fault() -> None:
    story = running()
    drill(story, 60)
    story.run(8)
    story.path("bonded").is_dead = True
    story.run(9)
    assert route(story) == [("bonded", "drill"), ("primary", "silence")]
    step = story.view.drill
    assert step is not None
    assert step.state == "failed"
    assert step.step.startswith("nothing was acknowledged on bonded for")


def test_a_drill_whose_way_back_is_gone_ends_where_it_is() -> None:
    story = running()
    drill(story, 3)
    story.run(7)
    story.path("primary").is_dead = True
    story.run(20)
    step = story.view.drill
    assert step is not None
    assert step.state == "failed"
    assert step.step == "primary was not ready to take the stream back; it stays on bonded"
    assert story.active == "bonded"


@pytest.mark.parametrize("stay_s", [-1, 601, float("nan"), float("inf")])
def test_a_drill_of_no_sensible_length_is_refused(stay_s: float) -> None:
    assert drill(running(), stay_s) == "bad_stay"


def test_there_is_no_drill_without_a_feed_in_hold_or_beside_a_hold() -> None:
    story = show()
    story.feed.is_connected = False
    story.run(1)
    assert drill(story) == "no_feed"
    story = running()
    hold(story, True)
    assert drill(story) == "held"
    hold(story, False)
    drill(story, 30)
    story.run(8)
    hold(story, True)
    story.run(60)
    assert story.active == "bonded"
    step = story.view.drill
    assert step is not None
    assert step.step == "Ana held the stream on bonded"


def test_a_path_that_does_not_take_over_gives_way_to_the_next() -> None:
    chance = random.Random(3)
    names = ("primary", "bonded", "satellite")
    story = Show(Feed(chance), [Path(name, chance) for name in names])
    story.run(5)
    story.path("primary").is_dead = True
    story.path("bonded").refuses_publish = True
    story.run(12)
    assert route(story) == [("bonded", "silence"), ("satellite", "refused")]
    assert story.moves[1].at_s - story.moves[0].at_s == pytest.approx(5, abs=0.1)
    assert story.moves[1].words == "bonded did not take over within 5 s"


def test_when_none_takes_over_and_no_other_is_ready_it_goes_on_trying_and_says_so() -> None:
    story = running()
    for path in story.paths:
        path.refuses_publish = True
    story.lose("primary")
    story.run(14)
    assert route(story) == [("bonded", "gone")]
    [said] = story.said("stay")
    assert said == (
        "No uplink carries the stream: bonded did not take over within 5 s; no other uplink is "
        "ready: primary is down (connection refused); it moves once one is."
    )
    assert order(story, "primary") == "not_ready"
    story.path("primary").refuses_sessions = False
    story.run(60)
    assert route(story)[1:] == [("primary", "refused")]


def test_with_one_uplink_there_is_nothing_to_decide() -> None:
    chance = random.Random(3)
    story = Show(Feed(chance), [Path("primary", chance)])
    story.run(5)
    story.path("primary").is_dead = True
    story.run(20)
    assert (story.moves, story.notes) == ([], [])
    assert mode(story) == "single"
    assert (hold(story, True), drill(story)) == ("single_uplink", "single_uplink")
