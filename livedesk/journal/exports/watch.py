"""Who is told how far an export has come, and may stop it?"""

from __future__ import annotations

from typing import Protocol

from livedesk.journal.errors import JournalError


class ExportCancelledError(JournalError):
    """Somebody asked for the export to stop. Nothing of it stays behind."""

    def __init__(self) -> None:
        super().__init__("The export was cancelled; what it had begun is removed.")


class Watch(Protocol):
    def told(self, done: float, doing: str) -> None:
        """`done`: share of the whole from 0 to 1; `doing`: what is being written, for people.

        Called at least every second or so. Raises ExportCancelledError to stop.
        """
        ...


class Unwatched:
    """For who does not care."""

    def told(self, done: float, doing: str) -> None:
        """Nobody listens."""


UNWATCHED = Unwatched()
