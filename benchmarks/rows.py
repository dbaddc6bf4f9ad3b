"""One line of the table, and the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A figure of ours beside the peer's from the same run; `goal` as text, with its source."""

    what: str
    ours: str
    peer: str = "–"
    ratio: str = "–"
    goal: str = "–"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of all values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))]


def table(rows: Sequence[Row]) -> str:
    """Markdown, columns aligned."""
    heads = ("figure", "livedesk", "peer or limit", "ratio", "goal")
    cells = [heads, *((row.what, row.ours, row.peer, row.ratio, row.goal) for row in rows)]
    widths = [max(len(line[at]) for line in cells) for at in range(len(heads))]
    lines = [
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in cells
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)
