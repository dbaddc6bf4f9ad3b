"""What does the stream do when a path fails? Told in virtual time, with the words for people."""

from __future__ import annotations

import random
import re

import pytest

from livedesk.core.settings import FailoverSettings
from tests.failover.link import Feed, Path
from tests.failover.show import LOOK_MS, Show, show

SEEDS = range(4_100, 4_106)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_black_hole_is_left_at_once(seed: int) -> None:
    """Case 1: nothing passes, the socket stays open."""
    story = show(seed)
    story.run(5)
    story.path("primary").is_dead = True
    story.run(5.35)
    [move] = story.moves
    assert (move.switch.to, move.switch.cause) == ("bonded", "silence")
    assert re.fullmatch(
        r"nothing was acknowledged on primary for \d{3} ms; encoder fine", move.words
    )
    assert 4.9 < move.switch.onset_ns / 1e9 < 5.1
    story.run(30)
    assert len(story.moves) == 1
    assert re.match(r"bonded carries [345],\d{3} kbps; encoder fine", story.view.reason)


def test_a_reset_is_left_in_the_same_look() -> None:
    """Case 2: the connection ends in the middle of a message."""
    story = show()
    story.run(5)
    story.lose("primary")
    [move] = story.moves
    assert (move.switch.to, move.switch.cause) == ("bonded", "gone")
    assert move.words == "the connection of primary ended (connection refused); encoder fine"


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("kbps", "left"), [(4_050, 800), (4_050, 1_480), (6_000, 2_000)])
def test_a_path_that_carries_too_little_is_left_within_half_a_second(
    seed: int, kbps: float, left: float
) -> None:
    """Case 3, and the story of the design: at 5 s primary 800 kbps, bonded by 5.5 s."""
    story = show(seed, kbps=kbps)
    story.run(5)
    story.path("primary").kbps = left
    story.run(5.6)
    [move] = story.moves
    assert (move.switch.to, move.switch.cause) == ("bonded", "congestion")
    words = re.fullmatch(r"primary carries ([\d,]+) of ([\d,]+) kbps; encoder fine", move.words)
    assert words is not None
    assert float(words[1].replace(",", "")) == pytest.approx(left, rel=0.35)
    assert float(words[2].replace(",", "")) == pytest.approx(kbps, rel=0.35)


def test_a_drop_from_one_moment_to_the_next_and_a_slow_one_are_both_left_before_the_second() -> (
    None
):
    """Case 3 as a ramp: 6,000 to 2,000 kbps in two seconds."""
    story = show(kbps=6_000)
    story.run(5)
    for step in range(20):
        story.path("primary").kbps = 6_000 - 200 * (step + 1)
        story.run(5 + 0.1 * (step + 1))
    story.run(8)
    [move] = story.moves
    assert move.switch.cause == "congestion"
    assert move.at_s < 7.4  # it carries less than the contract from 6.75 s on


def test_a_path_that_comes_and_goes_is_left_once() -> None:
    """Case 4: one second good, one second bad, for two minutes."""
    story = show()
    story.run(5)
    for second in range(120):
        story.path("primary").is_dead = second % 2 == 0
        story.run(6 + second)
    assert [move.switch.to for move in story.moves] == ["bonded"]
    assert story.view.fail_back_to == "primary"
    assert story.view.fail_back_in_s is None


def test_a_feed_that_was_low_and_is_rich_again_is_judged_before_its_class_says_so() -> None:
    """LOW clears after 3 s at 2,600 kbps; a path that fails meanwhile is left all the same."""
    chance = random.Random(4)
    feed = Feed(chance, key_weight=1, scene_kbps=lambda at_s: 1_200 if at_s < 8 else 3_200)
    story = Show(feed, [Path("primary", chance), Path("bonded", chance)])
    story.run(10.3)
    assert story.feed.facts(story.at_ms).state == "LOW"
    story.path("primary").kbps = 800
    story.run(11)
    [move] = story.moves
    assert move.switch.cause == "congestion"


def test_a_static_scene_is_no_fault_of_the_path() -> None:
    """Case 5: 900 kbps by the encoder's choice."""
    chance = random.Random(4)
    feed = Feed(chance, scene_kbps=lambda at_s: 4_050 if at_s < 5 else 900)
    story = Show(feed, [Path("primary", chance), Path("bonded", chance)])
    story.run(20)
    assert story.moves == []
    assert re.fullmatch(
        r"primary carries all that the encoder gives, [\d,]+ kbps", story.view.reason
    )
    assert not story.view.sagging


