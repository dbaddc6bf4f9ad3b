"""A worker's process: what is heard of it, and that nothing of it stays behind."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from livedesk.core.process import is_alive, process_mark
from livedesk.engine.records.child import Child
from livedesk.journal.work import Line, SummaryWork, Told, Trouble
from tests.waiting import until

DOUBLE = str(Path(__file__).with_name("worker_double.py"))
WORK = SummaryWork("nowhere.livedesk")


def _child(*what: str, silent_s: float = 60.0) -> Child:
    return Child(WORK, (sys.executable, "-S", DOUBLE, *what), silent_s)


async def _outcome(child: Child) -> tuple[str, list[Told]]:
    told: list[Told] = []
    line: Line = await child.run(told.append)
    assert isinstance(line, Trouble)
    return line.text, told


def test_its_progress_is_heard_and_its_last_line_is_the_answer() -> None:
    text, told = asyncio.run(_outcome(_child("echo")))
    assert text.startswith("Read ")
    assert told == [Told(0.5, "half")]


def test_what_makes_no_sense_or_breaks_off_is_told_in_words() -> None:
    assert "makes no sense" in asyncio.run(_outcome(_child("garbage")))[0]
    assert "with status 3" in asyncio.run(_outcome(_child("die")))[0]
    missing = Child(WORK, ("/nonexistent/worker",))
    assert "cannot be started" in asyncio.run(_outcome(missing))[0]


def test_one_that_is_ended_goes_with_all_that_it_started(tmp_path: Path) -> None:
    async def story() -> None:
        child, note = _child("hang", str(tmp_path / "pid")), tmp_path / "pid"
        running = asyncio.create_task(_outcome(child))
        pid = int(await until(lambda: note.exists() and note.read_text()))
        mark = process_mark(pid)
        child.end()
        assert "stopped" in (await running)[0]
        await until(lambda: not is_alive(pid, mark))

    asyncio.run(story())


def test_one_that_hangs_is_given_up_and_one_that_was_ended_before_never_starts(
    tmp_path: Path,
) -> None:
    async def story() -> None:
        hanging = _child("hang", str(tmp_path / "pid"), silent_s=0.3)
        assert "given up" in (await _outcome(hanging))[0]
        never = _child("hang", str(tmp_path / "other"))
        never.end()
        assert "stopped" in (await _outcome(never))[0]
        assert not (tmp_path / "other").exists()

    asyncio.run(story())
