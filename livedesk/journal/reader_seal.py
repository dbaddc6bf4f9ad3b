"""Is a session file as it was written?"""

from __future__ import annotations

from collections.abc import Iterator

from livedesk.journal.chain import Check, Seal
from livedesk.journal.noted import noted_head
from livedesk.journal.opened import EVENT_COLUMNS, MAX_SEQ, OpenedFile, in_words
from livedesk.journal.values import SealedRow, Through


class SealReader(OpenedFile):
    """The seal of a session file (`chain.py`)."""

    def sealed_rows(self, after_seq: int = 0, until_seq: int = MAX_SEQ) -> Iterator[SealedRow]:
        """Events with after_seq < seq ≤ until_seq as they are in the file, with their digests."""
        digest = "digest" if self._is_sealed_format else "NULL"
        with in_words(self.path):
            for row in self._connection.execute(
                f"SELECT {EVENT_COLUMNS}, {digest} FROM events "
                "WHERE seq > ? AND seq <= ? ORDER BY seq",
                (after_seq, until_seq),
            ):
                yield SealedRow(row[:-1], row[-1])

    def seal(self, through: Through = iter) -> Seal:
        """Looks through all events, one at a time, which go `through` what counts them: a second
        or two for a long session. Where the audit trail of the engine that wrote the file is beside
        it, its end is compared with that."""
        check = Check(self.meta, noted_head(self.path, self.info.session))
        for sealed in through(self.sealed_rows()):
            check.take(sealed.row, sealed.digest)
        return check.result(is_sealed_format=self._is_sealed_format)

    def head(self) -> tuple[str, int]:
        """The newest digest, as it is in the file, and how many events there are."""
        digest = "digest" if self._is_sealed_format else "NULL"
        with in_words(self.path):
            newest = self._connection.execute(
                f"SELECT {digest}, (SELECT count(*) FROM events) FROM events "
                "ORDER BY seq DESC LIMIT 1"
            ).fetchone()
        return ("", 0) if newest is None else (newest[0] or "", newest[1])
