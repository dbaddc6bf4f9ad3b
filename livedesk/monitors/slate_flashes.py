"""When was the slate's flash seen, in whatever part of the picture it is?

The picture is kept as brightness of small blocks. Once the rhythm is known from the beeps, each
block's course over time is compared with that rhythm, moved by up to a second either way. A block
that is lit at every beat and at no other time correlates with it almost fully; cuts, motion,
photographers' flashes and lights to music do not. Then the centre of each pulse is taken, which is
finer than a frame where the camera saw only part of the flash.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from livedesk.monitors.facts import PictureFact
from livedesk.monitors.slate_pattern import PULSE_MS

REACH_MS: Final = 1_100
"""The largest offset that is looked for, and some."""

MARGIN_MS: Final = 500
"""Of picture before the first and after the last beat that is compared with the rhythm."""

_KEEP_MS: Final = 16_000
_MOST_PICTURES: Final = 2_048
_BLOCKS_ACROSS: Final = 32
_STEP_MS: Final = 40
_LIKENESS: Final = 0.8
"""Correlation with the rhythm; its square is how much of a block's changes the flashes are."""

_LEAST_STEPS: Final = 16
"""How much brighter a lit block must be, in steps of 255."""

_WIDEST_GAP_MS: Final = 300.0
_PULSE_REACH_MS: Final = 200
_GROUND_REACH_MS: Final = 400

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Course:
    """Brightness of blocks (a row a picture) and from when to when each picture stands."""

    begins_ms: Floats
    ends_ms: Floats
    blocks: NDArray[np.uint8]

    def between(self, from_ms: float, to_ms: float) -> _Course:
        part = slice(*np.searchsorted(self.begins_ms, (from_ms, to_ms)))
        return _Course(self.begins_ms[part], self.ends_ms[part], self.blocks[part])

    def holds(self, from_ms: float, to_ms: float) -> bool:
        return bool(self.begins_ms[0] <= from_ms and to_ms <= self.ends_ms[-1])

    @property
    def widest_gap_ms(self) -> float:
        return float((self.ends_ms - self.begins_ms).max(initial=0))


@dataclass(frozen=True, slots=True)
class _Match:
    """How the blocks follow the rhythm at one offset: correlation and height of the pulses."""

    offset_ms: float
    likeness: Floats
    steps: Floats

    @property
    def best(self) -> float:
        return float(self.likeness.max(initial=0))


class FlashWatcher:
    """The last seconds of picture, to look for flashes in."""

    def __init__(self) -> None:
        self._pictures: deque[tuple[float, NDArray[np.uint8]]] = deque(maxlen=_MOST_PICTURES)

    def restart(self) -> None:
        self._pictures.clear()

    def picture(self, fact: PictureFact) -> None:
        if fact.pts_ms is None or min(fact.luma.shape) < 2:
            return
        blocks = _in_blocks(fact.luma)
        if self._pictures:
            last_ms, last = self._pictures[-1]
            is_next = 0 < fact.pts_ms - last_ms < _KEEP_MS
            if not is_next or blocks.shape != last.shape:
                self.restart()
        self._pictures.append((fact.pts_ms, blocks))
        while fact.pts_ms - self._pictures[0][0] > _KEEP_MS:
            self._pictures.popleft()

    def centres_ms(self, beats_ms: Sequence[float]) -> list[float | None]:
        """PTS of the middle of the flash that goes with each beat; empty if there is no slate."""
        if len(self._pictures) < 2:
            return []
        course = self._course(beats_ms)
        matches = [
            match
            for offset_ms in range(-REACH_MS, REACH_MS + 1, _STEP_MS)
            if (match := _compare(course, beats_ms, offset_ms)) is not None
        ]
        best = max(matches, key=lambda match: match.best, default=None)
        if best is None or best.best < _LIKENESS:
            return []
        is_lit = best.likeness >= 0.9 * best.best
        steps = float(best.steps[is_lit].mean())
        light = course.blocks[:, is_lit].mean(axis=1, dtype=np.float64)
        return [_centre_ms(course, light, beat + best.offset_ms, steps) for beat in beats_ms]

    def _course(self, beats_ms: Sequence[float]) -> _Course:
        begins_ms = np.array([pts_ms for pts_ms, _ in self._pictures])
        last_ms = begins_ms[-1] + np.median(np.diff(begins_ms))
        blocks = np.stack([blocks for _, blocks in self._pictures])
        reach_ms = REACH_MS + MARGIN_MS
        return _Course(
            begins_ms, np.append(begins_ms[1:], last_ms), blocks.reshape(len(blocks), -1)
        ).between(beats_ms[0] - reach_ms, beats_ms[-1] + reach_ms)


