"""How does a chat stand: is it reached, what has come, what could not be used, what was missed?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.moderation import ChatStatus, LinkState

_TOLD_S: Final = 60.0
"""So long after the last comment that could not be used its reason is shown."""


@dataclass(frozen=True, slots=True)
class _Note:
    mono_ns: int
    text: str


class Standing:
    """Counts for one chat, from its making on.

    `silent_s`: a chat in trouble is down after so long without a sign of life, as one failed call
    is no news; None: at once.
    """

    def __init__(self, chat: ChatStatus, clock: Clock, silent_s: float | None = None) -> None:
        """`chat`: its kind and what can be done there."""
        self._chat = chat
        self._clock = clock
        self._silent_s = silent_s
        self._alive_mono_ns: int | None = None
        self._trouble = ""
        self._trouble_mono_ns = 0
        """Since when there is one."""
        self._is_barred = False
        self._note: _Note | None = None

    def can(self, chat: ChatStatus) -> None:
        """What can be done there turned out to be something else; counts stay."""
        self._chat = replace(
            chat,
            comments=self._chat.comments,
            unusable=self._chat.unusable,
            cleaned=self._chat.cleaned,
            lost_s=self._chat.lost_s,
        )

    @property
    def chat(self) -> ChatStatus:
        return self._chat

    def alive(self) -> None:
        self._alive_mono_ns = self._clock.mono_ns()
        self._trouble = ""
        self._is_barred = False

    def failed(self, text: str, *, barred: bool = False) -> None:
        """`text`: a sentence for people. `barred`: every further call would end the same."""
        if not self._trouble:
            self._trouble_mono_ns = self._clock.mono_ns()
        self._trouble = text
        self._is_barred = barred

    def took(self, comments: int) -> None:
        self._chat = replace(self._chat, comments=self._chat.comments + comments)

    def unusable(self, why: str) -> None:
        count = self._chat.unusable + 1
        self._chat = replace(self._chat, unusable=count)
        self._tell(f"{comments(count)} could not be used{_last(count)}: {why}.")

    def cleaned(self, why: str) -> None:
        """It was taken; why is empty when nothing had to be changed."""
        if why:
            count = self._chat.cleaned + 1
            self._chat = replace(self._chat, cleaned=count)
            self._tell(f"{comments(count)} had to be cleaned{_last(count)}: {why}.")

    def lost(self, seconds: float, why: str) -> None:
        self._chat = replace(self._chat, lost_s=round(self._chat.lost_s + seconds, 3))
        self._tell(why)

    def _tell(self, text: str) -> None:
        self._note = _Note(self._clock.mono_ns(), text)

    def silence_s(self) -> float | None:
        """Since the last sign of life; None before the first."""
        if self._alive_mono_ns is None:
            return None
        return (self._clock.mono_ns() - self._alive_mono_ns) / NS_PER_S

    def status(self) -> ChatStatus:
        silence_s = self.silence_s()
        state = self._state(silence_s)
        return replace(
            self._chat,
            state=state,
            reason=self._reason(state),
            age_ms=None if silence_s is None else round(silence_s * 1_000, 1),
        )

    def _state(self, silence_s: float | None) -> LinkState:
        before: LinkState = "unknown" if silence_s is None else "up"
        if not self._trouble:
            return before
        if silence_s is None:
            silence_s = (self._clock.mono_ns() - self._trouble_mono_ns) / NS_PER_S
        is_news = self._is_barred or self._silent_s is None or silence_s > self._silent_s
        return "down" if is_news else before

    def _reason(self, state: LinkState) -> str:
        if state != "up" or self._note is None:
            return self._trouble
        age_s = (self._clock.mono_ns() - self._note.mono_ns) / NS_PER_S
        return self._note.text if age_s <= _TOLD_S else self._trouble


def comments(count: int) -> str:
    return "1 comment" if count == 1 else f"{count:,} comments"


def _last(count: int) -> str:
    return "" if count == 1 else "; the last"
