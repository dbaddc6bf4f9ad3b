"""What is deleted, what must stay, and that nothing goes while it is written."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from livedesk.core.clock import NS_PER_S
from livedesk.journal.errors import JournalError
from livedesk.journal.reader import SessionReader
from livedesk.journal.retention import (
    DAY_NS,
    KeptMarksError,
    KeptSessionError,
    NoSuchSessionError,
    OpenSessionError,
    delete_session,
    due,
    is_in_use,
    keep,
    kept,
    unkeep,
)
from livedesk.journal.sessions import session_path
from livedesk.journal.writer import JournalWriter
from tests.journal.kit import START_UTC_NS, at, event, info, write


def recorded(data: Path, store: str = "glow", *, days: float = 0, length_s: float = 60) -> Path:
    """A closed session that started so many days after the first one of the tests."""
    start_ns = START_UTC_NS + round(days * DAY_NS)
    path = session_path(data, store, start_ns)
    return write(path, [], [event(1), event(2, days * 86_400 + length_s, "session.end")])


def test_a_deleted_session_leaves_nothing_and_the_others_alone(tmp_path: Path) -> None:
    first, other = recorded(tmp_path), recorded(tmp_path, "lumen")
    for end in ("-wal", "-shm"):
        first.with_name(first.name + end).touch()
    size = first.stat().st_size
    assert delete_session(tmp_path, first) == size
    assert list(first.parent.iterdir()) == []
    assert other.is_file()


def test_a_kept_session_stays_until_the_mark_is_off(tmp_path: Path) -> None:
    path = recorded(tmp_path)
    keep(tmp_path, path, "dispute with\nBrand \u202eX")
    assert kept(tmp_path) == {f"glow/{path.name}": "dispute with Brand X"}
    with pytest.raises(KeptSessionError, match="dispute with Brand X"):
        delete_session(tmp_path, path)
    assert due(tmp_path, 1, START_UTC_NS + 9 * DAY_NS) == []
    unkeep(tmp_path, path)
    delete_session(tmp_path, path)
    assert kept(tmp_path) == {}


def test_a_session_that_is_written_is_not_deleted(tmp_path: Path) -> None:
    path = session_path(tmp_path, "glow", START_UTC_NS)

    async def check() -> None:
        writer = JournalWriter.create(path, info(), at(0))
        await writer.record(event(1))
        with pytest.raises(OpenSessionError, match="in use"):
            await asyncio.to_thread(delete_session, tmp_path, path)
        await writer.record(event(2, 1))
        await writer.close()

    asyncio.run(check())
    with SessionReader.open(path) as reader:
        assert [timed.event.seq for timed in reader.events()] == [1, 2]
        with pytest.raises(OpenSessionError):
            delete_session(tmp_path, path)
    delete_session(tmp_path, path)
    assert not path.exists()


def test_a_session_that_another_process_writes_is_said_to_be_in_use(tmp_path: Path) -> None:
    path = recorded(tmp_path)
    assert not is_in_use(path)
    hold = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); "
        "c.execute('PRAGMA journal_mode = WAL'); c.execute('SELECT * FROM meta').fetchall(); "
        "print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert is_in_use(path)
        with pytest.raises(OpenSessionError):
            delete_session(tmp_path, path)
        holder.communicate(timeout=10)
    assert not is_in_use(path)
    assert not is_in_use(path.with_name("gone.livedesk"))


def test_only_session_files_of_the_data_folder_are_deleted(tmp_path: Path) -> None:
    data = tmp_path / "data"
    own = recorded(data)
    outside = recorded(tmp_path / "elsewhere")
    link = own.with_name("20200101T000000Z.livedesk")
    link.symlink_to(outside)
    note = own.with_name("note.txt")
    note.touch()
    (tmp_path / "data" / "sessions" / "far").symlink_to(outside.parent)
    over = data / "sessions" / "far" / outside.name
    for path in (outside, link, note, over, own.with_name("gone.livedesk"), own.parent):
        with pytest.raises(NoSuchSessionError):
            delete_session(data, path)
        with pytest.raises(NoSuchSessionError):
            keep(data, path, "why")
    assert own.is_file()
    assert outside.is_file()


def test_what_cannot_be_read_can_be_deleted_but_not_by_age(tmp_path: Path) -> None:
    path = recorded(tmp_path)
    path.write_bytes(b"not a database at all" * 50)
    assert due(tmp_path, 1, START_UTC_NS + 99 * DAY_NS) == []
    delete_session(tmp_path, path)
    assert not path.exists()


def test_due_is_what_ended_long_enough_ago_the_oldest_first(tmp_path: Path) -> None:
    paths = [recorded(tmp_path, days=days) for days in (0, 10, 20)]
    now_ns = START_UTC_NS + 60 * NS_PER_S + 40 * DAY_NS
    assert due(tmp_path, 40, now_ns) == []
    assert due(tmp_path, 40, now_ns + 1) == paths[:1]
    assert due(tmp_path, 25, now_ns) == paths[:2]
    assert due(tmp_path, 0, now_ns) == []
    assert due(tmp_path, 1, START_UTC_NS - 99 * DAY_NS) == []


@pytest.mark.parametrize("marks", [b"\xff", b"{", b"[1]", b'{"glow/a": 3}'])
def test_nothing_is_deleted_while_the_marks_cannot_be_read(tmp_path: Path, marks: bytes) -> None:
    path = recorded(tmp_path)
    (tmp_path / "sessions" / "kept.json").write_bytes(marks)
    for act in (
        lambda: delete_session(tmp_path, path),
        lambda: due(tmp_path, 1, START_UTC_NS + 9 * DAY_NS),
        lambda: keep(tmp_path, path, "why"),
    ):
        with pytest.raises(KeptMarksError, match=r"kept\.json"):
            act()
    assert path.is_file()
    assert (tmp_path / "sessions" / "kept.json").read_bytes() == marks


def test_marks_of_two_writers_are_both_there(tmp_path: Path) -> None:
    paths = [recorded(tmp_path, days=day) for day in range(8)]
    writers = [threading.Thread(target=keep, args=(tmp_path, path, "x")) for path in paths]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(kept(tmp_path)) == 8


def test_a_disk_that_refuses_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(JournalError):
        keep(tmp_path, tmp_path / "sessions" / "glow" / "a.livedesk", "x")
