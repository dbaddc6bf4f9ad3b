"""What comes next, in which order, and how does one get at all the other products?"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout

from livedesk.core.pins import PinsStatus, RunOfShow
from livedesk.desk.model import Moment
from livedesk.desk.next_up import NextUp, next_up
from livedesk.desk.pin_client import ShowOp
from livedesk.desk.pin_words import title_of
from livedesk.desk.pinning import Shop
from livedesk.desk.pins import PinsView
from livedesk.desk.showlines import ProductIndex, ShowLine, show_lines
from livedesk.desk.words import number, tr
from livedesk.ui.allowing import PushButton, needs
from livedesk.ui.basics import ElidedText, Panel, button
from livedesk.ui.pins.nextbutton import NextButton
from livedesk.ui.pins.pictures import Pictures
from livedesk.ui.pins.showlist import ShowListView
from livedesk.ui.pins.showmodel import Live
from livedesk.ui.theme import Theme

KEYED_LINES = 9


class SearchField(QLineEdit):
    """Esc clears it, Enter and Down go to what was found; neither fires anything."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        match event.key():
            case Qt.Key.Key_Escape:
                self.clear()
                self.left.emit()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Down:
                self.left.emit()
            case _:
                super().keyPressEvent(event)


class RunOfShowPanel(Panel):
    """The run of show, or the products that a search found."""

    fired = Signal(str, str)
    """A product's id and title."""
    unpinned = Signal()
    changed = Signal(object)
    """A `ShowOp`."""
    refused = Signal(str)
    """Why the list did not obey."""

    def __init__(self, theme: Theme, pictures: Pictures, now: Callable[[], Moment]) -> None:
        super().__init__(theme, tr("Run of show"))
        self._theme = theme
        self._made: tuple[RunOfShow | None, ProductIndex | None, str] | None = None
        self._lines: tuple[ShowLine, ...] = ()
        self._show_lines: tuple[ShowLine, ...] = ()
        self._heading = ""
        self._store = ""
        self.search = SearchField()
        self.list = ShowListView(theme, pictures)
        self.heading = ElidedText(theme, "small", theme.colours.muted)
        self.next = NextButton(theme, now)
        self.unpin = button(theme, tr("Unpin"), tr("Take the product off the screen (U)"))
        self.fire = self._edit(tr("Fire"), tr("Fire the chosen line (Enter)"))
        self.skip = self._edit(tr("Skip"), tr("Skip the chosen line, or take it in again (S)"))
        self.repeat = self._edit(tr("Repeat"), tr("Put the chosen line up once more (R)"))
        self.up = self._edit("↑", tr("Move the chosen line up (Ctrl+Up)"))
        self.down = self._edit("↓", tr("Move the chosen line down (Ctrl+Down)"))
        self.add = self._edit(tr("Add"), tr("Put the found product into the run of show (A)"))
        self.remove = self._edit(tr("Remove"), tr("Take the chosen line out (Del)"))
        for push in (self.unpin, self.fire):
            needs("pin", push)
        for push in (self.skip, self.repeat, self.up, self.down, self.add, self.remove):
            needs("direct", push)
        self._lay_out()
        self._wire()

    def _edit(self, text: str, hint: str) -> PushButton:
        push = button(self._theme, text, hint, segment=True)
        push.setCheckable(False)
        return push

    def _lay_out(self) -> None:
        theme, px = self._theme, self._theme.px
        self.search.setFont(theme.font("body"))
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName(tr("Search all products"))
        self.search.setMaxLength(200)
        top, tools = QHBoxLayout(), QHBoxLayout()
        top.setSpacing(px(8))
        top.addWidget(self.heading, 1)
        top.addWidget(self.unpin)
        top.addWidget(self.next)
        tools.setSpacing(px(4))
        for push in (self.fire, self.skip, self.repeat, self.up, self.down, self.add, self.remove):
            tools.addWidget(push)
        tools.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(10), px(10), px(10), px(8))
        column.setSpacing(px(6))
        column.addLayout(top)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        column.addLayout(tools)

    def _wire(self) -> None:
        self.search.textChanged.connect(lambda _: self._show())
        self.search.left.connect(self._to_list)
        self.list.fired.connect(self._fire_line)
        self.list.moved.connect(self._move)
        self.next.fired.connect(self._fire_line)
        self.next.stopped.connect(self._choose_stopped)
        self.unpin.clicked.connect(self.unpinned)
        self.fire.clicked.connect(self._fire_chosen)
        self.skip.clicked.connect(self.skip_chosen)
        self.repeat.clicked.connect(self.repeat_chosen)
        self.up.clicked.connect(lambda: self.list.step(-1))
        self.down.clicked.connect(lambda: self.list.step(1))
        self.add.clicked.connect(self.add_chosen)
        self.remove.clicked.connect(self.remove_chosen)
        chosen = self.list.selectionModel()
        chosen.currentChanged.connect(lambda *_: self._show_buttons())
        self.list.lines.modelReset.connect(self._show_buttons)
        for key, act in (("S", self.skip_chosen), ("R", self.repeat_chosen), ("A", self.add_chosen),
                         ("Del", self.remove_chosen)):  # fmt: skip
            shortcut = QShortcut(QKeySequence(key), self.list)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(act)

    # What it shows

    def show_pins(self, store: str, pins: PinsView, shop: Shop) -> None:
        if store != self._store:
            self._store, self._made = store, None
            self.search.clear()
        status = pins.status
        self._keep_lines(shop)
        newest = {pin.product_id: pin for pin in reversed(pins.recent) if not pin.is_unpin}
        up_next = status.next_up.id if status.next_up is not None else ""
        live = Live(store, newest, up_next, status.shown_product_id or "", pins.stale)
        self.list.show_lines(self._lines, live)
        self.next.show_next(self._next_up(status), stale=pins.stale)
        self._show_heading()
        self._show_buttons()

    def _keep_lines(self, shop: Shop) -> None:
        """Made anew only when one of its sources has changed."""
        made = (shop.show, shop.products, self.search.text())
        if self._made is not None and all(
            now is before for now, before in zip(made[:2], self._made[:2], strict=True)
        ) and made[2] == self._made[2]:  # fmt: skip
            return
        self._made = made
        products = shop.products.by_id if shop.products is not None else {}
        self._show_lines = show_lines(shop.show, products) if shop.show is not None else ()
        self._show()

    def _show(self) -> None:
        _, index, _ = self._made or (None, None, "")
        text = self.search.text().strip()
        count = len(index.list.products) if index is not None else 0
        placeholder = tr("Search {n} products  ( / )").format(n=number(count))
        if self.search.placeholderText() != placeholder:
            self.search.setPlaceholderText(placeholder)
        if not text or index is None:
            self._lines, self._heading = self._show_lines, self._show_words()
        else:
            self._lines, found = index.find(text)
            self._heading = _found_words(found, len(self._lines))
        self._show_heading()
        self.list.show_lines(self._lines, self.list.lines.live)

    def _next_up(self, status: PinsStatus) -> NextUp:
        """A line that was not fetched yet can be fired all the same."""
        if status.next_up is None:
            return NextUp()
        cue_id, product_id = status.next_up.id, status.next_up.product_id
        refusal = title_of(status.next_refusal)
        found = next_up(self._show_lines, cue_id, refusal)
        unseen = ShowLine(product_id, title_of(status.next_title or product_id), cue_id)
        return found if found.line is not None else NextUp(unseen, refusal=refusal)

    def _show_heading(self) -> None:
        """What stops the show comes before how long it is."""
        colours = self._theme.colours
        self.heading.show_text(self.next.reason or self._heading)
        self.heading.set_colour(colours.warning if self.next.reason else colours.muted)

    def _show_words(self) -> str:
        show, index, _ = self._made or (None, None, "")
        if show is None:
            return tr("Run of show: being fetched…")
        if not self._show_lines and index is not None and not index.list.products:
            return tr("There are no products to pin: see the catalogue.")
        if not self._show_lines:
            hint = tr("search for a product and add it (A), or fire it at once (Enter)")
            return tr("The run of show is empty: {hint}").format(hint=hint)
        left = sum(line.state == "waiting" for line in self._show_lines)
        words = tr("Run of show · {n} lines · {left} to come")
        return words.format(n=number(len(self._show_lines)), left=number(left))

    def _show_buttons(self) -> None:
        line = self.list.chosen
        is_here = line is not None and line.is_here
        for push in (self.skip, self.repeat, self.up, self.down, self.remove):
            push.setEnabled(is_here)
        self.add.setEnabled(line is not None and not line.is_here)
        self.fire.setEnabled(line is not None)
        text = tr("Take in") if line is not None and line.state == "skipped" else tr("Skip")
        if text != self.skip.text():
            self.skip.setText(text)

    # What a person does

    def fire_next(self) -> None:
        self.next.press()

    def _choose_stopped(self, line: ShowLine) -> None:
        """So that S skips it, wherever the choice was."""
        row = self.list.lines.row_of(line)
        if row is not None:
            self.list.choose(row)
            self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def fire_number(self, place: int) -> None:
        """Fire a line of the run of show by its number, from 1; also while a search is open."""
        if 1 <= place <= len(self._show_lines):
            self._fire_line(self._show_lines[place - 1])

    def _fire_chosen(self) -> None:
        if self.list.chosen is not None:
            self._fire_line(self.list.chosen)

    def _fire_line(self, line: ShowLine) -> None:
        if self.fire.why_not:
            self.refused.emit(self.fire.why_not)
        else:
            self.fired.emit(line.product_id, line.title)

    def _ask(self, op: ShowOp) -> None:
        if self.skip.why_not:
            self.refused.emit(self.skip.why_not)
        else:
            self.changed.emit(op)

    def skip_chosen(self) -> None:
        line = self.list.chosen
        if line is not None and line.is_here:
            self._ask(ShowOp("unskip" if line.state == "skipped" else "skip", line.cue_id))

    def repeat_chosen(self) -> None:
        self._change("repeat")

    def remove_chosen(self) -> None:
        self._change("remove")

    def _change(self, op: str) -> None:
        line = self.list.chosen
        if line is not None and line.is_here:
            self._ask(ShowOp("repeat" if op == "repeat" else "remove", cue_id=line.cue_id))

    def add_chosen(self) -> None:
        line = self.list.chosen
        if line is not None and not line.is_here:
            self._ask(ShowOp("add", product_id=line.product_id))

    def _move(self, cue_id: str, to: int) -> None:
        self._ask(ShowOp("move", cue_id, to=to))

    def open_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def choose_next_up(self) -> None:
        next_cue = self.list.lines.live.next_cue
        for row, line in enumerate(self._lines):
            if line.cue_id and line.cue_id == next_cue:
                self.list.choose(row)

    def _to_list(self) -> None:
        self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if self.list.chosen is None or not self.list.currentIndex().isValid():
            self.list.choose(0)


def _found_words(found: int, shown: int) -> str:
    if not found:
        return tr("No product has these words.")
    count = tr("1 product") if found == 1 else tr("{n} products").format(n=number(found))
    first = tr("the first {n}").format(n=shown) if found > shown else ""
    return " · ".join(filter(None, (count, first, tr("Enter fires, A adds"))))
