"""How are colours seen? Contrast by WCAG 2.2, and distances as people with few colours see them."""

from __future__ import annotations

import math
from typing import Literal

Sight = Literal["usual", "protan", "deutan", "tritan"]
Rgb = tuple[float, float, float]
Matrix = tuple[Rgb, Rgb, Rgb]

SIGHTS: dict[Sight, Matrix] = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
"""On linear light, for a receptor that is missing: Machado, Oliveira and Fernandes, 2009."""

_TO_LMS: Matrix = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_TO_OKLAB: Matrix = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two `#RRGGBB`, 1 to 21 (WCAG 2.2)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def distance(one: str, other: str, sight: Sight) -> float:
    """In OKLab (Ottosson, 2020), where black and white are 1 apart; 0.02 is just seen."""
    return math.dist(_oklab(_seen(one, sight)), _oklab(_seen(other, sight)))


def _linear(colour: str) -> Rgb:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return _linear_part(red), _linear_part(green), _linear_part(blue)


def _linear_part(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _luminance(colour: str) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _seen(colour: str, sight: Sight) -> Rgb:
    red, green, blue = _times(SIGHTS[sight], _linear(colour))
    return _in_range(red), _in_range(green), _in_range(blue)


def _in_range(part: float) -> float:
    return min(1.0, max(0.0, part))


def _oklab(linear: Rgb) -> Rgb:
    long, middle, short = _times(_TO_LMS, linear)
    return _times(_TO_OKLAB, (math.cbrt(long), math.cbrt(middle), math.cbrt(short)))


def _times(matrix: Matrix, vector: Rgb) -> Rgb:
    one, two, three = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)
    return one, two, three
