"""Does the bench see what a platform lacks, has twice, or gets with other timestamps?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.frames import ClipFrames, Frame
from livedesk.rtmp.messages import VIDEO, Message
from tests.peers.tape import Timed, write_tape
from tests.relay.harness import OPENING, picture

_FRAMES = 60


@pytest.fixture
def clip(tmp_path: Path) -> ClipFrames:
    tape = [Timed(0.0, message) for message in (*OPENING, *map(_picture, range(_FRAMES)))]
    return ClipFrames(write_tape(tape, tmp_path / "clip.flv"))


def _picture(number: int) -> Message:
    return picture(round(number * 100 / 3), key=number % 30 == 0, fill=number)


def _played(clip: ClipFrames, first: int, last: int, publisher: int) -> list[Frame]:
    """Frames of a show that plays the clip over and over."""
    messages = (
        replace(_picture(at % _FRAMES), timestamp_ms=round(at * 100 / 3))
        for at in range(first, last + 1)
    )
    frames = [clip.frame(message, 0, publisher) for message in messages]
    return [frame for frame in frames if frame is not None]


def test_a_seam_without_a_hole(clip: ClipFrames) -> None:
    seam = clip.seam(_played(clip, 0, 89, 1), _played(clip, 90, 130, 2))

    assert (seam.lost, seam.repeated, seam.is_continuous) == (0, 0, True)


def test_repeated_frames_are_counted(clip: ClipFrames) -> None:
    seam = clip.seam(_played(clip, 0, 70, 1), _played(clip, 60, 130, 2))

    assert (seam.lost, seam.repeated, seam.is_continuous) == (0, 11, True)


def test_lost_frames_are_counted_at_the_seam_and_after_it(clip: ClipFrames) -> None:
    after = [frame for frame in _played(clip, 90, 130, 2) if frame.number != 35]

    assert clip.seam(_played(clip, 0, 80, 1), after).lost == 9 + 1


def test_other_timestamps_are_a_jump(clip: ClipFrames) -> None:
    after = [replace(f, stamp_ms=f.stamp_ms + 500) for f in _played(clip, 90, 130, 2)]

    assert not clip.seam(_played(clip, 0, 89, 1), after).is_continuous


def test_headers_are_no_frames(clip: ClipFrames) -> None:
    header = next(message for message in OPENING if message.type_id == VIDEO)

    assert clip.frame(header, 0, 1) is None
