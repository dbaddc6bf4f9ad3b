"""How does a turned product (bottle, jar, lipstick) look, and how does it rotate cheaply?

A product is a stack of parts turned on a lathe, seen slightly from above. Light and silhouette do
not change when it rotates, only the print on it moves sideways. So each pixel gets, once: the texel
it sees at rest, how bright that texel is here (gain), and what is added (gloss, and the background
where the product does not cover it). A frame is then one gather, one multiply and one add:
`sample = print[texel + phase] × gain + rest`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from livedesk.sandbox.encoder.glyphs import Mask
from livedesk.sandbox.encoder.paint import FULL, Box, Planes, Rgb, Wide, grid, halved, to_wide

TILT = 0.13
"""How much of a circle's depth is seen as height: the camera looks down by some seven degrees."""

Profile = Callable[[Mask], Mask]


@dataclass(frozen=True, slots=True)
class Part:
    """One turned piece: from `top` to `bottom` (pixels in its box), radius by height.

    `print_` covers the whole turn, two texels a pixel wide at radius `print_radius`; `gloss` 0 is
    chalk, 1 is lacquer; `metal` deepens the contrast as polished metal does.
    """

    top: float
    bottom: float
    radius: Profile
    print_: Rgb
    gloss: float
    metal: float = 0.0


@dataclass(frozen=True, slots=True)
class _Surface:
    """What a part shows at each pixel of its box."""

    cover: Mask
    turn: Mask
    """Angle seen, as a share of a full turn, 0 at the left edge of a full turn."""
    depth: Mask
    """Height on the part, 0 at its top to 1 at its bottom."""
    light: Mask
    gloss: Mask


class _Channel:
    """One plane of a rotating product: an immutable recipe plus its work space."""

    def __init__(
        self,
        texels: npt.NDArray[np.int32],
        gain: Mask,
        rest: Mask,
        print_: Wide,
    ) -> None:
        self._texels = texels
        self._gain = np.rint(gain * FULL).astype(np.int16)
        self._rest = np.rint(rest).astype(np.int16)
        self._print = print_
        self._work = np.empty(texels.shape, np.int16)

    def draw(self, out: npt.NDArray[np.uint8], phase: int) -> None:
        np.take(self._print[phase:], self._texels, out=self._work, mode="clip")
        self._work *= self._gain
        self._work >>= 7
        self._work += self._rest
        out[:] = self._work


class Product:
    """A rotating product in its box, composed over the still background once and for all."""

    def __init__(self, box: Box, centre_x: float, parts: list[Part], background: Rgb) -> None:
        self.box = box
        view = background[:, box.y : box.bottom, box.x : box.right]
        self._print_width = max(part.print_.shape[2] for part in parts)
        height, width = view.shape[1:]
        texel: Mask = np.zeros((height, width), np.float32)
        gain: Mask = np.zeros((height, width), np.float32)
        rest: Rgb = np.array(view)
        prints: list[Rgb] = []
        for part in parts:
            seen = _surface(part, height, width, centre_x)
            row_0 = sum(print_.shape[1] for print_ in prints)
            row = row_0 + np.clip(seen.depth * part.print_.shape[1], 0, part.print_.shape[1] - 1)
            column = (seen.turn * self._print_width) % self._print_width
            here = np.floor(row) * (2 * self._print_width) + np.floor(column)
            texel = np.where(seen.cover > 0, here, texel)
            gain = gain * (1 - seen.cover) + seen.cover * seen.light
            rest = rest * (1 - seen.cover) + seen.cover * seen.gloss
            prints.append(_stretched(part.print_, self._print_width))
        self._channels = _channels(texel, gain, rest, np.concatenate(prints, axis=1))

    def draw(self, planes: Planes, turn: float) -> None:
        """Draw into the whole picture with the product turned by `turn` (1 is once around)."""
        phase = int((turn % 1.0) * self._print_width)
        window = planes.window(self.box)
        for channel, out in zip(self._channels, (window.y, window.u, window.v), strict=True):
            channel.draw(out, phase)


