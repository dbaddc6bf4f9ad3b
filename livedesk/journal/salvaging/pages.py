"""Which rows lie on the pages of a SQLite file, whatever has become of the pages around them?

As the format is described at https://www.sqlite.org/fileformat2.html: "B-tree Pages", "Record
Format", "Cell Payload Overflow Pages" and "WAL File Format". Nothing here follows the tree, so no
damaged page hides another. All functions block.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from livedesk.journal.salvaging.wal_frames import Frames, read_frames

Value = int | float | str | bytes | None

_MAGIC: Final = b"SQLite format 3\x00"
_PAGE_SIZE: Final = 4_096
"""Of every file that we write."""
_TABLE_LEAF, _TABLE_INTERIOR, _INDEX_LEAF, _INDEX_INTERIOR = 13, 5, 10, 2
_NOT_OF_A_TREE: Final = 0
"""Of overflow pages: they begin with the number of the next one, which is below 2^24."""
_HEADER_BYTES: Final = {_TABLE_LEAF: 8, _INDEX_LEAF: 8, _TABLE_INTERIOR: 12, _INDEX_INTERIOR: 12}
_INT_BYTES: Final = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
_LONGEST_ROW: Final = 16_000_000
_MOST_COLUMNS: Final = 64


class _Senseless(Exception):  # noqa: N818  one row or page, caught in this file
    """Bytes that are no such page or row."""


@dataclass(frozen=True, slots=True)
class Cells:
    """The rows of one page; the key of a row that SQLite keeps beside it stands in its place."""

    rows: list[tuple[Value, ...]]
    unusable: int = 0


@dataclass(slots=True)
class Pages:
    """An open file. `senseless` is complete once `leaves` has been through it."""

    file: BinaryIO
    log: BinaryIO | None
    frames: Frames
    present: int
    expected: int
    has_header: bool
    application_id: int
    user_version: int
    page_size: int = _PAGE_SIZE
    _damaged: set[int] = field(default_factory=set)
    _children: set[int] = field(default_factory=set)

    @classmethod
    def read(cls, path: Path) -> Pages:
        """Of the file and its write-ahead log. Raises OSError."""
        wal = path.with_name(path.name + "-wal")
        frames = read_frames(wal) if wal.is_file() else Frames()
        file = path.open("rb")
        head = file.read(100).ljust(100, b"\0")
        size_bytes = file.seek(0, 2)
        present = -(-size_bytes // _PAGE_SIZE)
        told, version, application = (struct.unpack_from(">I", head, at)[0] for at in (28, 60, 68))
        newest = frames.offsets.get(1)
        log = wal.open("rb") if frames.offsets else None
        if log is not None and newest is not None:
            log.seek(newest)
            first = log.read(100)
            version, application = (struct.unpack_from(">I", first, at)[0] for at in (60, 68))
            head = first
        expected = frames.pages or (told if told < 1 << 22 else present)
        return cls(
            file, log, frames, present, max(expected, present),
            head.startswith(_MAGIC), application, version,
        )  # fmt: skip

    def close(self) -> None:
        self.file.close()
        if self.log is not None:
            self.log.close()

    @property
    def missing(self) -> int:
        """Pages that should be there and lie behind the end of the file."""
        beyond = range(self.present + 1, self.expected + 1)
        return sum(number not in self.frames.offsets for number in beyond)

    @property
    def senseless(self) -> int:
        return len(self._damaged)

    @property
    def torn_frames(self) -> int:
        return self.frames.torn

    def leaves(self) -> Iterator[Cells]:
        """Every page that holds rows, each once."""
        sound: set[int] = set()
        for number in range(1, self.expected + 1):
            page = self._page(number)
            if page is None:
                continue
            try:
                cells = self._cells(number, page)
            except (_Senseless, struct.error, IndexError):
                self._damaged.add(number)
                continue
            if cells is not None:
                sound.add(number)
                yield cells
        reachable = range(1, self.present + 1)
        self._damaged |= {each for each in self._children - sound if each in reachable}

    def _page(self, number: int) -> bytes | None:
        source, at = self.file, (number - 1) * self.page_size
        if self.log is not None and (offset := self.frames.offsets.get(number)) is not None:
            source, at = self.log, offset
        source.seek(at)
        page = source.read(self.page_size)
        return page.ljust(self.page_size, b"\0") if page else None

    def _cells(self, number: int, page: bytes) -> Cells | None:
        """None: a page that is of no tree. Raises _Senseless."""
        start = 100 if number == 1 else 0
        kind = page[start]
        if kind == _NOT_OF_A_TREE:
            return None
        if kind not in _HEADER_BYTES:
            raise _Senseless
        count = struct.unpack_from(">H", page, start + 3)[0]
        first = start + _HEADER_BYTES[kind]
        if first + 2 * count > self.page_size:
            raise _Senseless
        if kind in (_TABLE_INTERIOR, _INDEX_INTERIOR):
            self._children.add(struct.unpack_from(">I", page, start + 8)[0])
        rows: list[tuple[Value, ...]] = []
        unusable = 0
        for at in struct.unpack_from(f">{count}H", page, first):
            try:
                row = self._cell(page, at, kind)
            except (_Senseless, struct.error, IndexError, UnicodeDecodeError):
                unusable += 1
                continue
            if row is not None:
                rows.append(row)
        return Cells(rows, unusable)

    def _cell(self, page: bytes, at: int, kind: int) -> tuple[Value, ...] | None:
        if kind in (_TABLE_INTERIOR, _INDEX_INTERIOR):
            self._children.add(struct.unpack_from(">I", page, at)[0])
            at += 4
        if kind == _TABLE_INTERIOR:
            return None
        length, at = _varint(page, at)
        key: int | None = None
        if kind == _TABLE_LEAF:
            key, at = _varint(page, at)
        row = _record(self._payload(page, at, length, is_table=kind == _TABLE_LEAF))
        return row if key is None or row[0] is not None else (_signed(key), *row[1:])

    def _payload(self, page: bytes, at: int, length: int, *, is_table: bool) -> bytes:
        """With what did not fit on the page, from the pages that it goes on on."""
        if length > _LONGEST_ROW:
            raise _Senseless
        usable = self.page_size
        most = usable - 35 if is_table else (usable - 12) * 64 // 255 - 23
        if length <= most:
            return _exactly(page[at : at + length], length)
        least = (usable - 12) * 32 // 255 - 23
        here = least + (length - least) % (usable - 4)
        here = here if here <= most else least
        parts, left = [_exactly(page[at : at + here], here)], length - here
        following = struct.unpack_from(">I", page, at + here)[0]
        while left > 0:
            overflow = self._page(following) if 0 < following <= self.expected else None
            if overflow is None:
                raise _Senseless
            following = struct.unpack_from(">I", overflow, 0)[0]
            parts.append(overflow[4 : 4 + left])
            left -= len(parts[-1])
        return b"".join(parts)


def _record(content: bytes) -> tuple[Value, ...]:
    """Raises _Senseless, IndexError or UnicodeDecodeError for bytes that are none."""
    head_bytes, at = _varint(content, 0)
    if not at <= head_bytes <= len(content):
        raise _Senseless
    kinds = []
    while at < head_bytes:
        kind, at = _varint(content, at)
        kinds.append(kind)
    if not 0 < len(kinds) <= _MOST_COLUMNS:
        raise _Senseless
    values = []
    for kind in kinds:
        value, at = _value(content, at, kind)
        values.append(value)
    return tuple(values)


def _value(content: bytes, at: int, kind: int) -> tuple[Value, int]:
    """And where the next one begins."""
    if kind == 0:
        return None, at
    if kind in (8, 9):
        return kind - 8, at
    if kind in (10, 11):
        raise _Senseless
    size = 8 if kind == 7 else _INT_BYTES[kind] if kind < 12 else (kind - 12) // 2
    part = _exactly(content[at : at + size], size)
    if kind == 7:
        return struct.unpack(">d", part)[0], at + size
    if kind < 12:
        return int.from_bytes(part, "big", signed=True), at + size
    return (part.decode() if kind % 2 else part), at + size


def _exactly(part: bytes, size: int) -> bytes:
    if len(part) != size:
        raise _Senseless
    return part


def _varint(content: bytes, at: int) -> tuple[int, int]:
    """A number of 1 to 9 bytes, seven bits each, the ninth whole; and where the next one begins."""
    number = 0
    for place in range(8):
        byte = content[at + place]
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            return number, at + place + 1
    return number << 8 | content[at + 8], at + 9


def _signed(number: int) -> int:
    return number - (1 << 64) if number >= 1 << 63 else number
