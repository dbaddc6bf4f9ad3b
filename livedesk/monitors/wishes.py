"""What do platforms wish of a feed? Published figures, each with the page that says so.

A figure that no page of the platform states is None and is not checked; nothing here is a guess.
Where each was read, and what could not be confirmed: docs/decisions/0014-configuration-check.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)

AT_30: Final = 31.0
AT_60: Final = 61.0
"""The tables' rows "at 30 fps" and "at 60 fps", with room for what a meter reads."""


@dataclass(frozen=True, slots=True)
class Wish(Generic[T_co]):
    """A wished figure and who says so, in words fit for an operator."""

    value: T_co
    source: str


@dataclass(frozen=True, slots=True)
class VideoRate:
    """Wished video kbps for pictures whose short side has up to `lines`, up to `max_fps`."""

    lines: int
    max_fps: float
    min_kbps: float
    max_kbps: float


@dataclass(frozen=True, slots=True)
class Wishes:
    """What one platform asks for. `name` is None where the platform publishes nothing."""

    name: str | None = None
    video_rates: Wish[tuple[VideoRate, ...]] | None = None
    video_codecs: Wish[frozenset[str]] | None = None
    max_lines: Wish[int] | None = None
    max_fps: Wish[float] | None = None
    max_gop_s: Wish[float] | None = None
    min_audio_kbps: Wish[float] | None = None
    max_audio_kbps: Wish[float] | None = None
    audio_codecs: Wish[frozenset[str]] | None = None
    sample_rates: Wish[frozenset[int]] | None = None
    max_channels: Wish[int] | None = None

    def video_rate(self, lines: int, fps: float) -> VideoRate | None:
        """The row for a picture, by its short side, so that upright pictures count alike."""
        if self.video_rates is None:
            return None
        fitting = (
            row for row in self.video_rates.value if lines <= row.lines and fps <= row.max_fps
        )
        return min(fitting, key=lambda row: (row.lines, row.max_fps), default=None)


_ALL_THREE: Final = "YouTube, Meta and Twitch alike"
_YOUTUBE: Final = "YouTube Help, live encoder settings"
_YOUTUBE_API: Final = "YouTube Live API, configuration issues"
_META: Final = "Meta Live Video API, recommended settings"
_TWITCH: Final = "Twitch, broadcast recommendations"
_TWITCH_2017: Final = "Twitch, broadcast requirements of 2017"
_OBS: Final = "OBS Studio, its list of services"

_RATES_44_48: Final = frozenset({44_100, 48_000})

GENERIC: Final = Wishes(
    max_gop_s=Wish(4, "YouTube and Meta alike"),
    audio_codecs=Wish(frozenset({"aac"}), _ALL_THREE),
    sample_rates=Wish(_RATES_44_48, _ALL_THREE),
    max_channels=Wish(2, _ALL_THREE),
)
"""For platforms that publish nothing: on what those that do agree."""

YOUTUBE: Final = Wishes(
    name="YouTube",
    video_rates=Wish(
        (
            VideoRate(720, AT_30, 3_000, 8_000),
            VideoRate(720, AT_60, 3_000, 8_000),
            VideoRate(1080, AT_30, 3_000, 8_000),
            VideoRate(1080, AT_60, 4_000, 12_000),
            VideoRate(1440, AT_30, 5_000, 25_000),
            VideoRate(1440, AT_60, 6_000, 30_000),
            VideoRate(2160, AT_30, 8_000, 35_000),
            VideoRate(2160, AT_60, 10_000, 40_000),
        ),
        _YOUTUBE,
    ),
    video_codecs=Wish(frozenset({"h264", "hevc", "av1"}), _OBS),
    max_lines=Wish(2160, _YOUTUBE),
    max_fps=Wish(60, _YOUTUBE),
    max_gop_s=Wish(4, _YOUTUBE_API),
    max_audio_kbps=Wish(160, _OBS),
    audio_codecs=Wish(frozenset({"aac", "mp3"}), _YOUTUBE_API),
    sample_rates=Wish(_RATES_44_48, _YOUTUBE_API),
    max_channels=Wish(2, _YOUTUBE_API),
)

FACEBOOK: Final = Wishes(
    name="Facebook",
    video_rates=Wish(
        (
            VideoRate(360, AT_30, 400, 1_000),
            VideoRate(480, AT_30, 600, 2_000),
            VideoRate(720, AT_30, 1_500, 4_000),
            VideoRate(720, AT_60, 2_250, 6_000),
            VideoRate(1080, AT_30, 3_000, 6_000),
            VideoRate(1080, AT_60, 4_500, 9_000),
        ),
        _META,
    ),
    video_codecs=Wish(frozenset({"h264"}), _META),
    max_lines=Wish(1080, _META),
    max_fps=Wish(60, _META),
    max_gop_s=Wish(4, _META),
    min_audio_kbps=Wish(128, _META),
    max_audio_kbps=Wish(256, _META),
    audio_codecs=Wish(frozenset({"aac"}), _META),
    sample_rates=Wish(_RATES_44_48, _META),
    max_channels=Wish(2, _META),
)

TWITCH: Final = Wishes(
    name="Twitch",
    video_rates=Wish((VideoRate(1080, AT_60, 3_000, 6_000),), _TWITCH_2017),
    video_codecs=Wish(frozenset({"h264"}), _TWITCH),
    max_fps=Wish(60, _TWITCH_2017),
    max_gop_s=Wish(2, _TWITCH_2017),
    min_audio_kbps=Wish(96, _TWITCH_2017),
    max_audio_kbps=Wish(320, _TWITCH),
    audio_codecs=Wish(frozenset({"aac"}), _TWITCH),
    sample_rates=Wish(_RATES_44_48, _TWITCH),
    max_channels=Wish(2, _TWITCH),
)

PLATFORMS: Final[dict[str, Wishes]] = {
    "youtube": YOUTUBE,
    "facebook": FACEBOOK,
    "twitch": TWITCH,
    "tiktok": GENERIC,
    "shopee": GENERIC,
    "generic": GENERIC,
}


def wishes_of(platform: str) -> Wishes:
    """By the name in the settings; what all platforms agree on for one that is not known."""
    return PLATFORMS.get(platform.strip().lower(), GENERIC)
