"""The writer of a record is killed at random points, on a full disk too: what is missing then?

A process records under a random load (tests/journal/writing_child.py) and says what it was told is
durable; somebody kills it (SIGKILL) at a random point, and another takes the file up. A power cut
is a log that ends anywhere; a bad disk are flipped bits and files that end too early.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from benchmarks.rows import Row, percentile
from livedesk.journal import schema
from livedesk.journal.errors import JournalError
from livedesk.journal.reader import SessionReader
from tests.journal.killing import Killed, cut_log, events_of, kill_after, kill_again_and_again
from tests.small_disk import small_disk

_LOG_STEP: Final = 512
_MOST_CUTS: Final = 1_000


def measure(folder: Path, kills: int) -> Iterator[Row]:
    here = folder / "record-crash"
    here.mkdir(parents=True, exist_ok=True)
    yield from _of_kills(f"record killed {kills} times", kill_again_and_again(here, kills))
    yield from _on_a_full_disk(here / "disk", max(5, kills // 10))
    yield from _of_power_cuts(here)
    yield from _of_damage(here, max(20, kills))


def _of_kills(what: str, killed: Killed) -> Iterator[Row]:
    problems = str(len(killed.problems)) + "".join(f"; {each}" for each in killed.problems[:3])
    yield Row(f"{what}: files that do not open, are damaged or miss one of {killed.acts} "
              "acknowledged acts", problems, goal="0")  # fmt: skip
    lost = f"most {max(killed.lost_ms)} ms, p50 {percentile(killed.lost_ms, 0.5):.0f} ms"
    yield Row(f"{what}: samples lost", lost, goal="≤ 1,000 ms")
    for name, values in (
        ("process start to first act on the disk", killed.restart_ms),
        ("file taken up to first act on the disk", killed.up_ms),
    ):
        told = f"most {max(values):,.0f} ms, p50 {percentile(values, 0.5):,.0f} ms"
        yield Row(f"{what}: {name}", told, goal="≤ 2,000 ms")


def _on_a_full_disk(folder: Path, kills: int) -> Iterator[Row]:
    what = f"record killed {kills} times on a disk of 1 MiB that is full"
    try:
        with small_disk(folder) as disk:
            killed = kill_again_and_again(disk, kills, per_file=100, reserve_bytes=60_000)
    except pytest.skip.Exception as skipped:
        yield Row(what, f"not measured: {skipped}")
        return
    problems = str(len(killed.problems)) + "".join(f"; {each}" for each in killed.problems[:3])
    yield Row(f"{what}: damaged files, or one of {killed.acts} acknowledged acts missing",
              problems, goal="0")  # fmt: skip


def _of_power_cuts(folder: Path) -> Iterator[Row]:
    path = folder / "power.livedesk"
    kill_after(path, 2.0, 7)
    size = path.with_name(path.name + "-wal").stat().st_size
    step = max(_LOG_STEP, size // _MOST_CUTS // _LOG_STEP * _LOG_STEP)
    cut = folder / "cut"
    cut.mkdir()
    counts = [events_of(cut_log(path, cut, kept)) for kept in range(0, size + 1, step)]
    opened = [count for count in counts if count is not None]
    told = f"{len(opened)} open whole, {counts.count(None)} say why not"
    yield Row(f"log cut at {len(counts)} places ({step} bytes apart)", told, goal="all")


def _of_damage(folder: Path, files: int) -> Iterator[Row]:
    """Anything but a record or a sentence raises, and ends the benchmark."""
    source = folder / "power.livedesk"
    with SessionReader.open(source) as reader:
        all_events = sum(1 for _ in reader.events())
    with closing(schema.connect(source)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = source.read_bytes()
    path, chance = folder / "bad" / "bad.livedesk", random.Random(files)
    path.parent.mkdir()
    shares: list[float] = []
    sentences = 0
    for number in range(files):
        path.write_bytes(_spoilt(content, chance, is_cut=bool(number % 2)))
        try:
            with SessionReader.open_or_salvage(path, folder / "saved") as reader:
                shares.append(sum(1 for _ in reader.events()) / max(1, all_events))
        except JournalError:
            sentences += 1
    told = f"{len(shares)} read, {sentences} refused with a sentence"
    yield Row(f"{files} records cut short or with 1 to 30 flipped bits", told, goal="no trace")
    whole = f"p50 {percentile(shares, 0.5):.0%}, least {min(shares):.0%}"
    yield Row(f"{files} records cut short or flipped: events saved", whole)


def _spoilt(content: bytes, chance: random.Random, *, is_cut: bool) -> bytes:
    if is_cut:
        return content[: chance.randrange(len(content))]
    spoilt = bytearray(content)
    for _ in range(chance.randint(1, 30)):
        spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
    return bytes(spoilt)
