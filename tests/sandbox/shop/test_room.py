"""The live room: what is shown, what a key does twice, and that doubles are counted."""

from __future__ import annotations

import pytest

from livedesk.core.clock import ManualClock
from livedesk.sandbox.shop.goods import goods
from livedesk.sandbox.shop.pictures import SIDE_PX, picture_of
from livedesk.sandbox.shop.room import RefusedError, Room


def _room() -> Room:
    return Room("glow", ManualClock())


def test_the_same_key_shows_a_product_once_and_gives_the_same_answer_again() -> None:
    room = _room()
    first, repeated_1 = room.pin("10001", "key")
    room.pin("10002", "another")
    second, repeated_2 = room.pin("10001", "key")
    assert (first, repeated_1, repeated_2) == (second, False, True)
    assert room.shown is not None
    assert room.shown.product_id == "10002"
    figures = room.figures()
    assert [figures[name] for name in ("executions", "repeats", "doubles", "again")] == [2, 1, 0, 0]


def test_a_room_that_honours_no_keys_counts_the_double() -> None:
    room = _room()
    room.honours_keys = False
    for _ in range(3):
        room.pin("10001", "key")
    figures = room.figures()
    assert [figures[name] for name in ("executions", "repeats", "doubles", "again")] == [3, 0, 2, 2]


def test_a_key_is_for_one_thing_only() -> None:
    room = _room()
    room.pin("10001", "key")
    for attempt in (lambda: room.pin("10002", "key"), lambda: room.unpin("key")):
        with pytest.raises(RefusedError, match="used for something else"):
            attempt()
    assert room.unpin("of its own") is False
    assert room.unpin("of its own") is True
    assert room.shown is None


@pytest.mark.parametrize(
    ("product_id", "code", "words"),
    [
        ("10009", "out_of_stock", "out of stock"),
        ("10010", "restricted", "not sold in this region"),
        ("10011", "restricted", "medical effect"),
        ("unheard-of", "unknown_product", "no such product"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_its_reason(
    product_id: str, code: str, words: str
) -> None:
    room = _room()
    with pytest.raises(RefusedError, match=words) as refusal:
        room.pin(product_id, "key")
    assert refusal.value.code == code
    assert room.figures()["executions"] == 0
    room.live = False
    with pytest.raises(RefusedError):
        room.pin("10001", "key")


def test_a_refused_key_may_be_used_when_the_reason_is_gone() -> None:
    room = _room()
    with pytest.raises(RefusedError):
        room.pin("10009", "key")
    room.change("10009", 5, None)
    assert room.pin("10009", "key")[1] is False


def test_the_journal_is_read_page_by_page() -> None:
    room = _room()
    for number in range(5):
        room.pin("10001", f"key-{number}")
    page = room.executions(after=2, limit=2)
    assert [(execution.number, execution.key) for execution in page] == [(3, "key-2"), (4, "key-3")]
    room.forget()
    assert room.executions(after=0, limit=10) == []


def test_the_goods_are_what_the_picture_shows_and_what_is_hard_to_show() -> None:
    all_goods = goods()
    assert [good.title for good in all_goods[:3]] == [
        "Velvet Day Cream", "Vitamin C Serum", "Satin Lipstick",
    ]  # fmt: skip
    states = {good.state for good in all_goods}
    assert states == {"available", "out_of_stock", "restricted", "flagged"}
    assert len({good.id for good in all_goods}) == len(all_goods) >= 12


def test_every_good_has_a_picture_of_its_own() -> None:
    pictures = [picture_of(good) for good in goods()]
    assert len(set(pictures)) == len(pictures)
    for picture in pictures:
        assert picture.startswith(b"\x89PNG\r\n\x1a\n")
        assert int.from_bytes(picture[16:20], "big") == SIDE_PX
