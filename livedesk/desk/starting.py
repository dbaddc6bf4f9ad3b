"""How does a first store come to be? Its key is kept, its settings written, an engine started."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from livedesk.core.own_addresses import own_addresses
from livedesk.core.secrets import Secret
from livedesk.core.whole_file import write_whole
from livedesk.desk.errors import DeskError
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


class OwnEngine(Protocol):
    """The engine that a first run starts."""

    @property
    def is_starting(self) -> bool: ...

    def start(self, file: Path) -> None: ...

    async def stop(self) -> None:
        """End it, if it runs. Raises DeskError."""
        ...


class FirstRun:
    """Of a console that was started without settings. A file of somebody else is never written
    over; one that was written here may be, until it is changed by hand."""

    def __init__(
        self,
        file: Path,
        keep: Keep,
        lend: Lend,
        engine: OwnEngine,
        spawn: Callable[[str, Coroutine[Any, Any, None]], object],
    ) -> None:
        self._file = file
        self._keep = keep
        self._lend = lend
        self._engine = engine
        self._spawn = spawn
        self._is_busy = False
        self._written: bytes | None = None
        self.begun: Begun | None = None

    @property
    def is_starting(self) -> bool:
        """Written, and the engine has not come up yet."""
        return self._engine.is_starting

    def connect(self, store: FirstStore) -> None:
        """Go on until the engine starts; what became of it is in `begun`."""
        if not self._is_busy:
            self._is_busy = True
            self.begun = Begun(store)
            self._spawn("first store", self._connect(Begun(store)))

    def start_again(self) -> None:
        """The settings were put right by hand, or what stood in the way is gone."""
        if not self._is_busy and self.begun is not None and self.begun.file is not None:
            self._is_busy = True
            self._spawn("start again", self._start_again(self.begun, self.begun.file))

    async def _start_again(self, begun: Begun, file: Path) -> None:
        try:
            self.begun = replace(begun, problem=await self._stopped())
        finally:
            self._is_busy = False
        if not self.begun.problem:
            self._engine.start(file)

    async def _connect(self, begun: Begun) -> None:
        try:
            self.begun = await self._begin(begun)
        finally:
            self._is_busy = False
        if self.begun.file is not None:
            self._engine.start(self.begun.file)

    async def _begin(self, begun: Begun) -> Begun:
        if self._written is not None and (problem := await self._stopped()):
            return replace(begun, problem=problem)
        return await asyncio.to_thread(self._write, begun)

    async def _stopped(self) -> str:
        """Why the engine with the settings of before goes on; empty when it ended."""
        try:
            await self._engine.stop()
        except DeskError as error:
            return error.words
        return ""

    def _write(self, begun: Begun) -> Begun:
        store = begun.store
        if not self._may_write():
            text = tr("{file} is there already: start livedesk with it, or remove it.")
            return replace(begun, problem=text.format(file=self._file))
        service, user = key_reference(store)
        reference, note = f"keyring:{service}/{user}", ""
        if not self._keep(service, user, store.key):
            variable = key_variable(store)
            self._lend(variable, store.key)
            reference = f"env:{variable}"
            note = tr(
                "This machine has no keyring. The key is known until the engine ends; before its "
                "next start, set {variable} in the environment."
            ).format(variable=variable)
        wanted = settings_text(store, reference).encode()
        try:
            write_whole(self._file, wanted)
        except OSError as error:
            return replace(begun, problem=_not_written(self._file, error))
        self._written = wanted
        return replace(begun, file=self._file, note=note, servers=_servers())

    def _may_write(self) -> bool:
        try:
            return self._file.read_bytes() == self._written
        except FileNotFoundError:
            return True
        except OSError:
            return False


def _not_written(file: Path, error: OSError) -> str:
    text = tr("{file} cannot be written: {error}. Start livedesk in a folder of yours.")
    return text.format(file=file, error=error.strerror or type(error).__name__)


def _servers() -> tuple[str, ...]:
    """This machine's own address last: most encoders are elsewhere."""
    found = own_addresses()
    ordered = sorted(found, key=lambda address: address.startswith("127."))
    return tuple(f"rtmp://{address}:{PORT}/{APP}" for address in ordered or ["127.0.0.1"])
