"""What stands still in the sandbox's picture: wall, table, light, captions?"""

from __future__ import annotations

import numpy as np

from livedesk.sandbox.encoder.glyphs import Mask
from livedesk.sandbox.encoder.lathe import TILT
from livedesk.sandbox.encoder.paint import (
    Rgb,
    Scale,
    colour,
    doubled,
    ellipse,
    grid,
    lay,
    lay_ellipse,
    mix,
    ramp,
    rounded_box,
    write,
)
from livedesk.sandbox.encoder.products import BASE_Y, STANDS_AT

INK = "#5b2c22"
ACCENT = "#d9543f"
PAPER = "#fffaf5"
NIGHT = "#2a1d1d"

_TABLE_SIDE = [
    (-1.0, "#c99f8c"),
    (-0.62, "#f2ddd0"),
    (-0.3, "#ead0c2"),
    (0.45, "#c79a88"),
    (1.0, "#94604f"),
]
_TABLE_TOP = [(-1.0, "#fbf1e9"), (0.1, "#f6e6da"), (1.0, "#dcb9a6")]

TABLE_X, TABLE_RADIUS = 712.0, 296.0


def background(width: int, height: int, scale: Scale) -> Rgb:
    """The whole still picture, without the parts that are drawn for every frame."""
    picture = _wall(width, height, scale)
    _disc(picture, scale)
    _table(picture, scale)
    _shadows(picture, scale)
    _captions(picture, scale)
    return picture


def _wall(width: int, height: int, scale: Scale) -> Rgb:
    rows, _ = grid(height // 2, width // 2)
    s = scale.factor / 2
    stops = [(0, "#e6c5b4"), (330, "#f3dfd2"), (500, "#efd5c6"), (548, "#e2bfad"), (720, "#cf9f8a")]
    wall = np.repeat(ramp(stops, rows / s), width // 2, axis=2)
    size = wall.shape[1], wall.shape[2]
    glow = ellipse(*size, (430 * s, 210 * s), (560 * s, 430 * s), 620 * s)
    middle = ellipse(*size, (640 * s, 330 * s), (900 * s, 560 * s), 420 * s)
    wall = mix(wall, colour("#fff3e8"), glow * np.float32(0.55))
    return doubled(mix(wall, colour("#8d5445"), (1 - middle) * np.float32(0.42)))


def _disc(picture: Rgb, scale: Scale) -> None:
    """The big warm circle behind the products."""
    s = scale.factor
    size = scale.even(456)
    mask = ellipse(size, size, (size / 2, size / 2), (size / 2 - 2, size / 2 - 2), 2 * s)
    rows, columns = grid(size, size)
    stops = [(0.0, "#eab79d"), (0.5, "#e09a7c"), (1.0, "#c9775a")]
    tint = ramp(stops, (rows * 0.75 + columns * 0.25) / size)
    lay(picture, mask, tint, scale.even(TABLE_X) - size // 2, scale.even(74))


def _table(picture: Rgb, scale: Scale) -> None:
    s = scale.factor
    x, radius, depth = TABLE_X * s, TABLE_RADIUS * s, TABLE_RADIUS * TILT * s
    top, side = BASE_Y * s, 96 * s
    shadow_at = (x + 60 * s, top + side + 14 * s)
    lay_ellipse(picture, shadow_at, (radius * 1.24, depth * 1.5), 44 * s, "#7a4435", 0.45)
    left, upper = int(x - radius) - 2, int(top - depth) - 2
    rows, columns = grid(int(side + 2 * depth) + 6, int(2 * radius) + 5)
    rows, columns = rows + upper - top, columns + left - x
    across = np.clip(columns / radius, -1, 1)
    front = depth * np.sqrt(1 - across * across)
    inside = np.clip(radius + 0.5 - np.abs(columns), 0, 1)
    wall = inside * np.clip(rows + 0.5, 0, 1) * np.clip(side + front - rows + 0.5, 0, 1)
    lay(picture, wall, _painted(_TABLE_SIDE, across, wall), left, upper)
    lid = ellipse(wall.shape[0], wall.shape[1], (x - left, top - upper), (radius, depth), 1.5)
    lay(picture, lid, _painted(_TABLE_TOP, across, wall), left, upper)


def _painted(stops: list[tuple[float, str]], across: Mask, like: Mask) -> Rgb:
    return np.repeat(ramp(stops, across), like.shape[0], axis=1)


def _shadows(picture: Rgb, scale: Scale) -> None:
    """Each product's shadow on the table: long and soft away from the light, tight at its foot."""
    s = scale.factor
    for centre, radius, _ in STANDS_AT:
        x, y, r = centre * s, BASE_Y * s, radius * s
        cast_at, foot_at = (x + 0.75 * r, y + 5 * s), (x + 3 * s, y + 3 * s)
        lay_ellipse(picture, cast_at, (1.5 * r, 0.20 * r), 0.26 * r, "#8a4b38", 0.42)
        lay_ellipse(picture, foot_at, (1.07 * r, TILT * 1.2 * r), 7 * s, "#5b2c22", 0.55)


def _captions(picture: Rgb, scale: Scale) -> None:
    s = scale.factor
    write(picture, "THE", (66 * s, 226 * s), 26 * s, INK, stroke=0.075, tracking=0.42)
    write(picture, "GLOW", (64 * s, 270 * s), 82 * s, INK, stroke=0.075, tracking=0.24)
    write(picture, "EDIT", (66 * s, 374 * s), 26 * s, INK, stroke=0.075, tracking=0.42)
    rule = np.ones((max(1, round(2 * s)), round(172 * s)), np.float32)
    lay(picture, rule, colour(INK), round(164 * s), round(386 * s), 0.5)
    lines = ("NEW IN THE LIVE TODAY", "FREE SHIPPING FROM $35")
    for line, text in enumerate(lines):
        at = (66 * s, (428 + 26 * line) * s)
        write(picture, text, at, 12 * s, INK, stroke=0.115, tracking=0.3)


def panel(
    picture: Rgb, scale: Scale, place: tuple[float, float, float, float], fill: str, radius: float
) -> None:
    """A rounded panel with a soft shadow; `place` is x, y, width, height in design pixels."""
    s = scale.factor
    x, y, width, height = place
    blur = 16
    shadow = rounded_box(round((height + 2 * blur) * s), round((width + 2 * blur) * s), 30 * s)
    rows, columns = grid(*shadow.shape)
    edge_x = np.minimum(columns, shadow.shape[1] - columns) / (2 * blur * s)
    edge_y = np.minimum(rows, shadow.shape[0] - rows) / (2 * blur * s)
    soft = np.clip(edge_x, 0, 1) * np.clip(edge_y, 0, 1) * shadow
    dark = colour("#5b2c22")
    lay(picture, soft, dark, round((x - blur) * s), round((y - blur + 6) * s), 0.30)
    box = scale.box(x, y, width, height)
    lay(picture, rounded_box(box.height, box.width, radius * s), colour(fill), box.x, box.y)
