"""A session on a stage: how it was at each instant, and where somebody went in it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from livedesk.core.clock import NS_PER_S
from livedesk.core.events import Event
from livedesk.core.pins import GatewayStatus, PinsStatus, PinStatus
from livedesk.core.records import RecordedSession
from livedesk.core.status import FailoverStatus, StoreStatus, UplinkStatus
from livedesk.desk.model import StoreView
from livedesk.desk.plots import StorePlots
from livedesk.desk.record_client import RecordedStill
from livedesk.desk.replay import ReplayView, Speed
from livedesk.desk.replay_marks import ReplayMark
from livedesk.desk.wire import History, HistorySeries
from tests.ui.stage import on_air, throttled

BAD_S = 731.0
"""When the primary uplink fails, and six seconds later the stream is elsewhere."""


def status_then(session: RecordedSession, at_s: float) -> StoreStatus:
    """A calm show with one bad spell."""
    begin_s = _begin_s(session)
    good = on_air(session.store, session.name)
    status = replace(
        good,
        utc_ns=round(at_s * NS_PER_S),
        session=session.id,
        session_started_utc_ns=session.started_utc_ns,
        uplinks=(replace(good.uplinks[0], ready=True),
                 UplinkStatus("bonded", "standby", ready=True, health="OK", age_ms=0.0)),
        failover=FailoverStatus("primary", "auto", next="bonded"),
        ingest_url="",
        pins=PinsStatus(GatewayStatus("shopee"), _PIN, (_PIN,), shown_product_id="9",
                        shown_title="Silk Serum", shown_age_ms=8_000.0),
    )  # fmt: skip
    if BAD_S <= at_s - begin_s < BAD_S + 6:
        return throttled(status, 1_500, 2_400)
    return status


_PIN = PinStatus("p1", "pin", "9", "Silk Serum", "confirmed", "pad", 0, age_ms=42_000.0,
                 latency_ms=410.0, shown=True, settled_ms=410.0)  # fmt: skip


def _begin_s(session: RecordedSession) -> float:
    assert session.started_utc_ns is not None
    return session.started_utc_ns / NS_PER_S


def marks_of(session: RecordedSession) -> tuple[ReplayMark, ...]:
    begin_s = _begin_s(session)
    bad_s, skew_s = begin_s + BAD_S, begin_s + 2_472
    pins = (begin_s + 90 * n for n in range(2, 88))
    return tuple(sorted(
        (
            ReplayMark(bad_s, bad_s + 6, "incident", "critical", "primary carried 1,500 kbps"),
            ReplayMark(bad_s + 1, bad_s + 40, "alarm", "critical", "Uplink primary is slow."),
            ReplayMark(bad_s + 6, bad_s + 6, "switch", "notice", "The stream moves to bonded."),
            ReplayMark(skew_s, skew_s + 240, "incident", "critical", "Sound was 212 ms late"),
            ReplayMark(skew_s, skew_s + 300, "alarm", "warning", "Sound is late."),
            *(ReplayMark(t, t, "pin", "ok", "Pinned Silk Serum.") for t in pins),
            ReplayMark(begin_s + 4_444, begin_s + 4_444, "pin", "warning", "Pinned late."),
        ),
        key=lambda mark: mark.t,
    ))  # fmt: skip


def plots_of(session: RecordedSession) -> StorePlots:
    """One point each four seconds."""
    begin_s, plots = _begin_s(session), StorePlots()
    t = tuple(begin_s + n * 4.0 for n in range(2_025))

    def line(figure: str, subject: str, at: Callable[[float], float | None]) -> HistorySeries:
        values = tuple(at(each - begin_s) for each in t)
        return HistorySeries(figure, subject, "", t, values, values, values, (1,) * len(t))

    def rate(t_s: float) -> float:
        return 4_000 + 90 * math.sin(t_s / 7) + 60 * math.sin(t_s / 3.1)

    def primary(t_s: float) -> float | None:
        return 1_500 if BAD_S <= t_s < BAD_S + 6 else rate(t_s) - 12

    plots.fill(History(t[0], t[-1], (
        line("feed_kbps", "", rate), line("goodput_kbps", "primary", primary),
        line("skew_ms", "", lambda t_s: 12 + 9 * math.sin(t_s / 40)),
    )))  # fmt: skip
    return plots


def events_of(session: RecordedSession) -> tuple[Event, ...]:
    told = (
        (0, "session.start", "The session started with the first media from the encoder.", "info"),
        (180, "pin.confirmed", "Silk Serum is shown, 410 ms after the cue.", "info"),
        (732, "limit.trip", "Uplink primary carries 1,500 of 4,000 kbps.", "critical"),
    )
    return tuple(
        Event(seq, round((_begin_s(session) + t_s) * NS_PER_S), 0, session.store, session.id, kind,
              level, "engine", text)  # type: ignore[arg-type]
        for seq, (t_s, kind, text, level) in enumerate(told, 1)
    )  # fmt: skip


@dataclass
class StageReplay:
    """Shows each instant at once; the test moves it as a person does."""

    session: RecordedSession
    at_s: float = 0.0
    speed: Speed = 0
    jpeg: bytes | None = None
    trouble: str = ""
    reads: bool = True
    closed: bool = False
    steps: list[tuple[int, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.plots = plots_of(self.session)
        self.plots.timeline.recall(events_of(self.session))
        self.begin_s = _begin_s(self.session)
        self.at_s = self.begin_s
        self.end_s = (self.session.ended_utc_ns or 0) / NS_PER_S

    def look(self) -> ReplayView:
        status = status_then(self.session, self.at_s) if self.reads else None
        events = (e for e in events_of(self.session) if e.utc_ns <= self.at_s * NS_PER_S)
        still = None if self.jpeg is None else RecordedStill(self.jpeg, round(self.at_s * NS_PER_S))
        return ReplayView(
            self.session, self.begin_s, self.end_s, self.at_s, self.speed,
            view=None if status is None else StoreView(
                status, 0.0, stale=False, on_air_s=self.at_s - self.begin_s),
            shown_s=self.at_s if self.reads else None, still=still, events=tuple(events),
            marks=marks_of(self.session), is_loaded=self.reads, trouble=self.trouble,
        )  # fmt: skip

    def seek(self, at_s: float) -> None:
        self.at_s = min(max(at_s, self.begin_s), self.end_s)

    def step(self, by_s: float) -> None:
        self.seek(self.at_s + by_s)

    def step_mark(self, by: int, *, incidents: bool = False) -> None:
        self.steps.append((by, incidents))

    def play(self, speed: Speed) -> None:
        self.speed = speed

    def close(self) -> None:
        self.closed = True
