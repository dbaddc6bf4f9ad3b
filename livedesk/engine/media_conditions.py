"""What is wrong with what viewers would see and hear, and with how it fits together? Pure.

What the probe does not know is neither good nor bad: it raises no alarm and ends none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from livedesk.alarms.life import AlarmRule, Finding
from livedesk.core.ladder import SkewLadder
from livedesk.core.status import ConfigurationIssue, StoreStatus
from livedesk.monitors.issues import Issues

_HOLD_S = 5.0

SOUND_LOST = AlarmRule(
    "high", 0.0, _HOLD_S, "Look at the encoder's sound: its source, mixer and audio encoder."
)
PICTURE_LOST = AlarmRule(
    "high", 0.0, _HOLD_S, "Look at the encoder's picture: its source, camera and video encoder."
)
NO_SOUND_YET = AlarmRule(
    "low", 15.0, _HOLD_S, "If the show shall have sound, choose an audio source in the encoder."
)
NO_PICTURE_YET = AlarmRule(
    "medium", 15.0, _HOLD_S, "Choose a video source in the encoder and start it anew."
)
PICTURE_BLACK = AlarmRule(
    "high", 3.0, _HOLD_S, "Check the camera, its cable and the scene in the encoder."
)
PICTURE_FROZEN = AlarmRule(
    "medium", 1.5, _HOLD_S,
    "If the scene is not meant to be still: check the camera and its capture in the encoder.",
)  # fmt: skip
SOUND_SILENT = AlarmRule(
    "medium", 10.0, _HOLD_S, "Check the microphone, its battery and the encoder's mixer."
)
SOUND_CLIPPING = AlarmRule("low", 3.0, 10.0, "Turn the sound down before the encoder.")
SKEW = AlarmRule(
    "high", 2.0, _HOLD_S,
    "Correct the audio delay in the encoder by the figure shown, then watch it.",
)  # fmt: skip
OFFSET = AlarmRule(
    "high", 2.0, _HOLD_S,
    "Correct the audio delay in the encoder by the figure shown, then show the slate again.",
)  # fmt: skip
FORECAST = AlarmRule(
    "low", 10.0, 30.0,
    "Restart the encoder's stream in a break, or let picture and sound run by one clock.",
)  # fmt: skip
CONFIGURATION = AlarmRule("medium", 5.0, _HOLD_S, "Correct the encoder's settings.")

_TRACK_AGE_MS = 1_000.0
"""A track this much older than the other has stopped, whatever the relay's events say."""

_TRACK_LATE_S = 0.25
"""After a silence of both tracks one of them is back first: the relay says if the other is not."""

_FROZEN_S = 3.0
"""In one piece: an encoder with few bits holds a still shot's noise from one keyframe to the next,
which is no capture that hangs."""

_OFFSET_AGE_S = 30.0
_FORECAST_S = 3_600.0

_ELSEWHERE = frozenset({"bitrateLow", "videoIngestionStarved", "noAudioStream", "noVideoStream"})
"""Issues that have alarms of their own, judged by the relay."""


