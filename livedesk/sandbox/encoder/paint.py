"""How is the still part of the picture painted, and how does it become video samples?

Painting happens once, in gamma-encoded RGB with float planes; what moves is drawn later, straight
into 8-bit YUV 4:2:0 planes, because that is what encoders take.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from livedesk.sandbox.encoder.glyphs import Mask, text_mask

Rgb = npt.NDArray[np.floating[Any]]
"""Three planes (3, height, width), 0 to 1."""
Samples = npt.NDArray[np.uint8]
Wide = npt.NDArray[np.int16]

FULL = 128
"""Blend weights are sevenths of a byte, so that 255 × weight still fits 16 bits."""


@dataclass(frozen=True, slots=True)
class Planes:
    """One picture, or a window of it, as 8-bit YUV 4:2:0 (BT.709, limited range)."""

    y: Samples
    u: Samples
    v: Samples

    def window(self, box: Box) -> Planes:
        """The same samples seen through a box with even edges; drawing there draws here."""
        half = (slice(box.y // 2, box.bottom // 2), slice(box.x // 2, box.right // 2))
        return Planes(self.y[box.y : box.bottom, box.x : box.right], self.u[half], self.v[half])

    def copy_from(self, other: Planes) -> None:
        self.y[:] = other.y
        self.u[:] = other.u
        self.v[:] = other.v

    def fill_black(self) -> None:
        self.y[:] = 16
        self.u[:] = self.v[:] = 128


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the picture in pixels, all even, so that chroma samples belong to one box."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Scale:
    """Design pixels (a picture 720 high) to pixels of the picture at hand."""

    factor: float

    def even(self, design_px: float) -> int:
        return 2 * round(design_px * self.factor / 2)

    def box(self, x: float, y: float, width: float, height: float) -> Box:
        left, top = self.even(x), self.even(y)
        return Box(left, top, self.even(x + width) - left, self.even(y + height) - top)


def colour(text: str) -> Rgb:
    """`#rrggbb` as three planes of one pixel."""
    parts = [int(text[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return np.array(parts, np.float32).reshape(3, 1, 1)


def grid(height: int, width: int) -> tuple[Mask, Mask]:
    """Pixel centres as a column of rows and a row of columns, ready to broadcast."""
    rows = np.arange(height, dtype=np.float32)[:, None] + np.float32(0.5)
    columns = np.arange(width, dtype=np.float32)[None, :] + np.float32(0.5)
    return rows, columns


def mix(below: Rgb, above: Rgb | Mask, weight: Mask | float) -> Rgb:
    return np.asarray(below + (above - below) * weight, np.float32)


def ramp(stops: Sequence[tuple[float, str]], at: Mask) -> Rgb:
    """Colours along a line: `stops` are (position, colour), `at` the position of each pixel."""
    positions = [position for position, _ in stops]
    colours = np.concatenate([colour(text).reshape(1, 3) for _, text in stops])
    planes = [np.interp(at, positions, colours[:, plane]) for plane in range(3)]
    return np.stack(planes).astype(np.float32)


def rounded_box(height: int, width: int, radius: float, inset: float = 0.0) -> Mask:
    """Coverage of a box with round corners that fills the field, less `inset` on each side."""
    rows, columns = grid(height, width)
    x = np.abs(columns - width / 2) - (width / 2 - inset - radius)
    y = np.abs(rows - height / 2) - (height / 2 - inset - radius)
    outside = np.hypot(np.maximum(x, 0), np.maximum(y, 0)) + np.minimum(np.maximum(x, y), 0)
    return np.asarray(np.clip(radius + 0.5 - outside, 0, 1), np.float32)


def ellipse(
    height: int, width: int, centre: tuple[float, float], radii: tuple[float, float], soft_px: float
) -> Mask:
    """Coverage of an ellipse (`centre`, `radii` as x, y) whose edge is `soft_px` wide."""
    rows, columns = grid(height, width)
    reach = np.hypot((columns - centre[0]) / radii[0], (rows - centre[1]) / radii[1])
    edge = (reach - 1) * min(radii) / max(soft_px, 1.0)
    inside = np.clip(0.5 - edge, 0, 1)
    return np.asarray(inside * inside * (3 - 2 * inside), np.float32)


def lay_ellipse(
    picture: Rgb,
    centre: tuple[float, float],
    radii: tuple[float, float],
    soft_px: float,
    tint: str,
    weight: float = 1.0,
) -> None:
    """An ellipse laid onto the picture; only the pixels it can reach are touched."""
    stretch = 1 + soft_px / (2 * min(radii))
    left = max(0, int(centre[0] - radii[0] * stretch) - 1)
    top = max(0, int(centre[1] - radii[1] * stretch) - 1)
    right = min(picture.shape[2], int(centre[0] + radii[0] * stretch) + 2)
    bottom = min(picture.shape[1], int(centre[1] + radii[1] * stretch) + 2)
    local = (centre[0] - left, centre[1] - top)
    mask = ellipse(bottom - top, right - left, local, radii, soft_px)
    lay(picture, mask, colour(tint), left, top, weight)


def lay(picture: Rgb, mask: Mask, tint: Rgb, x: int, y: int, weight: float = 1.0) -> None:
    """Lay a tint through a mask onto the picture, in place; what sticks out is cut off."""
    height = min(mask.shape[0], picture.shape[1] - y)
    width = min(mask.shape[1], picture.shape[2] - x)
    part = picture[:, y : y + height, x : x + width]
    tint = tint[:, :height, :width]
    part += (tint - part) * (mask[:height, :width] * np.float32(weight))


def write(
    picture: Rgb,
    text: str,
    at: tuple[float, float],
    height_px: float,
    ink: str,
    *,
    stroke: float = 0.1,
    tracking: float = 0.18,
    anchor: float = 0.0,
) -> float:
    """Write capitals `height_px` high with their top left at `at`; returns the width in pixels.

    `stroke` is in units of the height; `anchor` 0.5 centres the text on `at`, 1 ends it there.
    """
    mask = text_mask(text, height_px, stroke * height_px, tracking)
    margin = (mask.shape[0] - height_px) / 2
    width = mask.shape[1] - 2 * margin
    x, y = round(at[0] - margin - anchor * width), round(at[1] - margin)
    skip_x, skip_y = max(0, -x), max(0, -y)
    lay(picture, mask[skip_y:, skip_x:], colour(ink), max(0, x), max(0, y))
    return float(width)


def to_planes(picture: Rgb, grain: bool = False) -> Planes:
    """RGB to 8-bit YUV 4:2:0, limited range, with the coefficients of ITU-R BT.709.

    `grain` adds noise of half a step, which keeps soft gradients from showing bands.
    """
    luma, blue, red = to_wide(picture)
    if grain:
        luma += np.random.default_rng(7).random(luma.shape, np.float32) - np.float32(0.5)
    return Planes(_bytes(luma + 16), _bytes(halved(blue) + 128), _bytes(halved(red) + 128))


def to_wide(picture: Rgb) -> tuple[Mask, Mask, Mask]:
    """RGB to luma above black and signed full-size chroma, in 8-bit steps, not yet rounded."""
    red, green, blue = picture
    luma = np.float32(0.2126) * red + np.float32(0.7152) * green + np.float32(0.0722) * blue
    return (
        luma * np.float32(219),
        (blue - luma) * np.float32(224 / 1.8556),
        (red - luma) * np.float32(224 / 1.5748),
    )


def doubled(picture: Rgb) -> Rgb:
    """Each pixel as a 2 × 2 block: enough for soft light, at a quarter of the work."""
    planes, height, width = picture.shape
    larger = np.empty((planes, height, 2, width, 2), np.float32)
    larger[:] = picture[:, :, None, :, None]
    return larger.reshape(planes, 2 * height, 2 * width)


def halved(plane: Mask) -> Mask:
    """Mean of each 2 × 2 block: one chroma sample."""
    pairs = plane[0::2] + plane[1::2]
    return ((pairs[:, 0::2] + pairs[:, 1::2]) * np.float32(0.25)).astype(np.float32, copy=False)


def _bytes(plane: Mask) -> Samples:
    return np.clip(np.rint(plane), 0, 255).astype(np.uint8)
