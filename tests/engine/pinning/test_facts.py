"""What do the newest pins say together, after something stood in their way?"""

from __future__ import annotations

from livedesk.core.clock import NS_PER_S
from livedesk.core.pins import Product
from livedesk.engine.pinning.facts import HeldUp, late_of
from livedesk.pins.pin import Pin


def pin(number: int, cued_s: float, lasted_s: float) -> Pin:
    cued_ns, settled_ns = round(cued_s * NS_PER_S), round((cued_s + lasted_s) * NS_PER_S)
    return Pin(
        f"p{number}", "k", Product("a", "A"), cued_ns, cued_ns, cued_ns, settled_ns, "pad",
        state="late" if lasted_s > 0.8 else "confirmed", settled_mono_ns=settled_ns,
    )  # fmt: skip


def held(from_s: int, to_s: int) -> HeldUp:
    seen = HeldUp()
    for at_s in range(to_s + 5):
        seen.look(at_s * NS_PER_S, from_s <= at_s < to_s)
    return seen


def test_pins_that_an_outage_made_late_say_nothing_of_the_time_after_it() -> None:
    until_ns = held(10, 40).until_ns
    pins = [pin(4, 60, 0.3), pin(3, 38, 4), pin(2, 30, 12), pin(1, 20, 22)]
    assert late_of(pins, 70 * NS_PER_S) == (3, 4)
    assert late_of(pins, 70 * NS_PER_S, until_ns) == (0, 1)


def test_what_fails_for_a_moment_is_no_outage() -> None:
    assert held(10, 13).until_ns is None
