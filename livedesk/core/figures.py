"""What is measured, exactly? The one list of figures that plots, journal, exports and API share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured quantity. `definition` is printed in reports, so it is a full sentence."""

    name: str
    label: str
    unit: str
    decimals: int
    source: Literal["relay", "probe"]
    definition: str


_ALL = (
    Figure("feed_kbps", "Feed rate", "kbps", 0, "relay",
           "Audio and video payload bits that arrived from the encoder in the last 1,000 ms."),
    Figure("video_kbps", "Video rate", "kbps", 0, "relay",
           "Video payload bits that arrived from the encoder in the last 1,000 ms."),
    Figure("audio_kbps", "Audio rate", "kbps", 0, "relay",
           "Audio payload bits that arrived from the encoder in the last 1,000 ms."),
    Figure("lag_ms", "Lag", "ms", 0, "relay",
           "Arrival minus timestamp of the newest media, above its lower envelope of 60 s."),
    Figure("goodput_kbps", "Goodput", "kbps", 0, "relay",
           "Media bits that the uplink's far end acknowledged in the last 1,000 ms."),
    Figure("backlog_ms", "Backlog", "ms", 0, "relay",
           "Media time accepted from the encoder and not yet acknowledged by the uplink."),
    Figure("rtt_ms", "Round trip", "ms", 1, "relay",
           "Smoothed TCP round-trip time to the uplink's far end, as the kernel measures it."),
    Figure("skew_ms", "A/V skew", "ms", 0, "probe",
           "Audio PTS minus video PTS at the same arrival, median of 2 s; positive: sound early."),
    Figure("audio_wall_ms", "Audio clock", "ms", 0, "probe",
           "Growth of the audio timestamps minus the wall clock's, since the epoch began."),
    Figure("video_wall_ms", "Video clock", "ms", 0, "probe",
           "Growth of the video timestamps minus the wall clock's, since the epoch began."),
    Figure("fps", "Frame rate", "fps", 1, "probe",
           "Video frames that arrived in the last 2,000 ms, per second of their timestamps."),
    Figure("gop_s", "Keyframe interval", "s", 2, "probe",
           "Timestamp distance of the last two keyframes; since the last one if that is more."),
    Figure("jitter_ms", "Frame jitter", "ms", 1, "probe",
           "95th percentile of the deviation of frame intervals from their median, of 2 s."),
    Figure("peak_dbfs", "Sound peak", "dBFS", 1, "probe",
           "Highest decoded audio sample against full scale since the last reading."),
    Figure("short_term_lufs", "Loudness", "LUFS", 1, "probe",
           "Short-term loudness of the decoded sound, 3 s (EBU R128, ITU-R BS.1770)."),
    Figure("coverage", "Audio coverage", "s/s", 3, "probe",
           "Seconds of decoded sound per second of its timestamps, of 10 s; below 1: holes."),
    Figure("return_kbps", "Return rate", "kbps", 0, "probe",
           "Media bits that came back from the platform in the last 1,000 ms (return check)."),
)  # fmt: skip

FIGURES: dict[str, Figure] = {figure.name: figure for figure in _ALL}
