"""The media thread keeps to the clock, whatever happens to it."""

from __future__ import annotations

import threading
from dataclasses import replace
from itertools import pairwise

from livedesk.core.clock import NS_PER_MS, NS_PER_S, SystemClock
from livedesk.core.rtmp_address import RtmpAddress
from livedesk.rtmp.messages import AUDIO, VIDEO, later_ms
from livedesk.sandbox.encoder.job import EncoderJob
from livedesk.sandbox.encoder.show import Paced, Show

FIRST_MS = 2**32 - 700


class LeapingClock(SystemClock):
    """The machine's clock, which can be moved ahead as a suspended process sees it."""

    def __init__(self) -> None:
        self.leap_ns = 0

    def mono_ns(self) -> int:
        return super().mono_ns() + self.leap_ns


class Collector:
    """Takes messages until there is one of a track with at least the given media time."""

    def __init__(self) -> None:
        self.messages: list[Paced] = []
        self.failures: list[BaseException] = []
        self._changed = threading.Condition()

    def take(self, paced: Paced) -> None:
        with self._changed:
            self.messages.append(paced)
            self._changed.notify_all()

    def wait_for(self, media_ms: int) -> None:
        def reached() -> bool:
            return any(later_ms(p.message.timestamp_ms, FIRST_MS) >= media_ms for p in self.video())

        with self._changed:
            assert self._changed.wait_for(reached, timeout=10)

    def video(self) -> list[Paced]:
        return [p for p in self.messages if p.message.type_id == VIDEO]

    def audio(self) -> list[Paced]:
        return [p for p in self.messages if p.message.type_id == AUDIO]


def _show(clock: SystemClock, collector: Collector) -> Show:
    job = EncoderJob(
        RtmpAddress(), width=320, height=180, fps=30, kbps=300, first_timestamp_ms=FIRST_MS
    )
    show = Show(job, clock, 40, collector.take, collector.failures.append)
    show.prepare()
    show.go()
    return show


def test_a_thread_that_was_held_up_skips_frames_and_does_not_drift() -> None:
    clock, collector = LeapingClock(), Collector()
    show = _show(clock, collector)
    try:
        collector.wait_for(200)
        clock.leap_ns = NS_PER_S
        collector.wait_for(1400)
    finally:
        show.close()
    assert not collector.failures
    assert show.pace.frames_skipped >= 25
    stamps = [later_ms(p.message.timestamp_ms, FIRST_MS) for p in collector.video()]
    assert stamps == sorted(stamps)
    # Due time and timestamp belong together: the difference is the same from first to last.
    first, last = collector.video()[0], collector.video()[-1]
    elapsed_ms = (last.due_ns - first.due_ns) / NS_PER_MS
    assert elapsed_ms == stamps[-1] - stamps[0]
    # Sound has no holes: it is made up for.
    sound_ms = [later_ms(p.message.timestamp_ms, FIRST_MS) for p in collector.audio()[1:]]
    assert max(b - a for a, b in pairwise(sound_ms)) <= 22


def test_another_rate_is_another_header_and_a_keyframe_on_the_same_timeline() -> None:
    collector = Collector()
    show = _show(SystemClock(), collector)
    try:
        collector.wait_for(200)
        show.change(lambda wishes: replace(wishes, kbps=600))
        collector.wait_for(500)
    finally:
        show.close()
    video = collector.video()
    headers = [index for index, paced in enumerate(video) if paced.is_header]
    assert headers[0] == 0
    assert len(headers) == 2
    again = headers[1]
    assert video[again + 1].keyframe
    assert video[again].message.timestamp_ms == video[again + 1].message.timestamp_ms
    step_ms = later_ms(video[again].message.timestamp_ms, video[again - 1].message.timestamp_ms)
    assert 33 <= step_ms <= 300
