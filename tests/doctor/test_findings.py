from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from livedesk.core.clock import ManualClock, SystemClock
from livedesk.core.runtime import (
    EngineRuntime,
    RelayRuntime,
    engine_file,
    relay_file,
    write_runtime_file,
)
from livedesk.core.secrets import Secret
from livedesk.doctor import Finding, as_text, exit_status, run_doctor
from livedesk.doctor.leftovers import check_leftovers
from livedesk.doctor.libraries import REQUIRED, check_packages, check_pyside, check_python
from livedesk.doctor.machine import check_clock, check_folders, check_player
from livedesk.paths import RUNTIME_VARIABLE, Paths

ROOT = Path(__file__).parents[2]
RELAY = RelayRuntime("glow", 70_001, 4, Secret("t0ken"), Secret("t0ken"), 5, "0.1.0", "abc")
ENGINE = EngineRuntime(70_002, "http://127.0.0.1:8000", Secret("t0ken"), 5, "0.1.0")

Alive = Callable[[int, str | None], bool]


def by(findings: list[Finding], topic: str) -> Finding:
    (found,) = [finding for finding in findings if finding.topic == topic]
    return found


def test_this_machine_can_run_livedesk_and_the_doctor_says_so(paths: Paths) -> None:
    findings = run_doctor(paths, None, os.environ, SystemClock())
    assert exit_status(findings) == 0, as_text(findings)
    assert by(findings, "codecs").status == "ok"
    assert by(findings, "engine").text == "none runs, and no relay"
    assert "in the way" in as_text(findings)


def test_every_fault_comes_with_its_cure() -> None:
    faults = [
        check_python((3, 14, 0)),
        check_python((3, 10, 9)),
        check_packages({"av": None, "numpy": "2"}),
        check_pyside("6.12.0", (3, 11)),
    ]
    assert {finding.status for finding in faults} == {"fail"}
    assert all(finding.action for finding in faults)
    assert exit_status(faults) == 1


def test_every_package_that_is_needed_is_looked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = [re.split(r"[<>=]", each)[0] for each in project["dependencies"]]
    assert sorted(REQUIRED) == sorted(needed)


def test_the_pyside_that_breaks_python_3_11_is_only_doubtful_on_3_12() -> None:
    assert check_pyside("6.12.0", (3, 12)).status == "warn"
    assert check_pyside("6.11.3", (3, 11)).status == "ok"


def test_what_shows_the_slate_is_named_and_without_it_how_to_get_it() -> None:
    found = check_player(lambda name: "/usr/bin/ffplay" if name == "ffplay" else None)
    assert (found.status, "ffplay" in found.text) == ("ok", True)
    absent = check_player(lambda name: None)
    assert (absent.status, "mpv" in str(absent.action)) == ("warn", True)


def test_a_clock_of_long_ago_is_a_fault() -> None:
    (found,) = check_clock(ManualClock(utc_ns=5))
    assert (found.status, "1970" in found.text) == ("fail", True)


def test_a_folder_that_cannot_be_used_is_named_with_the_variable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (found,) = check_folders(Paths(tmp_path / "file" / "r", tmp_path / "d"))
    assert found.status == "fail"
    assert "LIVEDESK_RUNTIME_DIR" in (found.action or "")


@pytest.fixture
def runtime(paths: Paths) -> Path:
    paths.prepare()
    write_runtime_file(relay_file(paths.runtime, "glow"), RELAY)
    return paths.runtime


def look(runtime: Path, alive: Alive) -> list[Finding]:
    return list(check_leftovers(runtime, alive, proc=runtime / "no-proc"))


def test_a_relay_without_an_engine_is_found_and_the_command_that_ends_it_is_told(
    runtime: Path,
) -> None:
    (found,) = look(runtime, lambda pid, mark: True)
    assert (found.status, found.topic) == ("warn", "relay")
    assert "livedesk engine --stop" in (found.action or "")


def test_a_relay_under_an_engine_is_in_order(runtime: Path) -> None:
    write_runtime_file(engine_file(runtime), ENGINE)
    found = look(runtime, lambda pid, mark: True)
    assert [finding.status for finding in found] == ["ok", "ok"]
    assert ENGINE.url in by(found, "engine").text


def test_files_of_ended_processes_and_damaged_files_are_told_with_what_removes_them(
    runtime: Path,
) -> None:
    engine_file(runtime).write_text("{")
    found = look(runtime, lambda pid, mark: False)
    left = [finding for finding in found if finding.topic == "left over"]
    assert len(left) == 2
    assert all(f"rm '{runtime}" in (finding.action or "") for finding in left)
    assert not any("t0ken" in finding.text for finding in found)


def fake_process(proc: Path, pid: int, parent: int, runtime: Path, *arguments: str) -> None:
    folder = proc / str(pid)
    folder.mkdir(parents=True)
    (folder / "cmdline").write_bytes("\0".join(("python", *arguments, "")).encode())
    (folder / "stat").write_text(f"{pid} (python (x)) S {parent} 0")
    (folder / "environ").write_text(f"HOME=/\0{RUNTIME_VARIABLE}={runtime}\0")


def test_processes_that_no_file_speaks_of_are_found_by_what_they_run(
    runtime: Path, tmp_path: Path
) -> None:
    proc = tmp_path / "proc"
    write_runtime_file(relay_file(runtime, "glow"), replace(RELAY, pid=11))
    fake_process(proc, 11, 1, runtime, "-m", "livedesk.relay")
    fake_process(proc, 12, 1, runtime, "-P", "-m", "livedesk.relay")
    fake_process(proc, 13, 500, runtime, "-m", "livedesk.monitors.probe")
    fake_process(proc, 14, 1, runtime, "-m", "livedesk.monitors.probe")
    fake_process(proc, 15, 1, runtime, "-c", "livedesk.relay")
    fake_process(proc, 16, 1, tmp_path / "of-another-show", "-m", "livedesk.relay")
    found = check_leftovers(runtime, lambda pid, mark: True, proc)
    killed = {finding.action for finding in found if finding.topic == "left over"}
    assert killed == {"kill 12", "kill 14"}
