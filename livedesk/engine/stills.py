"""Which pictures of the feed go into the record? Pure, time passed in.

One every few seconds, and one a moment after something was shown or went wrong, when viewers have
it before their eyes. The probe's preview is all that there is to choose from.
"""

from __future__ import annotations

from typing import Final

from livedesk.core.clock import NS_PER_S

AFTER_S: Final = 1.5
"""So long after a pin or an alarm: the encoder's picture of it has come through by then."""
_TOO_LATE_S: Final = 10.0
"""A picture that comes later than this does not show that moment any more."""
_MOST_WAITING: Final = 50

_WORTH_ONE: Final = {"pin.confirmed": "pin", "limit.trip": "alarm"}
INTERVAL: Final = "interval"


class StillChoice:
    """`every_s`: 0 keeps no pictures at all."""

    def __init__(self, every_s: float) -> None:
        self._every_ns = round(every_s * NS_PER_S)
        self._wanted: list[tuple[int, str]] = []
        self._next_ns: int | None = None

    def begin(self) -> None:
        """A session begins or is taken up: the next picture is its first."""
        self._wanted, self._next_ns = [], None

    def happened(self, kind: str, mono_ns: int) -> None:
        """An event came; some are worth a picture."""
        why = _WORTH_ONE.get(kind)
        if why is not None and len(self._wanted) < _MOST_WAITING:
            self._wanted.append((mono_ns + round(AFTER_S * NS_PER_S), why))

    def why(self, picture_mono_ns: int) -> str | None:
        """Why the picture of this instant is kept; None: it is not."""
        if not self._every_ns:
            return None
        oldest_ns = picture_mono_ns - round(_TOO_LATE_S * NS_PER_S)
        due = {why for due_ns, why in self._wanted if oldest_ns <= due_ns <= picture_mono_ns}
        self._wanted = [each for each in self._wanted if each[0] > picture_mono_ns]
        if self._next_ns is None or picture_mono_ns >= self._next_ns:
            self._next_ns = picture_mono_ns + self._every_ns
            due.add(INTERVAL)
        return " ".join(sorted(due)) or None
