"""What does Prometheus see of pins? How long they took, how they ended, and the calls left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import get_args

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric

from livedesk.core.pins import UNSETTLED, GatewayState, PinState
from livedesk.core.status import StoreStatus
from livedesk.engine.api.metric_family import gauge
from livedesk.engine.pinning.counts import PinCounts


def pins(statuses: list[StoreStatus], counts: Sequence[tuple[str, PinCounts]]) -> Iterator[Metric]:
    """`counts`: by store, since the engine started."""
    latency = HistogramMetricFamily(
        "livedesk_pin_latency_seconds",
        "From the cue until it was seen to be shown.",
        labels=["store"],
    )
    outcomes = CounterMetricFamily("livedesk_pins", "Pins by outcome.", labels=["store", "outcome"])
    for store, of_store in counts:
        latency.add_metric([store], of_store.cumulative(), of_store.sum_s)
        for state in get_args(PinState):
            if state not in UNSETTLED or of_store.outcomes[state]:
                outcomes.add_metric([store, state], of_store.outcomes[state])
    yield latency
    yield outcomes
    known = [(s.store, s.pins) for s in statuses if s.pins is not None]
    yield gauge(
        "livedesk_pin_calls_left", "Calls of this minute that are left.", ["store"],
        (([store], of_store.gateway.calls_left) for store, of_store in known),
    )  # fmt: skip
    yield gauge(
        "livedesk_pin_gateway_state", "1 for the state the way to the platform is in.",
        ["store", "state"],
        (([store, state], float(of_store.gateway.state == state))
         for store, of_store in known for state in get_args(GatewayState)),
    )  # fmt: skip
    yield gauge(
        "livedesk_products", "Products that are known.", ["store"],
        (([store], float(of_store.products)) for store, of_store in known),
    )  # fmt: skip
