"""Which pages does a write-ahead log hold, also behind a place where it is damaged?

SQLite stops at the first entry whose checksum is wrong, which is right after a crash: nothing after
it counts. Where a disk has flipped a bit, what follows was promised to be durable. Each entry's
checksum goes on from the one before it, as it is written there, so every entry can be judged by
itself ("WAL File Format" at https://www.sqlite.org/fileformat2.html).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_MAGIC_LITTLE, _MAGIC_BIG = 0x377F0682, 0x377F0683
_HEADER_BYTES, _FRAME_HEADER_BYTES, _PAGE_BYTES = 32, 24, 4_096
_FRAME_BYTES: Final = _FRAME_HEADER_BYTES + _PAGE_BYTES
_MOST_PAGES: Final = 1 << 24


@dataclass(frozen=True, slots=True)
class Frames:
    """`offsets`: where the newest content of a page begins in the log. `pages`: how many the file
    has after the last commit, 0 where nothing is told. `torn`: damaged entries before that."""

    offsets: dict[int, int] = field(default_factory=dict)
    pages: int = 0
    torn: int = 0


@dataclass(frozen=True, slots=True)
class _Frame:
    page: int
    pages_after_commit: int
    offset: int


def read_frames(wal: Path) -> Frames:
    """Blocks. Raises OSError."""
    with wal.open("rb") as file:
        header = file.read(_HEADER_BYTES)
        if len(header) < _HEADER_BYTES:
            return Frames()
        magic, salts = struct.unpack_from(">I", header)[0], header[16:24]
        if magic not in (_MAGIC_LITTLE, _MAGIC_BIG):
            return Frames()
        order = "<" if magic == _MAGIC_LITTLE else ">"
        frames: list[_Frame | None] = []
        before = struct.unpack_from(">II", header, 24)
        while len(frame := file.read(_FRAME_BYTES)) == _FRAME_BYTES:
            offset = file.tell() - _PAGE_BYTES
            frames.append(_judged(frame, offset, salts, before, order))
            before = struct.unpack_from(">II", frame, 16)
    return _newest(frames)


def _judged(
    frame: bytes, offset: int, salts: bytes, before: tuple[int, ...], order: str
) -> _Frame | None:
    """None where it is damaged, or was left by an earlier turn of the log."""
    page, commit = struct.unpack_from(">II", frame)
    if frame[8:16] != salts or not 0 < page < _MOST_PAGES:
        return None
    content = frame[:8] + frame[_FRAME_HEADER_BYTES:]
    if _checksum(content, before, order) != struct.unpack_from(">II", frame, 16):
        return None
    return _Frame(page, commit, offset)


def _newest(frames: list[_Frame | None]) -> Frames:
    commits = [at for at, frame in enumerate(frames) if frame and frame.pages_after_commit]
    if not commits:
        return Frames()
    counted = frames[: commits[-1] + 1]
    last = counted[-1]
    return Frames(
        {frame.page: frame.offset for frame in counted if frame is not None},
        last.pages_after_commit if last is not None else 0,
        counted.count(None),
    )


def _checksum(content: bytes, before: tuple[int, ...], order: str) -> tuple[int, int]:
    first, second = before
    words: Iterator[int] = iter(struct.unpack(f"{order}{len(content) // 4}I", content))
    for one in words:
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + next(words) + first) & 0xFFFFFFFF
    return first, second
