"""Do figures stay in their place? They are of one width in every role and at every scale."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFontMetricsF

from livedesk.ui.basics import Text
from livedesk.ui.theme import Role, Theme


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