@dataclass(frozen=True, slots=True)
class MediaConditions:
    """`is_flowing`: whether media of a session comes in; None when that cannot be seen.

    `unseen_issues`: those of the settings that were found before the probe went away.
    """

    status: StoreStatus
    is_flowing: bool | None
    lost_tracks: frozenset[str]
    unseen_issues: Issues = ()

    def findings(self) -> dict[str, Finding]:
        tracks = self._tracks()
        return tracks | self._contents(tracks) | self._sync() | self._configuration()

    def _tracks(self) -> dict[str, Finding]:
        feed = self.status.feed
        video_ms, audio_ms = feed.video_age_ms, feed.audio_age_ms
        return {
            "sound.lost": self._lost(SOUND_LOST, "audio", "Sound", audio_ms, video_ms),
            "picture.lost": self._lost(PICTURE_LOST, "video", "Picture", video_ms, audio_ms),
            "sound.none": Finding(
                NO_SOUND_YET,
                self.is_flowing and audio_ms is None and video_ms is not None,
                "No sound so far: the encoder sends a picture only.",
            ),
            "picture.none": Finding(
                NO_PICTURE_YET,
                self.is_flowing and video_ms is None and audio_ms is not None,
                "No picture so far: the encoder sends sound only.",
            ),
        }

    def _lost(
        self, rule: AlarmRule, track: str, name: str, age_ms: float | None, other_ms: float | None
    ) -> Finding:
        """A track that never was there is not lost. Between samples both ages grow alike."""
        cause = f"{name} is lost: the encoder sends no {track} any more."
        if age_ms is None or other_ms is None:
            return Finding(rule, self.is_flowing and False, cause)
        if track not in self.lost_tracks:
            rule = replace(rule, on_s=_TRACK_LATE_S)
        is_behind = age_ms - other_ms > _TRACK_AGE_MS or track in self.lost_tracks
        return Finding(rule, self.is_flowing and is_behind, cause)

    def _contents(self, tracks: dict[str, Finding]) -> dict[str, Finding]:
        """Nothing is said of a track that has stopped: its last picture is no frozen one."""
        picture = self.status.picture.state if not tracks["picture.lost"].present else "lost"
        sound = self.status.sound.state if not tracks["sound.lost"].present else "lost"
        seen = self._seen
        return {
            "picture.black": Finding(
                PICTURE_BLACK, seen(picture, "black"), "The picture is black."
            ),
            "picture.frozen": Finding(
                PICTURE_FROZEN, self._frozen(picture), "The picture stands still."
            ),
            "sound.silent": Finding(SOUND_SILENT, seen(sound, "silent"), "The sound is silent."),
            "sound.clipping": Finding(SOUND_CLIPPING, seen(sound, "clipping"), "The sound clips."),
        }

    def _frozen(self, picture: str) -> bool | None:
        for_s = self.status.picture.for_s
        return self._seen(picture, "frozen") and (for_s is None or for_s >= _FROZEN_S)

    def _seen(self, state: str, wanted: str) -> bool | None:
        if not self.is_flowing:
            return self.is_flowing
        return None if state == "unknown" else state == wanted

    def _sync(self) -> dict[str, Finding]:
        return {
            "sync.skew": Finding(SKEW, self._skewed(), self._skew_cause()),
            "sync.offset": Finding(
                OFFSET, self._offset(), self._offset_cause(), part_of=("sync.skew",)
            ),
            "sync.forecast": Finding(FORECAST, self._forecast(), self._forecast_cause()),
        }

    def _skewed(self) -> bool | None:
        if self.is_flowing is False:
            return False
        state = self.status.sync.state
        return None if self.is_flowing is None or state == "no_data" else state == "critical"

    def _skew_cause(self) -> str:
        skew_ms = self.status.sync.skew_ms
        if skew_ms is None:
            return "Sound and picture are out of step."
        return f"Sound is {_side(skew_ms)}."

    def _offset(self) -> bool | None:
        """An old reading says neither that it is still so nor that it is not."""
        sync = self.status.sync
        if sync.offset_ms is None or not self.is_flowing:
            return self.is_flowing and False
        if sync.offset_age_s is None or sync.offset_age_s > _OFFSET_AGE_S:
            return None
        ladder = SkewLadder(critical_ms=self.status.limits.max_skew_ms)
        return ladder.state(sync.offset_ms) == "critical"

    def _offset_cause(self) -> str:
        offset_ms = self.status.sync.offset_ms or 0.0
        return f"By the slate, sound is {_side(offset_ms)}."

    def _forecast(self) -> bool | None:
        sync = self.status.sync
        if not self.is_flowing or sync.state == "no_data":
            return None if self.is_flowing else self.is_flowing
        if sync.forecast_s is None or sync.forecast_error_s is None or sync.state == "critical":
            return False
        # A forecast that may be off by its own length says nothing yet.
        is_known = sync.forecast_error_s <= sync.forecast_s / 2
        return sync.kind == "drifting" and is_known and sync.forecast_s <= _FORECAST_S

    def _forecast_cause(self) -> str:
        sync = self.status.sync
        minutes = round((sync.forecast_s or 0.0) / 60)
        error = max(1, round((sync.forecast_error_s or 0.0) / 60))
        limit_ms = self.status.limits.max_skew_ms
        way = "early" if (sync.slope_ppm or 0.0) > 0 else "late"
        return f"Sound drifts: {limit_ms:g} ms {way} in {minutes} min, ±{error} min."

    def _configuration(self) -> dict[str, Finding]:
        seen, unseen = self.status.issues, self.unseen_issues
        return {
            f"configuration.{issue.type}": Finding(
                _corrected_by(issue),
                self.is_flowing if issue in seen else None,
                f"Encoder settings: {_measured(issue)}.",
            )
            for issue in (*unseen, *seen)
            if issue.severity == "error" and issue.type not in _ELSEWHERE
        }


def _side(skew_ms: float) -> str:
    return f"{abs(skew_ms):.0f} ms {'early' if skew_ms > 0 else 'late'}"


def _measured(issue: ConfigurationIssue) -> str:
    text = issue.description.partition("; ")[0].rstrip(".")
    return f"{text[:1].lower()}{text[1:]}"


def _corrected_by(issue: ConfigurationIssue) -> AlarmRule:
    """An issue is worded as what was measured, then what to do."""
    action = issue.description.partition("; ")[2]
    if not action:
        return CONFIGURATION
    rule = CONFIGURATION
    return AlarmRule(rule.priority, rule.on_s, rule.off_s, f"{action[0].upper()}{action[1:]}")
