"""How is a figure of the verdict judged and written? One way for report, sheet, window and CLI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from livedesk.core.records import Mark, SummaryFigure
from livedesk.journal.text import NBSP, percent

NONE: Final = "–"

_Better = Literal["high", "low"] | None
_Judgement = tuple[Mark, str]


def share_figure(
    key: str, title: str, share: float | None, judgement: _Judgement, note: str
) -> SummaryFigure:
    """`share` from 0 to 1; the figure's value is in percent."""
    mark, word = judgement
    value = None if share is None else share * 100
    return SummaryFigure(key, title, value, percent(share), "%", mark, word, note, "high")


def number_figure(
    key: str,
    title: str,
    value: float | None,
    unit: str,
    judgement: _Judgement,
    note: str = "",
    *,
    decimals: int = 0,
    better: _Better = "low",
) -> SummaryFigure:
    mark, word = judgement
    text = NONE if value is None else f"{value:,.{decimals}f}"
    if value is not None and unit:
        text += f"{NBSP}{unit}"
    return SummaryFigure(key, title, value, text, unit, mark, word, note, better)


def count_figure(
    key: str, title: str, counts: Mapping[str, int], none: str, some: str
) -> SummaryFigure:
    """Something that should not have been, by uplink."""
    total = sum(counts.values())
    each = ", ".join(f"{name or 'uplink'} {count:,}" for name, count in counts.items())
    judgement: _Judgement = ("look", some) if total else ("good", none)
    return number_figure(key, title, total, "", judgement, each)


def all_of_them(share: float | None, is_short: bool) -> _Judgement:
    """Of a promise that holds for each one: `is_short`: some were not done at all."""
    if share is None:
        return "unknown", "none was done"
    if share == 1 and not is_short:
        return "good", "all of them"
    return ("look" if share >= 0.9 and not is_short else "bad"), "not all"


def within(value: float | None, limit: float) -> _Judgement:
    """Of a time against the one that was promised."""
    if value is None:
        return "unknown", "not measured"
    return ("good", "within the limit") if value <= limit else ("look", "over the limit")
