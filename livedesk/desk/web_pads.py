"""Which phones and tablets may fire pins of a store, and how is another one let in?"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

from livedesk.desk.errors import DeskError
from livedesk.desk.pin_client import PinClient
from livedesk.desk.wire import NewPad, Pads

Work = Callable[[PinClient], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class KnownPads:
    """What is known of a store's web pads. None: not told yet."""

    pads: Pads | None = None
    new: NewPad | None = None
    """Just let in. Its token is shown once and kept no longer than its window."""
    trouble: str = ""


class WebPads:
    """The web pads of all stores of a desk."""

    def __init__(
        self,
        client: Callable[[], PinClient],
        spawn: Callable[[str, Coroutine[Any, Any, None]], None],
    ) -> None:
        self._client, self._spawn = client, spawn
        self._known: dict[str, KnownPads] = {}

    def known(self, store: str) -> KnownPads:
        return self._known.get(store, KnownPads())

    def ask(self, store: str) -> None:
        async def nothing_more(_client: PinClient) -> None:
            """The list is read after every call."""

        self._spawn("pads", self._work(store, nothing_more))

    def let_in(self, store: str, name: str) -> None:
        async def let_in(client: PinClient) -> None:
            new = await client.new_pad(store, name)
            self._known[store] = replace(self.known(store), new=new)

        self._spawn("new pad", self._work(store, let_in))

    def revoke(self, store: str, pad_id: str) -> None:
        async def revoke(client: PinClient) -> None:
            await client.revoke_pad(store, pad_id)
            new = self.known(store).new
            if new is not None and new.pad.id == pad_id:
                self.forget_new(store)

        self._spawn("revoke pad", self._work(store, revoke))

    def forget_new(self, store: str) -> None:
        self._known[store] = replace(self.known(store), new=None)

    async def _work(self, store: str, work: Work) -> None:
        try:
            client = self._client()
            await work(client)
            pads = await client.pads(store)
        except DeskError as error:
            trouble = error.words
            self._known[store] = replace(self.known(store), trouble=trouble)
            raise
        self._known[store] = replace(self.known(store), pads=pads, trouble="")
