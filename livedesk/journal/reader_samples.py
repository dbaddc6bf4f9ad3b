"""What was measured in a session, second by second?"""

from __future__ import annotations

from collections.abc import Iterator

from livedesk.journal.opened import MAX_SEQ, OpenedFile, in_words
from livedesk.journal.series import Series, bucket_width_s, downsample
from livedesk.journal.values import SampleRow

SecondRow = tuple[int, int, float, float, float]
"""One second of a figure in one epoch: t_s, n, min, mean, max."""

RawSample = tuple[int, int, int, int, int, float, float, float]
"""The same with its clocks: t_s, utc_ns, mono_ns, epoch, n, min, mean, max."""


class SampleReader(OpenedFile):
    """The samples of a session file. No row is a gap."""

    def subjects(self) -> list[tuple[str, str]]:
        """Every pair of figure and subject with samples, in order."""
        with in_words(self.path):
            return self._connection.execute(
                "SELECT DISTINCT figure, subject FROM samples ORDER BY figure, subject"
            ).fetchall()

    def samples(
        self, figure: str, subject: str = "", from_s: int = 0, to_s: int | None = None
    ) -> Iterator[SampleRow]:
        """Rows with from_s ≤ t_s < to_s in order of time and epoch."""
        for row in self.raw_samples(figure, subject, from_s, to_s):
            t_s, utc_ns, mono_ns, epoch, n, low, mean, high = row
            yield SampleRow(t_s, utc_ns, mono_ns, figure, subject, epoch, n, low, mean, high)

    def raw_samples(
        self, figure: str, subject: str, from_s: int = 0, to_s: int | None = None
    ) -> Iterator[RawSample]:
        """The same without names, for who goes through hundreds of thousands of them."""
        with in_words(self.path):
            rows = self._connection.execute(
                "SELECT s.t_s, t.utc_ns, t.mono_ns, s.epoch, s.n, s.min, s.mean, s.max "
                "FROM samples AS s JOIN ticks AS t ON t.t_s = s.t_s "
                "WHERE s.figure = ? AND s.subject = ? AND s.t_s >= ? AND s.t_s < ? "
                "ORDER BY s.t_s, s.epoch",
                (figure, subject, from_s, MAX_SEQ if to_s is None else to_s),
            )
            yield from iter(rows.fetchone, None)

    def seconds(self, figure: str, subject: str = "") -> Iterator[SecondRow]:
        """All rows in order of time and epoch, without their clocks."""
        with in_words(self.path):
            rows = self._connection.execute(
                "SELECT t_s, n, min, mean, max FROM samples WHERE figure = ? AND subject = ? "
                "ORDER BY t_s, epoch",
                (figure, subject),
            )
            yield from iter(rows.fetchone, None)

    def count_samples(self) -> int:
        with in_words(self.path):
            (count,) = self._connection.execute("SELECT count(*) FROM samples").fetchone()
            return int(count)

    def last_second(self, figure: str, subject: str, until_s: int) -> int | None:
        """The newest t_s ≤ until_s with a sample of it."""
        with in_words(self.path):
            (t_s,) = self._connection.execute(
                "SELECT max(t_s) FROM samples WHERE figure = ? AND subject = ? AND t_s <= ?",
                (figure, subject, until_s),
            ).fetchone()
            return None if t_s is None else int(t_s)

    def ticks(self) -> Iterator[tuple[int, int]]:
        """Each recorded second with its wall time, in order: t_s and utc_ns."""
        with in_words(self.path):
            yield from iter(
                self._connection.execute("SELECT t_s, utc_ns FROM ticks ORDER BY t_s").fetchone,
                None,
            )

    def series(self, figure: str, subject: str, from_s: int, to_s: int, points: int) -> Series:
        """[from_s, to_s) in at most `points` buckets; see `downsample` for what is kept."""
        rows = self.samples(figure, subject, from_s, to_s)
        folded = downsample(rows, bucket_width_s(from_s, to_s, points))
        return Series(figure, subject, tuple(folded))
