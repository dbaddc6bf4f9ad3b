"""How is a session deleted? Only after somebody has typed which: it does not come back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from livedesk.core.records import RecordedSession
from livedesk.desk.record_list import length_s
from livedesk.desk.record_words import (
    count_words,
    day_of,
    length_words,
    session_name,
    size_words,
    started_words,
)
from livedesk.desk.words import tr
from livedesk.ui.allowing import needs
from livedesk.ui.basics import button, show_tone
from livedesk.ui.sessions.keeping import fixed_words
from livedesk.ui.theme import Role, Theme

WIDTH = 520
NAMES_SHOWN = 8


class DeleteDialog(QDialog):
    """Opened, not executed. Of one session its day is typed; of several, how many they are."""

    def __init__(
        self,
        theme: Theme,
        parent: QWidget,
        chosen: tuple[RecordedSession, ...],
        act: Callable[[tuple[RecordedSession, ...]], None],
        zone: tzinfo | None = None,
    ) -> None:
        """`act` is told those that go: what is being written or kept stays."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Delete sessions"))
        self._theme, self._act, self._zone = theme, act, zone
        self.going = tuple(each for each in chosen if not each.open and not each.kept)
        self.staying = tuple(each for each in chosen if each.open or each.kept)
        self.expected = self._expected()
        self.typed = QLineEdit()
        self.typed.setFont(theme.font("body"))
        self.typed.setPlaceholderText(self.expected)
        self.typed.setAccessibleName(self._request())
        self.delete = needs("administer", button(theme, tr("Delete for good")))
        self.cancel = button(theme, tr("Cancel"))
        self.cancel.setDefault(True)
        self._lay_out()
        self.typed.textChanged.connect(self._check)
        self.delete.clicked.connect(self._delete)
        self.cancel.clicked.connect(self.reject)
        self._check()
        self.typed.setFocus()

    def _expected(self) -> str:
        """The day says that the right one is meant; where the file has none, its id does."""
        if len(self.going) == 1:
            return day_of(self.going[0], self._zone) or self.going[0].id
        return str(len(self.going))

    def _request(self) -> str:
        if len(self.going) == 1:
            return tr("To delete it, type its day: {day}").format(day=self.expected)
        return tr("To delete them, type how many they are: {n}").format(n=self.expected)

    def _lay_out(self) -> None:
        theme, px, colours = self._theme, self._theme.px, self._theme.colours
        one = len(self.going) == 1
        title = (
            tr("Delete {name}?").format(name=session_name(self.going[0]))
            if one
            else tr("Delete {sessions}?").format(sessions=count_words(self.going))
        )
        lost = tr("Lost for good: all figures, events and pictures, who did what, pins and "
                  "decisions of the queue, and the seal over them. Files that were exported "
                  "stay where they are.")  # fmt: skip
        column = QVBoxLayout(self)
        column.setContentsMargins(*(px(20),) * 4)
        column.setSpacing(px(10))
        told: list[tuple[Role, str, str]] = [
            ("title", title, colours.text),
            ("body", self._names(), colours.text),
            ("small", lost, colours.muted),
        ]
        if self.staying:
            stays = tr("Stays, because it is being written or kept: {names}").format(
                names=", ".join(session_name(each) for each in self.staying[:NAMES_SHOWN])
            )
            told.append(("small", stays, colours.notice))
        told.append(("strong", self._request(), colours.text))
        for role, text, colour in told:
            column.addWidget(fixed_words(theme, role, text, colour, WIDTH))
        column.addWidget(self.typed)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.cancel)
        row.addWidget(self.delete)
        column.addLayout(row)

    def _names(self) -> str:
        lines = [
            " · ".join((
                session_name(each), started_words(each, self._zone), length_words(length_s(each)),
                size_words(each.bytes),
            ))
            for each in self.going[:NAMES_SHOWN]
        ]  # fmt: skip
        if len(self.going) > NAMES_SHOWN:
            lines.append(tr("and {n} more").format(n=len(self.going) - NAMES_SHOWN))
        return "\n".join(lines)

    def _check(self) -> None:
        is_typed = self.typed.text().strip() == self.expected
        self.delete.setEnabled(is_typed)
        self.delete.setToolTip("" if is_typed else self._request())
        show_tone(self.delete, "armed" if is_typed else "")
        # Enter does what is written on the button that is lit.
        self.delete.setDefault(is_typed)
        self.cancel.setDefault(not is_typed)

    def _delete(self) -> None:
        self._act(self.going)
        self.accept()
