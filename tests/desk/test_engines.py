"""Finding this machine's engine, and starting one that outlives the window."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence

import pytest

from livedesk.core.runtime import (
    EngineRuntime,
    RelayRuntime,
    engine_file,
    relay_file,
    write_runtime_file,
)
from livedesk.core.secrets import Secret
from livedesk.desk.engines import LocalEngine, find_engine, start_engine
from livedesk.desk.errors import EngineStartError, NoEngineError
from livedesk.desk.link import EngineAccess
from livedesk.paths import Paths

COMES_UP = """
import os, sys, pathlib
from livedesk.core.runtime import EngineRuntime, engine_file, write_runtime_file
from livedesk.core.secrets import Secret
value = EngineRuntime(os.getpid(), "http://127.0.0.1:9", Secret("t"), 1, "0")
write_runtime_file(engine_file(pathlib.Path(sys.argv[1])), value)
sys.stdin = open(sys.argv[2])
input()
"""
FAILS = "import sys; sys.exit('livedesk.toml:12: store.url: expected rtmp://')"
CRASHES = """
import sys
print("livedesk: the engine ended with status 1; starting it again", file=sys.stderr)
raise ValueError("no such thing")
"""
HANGS = "import time; time.sleep(60)"


def python(source: str, *arguments: str) -> Sequence[str]:
    return (sys.executable, "-c", source, *arguments)


def test_a_running_engine_is_found_and_a_dead_one_is_not(paths: Paths) -> None:
    paths.prepare()
    file = engine_file(paths.runtime)
    assert find_engine(paths.runtime) is None
    write_runtime_file(file, EngineRuntime(os.getpid(), "http://127.0.0.1:9", Secret("t"), 1, "0"))
    assert find_engine(paths.runtime) == EngineAccess("http://127.0.0.1:9", Secret("t"))
    write_runtime_file(
        file, EngineRuntime(os.getpid(), "http://127.0.0.1:9", Secret("t"), 1, "0", "other boot/1")
    )
    assert find_engine(paths.runtime) is None


def test_an_engine_is_started_and_stays_when_the_window_goes(paths: Paths) -> None:
    paths.prepare()
    gate = paths.data / "gate"
    os.mkfifo(gate)
    command = python(COMES_UP, str(paths.runtime), str(gate))
    local = LocalEngine(paths.runtime, command, paths.data / "engine.log")
    access = asyncio.run(local.locate())
    assert access.url == "http://127.0.0.1:9"
    assert local.child is not None
    assert os.getsid(local.child.pid) == local.child.pid
    assert local.child.poll() is None
    gate.write_text("\n")
    local.child.wait(5)


def test_an_engine_that_does_not_start_is_quoted_and_not_tried_again(paths: Paths) -> None:
    paths.prepare()
    local = LocalEngine(paths.runtime, python(FAILS), paths.data / "engine.log")
    for _ in range(2):
        with pytest.raises(EngineStartError, match=r"livedesk\.toml:12: store\.url"):
            asyncio.run(local.locate())


def test_of_a_crash_only_the_last_line_is_quoted(paths: Paths) -> None:
    paths.prepare()
    local = LocalEngine(paths.runtime, python(CRASHES), paths.data / "engine.log")
    with pytest.raises(EngineStartError) as caught:
        asyncio.run(local.locate())
    assert "ValueError: no such thing" in caught.value.what
    assert "Traceback" not in caught.value.what
    assert caught.value.where == str(paths.data / "engine.log")


def test_an_engine_that_never_answers_is_ended(paths: Paths) -> None:
    paths.prepare()
    with pytest.raises(EngineStartError, match="did not answer"):
        asyncio.run(start_engine(python(HANGS), paths.runtime, paths.data / "engine.log", 0.2))


def test_a_missing_program_is_a_sentence(paths: Paths) -> None:
    paths.prepare()
    with pytest.raises(EngineStartError, match="cannot be started"):
        asyncio.run(start_engine(["/no/such"], paths.runtime, paths.data / "engine.log"))


def test_without_settings_the_console_says_how_to_start_one(paths: Paths) -> None:
    paths.prepare()
    local = LocalEngine(paths.runtime, None, paths.data / "engine.log")
    with pytest.raises(NoEngineError, match="livedesk engine") as caught:
        asyncio.run(local.locate())
    assert caught.value.carrying == frozenset()


def test_relays_that_live_without_an_engine_are_seen(paths: Paths) -> None:
    paths.prepare()
    for store, process in (("a", None), ("b", "other boot/1")):
        relay = RelayRuntime(
            store, os.getpid(), 9, Secret("t"), Secret("u"), 1, "0", "digest", process
        )
        write_runtime_file(relay_file(paths.runtime, store), relay)
    with pytest.raises(NoEngineError) as caught:
        asyncio.run(LocalEngine(paths.runtime, None, paths.data / "engine.log").locate())
    assert caught.value.carrying == {"a"}
