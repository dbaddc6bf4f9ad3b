"""Is every state told by its own word and shape, and no title able to break a line?"""

from __future__ import annotations

from decimal import Decimal
from typing import get_args

import pytest

from livedesk.core.pins import PadClock, PinState, Product
from livedesk.desk.pin_words import LONGEST_TITLE, ms, pin_view, price_of, title_of
from tests.desk.pin_data import pin

BUDGET_MS = 800.0


def test_every_state_has_a_word_of_its_own_and_a_reason() -> None:
    views = [pin_view(pin(state), 10.0, BUDGET_MS) for state in get_args(PinState)]
    assert len({each.word for each in views}) == len(views)
    assert all(each.note for each in views)


def test_only_what_is_abnormal_is_lit() -> None:
    lit = {
        state: pin_view(pin(state), 10.0, BUDGET_MS).look
        for state in get_args(PinState)
        if pin_view(pin(state), 10.0, BUDGET_MS).look in ("notice", "warning", "critical")
    }
    assert lit == {"late": "warning", "failed": "critical", "refused": "warning"}


def test_late_says_whether_viewers_saw_it() -> None:
    shown = pin_view(pin("late", latency_ms=1200.0, shown=True), None, BUDGET_MS)
    unsent = pin_view(pin("late"), None, BUDGET_MS)
    assert "shown, after more than 800 ms" in shown.note
    assert "not sent" in unsent.note


def test_accepted_is_the_last_word_of_a_platform_that_cannot_be_read() -> None:
    waits = pin_view(pin("accepted"), 300.0, BUDGET_MS)
    settled = pin_view(pin("accepted", settled_ms=90.0), 300.0, BUDGET_MS)
    assert (waits.look, waits.figure) == ("busy", "+300 ms")
    assert (settled.look, settled.figure) == ("ok", "")


def test_the_clock_of_another_device_is_stated() -> None:
    known = pin("confirmed", clock=PadClock(-120.0, 4.0))
    assert "−120 ms, ±4 ms" in pin_view(known, None, BUDGET_MS).source


def test_an_intent_that_the_disk_did_not_take_is_told() -> None:
    assert "disk" in pin_view(pin("confirmed", recorded=False), None, BUDGET_MS).note


@pytest.mark.parametrize("text", ["a\nb\u2028c", "x" * 10_000, "\u202eevil\u202c", "💄" * 5_000])
def test_a_title_is_one_short_line_that_turns_nothing_around(text: str) -> None:
    title = title_of(text)
    assert len(title) <= LONGEST_TITLE + 3
    assert len(title.splitlines()) == 1
    assert "\u202e" not in title


def test_a_right_to_left_title_stands_by_itself() -> None:
    title = title_of("قلم")
    assert title.startswith("\u2068")
    assert title.endswith("\u2069")


@pytest.mark.parametrize(
    ("price", "words"),
    [("29.5", "29.50 USD"), ("1200", "1,200 USD"), ("1E+5000", "1.00E+5000 USD"),
     ("0.005", "0.005 USD")],
)  # fmt: skip
def test_prices_are_written_as_people_write_them(price: str, words: str) -> None:
    assert price_of(Product("p", "t", price=Decimal(price), currency="USD")) == words


def test_a_price_that_is_not_known_is_no_zero() -> None:
    assert price_of(Product("p", "t")) == ""


def test_long_times_are_seconds() -> None:
    assert (ms(812.4), ms(12_400), ms(640_000)) == ("812 ms", "12.4 s", "640 s")
