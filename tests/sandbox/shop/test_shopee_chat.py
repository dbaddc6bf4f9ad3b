"""Comments as Shopee tells them: ten seconds, numbers for ids, the host among the viewers."""

from __future__ import annotations

from typing import Any

import pytest

from livedesk.core.clock import ManualClock
from livedesk.sandbox.chat.room import ChatRoom, Line
from livedesk.sandbox.shop.shopee_chat import ShopeeChat, WrongError

HOST = 501_221


def _chat() -> tuple[ShopeeChat, ChatRoom, ManualClock]:
    clock = ManualClock()
    room = ChatRoom("glow", clock)
    return ShopeeChat(room, clock, HOST), room, clock


def _latest(chat: ShopeeChat, **given: Any) -> tuple[list[Any], Any]:
    answer: Any = chat.answer("get_latest_comment_list", given)
    return answer["list"], answer["next_offset"]


def test_only_the_last_ten_seconds_are_told_and_the_offset_goes_on() -> None:
    chat, room, clock = _chat()
    room.say([Line("viewer-1", "Ana", "old")])
    clock.advance(8)
    room.say([Line("viewer-2", "Bo", "new")])
    comments, offset = _latest(chat)
    assert [each["content"] for each in comments] == ["old", "new"]
    clock.advance(5)
    assert [each["content"] for each in _latest(chat)[0]] == ["new"]
    assert _latest(chat, offset=str(offset)) == ([], offset)
    room.say(Line("viewer-1", "Ana", f"{n}") for n in range(150))
    comments, offset = _latest(chat, offset=offset)
    assert len(comments) == 100
    assert [each["content"] for each in _latest(chat, offset=offset)[0]][-1] == "149"


def test_what_the_host_posts_comes_back_with_the_hosts_id() -> None:
    chat, room, _ = _chat()
    posted: Any = chat.answer("post_comment", {"content": "Ships today."})
    (comment,), _ = _latest(chat)
    assert (comment["comment_id"], comment["user_id"]) == (posted["comment_id"], HOST)
    figures: Any = room.figures()
    assert figures["verbs"]["reply"] == 1
    assert room.last == 0


def test_a_viewer_is_banned_by_number() -> None:
    chat, room, _ = _chat()
    room.say([Line("viewer-1", "Ana", "spam")])
    (comment,), _ = _latest(chat)
    assert chat.answer("ban_user_comment", {"ban_user_id": comment["user_id"]}) == {}
    assert room.figures()["banned"] == ["viewer-1"]
    assert chat.answer("unban_user_comment", {"unban_user_id": comment["user_id"]}) == {}
    assert room.figures()["banned"] == []


@pytest.mark.parametrize(
    ("name", "given", "error"),
    [
        ("post_comment", {"content": "  "}, "error_param"),
        ("post_comment", {"content": "x" * 151}, "error_data"),
        ("ban_user_comment", {"ban_user_id": HOST}, "error_data"),
        ("ban_user_comment", {"ban_user_id": 1}, "error_param"),
        ("get_latest_comment_list", {"offset": "-1"}, "error_param"),
    ],
)
def test_what_cannot_be_done_has_the_platforms_name(
    name: str, given: dict[str, Any], error: str
) -> None:
    chat, room, _ = _chat()
    with pytest.raises(WrongError) as wrong:
        chat.answer(name, given)
    assert wrong.value.error == error
    assert room.figures()["executions"] == 0


def test_nothing_is_posted_when_the_session_is_over() -> None:
    chat, room, _ = _chat()
    room.live = False
    with pytest.raises(WrongError, match="not ongoing"):
        chat.answer("post_comment", {"content": "hello"})
