"""How did the feed, its sound and picture, and what measures them stand at an instant?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, get_args

from livedesk.core.events import Event
from livedesk.core.ladder import SkewLadder
from livedesk.core.status import (
    ConfigurationIssue,
    FeedState,
    FeedStatus,
    HealthClass,
    Limits,
    PartStatus,
    PictureState,
    PictureStatus,
    SessionState,
    SoundState,
    SoundStatus,
    SyncStatus,
)
from livedesk.journal.reader import TimedEvent
from livedesk.journal.replay.alarms import AlarmCourses
from livedesk.journal.replay.course import Course
from livedesk.journal.replay.samples import Second

CLASSES: Final[dict[object, HealthClass]] = {name: name for name in get_args(HealthClass)}
NOTHING_FLOWS: Final[frozenset[FeedState | None]] = frozenset(("GONE", "STALLED"))

_SESSION: Final[dict[str, SessionState]] = {
    "session.start": "live", "session.interrupted": "interrupted", "session.continued": "live",
    "session.end": "ended",
}  # fmt: skip
_FORMATS: Final = ("probe.opened", "probe.codec_changed", "probe.picture_changed",
                   "probe.sound_changed")  # fmt: skip
_NO_PROBE: Final = ("probe.lost", "probe.died", "probe.stuck", "probe.out_of_memory")

_PICTURES: Final[dict[str, PictureState]] = {"picture.black": "black", "picture.frozen": "frozen"}
_SOUNDS: Final[dict[str, SoundState]] = {"sound.silent": "silent", "sound.clipping": "clipping"}


@dataclass(frozen=True, slots=True)
class _Told:
    """What events say of the feed. `state` None: it is there, and no class was told."""

    state: FeedState | None = None
    codecs: tuple[tuple[str, str], ...] = ()


class FeedCourse:
    """Takes the events of feed, session, relay and probe in the order in which they happened."""

    def __init__(self) -> None:
        self._now = _Told()
        self._feed: Course[_Told] = Course()
        self._session: Course[SessionState] = Course()
        self._relay: Course[str] = Course()
        """Why the relay was not there; empty while it was."""
        self._probe: Course[str] = Course()
        self._formats: Course[Mapping[str, Any]] = Course()
        self._issues: Course[tuple[ConfigurationIssue, ...]] = Course()

    def take(self, timed: TimedEvent) -> None:
        t_ms, event = timed.t_ms, timed.event
        match event.kind:
            case "feed.up":
                self._tell(t_ms, _Told())
            case "feed.lost":
                self._tell(t_ms, _Told("GONE"))
            case "feed.class":
                state = CLASSES.get(event.data.get("to"), "BLIND")
                self._tell(t_ms, replace(self._now, state=state))
            case "feed.codec":
                track, codec = event.data.get("track"), event.data.get("codec")
                if isinstance(track, str) and isinstance(codec, str):
                    codecs = dict(self._now.codecs) | {track: codec}
                    self._tell(t_ms, replace(self._now, codecs=tuple(codecs.items())))
            case "relay.died":
                self._relay.add(t_ms, event.text)
                self._tell(t_ms, _Told("BLIND"))
            case "relay.started" | "relay.replaced":
                self._relay.add(t_ms, "")
            case "configuration.changed":
                self._issues.add(t_ms, _issues(event))
            case kind if kind in _SESSION:
                self._session.add(t_ms, _SESSION[kind])
            case kind if kind in _FORMATS:
                self._probe.add(t_ms, "")
                self._formats.add(t_ms, event.data)
            case kind if kind in _NO_PROBE:
                self._probe.add(t_ms, event.text)

    def _tell(self, t_ms: int, told: _Told) -> None:
        self._now = told
        self._feed.add(t_ms, told)

    def session(self, t_ms: int) -> SessionState:
        """A session begins with its first media, at 0."""
        return self._session.at(t_ms) or ("live" if t_ms >= 0 else "waiting")

    def issues(self, t_ms: int) -> tuple[ConfigurationIssue, ...] | None:
        """What did not fit the platform; None where nothing was told of it yet."""
        return self._issues.at(t_ms)

    def feed(self, t_ms: int, second: Second, limits: Limits) -> FeedStatus:
        told = self._feed.at(t_ms) or _Told()
        state, since_ms = told.state, self._feed.since_ms(t_ms)
        if state not in NOTHING_FLOWS:
            state = _flowing(state, second, limits)
        age_ms = second.relay_age_ms
        if state in NOTHING_FLOWS and since_ms is not None:
            age_ms = float(t_ms - since_ms)
        codecs, form = dict(told.codecs), self._form(t_ms, second)
        return FeedStatus(
            state=state or "BLIND",
            kbps=second.of("feed_kbps"),
            video_kbps=second.of("video_kbps"),
            audio_kbps=second.of("audio_kbps"),
            fps=second.of("fps"),
            gop_s=second.of("gop_s"),
            width=_whole(form, "width"),
            height=_whole(form, "height"),
            age_ms=age_ms,
            video_codec=codecs.get("video") or _text(form, "video_codec"),
            audio_codec=codecs.get("audio") or _text(form, "audio_codec"),
            epoch=second.epoch,
            probe_age_ms=second.probe_age_ms,
            lag_ms=second.of("lag_ms"),
            profile=_text(form, "profile"),
            sample_rate=_whole(form, "sample_rate"),
            channels=_whole(form, "channels"),
            jitter_ms=second.of("jitter_ms"),
        )

    def _form(self, t_ms: int, second: Second) -> Mapping[str, Any]:
        """What the probe saw of the stream, while it saw it."""
        return (self._formats.at(t_ms) or {}) if second.is_probed else {}

    def relay(self, t_ms: int, feed: FeedStatus, second: Second) -> PartStatus:
        why_not = self._relay.at(t_ms) or ""
        if second.is_relayed or (feed.state in NOTHING_FLOWS and not why_not):
            return PartStatus("up")
        return PartStatus("down" if why_not else "stale", why_not or None)

    def probe(self, t_ms: int, second: Second) -> PartStatus:
        if second.is_probed:
            return PartStatus("up", age_ms=0.0)
        why_not = self._probe.at(t_ms) or ""
        return PartStatus("down" if why_not else "stale", why_not or None)


def _issues(event: Event) -> tuple[ConfigurationIssue, ...]:
    """The record has which they were; how bad each was is not on record."""
    told = event.data.get("issues")
    types = [each for each in told if isinstance(each, str)] if isinstance(told, list) else []
    return tuple(ConfigurationIssue(each, "warning", each, event.text) for each in types)


def _flowing(state: FeedState | None, second: Second, limits: Limits) -> FeedState:
    """A class holds until the next, but only where somebody measured. Where none was ever told, the
    rate is judged by the contract alone."""
    if not second.is_relayed:
        return "BLIND"
    if state is not None:
        return state
    kbps = second.of("feed_kbps")
    if kbps is None:
        return "BLIND"
    return "LOW" if kbps < limits.min_kbps else "OK"


def sync_of(second: Second, limits: Limits) -> SyncStatus:
    """Slopes and forecasts are not on record: they follow from the minutes before."""
    skew_ms = second.of("skew_ms")
    return SyncStatus(
        skew_ms=skew_ms,
        state=SkewLadder(critical_ms=limits.max_skew_ms).state(skew_ms),
        age_ms=second.probe_age_ms,
        audio_wall_ms=second.of("audio_wall_ms"),
        video_wall_ms=second.of("video_wall_ms"),
    )


def picture_of(t_ms: int, second: Second, alarms: AlarmCourses) -> PictureStatus:
    """The record has what was wrong with a picture; sound that was decoded tells that pictures were
    looked at."""
    if not second.is_probed:
        return PictureStatus()
    for alarm, state in _PICTURES.items():
        if alarms.stands(alarm, t_ms):
            return PictureStatus(state)
    is_decoded = second.of("peak_dbfs") is not None and second.of("fps") is not None
    return PictureStatus("ok" if is_decoded else "unknown")


def sound_of(t_ms: int, second: Second, alarms: AlarmCourses) -> SoundStatus:
    peak_dbfs = second.of("peak_dbfs")
    state: SoundState = "unknown" if peak_dbfs is None else "ok"
    for alarm, found in _SOUNDS.items():
        if second.is_probed and alarms.stands(alarm, t_ms):
            state = found
    return SoundStatus(
        state=state,
        peak_dbfs=peak_dbfs,
        short_term_lufs=second.of("short_term_lufs"),
        coverage=second.of("coverage"),
    )


def _whole(form: Mapping[str, Any], name: str) -> int | None:
    value = form.get(name)
    return value if isinstance(value, int) else None


def _text(form: Mapping[str, Any], name: str) -> str | None:
    value = form.get(name)
    return value if isinstance(value, str) else None
