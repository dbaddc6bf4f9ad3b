"""When do flash and beep come? Picture and sound count from the same first instant."""

from __future__ import annotations

from typing import Final

PERIOD_S: Final = 2.0
FIRST_S: Final = 1.0
"""One second in, so that the flash never shares a frame with the keyframe of a 2 s interval."""

LENGTH_S: Final = 0.1


def since_beat_s(t_s: float) -> float:
    """Seconds since the last beat began, 0 up to the period; before the first, as if one was."""
    return (t_s - FIRST_S) % PERIOD_S


def is_on(t_s: float) -> bool:
    # Half a microsecond of grace: n / fps may fall short of the beat by a rounding error.
    return (t_s - FIRST_S + 5e-7) % PERIOD_S < LENGTH_S and t_s > FIRST_S - 1e-6
