"""Which products stand on the sandbox's table: their shapes, their print, their price?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livedesk.sandbox.encoder.glyphs import Mask
from livedesk.sandbox.encoder.lathe import TILT, Part, Product, Profile
from livedesk.sandbox.encoder.paint import Rgb, Scale, colour, lay, write

TEXELS_PER_PX = 2


@dataclass(frozen=True, slots=True)
class Offer:
    """What the lower third says about a product. Capitals only: the font has no others."""

    name: str
    detail: str
    price: str
    before: str
    saving: str


OFFERS = (
    Offer("VELVET DAY CREAM", "50 ML · REFILL JAR", "$29.50", "$36.00", "−18%"),
    Offer("VITAMIN C SERUM", "30 ML · AMBER GLASS", "$24.00", "$32.00", "−25%"),
    Offer("SATIN LIPSTICK", "SHADE 07 · CORAL", "$14.90", "$19.00", "−22%"),
)

STANDS_AT = ((530.0, 86.0, 122.0), (712.0, 78.0, 346.0), (868.0, 30.0, 214.0))
"""Per offer, in design pixels: centre, widest radius, height."""

BASE_Y = 534.0
"""Where the products touch the table (the middle of their bottom), in design pixels."""

SECONDS_PER_TURN = (11.0, 8.0, 9.0)


def build(index: int, background: Rgb, scale: Scale) -> Product:
    """The product for one offer, composed over the background."""
    centre, radius, height = STANDS_AT[index]
    margin = 6.0
    top = BASE_Y - height - TILT * radius - margin
    bottom = BASE_Y + TILT * radius + margin
    box = scale.box(centre - radius - margin, top, 2 * (radius + margin), bottom - top)
    parts = (_jar, _serum, _lipstick)[index](scale.factor, BASE_Y * scale.factor - box.y)
    return Product(box, centre * scale.factor - box.x, parts, background)


def _jar(s: float, base: float) -> list[Part]:
    body = _print(82 * s, 88 * s, "#f6efe8")
    for turn in (0.15, 0.65):
        _stamp(body, "GLOW", turn, 26 * s, 24 * s, "#8a4b36", tracking=0.34)
        _stamp(body, "VELVET DAY CREAM", turn, 60 * s, 9 * s, "#8a4b36", stroke=0.11)
    for turn in (0.4, 0.9):
        _stamp(body, "50 ML", turn, 36 * s, 14 * s, "#b98a6d")
    body[:, -max(1, round(7 * s)) :] = colour("#d9a86c")
    return [
        Part(base - 88 * s, base, _soft_ends(82 * s, base - 88 * s, base, 10 * s), body, 0.55),
        Part(
            base - 122 * s,
            base - 86 * s,
            _soft_ends(86 * s, base - 122 * s, base - 86 * s, 5 * s),
            _ribbed(86 * s, 36 * s, "#d8a767", "#c08d4f", 96),
            0.75,
            0.75,
        ),
    ]


def _serum(s: float, base: float) -> list[Part]:
    body = _print(74 * s, 222 * s, "#9c4a26")
    body *= np.linspace(1.12, 0.8, body.shape[1], dtype=np.float32)[None, :, None]
    _band(body, 44 * s, 158 * s, "#f8f0e6")
    _band(body, 52 * s, 2 * s, "#d9a86c")
    _band(body, 192 * s, 2 * s, "#d9a86c")
    for turn in (0.15, 0.65):
        _stamp(body, "GLOW", turn, 76 * s, 28 * s, "#8a3f24", tracking=0.26)
        _stamp(body, "VITAMIN C SERUM", turn, 126 * s, 9.5 * s, "#8a3f24", stroke=0.12)
        _stamp(body, "30 ML · 1 FL OZ", turn, 166 * s, 8.5 * s, "#b5745a", stroke=0.12)
    for turn in (0.4, 0.9):
        _stamp(body, "15%", turn, 88 * s, 32 * s, "#e08a5b")
        _stamp(body, "L-ASCORBIC", turn, 136 * s, 8.5 * s, "#8a3f24", stroke=0.12)
    top = base - 222 * s
    gold = _ribbed(31 * s, 30 * s, "#dcae72", "#b9854a", 56)
    return [
        Part(top, base, _shoulder(74 * s, 24 * s, top, base, 30 * s), body, 0.95),
        Part(top - 26 * s, top + 4 * s, _straight(31 * s), gold, 0.9, 0.9),
        Part(
            top - 124 * s,
            top - 24 * s,
            _shoulder(24 * s, 15 * s, top - 124 * s, top - 24 * s, 26 * s),
            _print(24 * s, 100 * s, "#3a2a26"),
            0.5,
        ),
    ]


def _lipstick(s: float, base: float) -> list[Part]:
    case = _print(29 * s, 98 * s, "#2c2325")
    for turn in (0.15, 0.48, 0.82):
        _stamp(case, "GLOW", turn, 42 * s, 13 * s, "#dcae72", tracking=0.3)
    _band(case, 0, 5 * s, "#dcae72")
    gold = _ribbed(24 * s, 50 * s, "#e2b67c", "#c4935a", 24)
    tip = _ribbed(19 * s, 70 * s, "#e2563f", "#d44b37", 3)
    return [
        Part(base - 98 * s, base, _straight(29 * s), case, 0.7),
        Part(base - 146 * s, base - 96 * s, _straight(24 * s), gold, 0.9, 0.9),
        Part(
            base - 214 * s,
            base - 144 * s,
            _shoulder(19 * s, 7 * s, base - 214 * s, base - 144 * s, 30 * s),
            tip,
            0.55,
        ),
    ]


def _straight(radius: float) -> Profile:
    return lambda level: np.full(level.shape, radius, np.float32)


def _soft_ends(radius: float, top: float, bottom: float, bevel: float) -> Profile:
    """A cylinder whose upper and lower edges are rounded off by a quarter circle."""

    def profile(level: Mask) -> Mask:
        into = np.clip(np.maximum(top + bevel - level, level - (bottom - bevel)), 0, bevel)
        return np.asarray(radius - bevel + np.sqrt(bevel**2 - into**2), np.float32)

    return profile


def _shoulder(radius: float, neck: float, top: float, bottom: float, drop: float) -> Profile:
    """A cylinder that narrows to `neck` within `drop` below its top, like a bottle's shoulder."""
    foot = min(6.0, drop / 4)

    def profile(level: Mask) -> Mask:
        reach = np.clip((top + drop - level) / drop, 0, 1)
        rounded = neck + (radius - neck) * np.sqrt(np.maximum(1 - reach * reach, 0))
        into = np.clip(level - (bottom - foot), 0, foot)
        return np.asarray(rounded - foot + np.sqrt(foot**2 - into**2), np.float32)

    return profile


