"""What is a feed like on the whole, not in this one second?

One second may hold a keyframe or not, and a cut in the picture shortens a keyframe interval now and
then. So rates are means of 10 s, and the interval is the longest of 30 s.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from livedesk.core.clock import NS_PER_S
from livedesk.core.status import FeedStatus

_FLOWING: Final = frozenset({"OK", "LOW", "STARVED"})
_RATES_NS: Final = 10 * NS_PER_S
_GOPS_NS: Final = 30 * NS_PER_S
_MOST_SEEN: Final = 600
_GOP_STEP_S: Final = 10


def is_flowing(feed: FeedStatus) -> bool:
    """Whether media comes, by its class; False also while that cannot be seen (BLIND)."""
    return feed.state in _FLOWING


class SteadyFeed:
    """The samples of one epoch; a new one, or a feed that stops, begins anew with the next."""

    def __init__(self) -> None:
        self._seen: deque[tuple[int, FeedStatus]] = deque(maxlen=_MOST_SEEN)
        self._begun_ns = 0

    def add(self, mono_ns: int, feed: FeedStatus) -> None:
        """A sample in which the feed flows."""
        if not self._seen or feed.epoch != self._seen[-1][1].epoch:
            self.restart()
            self._begun_ns = mono_ns
        self._seen.append((mono_ns, feed))
        while mono_ns - self._seen[0][0] > _GOPS_NS:
            self._seen.popleft()

    def restart(self) -> None:
        self._seen.clear()

    @property
    def span_ns(self) -> int:
        """Since the first sample of the epoch."""
        return self._seen[-1][0] - self._begun_ns if self._seen else 0

    def read(self) -> FeedStatus:
        """The newest sample with steady figures; GONE before the first."""
        if not self._seen:
            return FeedStatus()
        newest_ns, newest = self._seen[-1]
        recent = [feed for at_ns, feed in self._seen if newest_ns - at_ns <= _RATES_NS]
        return replace(
            newest,
            kbps=_mean(feed.kbps for feed in recent),
            video_kbps=_mean(feed.video_kbps for feed in recent),
            audio_kbps=_mean(feed.audio_kbps for feed in recent),
            gop_s=self._gop_s(newest),
        )

    def _gop_s(self, newest: FeedStatus) -> float | None:
        """Without a second keyframe so far it is at least as long as we look: told in steps."""
        known = [feed.gop_s for _, feed in self._seen if feed.gop_s is not None]
        if known:
            return max(known)
        steps = self.span_ns // (_GOP_STEP_S * NS_PER_S)
        return float(steps * _GOP_STEP_S) if steps and newest.fps is not None else None


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
