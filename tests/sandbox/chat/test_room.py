"""What the room does and writes down: the witness by which the product is judged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from livedesk.core.clock import ManualClock
from livedesk.sandbox.chat.room import KEPT_COMMENTS, ChatRoom, Line, RefusedError

CLOCK = ManualClock()
FIRST = f"glow-{ChatRoom('glow', CLOCK).epoch}-1"
"""The id of a room's first comment, at the time when clocks here begin."""


def _room(*texts: str) -> tuple[ChatRoom, ManualClock]:
    clock = ManualClock()
    room = ChatRoom("glow", clock)
    room.say(Line(f"viewer-{n}", "Ana", text) for n, text in enumerate(texts, 1))
    return room, clock


def _figures(room: ChatRoom, *names: str) -> list[Any]:
    figures = room.figures()
    return [figures[name] for name in names]


def test_the_same_key_is_one_hiding_and_a_second_key_is_seen_as_a_double() -> None:
    room, clock = _room("buy followers")
    clock.advance(0.25)
    first = room.show(FIRST, False, f"hide:1:{FIRST}")
    assert room.show(FIRST, False, f"hide:1:{FIRST}") == first
    assert _figures(room, "executions", "repeats", "again", "hidden") == [1, 1, 0, 1]
    assert room.show(FIRST, False, "another").again
    assert _figures(room, "executions", "again", "hidden") == [2, 1, 1]
    assert first.after_ms == 250
    assert [each.repeated for each in room.executions(0, 10)] == [False, True, False]


def test_where_keys_are_not_honoured_the_same_key_is_a_double() -> None:
    room, _ = _room("hi")
    room.honours_keys = False
    room.show(FIRST, False, "key")
    room.show(FIRST, False, "key")
    assert _figures(room, "executions", "doubles", "again") == [2, 1, 1]


def test_a_key_stands_for_one_thing() -> None:
    room, _ = _room("hi", "there")
    room.reply(FIRST, "Hello!", "key")
    others: tuple[Callable[[], object], ...] = (
        lambda: room.reply(FIRST, "Good-bye!", "key"),
        lambda: room.show(FIRST, False, "key"),
        lambda: room.ban("viewer-1", True, "key"),
    )
    for verb in others:
        with pytest.raises(RefusedError, match="something else"):
            verb()
    assert _figures(room, "executions", "hidden", "banned") == [1, 0, []]


def test_what_was_hidden_can_be_seen_again() -> None:
    room, _ = _room("hi")
    room.show(FIRST, False, "a")
    room.show(FIRST, True, "b")
    (said,) = room.comments(0, 10)
    assert said.visible
    assert room.figures()["verbs"] == {"hide": 1, "unhide": 1, "reply": 0, "ban": 0, "unban": 0}


def test_the_same_answer_twice_is_seen_and_after_a_while_is_none() -> None:
    room, clock = _room("price?")
    assert not room.reply(FIRST, "It is $29.50.", "a").again
    clock.advance(19)
    assert room.reply(FIRST, "It is $29.50.", "b").again
    clock.advance(21)
    assert not room.reply(FIRST, "It is $29.50.", "c").again


def test_who_is_banned_writes_no_more_until_it_is_taken_back() -> None:
    room, _ = _room("spam")
    room.ban("viewer-1", True, "a")
    assert room.say([Line("viewer-1", "Ana", "spam")]) == []
    assert _figures(room, "comments", "silenced", "banned") == [1, 1, ["viewer-1"]]
    room.ban("viewer-1", False, "b")
    assert [said.n for said in room.say([Line("viewer-1", "Ana", "sorry")])] == [2]


def test_nothing_is_done_that_cannot_be() -> None:
    room, _ = _room("hi")
    wrong: tuple[tuple[str, Callable[[], object]], ...] = (
        ("unknown_comment", lambda: room.show("glow-none", False, "a")),
        ("unknown_comment", lambda: room.reply("glow-none", "Hello!", "a")),
        ("unknown_author", lambda: room.ban("viewer-9", True, "a")),
    )
    for code, verb in wrong:
        with pytest.raises(RefusedError) as refused:
            verb()
        assert refused.value.code == code
    room.live = False
    with pytest.raises(RefusedError):
        room.show(FIRST, False, "a")
    assert room.say([Line("viewer-2", "Bo", "too late")]) == []
    assert room.figures()["executions"] == 0


def test_only_so_many_comments_are_kept_and_numbers_have_no_holes() -> None:
    room, _ = _room()
    room.say(Line("viewer-1", "Ana", "hi") for _ in range(KEPT_COMMENTS + 10))
    assert (room.first, room.last) == (11, KEPT_COMMENTS + 10)
    assert [said.n for said in room.comments(0, 3)] == [11, 12, 13]
    assert [said.n for said in room.comments(room.last - 2, 9)] == [room.last - 1, room.last]
    assert room.comments(room.last, 9) == []
