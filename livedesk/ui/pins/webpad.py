"""How does a phone or tablet on the set become a pad, and which ones are?"""

from __future__ import annotations

from functools import partial

import segno
from PySide6.QtCore import QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from livedesk.core.secrets import Secret
from livedesk.desk.pin_words import title_of
from livedesk.desk.web_pads import KnownPads
from livedesk.desk.wire import NewPad, Pad, Pads
from livedesk.desk.words import span, tr
from livedesk.ui.allowing import needs
from livedesk.ui.basics import ElidedText, Text, button, close_box, discard
from livedesk.ui.source import WebPadSource
from livedesk.ui.theme import Theme

SIDE = 260
QUIET_ZONE = 4
"""Modules of light around a QR code (ISO/IEC 18004, 6.3.8)."""

WORDS_WIDTH = 480
REFRESH_MS = 250
LONGEST_NAME = 40


class QrCode(QWidget):
    """A QR code, dark on light whatever the theme, as cameras expect it."""

    def __init__(self, side: int) -> None:
        """`side`: pixels, at most."""
        super().__init__()
        self._rows: tuple[bytes, ...] = ()
        self._side = side
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("QR code of the pad's address"))

    def show_address(self, address: Secret) -> None:
        code = segno.make_qr(address.reveal(), error="m")
        self._rows = tuple(bytes(row) for row in code.matrix)
        # Whole pixels: modules of unequal width are hard to read from a distance.
        count = len(self._rows) + 2 * QUIET_ZONE
        self.setFixedSize(QSize(1, 1) * count * max(1, self._side // count))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("white"))
        module = self.width() // max(1, len(self._rows) + 2 * QUIET_ZONE)
        edge = QUIET_ZONE * module
        for y, row in enumerate(self._rows):
            for x, dark in enumerate(row):
                if dark:
                    box = QRect(edge + x * module, edge + y * module, module, module)
                    painter.fillRect(box, QColor("black"))
        painter.end()


class PadRow(QWidget):
    """One device that was let in."""

    revoked = Signal(str)

    def __init__(self, theme: Theme, pad: Pad) -> None:
        super().__init__()
        name = ElidedText(theme, "body")
        name.show_text(title_of(pad.name))
        left = Text(theme, "small", theme.colours.muted)
        if pad.left_s is not None:
            left.show_text(tr("for {span} more").format(span=span(pad.left_s)))
        revoke = button(theme, tr("Revoke"), tr("Revoke {name}").format(name=name.text()))
        needs("direct", revoke)
        revoke.clicked.connect(partial(self.revoked.emit, pad.id))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(name, 1)
        row.addWidget(left)
        row.addWidget(revoke)


class WebPadDialog(QDialog):
    """Name, QR code, address and the list of pads; or why there is no web pad."""

    def __init__(
        self, source: WebPadSource, theme: Theme, parent: QWidget, store: str, name: str, on: bool
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Web pad of {store}").format(store=name))
        self._source, self._theme, self._store = source, theme, store
        self._shown: KnownPads | None = None
        self._pads: tuple[Pad, ...] | None = None
        self.trouble = self._words("", theme.colours.warning)
        self.problem = self._words("", theme.colours.notice)
        self.name = QLineEdit()
        self.name.setFont(theme.font("body"))
        self.name.setMaxLength(LONGEST_NAME)
        self.name.setPlaceholderText(tr("Whose device, such as “Mia’s phone”"))
        self.name.setAccessibleName(tr("Name of the device"))
        self.let_in = button(theme, tr("Let a device in"), tr("Make a QR code for one device"))
        needs("direct", self.let_in).setDefault(True)
        # Names, buttons and devices need as much again.
        self.code = QrCode(min(theme.px(SIDE), parent.height() * 2 // 5))
        self.address = QLineEdit()
        self.address.setReadOnly(True)
        self.address.setFont(theme.font("small"))
        self.address.setAccessibleName(tr("Address of the pad, with its key"))
        self.where = QComboBox()
        self.where.setFont(theme.font("small"))
        self.where.setAccessibleName(tr("Network"))
        self.once = Text(theme, "body", theme.colours.muted)
        self.once.setWordWrap(True)
        self.once.show_text(
            tr("Open it on the device now: the code is shown once, and lets in whoever has it.")
        )
        self._rows: list[PadRow] = []
        self._list = QVBoxLayout()
        self._made = QWidget()
        self._lay_out(on)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.refresh)
        self.finished.connect(self._forget)
        if on:
            source.ask(store)
            self._timer.start(REFRESH_MS)
        self.refresh()

    def _words(self, text: str, colour: str) -> Text:
        words = Text(self._theme, "body", colour)
        words.setWordWrap(True)
        self._show_words(words, text)
        return words

    def _lay_out(self, on: bool) -> None:
        px = self._theme.px
        column = QVBoxLayout(self)
        column.setContentsMargins(*(px(20),) * 4)
        column.setSpacing(px(12))
        self.setMinimumWidth(px(520))
        if on:
            self._lay_out_pads(column)
        else:
            for text in _off():
                column.addWidget(self._words(text, self._theme.colours.text))
        close = close_box(self._theme)
        close.rejected.connect(self.reject)
        column.addWidget(close)

    def _lay_out_pads(self, column: QVBoxLayout) -> None:
        theme = self._theme
        ask = QHBoxLayout()
        ask.addWidget(self.name, 1)
        ask.addWidget(self.let_in)
        grid = QGridLayout(self._made)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(self.code, 0, 0, 4, 1)
        grid.addWidget(self.where, 0, 1)
        grid.addWidget(self.address, 1, 1)
        grid.addWidget(self.once, 2, 1)
        grid.setRowStretch(3, 1)
        grid.setColumnStretch(1, 1)
        grid.setHorizontalSpacing(theme.px(16))
        heading = Text(theme, "caption", theme.colours.faint)
        heading.show_text(tr("Let in").upper())
        self.none = self._words(tr("No device yet."), theme.colours.muted)
        column.addWidget(self.trouble)
        column.addWidget(self.problem)
        column.addLayout(ask)
        column.addWidget(self._made)
        column.addWidget(heading)
        column.addWidget(self.none)
        column.addLayout(self._list)
        self._made.hide()
        self.let_in.clicked.connect(self._let_in)
        self.name.returnPressed.connect(self._let_in)
        self.where.currentIndexChanged.connect(self._show_address)

    def _let_in(self) -> None:
        self._source.let_in(self._store, self.name.text().strip())
        self.name.clear()

    def refresh(self) -> None:
        known = self._source.known(self._store)
        before, self._shown = self._shown, known
        self._show_words(self.trouble, known.trouble)
        if known.pads is not None:
            self._show_words(self.problem, _problem(known.pads))
            self._show_pads(known.pads.pads)
            self.let_in.setEnabled(bool(known.pads.addresses))
        if before is None or before.new is not known.new:
            self._show_new(known.new)

    def _show_words(self, words: Text, text: str) -> None:
        if text != words.text():
            words.show_text(text)
            # A dialog asks a wrapped text for its size before it knows its width.
            words.setMinimumHeight(words.heightForWidth(self._theme.px(WORDS_WIDTH)))
        words.setVisible(bool(text))

    def _show_pads(self, pads: tuple[Pad, ...]) -> None:
        if pads == self._pads:
            return
        self._pads = pads
        for row in self._rows:
            discard(row)
        self._rows = [PadRow(self._theme, pad) for pad in pads]
        for row in self._rows:
            row.revoked.connect(partial(self._source.revoke, self._store))
            self._list.addWidget(row)
        self.none.setVisible(not pads)

    def _show_new(self, new: NewPad | None) -> None:
        self._made.setVisible(new is not None and bool(new.addresses))
        if new is None:
            return
        self.where.clear()
        self.where.addItems(list(new.addresses))
        self.where.setVisible(len(new.addresses) > 1)
        self._show_address()
        self.adjustSize()

    def _show_address(self, _at: int = 0) -> None:
        new = self._shown.new if self._shown is not None else None
        if new is not None and self.where.currentText():
            address = Secret(self.where.currentText() + new.path.reveal())
            self.code.show_address(address)
            self.address.setText(address.reveal())
            self.address.setCursorPosition(0)

    def _forget(self) -> None:
        self._timer.stop()
        self._source.forget_new(self._store)


def _off() -> tuple[str, str, str]:
    return (
        tr("The web pad of this store is off."),
        tr("Set web_pad = true under [store.pins] in the settings, and start the engine with "
           "--api 0.0.0.0:8642, so that a phone of this network reaches it."),
        tr("Each device is then let in here by a code of its own. It may fire and unpin products "
           "of this store, nothing else, and can be revoked at any time."),
    )  # fmt: skip


def _problem(pads: Pads) -> str:
    if not pads.addresses:
        return tr("No phone can reach this engine: it listens on this machine only. Start it with "
                  "--api 0.0.0.0:8642 (or this machine's own address), in a network that you "
                  "trust.")  # fmt: skip
    return title_of(pads.problem) if pads.problem else ""
