from __future__ import annotations

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from livedesk.core.clock import NS_PER_S, ManualClock
from livedesk.journal import schema
from livedesk.journal.disk import SessionDisk
from livedesk.journal.errors import JournalUnavailable, NotASessionError
from livedesk.journal.reader import SessionReader
from livedesk.journal.rows import event_row
from livedesk.journal.values import SampleRow
from livedesk.journal.writer import JournalWriter, WriterOptions
from livedesk.journal.writer_thread import SYNC_EVERY_S
from tests.journal.kit import (
    START_MONO_NS,
    START_UTC_NS,
    at,
    event,
    health_until,
    info,
    row,
    seqs,
    write,
)


def test_what_was_recorded_is_read_back_as_it_was(tmp_path: Path) -> None:
    told = event(
        7, 1.5, "uplink.up", "Up ≠ down, 直播.", actor="Jo", uplink="primary", n=3, parts=[1, None]
    )
    path = write(tmp_path / "s" / "a.livedesk", [row(1, 4000, spread=20)], [told])
    with SessionReader.open(path) as reader:
        assert reader.info == info()
        assert [(timed.t_ms, timed.event) for timed in reader.events()] == [(1500, told)]
        assert list(reader.samples("feed_kbps")) == [row(1, 4000, spread=20)]


def test_a_recorded_event_is_on_disk_before_the_call_returns(tmp_path: Path) -> None:
    path = tmp_path / "a.livedesk"

    async def check() -> None:
        writer = JournalWriter.create(path, info(), at(0))
        for seq in range(1, 6):
            await writer.record(event(seq))
            assert seqs(path)[-1] == seq
        await writer.close()

    asyncio.run(check())


def test_every_event_is_synced_to_the_disk_whatever_was_written_before_it(tmp_path: Path) -> None:
    """SQLite's own word for it: what `synchronous` is while the event's row is written."""
    found: list[int] = []

    def connect(path: Path) -> sqlite3.Connection:
        connection = schema.connect(path)

        def look(statement: str) -> None:
            if statement.startswith("INSERT INTO events"):
                asked = connection.execute("PRAGMA synchronous").fetchone()
                found.append(asked[0])

        connection.set_trace_callback(look)
        return connection

    disk = SessionDisk(tmp_path / "a.livedesk", info(), connect)
    for seq in (1, 2, 3):
        disk.write_events([event_row(event(seq), 1000 * seq)])
        disk.write_samples([row(seq, 4000)])
        if seq == 2:
            disk.discard()
    disk.discard()
    assert found == [2, 2, 2]


def test_samples_are_forced_onto_the_disk_every_few_seconds(tmp_path: Path) -> None:
    """Without it a power cut in a show without events takes all that the system had not yet
    written by itself."""
    clock, found = at(0), set[int]()

    def connect(path: Path) -> sqlite3.Connection:
        connection = schema.connect(path)

        def look(statement: str) -> None:
            if statement.startswith("\nINSERT INTO samples"):
                found.add(connection.execute("PRAGMA synchronous").fetchone()[0])

        connection.set_trace_callback(look)
        return connection

    async def check() -> None:
        options = WriterOptions(batch_s=0.01, connect=connect)
        writer = JournalWriter.create(tmp_path / "a.livedesk", info(), clock, options)
        seen = []
        for t_s in range(3):
            clock.advance(SYNC_EVERY_S * 0.7)
            found.clear()
            writer.sample([row(t_s, 4000)])
            await health_until(writer, lambda health: health.queued == 0)
            seen.append(set(found))
        await writer.close()
        assert seen == [{1}, {2}, {1}]

    asyncio.run(check())


def test_notes_and_records_keep_one_order(tmp_path: Path) -> None:
    path = tmp_path / "a.livedesk"

    async def check() -> None:
        writer = JournalWriter.create(path, info(), at(0))
        writer.note(event(1))
        await asyncio.gather(*(writer.record(event(seq)) for seq in range(2, 40)))
        assert seqs(path) == list(range(1, 40))
        await writer.close()

    asyncio.run(check())


def test_samples_reach_the_file_without_an_event(tmp_path: Path) -> None:
    path = tmp_path / "a.livedesk"

    async def check() -> None:
        writer = JournalWriter.create(path, info(), at(0), WriterOptions(batch_s=0.02))
        writer.sample([row(0, 1.0)])
        await health_until(writer, lambda health: health.queued == 0)
        with SessionReader.open(path) as reader:
            assert [sample.t_s for sample in reader.samples("feed_kbps")] == [0]
        await writer.close()

    asyncio.run(check())


def test_a_value_that_is_not_known_leaves_a_gap(tmp_path: Path) -> None:
    nothing = SampleRow(1, START_UTC_NS, START_MONO_NS, "skew_ms", "", 1, 4, 1.0, float("nan"), 2.0)
    path = write(tmp_path / "a.livedesk", [nothing, row(2, 5, "skew_ms")])
    with SessionReader.open(path) as reader:
        assert [sample.t_s for sample in reader.samples("skew_ms")] == [2]


