"""The disk fills, refuses or blocks: the engine goes on, and the record heals by itself."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from livedesk.core.clock import ManualClock
from livedesk.journal import schema
from livedesk.journal.errors import JournalUnavailable
from livedesk.journal.exports.export import export
from livedesk.journal.reader import SessionReader
from livedesk.journal.writer import JournalWriter, WriterOptions
from tests.journal.kit import at, event, health_until, info, row, seqs, write
from tests.small_disk import small_disk

RETRY_S = 0.01


class SmallDisk:
    """Connections to a file that may grow to so many pages; `broken` lets nothing open."""

    def __init__(self, pages: int = 1_000_000, *, broken: bool = False) -> None:
        self.pages = pages
        self.broken = broken

    def connect(self, path: Path) -> sqlite3.Connection:
        if self.broken:
            raise OSError(5, "Input/output error")
        connection = schema.connect(path)
        connection.execute(f"PRAGMA max_page_count = {self.pages}")
        connection.execute("PRAGMA busy_timeout = 10")
        return connection


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 1 MiB, where the machine lets us have one."""
    with small_disk(tmp_path / "disk") as folder:
        yield folder


def remount(folder: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(folder)], check=True)


def test_a_full_disk_is_told_survived_and_healed(tmp_path: Path) -> None:
    path = tmp_path / "a.livedesk"
    disk = SmallDisk(pages=40)

    async def check() -> None:
        writer = JournalWriter.create(
            path, info(), at(0), WriterOptions(retry_s=RETRY_S, connect=disk.connect)
        )
        for seq in range(1, 100):
            writer.note(event(seq, text="x" * 4000))
        health = await health_until(writer, lambda health: health.state == "failing")
        assert health.reason is not None
        assert "full" in health.reason
        with pytest.raises(JournalUnavailable, match="full"):
            await writer.record(event(100), limit_s=0.05)
        assert writer.health.queued >= 1
        disk.pages = 1_000_000
        await health_until(writer, lambda health: health.state == "ok" and health.queued == 0)
        await writer.close()
        assert writer.health.dropped == 0

    asyncio.run(check())
    assert seqs(path) == list(range(1, 101))


def test_a_really_full_disk_heals_when_space_is_freed(mounted: Path) -> None:
    path = mounted / "a.livedesk"
    ballast = mounted / "ballast"
    ballast.write_bytes(b"x" * 700_000)

    async def check() -> None:
        writer = JournalWriter.create(path, info(), at(0), WriterOptions(retry_s=RETRY_S))
        for seq in range(1, 61):
            writer.note(event(seq, text="x" * 8000))
        await health_until(writer, lambda health: health.state == "failing")
        ballast.unlink()
        await health_until(writer, lambda health: health.queued < 60)
        await writer.close()

    asyncio.run(check())
    found = seqs(path)
    assert found == list(range(1, len(found) + 1))
    with SessionReader.open(path) as reader:
        assert reader.damage() is None


def test_a_folder_that_turns_read_only_is_told_and_healed(mounted: Path) -> None:
    path = mounted / "a.livedesk"

    async def check() -> None:
        writer = JournalWriter.create(path, info(), at(0), WriterOptions(retry_s=RETRY_S))
        await writer.record(event(1))
        await writer.close()
        remount(mounted, "ro")
        again = await JournalWriter.resume(path, at(1), WriterOptions(retry_s=RETRY_S))
        again.note(event(2))
        health = await health_until(again, lambda health: health.state == "failing")
        assert health.reason is not None
        assert "read-only" in health.reason
        remount(mounted, "rw")
        await health_until(again, lambda health: health.queued == 0)
        await again.close()

    asyncio.run(check())
    assert seqs(path) == [1, 2]


def test_a_crashed_session_is_read_and_exported_from_a_read_only_disk(
    mounted: Path, tmp_path: Path
) -> None:
    source = write(tmp_path / "a.livedesk", [], [event(1)])
    connection = schema.connect(source)
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("UPDATE events SET text = 'in the log only'")
    for part in (source, source.with_name(source.name + "-wal")):
        shutil.copy(part, mounted / part.name)
    connection.close()
    remount(mounted, "ro")
    path = mounted / source.name
    with SessionReader.open(path) as reader:
        assert [timed.event.text for timed in reader.events()] == ["in the log only"]
    assert export(path, ["jsonl"], tmp_path / "out")


