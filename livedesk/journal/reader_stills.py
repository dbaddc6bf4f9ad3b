"""What did viewers see in a session? The pictures in its file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from livedesk.journal.opened import MAX_SEQ, OpenedFile, in_words
from livedesk.journal.values import Still

_STILL_COLUMNS: Final = "t_ms, utc_ns, why, jpeg"


class StillReader(OpenedFile):
    """The stills of a session file; one of format 1 has none."""

    def stills(self, from_ms: int = 0, to_ms: int = MAX_SEQ) -> Iterator[Still]:
        """Those with from_ms ≤ t_ms < to_ms in order of time."""
        if not self._is_sealed_format:
            return
        with in_words(self.path):
            for row in self._connection.execute(
                f"SELECT {_STILL_COLUMNS} FROM stills WHERE t_ms >= ? AND t_ms < ? ORDER BY t_ms",
                (from_ms, to_ms),
            ):
                yield Still(*row)

    def still_near(self, t_ms: int) -> Still | None:
        """The one nearest to this instant, however far; None of a session without pictures."""
        if not self._is_sealed_format:
            return None
        columns = f"SELECT {_STILL_COLUMNS} FROM stills WHERE t_ms"
        with in_words(self.path):
            row = self._connection.execute(
                f"SELECT * FROM (SELECT * FROM ({columns} <= :t ORDER BY t_ms DESC LIMIT 1) "
                f"UNION ALL SELECT * FROM ({columns} > :t ORDER BY t_ms LIMIT 1)) "
                "ORDER BY abs(t_ms - :t) LIMIT 1",
                {"t": t_ms},
            ).fetchone()
        return None if row is None else Still(*row)

    def still_times(self) -> list[tuple[int, str]]:
        """When there is a picture, in ms of the session, and why, without the pictures."""
        if not self._is_sealed_format:
            return []
        with in_words(self.path):
            return self._connection.execute("SELECT t_ms, why FROM stills ORDER BY t_ms").fetchall()
