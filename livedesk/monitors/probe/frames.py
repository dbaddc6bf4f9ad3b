"""What is in a decoded frame? Brightness values, samples, loudness, a small preview.

Beside the reader and the opening of inputs this is the only file of the probe that imports av.
Nothing here converts a whole picture but the preview, which is made of few.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from math import ceil
from typing import Any, Final, NamedTuple

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.error import FFmpegError
from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange
from numpy.typing import NDArray

from livedesk.core.clock import NS_PER_S
from livedesk.monitors.facts import PictureFact, SoundFact
from livedesk.monitors.loudness import at_full_scale_one

LUMA_COLUMNS: Final = 240
"""The most that are taken; fewer miss the digits of a small clock."""

PREVIEW_WIDTH: Final = 320
PREVIEW_HEIGHT: Final = 180
_PREVIEW_TICK: Final = Fraction(1, 25)

_MOMENTARY_S: Final = 0.4
_SHORT_TERM_S: Final = 3.0
"""The windows of EBU Tech 3341."""

_BLOCK_S: Final = 0.1
_JUMP_MS: Final = 10.0
"""Timestamps in whole milliseconds stray from the samples by less."""


def picture_fact(frame: VideoFrame, pts_ms: float | None, arrival_ns: int) -> PictureFact | None:
    """None for pictures whose brightness is not a plane of its own (packed RGB and YUV)."""
    luma = _luma(frame)
    if luma is None:
        return None
    return PictureFact(
        arrival_ns,
        pts_ms,
        luma,
        bool(frame.key_frame),
        frame.color_range == ColorRange.JPEG or frame.format.name.startswith("yuvj"),
    )


def _luma(frame: VideoFrame) -> NDArray[np.uint8] | None:
    """Every n-th row and column of the first plane, from the middle of its step, as 8 bits."""
    pixels = frame.format
    if pixels.is_rgb or not (pixels.is_planar or pixels.name.startswith("gray")):
        return None
    bits = pixels.components[0].bits
    kind = np.dtype(np.uint8 if bits == 8 else ">u2" if pixels.is_big_endian else "<u2")
    plane = frame.planes[0]
    step = max(1, ceil(frame.width / LUMA_COLUMNS))
    values: NDArray[Any] = np.frombuffer(memoryview(plane), kind)
    rows = values.reshape(-1, plane.line_size // kind.itemsize)
    some = rows[step // 2 : frame.height : step, step // 2 : frame.width : step]
    if bits == 8:
        return np.array(some, np.uint8)
    # P010 and its kin keep their bits at the upper end of 16.
    spare = 8 if pixels.name.startswith("p") else bits - 8
    return (some >> spare).astype(np.uint8)


class _Form(NamedTuple):
    """What a filter graph is made for; it must be made anew when a frame has another."""

    sample_format: str
    layout: str
    sample_rate: int


class Listener:
    """Makes facts of decoded sound: blocks of 100 ms, as each costs the meters much the same.

    A block ends early where the timestamps or the form jump, so that holes stay holes.
    """

    def __init__(self) -> None:
        self._loudness = _Loudness()
        self._form = _Form("", "", 1)
        self._blocks: list[NDArray[np.float32]] = []
        self._pts_ms: float | None = None
        self._held = 0
        self._arrival_ns = 0

    def hear(self, frame: AudioFrame, pts_ms: float | None, arrival_ns: int) -> Iterator[SoundFact]:
        """Facts that are complete with this frame, with the arrival of their newest frame."""
        form = _Form(frame.format.name, frame.layout.name, frame.sample_rate)
        if self._held and (form != self._form or self._jumps(pts_ms)):
            yield self._taken()
        if not self._held:
            self._form, self._pts_ms = form, pts_ms
        self._loudness.hear(frame, form)
        self._blocks.append(_samples(frame))
        self._held += frame.samples
        self._arrival_ns = arrival_ns
        if self._held >= _BLOCK_S * form.sample_rate:
            yield self._taken()

    def _jumps(self, pts_ms: float | None) -> bool:
        if pts_ms is None or self._pts_ms is None:
            return pts_ms is not self._pts_ms
        expected_ms = self._pts_ms + self._held * 1_000 / self._form.sample_rate
        return abs(pts_ms - expected_ms) > _JUMP_MS

    def _taken(self) -> SoundFact:
        samples = self._blocks[0] if len(self._blocks) == 1 else np.hstack(self._blocks)
        self._blocks.clear()
        self._held = 0
        loudness = self._loudness
        return SoundFact(
            self._arrival_ns,
            self._pts_ms,
            samples,
            self._form.sample_rate,
            loudness.momentary,
            loudness.short_term,
        )


def _samples(frame: AudioFrame) -> NDArray[np.float32]:
    samples = at_full_scale_one(frame.to_ndarray())
    return samples if frame.format.is_planar else samples.reshape(-1, frame.layout.nb_channels).T


class _Loudness:
    """EBU R128 by libavfilter's ebur128, of all that was heard since the form changed.

    The filter reads once in 100 ms; its figures are kept until the next.
    """

    def __init__(self) -> None:
        self.momentary: float | None = None
        self.short_term: float | None = None
        self._form: _Form | None = None
        self._graph: Graph | None = None
        self._heard = self._unread = 0

    def hear(self, frame: AudioFrame, form: _Form) -> None:
        if form != self._form:
            self._begin(form)
        if self._graph is None:
            return
        self._heard += frame.samples
        self._unread += frame.samples
        try:
            self._graph.push(frame)
            if self._unread >= _BLOCK_S * form.sample_rate:
                self._read(self._graph, form)
        except (FFmpegError, ValueError):
            self._graph = self.momentary = self.short_term = None

    def _begin(self, form: _Form) -> None:
        self._form = form
        self._heard = self._unread = 0
        self.momentary = self.short_term = None
        try:
            self._graph = _loudness_graph(form)
        except (FFmpegError, ValueError):
            self._graph = None  # a form that the filter does not take: loudness stays unknown

    def _read(self, graph: Graph, form: _Form) -> None:
        self._unread %= round(_BLOCK_S * form.sample_rate)
        newest = None
        with suppress(BlockingIOError):  # the filter has no more to give
            while True:
                newest = graph.pull()
        if newest is None:
            return
        figures = newest.metadata
        if self._heard >= _MOMENTARY_S * form.sample_rate:
            self.momentary = _lufs(figures.get("lavfi.r128.M"))
        if self._heard >= _SHORT_TERM_S * form.sample_rate:
            self.short_term = _lufs(figures.get("lavfi.r128.S"))


def _loudness_graph(form: _Form) -> Graph:
    graph = Graph()
    source = graph.add_abuffer(
        sample_rate=form.sample_rate,
        format=form.sample_format,
        layout=form.layout,
        time_base=Fraction(1, form.sample_rate),
    )
    meter = graph.add("ebur128", "metadata=1:framelog=quiet")
    graph.link_nodes(source, meter, graph.add("abuffersink")).configure()
    return graph


def _lufs(text: str | None) -> float | None:
    if text is None:
        return None
    value = float(text)
    return value if np.isfinite(value) else None


class Preview:
    """Makes a small JPEG of a frame now and then; only those frames are scaled."""

    def __init__(self, per_second: float) -> None:
        self._every_ns = round(NS_PER_S / per_second) if per_second > 0 else None
        self._next_ns = 0
        self._encoder: av.VideoCodecContext | None = None
        self._count = 0

    def is_due(self, mono_ns: int) -> bool:
        return self._every_ns is not None and mono_ns >= self._next_ns

    def encode(self, frame: VideoFrame, mono_ns: int) -> tuple[int, int, bytes]:
        self._next_ns = mono_ns + (self._every_ns or 0)
        shrink = min(PREVIEW_WIDTH / frame.width, PREVIEW_HEIGHT / frame.height, 1.0)
        width = max(2, round(frame.width * shrink / 2) * 2)
        height = max(2, round(frame.height * shrink / 2) * 2)
        encoder = self._encoder_for(width, height)
        small = frame.reformat(width, height, "yuvj420p", interpolation="AREA")
        small.pts, self._count = self._count, self._count + 1
        small.time_base = _PREVIEW_TICK
        small.pict_type = av.video.frame.PictureType.NONE
        return width, height, b"".join(bytes(packet) for packet in encoder.encode(small))

    def _encoder_for(self, width: int, height: int) -> av.VideoCodecContext:
        encoder = self._encoder
        if encoder is None or (encoder.width, encoder.height) != (width, height):
            encoder = av.VideoCodecContext.create("mjpeg", "w")
            encoder.width, encoder.height = width, height
            encoder.pix_fmt = "yuvj420p"
            encoder.time_base = _PREVIEW_TICK
            encoder.thread_count = 1
            encoder.qmin, encoder.qmax = 3, 6
            self._encoder = encoder
        return encoder
