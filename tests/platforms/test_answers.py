"""Whatever a far end says becomes a value, or words for why not."""

from __future__ import annotations

import asyncio
import contextlib
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedesk.core.clock import NS_PER_S
from livedesk.core.secrets import Secret
from livedesk.platforms.answers import (
    LONGEST_WAIT_S,
    UnusableError,
    by_status,
    json_object,
    money,
    parsed,
    retry_after_s,
    said,
)
from livedesk.platforms.connection import Reply
from livedesk.platforms.shopee_errors import judged

NOW_NS = 1_790_000_000 * NS_PER_S
"""Mon, 21 Sep 2026 14:13:20 GMT"""


def answer(body: bytes | str, status: int = 200, **headers: str) -> Reply:
    content = body.encode() if isinstance(body, str) else body
    return Reply(
        status, {name.replace("_", "-"): value for name, value in headers.items()}, content
    )


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (answer(""), "without a body"),
        (answer("", 204), "without a body (204)"),
        (answer("<html>busy</html>"), "a web page"),
        (answer("{}", content_type="text/html; charset=utf-8"), "a web page"),
        (answer('{"a": 1'), "not whole"),
        (answer('{"a": NaN}'), "not whole"),
        (answer('{"a": 1, "a": 2}'), "not whole"),
        (answer('{"a": ' + "9" * 5000 + "}"), "not whole"),
        (answer("[" * 100_000), "not whole"),
        (answer("[1]"), "no object"),
        (answer(b'{"a": "\xff"}'), "not UTF-8"),
        (answer("{}", content_encoding="gzip"), "compressed"),
        (answer("{}", 302, location="https://elsewhere.example/secret"), "a redirect (302)"),
    ],
)
def test_what_is_no_answer(reply: Reply, words: str) -> None:
    with pytest.raises(UnusableError) as caught:
        json_object(reply)
    assert words in str(caught.value)
    assert "secret" not in str(caught.value)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_object_or_unusable(body: bytes) -> None:
    with contextlib.suppress(UnusableError):
        assert isinstance(json_object(answer(body)), dict)


@pytest.mark.parametrize(
    ("given_value", "expected"),
    [
        ("10", 10.0),
        (" 0 ", 0.0),
        ("-5", 0.0),
        ("1e9", LONGEST_WAIT_S),
        ("999999999999999999999999", LONGEST_WAIT_S),
        ("inf", LONGEST_WAIT_S),
        ("nan", None),
        ("soon", None),
        ("", None),
        ("Mon, 21 Sep 2026 14:13:50 GMT", 30.0),
        ("Mon, 21 Sep 2020 14:13:50 GMT", 0.0),
        ("Mon, 21 Sep 2099 14:13:50 GMT", LONGEST_WAIT_S),
        ("Mon, 21 Sep 99999999999999999999 14:13:50 GMT", None),
    ],
)
def test_retry_after(given_value: str, expected: float | None) -> None:
    assert retry_after_s(answer("", 429, retry_after=given_value), NOW_NS) == expected


def test_a_date_to_wait_for_is_counted_by_the_clock_that_wrote_it() -> None:
    """This machine's may have been set wrong: a wait of 10 s must not become an hour."""
    told = answer(
        "",
        429,
        retry_after="Mon, 21 Sep 2026 15:13:30 GMT",
        date="Mon, 21 Sep 2026 15:13:20 GMT",
    )
    assert retry_after_s(told, NOW_NS) == 10.0


def test_a_large_answer_is_read_beside_the_event_loop() -> None:
    body = json.dumps({"list": [{"id": str(n)} for n in range(5_000)]})
    assert len(asyncio.run(parsed(answer(body)))["list"]) == 5_000
    with pytest.raises(UnusableError, match="no object"):
        asyncio.run(parsed(answer(json.dumps([0] * 20_000))))


@pytest.mark.parametrize(
    ("value", "price"),
    [
        ("19.90", Decimal("19.90")),
        (Decimal("0.1"), Decimal("0.1")),
        (7, Decimal(7)),
        ("nineteen", None),
        ("NaN", None),
        ("-1", None),
        ("1e400000", None),
        (True, None),
        (None, None),
        ([], None),
    ],
)
def test_a_price_that_is_none_is_not_known(value: object, price: Decimal | None) -> None:
    assert money(value) == price


@pytest.mark.parametrize(
    ("status", "effect", "code"),
    [
        (200, "maybe", "bad_answer"),
        (404, "maybe", "bad_answer"),
        (302, "maybe", "bad_answer"),
        (401, "none", "not_authorized"),
        (429, "none", "rate_limited"),
        (500, "maybe", "server_error"),
        (503, "maybe", "server_error"),
    ],
)
def test_without_words_only_some_statuses_say_that_nothing_was_done(
    status: int, effect: str, code: str
) -> None:
    found = by_status(answer("<html>", status), NOW_NS, UnusableError("a web page"))
    assert (found.effect, found.code) == (effect, code)


@pytest.mark.parametrize(
    ("error", "message", "effect", "code"),
    [
        ("error_rate_limit", "Too many requests.", "none", "rate_limited"),
        ("error_server", "Too many requests, please retry.", "none", "rate_limited"),
        ("error_limit", "Daily limit.", "none", "daily_limit"),
        ("error_server", "Internal error.", "maybe", "server_error"),
        ("invalid_acceess_token", "", "none", "not_authorized"),
        ("invalid_access_token", "", "none", "not_authorized"),
        ("error_auth", "Invalid access_token.", "none", "not_authorized"),
        ("error_sign", "Wrong sign.", "none", "not_authorized"),
        ("error_param", "Invalid timestamp.", "none", "clock_wrong"),
        ("error_param", "Invalid item_id.", "none", "unknown_product"),
        ("error_data", "The session is not ongoing.", "none", "not_live"),
        ("error_data", "The session already ended.", "none", "not_live"),
        ("error_data", "The item does not exist.", "none", "unknown_product"),
        ("source_ip_undeclared", "", "none", "not_authorized"),
        ("error_that_nobody_knows", "?", "maybe", "server_error"),
    ],
)
def test_what_shopee_means(error: str, message: str, effect: str, code: str) -> None:
    found = judged(error, message, answer("{}"), NOW_NS)
    assert (found.effect, found.code) == (effect, code)
    assert found.text.endswith(".")


def test_how_far_the_clock_is_off_is_told() -> None:
    reply = answer("{}", date="Mon, 21 Sep 2026 14:03:20 GMT")
    text = judged("error_param", "Invalid timestamp.", reply, NOW_NS).text
    assert "600 s ahead of" in text


def test_what_a_platform_said_is_shown_without_secrets_in_one_line() -> None:
    words = said("token abcdef123456\n\x1b[31m" + "long " * 100, (Secret("abcdef123456"),))
    assert "abcdef" not in words
    assert "\n" not in words
    assert "\x1b" not in words
    assert len(words) <= 160


def test_numbers_with_a_fraction_stay_what_they_are() -> None:
    found = json_object(answer(json.dumps({"price": 19.9})))
    assert found["price"] == Decimal("19.9")
