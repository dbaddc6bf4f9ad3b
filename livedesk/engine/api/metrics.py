"""What does Prometheus see? The engine's statuses at the moment of the scrape, in base units."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
from livedesk.core.status import (
    FeedState,
    HealthClass,
    PartState,
    PictureState,
    Priority,
    Severity,
    SoundState,
    StoreStatus,
)
from livedesk.engine.api.alarm_metrics import attention
from livedesk.engine.api.channel_metrics import channel_figures
from livedesk.engine.api.metric_family import gauge, scaled
from livedesk.engine.api.moderation_metrics import moderation
from livedesk.engine.api.path_metrics import failover, uplinks
from livedesk.engine.api.pin_metrics import pins
from livedesk.engine.api.record_metrics import RecordCollector
from livedesk.engine.api.view import EngineView
from livedesk.engine.records.records import Records


class EngineCollector(Collector):
    """Reads the engine when asked; a figure that is not known is left out, never zero."""

    def __init__(self, engine: EngineView) -> None:
        self._engine = engine

    def collect(self) -> Iterator[Metric]:
        stores = self._engine.stores()
        statuses = [store.status() for store in stores]
        counts = [
            (status.store, store.pinning.counts)
            for status, store in zip(statuses, stores, strict=True)
            if store.pinning is not None
        ]
        yield from _feed(statuses)
        yield from attention(statuses)
        yield from _media(statuses)
        yield from uplinks(statuses)
        yield from failover(statuses)
        yield from pins(statuses, counts)
        yield from moderation(statuses)
        yield from _return(statuses)
        yield from _parts(statuses)
        yield from channel_figures(self._engine.overview().channels)
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


def _feed(statuses: list[StoreStatus]) -> Iterator[Metric]:
    one = ["store"]
    yield gauge(
        "livedesk_feed_bits_per_second", "Media bits from the encoder in the last second.", one,
        (([s.store], scaled(s.feed.kbps, 1e3)) for s in statuses),
    )  # fmt: skip
    yield gauge(
        "livedesk_feed_state", "1 for the state the feed is in.", ["store", "state"],
        (([s.store, state], float(s.feed.state == state))
         for s in statuses for state in get_args(FeedState)),
    )  # fmt: skip
    yield gauge(
        "livedesk_feed_frames_per_second", "Video frames of the feed.", one,
        (([s.store], s.feed.fps) for s in statuses),
    )  # fmt: skip
    yield gauge(
        "livedesk_skew_seconds", "Audio PTS minus video PTS; positive: sound ahead.", one,
        (([s.store], scaled(s.sync.skew_ms, 1e-3)) for s in statuses),
    )  # fmt: skip


_Read = Callable[[StoreStatus], float | None]

_MEDIA: tuple[tuple[str, str, float, _Read], ...] = (
    ("feed_lag_seconds", "Lateness of the newest media against the best of the last minute.",
     1e-3, lambda s: s.feed.lag_ms),
    ("feed_video_age_seconds", "Since the newest video message.",
     1e-3, lambda s: s.feed.video_age_ms),
    ("feed_audio_age_seconds", "Since the newest audio message.",
     1e-3, lambda s: s.feed.audio_age_ms),
    ("feed_video_bits_per_second", "Video payload of the last second.",
     1e3, lambda s: s.feed.video_kbps),
    ("feed_audio_bits_per_second", "Audio payload of the last second.",
     1e3, lambda s: s.feed.audio_kbps),
    ("feed_keyframe_interval_seconds", "Timestamp distance of the last two keyframes.",
     1.0, lambda s: s.feed.gop_s),
    ("feed_jitter_seconds", "95th percentile of a frame interval's deviation.",
     1e-3, lambda s: s.feed.jitter_ms),
    ("feed_reordering_seconds", "Largest PTS minus DTS of 2 s.",
     1e-3, lambda s: s.feed.bframe_ms),
    ("skew_slope_ratio", "Growth of the skew per second; positive: sound gets ahead.",
     1e-6, lambda s: s.sync.slope_ppm),
    ("skew_forecast_seconds", "Time until the skew reaches its limit.",
     1.0, lambda s: s.sync.forecast_s),
    ("sync_offset_seconds", "Flash minus beep of the newest slate; positive: sound ahead.",
     1e-3, lambda s: s.sync.offset_ms),
    ("sound_peak_dbfs", "Highest decoded sample against full scale.",
     1.0, lambda s: s.sound.peak_dbfs),
    ("sound_momentary_lufs", "Momentary loudness (EBU R128).",
     1.0, lambda s: s.sound.momentary_lufs),
    ("sound_short_term_lufs", "Short-term loudness (EBU R128).",
     1.0, lambda s: s.sound.short_term_lufs),
    ("sound_coverage_ratio", "Decoded sound per second of its timestamps; below 1: holes.",
     1.0, lambda s: s.sound.coverage),
    ("picture_brightness_ratio", "Mean brightness of the picture, 0 is black.",
     1e-2, lambda s: s.picture.luma_pct),
)  # fmt: skip


_FAULTS = {
    "timestamp_faults": "Missing, backward or repeated timestamps.",
    "message_faults": "Messages without content, of no known form, or before their codec header.",
}


def _media(statuses: list[StoreStatus]) -> Iterator[Metric]:
    for name, text, factor, read in _MEDIA:
        rows = (([s.store], scaled(read(s), factor)) for s in statuses)
        yield gauge(f"livedesk_{name}", text, ["store"], rows)
    for name, text in _FAULTS.items():
        faults = CounterMetricFamily(f"livedesk_feed_{name}", text, labels=["store"])
        for s in statuses:
            faults.add_metric([s.store], getattr(s.feed, name))
        yield faults
    yield gauge(
        "livedesk_picture_state", "1 for the state the picture is in.", ["store", "state"],
        (([s.store, state], float(s.picture.state == state))
         for s in statuses for state in get_args(PictureState)),
    )  # fmt: skip
    yield gauge(
        "livedesk_sound_state", "1 for the state the sound is in.", ["store", "state"],
        (([s.store, state], float(s.sound.state == state))
         for s in statuses for state in get_args(SoundState)),
    )  # fmt: skip
    yield gauge(
        "livedesk_configuration_issues", "Mismatches with what the platform wishes.",
        ["store", "severity"],
        (([s.store, severity], float(sum(issue.severity == severity for issue in s.issues)))
         for s in statuses if s.issues_checked for severity in get_args(Severity)),
    )  # fmt: skip


def _return(statuses: list[StoreStatus]) -> Iterator[Metric]:
    checks = [(s.store, s.return_check) for s in statuses if s.return_check is not None]
    yield gauge(
        "livedesk_return_bits_per_second", "Media bits that came back from the platform.",
        ["store"], (([store], scaled(check.kbps, 1e3)) for store, check in checks),
    )  # fmt: skip
    yield gauge(
        "livedesk_return_state", "1 for the class the platform's output is in.",
        ["store", "state"],
        (([store, state], float(check.state == state))
         for store, check in checks for state in get_args(HealthClass)),
    )  # fmt: skip


def _parts(statuses: list[StoreStatus]) -> Iterator[Metric]:
    parts = [
        (s.store, name, part)
        for s in statuses
        for name, part in (("relay", s.relay), ("probe", s.probe), ("journal", s.journal))
    ]
    yield gauge(
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
    yield gauge(
        "livedesk_alarms", "Alarms that stand.", ["store", "priority"],
        (([s.store, priority], float(sum(a.priority == priority for a in s.alarms)))
         for s in statuses for priority in get_args(Priority)),
    )  # fmt: skip


def registry_of(engine: EngineView, records: Records) -> CollectorRegistry:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(EngineCollector(engine))
    registry.register(RecordCollector(records))
    return registry


async def scrape(request: Request) -> Response:
    registry: CollectorRegistry = request.app.state.registry
    return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})
