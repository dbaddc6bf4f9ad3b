"""Kills a writing process and looks at what it left: for tests of crashes and the benchmark."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from livedesk.journal.errors import JournalError
from livedesk.journal.reader import SessionReader
from livedesk.journal.reserve import RESERVE_BYTES
from tests.journal.writing_child import TICK_MS

CHILD = Path(__file__).with_name("writing_child.py")
ROOT = Path(__file__).parents[2]


@dataclass(slots=True)
class Told:
    """What a child said before it was killed. `up_ms`: from nothing to its first durable act."""

    acknowledged: int = 0
    last_tick: int = -1
    up_ms: int | None = None

    def take(self, line: str) -> None:
        if not line.endswith("\n"):
            return  # cut off by the kill
        kind, number = line.split()
        match kind:
            case "e":
                self.acknowledged = max(self.acknowledged, int(number))
            case "s":
                self.last_tick = max(self.last_tick, int(number))
            case "up":
                self.up_ms = int(number)


@dataclass(slots=True)
class Killed:
    """What all the kills together came to."""

    kills: int = 0
    acts: int = 0
    problems: list[str] = field(default_factory=list)
    lost_ms: list[int] = field(default_factory=list)
    """Of samples that were handed over, by kill."""
    up_ms: list[int] = field(default_factory=list)
    restart_ms: list[float] = field(default_factory=list)
    """From the start of a process to its first durable act; Python's own start counts."""


def kill_after(
    path: Path,
    wait_s: float,
    seed: int = 0,
    *,
    until_up: bool = True,
    reserve_bytes: int = RESERVE_BYTES,
) -> tuple[Told, float | None]:
    """Let a child write so long, from its first durable act if `until_up`, and kill it (SIGKILL).

    And how long it took from its start to that act, in ms.
    """
    told = Told()
    began_s = time.monotonic()
    command = [sys.executable, str(CHILD), str(path), str(seed), str(reserve_bytes)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        assert child.stdout is not None
        restart_ms: float | None = None
        while until_up and told.up_ms is None and (line := child.stdout.readline()):
            told.take(line)
            restart_ms = (time.monotonic() - began_s) * 1_000
        time.sleep(wait_s)
        child.kill()
        for line in child.stdout:
            told.take(line)
    return told, restart_ms


def look_at(path: Path, acknowledged: int, last_tick: int, killed: Killed) -> None:
    """Add what is wrong with the file now to `killed`."""
    try:
        with SessionReader.open(path) as reader:
            damage, seal = reader.damage(), reader.seal()
            found = [timed.event.seq for timed in reader.events()]
            tick = max((each.t_s for each in reader.samples("figure_0")), default=-1)
    except JournalError as error:
        if acknowledged or last_tick >= 0:
            killed.problems.append(f"does not open: {error}")
        return
    if damage is not None:
        killed.problems.append(f"damaged: {damage}")
    if seal.state == "broken":
        killed.problems.append(f"seal broken at {seal.broken_seq}")
    if found != list(range(1, len(found) + 1)) or len(found) < acknowledged:
        killed.problems.append(f"acts up to {acknowledged} were acknowledged, {len(found)} found")
    killed.acts += max(0, acknowledged)
    killed.lost_ms.append(max(0, last_tick - tick) * TICK_MS)


def kill_again_and_again(
    folder: Path,
    times: int,
    *,
    per_file: int = 15,
    reserve_bytes: int = RESERVE_BYTES,
    longest_s: float = 0.6,
) -> Killed:
    """At random points, also while a file is begun or taken up; a new file after `per_file`."""
    chance, killed = random.Random(times), Killed()
    acknowledged, path = 0, folder / "0.livedesk"
    for number in range(times):
        if number % per_file == 0:
            path, acknowledged = folder / f"{number}.livedesk", 0
        is_early = chance.random() < 0.2
        told, restart_ms = kill_after(
            path,
            chance.random() * longest_s,
            chance.randrange(1 << 30),
            until_up=not is_early,
            reserve_bytes=reserve_bytes,
        )
        acknowledged = max(acknowledged, told.acknowledged)
        killed.kills += 1
        if told.up_ms is not None:
            killed.up_ms.append(told.up_ms)
        if restart_ms is not None:
            killed.restart_ms.append(restart_ms)
        look_at(path, acknowledged, told.last_tick, killed)
    return killed


def cut_log(path: Path, folder: Path, kept_bytes: int) -> Path:
    """A copy as a power cut may leave it: the log ends after so many bytes."""
    copy = folder / path.name
    shutil.copyfile(path, copy)
    wal = path.with_name(path.name + "-wal")
    with wal.open("rb") as file:
        copy.with_name(copy.name + "-wal").write_bytes(file.read(kept_bytes))
    copy.with_name(copy.name + "-shm").unlink(missing_ok=True)
    return copy


def events_of(path: Path) -> int | None:
    """How many there are without a gap; None where the file says why it does not open."""
    try:
        with SessionReader.open(path) as reader:
            found = [timed.event.seq for timed in reader.events()]
            assert reader.damage() is None
            assert reader.seal().state != "broken"
    except JournalError:
        return None
    assert found == list(range(1, len(found) + 1))
    return len(found)
