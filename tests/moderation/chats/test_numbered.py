"""Each comment of a numbered chat comes once, whatever its answers were."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from livedesk.moderation.chats.numbered import PAGE, Numbered
from livedesk.platforms.answers import UnusableError

UTC_NS = 1_790_000_000 * 10**9


def entry(n: int, /, **changed: object) -> dict[str, Any]:
    return {"n": n, "id": f"c{n}", "author_id": "a1", "author": "Ana", "text": f"no {n}", **changed}


def page(numbered: Numbered, last: int, first: int = 1) -> dict[str, Any]:
    """What a room that is well answers."""
    after, limit = numbered.ask()
    start = max(after + 1, first)
    numbers = range(start, min(last + 1, start + limit))
    return {"comments": [entry(n) for n in numbers], "last": last, "first": first}


def begun() -> Numbered:
    """Where nothing was written before we came."""
    numbered = Numbered()
    numbered.take({"comments": [], "last": 0, "first": 0}, UTC_NS)
    return numbered


def test_it_begins_with_the_last_comments_and_not_with_the_whole_show() -> None:
    numbered = Numbered()
    assert numbered.take(page(numbered, 9_000), UTC_NS).more
    given = numbered.take(page(numbered, 9_000), UTC_NS)
    assert [comment.id for comment in given.comments] == [f"c{n}" for n in range(8_501, 9_001)]
    assert not given.more
    assert not numbered.take(page(numbered, 9_000), UTC_NS).comments


def test_every_comment_comes_once_through_any_mix_of_faults() -> None:
    for seed in range(12):
        rng, numbered = Random(seed), begun()
        got: list[str] = []
        last = 0
        for turn in range(400):
            last += rng.randrange(30) if turn < 300 else 0
            answer = page(numbered, last)
            match rng.randrange(16) if turn < 300 else 15:
                case 0:
                    numbered.unreadable()
                    continue
                case 1:  # an old answer
                    answer = {"comments": [], "last": max(0, last - 40), "first": 1}
                case 2:  # one is left out
                    answer["comments"] = answer["comments"][:1] + answer["comments"][2:]
                case 3:  # told twice
                    answer["comments"] += answer["comments"]
                case 4:
                    answer["comments"] = []
                case 5:
                    rng.shuffle(answer["comments"])
            given = numbered.take(answer, UTC_NS)
            got += [comment.id for comment in given.comments]
            assert not given.missed
        assert got == [f"c{n}" for n in range(1, last + 1)], seed


def test_a_platform_that_tells_the_newest_first_is_understood() -> None:
    numbered = begun()
    answer = page(numbered, 40)
    answer["comments"].reverse()
    given = numbered.take(answer, UTC_NS)
    assert [comment.id for comment in given.comments] == [f"c{n}" for n in range(1, 41)]


def test_what_the_room_does_not_keep_is_counted() -> None:
    numbered = begun()
    numbered.take(page(numbered, 10), UTC_NS)
    given = numbered.take(page(numbered, 1_000, first=901), UTC_NS)
    assert given.missed == 890
    assert given.comments[0].id == "c901"


def test_a_hole_that_stays_is_passed_over_and_counted() -> None:
    numbered = begun()
    got, missed = [], 0
    for _ in range(20):
        answer = page(numbered, 6)
        answer["comments"] = [each for each in answer["comments"] if each["n"] != 3]
        given = numbered.take(answer, UTC_NS)
        got += [comment.id for comment in given.comments]
        missed += given.missed
    assert got == ["c1", "c2", "c4", "c5", "c6"]
    assert missed == 1


def test_a_room_that_begins_anew_is_read_from_its_beginning() -> None:
    numbered = begun()
    numbered.take(page(numbered, 20), UTC_NS)
    given = [numbered.take(page(numbered, 2), UTC_NS) for _ in range(10)]
    assert [comment.id for each in given for comment in each.comments] == ["c1", "c2"]


def test_a_room_that_began_anew_is_noticed_though_its_numbers_have_passed_ours() -> None:
    numbered = begun()
    old = page(numbered, 20) | {"epoch": "a"}
    assert numbered.take(old, UTC_NS).anew
    assert len(numbered.take(old, UTC_NS).comments) == 20

    def other(last: int) -> dict[str, Any]:
        found = page(numbered, last)
        comments = [each | {"id": f"other-{each['n']}"} for each in found["comments"]]
        return found | {"comments": comments, "epoch": "b"}

    given = numbered.take(other(900), UTC_NS)
    assert (given.anew, given.comments) == (True, ())
    got: list[str] = []
    for answer_of in (other, lambda _: old, other, other, other):
        given = numbered.take(answer_of(900), UTC_NS)
        got += [comment.id for comment in given.comments]
    given = numbered.take(other(900), UTC_NS)
    got += [comment.id for comment in given.comments]
    assert got == [f"other-{n}" for n in range(1, 901)]


def test_one_comment_that_cannot_be_read_does_not_stop_the_others() -> None:
    numbered = begun()
    got: list[str] = []
    unusable = asked = 0
    while len(got) < 19 and asked < 100:
        asked += 1
        after, limit = numbered.ask()
        if after < 7 <= after + limit:
            numbered.unreadable()
            continue
        given = numbered.take(page(numbered, 20), UTC_NS)
        got += [comment.id for comment in given.comments]
        unusable += len(given.unusable)
    assert got == [f"c{n}" for n in range(1, 21) if n != 7]
    assert unusable == 1
    assert numbered.ask()[1] > 1


def test_a_platform_that_answers_badly_for_a_while_loses_nothing() -> None:
    numbered = begun()
    for _ in range(50):
        numbered.unreadable()
    got: list[str] = []
    while len(got) < 20:
        got += [comment.id for comment in numbered.take(page(numbered, 20), UTC_NS).comments]
    assert got == [f"c{n}" for n in range(1, 21)]


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"comments": [], "last": "9", "first": 1},
        {"comments": {}, "last": 9, "first": 1},
        {"comments": [], "last": 2**60, "first": 1},
        {"comments": [], "last": 3, "first": 9},
        {"comments": [], "last": -1, "first": 0},
        {"comments": [], "last": True, "first": 0},
        {"comments": [], "last": 0, "first": 0, "epoch": 3},
    ],
)
def test_an_answer_of_the_wrong_kind_changes_nothing(answer: dict[str, Any]) -> None:
    numbered = begun()
    with pytest.raises(UnusableError):
        numbered.take(answer, UTC_NS)
    assert numbered.ask() == (0, PAGE)


def test_entries_of_any_kind_are_counted_and_the_rest_is_taken() -> None:
    numbered = begun()
    wrong: list[Any] = [
        None, 7, [], "text", {}, entry(6, id=None), entry(7, id=["x"]), entry(8, id="x" * 10_000),
        entry(9, text=None), entry(10, text=3), entry(11, author_id={}), entry(12, id="a\x00b"),
        entry(13, id="\ud800"), entry(14, n="14"), entry(15, posted_utc_ms=-(10**15)),
    ]  # fmt: skip
    given = numbered.take({"comments": wrong, "last": 16, "first": 1}, UTC_NS)
    assert [comment.id for comment in given.comments] == ["c14", "c15"]
    assert len(given.unusable) == 13
    assert given.comments[1].posted_utc_ns is None
    assert [each.id for each in numbered.take(page(numbered, 16), UTC_NS).comments] == ["c16"]
