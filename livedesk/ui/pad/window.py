"""What does a host see and touch? One window: state, products, next up; nothing else."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QColor,
    QHideEvent,
    QImage,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QWidget

from livedesk.core.pins import CueSource
from livedesk.desk.model import Moment
from livedesk.desk.pad import TILES, PadSource, PadTile, PadView
from livedesk.desk.pad_hand import Hand
from livedesk.desk.pad_taps import Hold, TouchClock
from livedesk.desk.words import tr
from livedesk.ui.pad.foot import FootButton, Told
from livedesk.ui.pad.layout import places
from livedesk.ui.pad.line import StateLine
from livedesk.ui.pad.look import GROUND, USUAL, unit_of
from livedesk.ui.pad.pictures import Pictures
from livedesk.ui.pad.tile import TileWidget
from livedesk.ui.pad.unsaid import UnsaidLine
from livedesk.ui.theme import Theme

TICK_MS = 50
"""Elapsed time is shown 20 times a second; what did not change is not painted."""

LEAST = QSize(320, 240)

_NEXT_KEYS = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
_BACK_KEYS = (Qt.Key.Key_Left, Qt.Key.Key_PageUp)
_ON_KEYS = (Qt.Key.Key_Right, Qt.Key.Key_PageDown)
_UNPIN_KEYS = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class PadWindow(QWidget):
    """The pad of one store. `closed` is told when somebody closes it."""

    closed = Signal()

    def __init__(
        self, source: PadSource, theme: Theme, store: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._source = source
        self._store = store
        self._hand = Hand()
        self._hold = Hold()
        self._held_as: CueSource = "pad"
        self._touches = TouchClock()
        self._page = 0
        self.pictures = Pictures()
        self.view: PadView = source.pad(store)
        self.setWindowTitle(tr("livedesk pad: {store}").format(store=store))
        self.setAccessibleName(tr("Pad of {store}").format(store=store))
        self.setMinimumSize(LEAST)
        self.setFont(theme.font("body"))
        self._arranged: tuple[QSize, int, bool] | None = None
        self._build()
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.refresh)
        self.resize(USUAL)
        self.refresh()

    def _build(self) -> None:
        self.line = StateLine()
        self.unsaid = UnsaidLine()
        self.tiles = [TileWidget(number) for number in range(1, TILES + 1)]
        self.seen = Told(tr("Viewers see"))
        self.next = FootButton(tr("Next up"), tr("Space"))
        self.back = FootButton(tr("Back"), "")
        self.on = FootButton(tr("More"), "")
        self.take_down = FootButton(tr("Take down: hold"), "")
        parts: tuple[QWidget, ...] = (
            self.line, self.unsaid, *self.tiles,
            self.seen, self.next, self.back, self.on, self.take_down,
        )  # fmt: skip
        for part in parts:
            part.setParent(self)
        for at, tile in enumerate(self.tiles):
            tile.touched.connect(lambda stamp, at=at: self._touch_tile(at, stamp))
        self.next.touched.connect(lambda stamp: self._call_next("pad", stamp))
        self.back.touched.connect(lambda _: self.turn(-1))
        self.on.touched.connect(lambda _: self.turn(1))
        self.take_down.touched.connect(lambda stamp: self._begin_hold("pad", stamp))
        self.take_down.let_go.connect(self._let_go)

    # What it shows

    def refresh(self) -> None:
        """Show what is true now."""
        now = self._source.now()
        self.view = view = self._source.pad(self._store)
        self._hand.taps.look(view, now)
        self._page = min(self._page, view.pages - 1)
        if self._arranged != self._arrangement:
            self._arrange()
        self.unsaid.show_text(view.unsaid)
        self.line.show_line(self._hand.line(view, now), view.warning)
        self._show_tiles(now)
        self._show_foot(now)
        self._see_hold(now)

    def _show_tiles(self, now: Moment) -> None:
        shown = self.view.page(self._page)
        for at, part in enumerate(self.tiles):
            tile = shown[at] if at < len(shown) else None
            self._hand.settle(f"tile {at}", tile, now)
            image = self._image(tile) if tile is not None else None
            note = self._hand.note_on(tile, self.view, now)
            part.show_tile(tile, note, image, dim=bool(self.view.blocked))

    def _image(self, tile: PadTile) -> QImage | None:
        if not tile.picture:
            return None
        key = (tile.product_id, tile.picture)
        if not self.pictures.knows(key):
            data = self._source.picture(self._store, tile)
            if data is None:
                return None
            self.pictures.give(key, data)
        return self.pictures.image(key)

    def _show_foot(self, now: Moment) -> None:
        view = self.view
        self.seen.show_text(view.seen)
        following = view.next_up
        self._hand.settle("next", following, now)
        can_call = following is not None and not view.blocked and not following.refusal
        words = following.title if following is not None else tr("nothing")
        if following is not None and following.refusal:
            words = f"{words}: {following.refusal}"
        self.next.show_state(words, enabled=can_call, marked=True)
        self.back.show_state("", enabled=self._page > 0)
        self.on.show_state("", enabled=self._page < view.pages - 1)
        share = self._hold.share(now)
        self.take_down.show_state("", enabled=view.can_unpin, progress=share)

    # Where it stands

    def _arrange(self) -> None:
        """Give every part its place and size."""
        self._arranged = size, tiles, has_unsaid = self._arrangement
        unit, where = unit_of(size), places(size, tiles, has_unsaid=has_unsaid)
        self.unsaid.setVisible(has_unsaid)
        foot = (
            (self.seen, where.seen), (self.next, where.next), (self.back, where.back),
            (self.on, where.on), (self.take_down, where.take_down),
        )  # fmt: skip
        for part, box in ((self.line, where.line), (self.unsaid, where.unsaid), *foot):
            part.set_unit(unit)
            part.setGeometry(box)
        for at, tile in enumerate(self.tiles):
            tile.setVisible(at < len(where.tiles))
            if at < len(where.tiles):
                tile.set_unit(unit)
                tile.setGeometry(where.tiles[at])

    @property
    def _arrangement(self) -> tuple[QSize, int, bool]:
        return self.size(), self._fullest, bool(self.view.unsaid)

    @property
    def _fullest(self) -> int:
        """How many tiles the fullest page has: the same on all, so that keys keep their places."""
        return max(1, min(TILES, len(self.view.tiles)))

    def turn(self, pages: int) -> None:
        """Go so many pages on."""
        page = min(max(0, self._page + pages), self.view.pages - 1)
        if page != self._page:
            self._page = page
            self.refresh()

    # What is touched

    def _touch_tile(self, at: int, stamp_ms: int) -> None:
        self._call(f"tile {at}", self._tile_at(at), "pad", stamp_ms)

    def _tile_at(self, at: int) -> PadTile | None:
        shown = self.view.page(self._page)
        return shown[at] if at < len(shown) else None

    def _call_next(self, source: CueSource, stamp_ms: int) -> None:
        self._call("next", self.view.next_up, source, stamp_ms)

    def _call(self, place: str, tile: PadTile | None, source: CueSource, stamp_ms: int) -> None:
        """Somebody calls for the product that this place shows."""
        now = self._source.now()
        at = self._touches.instant(stamp_ms, now)
        self.view = self._source.pad(self._store)
        tap = self._hand.touch(self.view, tile, at, place, now)
        if tap.kind == "fire":
            self._source.fire(self._store, tap.product_id, source, at)
        self.refresh()

    def _begin_hold(self, source: CueSource, stamp_ms: int) -> None:
        self._held_as = source
        if self.view.can_unpin:
            self._hold.press(self._touches.instant(stamp_ms, self._source.now()))

    def _see_hold(self, now: Moment) -> None:
        """The cue to take down is the end of the long press, not its beginning."""
        if self._hold.share(now) < 1.0:
            return
        self._hold.release()
        if self.view.can_unpin:
            self._source.unpin(self._store, self._held_as, now)
            self.refresh()

    def _let_go(self) -> None:
        self._hold.release()

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """A key that is held down counts once."""
        key = Qt.Key(event.key())
        if event.isAutoRepeat() or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return
        if Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
            at = key - Qt.Key.Key_1
            self._call(f"tile {at}", self._tile_at(at), "key", event.timestamp())
        elif key in _NEXT_KEYS:
            self._call_next("key", event.timestamp())
        elif key in _BACK_KEYS:
            self.turn(-1)
        elif key in _ON_KEYS:
            self.turn(1)
        elif key in _UNPIN_KEYS:
            self._begin_hold("key", event.timestamp())
        elif key == Qt.Key.Key_Escape:
            self._disarm()
        elif key == Qt.Key.Key_F11:
            self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if Qt.Key(event.key()) in _UNPIN_KEYS and not event.isAutoRepeat():
            self._hold.release()

    def _disarm(self) -> None:
        self._hand.taps.disarm()
        self._hold.release()
        self.refresh()

    # The window itself

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """A key that is let go in another window is not told here."""
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self._hold.release()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(GROUND))
        painter.end()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        self._timer.stop()
        self._hold.release()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        self._timer.stop()
        self.pictures.close()
        self.closed.emit()
        super().closeEvent(event)
