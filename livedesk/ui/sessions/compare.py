"""How do two sessions compare? Side by side, figure by figure, with a word for the better one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from livedesk.core.records import SessionFigures, SummaryFigure
from livedesk.desk.comparing import CompareRow, Comparison, compare
from livedesk.desk.looks import LIT
from livedesk.desk.record_words import mark_look, moment_words
from livedesk.desk.records import KnownFigures
from livedesk.desk.words import span, tr
from livedesk.ui.basics import close_box
from livedesk.ui.pages import scrolled
from livedesk.ui.sessions.figures import Cells, mark_of, wrapped
from livedesk.ui.theme import Theme

USUAL: Final = QSize(980, 640)
REFRESH_MS: Final = 300

Look = Callable[[], tuple[KnownFigures, KnownFigures]]


class CompareGrid(Cells):
    """A line a figure: the left session, which is better, the right one."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.grid.setVerticalSpacing(theme.px(8))
        for column, share in ((0, 4), (2, 4), (3, 2), (5, 4)):
            self.grid.setColumnStretch(column, share)

    def show_comparison(self, comparison: Comparison, zone: tzinfo | None) -> None:
        if not self.is_new(comparison):
            return
        for column, session in ((1, comparison.left), (4, comparison.right)):
            self.grid.addWidget(self._head(session, zone), 0, column, 1, 2)
        for at, row in enumerate(comparison.rows, 1):
            self._put(at, row)

    def _head(self, session: SessionFigures, zone: tzinfo | None) -> QWidget:
        head = QWidget()
        column = QVBoxLayout(head)
        column.setContentsMargins(0, 0, 0, self.theme.px(4))
        column.setSpacing(0)
        when = f"{moment_words(session.started_utc_ns, zone)} · {span(session.length_ms / 1000)}"
        column.addWidget(self.words(session.name or session.store, "strong"))
        column.addWidget(self.words(when, "small", self.theme.colours.muted))
        column.addWidget(self.words(session.headline, "small", self.theme.colours.muted))
        column.addStretch(1)
        return head

    def _put(self, at: int, row: CompareRow) -> None:
        colours = self.theme.colours
        self.grid.addWidget(self.words(row.title, "body", colours.muted), at, 0)
        self._side(at, 1, row.left, row.left_text, is_better=row.verdict == "left")
        is_told = row.verdict in ("left", "right")
        verdict = self.words(
            row.words, "strong" if is_told else "small", colours.text if is_told else colours.faint
        )
        verdict.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.grid.addWidget(verdict, at, 3)
        self._side(at, 4, row.right, row.right_text, is_better=row.verdict == "right")

    def _side(
        self, at: int, column: int, figure: SummaryFigure | None, text: str, *, is_better: bool
    ) -> None:
        colours = self.theme.colours
        if figure is not None:
            look = mark_look(figure.mark)
            mark = mark_of(self.theme, figure.mark)
            self.grid.addWidget(mark, at, column, Qt.AlignmentFlag.AlignTop)
            text = f"{text} · {figure.word}" if figure.word else text
            tone = self.theme.colour(look) if look in LIT else colours.text
        else:
            tone = colours.faint
        words = self.words(text, "strong" if is_better else "body", tone)
        self.grid.addWidget(words, at, column + 1)


class CompareDialog(QDialog):
    """Opened, never executed. Waits for the figures of both, and shows them when they are there."""

    def __init__(
        self, theme: Theme, parent: QWidget, look: Look, zone: tzinfo | None = None
    ) -> None:
        """`look` is asked again and again until both are known."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Compare two sessions"))
        self._look, self._zone = look, zone
        self.words = wrapped(theme, "title")
        self.note = wrapped(theme, "small", theme.colours.muted)
        self.grid = CompareGrid(theme)
        close = close_box(theme)
        close.rejected.connect(self.reject)
        ground = QWidget()
        inner = QVBoxLayout(ground)
        inner.setContentsMargins(0, 0, theme.px(8), 0)
        inner.addWidget(self.grid)
        inner.addStretch(1)
        area = scrolled(ground)
        area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        area.setAccessibleName(tr("Figures of both"))
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(n) for n in (20, 18, 14, 14)))
        column.setSpacing(theme.pad)
        column.addWidget(self.words)
        column.addWidget(self.note)
        column.addWidget(area, 1)
        column.addWidget(close)
        usual = QSize(theme.px(USUAL.width()), theme.px(USUAL.height()))
        self.resize(usual.boundedTo(parent.window().size()))
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.refresh)
        self._timer.start(REFRESH_MS)
        self.finished.connect(self._timer.stop)
        self.refresh()

    def refresh(self) -> None:
        one, other = self._look()
        if one.figures is None or other.figures is None:
            self.words.show_text(tr("The engine reads the sessions…"))
            self.note.show_text("\n".join(filter(None, (one.trouble, other.trouble))))
            return
        comparison = compare(one.figures, other.figures)
        self.words.show_text(comparison.words)
        self.note.show_text(_note(comparison))
        self.note.setVisible(bool(self.note.text()))
        self.grid.show_comparison(comparison, self._zone)


def _note(comparison: Comparison) -> str:
    if not comparison.other_limits:
        return ""
    return tr("Not the same limits were in force, so marks mean something else: {names}.").format(
        names=", ".join(comparison.other_limits)
    )
