"""Only a webhook that is genuine, timely and new is believed."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from random import Random

import pytest

from livedesk.core.clock import NS_PER_S
from livedesk.core.secrets import Secret
from livedesk.pins.webhook import HookEvent, verify
from livedesk.platforms.webhook import HookRefused, SeenHooks, signature

# The example of the standard's own reference libraries (standard-webhooks, libraries/python/tests).
EXAMPLE_SECRET = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
SECRET = Secret("whsec_" + base64.b64encode(bytes(range(32))).decode())
NOW_S = 1_790_000_000
NOW_NS = NOW_S * NS_PER_S
BOTH = frozenset(("state", "reason"))
STOCK = {"type": "product.stock", "data": {"product_id": "7", "stock": 0}}


def headers(
    body: bytes, hook_id: str = "msg_1", stamp: int | str = NOW_S, secret: Secret = SECRET
) -> dict[str, str]:
    return {
        "Webhook-Id": hook_id,
        "Webhook-Timestamp": str(stamp),
        "Webhook-Signature": signature(secret, hook_id, str(stamp), body),
    }


def told(event: Mapping[str, object], hook_id: str = "msg_1", stamp: int = NOW_S) -> HookEvent:
    body = json.dumps(event).encode()
    return verify(SECRET, headers(body, hook_id, stamp), body, NOW_NS, SeenHooks())


def code(
    body: bytes, given: Mapping[str, str], seen: SeenHooks | None = None, utc_ns: int = NOW_NS
) -> str:
    with pytest.raises(HookRefused) as caught:
        verify(SECRET, given, body, utc_ns, seen if seen is not None else SeenHooks())
    return caught.value.code


def test_a_signature_is_made_as_the_standard_makes_it() -> None:
    made = signature(
        EXAMPLE_SECRET,
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "1614265330",
        b'{"test": 2432232314}',
    )
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_stock_is_told() -> None:
    event = told(STOCK)
    assert event.product is not None
    assert (event.product.id, event.product.stock, event.fields) == (
        "7",
        0,
        frozenset(("stock",)),
    )
    assert event.utc_ns == NOW_NS


def test_one_of_several_signatures_is_enough() -> None:
    body = json.dumps(STOCK).encode()
    given = headers(body)
    given["Webhook-Signature"] = "v1a,xyz v1,AAAA " + given["Webhook-Signature"]
    assert verify(SECRET, given, body, NOW_NS, SeenHooks()).type == "product.stock"


def test_ten_thousand_forgeries_are_refused() -> None:
    """Each differs from a genuine one in one place: id, time, body, signature or secret."""
    body = json.dumps(STOCK).encode()
    given, rng, seen = headers(body), Random(5), SeenHooks()
    names = list(given)
    for at in range(10_000):
        forged, forged_body = dict(given), body
        if at % 4 == 3:
            place = rng.randrange(len(body))
            forged_body = (
                body[:place] + bytes((body[place] ^ 1 << rng.randrange(8),)) + body[place + 1 :]
            )
        else:
            name = names[at % 4]
            value, place = given[name], rng.randrange(len(given[name]))
            other = rng.choice([letter for letter in "0189aZ+/=,v. é" if letter != value[place]])
            forged[name] = value[:place] + other + value[place + 1 :]
        assert code(forged_body, forged, seen) in ("bad_signature", "no_signature")
    assert len(seen) == 0
    assert code(body, headers(body, secret=EXAMPLE_SECRET)) == "bad_signature"
    assert verify(SECRET, given, body, NOW_NS, seen).product is not None


@pytest.mark.parametrize("missing", ["Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"])
def test_without_a_signature_nothing_is_believed(missing: str) -> None:
    body = json.dumps(STOCK).encode()
    given = headers(body)
    del given[missing]
    assert code(body, given) == "no_signature"


@pytest.mark.parametrize(
    ("late_s", "is_taken"), [(300, True), (-300, True), (301, False), (-301, False)]
)
def test_five_minutes_either_way_are_the_limit(late_s: int, is_taken: bool) -> None:
    body = json.dumps(STOCK).encode()
    given = headers(body, stamp=NOW_S - late_s)
    if is_taken:
        assert verify(SECRET, given, body, NOW_NS, SeenHooks()).product is not None
        return
    with pytest.raises(HookRefused, match=f"{abs(late_s)} s (before|after) this machine's time"):
        verify(SECRET, given, body, NOW_NS, SeenHooks())


def test_a_clock_is_only_blamed_for_what_is_genuine() -> None:
    body = json.dumps(STOCK).encode()
    assert code(body, headers(body, stamp=NOW_S - 900)) == "clock"
    assert code(body, headers(body, stamp=NOW_S - 900) | {"Webhook-Id": "x"}) == "bad_signature"
    with pytest.raises(HookRefused, match="milliseconds"):
        verify(SECRET, headers(body, stamp=NOW_S * 1000), body, NOW_NS, SeenHooks())


def test_a_replay_is_refused_and_a_repetition_by_the_sender_has_no_second_effect() -> None:
    body, seen = json.dumps(STOCK).encode(), SeenHooks()
    first = headers(body)
    assert verify(SECRET, first, body, NOW_NS, seen).fields
    assert code(body, first, seen) == "replayed"
    again = verify(SECRET, headers(body, stamp=NOW_S + 20), body, NOW_NS, seen)
    assert (again.repeated, again.fields) == (True, frozenset())
    assert code(body, first, seen) == "replayed"
    other = json.dumps(STOCK | {"x": 1}).encode()
    assert code(other, headers(other, stamp=NOW_S + 40), seen) == "id_reused"


def test_no_replay_gets_through_when_the_memory_is_full_or_new() -> None:
    body, seen = json.dumps(STOCK).encode(), SeenHooks(since_utc_ns=NOW_NS - 10 * NS_PER_S, most=3)
    assert code(body, headers(body, stamp=NOW_S - 11), seen) == "replayed"
    for at in range(5):
        verify(SECRET, headers(body, f"msg_{at}", NOW_S + at), body, NOW_NS, seen)
    assert len(seen) == 3
    for at in range(5):
        assert code(body, headers(body, f"msg_{at}", NOW_S + at), seen) == "replayed"


def test_a_clock_that_is_set_back_does_not_shut_everybody_out() -> None:
    body, seen = json.dumps(STOCK).encode(), SeenHooks(since_utc_ns=NOW_NS + 3600 * NS_PER_S)
    assert verify(SECRET, headers(body), body, NOW_NS, seen).fields
    assert code(body, headers(body), seen) == "replayed"


def test_ids_are_forgotten_once_their_time_is_over() -> None:
    body, seen = json.dumps(STOCK).encode(), SeenHooks()
    verify(SECRET, headers(body), body, NOW_NS, seen)
    later_s = NOW_S + 601
    verify(SECRET, headers(body, "msg_2", later_s), body, later_s * NS_PER_S, seen)
    assert len(seen) == 1
    assert code(body, headers(body), seen, later_s * NS_PER_S) == "clock"


def test_the_events_own_time_counts_but_never_one_to_come() -> None:
    earlier = told(STOCK | {"timestamp": "2026-09-21T13:30:00.25Z"})
    assert earlier.utc_ns == 1_789_997_400_250_000_000
    assert told(STOCK | {"timestamp": "2036-01-01T00:00:00Z"}).utc_ns < NOW_NS + NS_PER_S
    for odd in ("yesterday", 5, None, "9" * 100, "9999-12-31T23:59:59+00:00"):
        assert NOW_NS <= told(STOCK | {"timestamp": odd}).utc_ns < NOW_NS + NS_PER_S


def test_only_what_is_told_and_can_be_read_changes() -> None:
    event = told(
        {
            "type": "product.updated",
            "data": {"product": {"id": 7, "name": "New", "price": "19,90 €", "quantity": "many"}},
        }
    )
    assert event.product is not None
    assert event.fields == {"title", "price", "currency"}
    assert (event.product.title, event.product.currency) == ("New", "EUR")
    assert [problem.where for problem in event.problems] == ["webhook product.updated, stock"]


def test_a_status_brings_its_reason() -> None:
    event = told(
        {"type": "product.status", "product_id": "7", "state": "flagged", "reason": "Claim"}
    )
    assert event.product is not None
    assert (event.fields, event.product.reason) == (BOTH, "Claim")
    unknown = told({"type": "product.status", "product_id": "7", "state": "on hold"})
    assert unknown.product is not None
    assert (unknown.fields, unknown.product.state) == (BOTH, "unlisted")


def test_a_type_that_is_not_known_is_taken_and_left_alone() -> None:
    event = told({"type": "order.created", "data": {"id": 1}})
    assert (event.product, event.fields) == (None, frozenset())
    assert "order.created" in event.note


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b"[" * 60_000, b'{"type": 5}', b'{"type": "product.stock"}', b"\xff\xfe{}",
     b'{"type": "product.stock", "data": []}', b'{"type": "product.stock", "data": {"stock": 1}}',
     b'{"type": "product.stock", "data": {"product_id": 1e400}}'],
)  # fmt: skip
def test_a_body_that_tells_nothing_is_refused(body: bytes) -> None:
    assert code(body, headers(body)) == "bad_body"


def test_a_large_body_is_not_even_looked_at() -> None:
    assert code(b" " * 65_537, {}) == "too_large"
