"""What does moderation ask of a chat? One interface, whatever the platform."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from livedesk.core.moderation import ChatStatus, Comment, Effect
from livedesk.platforms.outcome import Answer

ActedAs = Literal["done", "none", "maybe", "by_hand", "not_possible"]
"""`none`: it is certain that nothing was done. `maybe`: it was sent, and there is no answer."""

Take = Callable[[Sequence[Comment]], None]
"""Takes new comments, oldest first; never waits. A chat gives each comment once, as `usable` of
`comments.py` made it."""


@dataclass(frozen=True, slots=True)
class Acted:
    """What is known of an effect after it was tried."""

    outcome: ActedAs
    code: str = ""
    text: str = ""
    """For people: why not, in a sentence."""
    final: bool = False
    """Trying again would end the same way."""
    retry_after_s: float | None = None


def acted(answer: Answer) -> Acted:
    """What a platform's answer says of an effect."""
    return Acted(answer.effect, answer.code, answer.text, answer.final, answer.retry_after_s)


class Chat(Protocol):
    """Of one store. No call raises."""

    @property
    def honours_keys(self) -> bool:
        """The same effect key sent twice has one effect; what is unknown may be sent again."""
        ...

    def status(self) -> ChatStatus:
        """The five abilities hold from the beginning; `comments` and times may be zero."""
        ...

    async def run(self, take: Take) -> None:
        """Deliver comments until cancelled; comes back by itself after faults."""
        ...

    async def act(self, effect: Effect, comment: Comment, limit_s: float) -> Acted:
        """Have the platform do it. Where it has no call: `by_hand` or `not_possible`, at once."""
        ...

    async def close(self) -> None: ...
