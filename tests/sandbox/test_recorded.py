"""Recordings of real uplinks, in the mahimahi format."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from livedesk.sandbox.recorded import RecordingError, read_recording


def _written(folder: Path, text: str) -> Path:
    file = folder / "uplink.up"
    file.write_text(text)
    return file


def test_equal_lines_are_several_packets_and_the_end_is_the_beginning(tmp_path: Path) -> None:
    uplink = read_recording(_written(tmp_path, "10\n10\n20\n\n100\n"))
    assert uplink.bytes_between(0, 0.015) == 2 * 1500
    assert uplink.bytes_between(0.015, 0.1) == 2 * 1500
    assert uplink.bytes_between(0.1, 0.11) == 2 * 1500
    assert uplink.bytes_between(0, 1.0) == 10 * 4 * 1500
    assert uplink.mean_kbps == 4 * 1500 * 8 / 100


def test_no_packet_is_lost_or_doubled_between_two_questions(tmp_path: Path) -> None:
    uplink = read_recording(_written(tmp_path, "1\n3\n3\n7\n"))
    edges = [step * 0.0009 for step in range(500)]
    parts = [uplink.bytes_between(a, b) for a, b in pairwise(edges)]
    assert sum(parts) == uplink.bytes_between(edges[0], edges[-1])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("5\nfive\n", "line 2: a whole number"),
        ("5\n-1\n", "line 2: a whole number"),
        ("5\n4\n", "line 2: earlier"),
        ("", "needs a delivery"),
        ("0\n0\n", "needs a delivery"),
    ],
)
def test_what_is_no_recording_is_refused_by_line(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(RecordingError, match=fault):
        read_recording(_written(tmp_path, text))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"gone\.up.*No such file"):
        read_recording(tmp_path / "gone.up")
