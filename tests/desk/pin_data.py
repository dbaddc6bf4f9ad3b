"""A store that pins, for the console's tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.pins import GatewayStatus, PinLatency, PinsStatus, PinStatus
from livedesk.core.status import Limits, StoreStatus
from livedesk.desk.model import Moment, StoreView

UTC_NS = 1_790_000_000 * NS_PER_S
GATEWAY = GatewayStatus("sandbox", "up", calls_left=80, calls_per_min=100)


def at(seconds: float) -> Moment:
    """The desk's clocks, so long after its start; its wall clock is an hour off the engine's."""
    return Moment(round((100 + seconds) * NS_PER_S), UTC_NS + round((3600 + seconds) * NS_PER_S))


def engine_ns(seconds: float) -> int:
    """The engine's wall clock at the same instant."""
    return UTC_NS + round(seconds * NS_PER_S)


def pin(state: str = "in_flight", cued_s: float = 0.0, **changes: Any) -> PinStatus:
    known = PinStatus("pin-1", "pin", "p1", "Day Cream", "cued", "pad", engine_ns(cued_s))
    return replace(known, state=state, **changes)  # type: ignore[arg-type]


def told(newest: PinStatus | None = None, at_s: float = 0.0, **changes: Any) -> PinsStatus:
    """As a status of `at_s` tells it."""
    if newest is not None:
        age_ms = (engine_ns(at_s) - newest.cued_utc_ns) / NS_PER_MS
        newest = replace(newest, age_ms=age_ms)
    recent = (newest,) if newest is not None else ()
    status = PinsStatus(GATEWAY, newest, recent, latency=PinLatency())
    return replace(status, **changes)


def view(pins: PinsStatus | None, age_s: float = 0.1, **changes: Any) -> StoreView:
    status = StoreStatus("lumen", "Lumen", UTC_NS, state="live", pins=pins, limits=Limits())
    return StoreView(replace(status, **changes), age_s, age_s >= 1.5, 60.0)
