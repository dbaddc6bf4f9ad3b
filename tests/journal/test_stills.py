"""Pictures of the feed in the record: found by their time, and the first thing to be given up."""

from __future__ import annotations

import asyncio
from pathlib import Path

from livedesk.core.clock import NS_PER_S
from livedesk.journal.backlog import STILLS_KEPT, Backlog, WaitingEvent
from livedesk.journal.reader import SessionReader
from livedesk.journal.rows import event_row
from livedesk.journal.values import Still
from livedesk.journal.writer import JournalWriter
from tests.journal.kit import START_MONO_NS, START_UTC_NS, at, event, info, row


def with_stills(path: Path, *seconds: float) -> Path:
    async def fill() -> None:
        writer = JournalWriter.create(path, info(), at(0))
        for t_s in seconds:
            into_ns = round(t_s * NS_PER_S)
            jpeg = f"picture {t_s:g}".encode()
            writer.still("interval", jpeg, START_MONO_NS + into_ns, START_UTC_NS + into_ns)
        await writer.close()
        assert writer.health.queued == 0

    asyncio.run(fill())
    return path


def test_a_still_is_read_back_as_it_was(tmp_path: Path) -> None:
    with SessionReader.open(with_stills(tmp_path / "a.livedesk", 1.5)) as reader:
        assert list(reader.stills()) == [
            Still(1500, START_UTC_NS + 3 * NS_PER_S // 2, "interval", b"picture 1.5")
        ]


def test_stills_are_found_by_their_time(tmp_path: Path) -> None:
    with SessionReader.open(with_stills(tmp_path / "a.livedesk", 0, 10, 20)) as reader:
        assert [still.t_ms for still in reader.stills(0, 20_000)] == [0, 10_000]
        assert reader.still_times() == [(t_ms, "interval") for t_ms in (0, 10_000, 20_000)]
        near = {t_ms: reader.still_near(t_ms) for t_ms in (-5, 4_999, 5_001, 17_000, 90_000)}
    found = {t_ms: None if still is None else still.t_ms for t_ms, still in near.items()}
    assert found == {-5: 0, 4_999: 0, 5_001: 10_000, 17_000: 20_000, 90_000: 20_000}


def test_a_session_without_pictures_has_none_near(tmp_path: Path) -> None:
    with SessionReader.open(with_stills(tmp_path / "a.livedesk")) as reader:
        assert reader.still_near(0) is None


def test_pictures_go_before_samples_and_samples_before_events() -> None:
    backlog = Backlog(4)
    backlog.add_still(Still(0, 0, "interval", b"x"))
    backlog.add_samples([row(1, 1), row(2, 1)])
    for seq in (1, 2):
        backlog.add_event(WaitingEvent(event_row(event(seq), 0)))
    assert (backlog.dropped_stills, backlog.dropped_samples, backlog.dropped_events) == (1, 0, 0)
    for seq in (3, 4, 5):
        backlog.add_event(WaitingEvent(event_row(event(seq), 0)))
    assert (backlog.dropped_stills, backlog.dropped_samples, backlog.dropped_events) == (1, 2, 1)


def test_only_some_minutes_of_pictures_wait() -> None:
    backlog = Backlog(100_000)
    for number in range(STILLS_KEPT + 5):
        backlog.add_still(Still(number, 0, "interval", b"x"))
    assert backlog.dropped_stills == 5
    assert backlog.take_stills()[0].t_ms == 5
