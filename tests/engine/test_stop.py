"""Which probes are nobody's any more?"""

from __future__ import annotations

from pathlib import Path

from livedesk.engine.stop import orphaned_probes
from livedesk.paths import RUNTIME_VARIABLE

PROBE = "python\0-m\0livedesk.monitors.probe\0"


def add_process(proc: Path, pid: int, command: str, parent: int, runtime: Path) -> None:
    folder = proc / str(pid)
    folder.mkdir(parents=True)
    (folder / "cmdline").write_text(command)
    (folder / "stat").write_text(f"{pid} (a name) S {parent} 1 1")
    (folder / "environ").write_text(f"HOME=/\0{RUNTIME_VARIABLE}={runtime}\0")


def test_only_probes_of_this_folder_whose_engine_is_gone_are_found(tmp_path: Path) -> None:
    proc, runtime = tmp_path / "proc", tmp_path / "runtime"
    add_process(proc, 1, "init\0", 0, runtime)
    add_process(proc, 10, "python\0-m\0livedesk\0engine\0", 1, runtime)
    add_process(proc, 11, PROBE, 10, runtime)
    add_process(proc, 12, PROBE, 1, runtime)
    add_process(proc, 13, PROBE, 1, tmp_path / "elsewhere")
    add_process(proc, 14, "vim\0livedesk.monitors.probe.txt\0", 1, runtime)
    add_process(proc, 15, PROBE, 99, runtime)
    assert sorted(orphaned_probes(runtime, proc)) == [12]