def _print(radius: float, height: float, tint: str) -> Rgb:
    width = round(2 * np.pi * radius * TEXELS_PER_PX)
    return np.repeat(np.repeat(colour(tint), round(height), axis=1), width, axis=2)


def _ribbed(radius: float, height: float, light: str, dark: str, ribs: int) -> Rgb:
    """A print of fine upright ribs, which make the turning of a plain part visible."""
    print_ = _print(radius, height, light)
    wave = 0.5 + 0.5 * np.sin(np.linspace(0, 2 * np.pi * ribs, print_.shape[2], dtype=np.float32))
    print_ += (colour(dark) - print_) * wave[None, None, :]
    print_[:, 0] = colour(light)[:, 0]  # the top face takes its texels from the first row
    return print_


def _band(print_: Rgb, y: float, height: float, tint: str) -> None:
    print_[:, round(y) : round(y) + max(1, round(height))] = colour(tint)


def _stamp(
    print_: Rgb,
    text: str,
    turn: float,
    y: float,
    height: float,
    ink: str,
    *,
    stroke: float = 0.1,
    tracking: float = 0.2,
) -> None:
    """Write on the print, centred at a share of the turn.

    Texels are half as wide as they are high, so the text is drawn twice as high and then folded.
    """
    tall = np.zeros((3, TEXELS_PER_PX * round(height * 1.8), print_.shape[2]), np.float32)
    size = height * TEXELS_PER_PX
    at = (turn * tall.shape[2], 0.3 * size)
    write(tall, text, at, size, "#ffffff", stroke=stroke, tracking=tracking, anchor=0.5)
    mask = (tall[0, 0::2] + tall[0, 1::2]) / 2
    lay(print_, mask, colour(ink), 0, round(y - 0.3 * height))
