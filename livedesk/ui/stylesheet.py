"""How do Qt's own widgets look in a theme? Borders, grounds and spacing, as one style sheet.

Fonts are set by role on each widget, so that their features (figures of one width) survive.
"""

from __future__ import annotations

from collections.abc import Callable

from livedesk.ui.tokens import Colours

Px = Callable[[float], int]


def stylesheet(c: Colours, px: Px) -> str:
    """`px` turns a length at scale 1 into pixels."""
    return "".join(part(c, px) for part in (_windows, _buttons, _fields, _tables, _choices, _rest))


def _windows(c: Colours, px: Px) -> str:
    return f"""
    QMainWindow {{ background: {c.ground}; }}
    QDialog {{ background: {c.raised}; border: 1px solid {c.faint}; }}
    QLabel#qt_msgbox_label {{ font-size: {px(15)}px; font-weight: 600; min-width: {px(360)}px; }}
    QLabel#qt_msgbox_informativelabel {{ color: {c.muted}; min-width: {px(360)}px; }}
    QToolTip {{ background: {c.raised}; color: {c.text}; border: 1px solid {c.line};
                padding: {px(4)}px; }}
    QStatusBar {{ background: {c.ground}; color: {c.muted}; }}
    QStatusBar::item {{ border: none; }}
    QDockWidget {{ color: {c.muted}; border: none; }}
    QDockWidget::title {{ background: {c.ground}; padding: {px(4)}px {px(2)}px; }}
    QMainWindow::separator {{ background: {c.ground}; width: {px(6)}px; height: {px(6)}px; }}
    QSplitter::handle {{ background: {c.ground}; }}
    """


def _buttons(c: Colours, px: Px) -> str:
    return f"""
    QPushButton {{ background: {c.raised}; color: {c.text}; border: 1px solid {c.line};
                   border-radius: {px(4)}px; padding: {px(5)}px {px(12)}px; }}
    QPushButton:hover {{ border-color: {c.faint}; }}
    QPushButton:pressed {{ background: {c.line}; }}
    QPushButton:focus {{ border-color: {c.focus}; }}
    QPushButton:default {{ border-color: {c.focus}; }}
    QPushButton:disabled {{ color: {c.faint}; background: {c.panel}; }}
    QPushButton:checked {{ background: {c.line}; border-color: {c.faint}; }}
    QDialog QPushButton {{ border-color: {c.faint}; }}
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
    QPushButton[tone]:disabled {{ color: {c.faint}; background: {c.panel};
                                  border-color: {c.line}; }}
    """


def _fields(c: Colours, px: Px) -> str:
    return f"""
    QLineEdit, QPlainTextEdit, QComboBox, QSpinBox {{
        background: {c.ground}; color: {c.text}; border: 1px solid {c.line};
        border-radius: {px(4)}px; padding: {px(4)}px {px(8)}px;
        selection-background-color: {c.focus}; selection-color: {c.on_signal}; }}
    QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus, QSpinBox:focus {{
        border-color: {c.focus}; }}
    """


def _tables(c: Colours, px: Px) -> str:
    return f"""
    QAbstractItemView {{ background: {c.panel}; color: {c.text}; border: none;
                         gridline-color: {c.line}; outline: none;
                         selection-background-color: {c.raised}; selection-color: {c.text}; }}
    QTableView::item {{ padding: 0 {px(6)}px; }}
    QHeaderView {{ background: {c.panel}; border: none; }}
    QHeaderView::section {{ background: {c.panel}; color: {c.faint}; border: none;
                            padding: {px(2)}px {px(9)}px; }}
    """


def _choices(c: Colours, px: Px) -> str:
    """Tabs, and what is ticked: a tick and a dot besides the colour."""
    return f"""
    QTabWidget::pane {{ border: none; border-top: 1px solid {c.line}; }}
    QTabBar::tab {{ background: transparent; color: {c.muted}; border: none;
                    border-bottom: {px(2)}px solid transparent;
                    padding: {px(8)}px {px(14)}px; }}
    QTabBar::tab:selected {{ color: {c.text}; border-bottom-color: {c.text}; }}
    QTabBar::tab:focus {{ color: {c.text}; border-bottom-color: {c.focus}; }}
    QTabBar::tab:hover {{ color: {c.text}; }}
    QCheckBox, QRadioButton {{ color: {c.text}; spacing: {px(8)}px;
                               padding: {px(3)}px {px(2)}px; border: 1px solid transparent;
                               border-radius: {px(4)}px; }}
    QCheckBox:focus, QRadioButton:focus {{ border-color: {c.focus}; }}
    QCheckBox:disabled, QRadioButton:disabled {{ color: {c.faint}; }}
    QCheckBox::indicator, QRadioButton::indicator {{ width: {px(16)}px; height: {px(16)}px; }}
    """


def _rest(c: Colours, px: Px) -> str:
    return f"""
    QScrollBar:vertical {{ background: transparent; width: {px(10)}px; margin: 0; }}
    QScrollBar:horizontal {{ background: transparent; height: {px(10)}px; margin: 0; }}
    QScrollBar::handle {{ background: {c.line}; border-radius: {px(4)}px; }}
    QScrollBar::handle:vertical {{ min-height: {px(24)}px; }}
    QScrollBar::handle:horizontal {{ min-width: {px(24)}px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; width: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    """
