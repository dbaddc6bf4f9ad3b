"""How do files get into a bundle so that each can be checked later?"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from livedesk.journal.exports import files

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

SUMS: Final = "SHA256SUMS"
"""As sha256sum writes and checks it."""


class Bundle:
    """An open ZIP. Equal content gives equal bytes; `sums` are in the order of writing."""

    def __init__(self, packed: zipfile.ZipFile) -> None:
        self._packed = packed
        self.sums: dict[str, str] = {}

    def write(self, name: str, write: Callable[[BinaryIO], None]) -> None:
        """Streamed: a table of hours needs no memory."""
        digest = hashlib.sha256()
        files.add(self._packed, name, lambda file: write(cast(BinaryIO, _Both(file, digest))))
        self.sums[name] = digest.hexdigest()

    def put(self, name: str, content: bytes) -> None:
        self.write(name, _all_of(content))

    def seal(self) -> None:
        """The last file: the checksums of all others."""
        lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(self.sums.items()))
        files.add(self._packed, SUMS, _all_of(lines.encode()))


@contextmanager
def bundle(target: BinaryIO) -> Iterator[Bundle]:
    """All of the files, then their checksums."""
    with files.opened(target) as packed:
        made = Bundle(packed)
        yield made
        made.seal()


def _all_of(content: bytes) -> Callable[[BinaryIO], None]:
    def write(file: BinaryIO) -> None:
        file.write(content)

    return write


class _Both(io.BufferedIOBase):
    """Writes on, and puts what is written into a digest."""

    def __init__(self, file: BinaryIO, digest: hashlib._Hash) -> None:
        self._file = file
        self._digest = digest

    def writable(self) -> bool:
        return True

    def write(self, content: ReadableBuffer) -> int:
        self._digest.update(content)
        return self._file.write(content)
