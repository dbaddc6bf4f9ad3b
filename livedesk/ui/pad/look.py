"""Which colours, sizes and fonts make a pad readable from two metres, under lights?

Grounds are bright where something happened and dark where nothing did, so that a glance tells the
two apart. Each pair of ink and ground meets WCAG AA (4.5:1); tests/ui/pad measures them.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize
from PySide6.QtGui import QFont

from livedesk.desk.pad import Tone
from livedesk.ui.theme import FONT_FAMILIES

GROUND = "#05070A"
TILE = "#161B22"
TILE_PRESSED = "#39465A"
TEXT = "#F4F7FB"
MUTED = "#B4BFCC"
EDGE = "#2B3441"
PRESSED_EDGE = "#FFFFFF"


@dataclass(frozen=True, slots=True)
class Inks:
    """A ground and what is written on it."""

    ground: str
    ink: str


FILLED: dict[Tone, Inks] = {
    "quiet": Inks(TILE, TEXT),
    "next": Inks("#0B2242", "#9CC7FF"),
    "armed": Inks("#FFFFFF", "#0B0E12"),
    "flying": Inks("#6FB1FF", "#04101F"),
    "good": Inks("#3ED584", "#04140A"),
    "late": Inks("#FFAE3D", "#1A1002"),
    "bad": Inks("#FF7A70", "#1C0504"),
    "unknown": Inks("#C9B0FF", "#120826"),
}
"""Of what is happening."""

UNSAID = Inks("#2A2010", "#FFCF8A")
"""Of what must not be said: seen at a glance, and no alarm."""

RESTING: dict[Tone, Inks] = {**FILLED, "bad": Inks("#351416", "#FF9A92")}
"""Of what has been so for a while: a product that is sold out is no alarm."""

USUAL = QSize(1280, 800)
"""Sizes below are for this window, and grow and shrink with it."""

TITLE_PX = 28
WORD_PX = 92
LEAST_WORD_PX = 56
"""Longer words are set smaller, down to this."""

DETAIL_PX = 30
SMALL_PX = 22
STRIP_PX = 27


def unit_of(size: QSize) -> float:
    """How many pixels one pixel of the usual window is in this one, upright or not."""
    long, short = max(size.width(), size.height()), min(size.width(), size.height())
    return max(0.1, min(long / USUAL.width(), short / USUAL.height()))


def font_of(px: float, unit: float, *, bold: bool = True) -> QFont:
    """With figures of one width, so that one that ticks does not move."""
    font = QFont(list(FONT_FAMILIES))
    font.setPixelSize(max(1, round(px * unit)))
    font.setWeight(QFont.Weight.Bold if bold else QFont.Weight.Medium)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def luminance(colour: str) -> float:
    """Relative luminance of `#RRGGBB` (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)
