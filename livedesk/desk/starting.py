"""How does a first store come to be? Its key is kept, its settings written, an engine started."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from livedesk.core.own_addresses import own_addresses
from livedesk.core.secrets import Secret
from livedesk.core.whole_file import write_whole
from livedesk.desk.first_run import (
    APP,
    PORT,
    FirstStore,
    key_reference,
    key_variable,
    settings_text,
)
from livedesk.desk.words import tr

Keep = Callable[[str, str, Secret], bool]
"""Puts a secret into the user's keyring, by service and user; False where there is none. Blocks."""

Lend = Callable[[str, Secret], None]
"""Gives a secret to the programs that are started from here, by the name of a variable."""


@dataclass(frozen=True, slots=True)
class Begun:
    """How far it has come. `note` is what the person has to do that we cannot."""

    store: FirstStore
    servers: tuple[str, ...] = ()
    """Where the encoder pushes to, without the key: one for each address of this machine."""
    file: Path | None = None
    """Written, and the engine is being started with it."""
    note: str = ""
    problem: str = ""


class FirstRun:
    """Of a console that was started without settings. The file is never written over."""

    def __init__(
        self,
        file: Path,
        keep: Keep,
        lend: Lend,
        start: Callable[[Path], None],
        spawn: Callable[[str, Coroutine[Any, Any, None]], object],
    ) -> None:
        self._file = file
        self._keep = keep
        self._lend = lend
        self._start = start
        self._spawn = spawn
        self._is_busy = False
        self.begun: Begun | None = None

    def connect(self, store: FirstStore) -> None:
        """Go on until the engine starts; what became of it is in `begun`."""
        if not self._is_busy and (self.begun is None or self.begun.file is None):
            self._is_busy = True
            self.begun = Begun(store)
            self._spawn("first store", self._connect(Begun(store)))

    async def _connect(self, begun: Begun) -> None:
        try:
            self.begun = await asyncio.to_thread(self._write, begun)
        finally:
            self._is_busy = False
        if self.begun.file is not None:
            self._start(self.begun.file)

    def _write(self, begun: Begun) -> Begun:
        store = begun.store
        if self._file.exists():
            text = tr("{file} is there already: start livedesk with it, or remove it.")
            return replace(begun, problem=text.format(file=self._file))
        service, user = key_reference(store)
        reference, note = f"keyring:{service}/{user}", ""
        if not self._keep(service, user, store.key):
            variable = key_variable(store)
            self._lend(variable, store.key)
            reference = f"env:{variable}"
            note = tr(
                "This machine has no keyring. The key is known until livedesk ends; before the "
                "next start, set {variable} in its environment."
            ).format(variable=variable)
        try:
            write_whole(self._file, settings_text(store, reference).encode())
        except OSError as error:
            text = tr("{file} cannot be written: {error}. Start livedesk in a folder of yours.")
            reason = error.strerror or type(error).__name__
            return replace(begun, problem=text.format(file=self._file, error=reason))
        return replace(begun, file=self._file, note=note, servers=_servers())


def _servers() -> tuple[str, ...]:
    """This machine's own address last: most encoders are elsewhere."""
    found = own_addresses()
    ordered = sorted(found, key=lambda address: address.startswith("127."))
    return tuple(f"rtmp://{address}:{PORT}/{APP}" for address in ordered or ["127.0.0.1"])
