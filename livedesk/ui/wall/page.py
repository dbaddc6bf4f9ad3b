"""All stores at once: who needs somebody? Choosing a tile opens the store's feed page."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from livedesk.core.clock import NS_PER_S
from livedesk.desk.model import DeskSnapshot, Moment
from livedesk.desk.wall import Wall, WallDesk
from livedesk.desk.words import tr
from livedesk.ui.basics import ElidedText, Text, button, discard
from livedesk.ui.source import Source
from livedesk.ui.theme import Theme
from livedesk.ui.wall.grid import Grid, fit
from livedesk.ui.wall.tile import LEAST, TilePanel

EVERY_S = 0.25
"""What is wrong shows within a quarter of a second; a look at forty stores costs 10 ms."""

HELD_S = 4.0
"""So long after the last key, or the last move of the mouse over the wall, no tile moves."""

DIGITS_S = 1.2
"""So long a second digit may follow the first."""


class Canvas(QWidget):
    """The tiles in their grid; as high as they need."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.tiles: dict[str, TilePanel] = {}
        self.grid = Grid(1, 1, 1)

    def lay_out(self, order: tuple[str, ...], room: tuple[int, int]) -> None:
        gap = self._theme.gap
        least = self._theme.px(LEAST[0]), self._theme.px(LEAST[1])
        self.grid = grid = fit(len(order), room, gap, least)
        for place, store in enumerate(order):
            row, column = divmod(place, grid.columns)
            left, top = column * (grid.width + gap), row * (grid.height + gap)
            self.tiles[store].setGeometry(QRect(left, top, grid.width, grid.height))
        rows = -(-len(order) // grid.columns)
        self.setMinimumHeight(rows * (grid.height + gap) - gap if rows else 0)


class WallPage(QWidget):
    """The wall. It takes what it shows from its window, and draws only what changed."""

    chosen = Signal(str)
    """Somebody wants to see this store."""
    another_asked = Signal()
    """A wall of its own, for another screen."""

    def __init__(self, source: Source, theme: Theme) -> None:
        super().__init__()
        self._source, self._theme = source, theme
        self._desk = WallDesk()
        self._wall = Wall((), 0, 0, 0)
        self._order: tuple[str, ...] = ()
        self._looked: Moment | None = None
        self._touched: Moment | None = None
        self._digits = ""
        self._typed: Moment | None = None
        self.canvas = Canvas(theme)
        self.area = QScrollArea()
        self.summary = Text(theme, "title", theme.colours.muted)
        self.only = button(theme, "", tr("Only stores that need somebody (N)"), segment=True)
        self.another = button(
            theme, tr("Another window"), tr("A wall for another screen (Shift+W)"), segment=True
        )
        self.another.setCheckable(False)
        self.empty = Text(theme, "title", theme.colours.muted)
        self.hint = ElidedText(theme, "small", theme.colours.faint)
        self._lay_out()
        self.only.toggled.connect(self.show_only)
        self.another.clicked.connect(self.another_asked)
        self.setAccessibleName(tr("Wall of all stores"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def _lay_out(self) -> None:
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(self.canvas)
        self.area.setAccessibleName(tr("Stores"))
        self.canvas.setAutoFillBackground(False)
        self.area.viewport().setAutoFillBackground(False)
        self.area.viewport().installEventFilter(self)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.show_text(tr("Arrows, number or mouse choose a store; Enter opens it"))
        top = QHBoxLayout()
        top.setSpacing(self._theme.pad)
        top.addWidget(self.summary)
        top.addWidget(self.hint, 1)
        top.addWidget(self.only)
        top.addWidget(self.another)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self._theme.gap)
        column.addLayout(top)
        column.addWidget(self.empty, 1)
        column.addWidget(self.area, 1)

    # What it shows

    def show_wall(self, snapshot: DeskSnapshot, *, at_once: bool = False) -> None:
        """Show the newest snapshot; `at_once`: also if the last look was just now."""
        now = self._source.now()
        rests = self._looked is not None and now.since_s(self._looked) < EVERY_S
        if rests and not at_once:
            return
        self._looked = now
        self._wall = wall = self._desk.wall(
            snapshot, now, held=self._is_held(now), alarms=self._source.alarms.lines()
        )
        order = tuple(tile.store for tile in wall.tiles)
        if order != self._order:
            self._rearrange(order)
        now_s = snapshot.utc_ns / NS_PER_S
        for tile in wall.tiles:
            self.canvas.tiles[tile.store].show_tile(tile, self._source.plots(tile.store), now_s)
        self._show_counts(wall)

    def _show_counts(self, wall: Wall) -> None:
        self.summary.show_text(
            tr("{on_air} of {stores} stores on air").format(on_air=wall.on_air, stores=wall.stores)
        )
        words = tr("Needs somebody: {n}").format(n=wall.needing)
        if self.only.text() != words:
            self.only.setText(words)
        self.empty.setVisible(not wall.tiles)
        self.area.setVisible(bool(wall.tiles))
        self.empty.show_text(tr("No store needs anybody.") if wall.stores else tr("No store yet."))

    def _rearrange(self, order: tuple[str, ...]) -> None:
        """Tiles are kept for their stores, so the one with the focus keeps it where it goes."""
        self._order = order
        for store in set(self.canvas.tiles) - set(order):
            discard(self.canvas.tiles.pop(store))
        for store in order:
            if store not in self.canvas.tiles:
                tile = self.canvas.tiles[store] = TilePanel(self._theme, store)
                tile.setParent(self.canvas)
                tile.chosen.connect(self.chosen)
                tile.setMouseTracking(True)
                tile.installEventFilter(self)
                tile.show()
        for before, after in pairwise(order):
            QWidget.setTabOrder(self.canvas.tiles[before], self.canvas.tiles[after])
        self._place()

    def _place(self) -> None:
        room = self.area.viewport().size()
        self.canvas.lay_out(self._order, (room.width(), room.height()))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._place()

    def eventFilter(self, watched: object, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Somebody who points at a tile does not want it to move away. Keys are taken before the
        scroll area has them, which would scroll."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._take(event)
        if event.type() in (QEvent.Type.MouseMove, QEvent.Type.Enter):
            self._touched = self._source.now()
        elif event.type() == QEvent.Type.Resize and watched is self.area.viewport():
            self._place()
        return False

    def _is_held(self, now: Moment) -> bool:
        return self._touched is not None and now.since_s(self._touched) < HELD_S

    # What a person does

    @property
    def marked(self) -> str | None:
        """The store whose tile has the focus."""
        return next((s for s, tile in self.canvas.tiles.items() if tile.hasFocus()), None)

    def focus_list(self) -> None:
        """Give the keys to the tile that had them, or to the first."""
        if self.marked is None:
            self._mark(0) if self._order else self.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def mark(self, store: str) -> None:
        if store in self.canvas.tiles:
            self.canvas.tiles[store].setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.area.ensureWidgetVisible(self.canvas.tiles[store])

    def _mark(self, place: int) -> None:
        self.mark(self._order[max(0, min(place, len(self._order) - 1))])

    def show_only(self, on: bool) -> None:
        """Only stores that need somebody, or all."""
        self._desk.only_needing = on
        self._touched = None
        self.show_wall(self._source.snapshot(), at_once=True)

    def toggle_only(self) -> None:
        self.only.toggle()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if not self._take(event):
            super().keyPressEvent(event)

    def _take(self, event: QKeyEvent) -> bool:
        self._touched = self._source.now()
        return self._steer(Qt.Key(event.key())) or self._type(event.text())

    def _steer(self, key: Qt.Key) -> bool:
        """Arrows, Home and End move the mark, Enter opens what is marked."""
        here = self._order.index(self.marked) if self.marked in self._order else -1
        columns = self.canvas.grid.columns
        steps = {
            Qt.Key.Key_Left: here - 1,
            Qt.Key.Key_Right: here + 1,
            Qt.Key.Key_Up: here - columns if here >= columns else here,
            Qt.Key.Key_Down: here + columns,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: len(self._order) - 1,
        }
        if key in steps and self._order:
            self._mark(steps[key])
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and here >= 0:
            self.chosen.emit(self._order[here])
            return True
        return False

    def _type(self, digit: str) -> bool:
        """A store's number marks its tile: of two digits, if the second follows soon."""
        if not (digit.isascii() and digit.isdecimal()):
            return False
        now = self._source.now()
        goes_on = self._typed is not None and now.since_s(self._typed) < DIGITS_S
        self._typed = now
        tried = (self._digits + digit if goes_on else digit, digit)
        stores = {tile.number: tile.store for tile in self._wall.tiles}
        for digits in tried:
            if int(digits) in stores:
                self._digits = digits
                self.mark(stores[int(digits)])
                return True
        self._digits = digit
        return True
