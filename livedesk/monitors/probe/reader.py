"""What arrives at this address? Demuxes and decodes it, and tells a sink what it finds.

One thread owns a container from opening to closing, and every wait is bounded.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.events import Json
from livedesk.monitors.facts import PacketFact, StreamFacts, Track
from livedesk.monitors.probe.frames import Listener, Preview, picture_fact
from livedesk.monitors.probe.job import ProbeJob
from livedesk.monitors.probe.load import DecodeLoad
from livedesk.monitors.probe.opening import no_media, opened
from livedesk.monitors.probe.pacing import AsItComes, AtOnce, ByClock, Pacing
from livedesk.monitors.probe.sink import InputError, Outcome, Sink
from livedesk.monitors.probe.tracks import TrackWatch

MOST_PIXELS: Final = 4096 * 2304
"""Larger pictures are not decoded: what asks for gigabytes of memory is broken or hostile."""

_IN_ARRIVAL_ORDER: Final = frozenset({"flv", "live_flv", "matroska,webm"})

_TIMEOUT_SLACK_S: Final = 0.1


def run_reader(
    job: ProbeJob,
    sink: Sink,
    stop: threading.Event,
    clock: Clock,
    watch: TrackWatch | None = None,
) -> Outcome:
    """Read until the input ends, `stop` is set, or another look is due. Raises InputError.

    `stop` is looked at between packets; a wait for one ends after the job's timeouts.
    """
    av.logging.set_level(None)
    watch = watch or TrackWatch()
    with opened(job, watch.analyse_s(job.analyse_s)) as container:
        return _Reading(job, container, sink, stop, clock, watch).run()


class _Reading:
    """One open input: demuxes, decodes as asked, hands on facts."""

    def __init__(
        self,
        job: ProbeJob,
        container: InputContainer,
        sink: Sink,
        stop: threading.Event,
        clock: Clock,
        watch: TrackWatch,
    ) -> None:
        self._job = job
        self._container = container
        self._sink = sink
        self._stop = stop
        self._clock = clock
        self._watch = None if job.is_file else watch
        self._pacing = _pacing(job, clock, stop)
        self._video = _first_video(container)
        self._audio = next((s for s in container.streams.audio if s.codec_context), None)
        if self._video is None and self._audio is None:
            raise InputError(f"{job.place} has neither audio nor video that can be read")
        self._video_tick_ms, self._audio_tick_ms = _tick_ms(self._video), _tick_ms(self._audio)
        self._facts = self._stream_facts()
        self._load = DecodeLoad(clock)
        self._preview = Preview(job.preview_fps)
        self._listener = Listener()
        self._is_too_large = False
        self._begun_ns: int | None = None
        self._last_ns = clock.mono_ns()

    def run(self) -> Outcome:
        now_ns = self._pacing.now_ns()
        self._sink.opened(now_ns, self._facts)
        if self._watch is not None:
            self._watch.opened(now_ns)
        streams = [stream for stream in (self._video, self._audio) if stream is not None]
        for stream in streams:
            stream.codec_context.thread_count = 1
        if self._video is not None:
            self._prepare_pictures(self._video)
        outcome = self._read_on(streams)
        self._report_load()
        return outcome

    def _prepare_pictures(self, video: VideoStream) -> None:
        codec = video.codec_context
        codec.options = {"max_pixels": str(MOST_PIXELS)}
        if self._job.decode != "all":
            codec.skip_frame = "NONKEY"
        self._is_too_large = codec.width * codec.height > MOST_PIXELS
        if self._is_too_large:
            size = f"{codec.width}×{codec.height}"
            text = (
                f"Pictures of {size} are larger than the probe decodes; black, frozen and preview "
                "stay unknown. Check the encoder's output size."
            )
            self._sink.note("probe.too_large", "warning", text, {"size": size})

    def _read_on(self, streams: list[VideoStream | AudioStream]) -> Outcome:
        for packet in self._packets(streams):
            if self._stop.is_set():
                return "stopped"
            if packet.size and (outcome := self._take(packet)) is not None:
                return outcome
        self._check_end()
        return "ended"

    def _check_end(self) -> None:
        """Some demuxers call it an end of file when a read was given up for its timeout."""
        limit_s = self._job.read_timeout_s
        silent_ns = self._clock.mono_ns() - self._last_ns
        if not self._job.is_file and silent_ns >= (limit_s - _TIMEOUT_SLACK_S) * NS_PER_S:
            raise InputError(f"lost {self._job.place}: {no_media(limit_s)}")

    def _packets(self, streams: list[VideoStream | AudioStream]) -> Iterator[Packet[Any]]:
        try:
            yield from self._container.demux(*streams)
        except IndexError:
            # At its end PyAV trips over a stream that appeared after opening; all of ours was read.
            return

    def _take(self, packet: Packet[Any]) -> Outcome | None:
        track: Track = "video" if packet.stream is self._video else "audio"
        tick_ms = self._video_tick_ms if track == "video" else self._audio_tick_ms
        dts_ms, pts_ms = _ms(packet.dts, tick_ms), _ms(packet.pts, tick_ms)
        arrival_ns = self._pacing.arrival_ns(dts_ms if dts_ms is not None else pts_ms)
        if arrival_ns is None:
            return "stopped"
        self._last_ns = arrival_ns
        if self._begun_ns is None:
            self._begun_ns = arrival_ns
        if self._is_past_end(arrival_ns):
            return "ended"
        size = packet.size
        self._sink.packet(
            PacketFact(track, arrival_ns, dts_ms, pts_ms, size, bool(packet.is_keyframe))
        )
        self._decode(packet, track, arrival_ns)
        if self._watch is not None and self._watch.packet(track, arrival_ns):
            return "reopen"
        return None

    def _is_past_end(self, arrival_ns: int) -> bool:
        if self._job.seconds is None or self._begun_ns is None or not self._job.is_file:
            return False
        return arrival_ns - self._begun_ns >= self._job.seconds * NS_PER_S

    def _decode(self, packet: Packet[Any], track: Track, arrival_ns: int) -> None:
        if track == "video" and not self._is_wanted(packet):
            return
        started_ns = self._clock.mono_ns()
        try:
            self._frames(packet.decode(), arrival_ns)
        except (FFmpegError, ValueError):
            self._load.errors += 1
        self._load.add(started_ns)
        if self._load.is_due():
            self._report_load()

    def _is_wanted(self, packet: Packet[Any]) -> bool:
        """Without decoding, a keyframe after a new codec header is still looked at for its size."""
        if self._is_too_large:
            return False
        if self._job.decode == "all":
            return True
        if not packet.is_keyframe:
            return False
        return self._job.decode == "keyframes" or packet.has_sidedata("new_extradata")

    def _frames(self, frames: Sequence[object], arrival_ns: int) -> None:
        for frame in frames:
            if isinstance(frame, VideoFrame):
                self._picture(frame, arrival_ns)
            elif isinstance(frame, AudioFrame):
                self._sound(frame, arrival_ns)

    def _picture(self, frame: VideoFrame, arrival_ns: int) -> None:
        facts = self._facts
        if frame.key_frame or (frame.width, frame.height) != (facts.width, facts.height):
            profile = _profile(self._video) or facts.profile
            self._learn(
                arrival_ns,
                replace(facts, width=frame.width, height=frame.height, profile=profile),
            )
        if self._job.decode == "none":
            return
        pts_ms = _ms(frame.pts, self._video_tick_ms)
        if (fact := picture_fact(frame, pts_ms, arrival_ns)) is not None:
            self._sink.picture(fact)
        if self._preview.is_due(arrival_ns):
            width, height, jpeg = self._preview.encode(frame, arrival_ns)
            self._sink.preview(arrival_ns, jpeg, width, height)

    def _sound(self, frame: AudioFrame, arrival_ns: int) -> None:
        rate, channels = frame.sample_rate, frame.layout.nb_channels
        if (rate, channels) != (self._facts.sample_rate, self._facts.channels):
            self._learn(arrival_ns, replace(self._facts, sample_rate=rate, channels=channels))
        pts_ms = _ms(frame.pts, self._audio_tick_ms)
        for fact in self._listener.hear(frame, pts_ms, arrival_ns):
            self._sink.sound(fact)

    def _learn(self, arrival_ns: int, facts: StreamFacts) -> None:
        if facts != self._facts:
            self._facts = facts
            self._sink.changed(arrival_ns, facts)

    def _report_load(self) -> None:
        load = self._load.take()
        self._sink.decoding(load, self._load.errors)
        is_slow = self._load.turned(load)
        if is_slow is None or self._job.pace == "at_once":
            return
        data: dict[str, Json] = {"decode_load": round(load, 2), "decode": self._job.decode}
        if is_slow:
            text = "Decoding takes nearly all of the probe's time; set probe.decode to keyframes."
            self._sink.note("probe.slow_decode", "warning", text, data)
        else:
            text = "Decoding keeps up with the feed again."
            self._sink.note("probe.decode_recovered", "info", text, data)

    def _stream_facts(self) -> StreamFacts:
        # Rate and channels of the sound are left to the first decoded frame: FLV says 44.1 kHz and
        # stereo for every AAC.
        video, audio = self._video, self._audio
        return StreamFacts(
            video_codec=video.codec_context.name if video is not None else None,
            audio_codec=audio.codec_context.name if audio is not None else None,
            width=(video.codec_context.width or None) if video is not None else None,
            height=(video.codec_context.height or None) if video is not None else None,
            profile=_profile(video),
            in_arrival_order=self._container.format.name in _IN_ARRIVAL_ORDER,
        )


def _pacing(job: ProbeJob, clock: Clock, stop: threading.Event) -> Pacing:
    if not job.is_file:
        return AsItComes(clock)
    return AtOnce(clock) if job.pace == "at_once" else ByClock(clock, stop)


def _first_video(container: InputContainer) -> VideoStream | None:
    """The first that moves: a cover picture in a sound file is a video stream too.

    A stream of a codec that libav does not know has no codec context.
    """
    cover = av.stream.Disposition.attached_pic
    return next(
        (s for s in container.streams.video if s.codec_context and not s.disposition & cover), None
    )


def _profile(video: VideoStream | None) -> str | None:
    return None if video is None else video.codec_context.profile or None


def _tick_ms(stream: VideoStream | AudioStream | None) -> float:
    """What one step of a stream's timestamps is; asked once, as each asking makes a Fraction."""
    return 0.0 if stream is None or stream.time_base is None else float(stream.time_base * 1_000)


def _ms(stamp: int | None, tick_ms: float) -> float | None:
    return None if stamp is None else stamp * tick_ms
