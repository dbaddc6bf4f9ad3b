"""Who brings the engine back when it dies? A tiny parent, standard library only.

`livedesk engine` is this process; the engine is its child. A crash or kill -9 of the child is
answered with a new one, which attaches to the relays that kept carrying. An engine that says why it
cannot run (exit status 2: settings, a port in use) is believed: that takes a person.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Protocol

from livedesk.core.process import is_alive, process_mark
from livedesk.core.runtime import EngineRuntime, engine_file, read_runtime_file

GIVE_UP_STATUS = 2
"""Exit status of an engine that cannot run as it was asked to."""

_BACKOFF_S = (0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 5.0, 10.0)
"""Somebody who kills the engine five times in a row gets it back five times at once."""

_SETTLED_S = 3.0
_QUICK_DEATHS = 5
_END_WITHIN_S = 20.0
_LOOK_S = 0.05
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Child(Protocol):
    pid: int

    def poll(self) -> int | None: ...

    def send_signal(self, sig: int) -> None: ...

    def kill(self) -> None: ...


@dataclass(slots=True)
class Deaths:
    """How often in a row the child died soon after its start, and what follows from that."""

    in_a_row: int = 0
    ever_ran: bool = False

    def wait_s(self, lived_s: float, was_ready: bool) -> float | None:
        """Time to wait before the next start; None when there is no point in another."""
        self.ever_ran = self.ever_ran or was_ready
        if was_ready and lived_s >= _SETTLED_S:
            self.in_a_row = 0
        if self.in_a_row >= _QUICK_DEATHS and not self.ever_ran:
            return None
        wait_s = _BACKOFF_S[min(self.in_a_row, len(_BACKOFF_S) - 1)]
        self.in_a_row += 1
        return wait_s


class Watch:
    """Runs the command until it ends cleanly or is told to stop."""

    def __init__(
        self,
        start: Callable[[], Child],
        was_ready: Callable[[int], bool],
        say: Callable[[str], None],
        monotonic_s: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._start = start
        self._was_ready = was_ready
        self._say = say
        self._monotonic_s = monotonic_s
        self._sleep = sleep
        self._child: Child | None = None
        self._stop_by_s: float | None = None

    def stop(self, _signal: int = signal.SIGTERM, _frame: FrameType | None = None) -> None:
        """Ask the child to end; kill it when it does not in time. Safe in a signal handler."""
        if self._stop_by_s is None:
            self._stop_by_s = self._monotonic_s() + _END_WITHIN_S
        if self._child is not None and self._child.poll() is None:
            self._child.send_signal(signal.SIGTERM)

    def _stopping(self) -> bool:
        return self._stop_by_s is not None

    def run(self) -> int:
        """Returns the exit status for this process."""
        deaths = Deaths()
        while not self._stopping():
            started_s = self._monotonic_s()
            self._child = self._start()
            if self._stopping():  # asked to stop while it was being started
                self.stop()
            status = self._wait(self._child)
            if status == 0 or self._stopping():
                return 0 if status >= 0 else 1
            if status == GIVE_UP_STATUS:
                return status
            lived_s = self._monotonic_s() - started_s
            wait_s = deaths.wait_s(lived_s, self._was_ready(self._child.pid))
            if wait_s is None:
                self._say(f"the engine ended at once {deaths.in_a_row} times; giving up")
                return 1
            self._say(f"the engine ended {_how(status)}; starting it again")
            self._pause(wait_s)
        return 0

    def _wait(self, child: Child) -> int:
        while (status := child.poll()) is None:
            if self._stop_by_s is not None and self._monotonic_s() > self._stop_by_s:
                self._say("the engine did not end in time and is killed")
                child.kill()
            self._sleep(_LOOK_S)
        return status

    def _pause(self, wait_s: float) -> None:
        until_s = self._monotonic_s() + wait_s
        while not self._stopping() and self._monotonic_s() < until_s:
            self._sleep(_LOOK_S)


def _how(status: int) -> str:
    return f"by signal {-status}" if status < 0 else f"with status {status}"


def run_watched(command: Sequence[str], runtime: Path) -> int:
    """Run the engine's command under watch; leaves its own number where `--stop` finds it."""
    # A session of its own: Ctrl+C in the terminal reaches the watch alone, which passes it on once.
    watch = Watch(
        lambda: subprocess.Popen(command, start_new_session=True),
        lambda pid: _answered(runtime, pid),
        _say,
    )
    for number in _SIGNALS:
        signal.signal(number, watch.stop)
    if find_watch(runtime) is None:
        _leave_number(runtime)
    try:
        return watch.run()
    finally:
        if find_watch(runtime) == os.getpid():
            watch_file(runtime).unlink(missing_ok=True)


def _answered(runtime: Path, pid: int) -> bool:
    """Whether this engine got as far as its runtime file; one that was killed leaves it behind."""
    found = read_runtime_file(engine_file(runtime))
    return isinstance(found, EngineRuntime) and found.pid == pid


def _leave_number(runtime: Path) -> None:
    handle = os.open(watch_file(runtime), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as out:
        json.dump({"pid": os.getpid(), "process": process_mark(os.getpid())}, out)


def watch_file(runtime: Path) -> Path:
    return runtime / "watch.json"


def find_watch(runtime: Path) -> int | None:
    """The process number of the running watch, if there is one."""
    try:
        found = json.loads(watch_file(runtime).read_bytes())
        pid, mark = int(found["pid"]), found.get("process")
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return pid if is_alive(pid, mark) else None


def _say(text: str) -> None:
    sys.stderr.write(f"livedesk: {text}\n")
    sys.stderr.flush()
