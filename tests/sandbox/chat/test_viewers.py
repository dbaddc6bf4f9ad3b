"""The audience: the same seed writes the same chat, at the rate that was ordered."""

from __future__ import annotations

import random

import pytest

from livedesk.sandbox.chat.evasion import EVASIONS, Evasion, disguised
from livedesk.sandbox.chat.viewers import Burst, Viewers


def test_the_same_seed_is_the_same_chat_however_often_it_is_asked() -> None:
    often, seldom, other = Viewers(7), Viewers(7), Viewers(8)
    for viewers in (often, seldom, other):
        viewers.order_rate(20, 0.0)
    lines = [line for step in range(1000) for line in often.lines_until(step / 100)]
    assert lines == seldom.lines_until(9.99)
    assert lines != other.lines_until(9.99)
    assert 150 < len(lines) < 250


def test_a_burst_comes_beside_the_rest_and_ends() -> None:
    viewers = Viewers(1)
    assert viewers.next_s() is None
    viewers.burst(Burst(300, 3.0, bad_pct=100), 10.0)
    assert len(viewers.lines_until(10.995)) == 100
    rest = viewers.lines_until(20.0)
    assert len(rest) == 200
    assert all(line.bad for line in rest)
    assert viewers.next_s() is None


def test_all_of_a_raid_say_the_same() -> None:
    viewers = Viewers(1)
    viewers.burst(Burst(50, 0, text="free iphone here"), 1.0)
    lines = viewers.lines_until(1.0)
    assert {line.text for line in lines} == {"free iphone here"}
    assert len({line.author_id for line in lines}) > 20


def test_it_is_as_bad_as_ordered_and_in_many_tongues() -> None:
    viewers = Viewers(3)
    lines = [viewers.line(10) for _ in range(5000)]
    bad = [line for line in lines if line.bad]
    assert 400 < len(bad) < 600
    assert {line.kind for line in bad} == {"scam", "spam", "insult", "counterfeit"}
    assert {line.evasion for line in bad} == {"", *EVASIONS}
    assert not any(line.evasion for line in lines if not line.bad)
    rude = [line for line in lines if line.kind == "rude"]
    assert 80 < len(rude) < 180
    assert not any(line.bad for line in rude)
    assert {viewers.line(0).kind == "rude" for _ in range(500)} == {False}
    text = "".join(line.text for line in lines)
    assert all(letter in text for letter in "ñãคư的😍")
    assert not any(mark in text for mark in "{}[]")


def test_hushed_viewers_write_nothing() -> None:
    viewers = Viewers(1)
    viewers.order_rate(100, 0.0)
    viewers.burst(Burst(100, 10), 0.0)
    viewers.hush()
    assert viewers.lines_until(100.0) == []


@pytest.mark.parametrize(
    ("how", "found"),
    [
        ("full_width", "ｗｈａｔｓａｐｐ"),
        ("look_alike", "wһаtѕарр".replace("һ", "h")),
        ("leet", "wh4754pp"),
        ("", "whatsapp"),
    ],
)
def test_how_a_word_is_disguised(how: Evasion, found: str) -> None:
    assert disguised("whatsapp", how, random.Random(1)) == found


def test_a_disguise_leaves_what_people_read() -> None:
    rng = random.Random(1)
    zero_width, spaced = (disguised("scam", how, rng) for how in ("zero_width", "spaced"))
    assert (len(zero_width), zero_width[::2]) == (7, "scam")
    assert spaced[::2] == "scam"
    assert disguised("พนัน", "spaced", rng) == "พนัน"
    assert disguised("a whole sentence is not spaced", "spaced", rng).startswith("a whole")
