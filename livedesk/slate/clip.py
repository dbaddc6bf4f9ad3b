"""What is in the slate's clip, and how is it written so that flash and beep are exactly together?

A dark field turns white at every beat while the tone sweeps up. Under it a hand crosses a scale at
a steady pace and is at the middle when a beat begins, so that a person can read the offset too:
where the hand is when the beep is heard. Marks are 100 ms apart; left of the middle, sound is
ahead. There is no text, because it would have to be read mirrored, small and in any language.
"""

from __future__ import annotations

import os
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from numpy.typing import NDArray

from livedesk.monitors.slate_pattern import PULSE_MS, ROUND_MS, beats_ms, beep

FRAME_RATES: Final = (25, 30, 50, 60)
LEAST_S: Final = ROUND_MS // 1_000
MOST_S: Final = 3_600
DEFAULT_S: Final = 3.0 * LEAST_S
FORMATS: Final = {".mp4": "mp4", ".mkv": "matroska"}

_WIDTH: Final = 1280
_HEIGHT: Final = 720
_SAMPLE_RATE: Final = 48_000
_BLOCK: Final = 1_024
_PEAK: Final = 0.5

_GROUND: Final = 24
_FIELD: Final = 36
_WHITE: Final = 235
_MARK: Final = 110
_HAND: Final = (190, 64, 168)
"""Amber, as Y′CbCr of ITU-R BT.709 in limited range; the rest is luma without colour."""

_FIELD_BOX: Final = (slice(40, 560), slice(54, 1_226))
_SCALE_Y: Final = 634
_SCALE_REACH_MS: Final = 600
"""Half the least distance between beats: the hand has crossed before the next one comes."""

_PX_PER_MS: Final = 960 / (2 * _SCALE_REACH_MS)

Picture = NDArray[np.uint8]


class ClipError(Exception):
    """The clip cannot be written; the text says what is wrong, where, and what to do."""


@dataclass(frozen=True, slots=True)
class ClipWish:
    """Which clip to write. Raises ClipError for one that cannot be.

    `fps` is best that of the show, so that no picture is left out on its way.
    """

    path: Path
    seconds: float = DEFAULT_S
    fps: int = 30

    def __post_init__(self) -> None:
        if self.fps not in FRAME_RATES:
            rates = ", ".join(str(rate) for rate in FRAME_RATES)
            raise ClipError(f"{self.fps} frames a second: choose one of {rates}")
        if not LEAST_S <= self.seconds <= MOST_S:
            raise ClipError(
                f"a clip of {self.seconds:g} s: choose {LEAST_S} to {MOST_S} s; "
                f"one round of the slate takes {LEAST_S} s"
            )
        if self.path.suffix.lower() not in FORMATS:
            endings = " or ".join(FORMATS)
            raise ClipError(f"{self.path}: choose a name that ends in {endings}")

    @property
    def frames(self) -> int:
        return round(self.seconds * self.fps)


def write_clip(wish: ClipWish) -> None:
    """Write the file whole or not at all. Raises ClipError."""
    unfinished = wish.path.with_name(f".{wish.path.name}.{os.getpid()}.part")
    try:
        _encode(wish, unfinished)
        unfinished.replace(wish.path)
    except OSError as error:  # FFmpeg's own errors are OSErrors too
        reason = error.strerror or type(error).__name__
        raise ClipError(
            f"{wish.path}: the clip cannot be written ({reason}); "
            "choose a folder that is there, has room and may be written to"
        ) from None
    finally:
        unfinished.unlink(missing_ok=True)


def _encode(wish: ClipWish, path: Path) -> None:
    form = FORMATS[wish.path.suffix.lower()]
    options = {"movflags": "+faststart"} if form == "mp4" else {}
    with av.open(str(path), "w", format=form, options=options) as container:
        video, audio = _video_stream(container, wish.fps), _audio_stream(container)
        sounds = _sounds(wish)
        begun = 0
        for index, picture in enumerate(_pictures(wish)):
            while begun * wish.fps <= index * _SAMPLE_RATE and (block := next(sounds, None)):
                begun, sound = block
                container.mux(audio.encode(sound))
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
            frame.pts, frame.time_base = index, Fraction(1, wish.fps)
            container.mux(video.encode(frame))
        for _, sound in sounds:
            container.mux(audio.encode(sound))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))


