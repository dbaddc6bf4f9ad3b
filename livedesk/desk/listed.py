"""How is a list of the engine's shown and changed: asked for, and read anew after each change?"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from livedesk.desk.errors import DeskError

Spawn = Callable[[str, Coroutine[Any, Any, None]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a list, beside its entries."""

    busy: bool = False
    trouble: str = ""
    """Why the newest change did not come about."""


ClientT = TypeVar("ClientT")
KnownT = TypeVar("KnownT", bound=Known)


class ListDesk(ABC, Generic[ClientT, KnownT]):
    """A list of the engine that the desk is attached to."""

    def __init__(self, client: Callable[[], ClientT], spawn: Spawn, unknown: KnownT) -> None:
        """`client` raises NotSentError while no engine is attached. `unknown`: nothing is known."""
        self._client, self._spawn = client, spawn
        self._known = self._unknown = unknown

    @abstractmethod
    async def _read(self, client: ClientT) -> KnownT:
        """What is known with the list as it is now."""

    def known(self) -> KnownT:
        return self._known

    def attached(self) -> None:
        """Another engine has another list."""
        self._known = self._unknown

    def ask(self) -> None:
        async def nothing_more(_client: ClientT) -> None:
            """The list is read after every call."""

        self._do("list", nothing_more)

    def _do(self, name: str, change: Callable[[ClientT], Coroutine[Any, Any, None]]) -> None:
        self._known = replace(self._known, busy=True)
        self._spawn(name, self._work(change))

    async def _work(self, change: Callable[[ClientT], Coroutine[Any, Any, None]]) -> None:
        trouble = ""
        try:
            client = self._client()
            try:
                await change(client)
            except DeskError as error:
                trouble = error.words
            # Also after a refusal: somebody else may have changed what is listed here.
            self._known = await self._read(client)
        except DeskError as error:
            trouble = trouble or error.words
        finally:
            self._known = replace(self._known, busy=False, trouble=trouble)
