"""Which stores does this engine run, and which one needs me?"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QGridLayout, QScrollArea, QVBoxLayout, QWidget

from livedesk.desk.looks import Look
from livedesk.desk.model import StoreView
from livedesk.desk.troubles import loudest
from livedesk.desk.words import tr
from livedesk.ui.basics import ElidedText, Panel, discard
from livedesk.ui.header import session_word
from livedesk.ui.shapes import ShapeMark, look_name
from livedesk.ui.theme import Theme

WIDTH = 212


class StoreRow(Panel):
    """One store: shape of its worst part, name, and a line of words."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, store: str) -> None:
        super().__init__(theme, store)
        self._theme = theme
        self._store = store
        self._shown: tuple[str, str, Look, bool] | None = None
        self.mark = ShapeMark(theme, 18)
        self.name = ElidedText(theme, "strong")
        self.words = ElidedText(theme, "small", theme.colours.muted)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        grid = QGridLayout(self)
        grid.setContentsMargins(*(theme.px(n) for n in (10, 6, 8, 6)))
        grid.setHorizontalSpacing(theme.gap)
        grid.setVerticalSpacing(0)
        grid.addWidget(self.mark, 0, 0, 2, 1)
        grid.addWidget(self.name, 0, 1)
        grid.addWidget(self.words, 1, 1)
        grid.setColumnStretch(1, 1)
        # Twenty of them are scrolled, not squeezed.
        self.setMinimumHeight(self.sizeHint().height())

    def show_store(self, view: StoreView, chosen: bool) -> None:
        look, trouble = loudest(view)
        words = trouble or session_word(view.status.state).capitalize()
        before, self._shown = self._shown, (view.status.name, words, look, chosen)
        if self._shown == before:
            return
        self.mark.show_look(look)
        self.name.show_text(view.status.name)
        self.words.show_text(words)
        on_air = self._theme.colours.text if look == "ok" else self._theme.colour(look)
        self.words.set_colour(on_air)
        self.setAccessibleName(view.status.name)
        self.setAccessibleDescription(f"{words}, {look_name(look)}")
        if before is None or before[3] != chosen:
            self._show_choice(chosen)

    def _show_choice(self, chosen: bool) -> None:
        colours = self._theme.colours
        if chosen:
            self.set_frame(colours.raised, colours.faint)
        else:
            self.set_frame(colours.panel, colours.line)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        self.chosen.emit(self._store)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self._store)
        else:
            super().keyPressEvent(event)


class StoreList(QScrollArea):
    """All stores, in the order of their names; not shown when there is only one."""

    chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.rows: dict[str, StoreRow] = {}
        self.setAccessibleName(tr("Stores"))
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedWidth(theme.px(WIDTH))
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(4))
        self._column.addStretch(1)
        self.setWidget(inner)
        self.setVisible(False)

    def show_stores(
        self, views: tuple[StoreView, ...], chosen: str | None, *, hidden: bool = False
    ) -> None:
        """`hidden`: the page beside it is of all stores."""
        self.setVisible(len(views) > 1 and not hidden)
        if self.isHidden():
            return
        names = [view.status.store for view in views]
        if names != list(self.rows):
            self._rebuild(names)
        for view in views:
            self.rows[view.status.store].show_store(view, view.status.store == chosen)

    def _rebuild(self, names: list[str]) -> None:
        for row in self.rows.values():
            discard(row)
        self.rows = {name: StoreRow(self._theme, name) for name in names}
        for place, row in enumerate(self.rows.values()):
            row.chosen.connect(self.chosen)
            self._column.insertWidget(place, row)
