"""Two sessions compared: better by the figure's own sense, and never where nobody knows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from livedesk.core.records import SessionFigures, SummaryFigure, Verdict
from livedesk.desk.comparing import compare


def one(
    value: float | None, better: str | None, text: str = "", unit: str = "ms"
) -> SessionFigures:
    figure = SummaryFigure("f", "Figure", value, text or f"{value}", unit, "good", "good", "",
                           better)  # type: ignore[arg-type]  # fmt: skip
    return SessionFigures("a", "lumen", "Lumen", 10, 1000, "Fine.", (figure,), limits={"min": 1.0})


@pytest.mark.parametrize(
    ("left", "right", "better", "verdict"),
    [
        (10.0, 20.0, "low", "left"),
        (10.0, 20.0, "high", "right"),
        (20.0, 10.0, "high", "left"),
        (10.0, 10.0, "low", "same"),
        (10.0, 20.0, None, "none"),
        (None, 20.0, "low", "none"),
        (10.0, None, "high", "none"),
    ],
)
def test_the_figure_says_which_is_better(
    left: float | None, right: float | None, better: str | None, verdict: Verdict
) -> None:
    later = replace(one(right, better), session="b", started_utc_ns=20)
    assert compare(one(left, better), later).rows[0].verdict == verdict
    assert compare(later, one(left, better)).rows[0].verdict == verdict


def test_what_reads_the_same_is_the_same() -> None:
    later = replace(one(99.96, "high", "100 %"), started_utc_ns=20)
    row = compare(one(99.97, "high", "100 %"), later).rows[0]
    assert (row.verdict, row.words) == ("same", "the same")


def test_a_figure_that_one_of_them_lacks_is_shown_and_not_judged() -> None:
    bare = replace(one(1.0, "low"), session="b", started_utc_ns=20, figures=())
    comparison = compare(one(1.0, "low"), bare)
    (row,) = comparison.rows
    assert (row.left_text, row.right_text, row.verdict) == ("1.0 ms", "–", "none")
    assert comparison.words.endswith("1 cannot be compared.")


def test_other_limits_are_named() -> None:
    later = replace(one(1.0, "low"), started_utc_ns=20, limits={"min": 2.0, "max": 3.0})
    assert compare(one(1.0, "low"), later).other_limits == ("max", "min")
