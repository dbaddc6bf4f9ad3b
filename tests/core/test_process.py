from __future__ import annotations

import os
import subprocess
import sys

import pytest

from livedesk.core.process import is_alive, process_mark

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

WAIT = "import sys; sys.stdin.read()"


def child(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", WAIT, *arguments], stdin=subprocess.PIPE)


@linux
def test_a_process_is_known_by_its_mark_while_it_runs() -> None:
    with child() as process:
        mark = process_mark(process.pid)
        assert mark is not None
        assert is_alive(process.pid, mark)
        process.kill()
    assert not is_alive(process.pid, mark)
    assert process_mark(process.pid) is None


@linux
def test_another_process_with_the_same_number_is_not_mistaken_for_it() -> None:
    with child("livedesk") as process:
        mark = process_mark(process.pid)
        assert mark is not None
        assert mark != process_mark(os.getpid())
        assert not is_alive(process.pid, f"{mark}0")
        process.kill()


@linux
def test_a_process_that_nobody_waited_for_does_not_run() -> None:
    process = child()
    mark = process_mark(process.pid)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert not is_alive(process.pid, mark)
    process.communicate()


@linux
def test_without_a_mark_the_command_line_decides() -> None:
    with child("-m", "livedesk.relay") as ours, child() as foreign:
        assert is_alive(ours.pid)
        assert not is_alive(foreign.pid)
        ours.kill()
        foreign.kill()
