"""For how long has something been so, without a break?"""

from __future__ import annotations


class Held:
    """Counts from the first look at which it was so."""

    def __init__(self) -> None:
        self.since_ns: int | None = None

    def ns(self, mono_ns: int, is_so: bool) -> int:
        """0 while it is not."""
        if not is_so:
            self.since_ns = None
            return 0
        if self.since_ns is None:
            self.since_ns = mono_ns
        return mono_ns - self.since_ns
