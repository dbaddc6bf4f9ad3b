"""Which colours and sizes of type is everything drawn with? They are written here only.

Dark is the usual look, because operators sit in the dark; light is for rooms with daylight. In
both, what is normal is grey and only what is abnormal has a colour. tests/ui/test_tokens.py holds
that pairs of ink and ground can be read (WCAG 2.2 AA) and that signals differ for people who see
few colours. The host's pad has its own inks, which are read from two metres (ui/pad/look.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["caption", "small", "body", "strong", "title", "word", "value", "headline", "clock"]
"""What a piece of text is for; each role has one size and weight."""

Weight = Literal["normal", "bold"]

FONT_FAMILIES = ("Inter", "Noto Sans", "DejaVu Sans", "sans-serif")

TYPE: dict[Role, tuple[int, Weight]] = {
    "caption": (11, "bold"),
    "small": (12, "normal"),
    "body": (13, "normal"),
    "strong": (13, "bold"),
    "title": (15, "bold"),
    "word": (17, "bold"),
    "value": (20, "bold"),
    "headline": (20, "bold"),
    "clock": (26, "bold"),
}
"""Pixels at scale 1, and weight."""

GAP_PX = 8
"""Between panels, at scale 1."""

PAD_PX = 12
"""Within a panel, at scale 1."""


@dataclass(frozen=True, slots=True)
class Colours:
    """One set of colours. The names say what a colour is for, never which it is."""

    ground: str
    panel: str
    raised: str
    line: str
    hatch: str
    """Strokes on the ground of what was not measured."""
    text: str
    muted: str
    faint: str
    focus: str
    good: str
    """Of a step of the first run that is done: who sets up waits for it. Nowhere else, because at
    work what is normal is grey."""
    notice: str
    warning: str
    critical: str
    on_signal: str
    """What is written on a signal's colour, on `text` and on `focus`."""
    warning_ground: str
    critical_ground: str
    notice_ground: str
    critical_band: str
    warning_band: str
    notice_band: str
    sandbox: str
    veil: str
    """Over a picture that is not of now; alpha first."""
    curves: tuple[str, ...]
    """Feed first, then the uplinks in their order; told apart also by dash pattern and name."""
    is_dark: bool


DARK = Colours(
    ground="#0E1116",
    panel="#161B22",
    raised="#1F2630",
    line="#2B3441",
    hatch="#262E39",
    text="#E8EDF3",
    muted="#A3AFBD",
    faint="#8491A1",
    focus="#7FB5FF",
    good="#6FCF97",
    notice="#E6D36A",
    warning="#FFAE3D",
    critical="#FF6B62",
    on_signal="#14171C",
    warning_ground="#33260F",
    critical_ground="#3D1617",
    notice_ground="#2B2814",
    critical_band="#23191D",
    warning_band="#201D1C",
    notice_band="#1B1E20",
    sandbox="#C4A9FF",
    veil="#960E1116",
    curves=("#D5DCE5", "#4DA3FF", "#3FCBB0", "#D792E8", "#E0B070", "#9DB4FF"),
    is_dark=True,
)

LIGHT = Colours(
    ground="#EDF0F4",
    panel="#FFFFFF",
    raised="#E2E7ED",
    line="#C3CBD5",
    hatch="#E3E8EE",
    text="#141A21",
    muted="#414D5B",
    faint="#556170",
    focus="#0A5BC4",
    good="#0A6B3D",
    notice="#666229",
    warning="#702500",
    critical="#CC0007",
    on_signal="#FFFFFF",
    warning_ground="#FFE9CF",
    critical_ground="#FFE3E1",
    notice_ground="#F8F3CF",
    critical_band="#FFF3F2",
    warning_band="#FFF7EC",
    notice_band="#FCFAEC",
    sandbox="#5B35B0",
    veil="#96EDF0F4",
    curves=("#2B3440", "#0F62C9", "#00745C", "#8A2BA6", "#8A5A00", "#4453B8"),
    is_dark=False,
)