def test_a_folder_that_cannot_exist_yet_is_waited_for(tmp_path: Path) -> None:
    in_the_way = tmp_path / "sessions"
    in_the_way.write_text("a file where a folder should be")
    path = in_the_way / "a.livedesk"

    async def check() -> None:
        writer = JournalWriter.create(path, info(), at(0), WriterOptions(retry_s=RETRY_S))
        writer.note(event(1))
        await health_until(writer, lambda health: health.state == "failing")
        in_the_way.unlink()
        await health_until(writer, lambda health: health.queued == 0)
        await writer.close()

    asyncio.run(check())
    assert seqs(path) == [1]


def test_a_locked_file_is_told_and_healed(tmp_path: Path) -> None:
    path = write(tmp_path / "a.livedesk", [], [event(1)])

    async def check() -> None:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("BEGIN IMMEDIATE")
        disk = SmallDisk()
        writer = JournalWriter.create(
            path, info(), at(0), WriterOptions(retry_s=RETRY_S, connect=disk.connect)
        )
        writer.note(event(2))
        health = await health_until(writer, lambda health: health.state == "failing")
        assert health.reason is not None
        assert "locked" in health.reason
        other.execute("COMMIT")
        other.close()
        await health_until(writer, lambda health: health.queued == 0)
        await writer.close()

    asyncio.run(check())
    assert seqs(path) == [1, 2]


def test_too_much_to_keep_costs_old_samples_first_and_the_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.livedesk"
    disk = SmallDisk(broken=True)

    async def check() -> None:
        writer = JournalWriter.create(
            path,
            info(),
            at(0),
            WriterOptions(retry_s=RETRY_S, queue_limit=10, connect=disk.connect),
        )
        await health_until(writer, lambda health: health.state == "failing")
        writer.sample([row(t_s, 1) for t_s in range(8)])
        for seq in range(1, 6):
            writer.note(event(seq))
        assert (writer.health.dropped_events, writer.health.dropped_samples) == (0, 3)
        for seq in range(6, 13):
            writer.note(event(seq))
        assert (writer.health.dropped_events, writer.health.dropped_samples) == (2, 8)
        disk.broken = False
        await health_until(writer, lambda health: health.queued == 0 and health.state == "ok")
        await writer.close()

    asyncio.run(check())
    assert seqs(path) == list(range(3, 13))
    with SessionReader.open(path) as reader:
        assert reader.lost == (2, 8)


def test_an_event_that_had_to_go_tells_its_caller(tmp_path: Path) -> None:
    disk = SmallDisk(broken=True)

    async def check() -> None:
        writer = JournalWriter.create(
            tmp_path / "a.livedesk",
            info(),
            at(0),
            WriterOptions(queue_limit=1, connect=disk.connect),
        )
        first = asyncio.create_task(writer.record(event(1)))
        await asyncio.sleep(0)
        writer.note(event(2))
        with pytest.raises(JournalUnavailable, match="not recorded"):
            await first
        await writer.close(limit_s=0.05)

    asyncio.run(check())


def test_closing_on_a_dead_disk_ends(tmp_path: Path) -> None:
    disk = SmallDisk(broken=True)

    async def check() -> None:
        writer = JournalWriter.create(
            tmp_path / "a.livedesk",
            info(),
            at(0),
            WriterOptions(retry_s=RETRY_S, connect=disk.connect),
        )
        writer.note(event(1))
        await writer.close(limit_s=0.05)
        assert writer.health.dropped_events == 1

    asyncio.run(check())


def test_a_disk_that_does_not_answer_is_told(tmp_path: Path, clock: ManualClock) -> None:
    reached, answer = threading.Event(), threading.Event()

    def connect(path: Path) -> sqlite3.Connection:
        reached.set()
        answer.wait(20)
        return schema.connect(path)

    async def check(may_answer: Callable[[], None]) -> None:
        writer = JournalWriter.create(
            tmp_path / "a.livedesk", info(), clock, WriterOptions(connect=connect)
        )
        await asyncio.to_thread(reached.wait, 20)
        assert writer.health.state == "ok"
        clock.advance(5)
        assert writer.health.reason is not None
        assert "has not answered for 5 s" in writer.health.reason
        may_answer()
        await writer.record(event(1), limit_s=20)
        assert writer.health.state == "ok"
        await writer.close()

    asyncio.run(check(answer.set))
