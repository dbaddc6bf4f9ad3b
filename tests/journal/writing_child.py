"""A process that records under a random load and says what is durable, until somebody kills it.

Lines on standard output: `up <ms>` once it can record, `e <seq>` for an event on the disk, and
`s <n>` for samples that were handed over, one such "second" every TICK_MS.
"""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path

from livedesk.core.clock import NS_PER_MS, SystemClock
from livedesk.core.events import Event
from livedesk.journal.errors import JournalError, JournalUnavailable
from livedesk.journal.reader import SessionReader
from livedesk.journal.values import SampleRow, SessionInfo
from livedesk.journal.writer import JournalWriter, WriterOptions

TICK_MS = 50
FIGURES = 20


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Load:
    """Events, samples and stills as a show has them, only denser."""

    def __init__(self, writer: JournalWriter, chance: random.Random, next_tick: int) -> None:
        self._writer = writer
        self._chance = chance
        self._clock = SystemClock()
        self._next_tick = next_tick
        self._pause_s = chance.choice((0.03, 0.03, 2.0))
        """The most between two acts: a quiet show has seconds without one."""

    async def act(self) -> None:
        seq = self._writer.last_seq + 1
        text = "x" * self._chance.choice((20, 200, 2_000, 9_000))
        event = Event(
            seq, self._clock.utc_ns(), self._clock.mono_ns(), "glow", "s1", "operator.pin",
            "info", "engine", text, "Jo",
        )  # fmt: skip
        try:
            await self._writer.record(event)
        except JournalUnavailable:
            return  # a full disk: not acknowledged
        tell(f"e {seq}")

    async def keep_acting(self) -> None:
        while True:
            for _ in range(self._chance.choice((1, 1, 1, 5, 20))):
                await self.act()
            await asyncio.sleep(self._chance.random() * self._pause_s)

    async def keep_sampling(self) -> None:
        while True:
            number, self._next_tick = self._next_tick, self._next_tick + 1
            utc_ns, mono_ns = self._clock.utc_ns(), self._clock.mono_ns()
            self._writer.sample(
                [
                    SampleRow(number, utc_ns, mono_ns, f"figure_{n}", "", 1, 1, 1.0, 2.0, 3.0)
                    for n in range(FIGURES)
                ]
            )
            if self._chance.random() < 0.1:
                self._writer.still("interval", self._chance.randbytes(20_000), mono_ns, utc_ns)
            tell(f"s {number}")
            await asyncio.sleep(TICK_MS / 1_000)


async def record_forever(path: Path, seed: int, reserve_bytes: int) -> None:
    clock = SystemClock()
    began_ns = clock.mono_ns()
    options = WriterOptions(reserve_bytes=reserve_bytes)
    try:
        with SessionReader.open(path) as reader:
            next_tick = max((each.t_s for each in reader.samples("figure_0")), default=-1) + 1
        writer = await JournalWriter.resume(path, clock, options)
    except JournalError:
        # Killed before anything was written, as an engine would begin anew.
        next_tick = 0
        info = SessionInfo("s1", "glow", "Glow", "tiktok", clock.utc_ns(), began_ns)
        writer = JournalWriter.create(path, info, clock, options)
    load = Load(writer, random.Random(seed), next_tick)
    await load.act()
    tell(f"up {(clock.mono_ns() - began_ns) // NS_PER_MS}")
    async with asyncio.TaskGroup() as both:
        both.create_task(load.keep_sampling())
        both.create_task(load.keep_acting())


if __name__ == "__main__":
    asyncio.run(record_forever(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
