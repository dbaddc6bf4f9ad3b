"""A store's pins on a stage: the real fold, scripted lists, and a note of what was asked for."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from decimal import Decimal
from typing import Any

from livedesk.core.pins import (
    CueSource,
    GatewayStatus,
    PinLatency,
    PinsStatus,
    PinStatus,
    Product,
    ProductList,
    RunOfShow,
    ShowCue,
)
from livedesk.desk.errors import UnreachableError
from livedesk.desk.model import DeskSnapshot, Moment, StoreView
from livedesk.desk.pad_desk import PadClient, PadDesk
from livedesk.desk.pin_client import ShowOp
from livedesk.desk.pinning import Shop
from livedesk.desk.pins import Cue, PinBook, PinsView
from livedesk.desk.web_pads import KnownPads

CREAM = Product("p1", "Velvet Day Cream 50 ml", "VDC-50", Decimal("29.50"), "USD", "p1.png", 120)
SERUM = Product("p2", "Glow Serum 15% Vitamin C", "GS-15", Decimal("42.00"), "USD", "p2.png", 8)
LIPSTICK = Product("p3", "Matte Lipstick Rouge", "ML-1", Decimal("18.90"), "USD", "", 0,
                   "out_of_stock")  # fmt: skip
MASK = Product("p4", "Night Mask", "NM-1", None, "", "", None, "flagged", "claims a medical effect")
OIL = Product("p5", "Face Oil 30 ml", "FO-30", Decimal("33.00"), "USD", "", 54)
PRODUCTS = (CREAM, SERUM, LIPSTICK, MASK, OIL)


def product_list(*products: Product, revision: int = 1) -> ProductList:
    return ProductList(revision, "products.csv", 1, products or PRODUCTS)


def show_of(*products: Product, done: int = 0, revision: int = 1) -> RunOfShow:
    """A line for each product, the first `done` of them shown."""
    cues = [
        ShowCue(f"c{n}", product.id, "done" if n <= done else "waiting", int(n <= done))
        for n, product in enumerate(products or PRODUCTS, 1)
    ]
    return RunOfShow(revision, tuple(cues))


GATEWAY = GatewayStatus("sandbox", "up", calls_left=84, calls_per_min=100, round_trip_ms=81.0)
LATENCY = PinLatency(12, 12, 12, p50_ms=168.0, p95_ms=301.0, p99_ms=412.0, max_ms=412.0)


def pins_status(newest: PinStatus | None = None, **changes: Any) -> PinsStatus:
    """A shop in good health."""
    status = PinsStatus(
        gateway=GATEWAY,
        newest=newest,
        recent=(newest,) if newest is not None else (),
        latency=LATENCY,
        next_up=ShowCue("c2", "p2"),
        next_title=SERUM.title,
        show_revision=1,
        products_revision=1,
        products=len(PRODUCTS),
        products_age_s=12.0,
    )
    return replace(status, **changes)


class StagePins:
    """A `PinSource` that a test plays by hand."""

    def __init__(self, now: Callable[[], Moment]) -> None:
        self.now = now
        self.book = PinBook()
        self.shops: dict[str, Shop] = {}
        self.pictures = StagePictures()
        self.web_pads = StageWebPads()
        self.fired: list[tuple[str, str]] = []
        self.unpinned = 0
        self.settled: list[tuple[str, bool, str]] = []
        self.changes: list[ShowOp] = []
        self.seen_to: list[tuple[str, str]] = []
        self.cues: list[Cue] = []

    def view(self, view: StoreView) -> PinsView | None:
        return self.book.view(view, self.now())

    def shop(self, store: str) -> Shop:
        return self.shops.get(store, Shop())

    def fire(self, store: str, product_id: str, title: str, source: CueSource = "console") -> None:
        cue = Cue(f"cue-{len(self.cues)}", "pin", product_id, title)
        if self.book.asked(store, cue, self.now()):
            self.cues.append(cue)
            self.fired.append((product_id, title))

    def unpin(self, store: str, source: CueSource = "console") -> None:
        self.unpinned += 1

    def by_hand(self, store: str, pin_id: str, *, done: bool, text: str = "") -> None:
        self.settled.append((pin_id, done, text))

    def warning_done(self, store: str, warning_id: str) -> None:
        self.seen_to.append((store, warning_id))

    def change_show(self, store: str, op: ShowOp) -> None:
        self.changes.append(op)


class StageWebPads:
    """A `WebPadSource` that a test plays by hand."""

    def __init__(self) -> None:
        self.now_known = KnownPads()
        self.named: list[str] = []
        self.revoked: list[str] = []
        self.forgotten = 0

    def known(self, store: str) -> KnownPads:
        return self.now_known

    def ask(self, store: str) -> None: ...

    def let_in(self, store: str, name: str) -> None:
        self.named.append(name)

    def revoke(self, store: str, pad_id: str) -> None:
        self.revoked.append(pad_id)

    def forget_new(self, store: str) -> None:
        self.forgotten += 1


class StagePictures:
    """A `PictureSource` with files by product."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def picture(self, store: str, product_id: str, picture: str) -> bytes | None:
        return self.files.get(product_id)


def stage_pads(now: Callable[[], Moment], snapshot: Callable[[], DeskSnapshot]) -> PadDesk:
    """The pads of a desk whose calls go nowhere."""
    return PadDesk(_nobody, _dropped, now, snapshot, lambda: "cue")


def _nobody() -> PadClient:
    raise UnreachableError("No engine is attached.", "stage", "")


def _dropped(_name: str, work: Coroutine[Any, Any, Any]) -> None:
    work.close()
