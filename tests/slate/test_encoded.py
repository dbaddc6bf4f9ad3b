"""The clip after ffmpeg shifted, shrank, covered and encoded it: what a show does to it."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from livedesk.monitors.probe.command import ProbeOptions, run_probe
from livedesk.slate.clip import ClipWish, write_clip

pytestmark = [pytest.mark.peer, pytest.mark.slow]

_SCENE = "testsrc2=s=640x360:r=30"
_MUSIC = "aevalsrc=0.2*sin(2764*t)+0.2*sin(9425*t+9*sin(t))+0.3*(random(0)-0.5):s=48000"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "slate.mp4"
    write_clip(ClipWish(path, seconds=10))
    return path


def _encoded(clip: Path, sound_ahead_ms: int, arguments: Sequence[str]) -> Path:
    path = clip.with_name(f"encoded_{abs(hash((sound_ahead_ms, *arguments)))}.mkv")
    inputs = ["-i", str(clip), "-itsoffset", str(-sound_ahead_ms / 1_000), "-i", str(clip)]
    codecs = ["-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-c:a", "aac"]
    command = ["ffmpeg", "-v", "error", "-y", *inputs, *arguments, *codecs, str(path)]
    subprocess.run(command, check=True, timeout=60, stdin=subprocess.DEVNULL)
    return path


def _probed_ms(path: Path) -> float | None:
    out = io.StringIO()
    run_probe(str(path), out, ProbeOptions(as_json=True))
    offset_ms = json.loads(out.getvalue().splitlines()[-1])["sync"]["offset_ms"]
    return None if offset_ms is None else float(offset_ms)


@pytest.mark.parametrize(
    ("sound_ahead_ms", "fps", "sample_rate"),
    [(-500, "25", 44_100), (-137, "30000/1001", 48_000), (60, "50", 44_100), (500, "60", 48_000)],
)
def test_offset_survives_rates_and_b_frames(
    clip: Path, sound_ahead_ms: int, fps: str, sample_rate: int
) -> None:
    arguments = ["-map", "0:v", "-map", "1:a", "-vf", f"fps={fps},scale=640:-2"]
    path = _encoded(clip, sound_ahead_ms, [*arguments, "-ar", str(sample_rate)])
    assert _probed_ms(path) == pytest.approx(sound_ahead_ms, abs=17)


def test_slate_in_a_corner_under_music_is_read(clip: Path) -> None:
    graph = (
        "[0:v]scale=80:45[s];[2:v][s]overlay=541:23[v];"
        "[1:a]volume=0.4[q];[q][3:a]amix=normalize=0[a]"
    )
    lavfi = ["-f", "lavfi", "-t", "10"]
    inputs = [*lavfi, "-i", _SCENE, *lavfi, "-i", _MUSIC]
    path = _encoded(clip, 80, [*inputs, "-filter_complex", graph, "-map", "[v]", "-map", "[a]"])
    assert _probed_ms(path) == pytest.approx(80, abs=2)


def test_scene_with_music_alone_is_no_reading(clip: Path) -> None:
    lavfi = ["-f", "lavfi", "-t", "10"]
    inputs = [*lavfi, "-i", _SCENE, *lavfi, "-i", _MUSIC]
    assert _probed_ms(_encoded(clip, 0, [*inputs, "-map", "2:v", "-map", "3:a"])) is None
