"""Nothing that was acknowledged may be missing after a kill -9, and the next engine goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from livedesk.journal.sessions import describe
from tests.journal.killing import Killed, cut_log, events_of, kill_after, kill_again_and_again
from tests.small_disk import small_disk


def assert_nothing_lost(killed: Killed) -> None:
    assert killed.problems == []
    assert killed.acts > 0
    # Half a second between commits, and what a busy machine adds.
    assert max(killed.lost_ms) <= 2_000


def test_a_killed_writer_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    assert_nothing_lost(kill_again_and_again(tmp_path, 3, longest_s=0.2))
    entry = describe(tmp_path / "0.livedesk")
    assert entry.problem is None
    assert not entry.signed_off


@pytest.mark.slow
def test_a_killed_writer_loses_nothing_that_it_acknowledged_over_and_over(tmp_path: Path) -> None:
    assert_nothing_lost(kill_again_and_again(tmp_path, 8, per_file=4, longest_s=0.3))


@pytest.mark.slow
def test_a_writer_killed_on_a_full_disk_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as folder:
        killed = kill_again_and_again(folder, 3, reserve_bytes=60_000, longest_s=0.4)
    assert killed.problems == []
    assert killed.acts > 0


def test_a_log_that_ends_anywhere_gives_a_whole_beginning(tmp_path: Path) -> None:
    """As a power cut leaves it; cut at every 512 bytes where the first frames lie, then wider."""
    path = tmp_path / "a.livedesk"
    kill_after(path, 0.05)
    size = path.with_name(path.name + "-wal").stat().st_size
    folder = tmp_path / "cut"
    folder.mkdir()
    cuts = [0, 1, 31, 32, *range(512, 8 * 4_096, 512), *range(8 * 4_096, size, size // 20), size]
    counts = [events_of(cut_log(path, folder, kept)) for kept in cuts if kept <= size]
    opened = [count for count in counts if count is not None]
    assert opened == sorted(opened)
    assert counts[len(counts) - len(opened) :] == opened
    assert opened[-1] >= 1
