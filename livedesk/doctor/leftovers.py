"""What of livedesk runs on this machine, and what of it has nobody who looks after it?"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from livedesk.core.runtime import (
    DamagedFile,
    EngineRuntime,
    RelayRuntime,
    RuntimeFile,
    list_runtime_files,
)
from livedesk.doctor.finding import Finding
from livedesk.paths import find_paths

STOP = "livedesk engine --stop"

_MODULES = {b"livedesk.relay": "relay", b"livedesk.monitors.probe": "probe"}


def check_leftovers(
    folder: Path, alive: Callable[[int, str | None], bool], proc: Path = Path("/proc")
) -> Iterator[Finding]:
    """Engine and relays by their runtime files, then processes of ours that no file speaks of."""
    files = list_runtime_files(folder)
    running: list[RuntimeFile] = []
    for path, value in files.items():
        if isinstance(value, DamagedFile):
            yield Finding("warn", "left over", f"{path} {value.problem}", f"rm '{path}'")
        elif not alive(value.pid, value.process):
            text = f"{path.name} speaks of process {value.pid}, which has ended"
            yield Finding("warn", "left over", text, f"{STOP}, or rm '{path}'")
        else:
            running.append(value)
    yield from _running(running)
    yield from _unlisted(folder, {value.pid for value in running}, proc)


def _running(running: Sequence[RuntimeFile]) -> Iterator[Finding]:
    engines = [value for value in running if isinstance(value, EngineRuntime)]
    relays = [value for value in running if isinstance(value, RelayRuntime)]
    for engine in engines:
        yield Finding("ok", "engine", f"runs as process {engine.pid} at {engine.url}")
    for relay in relays:
        text = f"the relay of store {relay.store} runs as process {relay.pid}"
        if engines:
            yield Finding("ok", "relay", text)
        else:
            action = f"start an engine, which takes it over, or end it: {STOP}"
            yield Finding("warn", "relay", f"{text}, and no engine does", action)
    if not running:
        yield Finding("ok", "engine", "none runs, and no relay")


def _unlisted(folder: Path, listed: set[int], proc: Path) -> Iterator[Finding]:
    """Relays without a runtime file and probes without a parent: only their number reaches them.

    Those of another runtime folder are not judged: ending one could end somebody's show.
    """
    for pid, name, parent, runtime in _own_processes(proc):
        if runtime != folder:
            continue
        is_lost = pid not in listed if name == "relay" else parent == 1 and 1 not in listed
        if is_lost:
            text = f"process {pid} is a {name} that no engine can reach"
            yield Finding("warn", "left over", text, f"kill {pid}")


def _own_processes(proc: Path) -> Iterator[tuple[int, str, int, Path]]:
    """Number, kind, parent and runtime folder of this user's relays and probes."""
    for entry in proc.glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            arguments = (entry / "cmdline").read_bytes().split(b"\0")
            module = arguments[arguments.index(b"-m") + 1]
            if module in _MODULES and entry.stat().st_uid == os.geteuid():
                parent = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[1]
                yield int(entry.name), _MODULES[module], int(parent), _runtime_folder(entry)


def _runtime_folder(process: Path) -> Path:
    """As the process finds it from its environment."""
    variables = os.fsdecode((process / "environ").read_bytes()).split("\0")
    return find_paths(dict(name.split("=", 1) for name in variables if "=" in name)).runtime
