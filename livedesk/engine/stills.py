"""Which pictures of the feed go into the record? Pure, time passed in.

One every few seconds, and one a moment after something was shown or went wrong, when viewers have
it before their eyes. The probe's preview is all that there is to choose from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from livedesk.core.clock import NS_PER_S
from livedesk.engine.preview import Preview

AFTER_S: Final = 1.5
"""So long after a pin or an alarm: the encoder's picture of it has come through the relay."""
_OLD_S: Final = 5.0
"""An older picture is not of this moment."""
_MOST_DUE: Final = 50

_REASONS: Final = {"pin.confirmed": "pin", "limit.trip": "alarm"}
_INTERVAL: Final = "interval"


@dataclass(frozen=True, slots=True)
class Kept:
    why: str
    preview: Preview


class StillChoice:
    """`every_s`: 0 keeps no pictures at all."""

    def __init__(self, every_s: float) -> None:
        self._every_ns = round(every_s * NS_PER_S)
        self._due: list[tuple[int, str]] = []
        self._next_ns = 0
        self._last_number = 0

    def begin(self) -> None:
        """A new session, or one that is taken up: the next picture is its first."""
        self._due, self._next_ns = [], 0

    def happened(self, kind: str, mono_ns: int) -> None:
        """An event came; some are worth a picture."""
        why = _REASONS.get(kind)
        if why is not None and self._every_ns and len(self._due) < _MOST_DUE:
            self._due.append((mono_ns + round(AFTER_S * NS_PER_S), why))

    def look(self, newest: Preview | None, mono_ns: int) -> Iterator[Kept]:
        """What is to be kept now: one picture at most, however many reasons there are for it."""
        if not self._every_ns:
            return
        reasons = [why for due_ns, why in self._due if due_ns <= mono_ns]
        if mono_ns >= self._next_ns:
            reasons.append(_INTERVAL)
        if not reasons or newest is None:
            return
        is_wanted = any(due_ns <= newest.mono_ns for due_ns, _ in self._due) or not self._due
        is_late = any(mono_ns - due_ns > _OLD_S * NS_PER_S for due_ns, _ in self._due)
        if not (is_wanted or is_late or _INTERVAL in reasons):
            return
        self._due = [each for each in self._due if each[0] > mono_ns]
        if _INTERVAL in reasons:
            self._next_ns = mono_ns + self._every_ns
        is_fresh = mono_ns - newest.mono_ns <= _OLD_S * NS_PER_S
        if is_fresh and newest.number != self._last_number:
            self._last_number = newest.number
            yield Kept(" ".join(sorted(set(reasons))), newest)
