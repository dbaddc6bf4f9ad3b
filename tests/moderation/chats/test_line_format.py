"""Lines from any process: each is a comment, an answer, or counted with its reason."""

from __future__ import annotations

import json

import pytest

from livedesk.moderation.chats.comments import MOST_TEXT
from livedesk.moderation.chats.line_format import (
    LINE_BYTES,
    Can,
    Did,
    LineSplitter,
    lines_of,
    read_line,
)
from livedesk.platforms.answers import UnusableError

UTC_NS = 1_790_000_000 * 10**9


def test_a_body_of_comments_is_read_in_order() -> None:
    body = (
        b'\xef\xbb\xbf{"id": "1", "author_id": "u", "author": "Ana", "text": "hola", '
        b'"posted_utc_ms": 1790000000500, "more": [1]}\r\n\n  \n{"id": 2, "text": "\\u76f4"}'
    )
    found = lines_of(body, UTC_NS)
    assert [(each.id, each.author, each.text) for each in found.comments] == [
        ("1", "Ana", "hola"),
        ("2", "", "直"),
    ]
    assert found.comments[0].posted_utc_ns == UTC_NS + 500 * 10**6
    assert all(each.utc_ns == UTC_NS for each in found.comments)
    assert (found.unusable, found.problems, found.cleaned) == (0, (), 0)


def test_every_bad_line_is_counted_with_its_reason_and_stops_nothing() -> None:
    good = json.dumps({"id": "good", "text": "hi"}).encode()
    bad = [
        b"not json", b'{"id": "1", "text": "cut', b"\xff\xfe", b"[]", b"null", b"1e999", b'"text"',
        b"[" * 100_000, b"{" + b'"a":' * 50_000, b'{"text": "no id"}', b'{"id": "no text"}',
        b'{"id": {}, "text": "x"}', b'{"id": true, "text": "x"}', b'{"id": "1", "text": ["x"]}',
        json.dumps({"id": "i" * 10_240, "text": "x"}).encode(),
        json.dumps({"id": "a\x00", "text": "x"}).encode(),
        b'{"id": "\\ud800", "text": "x"}', b"9" * 5_000,
        b'{"id": ' + b"9" * 5_000 + b', "text": ""}',
        b'{"can": ["hide"]}', b'{"did": "k", "ok": true}', b"x" * (LINE_BYTES + 1), b"\x00", b"NaN",
    ]  # fmt: skip
    found = lines_of(b"\n".join([good, *bad, good]), UTC_NS)
    assert [comment.id for comment in found.comments] == ["good", "good"]
    assert found.unusable == len(bad)
    assert found.problems[0][0] == 2
    for _, why in found.problems:
        assert why.isprintable()
        assert len(why) < 100
    assert len(found.problems) == 20


def test_a_text_of_64_kb_and_lone_surrogates_are_taken_clean() -> None:
    lines = [
        json.dumps({"id": "1", "text": "\ud800" * 65_536}),
        json.dumps({"id": "2", "text": "\x1b[31mred\x00", "posted_utc_ms": 10**17}),
    ]
    found = lines_of("\n".join(lines).encode(), UTC_NS)
    assert len(found.comments[0].text.encode()) == 3 * MOST_TEXT
    assert (found.comments[1].text, found.comments[1].posted_utc_ns) == ("[31mred", None)
    assert (found.unusable, found.cleaned) == (0, 2)


def test_what_a_program_can_and_did() -> None:
    can = read_line(b'{"can": ["hide", "fly", 7], "keys": true, "reply_chars": 150}', UTC_NS)
    assert can == Can(frozenset(("hide",)), keys=True, reply_chars=150)
    wrong = read_line(b'{"can": [["hide"]], "keys": 1, "reply_chars": -3}', UTC_NS)
    assert wrong == Can(frozenset())
    did = read_line(b'{"did": "hide:1:c", "ok": false, "text": "\\u001b[2Jgone"}', UTC_NS)
    assert did == Did("hide:1:c", ok=False, text="[2Jgone")
    for line in (b'{"can": "hide"}', b'{"did": 7, "ok": true}', b'{"did": "k", "ok": "yes"}'):
        with pytest.raises(UnusableError):
            read_line(line, UTC_NS)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1_000])
def test_lines_are_whole_in_whatever_pieces_they_come(size: int) -> None:
    splitter = LineSplitter(most=10)
    data = b"one\n\n  \ntwo\r\n" + b"x" * 200 + b"\n" + b"y" * 11 + b"\nthree\n" + b"z" * 30
    lines = [
        line for at in range(0, len(data), size) for line in splitter.feed(data[at : at + size])
    ]
    assert [line.strip() for line in lines] == [b"one", b"two", b"three"]
    assert splitter.too_long == 3
