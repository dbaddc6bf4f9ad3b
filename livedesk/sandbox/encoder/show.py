"""Who turns time into media? A thread that draws, encodes and hands on each frame when it is due.

Frame n belongs to the instant n / fps after the start, whatever happened before: a thread that
falls behind skips frames and says so, but its timestamps never drift from the clock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from livedesk.core.clock import NS_PER_MS, NS_PER_S, Clock
from livedesk.rtmp.flv import inspect
from livedesk.rtmp.messages import TIMESTAMP_MODULUS, VIDEO, Message
from livedesk.sandbox.encoder import sound
from livedesk.sandbox.encoder.job import EncoderJob
from livedesk.sandbox.encoder.media import BLOCK_SAMPLES, AudioTrack, VideoTrack
from livedesk.sandbox.encoder.paint import Planes
from livedesk.sandbox.encoder.scene import Moment, Scene

SKIP_AFTER_NS = 300 * NS_PER_MS
"""So far behind, frames are left out instead of being sent late."""


@dataclass(frozen=True, slots=True)
class Paced:
    """A message and the reading of the monotonic clock at which it belongs on the wire."""

    due_ns: int
    message: Message
    keyframe: bool
    is_header: bool


@dataclass(frozen=True, slots=True)
class Pace:
    """How well the thread keeps up. Late: handed on after it was due on the wire."""

    frames: int = 0
    frames_late: int = 0
    frames_skipped: int = 0
    worst_late_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for and is taken up with the next frame."""

    kbps: int
    keyframe: bool = False
    frozen: bool = False
    black: bool = False
    muted: bool = False
    clipping: bool = False