def test_closing_leaves_one_file_and_no_thread(tmp_path: Path) -> None:
    path = write(tmp_path / "a.livedesk", [row(0, 1)], [event(1)])
    assert [found.name for found in tmp_path.iterdir()] == [path.name]
    assert not [t for t in threading.enumerate() if t.name.startswith("journal")]


def test_a_reader_at_the_very_end_leaves_one_plain_file_all_the_same(tmp_path: Path) -> None:
    """SQLite gives up at once where another connection keeps the WAL from being put away."""
    path, tried = tmp_path / "a.livedesk", threading.Event()

    def connect(where: Path) -> sqlite3.Connection:
        connection = schema.connect(where)
        connection.execute("PRAGMA busy_timeout = 0")
        connection.set_trace_callback(lambda sql: tried.set() if "= DELETE" in sql else None)
        return connection

    async def check() -> None:
        writer = JournalWriter.create(path, info(), at(0), WriterOptions(connect=connect))
        await writer.record(event(1))
        with SessionReader.open(path):
            closing = asyncio.create_task(writer.close())
            assert await asyncio.to_thread(tried.wait, 10)
        await closing

    asyncio.run(check())
    assert path.read_bytes()[18:20] == b"\x01\x01"
    assert list(tmp_path.glob("a.livedesk*")) == [path]


def test_after_closing_a_record_is_refused_and_a_note_is_counted(tmp_path: Path) -> None:
    async def check() -> None:
        writer = JournalWriter.create(tmp_path / "a.livedesk", info(), at(0))
        await writer.close()
        with pytest.raises(JournalUnavailable):
            await writer.record(event(1))
        writer.note(event(2))
        writer.sample([row(0, 1)])
        assert (writer.health.dropped_events, writer.health.dropped_samples) == (2, 1)

    asyncio.run(check())


def test_resuming_continues_numbers_and_session_time(tmp_path: Path) -> None:
    path = write(tmp_path / "a.livedesk", [row(9, 1)], [event(41, 3.25), event(42, 9.5)])

    async def check() -> None:
        writer = await JournalWriter.resume(path, at(60))
        assert writer.last_seq == 42
        assert writer.info == info()
        assert writer.t_s(START_MONO_NS + 61 * NS_PER_S) == 61
        await writer.record(event(43, 61.0))
        await writer.close()

    asyncio.run(check())
    with SessionReader.open(path) as reader:
        assert [timed.t_ms for timed in reader.events()] == [3250, 9500, 61_000]


def test_resuming_after_a_reboot_keeps_session_time(tmp_path: Path) -> None:
    path = write(tmp_path / "a.livedesk", [], [event(1, 9.5)])
    rebooted = ManualClock(mono_ns=3 * NS_PER_S, utc_ns=START_UTC_NS + 100 * NS_PER_S)

    async def check() -> None:
        writer = await JournalWriter.resume(path, rebooted)
        assert writer.t_s(rebooted.mono_ns()) == 100
        later = event(2, 0)
        await writer.record(
            type(later)(
                2, rebooted.utc_ns(), rebooted.mono_ns(), "glow", "s1", "x", "info", "engine", ""
            )
        )
        await writer.close()
        again = await JournalWriter.resume(path, rebooted)
        assert again.start_mono_ns == writer.start_mono_ns
        await again.close()

    asyncio.run(check())


def test_the_same_second_of_two_engines_becomes_one_row(tmp_path: Path) -> None:
    path = write(tmp_path / "a.livedesk", [row(5, 100, spread=10)], [event(1)])

    async def check() -> None:
        writer = await JournalWriter.resume(path, at(6))
        writer.sample([row(5, 200, spread=20)])
        await writer.close()

    asyncio.run(check())
    with SessionReader.open(path) as reader:
        (merged,) = reader.samples("feed_kbps")
    assert (merged.n, merged.min, merged.mean, merged.max) == (8, 90, 150, 220)


def test_how_far_samples_reach_is_written_with_them(tmp_path: Path) -> None:
    path = tmp_path / "a.livedesk"

    async def check() -> None:
        writer = JournalWriter.create(path, info(), at(0))
        writer.sample([row(0, 1)])
        writer.reach("position", ["relay", 17])
        await writer.close()

    asyncio.run(check())
    with SessionReader.open(path) as reader:
        assert reader.meta["position"] == '["relay",17]'


def test_resuming_nothing_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotASessionError, match="no such file"):
        asyncio.run(JournalWriter.resume(tmp_path / "none.livedesk", at(0)))


def test_another_session_is_never_written_into(tmp_path: Path) -> None:
    path = write(tmp_path / "a.livedesk", [], [event(1)])

    async def check() -> None:
        writer = JournalWriter.create(path, info(session="s2"), at(0), WriterOptions(retry_s=0.01))
        health = await health_until(writer, lambda health: health.state == "failing")
        assert health.reason is not None
        assert "another session" in health.reason
        await writer.close(limit_s=0.05)

    asyncio.run(check())
    assert seqs(path) == [1]
