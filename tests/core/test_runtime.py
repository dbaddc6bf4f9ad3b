from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from livedesk.core.process import process_mark
from livedesk.core.runtime import (
    DamagedFile,
    EngineLock,
    EngineRuntime,
    RelayRuntime,
    engine_file,
    list_runtime_files,
    read_runtime_file,
    relay_file,
    remove_runtime_file,
    write_runtime_file,
)
from livedesk.core.secrets import Secret

RELAY = RelayRuntime(
    store="glow-us",
    pid=os.getpid(),
    port=40123,
    token=Secret("t0ken-1"),
    tap_url=Secret("rtmp://127.0.0.1:40124/tap/t0ken-2"),
    started_utc_ns=1_795_000_000_000_000_000,
    version="0.1.0",
    job_digest="abc",
)
ENGINE = EngineRuntime(os.getpid(), "http://127.0.0.1:8000", Secret("t0ken-3"), 5, "0.1.0")


def test_what_is_written_is_read_and_says_which_process_was_meant(tmp_path: Path) -> None:
    for path, value in (
        (relay_file(tmp_path, "glow-us"), RELAY),
        (engine_file(tmp_path), ENGINE),
    ):
        write_runtime_file(path, value)
        read = read_runtime_file(path)
        assert isinstance(read, RelayRuntime | EngineRuntime)
        assert read.process == process_mark(os.getpid())
        assert (read.pid, read.token) == (value.pid, value.token)
        assert "t0ken" not in repr(read)


def test_the_file_is_the_one_that_the_architecture_promises(tmp_path: Path) -> None:
    write_runtime_file(relay_file(tmp_path, "glow-us"), RELAY)
    path = tmp_path / "relay-glow-us.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    entry = json.loads(path.read_text())
    del entry["process"]
    assert entry == {
        "kind": "relay",
        "store": "glow-us",
        "pid": os.getpid(),
        "port": 40123,
        "token": "t0ken-1",
        "tap_url": "rtmp://127.0.0.1:40124/tap/t0ken-2",
        "started_utc_ns": 1_795_000_000_000_000_000,
        "version": "0.1.0",
        "job_digest": "abc",
    }


def test_a_failed_write_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    path = engine_file(tmp_path)
    path.mkdir()
    with pytest.raises(OSError, match="directory"):
        write_runtime_file(path, ENGINE)
    assert [entry.name for entry in tmp_path.iterdir()] == ["engine.json"]


def test_a_missing_file_is_no_file(tmp_path: Path) -> None:
    assert read_runtime_file(engine_file(tmp_path)) is None
    assert list_runtime_files(tmp_path / "nowhere") == {}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is not a runtime file"),
        (b"\xff\xfe", "is not a runtime file"),
        (b"[1]", "it holds no JSON object"),
        (b'{"kind": "engine"}', "has no pid"),
        (b'{"kind": "relay", "pid": "7"}', "pid is not a whole number"),
        (b'{"pid": 7, "started_utc_ns": 1, "token": "t0ken", "version": "", "kind": ""}', "kind"),
        (b"[" * 60_000, "is not a runtime file"),
    ],
)  # fmt: skip
def test_a_damaged_file_is_reported_with_the_others_and_not_raised(
    tmp_path: Path, content: bytes, words: str
) -> None:
    write_runtime_file(relay_file(tmp_path, "good"), RELAY)
    engine_file(tmp_path).write_bytes(content)
    listed = list_runtime_files(tmp_path)
    damaged = listed[engine_file(tmp_path)]
    assert isinstance(damaged, DamagedFile)
    assert words in damaged.problem
    assert "t0ken" not in damaged.problem
    assert isinstance(listed[relay_file(tmp_path, "good")], RelayRuntime)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 300), junk=st.binary(max_size=6), cut=st.integers(0, 300))
def test_no_damage_of_any_kind_is_raised(tmp_path: Path, at: int, junk: bytes, cut: int) -> None:
    path = relay_file(tmp_path, "glow-us")
    write_runtime_file(path, RELAY)
    content = path.read_bytes()
    path.write_bytes(content[:at] + junk + content[at + cut :])
    assert isinstance(read_runtime_file(path), RelayRuntime | DamagedFile)


def test_a_file_is_removed_only_for_the_process_it_speaks_of(tmp_path: Path) -> None:
    path = engine_file(tmp_path)
    write_runtime_file(path, ENGINE)
    remove_runtime_file(path, ENGINE.pid + 1)
    assert path.exists()
    remove_runtime_file(path, ENGINE.pid)
    remove_runtime_file(path)
    assert not path.exists()


def test_only_one_engine_holds_the_lock_and_its_death_gives_it_back(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from livedesk.core.runtime import EngineLock;"
        "lock = EngineLock(pathlib.Path(sys.argv[1]));"
        "print(lock.acquire(), flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"True\n"
        lock = EngineLock(tmp_path)
        assert not lock.acquire()
        other.kill()
    assert lock.acquire()
    assert lock.acquire()
    assert not EngineLock(tmp_path).acquire()
    lock.release()
    lock.release()
    again = EngineLock(tmp_path)
    assert again.acquire()
    again.release()
