"""Which frame is it? Time of the session as SMPTE timecode (SMPTE ST 12-1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from livedesk.journal.errors import JournalError

_WRITTEN: Final = re.compile(r"(\d{2}):([0-5]\d):([0-5]\d)[:;](\d{2})")
_DAY_H: Final = 24


class WrongTimecodeError(JournalError):
    """The start timecode is none, or has a frame that the rate does not have."""


@dataclass(frozen=True, slots=True)
class FrameRate:
    """`is_drop`: two (or four) numbers are left out at each minute but every tenth, so that the
    count keeps up with the clock although there are 1,000/1,001 as many frames."""

    frames: Fraction
    is_drop: bool = False

    @property
    def count(self) -> int:
        """Frame numbers in a second."""
        return round(self.frames)

    @property
    def name(self) -> str:
        return f"{float(self.frames):.2f}".rstrip("0").rstrip(".")

    def frame_at(self, t_ms: int) -> int:
        return int(self.frames * t_ms / 1000)

    def timecode(self, frame: int) -> str:
        """`hh:mm:ss:ff`, which begins anew after a day."""
        if self.is_drop:
            frame += self._dropped(frame)
        seconds, frames = divmod(frame, self.count)
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours % _DAY_H:02d}:{minutes:02d}:{seconds:02d}:{frames:02d}"

    def frame_of(self, timecode: str) -> int:
        """Raises WrongTimecodeError."""
        found = _WRITTEN.fullmatch(timecode)
        hours, minutes, seconds, frames = map(int, found.groups()) if found else (_DAY_H, 0, 0, 0)
        per_minute = self.count // 15 if self.is_drop else 0
        is_dropped = seconds == 0 and minutes % 10 != 0 and frames < per_minute
        if hours >= _DAY_H or frames >= self.count or is_dropped:
            raise WrongTimecodeError(
                f"“{timecode[:40]}” is no timecode of {self.name} frames a second. "
                "It is written hh:mm:ss:ff, such as 01:00:00:00."
            )
        whole_minutes = hours * 60 + minutes
        frame = (whole_minutes * 60 + seconds) * self.count + frames
        return frame - per_minute * (whole_minutes - whole_minutes // 10)

    def _dropped(self, frame: int) -> int:
        """How many numbers were left out before this frame."""
        per_minute = self.count // 15
        minute = self.count * 60 - per_minute
        tens, rest = divmod(frame, minute * 10 + per_minute)
        # The first minute of ten keeps all of its numbers.
        minutes = max(0, rest - per_minute) // minute
        return per_minute * (9 * tens + minutes)


_NTSC: Final = Fraction(1000, 1001)
RATES: Final = (
    FrameRate(24 * _NTSC),
    *(FrameRate(Fraction(count)) for count in (24, 25)),
    FrameRate(30 * _NTSC, is_drop=True),
    *(FrameRate(Fraction(count)) for count in (30, 50)),
    FrameRate(60 * _NTSC, is_drop=True),
    FrameRate(Fraction(60)),
)

FALLBACK: Final = RATES[4]
"""30: what live encoders are set to where nothing else is wanted."""


def nearest_rate(fps: float | None) -> FrameRate:
    """Of those that timecode knows; FALLBACK where no rate was measured."""
    if fps is None:
        return FALLBACK
    return min(RATES, key=lambda rate: abs(float(rate.frames) - fps))
