"""Fixtures around the real peers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers.peers import NginxRtmp, ffmpeg, nginx_running


@pytest.fixture
def nginx_rtmp(tmp_path: Path) -> Iterator[NginxRtmp]:
    with nginx_running(tmp_path / "nginx") as server:
        yield server


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten seconds of H.264 and AAC with B-frames, a keyframe each second, as FLV."""
    path = tmp_path_factory.mktemp("clip") / "clip.flv"
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30",
        "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000",
        "-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-g", "30", "-b:v", "1500k",
        "-c:a", "aac", "-t", "10", str(path),
    )  # fmt: skip
    return path


@pytest.fixture(scope="session")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A minute of 1,500 kbps in which no two frames are alike, a keyframe each second."""
    path = tmp_path_factory.mktemp("long") / "long.flv"
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30",
        "-f", "lavfi", "-i", "anoisesrc=sample_rate=48000:amplitude=0.1",
        "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "30",
        "-b:v", "1500k", "-minrate", "1500k", "-maxrate", "1500k", "-bufsize", "1500k",
        "-nal-hrd", "cbr", "-c:a", "aac", "-t", "60", str(path),
    )  # fmt: skip
    return path
