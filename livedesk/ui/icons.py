"""Which picture stands for a page or a thing? Drawn by ourselves, in the colours of the theme."""

from __future__ import annotations

from importlib.resources import files
from typing import Literal

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from livedesk.desk.looks import Look
from livedesk.ui.pages import Page
from livedesk.ui.theme import Theme

IconName = Page | Look | Literal["settings", "sound", "muted"]
"""The looks are the shapes of ui/shapes.py in outline, for documents; windows draw them there."""

INK = b"currentColor"


def icon(name: IconName, theme: Theme, size: int = 16, ratio: float = 1.0) -> QIcon:
    """`size`: side at scale 1. As text that is not chosen, chosen, and not to be used."""
    colours = theme.colours
    made = QIcon()
    for mode, state, ink in (
        (QIcon.Mode.Normal, QIcon.State.Off, colours.muted),
        (QIcon.Mode.Normal, QIcon.State.On, colours.text),
        (QIcon.Mode.Disabled, QIcon.State.Off, colours.faint),
    ):
        made.addPixmap(_drawn(name, ink, theme.px(size), ratio), mode, state)
    return made


def _drawn(name: IconName, ink: str, side: int, ratio: float) -> QPixmap:
    source = (files("livedesk.ui") / "icons" / f"{name}.svg").read_bytes()
    pixmap = QPixmap(QSize(side, side) * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer = QSvgRenderer(QByteArray(source.replace(INK, ink.encode())))
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    return pixmap
