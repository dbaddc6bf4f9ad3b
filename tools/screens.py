"""Does every page, dialog and state look right? Takes a picture of each and counts what is clipped.

At 100 and 200 % text, dark and light, on a small and a large screen, without a display. Ends with
status 1 if a word is clipped, if widgets overlap or stand outside, or if one has no name or cannot
be reached by keys. Run: python -m tools.screens
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from livedesk.ui.dressing import wear
from livedesk.ui.theme import DARK, LIGHT, Colours, Theme
from livedesk.ui.window import ConsoleWindow
from tools.clipping import Remark, remarks
from tools.reaching import key_remarks
from tools.scenes.all import SCENES, close
from tools.scenes.stage import Scene, Screen

SIZES = (QSize(1366, 768), QSize(3840, 2160))
SCALES = (1.0, 2.0)
LOOKS = (DARK, LIGHT)
TURNS = 20
"""Rounds of the event loop that a layout gets; each settles what the one before moved."""

SHEET_COLUMNS = 4
SHEET_CELL = QSize(960, 540)


@dataclass(frozen=True, slots=True)
class Way:
    """One way to look at all scenes."""

    colours: Colours
    scale: float
    size: QSize

    @property
    def name(self) -> str:
        look = "dark" if self.colours.is_dark else "light"
        return f"{self.size.width()}x{self.size.height()}-{self.scale:.0%}-{look}"


def ways() -> Iterator[Way]:
    for size, scale, look in itertools.product(SIZES, SCALES, LOOKS):
        yield Way(look, scale, size)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("out/screens"))
    parser.add_argument("--only", default="", help="scenes whose name contains this")
    parser.add_argument("--way", default="", help="ways whose name contains this")
    chosen = parser.parse_args(arguments)
    app = QApplication.instance() or QApplication(["livedesk", "-platform", "offscreen"])
    assert isinstance(app, QApplication)
    scenes = {name: scene for name, scene in SCENES.items() if chosen.only in name}
    faults = 0
    for way in ways():
        if chosen.way in way.name:
            faults += _take_all(app, way, scenes, chosen.out / way.name)
    print(f"{faults} faults; pictures in {chosen.out}")
    return 1 if faults else 0


def _take_all(app: QApplication, way: Way, scenes: dict[str, Scene], folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    theme = Theme(way.colours, way.scale, still=True)
    wear(app, theme)
    faults = 0
    pictures = []
    for name, scene in scenes.items():
        picture, found = take(app, scene, theme, way.size)
        picture.save(str(folder / f"{name}.png"))
        pictures.append(picture)
        faults += sum(remark.is_fault for remark in found)
        for remark in found:
            print(f"{way.name} {name}: {remark.kind}: {remark.where}: {remark.what}")
    contact_sheet(pictures).save(str(folder / "contact-sheet.png"))
    return faults


def take(app: QApplication, scene: Scene, theme: Theme, size: QSize) -> tuple[QImage, list[Remark]]:
    """The picture of a scene with the dialogs over it, and the remarks on all of them."""
    widget = scene(Screen(theme, size))
    try:
        widget.resize(size)
        widget.show()
        _settle(app)
        if isinstance(widget, ConsoleWindow):
            # Plots draw for the room that they have.
            widget.refresh()
            _settle(app)
        shown = [widget, *_dialogs(widget)]
        found = [each for window in shown for each in (*remarks(window), *key_remarks(window))]
        too_large = [each for window in shown for each in _too_large(window, size)]
        return _composed(widget, size), [*found, *too_large]
    finally:
        close(widget)


def _settle(app: QApplication) -> None:
    for _ in range(TURNS):
        app.processEvents()


def _too_large(widget: QWidget, size: QSize) -> Iterator[Remark]:
    """A window that is larger than its screen has buttons that nobody reaches."""
    if widget.width() > size.width() or widget.height() > size.height():
        what = f"{type(widget).__name__} {widget.width()}×{widget.height()}"
        yield Remark("outside", "the screen", what)


def _dialogs(widget: QWidget) -> list[QDialog]:
    return [each for each in widget.findChildren(QDialog) if each.isVisible()]


def _composed(widget: QWidget, size: QSize) -> QImage:
    """Dialogs are windows of their own: they are put over the picture where they stand. A window
    that would not become as small as it should is cut, as its screen would."""
    picture = QImage(size, QImage.Format.Format_RGB32)
    painter = QPainter(picture)
    painter.drawPixmap(0, 0, widget.grab())
    for dialog in _dialogs(widget):
        place = QRect(QPoint(0, 0), dialog.size())
        place.moveCenter(QRect(QPoint(0, 0), size).center())
        painter.drawPixmap(place.topLeft(), dialog.grab())
    painter.end()
    return picture


def contact_sheet(pictures: Sequence[QImage]) -> QImage:
    """All of them beside each other, to be looked at together."""
    rows = -(-len(pictures) // SHEET_COLUMNS)
    size = QSize(SHEET_CELL.width() * SHEET_COLUMNS, SHEET_CELL.height() * rows)
    sheet = QImage(size, QImage.Format.Format_RGB32)
    sheet.fill(QColor(DARK.line))
    painter = QPainter(sheet)
    for at, picture in enumerate(pictures):
        row, column = divmod(at, SHEET_COLUMNS)
        corner = QPoint(column * SHEET_CELL.width(), row * SHEET_CELL.height())
        small = picture.scaled(
            SHEET_CELL,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        painter.drawImage(corner, small)
    painter.end()
    return sheet


if __name__ == "__main__":
    raise SystemExit(main())
