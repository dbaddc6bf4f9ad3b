"""Is there a living picture? Black and frozen, told from the brightness of decoded pictures.

Frozen means that the encoder is given the same picture again and again. Its output is not the same
then: it refines the picture for a while and draws it anew with each keyframe. And the still shot of
a product is not frozen while the camera's noise or a clock moves in it. What tells them apart was
measured on x264 encodes (1280×720 at 30 fps, keyframes each 2 s, every sixth row and column):

* Share of points that change from one picture to the next, keyframes left out, mean of 1.6 s:
  frozen at 500 to 6,000 kbps, also just after it moved, at most 2.8 %; still with faint noise
  (FFmpeg's noise filter at strength 2 to 6) at least 7.1 % at 1,500 kbps, and more than 8 %
  from 2,500 kbps on; only in the first two seconds of a stream less.
* Greatest change of a point: frozen at most 28 levels (right after a keyframe, at a constant rate
  of 4,000 kbps), 61 at a keyframe; a clock of 28 pixels' height at least 140 levels, in three
  points or more.

An encoder that is given so few bits that it drops the noise (1,000 kbps and less) sends a frozen
picture: that cannot be told from one.
"""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.status import PictureState, PictureStatus
from livedesk.monitors.facts import PictureFact

FREEZE_NS: Final = 1_600 * NS_PER_MS
"""With a reading four times a second a freeze is told within 2 s of its beginning."""

_MOVED_SHARE: Final = 0.04
_MOVED_LEVELS: Final = 48
_MOVED_LEVELS_AT_KEYFRAME: Final = 80

_DENSE_NS: Final = 500 * NS_PER_MS
"""Pictures further apart (only keyframes are decoded) do not show whether it stands still."""

_STALE_NS: Final = NS_PER_S
_STALE_GAPS: Final = 2.5

_DARK: Final = 0.10
_DARK_SHARE: Final = 0.98
_DARK_MEAN: Final = 0.05
"""Black: nearly all points under 10 % of the range, as FFmpeg's blackdetect has it (pixel_black_th,
picture_black_ratio_th), and dark on the whole. A letterbox with content in it is neither."""

_LIMITED: Final = (16, 219)
_FULL: Final = (0, 255)
"""Black, and how far white is from it (ITU-R BT.709: 16 to 235)."""


class PictureMeter:
    """Pure: times come with the facts and with `read`."""

    def __init__(self) -> None:
        self._changes: deque[tuple[int, float]] = deque()
        self.restart()

    def restart(self) -> None:
        """Another picture begins; what was seen of the old one says nothing about it."""
        self._last: PictureFact | None = None
        self._gap_ns = 0
        self._black_since_ns: int | None = None
        self._frozen_since_ns: int | None = None
        self._begin(0, is_moving=False)

    def picture(self, fact: PictureFact) -> None:
        before, self._last = self._last, fact
        self._look_for_black(fact)
        if before is None or before.luma.shape != fact.luma.shape:
            self._begin(fact.arrival_ns, is_moving=False)
        else:
            self._gap_ns = fact.arrival_ns - before.arrival_ns
            self._look_for_motion(before, fact)

    def read(self, mono_ns: int) -> PictureStatus:
        patience_ns = max(_STALE_NS, round(_STALE_GAPS * self._gap_ns))
        if self._last is None or mono_ns - self._last.arrival_ns > patience_ns:
            return PictureStatus()
        state, since_ns = self._judged()
        for_s = None if since_ns is None else max(0, mono_ns - since_ns) / NS_PER_S
        return PictureStatus(state, for_s, 100 * _brightness(self._last))

    def _judged(self) -> tuple[PictureState, int | None]:
        if self._black_since_ns is not None:
            return "black", self._black_since_ns
        if self._frozen_since_ns is not None:
            return "frozen", self._frozen_since_ns
        return "ok" if self._is_moving else "unknown", None

    def _look_for_black(self, fact: PictureFact) -> None:
        black, span = _FULL if fact.full_range else _LIMITED
        dark = np.count_nonzero(fact.luma <= round(black + _DARK * span))
        if dark < _DARK_SHARE * fact.luma.size or _brightness(fact) > _DARK_MEAN:
            self._black_since_ns = None
        elif self._black_since_ns is None:
            self._black_since_ns = fact.arrival_ns

    def _look_for_motion(self, before: PictureFact, fact: PictureFact) -> None:
        levels = np.maximum(before.luma, fact.luma) - np.minimum(before.luma, fact.luma)
        greatest = int(levels.max(initial=0))
        if self._gap_ns > _DENSE_NS:
            self._begin(fact.arrival_ns, is_moving=greatest >= _MOVED_LEVELS_AT_KEYFRAME)
        elif greatest >= (_MOVED_LEVELS_AT_KEYFRAME if fact.keyframe else _MOVED_LEVELS):
            self._begin(fact.arrival_ns, is_moving=True)
        elif not fact.keyframe:
            self._weigh(fact.arrival_ns, np.count_nonzero(levels) / levels.size)

    def _begin(self, at_ns: int, *, is_moving: bool) -> None:
        """Count anew: what stands still does so from here on at the earliest."""
        self._begun_ns = at_ns
        self._is_moving = is_moving
        self._frozen_since_ns = None
        self._changes.clear()

    def _weigh(self, at_ns: int, share: float) -> None:
        """All small changes together: the camera's noise, or the encoder's work on a still."""
        changes = self._changes
        changes.append((at_ns, share))
        while at_ns - changes[0][0] > FREEZE_NS:
            changes.popleft()
        if sum(share for _, share in changes) >= _MOVED_SHARE * len(changes):
            self._is_moving, self._frozen_since_ns = True, None
        elif self._frozen_since_ns is None and at_ns - self._begun_ns >= FREEZE_NS:
            self._frozen_since_ns = max(self._begun_ns, changes[0][0])


def _brightness(fact: PictureFact) -> float:
    """Mean from 0 (black) to 1."""
    black, span = _FULL if fact.full_range else _LIMITED
    return min(1.0, max(0.0, (float(fact.luma.mean()) - black) / span))
