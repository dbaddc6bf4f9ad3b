"""How does a file of an export appear: whole, on the disk, or not at all?

Each is written beside its final name and renamed. Whatever goes wrong meanwhile, what stood there
before stays, and nothing else is left.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final, cast

from livedesk.journal.errors import JournalError

Write = Callable[[BinaryIO], None]

_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

_DEFLATE_LEVEL: Final = 1
"""A third of the time of the default, for files that are a fifth larger."""

_LINES_AT_ONCE: Final = 256


class ExportFailedError(JournalError):
    """The files could not be written. Those of before are still there, and nothing is half done."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a set."""

    name: str
    write: Write


def text_of(lines: Iterable[str]) -> Write:
    """What writes them in UTF-8, many at once: to deflate them one by one takes twice as long."""
    return partial(write_lines, lines)


def write_lines(lines: Iterable[str], file: BinaryIO) -> None:
    rest = iter(lines)
    while chunk := "".join(islice(rest, _LINES_AT_ONCE)):
        file.write(chunk.encode("utf-8"))


def one_file(target: Path, write: Write) -> Path:
    with _beside(target) as beside:
        _put(beside, write)
        beside.chmod(0o644)
        beside.replace(target)
    return target


def folder(target: Path, members: Sequence[Member]) -> list[Path]:
    beside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        beside.chmod(0o755)
        for member in members:
            _put(beside / member.name, member.write)
        _replace_folder(beside, target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return [target / member.name for member in members]


def archive(target: Path, members: Sequence[Member]) -> Path:
    def pack(file: BinaryIO) -> None:
        with opened(file) as packed:
            for member in members:
                add(packed, member.name, member.write)

    return one_file(target, pack)


@contextmanager
def opened(target: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """A ZIP archive in which equal content is equal bytes."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=_DEFLATE_LEVEL) as packed:
        yield packed


def add(packed: zipfile.ZipFile, name: str, write: Write) -> None:
    """One entry, written as it comes. Opened by its name alone it is dated 1980."""
    with packed.open(name, "w", force_zip64=True) as entry:
        write(cast(BinaryIO, entry))
    packed.getinfo(name).external_attr = 0o644 << 16


@contextmanager
def in_words(out_dir: Path) -> Iterator[None]:
    """A disk that is full, or a folder that may not be written, as a sentence."""
    try:
        yield
    except OSError as error:
        what = (
            "there is no room left. Free some, or choose another folder"
            if error.errno in _FULL
            else f"{error.strerror or error}. Choose another folder"
        )
        raise ExportFailedError(
            f"The export to {out_dir} failed: {what}. Nothing half written was left there."
        ) from error


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    handle, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _put(path: Path, write: Write) -> None:
    """Onto the disk, not only into its cache: a rename must not outrun the content."""
    with path.open("wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())


def _replace_folder(beside: Path, target: Path) -> None:
    """A folder cannot be renamed over a full one, so the old one steps aside first."""
    if not target.exists():
        beside.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
    target.rename(old / target.name)
    try:
        beside.rename(target)
    except OSError:
        (old / target.name).rename(target)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)
