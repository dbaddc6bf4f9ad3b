"""Pins and the queue, each in its states."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QWidget

from livedesk.core.clock import NS_PER_MS
from livedesk.core.moderation import ChatStatus, RuleServiceStatus
from livedesk.core.pins import GatewayStatus, PinState, PinStatus, Product
from livedesk.desk.pinning import Shop
from livedesk.desk.showlines import ProductIndex
from livedesk.ui.window import ConsoleWindow
from tests.ui.pin_stage import CREAM, SERUM, pins_status, product_list, show_of
from tests.ui.queue_stage import moderation
from tests.ui.stage import Stage, on_air
from tools.scenes.stage import Screen, attached, opened

COMMENTS = (
    ("is this a fake?", "fake", "lin"),
    ("cheaper at lamps-outlet.example, same lamp", "lamps-outlet.example", "deal_finder_88"),
    ("write me on the other app +62 811 000 000", "+62 811 000 000", "rudi"),
    ("does it cure acne", "cure", "noor"),
    ("that is a copy of the one from the big brand, they just changed the label and sell it for "
     "half, ask them where it is made", "copy", "a_viewer_with_a_rather_long_name"),
    ("looks like a counterfeit", "counterfeit", "marta"),
    ("كم سعر المصباح", "", "sara"),
)  # fmt: skip


# Pins


def _pin(
    stage: Stage, state: PinState, product: Product = CREAM, ago_ms: int = 300, **changes: Any
) -> PinStatus:
    cued = stage.clock.utc_ns() - ago_ms * NS_PER_MS
    known = PinStatus(f"pin-{product.id}-{ago_ms}", "pin", product.id, product.title, state, "pad",
                      cued, age_ms=float(ago_ms))  # fmt: skip
    return replace(known, **changes)


def _pins(
    screen: Screen, stage: Stage, newest: PinStatus | None = None, **changes: Any
) -> ConsoleWindow:
    stage.pins.shops["lumen"] = Shop(ProductIndex(product_list()), show_of(done=1))
    stage.tell(on_air(pins=pins_status(newest, **changes)))
    return opened(screen, "pins", stage)


def pins(screen: Screen) -> QWidget:
    stage = attached(on_air())
    shown = _pin(stage, "confirmed", latency_ms=181.0, shown=True, accepted_ms=120.0, reads=1)
    return _pins(screen, stage, shown, shown_product_id="p1", shown_title=CREAM.title,
                 shown_age_ms=900.0)  # fmt: skip


def pins_failed(screen: Screen) -> QWidget:
    stage = attached(on_air())
    failed = _pin(stage, "failed", SERUM, reason="The platform says: no such product in this shop.",
                  code="unknown_product")  # fmt: skip
    late = _pin(stage, "late", CREAM, 40_000, latency_ms=1_240.0, shown=True)
    down = GatewayStatus("sandbox", "down", reason="It does not answer since 14:02:10.")
    return _pins(screen, stage, failed, recent=(failed, late), gateway=down, product_problems=2,
                 products_reason="products.csv could not be read: line 7 has no title.",
                 next_refusal="Out of stock.")  # fmt: skip


def pins_by_hand(screen: Screen) -> QWidget:
    stage = attached(on_air())
    asked = _pin(stage, "in_flight", by_hand=True, ago_ms=4_000)
    return _pins(screen, stage, asked, by_hand=(asked,), gateway=GatewayStatus("manual", "up"))


def pins_none(screen: Screen) -> QWidget:
    return opened(screen, "pins", attached(on_air()))


# Queue


def _queue(screen: Screen, count: int, **changes: Any) -> ConsoleWindow:
    stage = attached(on_air(moderation=moderation(**changes)))
    for at in range(count):
        text, term, author = COMMENTS[at % len(COMMENTS)]
        stage.moderation.comment(text, term, author=author, ago_s=4.0 + 2 * (count - at))
    return opened(screen, "queue", stage)


def queue(screen: Screen) -> QWidget:
    """Full, with the cursor on a comment."""
    window = _queue(screen, 28, waiting=28)
    window.queue.step(1)
    window.queue.step(1)
    return window


def queue_empty(screen: Screen) -> QWidget:
    return _queue(screen, 0)


def queue_rules_away(screen: Screen) -> QWidget:
    away = RuleServiceStatus("down", reason="It does not answer since 14:02:10.")
    return _queue(screen, 5, service=away)


def queue_by_hand(screen: Screen) -> QWidget:
    """A platform on which only people can hide."""
    manual = ChatStatus("lines", "up", comments=4210, age_ms=300.0)
    window = _queue(screen, 5, chat=manual)
    window.queue.step(1)
    return window


def queue_rules(screen: Screen) -> QWidget:
    """What the rules catch, beside the list."""
    window = _queue(screen, 7)
    window.queue.toggle_rules()
    return window


def queue_none(screen: Screen) -> QWidget:
    return opened(screen, "queue", attached(on_air()))
