"""Nothing that was acknowledged may be missing after a kill -9, and the next engine goes on."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from livedesk.journal.reader import SessionReader
from livedesk.journal.sessions import describe
from tests.journal.kit import seqs

CHILD = Path(__file__).with_name("writing_child.py")


def kill_after(path: Path, acknowledgements: int) -> int:
    """The last number that the child said was durable."""
    child = subprocess.Popen(
        [sys.executable, str(CHILD), str(path)], stdout=subprocess.PIPE, text=True
    )
    with child:
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(acknowledgements)]
        child.kill()
        lines += child.stdout.readlines()
    return int([line for line in lines if line.endswith("\n")][-1])


def assert_whole(path: Path, acknowledged: int) -> None:
    with SessionReader.open(path) as reader:
        assert reader.damage() is None
        found = [timed.event.seq for timed in reader.events()]
        sampled = {row.epoch for row in reader.samples("figure_0")}
    assert found == list(range(1, len(found) + 1))
    assert len(found) >= acknowledged
    assert sampled <= set(range(1, len(found) + 2))


def kill_again_and_again(path: Path, times: int) -> None:
    chance = random.Random(times)
    for _ in range(times):
        acknowledged = kill_after(path, chance.randint(1, 40))
        assert_whole(path, acknowledged)


def test_a_killed_writer_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "a.livedesk"
    kill_again_and_again(path, 4)
    entry = describe(path)
    assert entry.problem is None
    assert not entry.signed_off


@pytest.mark.slow
def test_a_killed_writer_loses_nothing_that_it_acknowledged_over_and_over(tmp_path: Path) -> None:
    kill_again_and_again(tmp_path / "a.livedesk", 25)


@pytest.mark.parametrize("kept", [0, 1, 31, 32, 500, 4_151, 4_152, 9_000])
def test_a_cut_off_write_ahead_log_opens_or_says_why_not(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "a.livedesk"
    kill_after(path, 10)
    wal = path.with_name(path.name + "-wal")
    wal.write_bytes(wal.read_bytes()[:kept])
    entry = describe(path)
    if entry.problem is None:
        found = seqs(path)
        assert found == list(range(1, len(found) + 1))
    else:
        assert str(path) in entry.problem
