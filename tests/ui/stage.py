"""A desk on a stage: real model and series, scripted statuses, a clock that is moved by hand."""

from __future__ import annotations

import math
from collections.abc import Coroutine
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any, NoReturn

from livedesk.core.clock import NS_PER_S, ManualClock
from livedesk.core.events import Event, Json, Level
from livedesk.core.status import (
    AlarmStatus,
    FeedStatus,
    PartStatus,
    PictureStatus,
    SoundStatus,
    StoreStatus,
    SyncStatus,
    UplinkStatus,
)
from livedesk.desk.asked import Asked, Order, OrderBook
from livedesk.desk.checking import Checks
from livedesk.desk.client import Picture
from livedesk.desk.errors import NotSentError
from livedesk.desk.model import DeskModel, DeskSnapshot, Moment
from livedesk.desk.people import PeopleDesk
from livedesk.desk.plots import StorePlots
from livedesk.desk.previews import Preview
from livedesk.desk.records import Records, RecordSource
from tests.ui.alarm_stage import StageAlarms
from tests.ui.pin_stage import StagePins, stage_pads
from tests.ui.queue_stage import StageQueue

if TYPE_CHECKING:
    # The stage serves tests of the desk, too, where no Qt is installed.
    from livedesk.ui.check.page import CheckSource

START_UTC_NS = 1_790_000_000 * NS_PER_S
UP = PartStatus("up", age_ms=120)


def on_air(store: str = "lumen", name: str = "Lumen Home", **changes: object) -> StoreStatus:
    """A show in good health."""
    status = StoreStatus(
        store=store,
        name=name,
        utc_ns=START_UTC_NS,
        session=f"{store}/20260921T104640Z",
        session_started_utc_ns=START_UTC_NS,
        state="live",
        platform="TikTok LIVE",
        feed=FeedStatus("OK", 4012.0, 3884.0, 128.0, 30.0, 2.0, 1280, 720, 30.0, "h264", "aac", 1,
                        120.0, lag_ms=12.0, video_age_ms=20.0, audio_age_ms=15.0, profile="High",
                        sample_rate=48_000, channels=2, jitter_ms=0.4, bframe_ms=66.0),
        sync=SyncStatus(12.0, 0.4, None, None, "ok", 150.0, "fixed", 0.3, None, 8.0, -4.0),
        uplinks=(UplinkStatus("primary", "carrying", 4003.0, 180.0, 23.4, 0, 0, 0, None, 60.0,
                              "push.example.net:443", "OK"),),
        relay=UP,
        probe=UP,
        journal=UP,
        ingest_url="rtmp://192.168.1.20:1935/live",
        picture=PictureStatus("ok", None, 46.0),
        sound=SoundStatus("ok", None, -6.2, -15.8, -16.4, 1.0),
        issues_checked=True,
    )  # fmt: skip
    return replace(status, **changes)  # type: ignore[arg-type]


def waiting(store: str = "lumen", name: str = "Lumen Home") -> StoreStatus:
    """Ready, with no encoder yet."""
    return StoreStatus(
        store=store, name=name, utc_ns=START_UTC_NS, platform="Shopee Live", relay=UP,
        uplinks=(UplinkStatus("primary", "down", address="push.example.net:1935",
                              reason="waiting for the feed"),),
        ingest_url="rtmp://192.168.1.20:1935/live",
    )  # fmt: skip


def throttled(status: StoreStatus, goodput_kbps: float, backlog_ms: float) -> StoreStatus:
    """The path carries less than the feed brings."""
    primary = replace(status.uplinks[0], goodput_kbps=goodput_kbps, backlog_ms=backlog_ms,
                      rtt_ms=412.7, unsent_bytes=2_400_000, health="LOW")  # fmt: skip
    alarm = AlarmStatus(
        "uplink-primary-slow",
        "high",
        "Uplink primary carries 1,500 kbps of a 4,000 kbps feed",
        "Lower the encoder's bitrate to 1,200 kbps or move to another network; viewers buffer now.",
        status.utc_ns,
    )
    return replace(status, uplinks=(primary, *status.uplinks[1:]), alarms=(alarm,))


