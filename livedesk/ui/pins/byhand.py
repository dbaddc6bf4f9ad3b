"""What is the desk asked to pin by hand, and was it done?"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from livedesk.desk.pin_words import PinView
from livedesk.desk.words import tr
from livedesk.ui.allowing import needs
from livedesk.ui.basics import ElidedText, Panel, Text, button, discard, show_tone
from livedesk.ui.shapes import ShapeMark
from livedesk.ui.theme import Theme

MOST = 4
"""So many stand in the window; the others follow when these are done."""

LONGEST_REASON = 200


class HandRow(Panel):
    """One pin, with a button for each of its two ends."""

    settled = Signal(str, bool)
    """The pin, and whether it was done."""

    def __init__(self, theme: Theme, pin: PinView, platform: str) -> None:
        super().__init__(theme, tr("To be pinned by hand"))
        self.pin = pin
        colours, px = theme.colours, theme.px
        self.set_frame(theme.ground("notice"), colours.notice)
        mark = ShapeMark(theme, 20)
        mark.show_look("notice")
        what = tr("Unpin in {platform}") if pin.is_unpin else tr("Pin by hand in {platform}")
        head = ElidedText(theme, "small", colours.notice)
        head.show_text(what.format(platform=platform))
        self.title = ElidedText(theme, "title")
        self.title.show_text(tr("what is pinned now") if pin.is_unpin else pin.title)
        self.waits = Text(theme, "value")
        self.done = button(theme, tr("Done (H)"), tr("It is pinned in the platform's window"))
        show_tone(self.done, "main")
        self.could_not = button(theme, tr("Could not…"), tr("It cannot be pinned; say why"))
        for push in (self.done, self.could_not):
            needs("direct", push)
        self.done.clicked.connect(lambda: self.settled.emit(pin.pin_id, True))
        self.could_not.clicked.connect(lambda: self.settled.emit(pin.pin_id, False))
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(head)
        names.addWidget(self.title)
        row = QHBoxLayout(self)
        row.setContentsMargins(*(px(n) for n in (12, 6, 10, 6)))
        row.setSpacing(px(10))
        row.addWidget(mark)
        row.addLayout(names, 1)
        for part in (self.waits, self.done, self.could_not):
            row.addWidget(part)
        self.setAccessibleDescription(f"{head.text()}: {self.title.text()}")

    def show_time(self, pin: PinView) -> None:
        seconds = (pin.elapsed_ms or 0.0) / 1000
        self.waits.show_text(tr("{n} s").format(n=int(seconds)))


class ByHand(QWidget):
    """Oldest first; takes no room while there is nothing to do."""

    settled = Signal(str, bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.rows: list[HandRow] = []
        self.more = Text(theme, "small", theme.colours.notice)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(4))
        self._column.addWidget(self.more)
        self.hide()

    def show_pins(self, pins: tuple[PinView, ...], platform: str) -> None:
        shown = pins[:MOST]
        if [row.pin.pin_id for row in self.rows] != [pin.pin_id for pin in shown]:
            self._rebuild(shown, platform)
        for row, pin in zip(self.rows, shown, strict=True):
            row.show_time(pin)
        self.more.setVisible(len(pins) > MOST)
        self.more.show_text(tr("and {n} more after these").format(n=len(pins) - MOST))
        self.setVisible(bool(pins))

    def _rebuild(self, pins: tuple[PinView, ...], platform: str) -> None:
        for row in self.rows:
            discard(row)
        self.rows = [HandRow(self._theme, pin, platform) for pin in pins]
        for at, row in enumerate(self.rows):
            row.settled.connect(self.settled)
            self._column.insertWidget(at, row)

    def finish_oldest(self, done: bool) -> None:
        """What a key does."""
        if self.rows:
            self.settled.emit(self.rows[0].pin.pin_id, done)


class WhyNot(QDialog):
    """Why could it not be done by hand? Opened, not executed. `title`, `question`: of another
    thing than a pin."""

    told = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget, title: str = "", question: str = "") -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title or tr("Could not be pinned"))
        words = Text(theme, "body")
        words.show_text(question or tr("What stood in the way? The host sees it on the pad."))
        self.reason = QLineEdit()
        self.reason.setFont(theme.font("body"))
        self.reason.setMaxLength(LONGEST_REASON)
        self.reason.setMinimumWidth(theme.px(380))
        self.reason.setAccessibleName(words.text())
        choice = QDialogButtonBox()
        say = choice.addButton(tr("Could not"), QDialogButtonBox.ButtonRole.AcceptRole)
        say.setDefault(True)
        choice.addButton(tr("Back"), QDialogButtonBox.ButtonRole.RejectRole)
        choice.accepted.connect(self._say)
        choice.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(20),) * 4)
        column.setSpacing(theme.px(12))
        for part in (words, self.reason, choice):
            column.addWidget(part)

    def _say(self) -> None:
        self.told.emit(self.reason.text().strip())
        self.accept()
