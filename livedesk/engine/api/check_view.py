"""What does the API need from a store's check? Seen from here, so that tests can stand in for it.

What a refused signature raises is in `engine/checking/signs.py`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from livedesk.core.check import CheckReport, Verdict


class CheckingView(Protocol):
    def report(self) -> CheckReport:
        """The check as it is now."""
        ...

    async def sign(
        self, verdict: Verdict, by: str, text: str, waive: Collection[str]
    ) -> CheckReport:
        """A person's word on the whole list; returns when it is on record."""
        ...
