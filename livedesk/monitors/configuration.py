"""Does the encoder send what the platform wishes? The check before going on air, and during it.

Types are those of YouTube's `healthStatus.configurationIssues` (Live Streaming API, "Configuration
Issues for LiveStream Resources"), because tools and people know them. YouTube publishes no severity
for a type; ours: `error` where the platform cannot use the feed, `warning` where viewers suffer,
`info` for the rest (docs/decisions/0014-configuration-check.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from livedesk.core.clock import NS_PER_S
from livedesk.core.status import ConfigurationIssue, FeedStatus, Limits, Severity, SoundStatus
from livedesk.monitors.issues import Issues, codec_name, issue, rounded
from livedesk.monitors.steady import SteadyFeed, is_flowing
from livedesk.monitors.wishes import VideoRate, Wish, Wishes, wishes_of

_TRIP: Final = 0.10
_CLEAR: Final = 0.03
"""Shares by which a rate or an interval may miss a wish: to become an issue, and to stay one."""

_WARM_UP_NS: Final = 10 * NS_PER_S

_PROBE_STALE_MS: Final = 1_500.0
"""Older figures are not known any more; the means of 10 and 30 s would outlive them."""


class ConfigurationCheck:
    """The check of one feed over time, so that its list holds still."""

    def __init__(self, limits: Limits, platform: str) -> None:
        self._limits = limits
        self._platform = platform
        self._steady = SteadyFeed()
        self._shown: Issues = ()
        self._is_unseen = False

    @property
    def unseen(self) -> Issues:
        """The issues before the probe went away, while it is away."""
        return self._shown if self._is_unseen else ()

    def update(self, mono_ns: int, feed: FeedStatus, sound: SoundStatus) -> Issues | None:
        """The issues now; None in the first 10 s of an epoch, while nothing flows, and while the
        probe's figures are too old."""
        self._is_unseen = is_flowing(feed) and (feed.probe_age_ms or 0.0) > _PROBE_STALE_MS
        if self._is_unseen:
            return None
        if not is_flowing(feed):
            self._steady.restart()
            self._shown = ()
            return None
        self._steady.add(mono_ns, feed)
        if self._steady.span_ns < _WARM_UP_NS:
            self._shown = ()
            return None
        shown = frozenset(each.type for each in self._shown)
        issues = configuration_issues(
            self._steady.read(), sound, self._limits, self._platform, shown=shown
        )
        self._shown = issues or ()
        return issues


def configuration_issues(
    feed: FeedStatus,
    sound: SoundStatus,
    limits: Limits,
    platform: str,
    *,
    shown: frozenset[str] = frozenset(),
) -> Issues | None:
    """What is not as wished, worst first; None while too little is known to say.

    Judges the figures as they are given: `ConfigurationCheck` steadies them. `shown` are types that
    are on the list now, which go away at a clear level of their own.
    """
    is_known = feed.kbps is not None and (feed.video_codec is None or feed.gop_s is not None)
    has_track = feed.video_codec is not None or feed.audio_codec is not None
    if not is_flowing(feed) or not is_known or not has_track:
        return None
    check = _Check(feed, sound, limits, wishes_of(platform), shown)
    found = (*check.tracks(), *check.picture(), *check.rates(), *check.audio())
    return tuple(sorted(found, key=lambda each: _ORDER[each.severity]))


