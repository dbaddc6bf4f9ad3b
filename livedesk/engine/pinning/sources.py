"""Where do a store's products come from? A gateway that lists them, or a file that is looked at."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final, Protocol

from livedesk.pins.catalogue_file import CatalogueError, read_catalogue
from livedesk.pins.gateways.base import Products

LIST_WITHIN_S: Final = 30.0
_FILE_EVERY_S: Final = 2.0


class Lister(Protocol):
    """A gateway, as far as its list of products goes."""

    async def products(self, limit_s: float) -> Products: ...


class ProductSource(Protocol):
    @property
    def name(self) -> str:
        """In words, for people."""
        ...

    @property
    def every_s(self) -> float:
        """So often it is looked at while all is well."""
        ...

    async def read(self) -> Products | None:
        """None: nothing has changed since the last time."""
        ...


class ListedProducts:
    """Asked for on a schedule."""

    def __init__(self, lister: Lister, name: str, every_s: float) -> None:
        self._lister = lister
        self.name = name
        self.every_s = every_s

    async def read(self) -> Products | None:
        return await self._lister.products(LIST_WITHIN_S)


class FileProducts:
    """Read when the file has changed: a look costs next to nothing, so it is taken often."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = path.name
        self.every_s = _FILE_EVERY_S
        self._read: tuple[int, int] | None = None

    async def read(self) -> Products | None:
        return await asyncio.to_thread(self._look)

    def _look(self) -> Products | None:
        try:
            found = self._path.stat()
            if (found.st_mtime_ns, found.st_size) == self._read:
                return None
            products, problems = read_catalogue(self._path)
        except OSError as error:
            return Products(False, code="unreadable", text=f"{self.name}: {error.strerror}.")
        except CatalogueError as error:
            return Products(False, code="unreadable", text=str(error))
        self._read = (found.st_mtime_ns, found.st_size)
        return Products(True, products, tuple((each.where, each.text) for each in problems))
