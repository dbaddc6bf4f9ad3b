"""How does everything of livedesk on this machine end, whatever state it is in?

Asked first, then told by signal. Imports little, so that it works where nothing else does.
"""

from __future__ import annotations

import asyncio
import json
import os
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from livedesk.core.process import is_alive, process_mark
from livedesk.core.runtime import (
    DamagedFile,
    EngineRuntime,
    RelayRuntime,
    engine_file,
    list_runtime_files,
    read_runtime_file,
)
from livedesk.engine.ending import end_process, gone_within
from livedesk.engine.watch import find_watch, watch_file
from livedesk.paths import find_paths

_END_WITHIN_S = 15.0
_PROBE = b"livedesk.monitors.probe"


@dataclass(slots=True)
class Ended:
    """What was found and ended, in words; `failed` is what still runs."""

    ended: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def note(self, what: str, gone: bool) -> None:
        (self.ended if gone else self.failed).append(what)


async def end_everything(
    runtime: Path, patience_s: float = 4.0, proc: Path = Path("/proc")
) -> Ended:
    """End the engine, its watch, all relays and left-over probes of this runtime folder.

    `patience_s`: how long each may take to answer or to end before it is killed.
    """
    report = Ended()
    relays = _running_relays(runtime)
    await _end_engine(runtime, report, patience_s)
    relays |= _running_relays(runtime)  # the engine may have started one in its last moment
    for relay in relays.values():
        gone = await end_process(relay.pid, relay.process, patience_s)
        report.note(f"the relay of store {relay.store} (process {relay.pid})", gone)
    for path, value in list_runtime_files(runtime).items():
        _remove_if_stale(path, value)
    for pid in orphaned_probes(runtime, proc):
        report.note(f"a probe (process {pid})", await end_process(pid, process_mark(pid), 0.5))
    return report


def _running_relays(runtime: Path) -> dict[int, RelayRuntime]:
    files = list_runtime_files(runtime).values()
    relays = [value for value in files if isinstance(value, RelayRuntime)]
    return {relay.pid: relay for relay in relays if is_alive(relay.pid, relay.process)}


async def _end_engine(runtime: Path, report: Ended, patience_s: float) -> None:
    found = read_runtime_file(engine_file(runtime))
    engine = found if isinstance(found, EngineRuntime) else None
    if engine is not None and not is_alive(engine.pid, engine.process):
        engine = None
    if engine is not None and await asyncio.to_thread(_ask, engine, patience_s):
        await gone_within(engine.pid, engine.process, _END_WITHIN_S)
    # The watch goes first: it would start the engine again.
    watch = find_watch(runtime)
    if watch is not None:
        gone = await end_process(watch, process_mark(watch), patience_s)
        report.note(f"the engine's watch (process {watch})", gone)
        if gone:
            watch_file(runtime).unlink(missing_ok=True)
    if engine is not None:
        gone = await end_process(engine.pid, engine.process, patience_s)
        report.note(f"the engine (process {engine.pid})", gone)


def _ask(engine: EngineRuntime, within_s: float) -> bool:
    """Whether the engine took the order to stop with its relays."""
    request = urllib.request.Request(
        f"{engine.url}/v1/engine/stop",
        data=json.dumps({"relays": True}).encode(),
        headers={"Authorization": f"Bearer {engine.token.reveal()}"},
        method="POST",
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=within_s) as answer:
            return bool(answer.status == 202)
    except (OSError, ValueError):
        return False


def _remove_if_stale(path: Path, value: EngineRuntime | RelayRuntime | DamagedFile) -> None:
    if isinstance(value, DamagedFile) or not is_alive(value.pid, value.process):
        path.unlink(missing_ok=True)


def orphaned_probes(runtime: Path, proc: Path) -> Iterator[int]:
    """Probes of this runtime folder whose engine is gone: one that is frozen cannot notice that."""
    for entry in proc.glob("[0-9]*"):
        try:
            if entry.stat().st_uid == os.geteuid() and _is_orphan(entry, runtime):
                yield int(entry.name)
        except (OSError, ValueError, IndexError):
            continue  # it has ended meanwhile


def _is_orphan(entry: Path, runtime: Path) -> bool:
    if _PROBE not in (entry / "cmdline").read_bytes().split(b"\0"):
        return False
    parent = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[1]
    if b"livedesk" in (entry.parent / parent / "cmdline").read_bytes():
        return False
    variables = os.fsdecode((entry / "environ").read_bytes()).split("\0")
    environ = dict(name.split("=", 1) for name in variables if "=" in name)
    return find_paths(environ).runtime == runtime
