"""How right is the sync offset read from the slate? Known errors between its picture and its sound.

The clip is our own; ffmpeg shifts its sound and encodes it anew, as a camera and an encoder would.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.probing import measure_file
from benchmarks.rows import Row, percentile
from livedesk.slate.clip import ClipWish, write_clip
from tests.peers.peers import ffmpeg

_OFFSETS_MS = (-185, -90, 0, 45, 120)
_SECONDS = 20


def measure(folder: Path, quick: bool) -> list[Row]:
    slate = folder / "slate.mp4"
    write_clip(ClipWish(slate, seconds=_SECONDS, fps=30))
    offsets = _OFFSETS_MS[::4] if quick else _OFFSETS_MS
    errors = [error for offset in offsets for error in _errors(slate, folder, offset)]
    return [
        Row(
            f"slate offset error at 30 fps, {len(offsets)} offsets of −185 to +120 ms",
            f"p95 {percentile(errors, 0.95):.1f} ms (max {max(errors):.1f})",
            "33 ms (one frame)",
            goal="≤ 17 ms",
        )
    ]


def _errors(slate: Path, folder: Path, offset_ms: int) -> list[float]:
    """Positive: the sound is ahead, so it is cut off at its beginning; else it is held back."""
    seconds = abs(offset_ms) / 1000
    shift = (
        f"atrim=start={seconds},asetpts=PTS-STARTPTS"
        if offset_ms > 0
        else f"adelay={-offset_ms}:all=1"
    )
    moved = folder / "slate.flv"
    ffmpeg(
        "-i", str(slate), "-af", shift, "-c:v", "libx264", "-preset", "veryfast", "-g", "60",
        "-b:v", "2M", "-c:a", "aac", "-ar", "48000", "-shortest", str(moved),
    )  # fmt: skip
    readings = [s.sync.offset_ms for s in measure_file(moved, "all")]
    found = [abs(reading - offset_ms) for reading in readings if reading is not None]
    if not found:
        raise RuntimeError(f"the slate was not seen at an offset of {offset_ms} ms")
    return found