_ORDER: Final[dict[Severity, int]] = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class _Check:
    """One look at one feed. Each method yields the issues of its part."""

    feed: FeedStatus
    sound: SoundStatus
    limits: Limits
    wishes: Wishes
    shown: frozenset[str]

    def tracks(self) -> Iterator[ConfigurationIssue]:
        feed, wishes = self.feed, self.wishes
        if feed.video_codec is None:
            yield issue("noVideoStream", "error", "No picture", "The feed has sound only",
                        "switch the picture on in the encoder")  # fmt: skip
        elif wishes.video_codecs and codec_name(feed.video_codec) not in wishes.video_codecs.value:
            yield issue("videoCodec", "error", "Video codec", f"The picture is {feed.video_codec}",
                        f"set the encoder to {_any(wishes.video_codecs)}")  # fmt: skip
        if feed.audio_codec is None:
            yield issue("noAudioStream", "error", "No sound", "The feed has a picture only",
                        "add a sound track in the encoder, even a silent one")  # fmt: skip
        elif wishes.audio_codecs and codec_name(feed.audio_codec) not in wishes.audio_codecs.value:
            yield issue("audioCodec", self._at_worst("error"), "Audio codec",
                        f"The sound is {feed.audio_codec}",
                        f"set the encoder to {_any(wishes.audio_codecs)}")  # fmt: skip

    def picture(self) -> Iterator[ConfigurationIssue]:
        feed, lines = self.feed, self._lines()
        size, fps, gop = self.wishes.max_lines, self.wishes.max_fps, self.wishes.max_gop_s
        if size and lines is not None and lines > size.value:
            yield issue("videoResolutionUnsupported", "warning", "Picture size",
                        f"The picture has {feed.width}×{feed.height}",
                        f"send {size.value}p at most ({size.source})")  # fmt: skip
        if fps and self._is_over("frameRateHigh", feed.fps, fps.value):
            yield issue("frameRateHigh", "warning", "Frame rate",
                        f"The picture has {feed.fps:.0f} frames a second",
                        f"send {fps.value:g} at most ({fps.source})")  # fmt: skip
        if gop and self._is_over("gopSizeLong", feed.gop_s, gop.value):
            yield issue("gopSizeLong", "warning", "Keyframes too rare",
                        f"A keyframe comes every {feed.gop_s:.1f} s",
                        f"set the encoder's keyframe interval to 2 s; {gop.value:g} s is the most "
                        f"({gop.source})")  # fmt: skip

    def rates(self) -> Iterator[ConfigurationIssue]:
        feed = self.feed
        if feed.state == "STARVED":
            yield issue("videoIngestionStarved", "error", "Feed arrives too slowly",
                        "The timestamps fall behind the clock",
                        "lower the encoder's rate, or mend its network")  # fmt: skip
        elif feed.state == "LOW" and self._is_short(feed.kbps):
            yield issue("bitrateLow", "warning", "Rate too low",
                        f"The feed has {rounded(feed.kbps)} kbps",
                        f"raise the encoder's rate: {self.limits.min_kbps:,.0f} kbps are the least "
                        "(min_kbps in the settings)")  # fmt: skip
        row = self._row()
        if row is None or feed.video_kbps is None or self.wishes.video_rates is None:
            return
        wished = (f"{row.min_kbps:g} to {row.max_kbps:g} kbps for this picture "
                  f"({self.wishes.video_rates.source})")  # fmt: skip
        measured = f"The picture has {rounded(feed.video_kbps)} kbps"
        if self._is_under("bitrateLow", feed.video_kbps, row.min_kbps) and feed.state == "OK":
            yield issue("bitrateLow", "warning", "Video rate low", measured,
                        f"raise the encoder's video rate to {wished}")  # fmt: skip
        if self._is_over("bitrateHigh", feed.video_kbps, row.max_kbps):
            yield issue("bitrateHigh", "info", "Video rate high", measured,
                        f"lower the encoder's video rate to {wished}")  # fmt: skip

    def audio(self) -> Iterator[ConfigurationIssue]:
        feed, wishes = self.feed, self.wishes
        if feed.audio_codec is None:
            return
        rates, channels = wishes.sample_rates, wishes.max_channels
        if rates and feed.sample_rate is not None and feed.sample_rate not in rates.value:
            yield issue("audioSampleRate", "warning", "Audio sample rate",
                        f"The sound has {feed.sample_rate / 1_000:g} kHz",
                        f"set 48 or 44.1 kHz ({rates.source})")  # fmt: skip
        if channels and feed.channels is not None and feed.channels > channels.value:
            yield issue("audioTooManyChannels", self._at_worst("error"), "Audio channels",
                        f"The sound has {feed.channels} channels",
                        f"send stereo or mono ({channels.source})")  # fmt: skip
        low, high = wishes.min_audio_kbps, wishes.max_audio_kbps
        measured = f"The sound has {rounded(feed.audio_kbps)} kbps"
        # Encoders spend next to nothing on silence: only sound that is heard can be judged.
        is_heard = self.sound.state in ("ok", "clipping")
        if low and is_heard and self._is_under("audioBitrateLow", feed.audio_kbps, low.value):
            yield issue("audioBitrateLow", "info", "Audio rate low", measured,
                        f"raise it to {low.value:g} kbps ({low.source})")  # fmt: skip
        if high and self._is_over("audioBitrateHigh", feed.audio_kbps, high.value):
            yield issue("audioBitrateHigh", "info", "Audio rate high", measured,
                        f"lower it to {high.value:g} kbps at most ({high.source})")  # fmt: skip

    def _row(self) -> VideoRate | None:
        lines = self._lines()
        if lines is None or self.feed.fps is None:
            return None
        return self.wishes.video_rate(lines, self.feed.fps)

    def _lines(self) -> int | None:
        """What "1080p" counts: the short side, also of an upright picture."""
        width, height = self.feed.width, self.feed.height
        return min(width, height) if width and height else None

    def _at_worst(self, severity: Severity) -> Severity:
        """Where the platform itself has published nothing, nothing is known to be refused."""
        return severity if self.wishes.name is not None else "warning"

    def _is_short(self, kbps: float | None) -> bool:
        """A class is of this second; a setting shows in what the feed has on the whole."""
        margin = _CLEAR if "bitrateLow" in self.shown else 0.0
        return kbps is not None and kbps < self.limits.min_kbps * (1 + margin)

    def _is_under(self, kind: str, value: float | None, least: float) -> bool:
        margin = _CLEAR if kind in self.shown else _TRIP
        return value is not None and value < least * (1 - margin)

    def _is_over(self, kind: str, value: float | None, most: float) -> bool:
        margin = _CLEAR if kind in self.shown else _TRIP
        return value is not None and value > most * (1 + margin)


def _any(wish: Wish[frozenset[str]]) -> str:
    return f"{' or '.join(sorted(wish.value))} ({wish.source})"
