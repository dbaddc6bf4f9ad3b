"""What can be wrong with a session file or an export? Typed, each with a sentence for people."""

from __future__ import annotations

from pathlib import Path


class JournalError(Exception):
    """Base of everything that the journal raises on purpose."""


class JournalUnavailable(JournalError):  # noqa: N818  the state that callers ask about
    """An event is not durable in time. It stays queued unless the text says otherwise."""


class NotASessionError(JournalError):
    """The file is no session file, or so damaged that nothing in it can be read."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path} cannot be read as a session file: {why}")
        self.path = path


class DamagedSessionError(NotASessionError):
    """It looks like a session file; a part of it may still be read (journal/salvaging/)."""


class NewerSessionError(JournalError):
    """The file was written by a later livedesk; guessing at its meaning would be worse than no."""

    def __init__(self, path: Path, version: int, known: int) -> None:
        super().__init__(
            f"{path} has session format {version}; this livedesk reads up to {known}. "
            "Open it with the livedesk that wrote it, or update this one."
        )
        self.path = path
        self.version = version


class UnknownFormatError(JournalError):
    """An export format that does not exist, or not yet."""
