"""History comes from memory as far as that reaches, and from the record before."""

from __future__ import annotations

import asyncio

from livedesk.core.clock import NS_PER_S, ManualClock
from livedesk.core.events import Event
from livedesk.engine.fold import Reading
from livedesk.engine.history import Memory, joined, recorded, recorded_events
from livedesk.journal.sessions import session_path
from livedesk.journal.values import SampleRow, SessionInfo
from livedesk.journal.writer import JournalWriter
from livedesk.paths import Paths


def write_session(paths: Paths, clock: ManualClock, seconds: range) -> None:
    started = (clock.utc_ns(), clock.mono_ns())
    info = SessionInfo("glow-1", "glow", "Glow", "tiktok", *started)

    def row(t_s: int) -> SampleRow:
        since_ns = t_s * NS_PER_S
        now = (started[0] + since_ns, started[1] + since_ns)
        return SampleRow(t_s, *now, "feed_kbps", "", 1, 4, t_s - 1.0, float(t_s), t_s + 1.0)

    async def write() -> None:
        writer = JournalWriter.create(session_path(paths.data, "glow", started[0]), info, clock)
        writer.sample([row(t_s) for t_s in seconds])
        await writer.close()

    asyncio.run(write())


def test_older_seconds_are_read_from_the_session_file(paths: Paths, clock: ManualClock) -> None:
    paths.prepare()
    begin_s = clock.utc_ns() / NS_PER_S
    write_session(paths, clock, range(10))
    clock.advance(10)
    memory = Memory(clock)
    for _ in range(8):
        memory.add(clock.mono_ns(), [Reading("feed_kbps", "", 1, 100.0)])
        clock.advance(0.25)
    assert memory.begins_at_s() == begin_s + 10
    older = recorded(paths.data, "glow", begin_s, begin_s + 10, 100)
    [series] = joined(older, memory.query(begin_s + 10, begin_s + 12, 100)).series
    assert series.t == sorted(series.t)
    assert series.mean[:10] == [float(t_s) for t_s in range(10)]
    assert set(series.mean[10:]) == {100.0}
    assert series.max[9] == 10.0
    assert len({len(series.t), len(series.min), len(series.epoch)}) == 1


def test_events_on_record_are_found_by_time_and_kind(paths: Paths, clock: ManualClock) -> None:
    paths.prepare()
    begin_ns = clock.utc_ns()
    info = SessionInfo("glow-1", "glow", "Glow", "tiktok", begin_ns, clock.mono_ns())
    kinds = ("feed.up", "moderation.decided", "limit.trip", "pin.failed", "pin.confirmed")

    async def write() -> None:
        file = session_path(paths.data, "glow", begin_ns)
        writer = JournalWriter.create(file, info, clock)
        for n, kind in enumerate(kinds):
            at_ns = begin_ns + n * NS_PER_S
            writer.note(Event(n + 1, at_ns, clock.mono_ns() + n * NS_PER_S, "glow", "glow-1", kind,
                               "info", "engine", kind))  # fmt: skip
        await writer.close()

    asyncio.run(write())

    def told(
        kinds: frozenset[str], from_s: float = 0.0, to_s: float = 60.0, count: int = 9
    ) -> list[str]:
        begin_s = begin_ns / NS_PER_S
        span = begin_s + from_s, begin_s + to_s
        return [e.kind for e in recorded_events(paths.data, "glow", *span, kinds, count)]

    assert told(frozenset()) == list(kinds)
    assert told(frozenset(("limit", "pin.failed"))) == ["limit.trip", "pin.failed"]
    assert told(frozenset(("pin", "feed")), count=2) == ["pin.failed", "pin.confirmed"]
    assert told(frozenset(), from_s=1, to_s=3) == ["moderation.decided", "limit.trip"]
    assert told(frozenset(("lim",))) == []


def test_what_was_not_known_is_a_gap_and_sessions_are_not_joined(
    paths: Paths, clock: ManualClock
) -> None:
    paths.prepare()
    begin_s = clock.utc_ns() / NS_PER_S
    write_session(paths, clock, range(3))
    clock.advance(60)
    write_session(paths, clock, range(3))
    [series] = recorded(paths.data, "glow", begin_s, begin_s + 100, 200)
    assert series.mean == [0.0, 1.0, 2.0, None, 0.0, 1.0, 2.0]
    assert series.epoch[3] is None
    assert recorded(paths.data, "other", begin_s, begin_s + 100, 200) == []


def test_memory_keeps_its_time_when_the_wall_clock_is_set(clock: ManualClock) -> None:
    memory = Memory(clock)
    memory.add(clock.mono_ns(), [Reading("rtt_ms", "primary", 0, 5.0)])
    clock.step_wall(3600)
    now_s = clock.utc_ns() / NS_PER_S
    [series] = memory.query(now_s - 1, now_s + 1, 10)
    assert (series.subject, series.unit, series.t) == ("primary", "ms", [now_s])


def test_a_figure_that_a_store_never_has_takes_no_room(clock: ManualClock) -> None:
    memory = Memory(clock)
    now_s = clock.utc_ns() / NS_PER_S
    memory.add(clock.mono_ns(), [Reading("return_kbps", "", 1, None), Reading("fps", "", 1, 30)])
    assert [series.figure for series in memory.query(now_s - 1, now_s + 1, 10)] == ["fps"]
