"""Would viewers notice a switch? Where a bonded feed differs from the primary one.

Types are those that YouTube uses for a primary and a backup stream (Live Streaming API,
"Configuration Issues for LiveStream Resources").
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from livedesk.core.status import ConfigurationIssue, FeedStatus, Severity
from livedesk.monitors.issues import Issues, codec_name, issue, rounded

_RATE_MARGIN: Final = 0.25
_GOP_MARGIN: Final = 0.1
_FPS_MARGIN: Final = 0.02
"""Shares of the larger by which the two may differ."""


def mismatches(primary: FeedStatus, bonded: FeedStatus) -> Issues:
    """Worst first. What one of the two does not know is not compared."""
    return (
        *_codecs(primary, bonded),
        *_same("resolutionMismatch", "error", "picture sizes", _size(primary), _size(bonded)),
        *_forms(primary, bonded),
        *_rates(primary, bonded),
    )


def _codecs(primary: FeedStatus, bonded: FeedStatus) -> Iterator[ConfigurationIssue]:
    """Another codec in mid-stream: most platforms and players stop at it."""
    yield from _same("videoCodecMismatch", "error", "video codecs",
                     _codec(primary.video_codec), _codec(bonded.video_codec))  # fmt: skip
    yield from _same("audioCodecMismatch", "error", "audio codecs",
                     _codec(primary.audio_codec), _codec(bonded.audio_codec))  # fmt: skip


def _forms(primary: FeedStatus, bonded: FeedStatus) -> Iterator[ConfigurationIssue]:
    yield from _near("framerateMismatch", "warning", "frame rates", "fps", _FPS_MARGIN,
                     primary.fps, bonded.fps)  # fmt: skip
    yield from _near("gopMismatch", "warning", "keyframe intervals", "s", _GOP_MARGIN,
                     primary.gop_s, bonded.gop_s)  # fmt: skip
    yield from _same("videoProfileMismatch", "warning", "video profiles",
                     primary.profile, bonded.profile)  # fmt: skip
    yield from _same("audioSampleRateMismatch", "warning", "sample rates",
                     _khz(primary.sample_rate), _khz(bonded.sample_rate))  # fmt: skip
    yield from _same("audioStereoMismatch", "warning", "channel counts",
                     _text(primary.channels), _text(bonded.channels))  # fmt: skip


def _rates(primary: FeedStatus, bonded: FeedStatus) -> Iterator[ConfigurationIssue]:
    yield from _near("videoBitrateMismatch", "info", "video rates", "kbps", _RATE_MARGIN,
                     primary.video_kbps, bonded.video_kbps)  # fmt: skip
    yield from _near("audioBitrateMismatch", "info", "audio rates", "kbps", _RATE_MARGIN,
                     primary.audio_kbps, bonded.audio_kbps)  # fmt: skip


def _same(
    kind: str, severity: Severity, what: str, primary: str | None, bonded: str | None
) -> Iterator[ConfigurationIssue]:
    if primary is not None and bonded is not None and primary != bonded:
        measured = f"Primary has {primary}, bonded {bonded}"
        yield issue(kind, severity, f"Different {what}", measured, "set both encoders alike")


def _near(
    kind: str, severity: Severity, what: str, unit: str, margin: float,
    primary: float | None, bonded: float | None,
) -> Iterator[ConfigurationIssue]:  # fmt: skip
    if primary is None or bonded is None or abs(primary - bonded) <= margin * max(primary, bonded):
        return
    texts = f"{rounded(primary)} {unit}", f"{rounded(bonded)} {unit}"
    yield from _same(kind, severity, what, *texts)


def _codec(name: str | None) -> str | None:
    return None if name is None else codec_name(name)


def _size(feed: FeedStatus) -> str | None:
    return f"{feed.width}×{feed.height}" if feed.width and feed.height else None


def _khz(sample_rate: int | None) -> str | None:
    return None if sample_rate is None else f"{sample_rate / 1_000:g} kHz"


def _text(count: int | None) -> str | None:
    return None if count is None else str(count)
