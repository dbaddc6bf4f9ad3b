"""A program of this machine moves the stream: real programs, good ones and bad ones."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from livedesk.core.clock import SystemClock
from livedesk.core.secrets import Secret
from livedesk.core.settings import CommandActuator, UplinkSettings
from livedesk.engine.actuators.base import Outcome, SwitchOrder
from livedesk.engine.actuators.command import CommandRun
from tests.waiting import wait_until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the programs are a shell's")

BONDED = UplinkSettings("bonded", Secret("rtmp://127.0.0.1/live/sk-live-7781"))
ORDER = SwitchOrder("glow-us", "primary", BONDED, "primary; echo $HOME")


def ran(*run: str, timeout_s: float = 10.0) -> Outcome:
    command = CommandRun(CommandActuator(run, timeout_s), SystemClock())
    return asyncio.run(command.switch(ORDER))


def checked(*run: str) -> str | None:
    return asyncio.run(CommandRun(CommandActuator(run), SystemClock()).check())


def test_arguments_are_filled_and_no_shell_reads_them(tmp_path: Path) -> None:
    told = tmp_path / "told"
    script = f'printf "%s\\n" "$@" > {told}; cat >> {told}'
    outcome = ran("/bin/sh", "-c", script, "move", "--to={to}", "{from}", "{store}", "{reason}")
    assert outcome.ok
    assert outcome.words == "The command ended well."
    assert told.read_text().splitlines() == ["--to=bonded", "primary", "glow-us", ORDER.reason]


def test_a_command_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    mark = tmp_path / "child"
    script = f"sleep 60 & echo $! > {mark}; echo waiting for the modem; wait"
    outcome = ran("/bin/sh", "-c", script, timeout_s=0.3)
    assert not outcome.ok
    assert outcome.words == (
        "The command hung for 0.3 s and was ended; it said: waiting for the modem."
    )
    child = Path("/proc") / mark.read_text().strip() / "cmdline"
    wait_until(lambda: not child.exists() or not child.read_bytes(), "the child was ended too")


def test_a_failure_is_told_with_its_status_and_last_words() -> None:
    outcome = ran("/bin/sh", "-c", "echo looking; echo 'no such modem.' >&2; exit 3")
    assert not outcome.ok
    assert outcome.words == "The command failed with exit status 3; it said: no such modem."
    assert ran("/bin/sh", "-c", "kill -9 $$").words == "The command was ended by signal 9."


def test_a_command_that_prints_without_end_is_cut_short() -> None:
    outcome = ran("/bin/sh", "-c", "while :; do echo noise; done", timeout_s=0.3)
    assert not outcome.ok
    assert "hung for 0.3 s" in outcome.words
    assert len(outcome.words) < 300


def test_a_program_left_in_the_background_does_not_hold_the_switch_up(tmp_path: Path) -> None:
    mark = tmp_path / "child"
    assert ran("/bin/sh", "-c", f"sleep 60 & echo $! > {mark}").ok
    assert Path("/proc", mark.read_text().strip()).exists()
    assert ran("/bin/sh", "-c", f"kill {mark.read_text().strip()}").ok


def test_a_command_that_is_missing_or_may_not_run_is_named_before_air_time(tmp_path: Path) -> None:
    assert checked("/bin/sh") is None
    missing = checked(str(tmp_path / "move-stream"))
    assert missing is not None
    assert f"{tmp_path}/move-stream does not exist on this machine" in missing
    (tmp_path / "move-stream").write_text("#!/bin/sh\n")
    plain = checked(str(tmp_path / "move-stream"))
    assert plain is not None
    assert "may not be executed" in plain
    assert ran(str(tmp_path / "move-stream")).words == plain
