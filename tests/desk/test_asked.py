"""Orders: sent once, done when the status shows it, unknown when nothing does."""

from __future__ import annotations

import pytest

from livedesk.core.clock import NS_PER_S
from livedesk.core.status import DrillStatus, FailoverStatus
from livedesk.desk.asked import Guard, Order, OrderBook
from livedesk.desk.model import Moment

ON_PRIMARY = FailoverStatus("primary", "auto", next="bonded")
SWITCH = Order("switch", to="bonded")


def at(seconds: float) -> Moment:
    return Moment(round(seconds * NS_PER_S), 0)


def test_what_is_asked_twice_is_sent_once() -> None:
    book = OrderBook()
    assert book.sent("lumen", SWITCH, ON_PRIMARY, at(0))
    assert not book.sent("lumen", Order("switch", to="bonded"), ON_PRIMARY, at(0.1))
    assert book.sent("lumen", Order("hold", on=True), ON_PRIMARY, at(0.2)), "another kind"
    assert book.sent("aurora", SWITCH, ON_PRIMARY, at(0.2)), "another store"


def test_without_a_status_that_shows_it_an_order_is_unknown_and_not_failed() -> None:
    book = OrderBook()
    book.sent("lumen", SWITCH, ON_PRIMARY, at(0))
    (asked,) = book.asked("lumen", at(2.9))
    assert (asked.state, asked.text) == ("sent", "Switch to bonded: sent…")
    (asked,) = book.asked("lumen", at(3))
    assert asked.state == "unknown"
    assert "not known" in asked.text
    assert "fail" not in asked.text
    assert book.sent("lumen", SWITCH, ON_PRIMARY, at(4)), "it may be asked again"


@pytest.mark.parametrize(
    ("order", "shown"),
    [(SWITCH, FailoverStatus("primary", "auto", switching_to="bonded")),
     (SWITCH, FailoverStatus("bonded", "auto")),
     (Order("hold", on=True), FailoverStatus("primary", "hold")),
     (Order("hold", on=False), FailoverStatus("primary", "manual")),
     (Order("drill"), FailoverStatus("primary", drill=DrillStatus("running", "", 1)))],
)  # fmt: skip
def test_the_status_confirms(order: Order, shown: FailoverStatus) -> None:
    book = OrderBook()
    book.sent("lumen", order, FailoverStatus("primary", "latched"), at(0))
    book.status("lumen", FailoverStatus("primary", "latched"))
    assert book.asked("lumen", at(1))
    book.status("lumen", shown)
    assert not book.asked("lumen", at(1))


def test_a_second_press_counts_for_five_seconds_and_a_double_click_is_one_press() -> None:
    guard = Guard()
    assert not guard.press("bonded", at(0))
    assert not guard.press("bonded", at(0.1))
    assert guard.press("bonded", at(1))
    assert guard.left_s("bonded", at(1)) is None, "disarmed once it was sent"
    assert not guard.press("bonded", at(2))
    assert not guard.press("bonded", at(7.1)), "too late: armed anew"
    assert not guard.press("primary", at(8)), "another one is armed instead"
