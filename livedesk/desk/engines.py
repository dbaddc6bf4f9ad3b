"""Is there an engine on this machine, and if not, how does one come up?"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from livedesk.core.process import is_alive
from livedesk.core.runtime import (
    EngineRuntime,
    RelayRuntime,
    engine_file,
    list_runtime_files,
    read_runtime_file,
)
from livedesk.desk.errors import EngineStartError, NoEngineError
from livedesk.desk.link import EngineAccess
from livedesk.desk.words import tr

START_DEADLINE_S = 15.0
_LOOK_EVERY_S = 0.05
_LAST_WORDS_BYTES = 4_000
_OWN = "livedesk: "
_CRASH = re.compile(r"[A-Za-z_.]*(Error|Exception)\b")


def find_engine(runtime: Path) -> EngineAccess | None:
    """The engine that this user runs on this machine, if its process lives."""
    found = read_runtime_file(engine_file(runtime))
    if not isinstance(found, EngineRuntime) or not is_alive(found.pid, found.process):
        return None
    return EngineAccess(found.url, found.token)


def carried_stores(runtime: Path) -> frozenset[str]:
    """Stores whose relay lives on this machine, with or without an engine."""
    relays = list_runtime_files(runtime).values()
    return frozenset(
        relay.store
        for relay in relays
        if isinstance(relay, RelayRuntime) and is_alive(relay.pid, relay.process)
    )


class LocalEngine:
    """Finds this machine's engine for the link; starts one, once, where it may.

    A failed start is not tried again: its cause does not go away by itself, and it stays on screen.
    """

    def __init__(self, runtime: Path, start: Sequence[str] | None, log: Path) -> None:
        self._runtime = runtime
        self._start = start
        self._log = log
        self._failure: EngineStartError | None = None
        self._is_starting = False
        self.child: subprocess.Popen[bytes] | None = None
        """The engine, if it was started here. It is left running on purpose."""

    @property
    def is_starting(self) -> bool:
        """One was asked for, and neither runs nor has failed yet."""
        return self._start is not None or self._is_starting

    def start_with(self, command: Sequence[str]) -> None:
        """Start an engine at the next look, once, unless one runs by then."""
        self._start, self._failure = command, None

    async def locate(self) -> EngineAccess:
        """Raises DeskError while there is none."""
        access = find_engine(self._runtime)
        if access is None and self._start is not None:
            command, self._start = self._start, None
            self._is_starting = True
            try:
                self.child = await start_engine(command, self._runtime, self._log)
            except EngineStartError as failure:
                self._failure = failure
            finally:
                self._is_starting = False
            access = find_engine(self._runtime)
        if access is not None:
            self._failure = None
            return access
        if self._failure is not None:
            raise self._failure
        raise NoEngineError(
            tr("No engine runs on this machine."),
            str(engine_file(self._runtime)),
            tr("Start one with: livedesk engine --config FILE"),
            carried_stores(self._runtime),
        )


def engine_command(config: Path) -> tuple[str, ...]:
    # -P: a file in the operator's folder must not stand in for one of our packages.
    return (sys.executable, "-P", "-m", "livedesk", "engine", "--config", str(config))


async def start_engine(
    command: Sequence[str], runtime: Path, log: Path, deadline_s: float = START_DEADLINE_S
) -> subprocess.Popen[bytes]:
    """Start an engine that outlives this window, and wait until it can be found.

    Its log goes to the file given. Raises EngineStartError with the engine's own words.
    """
    child = _spawn(command, log)
    for _ in range(round(deadline_s / _LOOK_EVERY_S)):
        if find_engine(runtime) is not None:
            return child
        if child.poll() is not None:
            raise _failed(tr("The engine did not start."), log)
        await asyncio.sleep(_LOOK_EVERY_S)
    child.terminate()
    child.wait()
    raise _failed(tr("The engine did not answer within {n} s.").format(n=round(deadline_s)), log)


def _spawn(command: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    """A child in a session of its own, so that neither closing the window nor Ctrl+C ends it."""
    try:
        with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as words:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=words,
                start_new_session=True,
            )
    except OSError as error:
        raise EngineStartError(
            tr("The engine cannot be started: {error}.").format(error=error.strerror),
            str(error.filename),
            tr("Check the installation with: livedesk doctor"),
        ) from error


def _failed(what: str, log: Path) -> EngineStartError:
    said = _last_words(log.read_bytes()[-_LAST_WORDS_BYTES:].decode(errors="replace"))
    what = f"{what}\n{said}" if said else what
    return EngineStartError(what, str(log), tr("Correct this and start again."))


def _last_words(text: str) -> str:
    """The engine's own sentences; of a crash only its last line, as the rest is in the log."""
    lines = [line for line in text.splitlines() if line.strip()]
    own = [line.removeprefix(_OWN) for line in lines if line.startswith(_OWN)]
    crashes = [line for line in lines if _CRASH.match(line)]
    return "\n".join(dict.fromkeys([*crashes[-1:], *own])) or "\n".join(lines[-3:])
