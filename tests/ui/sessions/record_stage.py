"""The record on a stage: what the engine would say, and what was asked of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from livedesk.core.clock import NS_PER_S
from livedesk.core.records import (
    OrderFile,
    RecordedIncident,
    RecordedSession,
    RowComplaint,
    SessionFigures,
    SummaryFigure,
)
from livedesk.desk.exporting import ExportRun
from livedesk.desk.order_files import KnownOrders
from livedesk.desk.record_client import ExportWish
from livedesk.desk.records import KnownFigures, KnownRecords, RecordOrders
from tests.ui.sessions.replay_stage import StageReplay

START_UTC_NS = 1_790_000_000 * NS_PER_S
HOUR_NS = 3_600 * NS_PER_S


def recorded(
    session: str, store: str = "lumen", name: str = "Lumen Home", hours_ago: float = 24.0,
    length_h: float = 2.25, **changes: Any,
) -> RecordedSession:  # fmt: skip
    """One that was signed off."""
    started = START_UTC_NS - round(hours_ago * HOUR_NS)
    told: dict[str, Any] = {
        "platform": "tiktok", "started_utc_ns": started,
        "ended_utc_ns": started + round(length_h * HOUR_NS),
        "bytes": round(41_500_000 * length_h), "signed_off": True,
    }  # fmt: skip
    file = f"/data/sessions/{store}/{session}.livedesk"
    return RecordedSession(session, store, file, name, **(told | changes))


SESSIONS = (
    recorded("lumen-20260921T100000Z", hours_ago=1.5, open=True, signed_off=False,
             ended_utc_ns=None),
    recorded("kira-20260920T160500Z", "kira", "Kira Beauty", 18.6, 4.0),
    recorded("lumen-20260920T110000Z", hours_ago=26, kept="dispute with the brand, case 42"),
    recorded("nord-20260919T180000Z", "nord", "Nord Outdoor", 43.8, 0.4, signed_off=False,
             platform="shopee"),
    RecordedSession("tavola-20260919T090000Z", "tavola",
                    "/data/sessions/tavola/20260919T090000Z.livedesk", bytes=2_113_536,
                    problem="The file ends in the middle of a page."),
    recorded("lumen-20260918T110000Z", hours_ago=74.9, length_h=3.1),
    recorded("kira-20260917T160500Z", "kira", "Kira Beauty", 90.6, 3.8),
    recorded("verde-20260916T120000Z", "verde", "Verde Garden", 118, 1.2, sandbox=True),
)  # fmt: skip
LUMEN, KIRA = SESSIONS[2], SESSIONS[1]


def figure(key: str, title: str, value: float | None, text: str, mark: str = "good",
           better: str | None = "low", note: str = "") -> SummaryFigure:  # fmt: skip
    words = {"good": "good", "look": "worth a look", "bad": "over the limit",
             "unknown": "not known"}  # fmt: skip
    return SummaryFigure(key, title, value, text, "", mark, words[mark], note, better)  # type: ignore[arg-type]


def figures_of(session: RecordedSession, **changes: Any) -> SessionFigures:
    """A show with one bad spell and one figure that nobody has."""
    told: dict[str, Any] = {
        "headline": "Carried the contract for all but 41 s; one switch, which viewers saw.",
        "figures": (
            figure("on_air_s", "On air", 8_100, "2 h 15 min", better=None),
            figure("share_above_min", "Time above 2,500 kbps", 99.5, "99.5 %", better="high"),
            figure("worst_skew_ms", "Worst skew", 212, "+212 ms", "bad",
                   note="The limit is 200 ms; 14 s were beyond it, at 0:41:12."),
            figure("switches", "Switches", 1, "1", "look", note="Viewers missed 0.4 s."),
            figure("pins_within", "Pins within 800 ms", 97.2, "97.2 %", "look", "high",
                   note="2 of 71 took longer."),
            figure("pin_p95_ms", "Pin latency, 95 %", 640, "640 ms"),
            figure("hides_within", "Hides within 4.7 s", 100, "100 %", better="high"),
            figure("reviews_within", "Reviews within 22 s", None, "not measured", "unknown",
                   "high", "No comment had to wait for a person."),
            figure("alarms_per_hour", "Alarms per hour", 2.7, "2.7"),
        ),
        "incidents": (
            RecordedIncident(731_000, 737_200, "uplink primary",
                             "primary carried 1,500 kbps of a 4,000 kbps feed",
                             "Switched to bonded", "livedesk", "viewers missed 0.4 s"),
            RecordedIncident(2_472_000, 2_486_000, "sync", "Sound was 212 ms late",
                             "Acknowledged, restarted the capture card", "Mei Tan",
                             "14 s beyond the limit"),
            RecordedIncident(7_900_000, None, "feed", "The encoder stopped sending"),
        ),
        "limits": {"min_kbps": 2500.0, "max_skew_ms": 200.0},
        "sealed": "intact",
        "seal_head": "9f2c41d07b5e88aa",
    }  # fmt: skip
    assert session.started_utc_ns is not None
    return SessionFigures(session.id, session.store, session.name, session.started_utc_ns,
                          8_100_000, **(told | changes))  # fmt: skip


ORDERS = OrderFile(
    "o1", "settlement-september.csv",
    ("Order ID", "SKU ID", "Product name", "Settlement amount", "Currency", "Affiliate commission",
     "TikTok Shop fee", "Order created time", "Creator"),
    1_210, 1_204,
    {"order_id": "Order ID", "sku": "SKU ID", "product_name": "Product name",
     "amount": "Settlement amount", "currency": "Currency", "time": "Order created time"},
    (),
    (RowComplaint(17, "Settlement amount", "“12,9O” is no amount of money."),
     RowComplaint(402, "Order created time", "“31/02/2026” is no day."),
     RowComplaint(977, "Currency", "There is no currency; the amount is counted with none.")),
    3,
)  # fmt: skip


@dataclass
class StageExports:
    """An export goes on when the test says so."""

    now_run: ExportRun | None = None
    started: list[tuple[ExportWish, Path]] = field(default_factory=list)
    cancelled: int = 0

    def run(self) -> ExportRun | None:
        return self.now_run

    def start(self, wish: ExportWish, folder: Path) -> None:
        self.started.append((wish, folder))
        self.now_run = ExportRun(wish, folder)

    def goes(self, **changes: Any) -> None:
        assert self.now_run is not None
        self.now_run = replace(self.now_run, **changes)

    def cancel(self) -> None:
        self.cancelled += 1

    def forget(self) -> None:
        if self.now_run is not None and self.now_run.is_over:
            self.now_run = None


@dataclass
class StageOrderFiles:
    now_known: KnownOrders = field(default_factory=KnownOrders)
    handed: list[Path] = field(default_factory=list)
    mapped: list[dict[str, str]] = field(default_factory=list)

    def known(self) -> KnownOrders:
        return self.now_known

    def tell(self, file: OrderFile) -> None:
        self.now_known = KnownOrders(file)

    def hand_in(self, path: Path) -> None:
        self.handed.append(path)
        self.now_known = replace(self.now_known, busy=True)

    def map_columns(self, mapping: dict[str, str]) -> None:
        self.mapped.append(mapping)

    def forget(self) -> None:
        self.now_known = KnownOrders()


@dataclass
class StageRecords:
    """Says what the test puts in, and keeps what was asked of it."""

    sessions: tuple[RecordedSession, ...] | None = None
    amounts: dict[str, KnownFigures] = field(default_factory=dict)
    now_orders: RecordOrders = field(default_factory=RecordOrders)
    trouble: str = ""
    asked: list[tuple[str, tuple[str, ...], str]] = field(default_factory=list)
    looked: list[tuple[str, ...]] = field(default_factory=list)
    replays: list[StageReplay] = field(default_factory=list)
    exports: StageExports = field(default_factory=StageExports)
    order_files: StageOrderFiles = field(default_factory=StageOrderFiles)

    def tell(self, *sessions: RecordedSession) -> None:
        self.sessions = sessions

    def tell_figures(self, *figures: SessionFigures) -> None:
        self.amounts |= {each.session: KnownFigures(each) for each in figures}

    def known(self) -> KnownRecords:
        return KnownRecords(self.sessions, 0.5, self.trouble)

    def figures(self, session: str) -> KnownFigures:
        return self.amounts.get(session, KnownFigures(fetching=True))

    def orders(self) -> RecordOrders:
        return self.now_orders

    def look(self, sessions: Iterable[str] = ()) -> None:
        """The stage tells by itself."""
        self.looked.append(tuple(sessions))

    def replay(self, session: RecordedSession) -> StageReplay:
        self.replays.append(StageReplay(session))
        return self.replays[-1]

    def keep(self, sessions: Iterable[str], why: str) -> None:
        self.asked.append(("keep", tuple(sessions), why))

    def release(self, sessions: Iterable[str]) -> None:
        self.asked.append(("release", tuple(sessions), ""))

    def delete(self, sessions: Iterable[str]) -> None:
        self.asked.append(("delete", tuple(sessions), ""))

    def forget_trouble(self) -> None:
        self.now_orders = RecordOrders(self.now_orders.waiting)
