"""What does the sandbox sound like? Soft chords that swell, and a beep with every flash.

Every block is computed from its place in time alone, so nothing has to be kept or rewound.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from livedesk.sandbox.encoder import beat

RATE_HZ: Final = 48_000
CHANNELS: Final = 2

BEEP_HZ: Final = 1000.0
_BEEP_PEAK: Final = 0.35
_BEEP_EDGE_S: Final = 0.002
_BED_PEAK: Final = 0.16
_CLIPPING_GAIN: Final = 20.0
_CHORD_S: Final = 4.0
_CHORDS_HZ: Final = (
    (130.81, 196.00, 246.94, 329.63),
    (110.00, 164.81, 220.00, 261.63),
    (87.31, 174.61, 220.00, 261.63),
    (98.00, 146.83, 246.94, 293.66),
)

Sound = npt.NDArray[np.float32]
"""Planar samples (channels, samples), −1 to 1."""


def block(first_sample: int, samples: int) -> Sound:
    """Sound from `first_sample` on, counted from the start."""
    t_s = (first_sample + np.arange(samples)) / RATE_HZ
    mixed = _bed(t_s) + _beep(t_s)
    return np.repeat(mixed[None, :].astype(np.float32), CHANNELS, axis=0)


def silence(samples: int) -> Sound:
    return np.zeros((CHANNELS, samples), np.float32)


def clipped(block: Sound) -> Sound:
    """The block with the gain far too high: its peaks are cut off at full scale."""
    return np.asarray(np.clip(block * np.float32(_CLIPPING_GAIN), -1, 1), np.float32)


def level(t_s: float) -> float:
    """How loud it is, 0 to 1, for the meter in the picture."""
    swell = float(np.sin(np.pi * (t_s % _CHORD_S) / _CHORD_S))
    return 1.0 if beat.is_on(t_s) else 0.12 + 0.58 * swell


def _bed(t_s: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """A chord every four seconds; it starts and ends in silence, so the change is not heard."""
    chords = (t_s // _CHORD_S).astype(int) % len(_CHORDS_HZ)
    pitch_hz = np.array(_CHORDS_HZ)[chords].T
    turns = 2 * np.pi * pitch_hz * (t_s % _CHORD_S)
    tone = np.sin(turns) + 0.25 * np.sin(2 * turns)
    swell = np.sin(np.pi * (t_s % _CHORD_S) / _CHORD_S) ** 2
    return np.asarray(tone.sum(axis=0) * swell * (_BED_PEAK / len(pitch_hz)))


def _beep(t_s: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    since_s = (t_s - beat.FIRST_S) % beat.PERIOD_S
    rise = np.minimum(since_s, beat.LENGTH_S - since_s) / _BEEP_EDGE_S
    shape = np.clip(rise, 0, 1) * (t_s >= beat.FIRST_S)
    return np.asarray(_BEEP_PEAK * shape * np.sin(2 * np.pi * BEEP_HZ * since_s))
