"""How does livedesk look? The tokens as fonts, lengths and colours, at one text scale."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QFont, QPalette

from livedesk.desk.looks import Look
from livedesk.ui.stylesheet import stylesheet
from livedesk.ui.tokens import (
    DARK,
    FONT_FAMILIES,
    GAP_PX,
    LIGHT,
    PAD_PX,
    TYPE,
    Colours,
    Role,
    Weight,
)

__all__ = ["DARK", "FONT_FAMILIES", "LIGHT", "Colours", "Role", "Theme"]

_WEIGHTS: dict[Weight, QFont.Weight] = {
    "normal": QFont.Weight.Normal,
    "bold": QFont.Weight.DemiBold,
}


@dataclass(frozen=True, slots=True)
class Theme:
    """The tokens at one text scale. `still`: nothing moves that need not (reduced motion)."""

    colours: Colours = DARK
    scale: float = 1.0
    still: bool = False

    def px(self, size: float) -> int:
        """A length in pixels at this scale."""
        return round(size * self.scale)

    @property
    def gap(self) -> int:
        return self.px(GAP_PX)

    @property
    def pad(self) -> int:
        return self.px(PAD_PX)

    def font(self, role: Role) -> QFont:
        size, weight = TYPE[role]
        font = QFont(list(FONT_FAMILIES))
        font.setPixelSize(self.px(size))
        font.setWeight(_WEIGHTS[weight])
        # Figures of one width, so that numbers which change do not move.
        font.setFeature(QFont.Tag("tnum"), 1)
        if role == "caption":
            font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.5 * self.scale)
        return font

    def colour(self, look: Look) -> str:
        """The colour of a word or a shape. Normal is grey: only what is abnormal has a colour."""
        colours = self.colours
        return {
            "idle": colours.faint,
            "ready": colours.muted,
            "busy": colours.text,
            "ok": colours.muted,
            "unknown": colours.muted,
            "notice": colours.notice,
            "warning": colours.warning,
            "critical": colours.critical,
        }[look]

    def ground(self, look: Look) -> str:
        """The ground of a panel that shows something of this look."""
        colours = self.colours
        grounds = {
            "notice": colours.notice_ground,
            "warning": colours.warning_ground,
            "critical": colours.critical_ground,
        }
        return grounds.get(look, colours.panel)

    def band(self, look: Look) -> str:
        """The ground of a plot's band in which the figure is not: there, but quiet."""
        colours = self.colours
        bands = {
            "notice": colours.notice_band,
            "warning": colours.warning_band,
            "critical": colours.critical_band,
        }
        return bands.get(look, colours.panel)

    def palette(self) -> QPalette:
        colours = self.colours
        palette = QPalette()
        roles = QPalette.ColorRole
        for role, colour in (
            (roles.Window, colours.ground),
            (roles.WindowText, colours.text),
            (roles.Base, colours.panel),
            (roles.AlternateBase, colours.raised),
            (roles.Text, colours.text),
            (roles.PlaceholderText, colours.faint),
            (roles.Button, colours.raised),
            (roles.ButtonText, colours.text),
            (roles.BrightText, colours.critical),
            (roles.Highlight, colours.raised),
            (roles.HighlightedText, colours.text),
            (roles.Accent, colours.focus),
            (roles.ToolTipBase, colours.raised),
            (roles.ToolTipText, colours.text),
            (roles.Link, colours.focus),
        ):
            palette.setColor(role, QColor(colour))
        for role in (roles.Text, roles.WindowText, roles.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.faint))
        return palette

    def stylesheet(self) -> str:
        return stylesheet(self.colours, self.px)
