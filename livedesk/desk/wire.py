"""How do the engine's answers become values? Anything that does not fit is a typed error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from livedesk.core.engine_status import EngineStatus, Me
from livedesk.core.events import Event, Level, Source
from livedesk.core.moderation import Faq, Item, QueueChange
from livedesk.core.pins import PinLatency, PinStatus, ProductList, RunOfShow
from livedesk.core.secrets import Secret
from livedesk.core.status import StoreStatus
from livedesk.desk.errors import BadAnswerError
from livedesk.desk.words import tr

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class HistorySeries:
    """One figure over time; `t` in Unix seconds, `None` where nothing was measured."""

    figure: str
    subject: str | None = None
    unit: str = ""
    t: tuple[float, ...] = ()
    min: tuple[float | None, ...] = ()
    mean: tuple[float | None, ...] = ()
    max: tuple[float | None, ...] = ()
    epoch: tuple[int | None, ...] = ()

    def __post_init__(self) -> None:
        columns = (self.min, self.mean, self.max, self.epoch)
        if any(len(column) != len(self.t) for column in columns):
            raise ValueError(f"columns of {self.figure} differ in length")


@dataclass(frozen=True, slots=True)
class History:
    """What the journal holds between two instants (Unix seconds)."""

    begin_s: float
    end_s: float
    series: tuple[HistorySeries, ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    """The pins of a session: figures, the newest, and those that were worst."""

    latency: PinLatency
    pins: tuple[PinStatus, ...] = ()
    worst: tuple[PinStatus, ...] = ()


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Items of a store's queue. `after`: what to ask for next; empty or None at the end."""

    revision: int
    items: tuple[Item, ...] = ()
    after: str | None = None
    faq: tuple[Faq, ...] = ()


@dataclass(frozen=True, slots=True)
class Pad:
    """A phone or tablet that was let in to a store's web pad."""

    id: str
    name: str = ""
    created_utc_ns: int | None = None
    left_s: float | None = None


@dataclass(frozen=True, slots=True)
class Pads:
    """The pads of a store. `addresses`: where a device of the network reaches the engine."""

    pads: tuple[Pad, ...] = ()
    addresses: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class NewPad:
    """What a new pad needs to come in: `path` holds its token, which is told only once."""

    pad: Pad
    path: Secret
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EngineClock:
    """Both clocks of the engine's machine at one instant."""

    utc_ns: int
    mono_ns: int


class _NewPad(msgspec.Struct):
    pad: Pad
    path: str
    addresses: tuple[str, ...] = ()


class _Stores(msgspec.Struct):
    stores: tuple[StoreStatus, ...]


class _History(msgspec.Struct):
    begin_s: float = msgspec.field(name="from")
    end_s: float = msgspec.field(name="to")
    series: tuple[HistorySeries, ...]


class _Event(msgspec.Struct):
    """`Event` as it travels: msgspec does not follow the recursive type of its data."""

    seq: int
    utc_ns: int
    mono_ns: int
    store: str
    kind: str
    level: Level
    source: Source
    text: str
    session: str | None = None
    actor: str | None = None
    data: dict[str, Any] = {}


class _Events(msgspec.Struct):
    events: tuple[_Event, ...]


class Trouble(msgspec.Struct):
    """The far side's own words for an error."""

    message: str
    code: str = ""
    action: str = ""
    item: msgspec.Raw = msgspec.Raw()


class _Failure(msgspec.Struct):
    error: Trouble


class _EncoderState(msgspec.Struct):
    process: str


class _RoomState(msgspec.Struct):
    rate_per_s: float


class _ChatState(msgspec.Struct):
    rooms: dict[str, _RoomState] = {}


class SandboxState(msgspec.Struct):
    """What the panel needs of the sandbox's figures. None: there is no such part."""

    encoder: _EncoderState
    paths: dict[str, Any] = {}
    shop: dict[str, Any] | None = None
    chat: _ChatState | None = None
    rules: dict[str, Any] | None = None

    @property
    def viewers(self) -> dict[str, float]:
        """How many comments a second they write, by room."""
        rooms = self.chat.rooms if self.chat is not None else {}
        return {name: room.rate_per_s for name, room in rooms.items()}

    @property
    def encoder_runs(self) -> bool:
        return self.encoder.process in ("starting", "running")


def read_stores(body: bytes | str, where: str) -> tuple[StoreStatus, ...]:
    return _read(body, _Stores, where).stores


def read_status(body: bytes | str, where: str) -> StoreStatus:
    return _read(body, StoreStatus, where)


def read_history(body: bytes | str, where: str) -> History:
    answer = _read(body, _History, where)
    return History(answer.begin_s, answer.end_s, answer.series)


def read_event(body: bytes | str, where: str) -> Event:
    return _event(_read(body, _Event, where))


def read_events(body: bytes | str, where: str) -> tuple[Event, ...]:
    return tuple(map(_event, _read(body, _Events, where).events))


def _event(told: _Event) -> Event:
    return Event(**msgspec.structs.asdict(told))


def read_pin(body: bytes | str, where: str) -> PinStatus:
    return _read(body, PinStatus, where)


def pin_of(event: Event) -> PinStatus | None:
    """The pin that an event tells of; None if it tells of none that this console can read."""
    try:
        return msgspec.convert(event.data, PinStatus)
    except msgspec.ValidationError:
        return None


def read_products(body: bytes, where: str) -> ProductList:
    """10,000 products take about 15 ms, which is well under one repaint."""
    return _read(body, ProductList, where)


def read_show(body: bytes, where: str) -> RunOfShow:
    return _read(body, RunOfShow, where)


def read_ledger(body: bytes, where: str) -> Ledger:
    return _read(body, Ledger, where)


def read_pads(body: bytes, where: str) -> Pads:
    return _read(body, Pads, where)


def read_new_pad(body: bytes, where: str) -> NewPad:
    answer = _read(body, _NewPad, where)
    return NewPad(answer.pad, Secret(answer.path), answer.addresses)


def read_clock(body: bytes, where: str) -> EngineClock:
    return _read(body, EngineClock, where)


def read_queue_page(body: bytes, where: str) -> QueuePage:
    return _read(body, QueuePage, where)


def read_item(body: bytes, where: str) -> Item:
    return _read(body, Item, where)


def read_change(body: bytes | str, where: str) -> QueueChange:
    return _read(body, QueueChange, where)


def item_of(trouble: Trouble) -> Item | None:
    """The item that an error tells of; None if it tells of none that this console can read."""
    try:
        return msgspec.json.decode(trouble.item, type=Item) if bytes(trouble.item) else None
    except msgspec.DecodeError:
        return None


def read_engine(body: bytes | str, where: str) -> EngineStatus:
    return _read(body, EngineStatus, where)


def read_me(body: bytes, where: str) -> Me:
    return _read(body, Me, where)


def read_object(body: bytes, where: str) -> dict[str, Any]:
    """Any JSON object, as it is."""
    return _read(body, dict[str, Any], where)


def read_sandbox(body: bytes, where: str) -> SandboxState:
    return _read(body, SandboxState, where)


def read_trouble(body: bytes) -> Trouble | None:
    """The error an answer carries, if it carries one in the agreed form."""
    try:
        return msgspec.json.decode(body, type=_Failure).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def read_as(body: bytes | str, kind: type[T], where: str) -> T:
    """An answer of a kind that its caller knows. Raises BadAnswerError."""
    return _read(body, kind, where)


def _read(body: bytes | str, kind: type[T], where: str) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadAnswerError(
            tr("The answer cannot be read: {error}.").format(error=error),
            where,
            tr("Check that engine and console are the same version."),
        ) from error
