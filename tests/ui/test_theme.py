"""Can it be read? Contrast, figures that do not jitter, and fonts that are there."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QFontMetricsF

from livedesk.ui.basics import Text
from livedesk.ui.theme import Colours, Role, Theme

COLOURS = Colours()
GROUNDS = (COLOURS.ground, COLOURS.panel, COLOURS.raised)


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [QColor(colour).redF(), QColor(colour).greenF(), QColor(colour).blueF()]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("text", ["text", "muted", "faint", "notice", "warning", "critical"])
def test_texts_meet_aa_on_every_ground(text: str) -> None:
    for ground in GROUNDS:
        assert contrast(getattr(COLOURS, text), ground) >= 4.5, (text, ground)


@pytest.mark.parametrize("look", ["notice", "warning", "critical"])
def test_lit_panels_can_be_read(look: str) -> None:
    ground = getattr(COLOURS, f"{look}_ground")
    for text in (getattr(COLOURS, look), COLOURS.text, COLOURS.muted):
        assert contrast(text, ground) >= 4.5
    assert contrast(COLOURS.on_signal, getattr(COLOURS, look)) >= 4.5


def test_curves_stand_out_from_every_band() -> None:
    """Graphics need 3:1 (WCAG 2.2, 1.4.11)."""
    for curve in COLOURS.curves:
        for band in (COLOURS.panel, COLOURS.critical_band, COLOURS.critical_ground):
            assert contrast(curve, band) >= 3


@pytest.mark.parametrize("role", ["small", "body", "strong", "value", "clock"])
def test_figures_are_of_one_width(role: Role, theme: Theme) -> None:
    metrics = QFontMetricsF(theme.font(role))
    widths = [metrics.horizontalAdvance(digit * 10) for digit in "0123456789"]
    assert max(widths) - min(widths) < 1


def test_figures_keep_their_width_in_a_styled_label(theme: Theme) -> None:
    label = Text(theme, "value")
    label.ensurePolished()
    metrics = QFontMetricsF(label.font())
    assert metrics.horizontalAdvance("1111") == metrics.horizontalAdvance("8888")
    label.deleteLater()
