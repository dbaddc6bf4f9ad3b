"""Sessions made to order, so that a test shows only what it is about."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

from livedesk.core.clock import NS_PER_S, ManualClock
from livedesk.core.events import Event, Json, Level
from livedesk.journal.fold.summary import Summary, summarise
from livedesk.journal.reader import SessionReader
from livedesk.journal.values import JournalHealth, SampleRow, SessionInfo
from livedesk.journal.writer import JournalWriter
from tests.waiting import until

START_UTC_NS = 1_795_327_074 * NS_PER_S
START_MONO_NS = 5_000 * NS_PER_S


def info(
    *, name: str = "Glow Beauty", session: str = "s1", uplinks: tuple[str, ...] = ("primary",)
) -> SessionInfo:
    return SessionInfo(
        session=session,
        store="glow",
        name=name,
        platform="tiktok",
        started_utc_ns=START_UTC_NS,
        started_mono_ns=START_MONO_NS,
        uplinks=uplinks,
        versions={"livedesk": "0.1.0"},
    )


def event(
    seq: int,
    t_s: float = 0.0,
    kind: str = "operator.note",
    text: str = "Something happened.",
    *,
    level: Level = "info",
    actor: str | None = None,
    **data: Json,
) -> Event:
    into_ns = round(t_s * NS_PER_S)
    return Event(
        seq=seq,
        utc_ns=START_UTC_NS + into_ns,
        mono_ns=START_MONO_NS + into_ns,
        store="glow",
        session="s1",
        kind=kind,
        level=level,
        source="engine",
        text=text,
        actor=actor,
        data=data,
    )


def row(
    t_s: int,
    mean: float,
    figure: str = "feed_kbps",
    subject: str = "",
    *,
    epoch: int = 1,
    spread: float = 0.0,
) -> SampleRow:
    return SampleRow(
        t_s=t_s,
        utc_ns=START_UTC_NS + t_s * NS_PER_S,
        mono_ns=START_MONO_NS + t_s * NS_PER_S,
        figure=figure,
        subject=subject,
        epoch=epoch,
        n=4,
        min=mean - spread,
        mean=mean,
        max=mean + spread,
    )


def steady(seconds: Iterable[int], feed: float = 4000, goodput: float = 4000) -> list[SampleRow]:
    return [
        sample
        for t_s in seconds
        for sample in (row(t_s, feed), row(t_s, goodput, "goodput_kbps", "primary"))
    ]


def at(t_s: float) -> ManualClock:
    into_ns = round(t_s * NS_PER_S)
    return ManualClock(START_MONO_NS + into_ns, START_UTC_NS + into_ns)


def write(
    path: Path,
    rows: Iterable[SampleRow] = (),
    events: Iterable[Event] = (),
    about: SessionInfo | None = None,
) -> Path:
    """A closed session file."""

    async def fill() -> None:
        writer = JournalWriter.create(path, about or info(), at(0))
        for happened in events:
            writer.note(happened)
        writer.sample(list(rows))
        await writer.close()
        assert writer.health.queued == 0

    asyncio.run(fill())
    return path


def summary_of(path: Path) -> Summary:
    with SessionReader.open(path) as reader:
        return summarise(reader)


def to_version_1(path: Path) -> Path:
    """As an engine of that time wrote it."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TABLE stills")
        connection.execute("ALTER TABLE events DROP COLUMN digest")
        connection.execute("UPDATE meta SET value = '1' WHERE key = 'schema_version'")
        connection.execute("DELETE FROM meta WHERE key = 'dropped_stills'")
        connection.execute("PRAGMA user_version = 1")
    return path


def seqs(path: Path) -> list[int]:
    with SessionReader.open(path) as reader:
        return [timed.event.seq for timed in reader.events()]


async def health_until(
    writer: JournalWriter, wanted: Callable[[JournalHealth], bool]
) -> JournalHealth:
    await until(lambda: wanted(writer.health), "the journal's health")
    return writer.health
