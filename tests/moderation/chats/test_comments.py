"""What viewers send is shown, kept and sent on without harm, and nothing of it stops anything."""

from __future__ import annotations

import pytest

from livedesk.moderation.chats.comments import MOST_NAME, MOST_TEXT, Seen, usable
from livedesk.platforms.answers import UnusableError

UTC_NS = 1_790_000_000 * 10**9


def clean(text: object, author: object = "Ana", posted_utc_ns: int | None = None) -> str:
    comment, _ = usable(
        id="c1",
        author_id="a1",
        author=author,
        text=text,
        utc_ns=UTC_NS,
        posted_utc_ns=posted_utc_ns,
    )
    comment.text.encode()
    return comment.text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("plain, ñandú, 直播, 👩‍👩‍👧", "plain, ñandú, 直播, 👩‍👩‍👧"),
        ("s\x00c\x1ba\x7fm", "scam"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x1b]0;hidden words", "]0;hidden words"),
        ("a\nb\tc\r\nd\u2028e", "a b c  d e"),
        ("\u202eevil\u2066", "evil"),
        ("lone \ud83d end", "lone \ufffd end"),
        ("z\u200bero-width stays", "z\u200bero-width stays"),
        ("<b>html</b> is text", "<b>html</b> is text"),
        ("", ""),
    ],
)
def test_only_what_controls_a_screen_is_taken_out(text: str, left: str) -> None:
    assert clean(text) == left


def test_a_text_of_64_kb_is_cut_and_told() -> None:
    comment, cleaned = usable(id=1, author_id=2, author="Ana", text="x" * 65_536, utc_ns=UTC_NS)
    assert len(comment.text) == MOST_TEXT
    assert "65,536" in cleaned
    assert (comment.id, comment.author_id) == ("1", "2")


def test_names_are_names_and_may_be_missing() -> None:
    for given, name in [
        ("\x1b[2J\u202eAna\n", "[2JAna"),
        (None, ""),
        (7, ""),
        ("n" * 10_000, "n" * (MOST_NAME - 1) + "…"),
    ]:
        comment, _ = usable(id="c", author_id=None, author=given, text="hi", utc_ns=UTC_NS)
        assert (comment.author, comment.author_id) == (name, "")


@pytest.mark.parametrize("off_s", [-40 * 365 * 86_400, 90_000, 10**30])
def test_a_time_far_off_is_left_out_and_told(off_s: int) -> None:
    comment, cleaned = usable(
        id="c", author_id="a", author="Ana", text="hi", utc_ns=UTC_NS,
        posted_utc_ns=UTC_NS + off_s * 10**9,
    )  # fmt: skip
    assert comment.posted_utc_ns is None
    assert "day" in cleaned


@pytest.mark.parametrize(
    "wrong", [None, "", 1.5, True, -1, 2**70, [], {}, "x" * 10_240, "a\nb", "a\x00", "\udfff"]
)
def test_without_an_id_that_can_be_one_there_is_no_comment(wrong: object) -> None:
    with pytest.raises(UnusableError) as told:
        usable(id=wrong, author_id="a", author="Ana", text="hi", utc_ns=UTC_NS)
    assert str(told.value).isprintable()
    assert len(str(told.value)) < 100


def test_seen_forgets_the_oldest_only() -> None:
    seen = Seen(most=3)
    assert [seen.add(name) for name in ("a", "b", "a", "c", "d", "a", "b")] == [
        True, True, False, True, True, False, True,
    ]  # fmt: skip
