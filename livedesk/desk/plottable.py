"""What are the values behind a plot? The curves as a table, for who cannot or will not see them.

A row stands for a step of time and holds what the line shows there: one value, or the lowest and
the highest.
"""

from __future__ import annotations

from dataclasses import dataclass

from livedesk.desk.plots import Key, StorePlots
from livedesk.desk.series import Extent
from livedesk.desk.words import NOTHING, number

MOST_ROWS = 60
STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800)


@dataclass(frozen=True, slots=True)
class ValueRow:
    """The values of one step, from `t` (Unix seconds) for `step_s`, in the order of the curves."""

    t: float
    values: tuple[str, ...]


def step_of(begin_s: float, end_s: float) -> int:
    """A whole step of the clock, so that at most MOST_ROWS cover the stretch (Unix seconds)."""
    wanted_s = (end_s - begin_s) / MOST_ROWS
    return next((step for step in STEPS_S if step >= wanted_s), STEPS_S[-1])


def value_rows(
    plots: StorePlots, keys: tuple[tuple[Key, bool], ...], begin_s: float, end_s: float
) -> tuple[ValueRow, ...]:
    """The newest step first. Beside each key: whether its values carry a sign."""
    step_s = step_of(begin_s, end_s)
    newest = plots.last_t
    last = int(min(end_s, newest if newest is not None else end_s) // step_s)
    first = max(int(begin_s // step_s), last - MOST_ROWS + 1)
    return tuple(
        ValueRow(step * step_s, tuple(
            _words(plots[key].at((step + 0.5) * step_s, step_s), signed) for key, signed in keys
        ))
        for step in range(last, first - 1, -1)
    )  # fmt: skip


def _words(extent: Extent | None, signed: bool) -> str:
    if extent is None:
        return NOTHING
    low, high = (number(value, signed=signed) for value in (extent.low, extent.high))
    return low if low == high else f"{low} … {high}"
