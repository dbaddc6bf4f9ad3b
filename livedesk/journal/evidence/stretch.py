"""From when to when, in the time of a session?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from livedesk.journal.errors import JournalError
from livedesk.journal.reader import SessionReader
from livedesk.journal.text import show_time


class StretchError(JournalError):
    """A stretch that the session does not have."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """[from_ms, to_ms) since first media. What led to the show has times below 0."""

    from_ms: int
    to_ms: int

    @property
    def words(self) -> str:
        return f"{show_time(self.from_ms)} to {show_time(self.to_ms)}"

    def has(self, t_ms: float) -> bool:
        return self.from_ms <= t_ms < self.to_ms

    def touches(self, start_ms: float, end_ms: float | None) -> bool:
        """Whether anything of [start, end] lies within; no end: it goes on."""
        return start_ms < self.to_ms and (end_ms is None or end_ms >= self.from_ms)

    def within(self, reader: SessionReader) -> Stretch:
        """Cut at the end of the record. Raises StretchError for one in which nothing can be."""
        if self.to_ms <= self.from_ms:
            raise StretchError(
                f"A stretch from {self.words} has no length; it ends after it began."
            )
        reach_ms = reader.end().t_ms + 1
        if self.from_ms >= reach_ms:
            raise StretchError(
                f"The record reaches to {show_time(reach_ms)} since first media; nothing of "
                f"{self.words} is in it."
            )
        return Stretch(self.from_ms, min(self.to_ms, reach_ms))


def stretch_at(session_file: Path, from_utc_ns: int, to_utc_ns: int) -> Stretch:
    """The stretch between two wall times. Raises NotASessionError, NewerSessionError."""
    with SessionReader.open(session_file) as reader:
        return Stretch(reader.t_ms_at(from_utc_ns), reader.t_ms_at(to_utc_ns))
