"""A pad's desk on a stage: the real fold and book, scripted statuses, a clock moved by hand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

from livedesk.core.clock import NS_PER_S, ManualClock
from livedesk.core.pins import (
    CueSource,
    GatewayStatus,
    PinsStatus,
    PinStatus,
    Product,
    ProductList,
    RunOfShow,
    ShowCue,
)
from livedesk.core.status import StoreStatus
from livedesk.desk.model import DeskModel, Moment
from livedesk.desk.pad import PadTile, PadView
from livedesk.desk.pad_cues import Cue, CueBook
from livedesk.desk.pad_view import PadFacts, PadFold

START_UTC_NS = 1_790_000_000 * NS_PER_S
STORE = "lumen"
TITLES = (
    "Amber table lamp", "Linen throw, oat", "Walnut tray with brass handles, large",
    "Ceramic vase, hand thrown, matte white, 32 cm, with a very long name that does not fit",
    "مصباح طاولة من النحاس", "🕯️ Candle set 🎁 winter", "Wool cushion", "Oak stool", "Glass carafe",
    "Brass hook", "Jute rug",
)  # fmt: skip


def some_products(count: int = 11) -> tuple[Product, ...]:
    """Some of everything: the third is sold out, the seventh flagged."""
    made = [
        Product(f"p{at}", TITLES[(at - 1) % len(TITLES)], price=Decimal(39_000 * at),
                currency="IDR", stock=5, position=at)
        for at in range(1, count + 1)
    ]  # fmt: skip
    if count > 2:
        made[2] = replace(made[2], stock=0)
    if count > 6:
        made[6] = replace(made[6], state="flagged", reason="health claim in the title")
    return tuple(made)


def status(**changes: object) -> PinsStatus:
    base = PinsStatus(
        GatewayStatus("sandbox", "up"),
        products_revision=1,
        show_revision=1,
        shown_product_id="p8",
        shown_title="Oak stool",
        shown_age_ms=900.0,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


@dataclass(slots=True)
class Fired:
    product_id: str | None
    source: CueSource
    cued: Moment | None


@dataclass
class PadStage:
    """A `PadSource` that a test (or a picture) plays by hand."""

    clock: ManualClock = field(default_factory=lambda: ManualClock(utc_ns=START_UTC_NS))
    pins: PinsStatus | None = field(default_factory=status)
    products: ProductList = field(default_factory=lambda: ProductList(1, products=some_products()))
    show: RunOfShow = field(
        default_factory=lambda: RunOfShow(1, tuple(ShowCue(f"c{n}", f"p{n}") for n in range(1, 6)))
    )
    fired: list[Fired] = field(default_factory=list)
    unpinned: list[Moment | None] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.model = DeskModel(self.now())
        self.book = CueBook()
        self.fold = PadFold()
        self.model.attached("http://127.0.0.1:8642", self.now())
        self.tell()

    # As the window sees it

    def now(self) -> Moment:
        return Moment(self.clock.mono_ns(), self.clock.utc_ns())

    def pad(self, store: str) -> PadView:
        snapshot = self.model.snapshot(self.now())
        return self.fold.view(
            PadFacts(store, snapshot.link, snapshot.store(store), self.products, self.show,
                     self.book.newest(), self.now())
        )  # fmt: skip

    def fire(
        self, store: str, product_id: str | None, source: CueSource, cued: Moment | None = None
    ) -> None:
        self.fired.append(Fired(product_id, source, cued))
        title = next((one.title for one in self.products.products if one.id == product_id), "")
        at = cued or self.now()
        self.book.give(
            Cue(f"cue-{len(self.fired)}", "pin", product_id or "", title, source, at, at.utc_ns)
        )

    def unpin(self, store: str, source: CueSource = "pad", cued: Moment | None = None) -> None:
        self.unpinned.append(cued)

    def picture(self, store: str, tile: PadTile) -> bytes | None:
        return self.pictures.get(tile.product_id)

    # As the engine would play it

    def tell(self, **changes: object) -> None:
        """A status, stamped now."""
        told = StoreStatus(STORE, "Lumen Home", self.clock.utc_ns(), session="s", state="live",
                           pins=self.pins)  # fmt: skip
        told = replace(told, **changes)  # type: ignore[arg-type]
        self.model.status(told, self.now())

    def wait(self, seconds: float) -> None:
        """Time passes, and the engine keeps telling."""
        self.clock.advance(seconds)
        self.tell()

    def become(self, **changes: object) -> PinStatus:
        """The newest cue turns out so: told by an event."""
        news = self.book.newest()
        assert news is not None
        pin = replace(news.pin, **changes)  # type: ignore[arg-type]
        self.book.told(pin, self.clock.utc_ns() + 1, self.now())
        return pin

    def call(self, product_id: str, age_s: float = 0.0, **changes: object) -> PinStatus:
        """A cue that this pad gave so long ago, and what it turned out to be."""
        at = Moment(
            self.clock.mono_ns() - round(age_s * NS_PER_S),
            self.clock.utc_ns() - round(age_s * NS_PER_S),
        )
        self.fire(STORE, product_id, "pad", at)
        self.fired.clear()
        return self.become(**changes) if changes else PinStatus(
            "", "pin", product_id, "", "cued", "pad", 0)  # fmt: skip
