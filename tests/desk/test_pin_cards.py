"""What do the strip, the gateway's lines and the figures say?"""

from __future__ import annotations

from dataclasses import replace

from livedesk.core.pins import GatewayStatus, PinLatency
from livedesk.desk.cards import cards, worst_of_feed
from livedesk.desk.pin_cards import (
    catalogue_line,
    gateway_lines,
    latency_figures,
    not_shown_words,
    pins_card,
    why_slow,
)
from livedesk.desk.pin_words import pin_view
from tests.desk.pin_data import GATEWAY, UTC_NS, pin, told, view


def test_a_store_that_does_not_pin_has_no_card() -> None:
    assert pins_card(view(None)) is None
    assert "pins" not in [card.key for card in cards(view(None))]


def test_the_newest_pin_is_told_and_then_what_viewers_see() -> None:
    done = pin("confirmed", latency_ms=168.0, settled_ms=168.0)
    shown = {"shown_product_id": "p1", "shown_title": "Day Cream", "shown_age_ms": 900.0}
    fresh = pins_card(view(told(done, 1.0, **shown)))
    assert fresh is not None
    assert (fresh.look, fresh.word, fresh.figure, fresh.note) == (
        "ok", "Confirmed", "168", "Day Cream")  # fmt: skip
    later = pins_card(view(told(done, 60.0, **shown)))
    assert later is not None
    assert (later.word, later.note) == ("Shown", "Day Cream")


def test_a_failed_pin_stays_until_the_next_cue() -> None:
    card = pins_card(view(told(pin("failed", reason="No."), 600.0)))
    assert card is not None
    assert (card.look, card.word) == ("critical", "Failed")


def test_what_waits_for_a_hand_comes_first() -> None:
    card = pins_card(view(told(by_hand=(pin("in_flight", by_hand=True),))))
    assert card is not None
    assert (card.look, card.word, card.note) == ("notice", "By hand", "Day Cream")


def test_a_dead_gateway_is_critical_during_a_show_only() -> None:
    down = told(gateway=replace(GATEWAY, state="down", reason="Nobody answers."))
    on_air, before = pins_card(view(down)), pins_card(view(down, state="waiting"))
    assert on_air is not None
    assert (on_air.look, on_air.note) == ("critical", "Nobody answers.")
    assert before is not None
    assert before.look == "notice"
    assert worst_of_feed(view(down)).key != "pins"


def test_without_news_the_card_says_so() -> None:
    card = pins_card(view(told(pin("in_flight"), 1.0), age_s=3.0))
    assert card is not None
    assert (card.look, card.word) == ("unknown", "Unknown")


def test_few_calls_a_block_and_a_token_that_ends_are_told() -> None:
    gateway = GatewayStatus("shopee", "up", calls_left=12, calls_per_min=100,
                            token_until_utc_ns=UTC_NS, token_covers_show=False)  # fmt: skip
    looks = {line.name: line.look for line in gateway_lines(view(told()), told(gateway=gateway))}
    assert looks == {"Gateway": "ok", "Calls": "notice", "Access": "warning"}
    blocked = replace(gateway, blocked_s=6.2)
    text = [line.value for line in gateway_lines(view(told()), told(gateway=blocked))]
    assert any("takes none for 7 s" in line for line in text)


def test_the_catalogue_tells_its_age_and_why_it_is_old() -> None:
    known = told(products=212, products_age_s=40.0)
    assert catalogue_line(view(known), known, "shop.csv").value == (
        "212 products · shop.csv · 40 s old")  # fmt: skip
    broken = replace(known, products_reason="The column price is missing.")
    line = catalogue_line(view(broken), broken, "shop.csv")
    assert line.look == "notice"
    assert "column price" in line.value
    unread = catalogue_line(view(told()), told(), "")
    assert unread.look == "unknown"


def test_a_share_that_is_not_whole_is_never_rounded_to_whole() -> None:
    latency = PinLatency(10_000, 10_000, 9_999, late=1, p50_ms=80, p95_ms=300, p99_ms=900)
    figures = {figure.name: figure for figure in latency_figures(latency, 800)}
    share = figures["Within 800 ms"]
    assert (share.value, share.look) == ("99.9", "notice")
    assert figures["99 %"].look == "warning"
    assert not_shown_words(latency) == "1 late"
    assert not_shown_words(PinLatency(late=3, unsent=1)) == "2 late · 1 not sent"


def test_no_figure_is_made_up_before_the_first_pin() -> None:
    figures = latency_figures(PinLatency(), 800)
    assert [figure.value for figure in figures] == ["–", "–", "–", "–", "0"]
    assert not any(figure.look in ("notice", "warning") for figure in figures)


def test_why_a_pin_was_slow_says_where_the_time_went() -> None:
    slow = pin("late", reason="The platform was slow.", latency_ms=1240.0, sent_ms=4.0,
               accepted_ms=1100.0, attempts=2)  # fmt: skip
    words = why_slow(pin_view(slow, None, 800))
    assert words == ("The platform was slow. · sent 4 ms · accepted 1,100 ms · read back "
                     "1,240 ms · 2 attempts")  # fmt: skip