def _video_stream(container: Any, fps: int) -> Any:
    """Without B-frames: players that ignore edit lists would show the picture late."""
    stream = container.add_stream("libx264", rate=fps)
    context = stream.codec_context
    context.width, context.height, context.pix_fmt = _WIDTH, _HEIGHT, "yuv420p"
    context.time_base = Fraction(1, fps)
    context.color_range = 1  # limited
    context.colorspace = context.color_primaries = context.color_trc = 1  # BT.709
    context.options = {"preset": "superfast", "crf": "18", "bf": "0", "g": str(fps)}
    return stream


def _audio_stream(container: Any) -> Any:
    """The encoder's delay of one block is told by the container: edit list, CodecDelay."""
    stream = container.add_stream("aac", rate=_SAMPLE_RATE, layout="stereo")
    stream.codec_context.bit_rate = 192_000
    return stream


def _sounds(wish: ClipWish) -> Iterator[tuple[int, av.AudioFrame]]:
    """Blocks with the number of their first sample."""
    samples = round(wish.frames / wish.fps * _SAMPLE_RATE)
    track = np.zeros(samples, np.float32)
    sweep = _PEAK * beep(_SAMPLE_RATE)
    for at_ms in beats_ms(wish.frames * 1_000 / wish.fps):
        begin = at_ms * _SAMPLE_RATE // 1_000
        track[begin : begin + len(sweep)] = sweep
    for begin in range(0, samples, _BLOCK):
        block = np.repeat(track[None, begin : begin + _BLOCK], 2, axis=0)
        frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
        frame.sample_rate = _SAMPLE_RATE
        frame.pts, frame.time_base = begin, Fraction(1, _SAMPLE_RATE)
        yield begin, frame


def _pictures(wish: ClipWish) -> Iterator[Picture]:
    """The same memory each time, drawn anew where it changes."""
    dark, lit = _still(_FIELD), _still(_WHITE)
    beats = beats_ms(wish.frames * 1_000 / wish.fps)
    for index in range(wish.frames):
        # A hair late, so that rounding never puts a beat into the frame before its own.
        at_ms = index * 1_000 / wish.fps + 1e-6
        before = bisect(beats, at_ms) - 1
        is_lit = before >= 0 and at_ms - beats[before] < PULSE_MS
        picture = (lit if is_lit else dark).copy()
        _draw_hand(picture, _hand_ms(beats, before, at_ms))
        yield picture


def _hand_ms(beats: list[int], before: int, at_ms: float) -> float:
    """Time since the nearest beat, held at the ends of the scale while none is near."""
    since_ms = at_ms - beats[before] if before >= 0 else float(_SCALE_REACH_MS)
    to_next_ms = beats[before + 1] - at_ms if before + 1 < len(beats) else float("inf")
    if since_ms < min(_SCALE_REACH_MS, to_next_ms):
        return since_ms
    return -min(_SCALE_REACH_MS, to_next_ms)


def _still(field: int) -> Picture:
    """Everything but the hand. Planes one under another, as yuv420p packs them."""
    picture = np.full((_HEIGHT * 3 // 2, _WIDTH), 128, np.uint8)
    luma = picture[:_HEIGHT]
    luma[:] = _GROUND
    luma[_FIELD_BOX] = field
    for at_ms in range(-_SCALE_REACH_MS, _SCALE_REACH_MS + 1, 100):
        half = 34 if at_ms == 0 else 20 if abs(at_ms) == 500 else 12
        width = 4 if at_ms == 0 else 2
        x = _x(at_ms)
        luma[_SCALE_Y - half : _SCALE_Y + half, x - width : x + width] = (
            _WHITE if at_ms == 0 else _MARK
        )
    return picture


def _draw_hand(picture: Picture, at_ms: float) -> None:
    x, luma, blue, red = _x(at_ms), *_HAND
    rows, columns = slice(_SCALE_Y - 50, _SCALE_Y + 50), slice(x - 6, x + 6)
    picture[rows, columns] = luma
    for plane, value in enumerate((blue, red)):
        chroma = picture[_HEIGHT * (4 + plane) // 4 : _HEIGHT * (5 + plane) // 4]
        chroma = chroma.reshape(_HEIGHT // 2, _WIDTH // 2)
        chroma[rows.start // 2 : rows.stop // 2, columns.start // 2 : columns.stop // 2] = value


def _x(at_ms: float) -> int:
    """Column of a time on the scale; even, so that colour and brightness share edges."""
    return _WIDTH // 2 + 2 * round(at_ms * _PX_PER_MS / 2)
