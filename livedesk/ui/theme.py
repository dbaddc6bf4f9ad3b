"""How does livedesk look? Every colour, size and font of the windows is a token in this file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtGui import QColor, QFont, QPalette

from livedesk.desk.looks import Look

Role = Literal["caption", "small", "body", "strong", "title", "word", "value", "headline", "clock"]

FONT_FAMILIES = ("Inter", "Noto Sans", "DejaVu Sans", "sans-serif")

_SIZES: dict[Role, tuple[int, QFont.Weight]] = {
    "caption": (11, QFont.Weight.DemiBold),
    "small": (12, QFont.Weight.Normal),
    "body": (13, QFont.Weight.Normal),
    "strong": (13, QFont.Weight.DemiBold),
    "title": (15, QFont.Weight.DemiBold),
    "word": (17, QFont.Weight.DemiBold),
    "value": (20, QFont.Weight.DemiBold),
    "headline": (20, QFont.Weight.DemiBold),
    "clock": (26, QFont.Weight.DemiBold),
}
"""Pixels at scale 1, and weight."""


@dataclass(frozen=True, slots=True)
class Colours:
    """Dark by default: operators sit in the dark. Pairs of text and ground meet WCAG AA (4.5:1)."""

    ground: str = "#0E1116"
    panel: str = "#161B22"
    raised: str = "#1F2630"
    line: str = "#2B3441"
    hatch: str = "#262E39"
    """Strokes on the ground of what was not measured."""
    text: str = "#E8EDF3"
    muted: str = "#A3AFBD"
    faint: str = "#8491A1"
    focus: str = "#7FB5FF"
    notice: str = "#E6D36A"
    warning: str = "#FFAE3D"
    critical: str = "#FF6B62"
    on_signal: str = "#14171C"
    warning_ground: str = "#33260F"
    critical_ground: str = "#3D1617"
    notice_ground: str = "#2B2814"
    critical_band: str = "#23191D"
    warning_band: str = "#201D1C"
    notice_band: str = "#1B1E20"
    sandbox: str = "#C4A9FF"
    curves: tuple[str, ...] = ("#D5DCE5", "#4DA3FF", "#3FCBB0", "#D792E8", "#E0B070",
                                "#9DB4FF")  # fmt: skip
    """Feed first, then the uplinks in their order; told apart also by dash pattern and name."""


@dataclass(frozen=True, slots=True)
class Theme:
    """The tokens at one text scale."""

    colours: Colours = Colours()
    scale: float = 1.0

    def px(self, size: float) -> int:
        """A length in pixels at this scale."""
        return round(size * self.scale)

    @property
    def gap(self) -> int:
        return self.px(8)

    @property
    def pad(self) -> int:
        return self.px(12)

    def font(self, role: Role) -> QFont:
        size, weight = _SIZES[role]
        font = QFont(list(FONT_FAMILIES))
        font.setPixelSize(self.px(size))
        font.setWeight(weight)
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
            (roles.ToolTipBase, colours.raised),
            (roles.ToolTipText, colours.text),
            (roles.Link, colours.focus),
        ):
            palette.setColor(role, QColor(colour))
        for role in (roles.Text, roles.WindowText, roles.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.faint))
        return palette

    def stylesheet(self) -> str:
        """Borders, grounds and spacing; fonts are set by role so that their features survive."""
        c, px = self.colours, self.px
        return f"""
        QMainWindow {{ background: {c.ground}; }}
        QDialog {{ background: {c.raised}; border: 1px solid {c.faint}; }}
        QLabel#qt_msgbox_label {{ font-size: {px(15)}px; font-weight: 600;
                                  min-width: {px(360)}px; }}
        QLabel#qt_msgbox_informativelabel {{ color: {c.muted}; min-width: {px(360)}px; }}
        QToolTip {{ background: {c.raised}; color: {c.text}; border: 1px solid {c.line};
                    padding: {px(4)}px; }}
        QPushButton {{ background: {c.raised}; color: {c.text}; border: 1px solid {c.line};
                       border-radius: {px(4)}px; padding: {px(5)}px {px(12)}px; }}
        QPushButton:hover {{ border-color: {c.faint}; }}
        QPushButton:pressed {{ background: {c.line}; }}
        QPushButton:focus {{ border-color: {c.focus}; }}
        QPushButton:default {{ border-color: {c.focus}; }}
        QPushButton:disabled {{ color: {c.faint}; background: {c.panel}; }}
        QPushButton:checked {{ background: {c.line}; border-color: {c.faint}; }}
        QPushButton[segment="true"] {{ padding: {px(3)}px {px(9)}px; color: {c.muted};
                                       background: {c.panel}; }}
        QPushButton[segment="true"]:checked {{ color: {c.text}; background: {c.line}; }}
        QPushButton[tone="armed"] {{ background: {c.warning}; color: {c.on_signal};
                                     border-color: {c.warning}; }}
        QPushButton[tone="main"] {{ background: {c.text}; color: {c.on_signal};
                                    border-color: {c.text}; }}
        QPushButton[tone="main"]:focus {{ border-color: {c.focus}; }}
        QPushButton[tone="main"]:pressed {{ background: {c.muted}; }}
        QPushButton[tone="set"] {{ border-color: {c.notice}; color: {c.notice}; }}
        QLineEdit, QPlainTextEdit, QComboBox {{
            background: {c.ground}; color: {c.text}; border: 1px solid {c.line};
            border-radius: {px(4)}px; padding: {px(4)}px {px(8)}px;
            selection-background-color: {c.focus}; selection-color: {c.on_signal}; }}
        QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus {{ border-color: {c.focus}; }}
        QAbstractItemView {{ background: {c.panel}; color: {c.text}; border: none;
                             gridline-color: {c.line}; outline: none;
                             selection-background-color: {c.raised};
                             selection-color: {c.text}; }}
        QTableView::item {{ padding: 0 {px(6)}px; }}
        QHeaderView {{ background: {c.panel}; border: none; }}
        QHeaderView::section {{ background: {c.panel}; color: {c.faint}; border: none;
                                padding: {px(2)}px {px(9)}px; }}
        QScrollBar:vertical {{ background: transparent; width: {px(10)}px; margin: 0; }}
        QScrollBar::handle:vertical {{ background: {c.line}; border-radius: {px(4)}px;
                                       min-height: {px(24)}px; }}
        QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; width: 0; }}
        QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
        QStatusBar {{ background: {c.ground}; color: {c.muted}; }}
        QStatusBar::item {{ border: none; }}
        QDockWidget {{ color: {c.muted}; border: none; }}
        QDockWidget::title {{ background: {c.ground}; padding: {px(4)}px {px(2)}px; }}
        QMainWindow::separator {{ background: {c.ground}; width: {px(6)}px; height: {px(6)}px; }}
        QSplitter::handle {{ background: {c.ground}; }}
        """
