"""How is a store's relay described, found, started and ended?"""

from __future__ import annotations

import hashlib
import json
import os
import select
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import IO

from livedesk.core.events import Json
from livedesk.core.process import is_alive
from livedesk.core.runtime import (
    DamagedFile,
    RelayRuntime,
    read_runtime_file,
    relay_file,
    remove_runtime_file,
)
from livedesk.core.settings import FailoverSettings, StoreSettings
from livedesk.core.status import Limits
from livedesk.engine.ending import end_process

READY_WITHIN_S = 10.0
_READY_BYTES = 16_384

RELAY_COMMAND = (sys.executable, "-P", "-m", "livedesk.relay")


class RelayNotStartedError(Exception):
    """The relay says why it cannot run; `action` is what helps."""

    def __init__(self, problem: str, action: str) -> None:
        super().__init__(problem)
        self.action = action


@dataclass(frozen=True, slots=True)
class RelayJob:
    """What a relay is told to do. Holds keys, so it travels on standard input only."""

    store: str
    runtime_file: Path
    digest: str
    line: bytes

    def __repr__(self) -> str:
        return f"RelayJob({self.store})"

    def beginning_on(self, uplink: str | None) -> RelayJob:
        """For a relay that goes on where one before it was. The digest is that of the settings."""
        line = json.dumps(json.loads(self.line) | {"begin_on": uplink}).encode() + b"\n"
        return replace(self, line=line)


def relay_job(store: StoreSettings, runtime: Path) -> RelayJob:
    """The job of docs/architecture.md; equal settings give an equal digest."""
    feed = store.feed
    listen: dict[str, Json] = {
        "scheme": feed.scheme,
        "host": feed.host,
        "port": feed.port,
        "app": feed.app,
        "key": feed.key.reveal(),
        "tls_cert": feed.tls_cert,
        "tls_key": feed.tls_key,
    }
    uplinks: list[Json] = [
        {
            "name": uplink.name,
            "url": uplink.url.reveal(),
            "bind": uplink.bind,
            "max_backlog_ms": uplink.max_backlog_ms,
            "proxy": None if uplink.proxy is None else uplink.proxy.reveal(),
        }
        for uplink in store.uplinks
    ]
    job: dict[str, Json] = {
        "store": store.id,
        "runtime_file": str(relay_file(runtime, store.id)),
        "listen": listen,
        "uplinks": uplinks,
        "failover": _failover_rules(store.failover),
        "feed_grace_s": feed.grace_s,
        "limits": _class_limits(store.limits),
    }
    digest = hashlib.sha256(json.dumps(job, sort_keys=True).encode()).hexdigest()
    line = json.dumps(job | {"job_digest": digest}).encode() + b"\n"
    return RelayJob(store.id, relay_file(runtime, store.id), digest, line)


def _failover_rules(settings: FailoverSettings) -> dict[str, Json]:
    """All of them but the actuator: what a relay carries, it moves itself."""
    names = [each.name for each in fields(FailoverSettings) if each.name != "actuator"]
    return {name: getattr(settings, name) for name in names}


def _class_limits(limits: Limits) -> dict[str, Json]:
    """What the relay judges classes by; a change of any other limit needs no new relay."""
    return {
        "min_kbps": limits.min_kbps,
        "low_trip_s": limits.low_trip_s,
        "low_clear_pct": limits.low_clear_pct,
        "low_clear_s": limits.low_clear_s,
        "starved_lag_ms": limits.starved_lag_ms,
        "starved_trip_s": limits.starved_trip_s,
        "starved_clear_ms": limits.starved_clear_ms,
        "starved_clear_s": limits.starved_clear_s,
        "silence_ms": limits.silence_ms,
    }


def find_relay(job: RelayJob) -> RelayRuntime | None:
    """The running relay of the store; what a dead one left behind is removed."""
    found = read_runtime_file(job.runtime_file)
    if isinstance(found, RelayRuntime) and is_alive(found.pid, found.process):
        return found
    if found is not None:
        job.runtime_file.unlink(missing_ok=True)
    return None


