"""Which of two sessions was better, figure by figure? Told in words and marks, not in colours."""

from __future__ import annotations

from dataclasses import dataclass

from livedesk.core.records import SessionFigures, SummaryFigure, Verdict, better_of
from livedesk.desk.record_words import figure_text
from livedesk.desk.words import NOTHING, tr


@dataclass(frozen=True, slots=True)
class CompareRow:
    """A figure of both. None: that session does not have it."""

    key: str
    title: str
    left: SummaryFigure | None
    right: SummaryFigure | None
    verdict: Verdict

    @property
    def left_text(self) -> str:
        return _text(self.left)

    @property
    def right_text(self) -> str:
        return _text(self.right)

    @property
    def words(self) -> str:
        """For the column between the two."""
        match self.verdict:
            case "left":
                return tr("◀ better")
            case "right":
                return tr("better ▶")
            case "same":
                return tr("the same")
            case "none":
                return NOTHING


@dataclass(frozen=True, slots=True)
class Comparison:
    """The earlier of two sessions stands left."""

    left: SessionFigures
    right: SessionFigures
    rows: tuple[CompareRow, ...]

    @property
    def words(self) -> str:
        """`Left better in 3, right in 5, 2 the same.`"""
        count = dict.fromkeys(("left", "right", "same", "none"), 0)
        for row in self.rows:
            count[row.verdict] += 1
        told = tr("Left is better in {left}, right in {right}; {same} the same.").format(**count)
        if count["none"]:
            told += " " + tr("{n} cannot be compared.").format(n=count["none"])
        return told

    @property
    def other_limits(self) -> tuple[str, ...]:
        """Limits that were not the same in both, by which marks mean something else."""
        names = sorted(self.left.limits.keys() | self.right.limits.keys())
        return tuple(
            name for name in names if self.left.limits.get(name) != self.right.limits.get(name)
        )


def compare(one: SessionFigures, other: SessionFigures) -> Comparison:
    left, right = sorted((one, other), key=lambda each: (each.started_utc_ns, each.session))
    lefts = {figure.key: figure for figure in left.figures}
    rights = {figure.key: figure for figure in right.figures}
    rows = tuple(
        _row(key, lefts.get(key), rights.get(key)) for key in dict.fromkeys((*lefts, *rights))
    )
    return Comparison(left, right, rows)


def _row(key: str, left: SummaryFigure | None, right: SummaryFigure | None) -> CompareRow:
    either = left or right
    assert either is not None
    return CompareRow(key, either.title, left, right, better_of(left, right))


def _text(figure: SummaryFigure | None) -> str:
    return NOTHING if figure is None else figure_text(figure)
