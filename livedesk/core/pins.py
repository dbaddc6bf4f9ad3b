"""What is true of a store's products, its run of show and its pins? Values that all rooms share.

Field names are a promise to scripts (docs/architecture.md, "Pins"): extend, never rename.
`None` always means "not known".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

ProductState = Literal["available", "out_of_stock", "restricted", "flagged", "unlisted"]
"""`flagged`: by compliance. `unlisted`: the platform does not offer it in this live."""

PinState = Literal[
    "cued", "in_flight", "accepted", "confirmed", "late", "failed", "unknown", "superseded",
    "refused",
]  # fmt: skip
"""`accepted`: the platform said yes. `confirmed`: it was read back within the budget. `late`: it
was read back after the budget, or there was no time left to send it (`shown` tells which).
`failed`: it is not shown, `reason` says why. `unknown`: it was sent, nothing tells what became of
it, and it is being read back. `superseded`: a newer cue took its place. `refused`: nothing was
sent."""

PinAction = Literal["pin", "unpin"]
CueSource = Literal["pad", "web_pad", "key", "console", "api"]
"""`key`: a key of the keyboard or of a Stream Deck."""

GatewayKind = Literal["sandbox", "shopee", "http", "manual"]
GatewayState = Literal["up", "degraded", "down", "unknown"]
CueState = Literal["waiting", "done", "skipped"]
ShowOp = Literal["move", "skip", "unskip", "repeat", "add", "remove", "reset"]
"""What may be done to the run of show. `reset`: all lines wait again; an empty one is made anew
from the catalogue."""

UNSETTLED: frozenset[PinState] = frozenset(("cued", "in_flight", "accepted", "unknown"))
"""More may still become of a pin in one of these."""


@dataclass(frozen=True, slots=True)
class Product:
    """What can be pinned. `price` is None when it is not known, also when it was no number."""

    id: str
    title: str
    sku: str = ""
    price: Decimal | None = None
    currency: str = ""
    picture: str = ""
    """Where the picture comes from: an http(s) address, or a file beside the catalogue's."""
    stock: int | None = None
    state: ProductState = "available"
    reason: str = ""
    """Why it is restricted, flagged or unlisted, in the words of who said so."""
    category: str = ""
    position: int | None = None
    """Its place in the run of show, from 1."""
    description: str = ""
    """What the shop says of it; checked by the rules before the show."""
    shop: str = ""
    """Whose product it is, where one live shows products of several shops."""

    @property
    def refusal(self) -> str:
        """Why it cannot be pinned, for people; empty when it can."""
        why = f": {self.reason}" if self.reason else ""
        match self.state:
            case "out_of_stock":
                return "Out of stock."
            case "restricted":
                return f"Restricted by the platform{why}."
            case "flagged":
                return f"Flagged by compliance{why}."
            case "unlisted":
                return f"Not in the list of this live{why}."
        return "Out of stock." if self.stock is not None and self.stock <= 0 else ""


@dataclass(frozen=True, slots=True)
class ProductProblem:
    """Something in the catalogue that could not be used as it stands, and where."""

    where: str
    text: str


