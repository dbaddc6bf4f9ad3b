"""Which conditions of pins are an alarm, and which are only news for the pad?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from livedesk.alarms.life import Alarms
from livedesk.core.pins import GatewayStatus, PinsStatus, PinState, PinStatus
from livedesk.core.status import StoreStatus
from livedesk.engine.pin_conditions import PinFacts, pin_findings

S = 1_000_000_000
UP = GatewayStatus("shopee", "up", calls_left=80, calls_per_min=100)
FACTS = PinFacts(remind_s=10, refresh_s=60, unread_s=5)
WELL = PinsStatus(UP)


def pin(state: PinState, **more: Any) -> PinStatus:
    return PinStatus("p1", "pin", "a", "Rose serum", state, "pad", 0, **more)


def status(pins: PinsStatus, *, live: bool = True) -> StoreStatus:
    return StoreStatus("glow", "Glow", 0, state="live" if live else "waiting", pins=pins)


def standing(pins: PinsStatus, facts: PinFacts = FACTS, *, live: bool = True) -> list[str]:
    """What stands after a minute of it."""
    alarms = Alarms()
    for second in range(60):
        found = pin_findings(status(pins, live=live), facts)
        alarms.update(second * S, second * S, found)
    told = alarms.active()
    assert all(alarm.cause.endswith(".") and alarm.action.endswith(".") for alarm in told)
    return [alarm.id for alarm in told]


def test_a_store_that_pins_well_or_not_at_all_has_no_alarm() -> None:
    assert standing(WELL) == []
    assert pin_findings(StoreStatus("glow", "Glow", 0), None) == {}
    assert standing(PinsStatus(GatewayStatus("manual", "up", can_pin=False))) == []
    failed = pin("failed", reason="The platform said no.")
    assert standing(replace(WELL, newest=failed, recent=(failed,))) == []


DOWN = replace(UP, state="down", reason="Connection refused.")
SIGNED_OUT = replace(DOWN, token_covers_show=False, reason="The refresh token was refused.")
UNCLEAR = pin("unknown", age_ms=12_000.0)
BY_HAND = pin("in_flight", by_hand=True, age_ms=11_000.0)


@pytest.mark.parametrize(
    ("pins", "facts", "alarm"),
    [
        (replace(WELL, gateway=DOWN), FACTS, "pins.gateway"),
        (replace(WELL, gateway=SIGNED_OUT), FACTS, "pins.access"),
        (replace(WELL, gateway=replace(UP, blocked_s=30.0)), FACTS, "pins.limit"),
        (replace(WELL, gateway=replace(UP, calls_left=0)), FACTS, "pins.limit"),
        (replace(WELL, newest=UNCLEAR), FACTS, "pins.unknown"),
        (replace(WELL, by_hand=(BY_HAND,)), FACTS, "pins.by_hand"),
        (WELL, replace(FACTS, products_access="Refused."), "pins.access"),
        (WELL, replace(FACTS, late=3, judged=10), "pins.late"),
        (WELL, replace(FACTS, unsellable="Out of stock."), "pins.sold_out"),
        (WELL, replace(FACTS, displaced_by="Lip tint"), "pins.displaced"),
        (WELL, replace(FACTS, unread_s=200.0), "pins.catalogue"),
    ],
)
def test_one_fault_of_the_pins_is_one_alarm(pins: PinsStatus, facts: PinFacts, alarm: str) -> None:
    assert standing(pins, facts) == [alarm]


@pytest.mark.parametrize(
    ("pins", "facts"),
    [
        (replace(WELL, gateway=DOWN), FACTS),
        (replace(WELL, gateway=replace(UP, state="unknown")), FACTS),
        (replace(WELL, gateway=replace(UP, calls_left=0)), FACTS),
        (WELL, replace(FACTS, unsellable="Out of stock.", late=5, judged=10)),
    ],
)
def test_before_the_show_nothing_of_it_is_an_alarm(pins: PinsStatus, facts: PinFacts) -> None:
    assert standing(pins, facts, live=False) == []


def test_a_single_late_pin_and_a_hand_that_is_quick_are_none() -> None:
    assert standing(WELL, replace(FACTS, late=2, judged=10)) == []
    assert standing(replace(WELL, by_hand=(replace(BY_HAND, age_ms=9_000.0),))) == []
    assert standing(replace(WELL, newest=replace(UNCLEAR, age_ms=4_000.0))) == []
