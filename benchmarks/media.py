"""The feed that everything is measured with: 720p30 H.264 at 4,000 kbps, made once a run."""

from __future__ import annotations

from pathlib import Path

from tests.peers.peers import ffmpeg

FEED_KBPS = 4000


def make_clip(folder: Path, seconds: int) -> Path:
    path = folder / "feed.flv"
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=30",
        "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000",
        "-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency", "-g", "60",
        "-b:v", "3872k", "-minrate", "3872k", "-maxrate", "3872k", "-bufsize", "1M",
        "-x264-params", "nal-hrd=cbr", "-c:a", "aac", "-b:a", "128k", "-t", str(seconds), str(path),
    )  # fmt: skip
    return path


def publish(clip: Path, url: str) -> list[str]:
    """ffmpeg arguments: the clip in real time, over and over."""
    return ["-re", "-stream_loop", "-1", "-i", str(clip), "-c", "copy", "-f", "flv", url]
