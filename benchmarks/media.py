"""The feeds that figures are measured with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.peers.peers import ffmpeg

FEED_KBPS = 4000
FULL_HD_KBPS = 6000


@dataclass(frozen=True, slots=True)
class Clip:
    """What to encode. `fps` as ffmpeg writes it; `kbps` is video, 128 of sound come on top.

    With `is_noisy` the picture needs all its bits, as a camera's does; without, padding fills up.
    """

    width: int = 1280
    height: int = 720
    fps: str = "30"
    kbps: int = FEED_KBPS - 128
    bframes: int = 0
    sample_rate: int = 48_000
    seconds: float = 20
    keyframe_frames: int = 60
    is_noisy: bool = False


def encode(clip: Clip, path: Path) -> Path:
    """As FLV, at constant rate."""
    noise = ",noise=alls=14:allf=t" if clip.is_noisy else ""
    rate = f"{clip.kbps}k"
    ffmpeg(
        "-f", "lavfi", "-i", f"testsrc2=size={clip.width}x{clip.height}:rate={clip.fps}{noise}",
        "-f", "lavfi", "-i", f"sine=frequency=440:sample_rate={clip.sample_rate}",
        "-c:v", "libx264", "-preset", "veryfast", "-bf", str(clip.bframes),
        "-g", str(clip.keyframe_frames), "-sc_threshold", "0",
        "-b:v", rate, "-minrate", rate, "-maxrate", rate, "-bufsize", f"{clip.kbps // 4}k",
        "-x264-params", "nal-hrd=cbr", "-c:a", "aac", "-b:a", "128k",
        "-t", str(clip.seconds), str(path),
    )  # fmt: skip
    return path


class Feeds:
    """Those that several figures share, each made once and only when one asks for it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def hd(self) -> Path:
        """720p30 at 4,000 kbps."""
        return encode(Clip(), self._folder / "hd.flv")

    @cached_property
    def full_hd(self) -> Path:
        """1080p30 at 6,000 kbps, with noise."""
        clip = Clip(1920, 1080, kbps=FULL_HD_KBPS - 128, seconds=10, is_noisy=True)
        return encode(clip, self._folder / "full-hd.flv")


def publish(clip: Path, url: str) -> list[str]:
    """ffmpeg arguments: the clip in real time, over and over."""
    return ["-re", "-stream_loop", "-1", "-i", str(clip), "-c", "copy", "-f", "flv", url]