def _in_blocks(luma: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Mean brightness of square blocks, some 32 along the longer side; an uneven rest is left."""
    side = max(1, max(luma.shape) // _BLOCKS_ACROSS)
    rows, columns = luma.shape[0] // side, luma.shape[1] // side
    tiles = luma[: rows * side, : columns * side].reshape(rows, side, columns, side)
    sums = tiles.sum(axis=1, dtype=np.uint16).sum(axis=2, dtype=np.uint32)
    return np.asarray(sums // (side * side), np.uint8)


def _compare(course: _Course, beats_ms: Sequence[float], offset_ms: float) -> _Match | None:
    """None where the pictures of these beats are not all there."""
    first_ms, last_ms = beats_ms[0] + offset_ms, beats_ms[-1] + offset_ms
    if not len(course.begins_ms) or not course.holds(first_ms - PULSE_MS, last_ms + PULSE_MS):
        return None
    part = course.between(first_ms - MARGIN_MS, last_ms + MARGIN_MS)
    if part.widest_gap_ms > _WIDEST_GAP_MS:
        return None
    rhythm = _lit_share(part, [beat + offset_ms for beat in beats_ms])
    rhythm -= rhythm.mean()
    changes = part.blocks - part.blocks.mean(axis=0, dtype=np.float32)
    common = (rhythm.astype(np.float32) @ changes).astype(np.float64)
    own = np.sqrt(np.square(changes).sum(axis=0, dtype=np.float64))
    size = max(1e-9, float(rhythm @ rhythm))
    steps = common / size
    likeness = common / np.maximum(own, 1e-9) / np.sqrt(size)
    return _Match(offset_ms, np.where(steps >= _LEAST_STEPS, likeness, 0), steps)


def _lit_share(course: _Course, centres_ms: Sequence[float]) -> Floats:
    """How much of the time that each picture stands the flash was on, 0 to 1."""
    lit_ms = np.zeros(len(course.begins_ms))
    for centre_ms in centres_ms:
        until = np.minimum(course.ends_ms, centre_ms + PULSE_MS / 2)
        since = np.maximum(course.begins_ms, centre_ms - PULSE_MS / 2)
        lit_ms += np.maximum(0, until - since)
    return np.asarray(lit_ms / (course.ends_ms - course.begins_ms))


def _centre_ms(course: _Course, light: Floats, near_ms: float, steps: float) -> float | None:
    """Centre of gravity of the light above its ground; None if there is no such pulse."""
    middles_ms = (course.begins_ms + course.ends_ms) / 2
    away_ms = np.abs(middles_ms - near_ms)
    is_pulse = away_ms <= _PULSE_REACH_MS
    is_ground = ~is_pulse & (away_ms <= _GROUND_REACH_MS)
    if not is_pulse.any() or not is_ground.any():
        return None
    above = light[is_pulse] - np.median(light[is_ground])
    peak = float(above.max())
    if peak < steps / 2:
        return None
    # What is left of the ground's own flicker would pull the centre to the middle of the window.
    weights = np.where(above > peak / 8, above, 0) * (course.ends_ms - course.begins_ms)[is_pulse]
    return float(weights @ middles_ms[is_pulse] / weights.sum())