class Show:
    """The media thread. `emit` and `on_failure` are called in it; messages in order per track."""

    def __init__(
        self,
        job: EncoderJob,
        clock: Clock,
        hold_ms: int,
        emit: Callable[[Paced], None],
        on_failure: Callable[[BaseException], None],
    ) -> None:
        self._job = job
        self._clock = clock
        self._hold_ns = hold_ms * NS_PER_MS
        self._emit = emit
        self._on_failure = on_failure
        self._wishes = Wishes(job.kbps)
        self._lock = threading.Lock()
        self._go = threading.Event()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="encoder show", daemon=True)
        self._origin_ns = 0
        self._next_block = 1
        self.pace = Pace()

    def prepare(self) -> None:
        """Start the thread: it paints and opens the encoders, then waits for `go`."""
        self._thread.start()

    def go(self) -> None:
        """The first frame is now."""
        self._go.set()

    def change(self, wish: Callable[[Wishes], Wishes]) -> None:
        """Take up other wishes with the next frame."""
        with self._lock:
            self._wishes = wish(self._wishes)

    def ask_keyframe(self) -> None:
        self.change(lambda wishes: replace(wishes, keyframe=True))

    @property
    def wishes(self) -> Wishes:
        return self._wishes

    def close(self) -> None:
        """End the thread and wait for it; a frame in the making is finished."""
        self._end.set()
        self._go.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _take_wishes(self) -> Wishes:
        with self._lock:
            taken = self._wishes
            self._wishes = replace(taken, keyframe=False)
        return taken

    def _run(self) -> None:
        try:
            self._broadcast()
        except Exception as failure:  # noqa: BLE001 - the owner reports it and ends the process
            self._on_failure(failure)

    def _broadcast(self) -> None:
        job = self._job
        caption = f"SANDBOX · {job.width}×{job.height} · {job.fps} FPS · {job.codec.upper()}"
        scene = Scene(job.width, job.height, caption)
        kbps = job.kbps
        video, audio = VideoTrack(job, kbps), AudioTrack(job)
        scene.start(video.planes)
        try:
            self._go.wait()
            self._origin_ns = self._clock.mono_ns()
            utc_ns = self._clock.utc_ns()
            index, was_black = 0, False
            while not self._wait_for(index):
                wishes = self._take_wishes()
                if wishes.kbps != kbps:
                    kbps = wishes.kbps
                    video = self._reopened(video, scene, kbps)
                picture = _Picture(index / job.fps, utc_ns + index * NS_PER_S // job.fps, wishes)
                was_black = picture.draw(scene, video.planes, was_black)
                self._pass_on(video.encode(index, wishes.keyframe), index * 1000 // job.fps)
                self._sound_until((index + 1) / job.fps, audio, wishes)
                index = self._following(index)
        finally:
            video.close()
            audio.close()

    def _wait_for(self, index: int) -> bool:
        """Wait until the frame's instant; true when the show is to end instead."""
        due_ns = self._origin_ns + index * NS_PER_S // self._job.fps
        ahead_s = (due_ns - self._clock.mono_ns()) / NS_PER_S
        return self._end.wait(ahead_s) if ahead_s > 0 else self._end.is_set()

    def _reopened(self, old: VideoTrack, scene: Scene, kbps: int) -> VideoTrack:
        """x264 keeps its rate under CBR signalling, so another rate is another encoder."""
        fresh = VideoTrack(self._job, kbps)
        scene.start(fresh.planes)
        fresh.planes.copy_from(old.planes)
        old.close()
        return fresh

    def _sound_until(self, t_s: float, audio: AudioTrack, wishes: Wishes) -> None:
        """All blocks that begin up to `t_s`; they are due at their own times."""
        while self._next_block * BLOCK_SAMPLES <= t_s * sound.RATE_HZ:
            first = self._next_block * BLOCK_SAMPLES
            samples = _samples(first, wishes)
            stamp_ms = (first - BLOCK_SAMPLES) * 1000 // sound.RATE_HZ
            self._pass_on(audio.encode(first, samples), stamp_ms)
            self._next_block += 1

    def _pass_on(self, messages: list[Message], media_ms: int) -> None:
        """Stamp and emit. The muxer stamps codec headers 0; they belong to the frame after them."""
        for message in messages:
            part = inspect(message)
            is_header = part.kind == "header"
            stamp_ms = media_ms if is_header else message.timestamp_ms
            due_ns = self._origin_ns + stamp_ms * NS_PER_MS + self._hold_ns
            stamped = Message(
                message.type_id,
                0,
                (self._job.first_timestamp_ms + stamp_ms) % TIMESTAMP_MODULUS,
                message.payload,
            )
            keyframe = message.type_id == VIDEO and part.keyframe and part.kind == "frame"
            self._emit(Paced(due_ns, stamped, keyframe, is_header))

    def _following(self, index: int) -> int:
        """The next frame to make, and the account of this one."""
        job, pace = self._job, self.pace
        behind_ns = self._clock.mono_ns() - self._origin_ns - index * NS_PER_S // job.fps
        late_ns = max(0, behind_ns - self._hold_ns)
        skipped = behind_ns * job.fps // NS_PER_S if behind_ns > SKIP_AFTER_NS else 0
        self.pace = Pace(
            pace.frames + 1,
            pace.frames_late + (late_ns > 0),
            pace.frames_skipped + skipped,
            max(pace.worst_late_ms, late_ns / NS_PER_MS),
        )
        return index + 1 + skipped


@dataclass(frozen=True, slots=True)
class _Picture:
    """One frame: its place in the show, and what it is to look like."""

    t_s: float
    utc_ns: int
    wishes: Wishes

    def draw(self, scene: Scene, planes: Planes, was_black: bool) -> bool:
        """Bring the planes to this frame; true when they are black now."""
        if self.wishes.black:
            planes.fill_black()
            return True
        if was_black:
            scene.start(planes)
        if was_black or not self.wishes.frozen:
            level = 0.0 if self.wishes.muted else sound.level(self.t_s)
            scene.draw(planes, Moment(self.t_s, self.utc_ns, level))
        return False


def _samples(first: int, wishes: Wishes) -> sound.Sound:
    if wishes.muted:
        return sound.silence(BLOCK_SAMPLES)
    block = sound.block(first, BLOCK_SAMPLES)
    return sound.clipped(block) if wishes.clipping else block
