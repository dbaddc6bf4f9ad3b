"""All stores beside one another: which of them may go on air?"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtWidgets import QLayout, QLayoutItem, QPushButton, QSizePolicy, QWidget

from livedesk.desk.check_words import VerdictWords
from livedesk.desk.words import tr
from livedesk.ui.basics import button, discard, plain_tip
from livedesk.ui.shapes import shape_icon
from livedesk.ui.theme import Theme

ICON = 14


class Flow(QLayout):
    """One beside the other, and a new row where room ends."""

    def __init__(self, gap_px: int) -> None:
        super().__init__()
        self._gap_px = gap_px
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:  # noqa: N802 - Qt's name
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # noqa: N802 - Qt's name
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # noqa: N802 - Qt's name
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:  # noqa: N802 - Qt's name
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        return self._place(QRect(0, 0, width, 0), apply=False)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return self.minimumSize()

    def minimumSize(self) -> QSize:  # noqa: N802 - Qt's name
        size = QSize(0, 0)
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def setGeometry(self, rect: QRect) -> None:  # noqa: N802 - Qt's name
        super().setGeometry(rect)
        self._place(rect, apply=True)

    def _place(self, rect: QRect, *, apply: bool) -> int:
        """The height that the items take in this width."""
        x, y, row_px = rect.x(), rect.y(), 0
        for item in self._items:
            size = item.sizeHint()
            if x > rect.x() and x + size.width() > rect.right() + 1:
                x, y, row_px = rect.x(), y + row_px + self._gap_px, 0
            if apply:
                item.setGeometry(QRect(QPoint(x, y), size))
            x, row_px = x + size.width() + self._gap_px, max(row_px, size.height())
        return y + row_px - rect.y()


class StoreRow(QWidget):
    """A button for each store: its shape, its name, its verdict."""

    chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: dict[str, tuple[str, VerdictWords, bool]] = {}
        self.buttons: dict[str, QPushButton] = {}
        self.setAccessibleName(tr("All stores"))
        self._flow = Flow(theme.px(4))
        self.setLayout(self._flow)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_stores(self, stores: dict[str, tuple[str, VerdictWords]], chosen: str | None) -> None:
        """Name and verdict of each, by its id."""
        for gone in [store for store in self.buttons if store not in stores]:
            discard(self.buttons.pop(gone))
            self._shown.pop(gone, None)
        for store, (name, words) in stores.items():
            if store not in self.buttons:
                self._add(store)
            shown = name, words, store == chosen
            if self._shown.get(store) != shown:
                self._shown[store] = shown
                self._show(self.buttons[store], *shown)

    def _add(self, store: str) -> None:
        push = button(self._theme, "", segment=True)
        push.clicked.connect(lambda: self._choose(store))
        self.buttons[store] = push
        self._flow.addWidget(push)

    def _choose(self, store: str) -> None:
        # The chosen one stays pressed; which one that is comes with the next look.
        self.buttons[store].setChecked(self._shown[store][2])
        self.chosen.emit(store)

    def _show(self, push: QPushButton, name: str, words: VerdictWords, chosen: bool) -> None:
        push.setText(f" {name}  {words.word}")
        ratio = self.devicePixelRatioF()
        push.setIcon(shape_icon(words.look, self._theme, ICON, ratio))
        side = self._theme.px(ICON)
        push.setIconSize(QSize(side, side))
        push.setChecked(chosen)
        push.setAccessibleName(f"{name}: {words.spoken}")
        push.setToolTip(plain_tip("\n".join(filter(None, (words.text, words.signed)))))