def start_relay(
    job: RelayJob, command: tuple[str, ...] = RELAY_COMMAND, ready_within_s: float = READY_WITHIN_S
) -> RelayRuntime:
    """Start a relay that outlives us and wait until it listens. Blocks: call it in a thread.

    Raises RelayNotStartedError with the relay's own words.
    """
    log_file = job.runtime_file.with_suffix(".log")
    try:
        process = _spawn(command, log_file)
    except OSError as error:
        raise RelayNotStartedError(
            f"the relay's process cannot be started: {error.strerror or error}",
            f"check that {log_file.parent} can be written and that livedesk is whole",
        ) from error
    # The thread reaps the relay when it ends. It also keeps the Popen object, which would
    # complain if it were dropped while the relay lives on.
    threading.Thread(target=process.wait, name=f"reap-relay-{job.store}", daemon=True).start()
    try:
        _hand_over(process, job, ready_within_s, log_file)
    except RelayNotStartedError:
        process.kill()
        raise
    log_file.unlink(missing_ok=True)  # from now on the relay speaks over its control channel
    return _described(job)


def _spawn(command: tuple[str, ...], log_file: Path) -> subprocess.Popen[bytes]:
    """In a session of its own, so that nothing that ends the engine reaches the relay."""
    handle = os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as errors:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )


def _hand_over(
    process: subprocess.Popen[bytes], job: RelayJob, ready_within_s: float, log_file: Path
) -> None:
    """Write the job, read the one line that answers it, let go of both pipes."""
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the relay was started without pipes")
    with process.stdin as stdin, process.stdout as stdout:
        try:
            stdin.write(job.line)
            stdin.close()
        except BrokenPipeError:
            raise _died(log_file) from None
        _check(_read_line(stdout, ready_within_s), log_file, ready_within_s)


def _read_line(pipe: IO[bytes], within_s: float) -> bytes | None:
    """The first line; what came before the end; None when the time is over."""
    line = b""
    deadline_s = time.monotonic() + within_s
    while not line.endswith(b"\n") and len(line) < _READY_BYTES:
        left_s = deadline_s - time.monotonic()
        if left_s <= 0 or not select.select([pipe], [], [], left_s)[0]:
            return None
        piece = os.read(pipe.fileno(), _READY_BYTES)
        if not piece:
            break
        line += piece
    return line


def _check(line: bytes | None, log_file: Path, ready_within_s: float) -> None:
    if line is None:
        raise RelayNotStartedError(
            f"the relay did not come up within {ready_within_s:g} s",
            "check whether the machine is overloaded; livedesk tries again",
        )
    try:
        answer = json.loads(line)
    except ValueError:
        raise _died(log_file) from None
    if not isinstance(answer, dict) or not answer.get("ready"):
        answer = answer if isinstance(answer, dict) else {}
        raise RelayNotStartedError(
            str(answer.get("error", "the relay did not say why it cannot run")),
            str(answer.get("action", "run livedesk doctor")),
        )


def _died(log_file: Path) -> RelayNotStartedError:
    lines = log_file.read_text(errors="replace").strip().splitlines()
    reason = f": {lines[-1][:200]}" if lines else ""
    return RelayNotStartedError(f"the relay ended before it was ready{reason}", f"see {log_file}")


def _described(job: RelayJob) -> RelayRuntime:
    found = read_runtime_file(job.runtime_file)
    if isinstance(found, RelayRuntime):
        return found
    problem = found.problem if isinstance(found, DamagedFile) else "is missing"
    raise RelayNotStartedError(
        f"the relay runs, but its runtime file {job.runtime_file} {problem}",
        "check that the runtime folder can be written",
    )


async def end_relay(relay: RelayRuntime, runtime_file: Path) -> bool:
    gone = await end_process(relay.pid, relay.process)
    if gone:
        remove_runtime_file(runtime_file, relay.pid)
    return gone
