"""The clip that is written, read back: it must be right before anything can be judged by it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from livedesk.core.clock import NS_PER_MS
from livedesk.monitors.facts import PictureFact, SoundFact
from livedesk.monitors.slate import SlateMeter, SlateReading
from livedesk.monitors.slate_pattern import PULSE_MS, beats_ms
from livedesk.slate.clip import ClipError, ClipWish, write_clip


def _read_back(path: Path) -> SlateReading:
    meter = SlateMeter()
    newest_ns = 0
    with av.open(str(path)) as container:
        for frame in container.decode(video=0, audio=0):
            pts_ms = _ms(frame)
            newest_ns = max(newest_ns, round(pts_ms * NS_PER_MS))
            if isinstance(frame, av.VideoFrame):
                meter.picture(PictureFact(newest_ns, pts_ms, _luma(frame)))
            else:
                assert isinstance(frame, av.AudioFrame)
                samples = frame.to_ndarray().astype(np.float32)
                meter.sound(SoundFact(newest_ns, pts_ms, samples, frame.sample_rate))
    return meter.read(newest_ns)


def _ms(frame: Any) -> float:
    return float(frame.pts * frame.time_base * 1_000)


def _luma(frame: av.VideoFrame) -> NDArray[np.uint8]:
    """Every eighth row and column: the picture is 1280 × 720."""
    return frame.to_ndarray()[: frame.height : 8, ::8].astype(np.uint8)


@pytest.fixture(scope="module", params=[("a.mp4", 30), ("b.mkv", 25)], ids=lambda p: p[0])
def clip(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    name, fps = request.param
    path: Path = tmp_path_factory.mktemp("clip") / name
    write_clip(ClipWish(path, seconds=9, fps=fps))
    return path


def test_clip_is_in_step_when_decoded(clip: Path) -> None:
    reading = _read_back(clip)
    assert reading.offset_ms == pytest.approx(0, abs=1)
    assert reading.pairs >= 4


def test_flash_and_beep_begin_with_the_same_timestamp(clip: Path) -> None:
    """Found without the meter: where the field is white, and where the first loud sample is."""
    lit, loud = [], []
    with av.open(str(clip)) as container:
        for frame in container.decode(video=0, audio=0):
            if isinstance(frame, av.VideoFrame):
                if _luma(frame)[20, 80] > 200:
                    lit.append(_ms(frame))
            else:
                assert isinstance(frame, av.AudioFrame)
                places = np.flatnonzero(np.abs(frame.to_ndarray()[0]) > 0.1)
                loud += list(_ms(frame) + places * 1_000 / frame.sample_rate)
    flashes = [ms for ms in lit if not any(0 < ms - other < PULSE_MS for other in lit)]
    assert flashes == pytest.approx(beats_ms(9_000), abs=1)
    for begin in flashes:
        assert min(ms for ms in loud if ms > begin - 100) == pytest.approx(begin + 3, abs=3)


@pytest.mark.parametrize(
    ("name", "seconds", "fps", "says"),
    [
        ("slate.mp4", 24, 24, "24 frames a second: choose one of 25, 30, 50, 60"),
        ("slate.mp4", 5, 30, "choose 8 to 3600 s"),
        ("slate.avi", 24, 30, "ends in .mp4 or .mkv"),
    ],
)
def test_wish_that_cannot_be_is_refused(name: str, seconds: float, fps: int, says: str) -> None:
    with pytest.raises(ClipError, match=says):
        ClipWish(Path(name), seconds, fps)


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "slate.mp4"
    with pytest.raises(ClipError, match="choose a folder that is there") as raised:
        write_clip(ClipWish(path, 8))
    assert str(path) in str(raised.value)


def test_nothing_is_left_behind_when_writing_fails(tmp_path: Path) -> None:
    """A folder of that name cannot be replaced by a file."""
    path = tmp_path / "slate.mp4"
    path.mkdir()
    with pytest.raises(ClipError):
        write_clip(ClipWish(path, 8, 25))
    assert [file.name for file in tmp_path.iterdir()] == ["slate.mp4"]
