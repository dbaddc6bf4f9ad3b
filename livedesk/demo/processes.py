"""How do the processes of a staged show start and end? Sandboxes and an engine, in one folder."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from livedesk.core.runtime import EngineRuntime, engine_file, read_runtime_file
from livedesk.paths import Paths

_START_LIMIT_S: Final = 20.0
_STOP_LIMIT_S: Final = 15.0


class StageError(Exception):
    """A part of the show did not start; the text says which, and why."""


@contextmanager
def child(
    name: str,
    module: Sequence[str],
    environment: Mapping[str, str],
    folder: Path,
    job: Mapping[str, Any] | None = None,
) -> Iterator[subprocess.Popen[str]]:
    """A process of ours; what it says on standard error goes to a log beside the show's files."""
    with (folder / f"{name}.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=environment,
        )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin, process.stdout:
        try:
            if job is not None:
                process.stdin.write(json.dumps(job) + "\n")
                process.stdin.flush()
            yield process
        finally:
            process.terminate()
            try:
                process.wait(_STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def ready_sandbox(name: str, sandbox: subprocess.Popen[str], folder: Path) -> dict[str, Any]:
    """Where it can be reached, as it says in its first line. Raises StageError."""
    assert sandbox.stdout is not None
    line = sandbox.stdout.readline()
    answer: dict[str, Any] = json.loads(line) if line else {}
    if not answer.get("ready"):
        raise StageError(answer.get("error") or _last_words(name, folder))
    return answer


def ready_engine(process: subprocess.Popen[str], paths: Paths, folder: Path) -> EngineRuntime:
    """Where it can be reached, once it can. Raises StageError."""
    deadline = time.monotonic() + _START_LIMIT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise StageError(_last_words("engine", folder))
        found = read_runtime_file(engine_file(paths.runtime))
        if isinstance(found, EngineRuntime):
            return found
        time.sleep(0.02)
    raise StageError(f"the engine did not answer within {_START_LIMIT_S:.0f} s")


def _last_words(name: str, folder: Path) -> str:
    said = (folder / f"{name}.log").read_text(errors="replace").strip()[-2000:]
    return f"the {name} did not start" + (f": {said}" if said else "")


def free_ports(count: int) -> list[int]:
    """Loopback ports that nobody listens on just now."""
    with ExitStack() as holding:
        held = [holding.enter_context(socket.socket()) for _ in range(count)]
        for each in held:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in held]
