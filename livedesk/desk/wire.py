"""How do the engine's answers become values? Anything that does not fit is a typed error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from livedesk.core.events import Event, Level, Source
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


class Trouble(msgspec.Struct):
    """The far side's own words for an error."""

    message: str
    code: str = ""
    action: str = ""


class _Failure(msgspec.Struct):
    error: Trouble


class _EncoderState(msgspec.Struct):
    process: str


class SandboxState(msgspec.Struct):
    """What the panel needs of the sandbox's figures."""

    encoder: _EncoderState
    paths: dict[str, Any] = {}

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
    return Event(**msgspec.structs.asdict(_read(body, _Event, where)))


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


def _read(body: bytes | str, kind: type[T], where: str) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadAnswerError(
            tr("The answer cannot be read: {error}.").format(error=error),
            where,
            tr("Check that engine and console are the same version."),
        ) from error