class Stage:
    """A `Source` for the window that a test (or a picture) plays by hand."""

    def __init__(self, clock: ManualClock | None = None) -> None:
        self.clock = clock or ManualClock(utc_ns=START_UTC_NS)
        self.model = DeskModel(self.now())
        self.series: dict[str, StorePlots] = {}
        self.pictures: dict[str, tuple[Picture, Moment]] = {}
        self.watched: list[str | None] = []
        self.ended: list[str] = []
        self.orders: list[Order] = []
        self.pins = StagePins(self.now)
        self.moderation = StageQueue(self.now)
        self.alarms = StageAlarms(self.now)
        self.checks: CheckSource = Checks(_nobody, _dropped, self.now, lambda: "Mai")
        self.people = PeopleDesk(_nobody, _dropped)
        self.records: RecordSource = Records(_nobody, _dropped, self.now)
        self.pads = stage_pads(self.now, self.snapshot)
        self.book = OrderBook()
        self._rng = Random(7)
        self._seq = 0

    def now(self) -> Moment:
        return Moment(self.clock.mono_ns(), self.clock.utc_ns())

    # As the window sees it

    def snapshot(self) -> DeskSnapshot:
        return self.model.snapshot(self.now())

    def plots(self, store: str) -> StorePlots:
        return self.series.setdefault(store, StorePlots())

    def preview(self, store: str) -> Preview | None:
        if store not in self.pictures:
            return None
        picture, received = self.pictures[store]
        return Preview(picture, self.now().since_s(received))

    def watch(self, store: str | None) -> None:
        self.watched.append(store)

    def end_session(self, store: str) -> None:
        self.ended.append(store)

    def note(self, text: str) -> None:
        self.model.note(text, self.now())

    def order(self, store: str, order: Order) -> None:
        view = self.snapshot().store(store)
        assert view is not None
        if self.book.sent(store, order, view.status.failover, self.now()):
            self.orders.append(order)

    def asked(self, store: str) -> tuple[Asked, ...]:
        return self.book.asked(store, self.now())

    # As the engine would play it

    def attach(self) -> None:
        self.model.attached("http://127.0.0.1:8642", self.now())

    def tell(self, *statuses: StoreStatus) -> None:
        """Send statuses, stamped now."""
        for status in statuses:
            stamped = replace(status, utc_ns=self.clock.utc_ns())
            self.model.status(stamped, self.now())
            self.book.status(stamped.store, stamped.failover)
            self.pins.book.status(stamped.store, stamped.pins, stamped.utc_ns, self.now())
            self.moderation.status(stamped)
            self.alarms.status(stamped)
            self.pads.status(stamped)
            plots = self.plots(stamped.store)
            plots.timeline.stands(stamped.alarms, stamped.utc_ns / NS_PER_S)
            plots.add(stamped)

    def play(self, seconds: float, *statuses: StoreStatus) -> None:
        """Send statuses four times a second with a little life in their figures."""
        for _ in range(round(seconds * 4)):
            self.clock.advance(0.25)
            self.tell(*(self._lively(status) for status in statuses))

    def happen(
        self,
        text: str,
        level: Level = "info",
        store: str = "lumen",
        kind: str = "test.event",
        data: dict[str, Json] | None = None,
    ) -> None:
        self._seq += 1
        event = Event(self._seq, self.clock.utc_ns(), self.clock.mono_ns(), store, None, kind,
                      level, "engine", text, None, data or {})  # fmt: skip
        self.model.event(event)
        self.plots(store).timeline.event(event)

    def _lively(self, status: StoreStatus) -> StoreStatus:
        wave = math.sin(self.clock.mono_ns() / NS_PER_S / 7)

        def near(value: float | None, share: float) -> float | None:
            if value is None:
                return None
            return value * (1 + share * wave / 3 + self._rng.gauss(0, share))

        feed = replace(status.feed, kbps=near(status.feed.kbps, 0.015))
        uplinks = tuple(replace(u, goodput_kbps=near(u.goodput_kbps, 0.025),
                                backlog_ms=near(u.backlog_ms, 0.1), rtt_ms=near(u.rtt_ms, 0.03))
                        for u in status.uplinks)  # fmt: skip
        skew = status.sync.skew_ms
        sync = status.sync
        if skew is not None:
            sync = replace(sync, skew_ms=skew + 3 * wave + self._rng.gauss(0, 1.2))
        return replace(status, feed=feed, uplinks=uplinks, sync=sync)


def _nobody() -> NoReturn:
    raise NotSentError("No engine is attached.", "stage", "")


def _dropped(_name: str, work: Coroutine[Any, Any, None]) -> None:
    work.close()