@dataclass(frozen=True, slots=True)
class ProductList:
    """A store's products, as `GET S/products` tells them. `revision` grows with each change."""

    revision: int = 0
    source: str = ""
    """In words: a file's name, or the platform's."""
    refreshed_utc_ns: int | None = None
    products: tuple[Product, ...] = ()
    problems: tuple[ProductProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class ShowCue:
    """One line of the run of show."""

    id: str
    product_id: str
    state: CueState = "waiting"
    pins: int = 0
    """How often the product was shown from this line."""


@dataclass(frozen=True, slots=True)
class RunOfShow:
    """What is to be shown, in order, as `GET S/show` tells it."""

    revision: int = 0
    cues: tuple[ShowCue, ...] = ()

    @property
    def next_up(self) -> ShowCue | None:
        return next((cue for cue in self.cues if cue.state == "waiting"), None)


@dataclass(frozen=True, slots=True)
class PadClock:
    """How far the clock of the device that gave the cue is from the engine's.

    The cue's instant was corrected by `offset_ms`, which may be wrong by `error_ms` either way
    (half of the shortest round trip: RFC 5905, section 8)."""

    offset_ms: float
    error_ms: float


@dataclass(frozen=True, slots=True)
class PinStatus:
    """One pin, from the cue on. All `…_ms` count from the cue; None: not yet, or not known."""

    id: str
    action: PinAction
    product_id: str
    title: str
    state: PinState
    source: CueSource
    cued_utc_ns: int
    actor: str = ""
    reason: str = ""
    """For people: why it failed, is late, was refused; empty when all is well."""
    code: str = ""
    """The same for programs: `out_of_stock`, `rate_limited`, `no_answer` …"""
    age_ms: float | None = None
    """Since the cue; None in the record, where it has no meaning."""
    latency_ms: float | None = None
    """From the cue until it was read back, or until the person who pinned by hand said so."""
    shown: bool | None = None
    """Whether the platform shows it, as far as it was last read back."""
    received_ms: float | None = None
    sent_ms: float | None = None
    accepted_ms: float | None = None
    settled_ms: float | None = None
    """When its state was final."""
    attempts: int = 0
    reads: int = 0
    hedged: bool = False
    """A second attempt went out while the first had no answer."""
    by_hand: bool = False
    recorded: bool = True
    """False when the disk did not take the intent in time, and it was sent all the same."""
    key: str = ""
    """Idempotency key."""
    clock: PadClock | None = None


@dataclass(frozen=True, slots=True)
class PinLatency:
    """Of the pins of this session that were sent. Latencies only of those that were shown."""

    sent: int = 0
    shown: int = 0
    within: int = 0
    """Shown within the budget."""
    late: int = 0
    """Shown too late, or not sent any more: `unsent` of them."""
    unsent: int = 0
    failed: int = 0
    unknown: int = 0
    superseded: int = 0
    refused: int = 0
    """Not among `sent`."""
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    max_ms: float | None = None

    @property
    def missed(self) -> int:
        """Those that should have been shown and were not, as far as anybody knows."""
        return self.failed + self.unknown + self.unsent

    @property
    def share_within(self) -> float | None:
        """Of those whose outcome is known, 0 to 1; one that a newer cue replaced does not count."""
        judged = self.shown + self.missed
        return self.within / judged if judged else None


@dataclass(frozen=True, slots=True)
class GatewayStatus:
    """The way to the platform."""

    kind: GatewayKind
    state: GatewayState = "unknown"
    reason: str = ""
    can_pin: bool = True
    """False: a person pins by hand in the platform's own window, and confirms here."""
    reads_back: bool = True
    calls_left: int | None = None
    """Of this minute's, as far as we count."""
    calls_per_min: int | None = None
    blocked_s: float | None = None
    """So long the platform asked us to stay away."""
    token_until_utc_ns: int | None = None
    token_covers_show: bool | None = None
    """Whether the access lasts until the planned end, or can be renewed."""
    round_trip_ms: float | None = None
    """Median of the last answers."""


@dataclass(frozen=True, slots=True)
class PinsStatus:
    """Pins of one store. Products and run of show are fetched when their revision changes."""

    gateway: GatewayStatus
    newest: PinStatus | None = None
    """Of the newest cue."""
    recent: tuple[PinStatus, ...] = ()
    """The newest first, `newest` among them; at most ten."""
    by_hand: tuple[PinStatus, ...] = ()
    """What the desk is asked to do in the platform's own window."""
    shown_product_id: str | None = None
    shown_title: str = ""
    shown_age_ms: float | None = None
    """Since it was last read back; None when never."""
    latency: PinLatency = field(default_factory=PinLatency)
    next_up: ShowCue | None = None
    next_title: str = ""
    next_refusal: str = ""
    """Why the product that is next up cannot be pinned; empty when it can."""
    show_revision: int = 0
    products_revision: int = 0
    products: int = 0
    product_problems: int = 0
    products_age_s: float | None = None
    products_reason: str = ""
    """Why they could not be refreshed; empty when they could."""
    planned_end_utc_ns: int | None = None
    arm_and_fire: bool = False
    """The pad asks for a second touch."""
    web_pad: bool = False