def test_a_path_that_still_holds_the_contract_sags_until_it_is_too_late() -> None:
    """6,000 of 4,800 kbps: said within three seconds, left at one and a half seconds behind."""
    story = show(kbps=6_000)
    story.run(5)
    story.path("primary").kbps = 4_800
    story.run(9)
    assert story.moves == []
    assert story.view.sagging
    [said] = story.said("sagging")
    assert re.fullmatch(
        r"Sagging: primary is \d+ ms behind and still carries 4,\d{3} kbps; bonded is ready\.", said
    )
    story.run(16)
    [move] = story.moves
    assert move.switch.cause == "backlog"
    assert re.match(r"primary is 1,[5-9]\d\d ms behind and carries 4,\d{3} of", move.words)
    assert 4.5 < move.switch.onset_ns / 1e9 < 7


def test_with_both_paths_down_nothing_oscillates_and_it_is_said_once() -> None:
    """Case 11."""
    story = show()
    story.run(5)
    story.path("bonded").is_dead = True
    story.lose("primary")
    story.run(60)
    assert story.moves == []
    assert story.said("stay") == [
        "The stream stays on primary: the connection of primary ended (connection refused); "
        "encoder fine; no other uplink is ready: bonded is down (connection refused)."
    ]
    assert [note.level for note in story.notes] == ["critical"]
    story.path("bonded").is_dead = False
    story.run(60.1)
    assert [move.switch.to for move in story.moves] == ["bonded"]


def test_with_a_dead_standby_the_stream_stays_on_what_still_carries_something() -> None:
    """Case 12."""
    story = show()
    story.path("bonded").is_dead = True
    story.run(5)
    assert story.view.next is None
    story.path("primary").kbps = 1_480
    story.run(30)
    assert story.moves == []
    [said] = story.said("stay")[:1]
    assert re.fullmatch(
        r"The stream stays on primary: primary carries 1,\d{3} of [\d,]+ kbps; encoder fine; "
        r"no other uplink is ready: bonded is down \(connection refused\)\.",
        said,
    )


def test_loss_and_jitter_are_no_outage_but_a_black_hole_behind_them_is() -> None:
    """Case 13: the limits of the path's silence and lag grow with what is usual on it."""
    story = show(13)
    for path in story.paths:
        path.jitter_ms, path.loss = 300, 0.3
    story.run(60)
    assert story.moves == []
    story.path("primary").is_dead = True
    story.run(62)
    assert [move.switch.cause for move in story.moves] == ["silence"]


@pytest.mark.parametrize(
    "why", ["the name ingest.example was not found", "the platform's certificate is not valid"]
)
def test_a_path_that_cannot_be_reached_is_left_with_its_reason(why: str) -> None:
    """Cases 14 and 15: no address, an expired certificate. The reason is the relay's."""
    story = show()
    story.path("primary").carries = False
    story.path("primary").refuses_sessions = True
    story.path("primary").why = why
    story.run(2.5)
    [move] = story.moves
    assert move.switch.cause == "gone"
    assert move.words.startswith(f"primary did not come up within 2 s ({why})")


def test_an_encoder_that_pauses_and_returns_moves_nothing() -> None:
    story = show()
    for second in range(5, 60, 10):
        story.run(second)
        story.feed.is_paused = True
        story.run(second + 3)
        assert story.view.reason == "the encoder is silent"
        story.feed.is_paused = False
    story.run(70)
    assert story.moves == []


def test_a_path_that_ends_without_a_feed_is_not_missed() -> None:
    story = show()
    story.run(5)
    story.feed.is_connected = False
    story.run(6)
    story.lose("primary")
    story.run(20)
    assert story.moves == []
    story.feed.is_connected = True
    story.run(23)
    assert [move.switch.cause for move in story.moves] == ["gone"]


def both_bad(primary_kbps: float) -> Show:
    """The stream left primary at 5 s and bonded got bad too; what primary carries from 7 s on."""
    story = show()
    story.run(5)
    story.path("primary").kbps = 800
    story.run(6)
    story.path("bonded").kbps = 1_900
    story.run(7)
    story.path("primary").kbps = primary_kbps
    story.run(45)
    return story


