"""How does the sandbox write text into a picture without any font file? A small stroke font.

A glyph is one or more strokes on a field that is one unit high, y pointing down. A stroke is a
tiny path: `M x y` starts, `L x y` draws a line, `A cx cy rx ry from to` an arc of an ellipse in
degrees, clockwise from three o'clock (`to` below `from` turns the other way).
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.floating[Any]]
"""One value per pixel, mostly float32: coverage, distance, light."""

# glyph: (width in units of its height, strokes)
_GLYPHS: Final[dict[str, tuple[float, tuple[str, ...]]]] = {
    " ": (0.30, ()),
    "0": (0.60, ("A .3 .3 .3 .3 180 360 A .3 .7 .3 .3 0 180 L 0 .3",)),
    "1": (0.60, ("M .1 .2 L .34 0 L .34 1",)),
    "2": (0.60, ("A .3 .3 .29 .3 190 395 L .02 1 L .6 1",)),
    "3": (0.60, ("A .29 .25 .26 .25 205 450 A .29 .75 .3 .25 270 515",)),
    "4": (0.60, ("M .45 1 L .45 0 L 0 .71 L .62 .71",)),
    "5": (0.60, ("M .53 0 L .11 0 L .06 .46 A .29 .68 .3 .32 222 505",)),
    "6": (0.60, ("A .3 .69 .3 .31 0 360", "A .54 .69 .54 .69 180 265")),
    "7": (0.60, ("M .01 0 L .6 0 L .2 1",)),
    "8": (0.60, ("A .3 .25 .25 .25 0 360", "A .3 .75 .3 .25 0 360")),
    "9": (0.60, ("A .3 .31 .3 .31 0 360", "A .06 .31 .54 .69 0 85")),
    ":": (0.16, ("M .08 .3 L .08 .31", "M .08 .78 L .08 .79")),
    ".": (0.16, ("M .08 .98 L .08 .99",)),
    ",": (0.16, ("M .1 .96 L .04 1.14",)),
    "·": (0.16, ("M .08 .5 L .08 .51",)),
    "-": (0.40, ("M 0 .52 L .4 .52",)),
    "−": (0.50, ("M 0 .5 L .5 .5",)),
    "+": (0.50, ("M 0 .5 L .5 .5", "M .25 .25 L .25 .75")),
    "×": (0.50, ("M .03 .32 L .47 .76", "M .47 .32 L .03 .76")),
    "/": (0.44, ("M 0 1.05 L .44 -.05",)),
    "%": (0.80, ("A .16 .22 .16 .22 0 360", "A .64 .78 .16 .22 0 360", "M .08 1 L .72 0")),
    "&": (0.66, ("M .64 1 L .17 .38 A .3 .2 .18 .2 150 405 L .12 .58 A .26 .75 .25 .25 215 10",)),
    "$": (0.54, ("A .27 .25 .26 .23 330 90 A .27 .75 .28 .25 270 515", "M .27 -.12 L .27 1.12")),
    "A": (0.66, ("M 0 1 L .33 0 L .66 1", "M .12 .67 L .54 .67")),
    "B": (0.56, ("M .3 .5 L 0 .5 L 0 0 L .28 0 A .28 .25 .24 .25 270 450",
                 "M 0 .5 L 0 1 L .29 1 A .29 .75 .27 .25 90 -90")),
    "C": (0.68, ("A .38 .5 .38 .5 315 45",)),
    "D": (0.64, ("M 0 1 L 0 0 L .2 0 A .2 .5 .44 .5 270 450 L 0 1",)),
    "E": (0.50, ("M .5 0 L 0 0 L 0 1 L .5 1", "M 0 .49 L .43 .49")),
    "F": (0.48, ("M .48 0 L 0 0 L 0 1", "M 0 .5 L .42 .5")),
    "G": (0.74, ("A .38 .5 .38 .5 315 5 L .74 .54 L .44 .54",)),
    "H": (0.62, ("M 0 0 L 0 1", "M .62 0 L .62 1", "M 0 .5 L .62 .5")),
    "I": (0.04, ("M .02 0 L .02 1",)),
    "J": (0.42, ("M .42 0 L .42 .72 A .21 .72 .21 .28 0 170",)),
    "K": (0.56, ("M 0 0 L 0 1", "M .53 0 L 0 .6", "M .2 .39 L .56 1")),
    "L": (0.46, ("M 0 0 L 0 1 L .46 1",)),
    "M": (0.74, ("M 0 1 L 0 0 L .37 .64 L .74 0 L .74 1",)),
    "N": (0.62, ("M 0 1 L 0 0 L .62 1 L .62 0",)),
    "O": (0.78, ("A .39 .5 .39 .5 0 360",)),
    "P": (0.54, ("M 0 1 L 0 0 L .27 0 A .27 .27 .27 .27 270 450 L 0 .54",)),
    "Q": (0.78, ("A .39 .5 .39 .5 0 360", "M .48 .72 L .76 1.04")),
    "R": (0.56, ("M 0 1 L 0 0 L .27 0 A .27 .27 .26 .27 270 450 L 0 .54", "M .28 .54 L .56 1")),
    "S": (0.54, ("A .27 .25 .25 .25 328 90 A .27 .75 .28 .25 270 515",)),
    "T": (0.60, ("M 0 0 L .6 0", "M .3 0 L .3 1")),
    "U": (0.60, ("M 0 0 L 0 .7 A .3 .7 .3 .3 180 0 L .6 0",)),
    "V": (0.64, ("M 0 0 L .32 1 L .64 0",)),
    "W": (0.92, ("M 0 0 L .23 1 L .46 .1 L .69 1 L .92 0",)),
    "X": (0.58, ("M .01 0 L .57 1", "M .57 0 L .01 1")),
    "Y": (0.60, ("M 0 0 L .3 .5 L .6 0", "M .3 .5 L .3 1")),
    "Z": (0.56, ("M .02 0 L .56 0 L 0 1 L .56 1",)),
}  # fmt: skip


def text_mask(text: str, height_px: float, stroke_px: float, tracking: float = 0.18) -> Mask:
    """The text as coverage 0 to 1, cropped to its own size plus half a stroke on each side.

    `height_px` is the height of capitals, `tracking` the gap between letters in units of it.
    """
    margin_px = stroke_px / 2 + 1 + 0.14 * height_px
    widths = [_glyph(letter)[0] for letter in text]
    gaps = tracking * max(0, len(text) - 1)
    shape = (
        int(np.ceil(height_px + 2 * margin_px)),
        int(np.ceil((sum(widths) + gaps) * height_px + 2 * margin_px)),
    )
    mask = np.zeros(shape, np.float32)
    x_px = margin_px
    for letter, width in zip(text, widths, strict=True):
        _draw(mask, letter, x_px, margin_px, height_px, stroke_px / 2)
        x_px += (width + tracking) * height_px
    return mask


def _glyph(letter: str) -> tuple[float, tuple[str, ...]]:
    try:
        return _GLYPHS[letter]
    except KeyError:
        raise ValueError(f"the sandbox's font has no glyph for {letter!r}") from None


def _draw(mask: Mask, letter: str, x_px: float, y_px: float, size_px: float, half: float) -> None:
    """Lay the letter over the mask: coverage falls from 1 to 0 over one pixel at its edge."""
    width, strokes = _glyph(letter)
    left = max(0, int(x_px - half - 2 - 0.05 * size_px))
    right = min(mask.shape[1], int(x_px + width * size_px + half + 3))
    field = mask[:, left:right]
    y = np.arange(field.shape[0], dtype=np.float32)[:, None] + np.float32(0.5 - y_px)
    x = np.arange(left, right, dtype=np.float32)[None, :] + np.float32(0.5 - x_px)
    nearest = np.full(field.shape, (half + 1) ** 2, np.float32)
    for stroke in strokes:
        points = _points(stroke, size_px)
        for start, end in pairwise(points):
            np.minimum(nearest, _distance_squared(x, y, start, end), out=nearest)
    cover = np.clip(np.float32(half + 0.5) - np.sqrt(nearest), 0, 1)
    np.maximum(field, cover, out=field)


def _points(stroke: str, size_px: float) -> list[tuple[float, float]]:
    """The path's corners in pixels; arcs in steps that stay within a tenth of a pixel of them."""
    words = iter(stroke.split())
    points: list[tuple[float, float]] = []
    for command in words:
        if command == "A":
            cx, cy, rx, ry, start, end = (float(next(words)) for _ in range(6))
            step = 2 * math.acos(1 - min(0.1 / (max(rx, ry) * size_px), 0.5))
            steps = max(2, math.ceil(math.radians(abs(end - start)) / step))
            for index in range(steps + 1):
                angle = math.radians(start + (end - start) * index / steps)
                points.append((cx + rx * math.cos(angle), cy + ry * math.sin(angle)))
        else:
            points.append((float(next(words)), float(next(words))))
    return [(x * size_px, y * size_px) for x, y in points]


def _distance_squared(
    x: Mask, y: Mask, start: tuple[float, float], end: tuple[float, float]
) -> Mask:
    """Squared distance in pixels from every pixel to the line from `start` to `end`."""
    dx, dy = np.float32(end[0] - start[0]), np.float32(end[1] - start[1])
    x, y = x - np.float32(start[0]), y - np.float32(start[1])
    length = max(dx * dx + dy * dy, np.float32(1e-6))
    along = x * (dx / length) + y * (dy / length)
    np.minimum(along, 1, out=along)
    np.maximum(along, 0, out=along)
    across_x, across_y = x - along * dx, y - along * dy
    across_x *= across_x
    across_y *= across_y
    across_x += across_y
    return across_x
