"""How well is a clock that runs off told after ten minutes of stream, and its end foreseen?

The timestamps of a feed are written anew: the sound's grow by so many parts per million more than
the picture's, in whole milliseconds as in FLV. The real probe process reads the file at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.media import Clip, encode
from benchmarks.probing import measure_file
from benchmarks.rows import Row
from livedesk.core.status import Limits, SyncStatus
from livedesk.rtmp.messages import AUDIO, Message
from tests.peers.tape import over_and_over, read_tape, restamped, write_tape

_MINUTES = 10
_DRIFTS_PPM = (20.0, -20.0, 50.0, 0.0)
_START_MS = 60.0
_BASE_MS = 1_000


def measure(folder: Path, quick: bool) -> Iterator[Row]:
    clip = encode(Clip(320, 180, kbps=100, seconds=10, keyframe_frames=60), folder / "drift.flv")
    tape = over_and_over(read_tape(clip), _MINUTES * 60 + 2)
    for drift_ppm in _DRIFTS_PPM[:1] if quick else _DRIFTS_PPM:

        def stamp(message: Message, drift_ppm: float = drift_ppm) -> float:
            at_ms = message.timestamp_ms
            is_sound = message.type_id == AUDIO
            return _BASE_MS + at_ms + is_sound * (_START_MS + at_ms * drift_ppm / 1e6)

        file = write_tape(restamped(tape, stamp), folder / "drifting.flv")
        yield from _rows(drift_ppm, measure_file(file)[-1].sync)


def _rows(drift_ppm: float, found: SyncStatus) -> list[Row]:
    what = f"drift of {drift_ppm:+.0f} ppm after {_MINUTES} min"
    if found.slope_ppm is None:
        return [Row(what, "none seen", goal="none" if drift_ppm == 0 else "within 1 ppm")]
    error_ppm = found.slope_ppm - drift_ppm
    slope = Row(what, f"{found.slope_ppm:+.2f} ppm ({error_ppm:+.2f})", goal="within 1 ppm")
    if drift_ppm == 0 or found.forecast_s is None:
        return [slope]
    limit_ms = Limits().max_skew_ms if drift_ppm > 0 else -Limits().max_skew_ms
    skew_ms = _START_MS + _MINUTES * 60_000 * drift_ppm / 1e6
    truth_min = (limit_ms - skew_ms) / drift_ppm * 1_000 / 60
    forecast_min = found.forecast_s / 60
    return [
        slope,
        Row(
            f"… when {limit_ms:+.0f} ms will be reached",
            f"in {forecast_min:.1f} min",
            f"in {truth_min:.1f} min (the truth)",
            f"{forecast_min - truth_min:+.1f} min",
            "within 5 min",
        ),
    ]