def test_a_path_that_healed_meanwhile_is_tried_once_the_other_is_bad_too() -> None:
    story = both_bad(primary_kbps=20_000)
    assert [move.switch.to for move in story.moves] == ["bonded", "primary"]
    assert 15 < story.moves[1].at_s < 16.5
    assert re.fullmatch(
        r"bonded carries [\d,]+ of [\d,]+ kbps; encoder fine; primary, left 1\d s ago, is tried "
        r"again",
        story.moves[1].words,
    )


def test_with_both_paths_bad_a_try_that_fails_is_undone_at_once_and_the_stream_stays() -> None:
    """The lesser evil is where it is; it does not go to and fro."""
    story = both_bad(primary_kbps=800)
    assert [move.switch.to for move in story.moves] == ["bonded", "primary", "bonded"]
    assert story.moves[2].at_s - story.moves[1].at_s < 4
    assert story.view.mode == "latched"


def test_what_a_path_carried_when_it_was_left_counts_for_a_while() -> None:
    story = show(settings=FailoverSettings(min_dwell_s=2, flap_limit=9))
    story.run(5)
    story.path("primary").kbps = 800
    story.run(6)
    story.path("bonded").kbps = 1_900
    story.run(12)
    assert [move.switch.to for move in story.moves] == ["bonded"]
    assert re.search(
        r"; no better uplink is known: primary carried [\d,]+ kbps when it was left\.$",
        story.said("stay")[-1],
    )


def test_no_second_switch_for_its_rate_within_the_dwell() -> None:
    story = show(settings=FailoverSettings(min_dwell_s=10))
    story.run(5)
    story.path("primary").is_dead = True
    story.run(6)
    story.path("primary").is_dead = False
    story.path("bonded").kbps = 1_500
    story.run(14)
    assert len(story.moves) == 1
    assert story.view.dwell_s == pytest.approx(1.25, abs=0.2)
    assert story.view.reason.endswith("; too soon after the last switch, 2 s to go")
    story.run(16)
    assert [move.switch.cause for move in story.moves] == ["silence", "congestion"]


def test_decisions_come_in_time_at_any_phase() -> None:
    """Outage in 300 ms, 6,000 to 2,000 kbps in 450 ms, with up to 64 kB hidden on the way."""
    worst = {0.0: 0.0, 2_000.0: 0.0}
    for left in worst:
        for seed in range(900, 912):
            chance = random.Random(seed)
            paths = [
                Path(name, chance, hidden_bytes=chance.randrange(16_000, 64_000))
                for name in ("primary", "bonded")
            ]
            feed = Feed(chance, 6_000)
            story = Show(feed, paths, step_ms=5, phase_ms=chance.uniform(0, LOOK_MS))
            story.run(6 + chance.random())
            fault_s = story.at_ms / 1000
            paths[0].kbps, paths[0].is_dead = left, not left
            story.run(fault_s + 1)
            worst[left] = max(worst[left], story.moves[0].at_s - fault_s)
    assert worst[0.0] <= 0.3
    assert worst[2_000.0] <= 0.45


@pytest.mark.parametrize("seed", SEEDS)
def test_a_path_that_catches_up_is_not_left_for_what_it_is_behind(seed: int) -> None:
    """The relay was stopped for three seconds: 3,300 kbps to be sent where 4,500 fit."""
    story = show(seed, kbps=3_300)
    story.path("primary").kbps = 4_500
    story.run(6)
    story.sleep(3)
    story.run(30)
    assert story.moves == []


def test_a_path_that_catches_up_no_longer_is_left_for_what_it_is_behind() -> None:
    story = show(kbps=3_300)
    story.path("primary").kbps = 4_500
    story.run(6)
    story.sleep(3)
    story.run(11)
    assert story.moves == []
    story.path("primary").kbps = 3_200
    story.run(14)
    [move] = story.moves
    assert move.switch.cause == "backlog"


@pytest.mark.parametrize("seed", SEEDS)
def test_of_two_paths_that_are_as_bad_the_stream_takes_neither_for_a_few_percent(seed: int) -> None:
    story = show(seed, FailoverSettings(min_dwell_s=2, flap_limit=99), kbps=3_300)
    story.run(5)
    story.path("primary").kbps = 1_500
    story.run(6)
    story.path("bonded").kbps = 1_500
    story.run(14.9)
    assert [move.switch.to for move in story.moves] == ["bonded"]
