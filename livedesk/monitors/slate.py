"""How far is the sound ahead of the picture, seen and heard by what the slate does?

The only figure that sees an error made before the encoder. Beeps are found first, because nothing
else sounds like them; when they come in the slate's rhythm, flashes are looked for in the picture.
The offset is flash minus beep on the stream's own time: positive, the sound is ahead. A picture
stands until the next one, so a flash is timed by the middle of the time in which it is shown, and a
beep by its middle too (docs/decisions/0013-slate.md).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from statistics import median
from typing import Final

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.monitors.facts import PictureFact, SoundFact
from livedesk.monitors.slate_beeps import APART_MS, Beep, BeepListener, merged
from livedesk.monitors.slate_flashes import MARGIN_MS, REACH_MS, FlashWatcher
from livedesk.monitors.slate_pattern import in_rhythm

_LEAST_HEARD: Final = 4
_LEAST_PAIRS: Final = 3
_SPREAD_MS: Final = 50.0
"""Pairs further from their median are not of one reading (a frame was dropped, a delay moved)."""

_KEEP_MS: Final = 12_000.0
_MOST_WAITING: Final = 64
_WAIT_MS: Final = REACH_MS + MARGIN_MS

_SPARSE_NS: Final = 500 * NS_PER_MS
_BLIND_NS: Final = NS_PER_S
"""Without pictures (none are decoded, or only keyframes) no flash can go with a beep: listening for
beeps, which costs more than all that is measured of packets, is left."""


@dataclass(frozen=True, slots=True)
class SlateReading:
    """`offset_ms`: median of `pairs` flashes and beeps; `age_s`: since the last of them."""

    offset_ms: float | None = None
    age_s: float | None = None
    pairs: int = 0


class SlateMeter:
    """Watches for the slate all the time; costs little while there is none.

    Picture and sound may come in any order within seconds; each must be in order of its own PTS.
    """

    def __init__(self) -> None:
        self._listener = BeepListener()
        self._watcher = FlashWatcher()
        self._beeps: list[Beep] = []
        self._waiting: deque[float] = deque(maxlen=_MOST_WAITING)
        self._offsets_ms: list[float] = []
        self._seen_ns: int | None = None
        self._pictured_ns = 0
        self._sees = False

    def restart(self) -> None:
        """A new epoch: nothing of the old timeline is paired with the new one, or shown for it."""
        self._listener.restart()
        self._watcher.restart()
        self._beeps.clear()
        self._waiting.clear()
        self._offsets_ms.clear()
        self._seen_ns = None

    def sound(self, fact: SoundFact) -> None:
        if not self._sees or fact.arrival_ns - self._pictured_ns > _BLIND_NS:
            return
        for beep in self._listener.sound(fact):
            new_ms = beep.centre_ms
            # Also drops what lies ahead: the timeline has jumped back.
            kept = [old for old in self._beeps if -APART_MS <= new_ms - old.centre_ms <= _KEEP_MS]
            self._beeps = merged(kept, beep)
            self._waiting = deque(
                (due for due in self._waiting if due <= new_ms + APART_MS), _MOST_WAITING
            )
            self._waiting.append(new_ms)

    def picture(self, fact: PictureFact) -> None:
        self._sees = fact.arrival_ns - self._pictured_ns <= _SPARSE_NS
        self._pictured_ns = fact.arrival_ns
        self._watcher.picture(fact)
        if fact.pts_ms is None:
            return
        while self._waiting and fact.pts_ms >= self._waiting[0] + _WAIT_MS:
            self._pair(self._waiting.popleft(), fact.pts_ms, fact.arrival_ns)

    def read(self, mono_ns: int) -> SlateReading:
        if self._seen_ns is None:
            return SlateReading()
        return SlateReading(
            offset_ms=median(self._offsets_ms),
            age_s=max(0, mono_ns - self._seen_ns) / NS_PER_S,
            pairs=len(self._offsets_ms),
        )

    def _pair(self, newest_ms: float, now_ms: float, arrival_ns: int) -> None:
        """Take the beats up to a beep, now that the pictures around them are all there."""
        heard_ms = [beep.centre_ms for beep in self._beeps if beep.centre_ms <= newest_ms]
        beats = in_rhythm(heard_ms)
        if sum(was_heard for _, was_heard in beats) < _LEAST_HEARD:
            return
        centres_ms = self._watcher.centres_ms([beat_ms for beat_ms, _ in beats])
        pairs = [
            (flash_ms, flash_ms - beat_ms)
            for (beat_ms, was_heard), flash_ms in zip(beats, centres_ms, strict=False)
            if was_heard and flash_ms is not None
        ]
        if not pairs:
            return
        middle_ms = median(offset_ms for _, offset_ms in pairs)
        pairs = [pair for pair in pairs if abs(pair[1] - middle_ms) <= _SPREAD_MS]
        if len(pairs) < _LEAST_PAIRS:
            return
        self._offsets_ms = [offset_ms for _, offset_ms in pairs]
        self._seen_ns = arrival_ns - round((now_ms - pairs[-1][0]) * NS_PER_MS)
