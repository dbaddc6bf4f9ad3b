"""What does the slate look and sound like, and when? Shared by who writes it and who reads it.

A round has five beats. At each beat a light field is lit and a tone sweeps up, for the same time.
No two distances between beats are alike, so that a flash can be paired with one beep only; all lie
on a grid of 200 ms, which is a whole number of frames at 25, 30, 50 and 60 fps.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

import numpy as np
from numpy.typing import NDArray

PULSE_MS: Final = 200
"""How long flash and beep last; long enough for a camera that takes ten pictures a second."""

GAPS_MS: Final = (1_600, 1_200, 2_000, 1_400, 1_800)
"""From each beat to the next. All over 333 ms: at most three flashes a second are safe for viewers
with photosensitive epilepsy (WCAG 2.2, 2.3.1)."""

ROUND_MS: Final = sum(GAPS_MS)
FIRST_MS: Final = 600
SWEEP_HZ: Final = (1_000.0, 3_000.0)
"""Small speakers and noise suppressors that keep speech pass it."""

_EDGE_MS: Final = 10
_TOLERANCE_MS: Final = 15.0
_BEATS_BACK: Final = 6


def beats_ms(until_ms: float) -> list[int]:
    """When the beats begin that end before `until_ms`."""
    begins = [FIRST_MS, *(FIRST_MS + at for at in accumulate(GAPS_MS[:-1]))]
    rounds = int(until_ms // ROUND_MS) + 1
    every = [count * ROUND_MS + begin for count in range(rounds) for begin in begins]
    return [begin for begin in every if begin + PULSE_MS <= until_ms]


def beep(sample_rate: int) -> NDArray[np.float64]:
    """The sweep at full scale. Its rate of change is what no instrument and no voice holds."""
    count = round(PULSE_MS * sample_rate / 1_000)
    t_s = np.arange(count) / sample_rate
    low_hz, high_hz = SWEEP_HZ
    turns = low_hz * t_s + (high_hz - low_hz) * t_s**2 / (2 * PULSE_MS / 1_000)
    to_edge_ms = np.minimum(np.arange(count), np.arange(count)[::-1]) * 1_000 / sample_rate
    edge = np.sin(np.pi / 2 * np.clip(to_edge_ms / _EDGE_MS, 0, 1)) ** 2
    return np.asarray(edge * np.sin(2 * np.pi * turns))


def in_rhythm(heard_ms: Sequence[float]) -> list[tuple[float, bool]]:
    """The slate's last beats up to the newest beep, oldest first, each with whether it was heard.

    The newest is tried as each beat of the round; the one that explains most beeps is taken.
    """
    if not heard_ms:
        return []
    return max(
        (_expected(heard_ms, position) for position in range(len(GAPS_MS))),
        key=lambda beats: sum(was_heard for _, was_heard in beats),
    )


def _expected(heard_ms: Sequence[float], position: int) -> list[tuple[float, bool]]:
    """As `in_rhythm`, if the newest beep is at this place of the round."""
    at_ms = heard_ms[-1]
    beats = [(at_ms, True)]
    for back in range(1, _BEATS_BACK):
        at_ms -= GAPS_MS[(position - back) % len(GAPS_MS)]
        nearest_ms = min(heard_ms, key=lambda beep_ms: abs(beep_ms - at_ms))
        was_heard = abs(nearest_ms - at_ms) <= _TOLERANCE_MS
        at_ms = nearest_ms if was_heard else at_ms
        beats.append((at_ms, was_heard))
    while not beats[-1][1]:
        beats.pop()
    return beats[::-1]
