"""How is a file read that somebody else wrote, and may still write? Whole, or not at all."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Fault = Literal["kind", "unreadable", "large", "changing", "empty", "unpacked", "entities"]


class ForeignFileError(Exception):
    """What is wrong with the file, as the rest of a sentence that begins with its name."""

    def __init__(self, fault: Fault, text: str) -> None:
        super().__init__(text)
        self.fault = fault

    def words(self, advice: Mapping[Fault, str]) -> str:
        """With what to do about it, where there is something."""
        to_do = advice.get(self.fault, "")
        return f"{self}; {to_do}" if to_do else str(self)


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    parts: int
    unpacked_bytes: int


def read_at_once(path: Path, most_bytes: int) -> bytes:
    """The whole file as it was at one moment; one that is written to meanwhile is refused.

    Blocks. Raises ForeignFileError, also for a file that is empty.
    """
    try:
        before = path.stat()
        if not stat.S_ISREG(before.st_mode):  # opening a pipe would wait for who writes into it
            raise ForeignFileError("kind", "is not a file")
        with path.open("rb") as file:
            content = file.read(most_bytes + 1)
        after = path.stat()
    except OSError as error:
        raise ForeignFileError("unreadable", f"cannot be read: {error.strerror or error}") from None
    if len(content) > most_bytes:
        raise ForeignFileError("large", f"is larger than {most_bytes // 10**6} MB")
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise ForeignFileError("changing", "was being written")
    if not content.strip():
        raise ForeignFileError("empty", "is empty")
    return content


def check_spreadsheet(content: bytes, limits: ArchiveLimits) -> None:
    """Of an XLSX file, before it is unpacked. Raises ForeignFileError, BadZipFile.

    What the archive says of itself holds: zipfile unpacks no byte more than was declared. A
    document type would be the way to entities that grow (CWE-776); spreadsheets have none.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        unpacked = sum(part.file_size for part in parts)
        if len(parts) > limits.parts or unpacked > limits.unpacked_bytes:
            size = f"{unpacked / 1e6:,.0f} MB in {len(parts)} parts"
            most = f"{limits.unpacked_bytes / 1e6:,.0f} MB"
            raise ForeignFileError("unpacked", f"unpacks to {size}; expected at most {most}")
        for part in parts:
            with archive.open(part) as stream:
                if b"<!DOCTYPE" in stream.read(2_000):
                    text = "holds a document type, as no spreadsheet does"
                    raise ForeignFileError("entities", text)
