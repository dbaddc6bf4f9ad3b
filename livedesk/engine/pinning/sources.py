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


class Signed(Lister, Protocol):
    """What lists products and has an access of its own (`gateways/make.py`, CatalogueSource)."""

    @property
    def reason(self) -> str: ...

    def covers(self, until_utc_ns: int) -> bool | None: ...

    async def renew(self, until_utc_ns: int) -> None: ...

    async def close(self) -> None: ...


class ProductSource(Protocol):
    @property
    def name(self) -> str:
        """In words, for people."""
        ...

    @property
    def every_s(self) -> float:
        """So often it is looked at while all is well."""
        ...

    @property
    def as_of_utc_ns(self) -> int | None:
        """When what was read last was true; None: when it was asked for."""
        ...

    async def read(self) -> Products | None:
        """None: nothing has changed since the last time."""
        ...

    def ends_before(self, until_utc_ns: int) -> str:
        """Why an access of its own does not last until then; empty when it does, or has none."""
        ...

    async def renew(self, until_utc_ns: int) -> None:
        """Renew an access of its own; the gateway renews the gateway's."""
        ...

    async def close(self) -> None: ...


class ListedProducts:
    """Asked for on a schedule. The lister belongs to somebody else."""

    def __init__(self, lister: Lister, name: str, every_s: float) -> None:
        self._lister = lister
        self.name = name
        self.every_s = every_s
        self.as_of_utc_ns: int | None = None

    async def read(self) -> Products | None:
        return await self._lister.products(LIST_WITHIN_S)

    def ends_before(self, until_utc_ns: int) -> str:
        return ""

    async def renew(self, until_utc_ns: int) -> None:
        """The lister's owner does."""

    async def close(self) -> None:
        """The lister's owner does."""


class SignedProducts(ListedProducts):
    """The same, of a lister that is only there for this."""

    def __init__(self, lister: Signed, name: str, every_s: float) -> None:
        super().__init__(lister, name, every_s)
        self._signed = lister

    def ends_before(self, until_utc_ns: int) -> str:
        if self._signed.covers(until_utc_ns) is not False:
            return ""
        return self._signed.reason or "It cannot be renewed for so long."

    async def renew(self, until_utc_ns: int) -> None:
        await self._signed.renew(until_utc_ns)

    async def close(self) -> None:
        await self._signed.close()


class FileProducts:
    """Read when the file has changed: a look costs next to nothing, so it is taken often."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = path.name
        self.every_s = _FILE_EVERY_S
        self.as_of_utc_ns: int | None = None
        """What a file says is as old as the file."""
        self._read: tuple[int, int] | None = None

    async def read(self) -> Products | None:
        return await asyncio.to_thread(self._look)

    def ends_before(self, until_utc_ns: int) -> str:
        return ""

    async def renew(self, until_utc_ns: int) -> None:
        """A file needs none."""

    async def close(self) -> None:
        """A file is closed when it was read."""

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
        self.as_of_utc_ns = found.st_mtime_ns
        return Products(True, products, tuple((each.where, each.text) for each in problems))
