"""What went wrong between the console and something it talks to, where, and what helps?"""

from __future__ import annotations

from livedesk.core.moderation import Item

_SERVER_FAULT = 500


class DeskError(Exception):
    """A failed request. `what`, `where` and `action` are sentences for the operator."""

    def __init__(self, what: str, where: str, action: str) -> None:
        super().__init__(f"{what} ({where}). {action}")
        self.what = what
        self.where = where
        self.action = action

    @property
    def words(self) -> str:
        """For who sees already where it was."""
        return f"{self.what} {self.action}".strip()


class UnreachableError(DeskError):
    """Nobody answered, or the answer broke off. Trying again may help."""


class NotSentError(UnreachableError):
    """No connection came about, so the request did not leave."""


class NoEngineError(UnreachableError):
    """No engine lives on this machine. `carrying`: stores whose relays run without one."""

    def __init__(self, what: str, where: str, action: str, carrying: frozenset[str]) -> None:
        super().__init__(what, where, action)
        self.carrying = carrying


class RefusedError(DeskError):
    """The far side answered with an error of its own. Trying the same again will not help."""

    def __init__(
        self,
        what: str,
        where: str,
        action: str,
        status: int,
        code: str = "",
        item: Item | None = None,
    ) -> None:
        super().__init__(what, where, action)
        self.status = status
        self.code = code
        """The far side's own, for programs."""
        self.item = item
        """Of the queue, as it is: why a decision about it was refused."""

    @property
    def is_answer(self) -> bool:
        """Whether it said no; else it failed, and what it did until then is unknown."""
        return self.status < _SERVER_FAULT


class BadAnswerError(DeskError):
    """The far side answered something that this console cannot read."""


class EngineStartError(DeskError):
    """The console asked for a local engine and none came up."""