def _channels(texel: Mask, gain: Mask, rest: Rgb, print_: Rgb) -> tuple[_Channel, ...]:
    doubled = np.concatenate([print_, print_], axis=2)
    prints = [np.rint(plane).astype(np.int16).reshape(-1) for plane in to_wide(doubled)]
    rests = to_wide(rest)
    # Kept below white here, so that no frame needs clipping: 219 is white less black.
    gain = np.minimum(gain, (219 - rests[0]) / 219)
    fine = texel.astype(np.int32)
    # A chroma sample stands for four pixels; the texel of one of them is near enough.
    coarse = np.ascontiguousarray(fine[0::2, 1::2])
    return (
        _Channel(fine, gain, rests[0] + 16, prints[0]),
        _Channel(coarse, halved(gain), halved(rests[1]) + 128, prints[1]),
        _Channel(coarse, halved(gain), halved(rests[2]) + 128, prints[2]),
    )


def _stretched(print_: Rgb, width: int) -> Rgb:
    """The print made as wide as the widest one, nearest texel."""
    columns = (np.arange(width) * print_.shape[2]) // width
    return print_[:, :, columns]


def _surface(part: Part, height: int, width: int, centre_x: float) -> _Surface:
    rows, columns = grid(height, width)
    x = columns - np.float32(centre_x)
    level = np.clip(rows + 0 * x, part.top, part.bottom)
    for _ in range(4):  # where the line of sight meets the turned surface: a fixed point
        radius = part.radius(level)
        behind = np.sqrt(np.maximum(radius * radius - x * x, 0))
        level = np.clip(rows - TILT * behind, part.top, part.bottom)
    radius = part.radius(level)
    side = np.clip(x / np.maximum(radius, 1), -1, 1)
    lower = rows - (part.bottom + TILT * np.sqrt(np.maximum(radius * radius - x * x, 0)))
    rim = part.radius(np.full((1, 1), part.top, np.float32))
    rim_depth = TILT * np.sqrt(np.maximum(rim * rim - x * x, 0))
    on_lid = rows < part.top + rim_depth
    upper = np.where(np.abs(x) <= rim, part.top - rim_depth - rows, part.top - rows)
    cover = np.clip(0.5 + radius - np.abs(x), 0, 1)
    cover = cover * np.clip(0.5 - lower, 0, 1) * np.clip(0.5 - upper, 0, 1)
    light, gloss = _lit(side, part)
    light = np.where(on_lid, np.float32(1.04), light)
    gloss = np.where(on_lid, np.float32(0.05 * part.gloss), gloss)
    return _Surface(
        cover=cover.astype(np.float32),
        turn=(0.5 + np.arcsin(side) / (2 * np.pi)).astype(np.float32),
        depth=((level - part.top) / max(part.bottom - part.top, 1)).astype(np.float32),
        light=light.astype(np.float32),
        gloss=gloss.astype(np.float32),
    )


def _lit(side: Mask, part: Part) -> tuple[Mask, Mask]:
    """Light and gloss around the turn for a big soft box on the left and a thin one on the right.

    `side` is the sine of the angle of the surface: −1 left edge, 0 towards us, 1 right edge.
    """
    facing = np.sqrt(np.maximum(1 - side * side, 0))
    diffuse = 0.46 + 0.54 * np.clip(0.80 * facing - 0.56 * side, 0, 1)
    edge = np.clip(1 - facing, 0, 1) ** 2
    metal = 1 + part.metal * (0.42 * np.cos(9.5 * side + 0.9) - 0.16)
    key_box = _strip(side, -0.52, 0.16)
    rim_box = _strip(side, 0.80, 0.055)
    light = diffuse * metal * (1 - 0.35 * edge)
    gloss = part.gloss * (0.42 * key_box + 0.30 * rim_box + 0.10 * edge)
    return light.astype(np.float32), gloss.astype(np.float32)


def _strip(side: Mask, centre: float, half_width: float) -> Mask:
    """A light strip's reflection: flat in the middle, soft at its edges."""
    reach = np.clip((half_width * 1.5 - np.abs(side - centre)) / half_width, 0, 1)
    return np.asarray(reach * reach * (3 - 2 * reach), np.float32)
