"""What can be wrong with a whole order file?"""

from __future__ import annotations

from livedesk.journal.errors import JournalError


class OrderFileError(JournalError):
    """Nothing in the file can be used: what is wrong, and what to do, in a sentence."""
