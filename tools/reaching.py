"""Can everything be used with keys alone, and does a screen reader say what it is?

Judged from a window as it is shown: what takes part is in sight and can be used now.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QDockWidget,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QWidget,
)

from tools.clipping import Remark, path_of

USED = (
    QAbstractButton, QAbstractItemView, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit,
    QTabBar,
)  # fmt: skip
"""Kinds of widgets that people use, as against those that only show."""

OF_QT = (QAbstractScrollArea, QAbstractSpinBox, QComboBox, QDockWidget)
"""What they are made of is Qt's. What the title of a dock does, the bar above does by keys."""


def key_remarks(window: QWidget) -> list[Remark]:
    """What has no name, what Tab does not reach, and where Tab goes back up."""
    shown = [each for each in window.findChildren(QWidget) if _takes_part(each, window)]
    return [*_names(shown, window), *_unreached(shown, window), *_backwards(window)]


def _takes_part(widget: QWidget, window: QWidget) -> bool:
    """All that can be used now, but the parts of which Qt's own widgets are made."""
    if isinstance(widget, QHeaderView) or isinstance(widget.parentWidget(), OF_QT):
        return False
    can_be_used = widget.isVisibleTo(window) and widget.isEnabledTo(window)
    return can_be_used and widget.window() is window and not _only_shows(widget)


def _only_shows(widget: QWidget) -> bool:
    is_text = isinstance(widget, QLineEdit | QPlainTextEdit)
    return is_text and bool(widget.property("readOnly")) and not _by_tab(widget)


def _by_tab(widget: QWidget) -> bool:
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)


def _names(shown: list[QWidget], window: QWidget) -> Iterator[Remark]:
    for each in shown:
        if (_by_tab(each) or isinstance(each, USED)) and not spoken_name(each).strip():
            yield Remark("unnamed", path_of(each, window))


def spoken_name(widget: QWidget) -> str:
    """As assistive tools are given it: a name of its own, its text, or that of its label."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return widget.accessibleName() or (interface.text(QAccessible.Text.Name) if interface else "")


def _unreached(shown: list[QWidget], window: QWidget) -> Iterator[Remark]:
    chain = set(_chain(window))
    for each in shown:
        if isinstance(each, USED) and not chain.intersection(_by_arrows(each)):
            yield Remark("unreachable", path_of(each, window), spoken_name(each))


def _by_arrows(widget: QWidget) -> list[QWidget]:
    """What arrows reach it from: of buttons of which one is chosen, Tab goes to that one."""
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    return [*group.buttons()] if group is not None and group.exclusive() else [widget]


def _chain(window: QWidget) -> Iterator[QWidget]:
    """In the order in which Tab goes."""
    at = window.nextInFocusChain()
    while at is not None and at is not window:
        if _by_tab(at) and _takes_part(at, window):
            yield at
        at = at.nextInFocusChain()


def _backwards(window: QWidget) -> Iterator[Remark]:
    """Of parts that stand in one panel, Tab goes to none that is wholly above the one before."""
    before: QWidget | None = None
    for each in _chain(window):
        if before is not None and before.parentWidget() is each.parentWidget():
            below = each.mapTo(window, QPoint(0, each.height())).y()
            if below <= before.mapTo(window, QPoint(0, 0)).y():
                yield Remark("backwards", path_of(each, window), path_of(before, window))
        before = each
