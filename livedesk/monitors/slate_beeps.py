"""When was the slate's beep heard, under whatever else there is to hear?

A matched filter for the sweep (a pulse compression, as radar does it), in the sweep's band only.
What is judged is the share of the band's energy, over the length of a beep, that the sweep
explains: it does not depend on loudness. For noise it is about 1 / (bandwidth × duration), here
1/480, whatever its level (exponentially distributed), so one fixed threshold has one rate of false
beeps.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from statistics import median
from typing import Final

import numpy as np
from numpy.typing import NDArray

from livedesk.monitors.facts import SoundFact
from livedesk.monitors.slate_pattern import PULSE_MS, SWEEP_HZ, beep

_BAND_HZ: Final = (SWEEP_HZ[0] - 200, SWEEP_HZ[1] + 200)
_WINDOW_S: Final = 0.65
_LEAST_SHARE: Final = 0.1
"""Beeps 9 dB under the rest of their band are heard; noise reaches it once in 10^21 tries."""

_FLOOR: Final = 1e-4
"""Amplitude, −80 dBFS: nothing is looked for in silence."""

APART_MS: Final = 300.0
"""Two beeps are never closer."""

_JUMP_MS: Final = 30.0
"""Sound whose timestamps jump further is not continued."""

_SAMPLE_RATES: Final = range(8_000, 384_001)
"""Slower ones do not carry the sweep; faster ones are a broken stream that asks for memory."""


@dataclass(frozen=True, slots=True)
class Beep:
    """`centre_ms` is the PTS of its middle, `share` how much of the band's energy it was."""

    centre_ms: float
    share: float


class BeepListener:
    """Collects blocks of sound into windows that overlap by a beep, and listens to each."""

    def __init__(self) -> None:
        self._filter: _SweepFilter | None = None
        self._window: NDArray[np.float32] = np.zeros(0, np.float32)
        self._filled = 0
        self._stamps: deque[tuple[int, float]] = deque()  # place in the window, PTS
        self._next_ms: float | None = None

    def restart(self) -> None:
        self._filled = 0
        self._stamps.clear()
        self._next_ms = None

    def sound(self, fact: SoundFact) -> list[Beep]:
        """Beeps of what is complete with this block, in order; one may be told twice."""
        if fact.pts_ms is None or fact.sample_rate not in _SAMPLE_RATES or not fact.samples.size:
            return []
        if not np.isfinite(fact.samples).all():
            return []
        beeps: list[Beep] = []
        if self._filter is None or self._filter.sample_rate != fact.sample_rate:
            self._filter = _SweepFilter(fact.sample_rate)
            self._window = np.zeros(self._filter.samples, np.float32)
            self.restart()
        if self._next_ms is not None and abs(fact.pts_ms - self._next_ms) > _JUMP_MS:
            beeps += self._listen(self._filter)
            self.restart()
        self._next_ms = fact.pts_ms + fact.duration_ms
        self._stamps.append((self._filled, fact.pts_ms))
        mono = fact.samples.mean(axis=0)
        while len(mono):
            taken = min(len(mono), len(self._window) - self._filled)
            self._window[self._filled : self._filled + taken] = mono[:taken]
            self._filled += taken
            mono = mono[taken:]
            if self._filled == len(self._window):
                beeps += self._listen(self._filter)
                self._keep_tail(self._filter.overlap)
        return beeps

    def _listen(self, sweep: _SweepFilter) -> list[Beep]:
        """Beeps of the window as far as it is filled."""
        if self._filled < sweep.overlap:
            return []
        self._window[self._filled :] = 0
        # Timestamps are rounded to a millisecond in RTMP: the median of many is not.
        begin_ms = median(pts - place * 1_000 / sweep.sample_rate for place, pts in self._stamps)
        return [
            Beep(begin_ms + begin_s * 1_000 + PULSE_MS / 2, share)
            for begin_s, share in sweep.find(self._window)
        ]

    def _keep_tail(self, count: int) -> None:
        gone = len(self._window) - count
        self._window[:count] = self._window[gone:].copy()
        self._filled = count
        self._stamps = deque((place - gone, pts) for place, pts in self._stamps)
        while len(self._stamps) > 1 and self._stamps[1][0] <= 0:
            self._stamps.popleft()


class _SweepFilter:
    """Finds the sweep in a window of sound of one sample rate.

    One transform of the window gives the spectrum; only the band's part of it is transformed back,
    which is the same as shifting the band to zero and sampling it 20 times slower.
    """

    def __init__(self, sample_rate: int) -> None:
        self.sample_rate = sample_rate
        self.samples = 2 ** math.ceil(math.log2(_WINDOW_S * sample_rate))
        sweep = beep(sample_rate)
        self.overlap = len(sweep) + sample_rate // 50
        low, high = (round(edge * self.samples / sample_rate) for edge in _BAND_HZ)
        self._bins = slice(low, high)
        spectrum = np.fft.rfft(sweep, self.samples)[self._bins]
        self._matched = spectrum.conj()
        self._energy = float(np.sum(np.abs(np.fft.ifft(spectrum)) ** 2))
        self._step_s = self.samples / (high - low) / sample_rate
        self._length = round(len(sweep) / sample_rate / self._step_s)
        amplitude = _FLOOR * self.samples / (high - low) / 2
        self._least_energy = self._length * amplitude**2

    def find(self, window: NDArray[np.float32]) -> list[tuple[float, float]]:
        """Begin in seconds from the window's, and share of the energy, of each beep in it."""
        band = np.fft.rfft(window)[self._bins]
        total = np.concatenate(([0.0], np.cumsum(np.abs(np.fft.ifft(band)) ** 2)))
        energy = total[self._length :] - total[: -self._length]
        explained = np.abs(np.fft.ifft(band * self._matched))[: len(energy)] ** 2
        share = explained / (np.maximum(energy, self._least_energy) * self._energy)
        found: list[tuple[float, float]] = []
        apart = round(APART_MS / 1_000 / self._step_s)
        while share.max() >= _LEAST_SHARE:
            peak = int(share.argmax())
            found.append(((peak + _vertex(explained, peak)) * self._step_s, float(share[peak])))
            share[max(0, peak - apart) : peak + apart] = 0
        return sorted(found)


def merged(beeps: list[Beep], new: Beep) -> list[Beep]:
    """With one more beep; of two that are too close to both be there, the clearer one."""
    if not beeps or new.centre_ms - beeps[-1].centre_ms > APART_MS:
        return [*beeps, new]
    return beeps if beeps[-1].share >= new.share else [*beeps[:-1], new]


def _vertex(values: NDArray[np.float64], peak: int) -> float:
    """Where the top lies between samples, −0.5 to 0.5: the parabola through three of them."""
    if not 0 < peak < len(values) - 1:
        return 0.0
    before, at, after = (float(value) for value in values[peak - 1 : peak + 2])
    curve = before - 2 * at + after
    return 0.0 if curve >= 0 else min(0.5, max(-0.5, 0.5 * (before - after) / curve))
