"""How large is a tile, so that all of them fit the screen?"""

from __future__ import annotations

from dataclasses import dataclass

MOST_WIDE = 2.2
"""Width to height from which on a tile is a strip, and its line of words too long to read."""

MOST_HIGH = 1.25
"""Width to height below which the figures have no room beside each other."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Tiles in rows of so many, each of this size in pixels."""

    columns: int
    width: int
    height: int


def fit(count: int, room: tuple[int, int], gap: int, least: tuple[int, int]) -> Grid:
    """The grid with the largest tiles. When `count` tiles of the least size do not fit the room,
    they have that size and go on below it."""
    grids = [_grid(columns, count, room, gap) for columns in range(1, max(1, count) + 1)]
    fitting = [grid for grid in grids if grid.width >= least[0] and grid.height >= least[1]]
    if fitting:
        return max(fitting, key=lambda grid: grid.width * grid.height)
    columns = max(1, (room[0] + gap) // (least[0] + gap))
    return Grid(columns, (room[0] + gap) // columns - gap, least[1])


def _grid(columns: int, count: int, room: tuple[int, int], gap: int) -> Grid:
    rows = -(-max(1, count) // columns)
    width = (room[0] + gap) // columns - gap
    height = (room[1] + gap) // rows - gap
    return Grid(columns, min(width, round(height * MOST_WIDE)),
                min(height, round(width / MOST_HIGH)))  # fmt: skip
