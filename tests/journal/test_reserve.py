"""A full disk still takes what people do; the rest waits, and what is lost is counted."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from livedesk.core.clock import NS_PER_S
from livedesk.journal.reader import SessionReader
from livedesk.journal.reserve import RESERVE_NAME, Reserve
from livedesk.journal.writer import JournalWriter, WriterOptions
from tests.journal.kit import START_MONO_NS, START_UTC_NS, at, event, health_until, info, row
from tests.small_disk import fill, small_disk

SMALL = WriterOptions(batch_s=0.01, retry_s=0.01, reserve_bytes=60_000)
"""Less than a sixteenth of the small disk."""


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk") as folder:
        yield folder


async def begun(path: Path) -> JournalWriter:
    """With a first second on record, and the reserve beside it."""
    writer = JournalWriter.create(path, info(), at(0), SMALL)
    await writer.record(event(1))
    writer.sample([row(0, 1)])
    await health_until(writer, lambda health: health.queued == 0)
    assert (path.parent / RESERVE_NAME).stat().st_size == SMALL.reserve_bytes
    return writer


def test_acts_go_on_while_the_disk_is_full_and_the_rest_waits(mounted: Path) -> None:
    path, ballast = mounted / "a.livedesk", mounted / "ballast"

    async def story() -> None:
        writer = await begun(path)
        fill(ballast)
        writer.still("interval", b"x" * 20_000, START_MONO_NS, START_UTC_NS)
        for seq in range(2, 5):
            writer.sample([row(seq, 1)])
            await writer.record(event(seq, seq, text="y" * 100))
        health = await health_until(writer, lambda health: health.state == "tight")
        assert "is full" in (health.reason or "")
        assert health.queued > 0
        ballast.unlink()
        await health_until(writer, lambda health: health.state == "ok" and health.queued == 0)
        await writer.close()
        assert writer.health.dropped == 0

    asyncio.run(story())
    with SessionReader.open(path) as reader:
        assert [timed.event.seq for timed in reader.events()] == list(range(1, 5))
        assert [each.t_s for each in reader.samples("feed_kbps")] == [0, *range(2, 5)]
        assert len(list(reader.stills())) == 1
        assert (reader.damage(), reader.seal().state) == (None, "intact")
    assert not (mounted / RESERVE_NAME).exists()


def test_a_session_that_ends_on_a_full_disk_says_what_it_lost(mounted: Path) -> None:
    path = mounted / "a.livedesk"

    async def story() -> None:
        writer = await begun(path)
        fill(mounted / "ballast")
        writer.sample([row(t_s, 1) for t_s in range(1, 4)])
        writer.still("interval", b"x", START_MONO_NS + NS_PER_S, START_UTC_NS)
        await writer.record(event(2, 5, "session.end"))
        await writer.close()

    asyncio.run(story())
    with SessionReader.open(path) as reader:
        assert [timed.event.kind for timed in reader.events()][-1] == "session.end"
        assert (reader.lost, reader.lost_stills) == ((0, 3), 1)


def test_the_reserve_comes_back_only_where_there_is_ample_room(tmp_path: Path) -> None:
    free = iter([30_000, 20_000, 5_000, 20_000, 30_000])
    reserve = Reserve(tmp_path, 10_000, lambda _folder: (10**9, next(free)))
    assert reserve.has_room()  # taken
    assert reserve.has_room()
    assert not reserve.has_room()  # somebody else takes the rest of the disk
    assert reserve.give_up()
    assert not reserve.give_up()
    assert not reserve.has_room()
    assert reserve.has_room()
    assert (tmp_path / RESERVE_NAME).stat().st_size == 10_000
    reserve.leave()
    assert list(tmp_path.iterdir()) == []


def test_of_a_small_disk_only_a_part_is_kept(tmp_path: Path) -> None:
    reserve = Reserve(tmp_path, 10_000_000, lambda _folder: (160_000, 90_000))
    assert reserve.has_room()
    assert (tmp_path / RESERVE_NAME).stat().st_size == 10_000


def test_a_folder_that_takes_no_reserve_is_no_trouble(tmp_path: Path) -> None:
    in_the_way = tmp_path / RESERVE_NAME
    in_the_way.mkdir()
    (in_the_way / "file").write_bytes(b"")
    reserve = Reserve(tmp_path, 10_000_000, lambda _folder: (10**12, 10**11))
    assert reserve.has_room()
    assert not reserve.give_up()
