"""Is anything of a window cut off, covered or outside? Judged from its widgets as laid out.

A picture is looked at by people; that no word is clipped is counted for all of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QDockWidget,
    QLabel,
    QPushButton,
    QStackedWidget,
    QTabBar,
    QWidget,
)

from livedesk.ui.basics import ElidedText

SLACK_PX = 1
"""Rounding of a layout is no fault."""

Kind = Literal["clipped", "outside", "overlapping", "elided", "unnamed", "unreachable", "backwards"]


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about one widget. `elided` is no fault: the whole text is in its tool tip."""

    kind: Kind
    where: str
    what: str = ""

    @property
    def is_fault(self) -> bool:
        return self.kind != "elided"


def remarks(window: QWidget) -> list[Remark]:
    """All remarks on a window that is shown."""
    seen = [each for each in _descendants(window) if each.isVisibleTo(window)]
    found = [remark for each in seen for remark in _on_text(each, window)]
    found += [remark for each in seen for remark in _on_place(each, window)]
    for parent in (window, *seen):
        found += _on_siblings(parent, window)
    return found


def _descendants(widget: QWidget) -> Iterator[QWidget]:
    """All but the inside of lists and scroll bars, which are Qt's to lay out."""
    if isinstance(widget, QAbstractItemView):
        return
    for child in widget.children():
        if isinstance(child, QWidget) and not child.isWindow():
            yield child
            yield from _descendants(child)


def _on_text(widget: QWidget, window: QWidget) -> Iterator[Remark]:
    if isinstance(widget, ElidedText):
        if _width(widget, widget.text()) > widget.contentsRect().width() + SLACK_PX:
            yield Remark("elided", path_of(widget, window), widget.text())
    elif isinstance(widget, QLabel) and widget.text():
        if _is_label_clipped(widget):
            yield Remark("clipped", path_of(widget, window), widget.text())
    elif isinstance(widget, QAbstractButton) and widget.text():
        room = widget.width() + SLACK_PX
        wanted = widget.sizeHint().width()
        # A push button may be drawn with less air beside its word than it would like.
        tight = _width(widget, widget.text()) if isinstance(widget, QPushButton) else wanted
        if room < min(wanted, tight):
            yield Remark("clipped", path_of(widget, window), widget.text())


def _is_label_clipped(label: QLabel) -> bool:
    room = label.contentsRect()
    if label.wordWrap():
        return label.heightForWidth(label.width()) > label.height() + SLACK_PX
    lines = label.text().splitlines()
    width = max(_width(label, line) for line in lines)
    # What letters cover, without the air that a font leaves above and below.
    metrics = QFontMetrics(label.font())
    between = metrics.lineSpacing() * (len(lines) - 1)
    height = max(metrics.tightBoundingRect(line).height() for line in lines) + between
    return width > room.width() + SLACK_PX or height > label.height() + SLACK_PX


def _on_place(widget: QWidget, window: QWidget) -> Iterator[Remark]:
    """Outside what shows it. What is scrolled may be larger than its view, downwards only."""
    parent = widget.parentWidget()
    if parent is None or _is_scrolled(widget) or widget.size().isEmpty():
        return
    if isinstance(widget, QDockWidget | QTabBar) and not parent.rect().intersects(
        widget.geometry()
    ):
        # So Qt puts away the docks of a group whose tabs are not on top.
        return
    room = parent.rect().adjusted(-SLACK_PX, -SLACK_PX, SLACK_PX, SLACK_PX)
    if not room.contains(widget.geometry()):
        yield Remark(
            "outside", path_of(widget, window), f"{_box(widget.geometry())} in {_box(room)}"
        )


def _on_siblings(parent: QWidget, window: QWidget) -> Iterator[Remark]:
    layout = parent.layout()
    if layout is None or isinstance(parent, QStackedWidget | QAbstractScrollArea):
        return
    items = [layout.itemAt(at) for at in range(layout.count())]
    widgets = [item.widget() for item in items if item is not None]
    laid_out = [each for each in widgets if each is not None and each.isVisibleTo(window)]
    for one, other in itertools.combinations(laid_out, 2):
        common = one.geometry().intersected(other.geometry())
        if common.width() > SLACK_PX and common.height() > SLACK_PX:
            yield Remark("overlapping", path_of(one, window), path_of(other, window))


def _is_scrolled(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    area = parent.parentWidget() if parent is not None else None
    return isinstance(area, QAbstractScrollArea) and area.viewport() is parent


def _width(widget: QWidget, text: str) -> int:
    return QFontMetrics(widget.font()).horizontalAdvance(text.replace("&", ""))


def path_of(widget: QWidget, window: QWidget) -> str:
    """Where it is, from the inside out."""
    names: list[str] = []
    at: QWidget | None = widget
    while at is not None and at is not window:
        if type(at).__module__.startswith("livedesk") or not names:
            names.append(type(at).__name__)
        at = at.parentWidget()
    place = widget.mapTo(window, QPoint(0, 0))
    return f"{' < '.join(names)} at {place.x()},{place.y()}"


def _box(rect: QRect) -> str:
    return f"{rect.x()},{rect.y()} {rect.width()}×{rect.height()}"
