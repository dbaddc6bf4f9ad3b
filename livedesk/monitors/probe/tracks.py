"""Is a track missing that a fresh look at the input might show again?

PyAV knows the streams that were there when it opened; one that appears later (another codec, a
picture that starts after the sound) is passed over in silence. So when one track flows and the
other does not, the input is opened again: soon at first, then ever more rarely.
"""

from __future__ import annotations

from typing import Final

from livedesk.core.clock import NS_PER_S
from livedesk.monitors.facts import Track

_WAITS_S: Final = (2.0, 5.0, 10.0, 30.0)
_PAUSE_NS: Final = NS_PER_S
_ANALYSE_LONGER_S: Final = 4.0
"""The longest that fits into the time for opening; covers keyframe intervals up to that."""

_TRIES_UNSEEN: Final = 3
"""A track that never was there may well not exist."""

_OTHER: Final[dict[Track, Track]] = {"video": "audio", "audio": "video"}


class TrackWatch:
    """Lives as long as the job, over all openings of the input."""

    def __init__(self) -> None:
        self._seen: set[Track] = set()
        self._heard_ns: dict[Track, int] = {}
        self._tries: dict[Track, int] = {"video": 0, "audio": 0}

    def opened(self, mono_ns: int) -> None:
        self._heard_ns = {"video": mono_ns, "audio": mono_ns}

    def analyse_s(self, first_s: float) -> float:
        """How much media to look at when opening: more when a track was not found before."""
        return max(first_s, _ANALYSE_LONGER_S) if any(self._tries.values()) else first_s

    def packet(self, track: Track, mono_ns: int) -> bool:
        """Whether the input should be opened again now."""
        self._seen.add(track)
        self._tries[track] = 0
        other = _OTHER[track]
        if mono_ns - self._heard_ns[track] > _PAUSE_NS:
            self._heard_ns[other] = mono_ns  # both were silent: the feed paused
        self._heard_ns[track] = mono_ns
        tries = self._tries[other]
        if other not in self._seen and tries >= _TRIES_UNSEEN:
            return False
        wait_s = _WAITS_S[min(tries, len(_WAITS_S) - 1)]
        if mono_ns - self._heard_ns[other] < wait_s * NS_PER_S:
            return False
        self._tries[other] += 1
        return True
