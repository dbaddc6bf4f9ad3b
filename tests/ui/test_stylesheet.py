"""Does a button that cannot be pressed look so, whatever its tone?"""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from livedesk.ui.basics import button, discard, show_tone
from livedesk.ui.theme import Theme


@pytest.mark.parametrize("tone", ["main", "armed", "set"])
def test_a_disabled_button_loses_its_tone(qapp: QApplication, theme: Theme, tone: str) -> None:
    push = button(theme, "Acknowledge")
    show_tone(push, tone)
    push.setDisabled(True)
    push.show()
    ground = push.grab().toImage().pixelColor(push.width() // 2, 4)
    assert ground == QColor(theme.colours.panel)
    discard(push)
