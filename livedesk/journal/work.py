"""What is a worker asked, and what does it answer? One JSON line is the order, then come lines."""

from __future__ import annotations

from typing import Final

import msgspec

from livedesk.core.records import (
    Edition,
    ExportedFile,
    ExportFormat,
    OrderFile,
    SessionFigures,
)


class Orders(msgspec.Struct, frozen=True):
    """A file of orders, and how its columns are called: our field → column."""

    path: str
    mapping: dict[str, str]


class Evidence(msgspec.Struct, frozen=True):
    """The stretch of a session that a dispute is about."""

    from_utc_ns: int
    to_utc_ns: int
    reason: str


ZERO_TIMECODE: Final = "00:00:00:00"


class ExportWork(msgspec.Struct, frozen=True, tag="export"):
    """Write the sessions' files into `out`, which is there and empty.

    `single`: a format is one file, and never some. `floor_bytes`: free space of the disk that is
    not the export's to use.
    """

    sessions: tuple[str, ...]
    formats: tuple[ExportFormat, ...]
    out: str
    edition: Edition = "full"
    orders: Orders | None = None
    evidence: Evidence | None = None
    single: bool = False
    floor_bytes: int = 0
    start_timecode: str = ZERO_TIMECODE


class SummaryWork(msgspec.Struct, frozen=True, tag="summary"):
    session: str


class OrdersWork(msgspec.Struct, frozen=True, tag="orders"):
    """Say what is in a file of orders. Without a `mapping` one that is kept is used, or guessed;
    one that is given is kept in `columns_file`."""

    id: str
    name: str
    path: str
    columns_file: str
    mapping: dict[str, str] | None = None


Work = ExportWork | SummaryWork | OrdersWork


class Told(msgspec.Struct, frozen=True, tag="told"):
    """How far it has come: `done` is a share from 0 to 1."""

    done: float
    doing: str


class Made(msgspec.Struct, frozen=True, tag="made"):
    """The files of an export. `problem`: what could not be made beside them, for people."""

    files: tuple[ExportedFile, ...]
    problem: str | None = None


class Figures(msgspec.Struct, frozen=True, tag="figures"):
    figures: SessionFigures


class OrdersRead(msgspec.Struct, frozen=True, tag="orders"):
    file: OrderFile


class Trouble(msgspec.Struct, frozen=True, tag="trouble"):
    """It came to nothing, and why: a sentence for people."""

    text: str


Line = Told | Made | Figures | OrdersRead | Trouble

LINE_LIMIT: Final = 16 << 20
"""Bytes of a line. Incidents of a bad show and complaints about orders are the longest."""


def work_line(work: Work) -> bytes:
    return msgspec.json.encode(work) + b"\n"


def read_work(line: bytes) -> Work:
    """Raises msgspec.MsgspecError."""
    work: Work = msgspec.json.decode(line, type=Work)
    return work


def told_line(line: Line) -> bytes:
    return msgspec.json.encode(line) + b"\n"


def read_line(line: bytes) -> Line:
    """Raises msgspec.MsgspecError."""
    read: Line = msgspec.json.decode(line, type=Line)
    return read
