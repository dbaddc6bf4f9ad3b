"""What does Prometheus see? The engine's statuses at the moment of the scrape, in base units."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import get_args

from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from livedesk import __version__
from livedesk.core.status import FeedState, PartState, Priority, StoreStatus, UplinkState
from livedesk.engine.api.view import EngineView


class EngineCollector(Collector):
    """Reads the engine when asked; a figure that is not known is left out, never zero."""

    def __init__(self, engine: EngineView) -> None:
        self._engine = engine

    def collect(self) -> Iterator[Metric]:
        statuses = [store.status() for store in self._engine.stores()]
        yield from _feed(statuses)
        yield from _uplinks(statuses)
        yield from _parts(statuses)
        yield from self._own()

    def _own(self) -> Iterator[Metric]:
        figures, bus = self._engine.figures(), self._engine.bus
        yield InfoMetricFamily(
            "livedesk_engine", "The running engine.", value={"version": __version__}
        )
        plain = (
            ("start_time_seconds", "Start, Unix time.", figures.started_utc_ns / 1e9),
            ("loop_lag_seconds", "Lateness of the event loop just now.", figures.loop_lag_s),
            ("loop_lag_max_seconds", "The worst lateness since start.", figures.loop_lag_max_s),
            ("subscribers", "Readers of the event stream.", bus.subscribers),
        )
        for name, text, value in plain:
            yield GaugeMetricFamily(f"livedesk_engine_{name}", text, value=value)
        lost = CounterMetricFamily(
            "livedesk_engine_lost_subscribers", "Readers that were too slow and had to resume."
        )
        lost.add_metric([], bus.lost_subscribers)
        yield lost
        unwritten = CounterMetricFamily(
            "livedesk_engine_unwritten_events", "Events given up because too many were waiting."
        )
        unwritten.add_metric([], bus.unwritten)
        yield unwritten


def _gauge(
    name: str, text: str, labels: list[str], rows: Iterable[tuple[list[str], float | None]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=labels)
    for values, figure in rows:
        if figure is not None:
            family.add_metric(values, figure)
    return family


def _scaled(figure: float | None, factor: float) -> float | None:
    return None if figure is None else figure * factor


def _feed(statuses: list[StoreStatus]) -> Iterator[Metric]:
    one = ["store"]
    yield _gauge(
        "livedesk_feed_bits_per_second", "Media bits from the encoder in the last second.", one,
        (([s.store], _scaled(s.feed.kbps, 1e3)) for s in statuses),
    )  # fmt: skip
    yield _gauge(
        "livedesk_feed_state", "1 for the state the feed is in.", ["store", "state"],
        (([s.store, state], float(s.feed.state == state))
         for s in statuses for state in get_args(FeedState)),
    )  # fmt: skip
    yield _gauge(
        "livedesk_feed_frames_per_second", "Video frames of the feed.", one,
        (([s.store], s.feed.fps) for s in statuses),
    )  # fmt: skip
    yield _gauge(
        "livedesk_skew_seconds", "Audio PTS minus video PTS; positive: sound ahead.", one,
        (([s.store], _scaled(s.sync.skew_ms, 1e-3)) for s in statuses),
    )  # fmt: skip


def _uplinks(statuses: list[StoreStatus]) -> Iterator[Metric]:
    labels = ["store", "uplink"]
    pairs = [(s.store, uplink) for s in statuses for uplink in s.uplinks]
    yield _gauge(
        "livedesk_uplink_goodput_bits_per_second", "Media bits acknowledged in the last second.",
        labels, (([store, u.name], _scaled(u.goodput_kbps, 1e3)) for store, u in pairs),
    )  # fmt: skip
    yield _gauge(
        "livedesk_uplink_backlog_seconds", "Media time accepted and not yet acknowledged.",
        labels, (([store, u.name], _scaled(u.backlog_ms, 1e-3)) for store, u in pairs),
    )  # fmt: skip
    yield _gauge(
        "livedesk_uplink_round_trip_seconds", "Smoothed TCP round trip.",
        labels, (([store, u.name], _scaled(u.rtt_ms, 1e-3)) for store, u in pairs),
    )  # fmt: skip
    yield _gauge(
        "livedesk_uplink_state", "1 for the state the uplink is in.", [*labels, "state"],
        (([store, u.name, state], float(u.state == state))
         for store, u in pairs for state in get_args(UplinkState)),
    )  # fmt: skip
    dropped = CounterMetricFamily(
        "livedesk_uplink_dropped_messages", "Messages a slow path made us drop.", labels=labels
    )
    reconnects = CounterMetricFamily(
        "livedesk_uplink_reconnects", "Times the uplink had to connect again.", labels=labels
    )
    for store, uplink in pairs:
        dropped.add_metric([store, uplink.name], uplink.dropped_messages)
        reconnects.add_metric([store, uplink.name], uplink.reconnects)
    yield from (dropped, reconnects)


def _parts(statuses: list[StoreStatus]) -> Iterator[Metric]:
    parts = [
        (s.store, name, part)
        for s in statuses
        for name, part in (("relay", s.relay), ("probe", s.probe), ("journal", s.journal))
    ]
    yield _gauge(
        "livedesk_part_state", "1 for the state an instrument of ours is in.",
        ["store", "part", "state"],
        (([store, name, state], float(part.state == state))
         for store, name, part in parts for state in get_args(PartState)),
    )  # fmt: skip
    restarts = CounterMetricFamily(
        "livedesk_part_restarts", "Times an instrument was restarted.", labels=["store", "part"]
    )
    for store, name, part in parts:
        restarts.add_metric([store, name], part.restarts)
    yield restarts
    yield _gauge(
        "livedesk_alarms", "Alarms that stand.", ["store", "priority"],
        (([s.store, priority], float(sum(a.priority == priority for a in s.alarms)))
         for s in statuses for priority in get_args(Priority)),
    )  # fmt: skip


def registry_of(engine: EngineView) -> CollectorRegistry:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(EngineCollector(engine))
    return registry


async def scrape(request: Request) -> Response:
    registry: CollectorRegistry = request.app.state.registry
    return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})
