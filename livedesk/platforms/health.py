"""In which state is the way to a platform? Told from the last calls, and from its connections."""

from __future__ import annotations

from collections import deque
from typing import Final

from livedesk.core.pins import GatewayState
from livedesk.platforms.outcome import Answer

_LAST: Final = 5
_ANSWERS: Final = frozenset(("", "unknown_product", "out_of_stock", "restricted", "not_live"))
"""Codes that say something about a product or the room, and nothing bad about the way there."""
_BARRED: Final = frozenset(
    ("not_authorized", "no_access", "unknown_room", "clock_wrong", "bad_address")
)
"""Codes that every further call would be answered with, too."""


class Health:
    """Up: the last call was answered. Down: none of the last five was, or all will be refused."""

    def __init__(self) -> None:
        self._bad: deque[bool] = deque(maxlen=_LAST)
        self._code = ""
        self._text = ""
        """Of the newest call that went badly."""

    def take(self, answer: Answer) -> Answer:
        """Note what became of a call, and hand it on."""
        self._bad.append(answer.code not in _ANSWERS)
        self._code = answer.code
        if self._bad[-1]:
            self._text = answer.text
        return answer

    def seen(self, trouble: str) -> tuple[GatewayState, str]:
        """State and reason; `trouble` is why no connection can be opened."""
        return ("down", trouble) if trouble else (self._state, self._reason)

    @property
    def _state(self) -> GatewayState:
        if not self._bad:
            return "unknown"
        if not any(self._bad):
            return "up"
        if self._code in _BARRED or (len(self._bad) == _LAST and all(self._bad)):
            return "down"
        return "degraded"

    @property
    def _reason(self) -> str:
        bad = sum(self._bad)
        if not bad or self._bad[-1]:
            return self._text if bad else ""
        return f"{bad} of the last {len(self._bad)} calls went badly, the last so: {self._text}"
