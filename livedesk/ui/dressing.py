"""Which theme is worn? What the operator prefers, on this screen, as the system has it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from livedesk.desk.preferences import Preferences
from livedesk.ui.theme import DARK, LIGHT, Theme

LARGE_SCREEN_PX = 1_800
"""A screen of so many logical pixels in height is not scaled by the system, so the console does."""


def theme_of(preferences: Preferences, *, offscreen: bool = False) -> Theme:
    """`offscreen`: there is no screen and no system to ask, and pictures are all alike."""
    usual_scale = 1.0 if offscreen else _screen_scale()
    match preferences.look:
        case "system":
            colours = LIGHT if _system_is_light() and not offscreen else DARK
        case "light":
            colours = LIGHT
        case _:
            colours = DARK
    match preferences.motion:
        case "system":
            still = not offscreen and _system_is_still()
        case choice:
            still = choice == "reduced"
    return Theme(colours, preferences.scale or usual_scale, still)


def wear(app: QApplication, theme: Theme) -> None:
    """Give Qt's own widgets the theme; windows of ours are built with it."""
    app.setStyle("Fusion")
    app.setPalette(theme.palette())
    app.setFont(theme.font("body"))
    app.setStyleSheet(theme.stylesheet())


def _screen_scale() -> float:
    screen = QGuiApplication.primaryScreen()
    return 1.5 if screen is not None and screen.size().height() >= LARGE_SCREEN_PX else 1.0


def _system_is_light() -> bool:
    """Where the system does not say, it is taken for dark."""
    return QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Light


def _system_is_still() -> bool:
    """Qt 6.11 has no hint of its own for motion, but knows on most systems whether effects are
    wanted; where it does not, none is taken for wanted."""
    return not QApplication.isEffectEnabled(Qt.UIEffect.UI_General)
