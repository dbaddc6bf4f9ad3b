"""Where does each part of the pad stand, in a window of any size, upright or not?"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize

from livedesk.ui.pad.look import unit_of

GAP = 10
LINE_SHARE = 0.27
FOOT_SHARE = 0.15
UNSAID_HEIGHT = 44
UPRIGHT_LINE_SHARE = 0.21
UPRIGHT_FOOT_SHARE = 0.19


@dataclass(frozen=True, slots=True)
class Places:
    """Rectangles in the window."""

    line: QRect
    unsaid: QRect
    tiles: tuple[QRect, ...]
    next: QRect
    seen: QRect
    back: QRect
    on: QRect
    take_down: QRect


def places(size: QSize, tiles: int, *, has_unsaid: bool = False) -> Places:
    """For so many tiles on the fullest page. What must not be said takes its room from the line
    above it: nothing that is touched may move."""
    gap = max(2, round(GAP * unit_of(size)))
    is_upright = size.height() > size.width()
    line_share = UPRIGHT_LINE_SHARE if is_upright else LINE_SHARE
    foot_share = UPRIGHT_FOOT_SHARE if is_upright else FOOT_SHARE
    top = QRect(0, 0, size.width(), round(size.height() * line_share))
    strip = round(UNSAID_HEIGHT * unit_of(size)) if has_unsaid else 0
    line = top.adjusted(0, 0, 0, -strip)
    unsaid = QRect(0, line.bottom() + 1, size.width(), strip)
    foot_height = round(size.height() * foot_share)
    foot = QRect(gap, size.height() - foot_height, size.width() - 2 * gap, foot_height - gap)
    middle = QRect(gap, top.bottom() + 1 + gap, size.width() - 2 * gap,
                   foot.top() - top.bottom() - 1 - 2 * gap)  # fmt: skip
    columns, rows = _grid(tiles, is_upright=is_upright)
    cells = tuple(
        cell for row in _rows(middle, rows, gap) for cell in _columns(row, (1.0,) * columns, gap)
    )[:tiles]
    if is_upright:
        above, below = _rows(foot, 2, gap)
        seen, back, on, take_down = _columns(below, (4, 1.4, 1.4, 2.2), gap)
        return Places(line, unsaid, cells, above, seen, back, on, take_down)
    seen, following, back, on, take_down = _columns(foot, (3.6, 4.4, 1.2, 1.2, 1.9), gap)
    return Places(line, unsaid, cells, following, seen, back, on, take_down)


def _grid(tiles: int, *, is_upright: bool) -> tuple[int, int]:
    """Columns and rows: few products get large tiles."""
    if is_upright:
        columns = 1 if tiles <= 4 else 2
    else:
        columns = 1 if tiles <= 1 else 2 if tiles <= 4 else 3
    return columns, max(1, -(-tiles // columns))


def _rows(box: QRect, count: int, gap: int) -> list[QRect]:
    height = (box.height() - gap * (count - 1)) / count
    return [
        QRect(box.left(), round(box.top() + at * (height + gap)), box.width(), max(1, int(height)))
        for at in range(count)
    ]


def _columns(box: QRect, shares: tuple[float, ...], gap: int) -> list[QRect]:
    room = box.width() - gap * (len(shares) - 1)
    found, left = [], float(box.left())
    for share in shares:
        width = room * share / sum(shares)
        found.append(QRect(round(left), box.top(), max(1, int(width)), box.height()))
        left += width + gap
    return found
