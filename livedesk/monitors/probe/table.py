"""How does a person read a probe's figures? A row a second, a summary at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from livedesk.core.status import (
    ConfigurationIssue,
    FeedStatus,
    PictureStatus,
    SoundStatus,
    SyncStatus,
)
from livedesk.monitors.probe.lines import SampleLine

HEADER: Final = (
    "     s  class      kbps    lag    fps    gop  picture               sound"
    "                   stream timing"
)

_GONE_MS: Final = 1_000.0


def row(line: SampleLine, second: int) -> str:
    """Lag in ms, gop in s, loudness in LUFS (short-term) and peak in dBFS."""
    feed = line.feed
    return (
        f"{second:6d}  {feed.state:8}{_number(feed.kbps, 7, 0)}{_number(feed.lag_ms, 7, 0)}"
        f"{_number(feed.fps, 7, 2)}{_number(feed.gop_s, 7, 2)}  {_picture(feed, line.picture):20}"
        f"  {_sound(line.sound):22}  {in_words(line.sync)}"
    )


def in_words(sync: SyncStatus) -> str:
    """The skew with its direction in words: a sign alone is read either way."""
    if sync.skew_ms is None:
        timing = "no data"
    else:
        drift = "" if sync.slope_ppm is None else f", drifting {sync.slope_ppm:+.1f} ppm"
        timing = f"{_direction(sync.skew_ms)} ({sync.state}){drift}"
    if sync.offset_ms is None:
        return timing
    return f"{timing}; slate: {_direction(sync.offset_ms)}"


def _direction(ms: float) -> str:
    whole_ms = round(abs(ms))
    return "in step" if whole_ms == 0 else f"sound {whole_ms} ms {'early' if ms > 0 else 'late'}"


def _picture(feed: FeedStatus, picture: PictureStatus) -> str:
    size = f"{feed.width}×{feed.height}" if feed.width else "–"
    return f"{size} {_state(picture.state, picture.for_s)}".rstrip()


def _sound(sound: SoundStatus) -> str:
    peak = "" if sound.peak_dbfs is None else f" {sound.peak_dbfs:.0f} dBFS"
    loudness = "–" if sound.short_term_lufs is None else f"{sound.short_term_lufs:.1f} LUFS"
    state = _state(sound.state, sound.for_s)
    return state if sound.state == "silent" else f"{loudness}{peak} {state}".rstrip()


def _state(state: str, for_s: float | None) -> str:
    """What is out of order and since when; what is in order needs no word."""
    if state in ("ok", "unknown"):
        return ""
    return state if for_s is None else f"{state} {for_s:.0f} s"


def _number(value: float | None, width: int, decimals: int) -> str:
    return f"{'–':>{width}}" if value is None else f"{value:{width}.{decimals}f}"


def issue_rows(title: str, issues: Sequence[ConfigurationIssue] | None) -> Iterable[str]:
    """None: too little was seen to say anything."""
    if issues is None:
        yield f"{title}: not checked, too little was measured"
    elif not issues:
        yield f"{title}: nothing to complain of"
    else:
        yield f"{title}:"
        yield from (f"  {each.severity:8}{each.type:28}{each.description}" for each in issues)


class Summary:
    """What there was in all samples, for one line at the end and for the missing track."""

    def __init__(self) -> None:
        self._samples = 0
        self._classes: Counter[str] = Counter()
        self._faulty: Counter[str] = Counter()
        self._kbps: list[float] = []
        self._most: dict[str, float] = {}
        self._codecs: set[str] = set()
        self._newest: SampleLine | None = None
        self._sync = SyncStatus()

    def add(self, line: SampleLine) -> None:
        feed = line.feed
        if self._kbps and self._newest is not None:  # before the first rate every feed is BLIND
            self._classes[self._newest.feed.state] += 1  # a class holds until the next sample
        self._newest = line
        self._samples += 1
        for state in (line.picture.state, line.sound.state):
            if state not in ("ok", "unknown"):
                self._faulty[state] += 1
        if feed.kbps is not None:
            self._kbps.append(feed.kbps)
        for track, codec, kbps in (
            ("video", feed.video_codec, feed.video_kbps),
            ("audio", feed.audio_codec, feed.audio_kbps),
        ):
            if codec is not None:
                self._codecs.add(track)
            if kbps is not None:
                self._most[track] = max(kbps, self._most.get(track, 0.0))
        if line.sync.skew_ms is not None or line.sync.offset_ms is not None:
            self._sync = line.sync

    def has(self, track: str) -> bool:
        """Whether the track was announced and, as far as is known, also came."""
        return track in self._codecs and self._most.get(track, 1.0) > 0

    def sentence(self, per_second: int) -> str:
        """`per_second`: samples a second."""
        if self._newest is None:
            return "Nothing was measured."
        parts = [f"{self._seconds(self._samples, per_second)} measured"]
        parts += self._durations(self._classes, per_second)
        if self._kbps:
            mean, low, high = sum(self._kbps) / len(self._kbps), min(self._kbps), max(self._kbps)
            parts.append(f"{mean:,.0f} kbps on average ({low:,.0f} to {high:,.0f})")
        parts += self._durations(self._faulty, per_second)
        parts += [f"no {name} for the last {age_ms / 1_000:.0f} s" for name, age_ms in (
            ("picture", self._newest.feed.video_age_ms), ("sound", self._newest.feed.audio_age_ms)
        ) if age_ms is not None and age_ms > _GONE_MS]  # fmt: skip
        if self._sync != SyncStatus():
            parts.append(in_words(self._sync))
        if faults := self._newest.feed.timestamp_faults:
            parts.append(f"{faults} faulty timestamps")
        return f"Summary: {', '.join(parts)}."

    def _durations(self, counts: Counter[str], per_second: int) -> list[str]:
        return [f"{name} {self._seconds(n, per_second)}" for name, n in counts.most_common()]

    @staticmethod
    def _seconds(count: int, per_second: int) -> str:
        seconds = count / per_second
        return f"{seconds:.0f} s" if seconds >= 1 else f"{seconds:.2g} s"
