"""Which relays and which engine run on this machine, and how are they reached?

Each writes a runtime file (docs/architecture.md, "Processes and runtime files"). The files hold
tokens, so they are 0600 and never shown. A damaged file is a value, not an error: it must not keep
an engine from starting.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, assert_never

from livedesk.core.process import process_mark
from livedesk.core.secrets import Secret
from livedesk.core.whole_file import write_whole

MAX_BYTES = 64_000


@dataclass(frozen=True, slots=True)
class RelayRuntime:
    """A running relay. `port` and `token` are those of its control channel on 127.0.0.1."""

    store: str
    pid: int
    port: int
    token: Secret
    tap_url: Secret
    started_utc_ns: int
    version: str
    job_digest: str
    process: str | None = None
    """Which process the pid means (core.process.process_mark); filled in by writing the file."""


@dataclass(frozen=True, slots=True)
class EngineRuntime:
    """The running engine and its API."""

    pid: int
    url: str
    token: Secret
    started_utc_ns: int
    version: str
    process: str | None = None


@dataclass(frozen=True, slots=True)
class DamagedFile:
    """A runtime file that cannot be used, and why."""

    path: Path
    problem: str


RuntimeFile = RelayRuntime | EngineRuntime


def relay_file(folder: Path, store: str) -> Path:
    return folder / f"relay-{store}.json"


def engine_file(folder: Path) -> Path:
    return folder / "engine.json"


def write_runtime_file(path: Path, value: RuntimeFile) -> None:
    """Put the file in place as a whole (write aside, rename), mode 0600. Raises OSError."""
    if value.process is None:
        value = replace(value, process=process_mark(value.pid))
    write_whole(path, json.dumps(_to_json(value)).encode(), durable=False)


def read_runtime_file(path: Path) -> RuntimeFile | DamagedFile | None:
    """What the file says; None when there is none."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES)
        return _from_json(json.loads(content))
    except FileNotFoundError:
        return None
    except OSError as error:
        return DamagedFile(path, f"cannot be read: {error.strerror or error}")
    except KeyError as error:
        return DamagedFile(path, f"has no {error.args[0]}")
    except (ValueError, TypeError, RecursionError) as error:
        # The text of a JSON error quotes no content; other texts are ours.
        return DamagedFile(path, f"is not a runtime file: {error}")


def list_runtime_files(folder: Path) -> dict[Path, RuntimeFile | DamagedFile]:
    """Every runtime file of the folder, whether its process still lives or not."""
    paths = sorted([*folder.glob("relay-*.json"), *folder.glob("engine.json")])
    read = {path: read_runtime_file(path) for path in paths}
    return {path: value for path, value in read.items() if value is not None}


def remove_runtime_file(path: Path, pid: int | None = None) -> None:
    """Remove the file; with a pid only if it still speaks of that process (not of a successor)."""
    if pid is not None:
        value = read_runtime_file(path)
        if not isinstance(value, RelayRuntime | EngineRuntime) or value.pid != pid:
            return
    path.unlink(missing_ok=True)


class FileLock:
    """Held by one at a time, in this process or another. Released by any exit."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def acquire(self) -> bool:
        """False when another process holds the lock."""
        if self._file is not None:
            return True
        file = os.fdopen(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        if not _lock(file):
            file.close()
            return False
        self._file = file
        return True

    def release(self) -> None:
        """Give the lock back. The file stays: removing it would let two lock two files."""
        if self._file is not None:
            self._file.close()
            self._file = None


class EngineLock(FileLock):
    """Held while an engine runs, so that there is one a machine and user."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "engine.lock")


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> bool:
        with contextlib.suppress(OSError):
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            return True
        return False
else:
    import fcntl

    def _lock(file: IO[bytes]) -> bool:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        return False


def _to_json(value: RuntimeFile) -> dict[str, object]:
    shared = {
        "pid": value.pid,
        "token": value.token.reveal(),
        "started_utc_ns": value.started_utc_ns,
        "version": value.version,
        "process": value.process,
    }
    match value:
        case RelayRuntime():
            return {
                "kind": "relay",
                "store": value.store,
                "port": value.port,
                "tap_url": value.tap_url.reveal(),
                "job_digest": value.job_digest,
            } | shared
        case EngineRuntime():
            return {"kind": "engine", "url": value.url} | shared
        case _:
            assert_never(value)


def _from_json(entry: object) -> RuntimeFile:
    """Raises KeyError or ValueError, without any content of the file in the text."""
    if not isinstance(entry, dict):
        raise ValueError("it holds no JSON object")
    pid, started_utc_ns = _whole(entry, "pid"), _whole(entry, "started_utc_ns")
    token, version = Secret(_text(entry, "token")), _text(entry, "version")
    process = _text(entry, "process") if entry.get("process") is not None else None
    match _text(entry, "kind"):
        case "relay":
            return RelayRuntime(
                store=_text(entry, "store"),
                pid=pid,
                port=_whole(entry, "port"),
                token=token,
                tap_url=Secret(_text(entry, "tap_url")),
                started_utc_ns=started_utc_ns,
                version=version,
                job_digest=_text(entry, "job_digest"),
                process=process,
            )
        case "engine":
            url = _text(entry, "url")
            return EngineRuntime(pid, url, token, started_utc_ns, version, process)
        case _:
            raise ValueError("kind is neither relay nor engine")


def _text(entry: dict[str, object], key: str) -> str:
    value = entry[key]
    if not isinstance(value, str):
        raise ValueError(f"{key} is not a text")
    return value


def _whole(entry: dict[str, object], key: str) -> int:
    value = entry[key]
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{key} is not a whole number above 0")
    return value
