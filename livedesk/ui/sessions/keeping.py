"""Why must a session not be deleted? Whoever wants to delete it reads it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QMessageBox, QVBoxLayout, QWidget

from livedesk.core.records import RecordedSession
from livedesk.desk.record_words import count_words, session_name
from livedesk.desk.words import tr
from livedesk.ui.allowing import needs
from livedesk.ui.basics import Text, button, show_tone
from livedesk.ui.questions import Question
from livedesk.ui.theme import Role, Theme

WIDTH = 460
LONGEST_WHY = 200


def fixed_words(theme: Theme, role: Role, text: str, colour: str, width_px: int = WIDTH) -> Text:
    """Wrapped at a width: a dialog asks for the size of its texts before it knows its own."""
    words = Text(theme, role, colour)
    words.setWordWrap(True)
    words.show_text(text)
    width = theme.px(width_px)
    words.setMinimumSize(width, words.heightForWidth(width))
    return words


def names_of(sessions: tuple[RecordedSession, ...]) -> str:
    return session_name(sessions[0]) if len(sessions) == 1 else count_words(sessions)


class KeepDialog(QDialog):
    """Opened, not executed: the window goes on beside it."""

    def __init__(
        self,
        theme: Theme,
        parent: QWidget,
        sessions: tuple[RecordedSession, ...],
        act: Callable[[str], None],
    ) -> None:
        """`act` is told the reason."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Keep a session"))
        self._act = act
        self.why = QLineEdit()
        self.why.setFont(theme.font("body"))
        self.why.setMaxLength(LONGEST_WHY)
        self.why.setPlaceholderText(tr("Why, such as “dispute with the brand, case 42”"))
        self.why.setAccessibleName(tr("Why it is kept"))
        self.keep = needs("records", button(theme, tr("Keep")))
        self.keep.setDefault(True)
        show_tone(self.keep, "main")
        cancel = button(theme, tr("Cancel"))
        cancel.clicked.connect(self.reject)
        px, colours = theme.px, theme.colours
        column = QVBoxLayout(self)
        column.setContentsMargins(*(px(20),) * 4)
        column.setSpacing(px(10))
        meaning = tr("Nobody deletes it until it is released, and it does not go by its age.")
        column.addWidget(fixed_words(theme, "title", names_of(sessions), colours.text))
        column.addWidget(fixed_words(theme, "small", meaning, colours.muted))
        column.addWidget(self.why)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self.keep)
        column.addLayout(row)
        self.why.textChanged.connect(self._check)
        self.keep.clicked.connect(self._keep)
        self._check()
        self.why.setFocus()

    def _check(self) -> None:
        is_told = bool(self.why.text().strip())
        self.keep.setEnabled(is_told)
        self.keep.setToolTip("" if is_told else tr("Say why: who wants to delete it reads it."))

    def _keep(self) -> None:
        self._act(self.why.text().strip())
        self.accept()


def ask_release(
    parent: QWidget, sessions: tuple[RecordedSession, ...], act: Callable[[], None]
) -> Question:
    reasons = "\n".join(dict.fromkeys(each.kept for each in sessions if each.kept))
    question = Question(
        parent,
        tr("Release {name}?").format(name=names_of(sessions)),
        tr("It was kept: {why}\nFrom now on it can be deleted, and goes by its age.").format(
            why=reasons
        ),
    )
    question.offer(tr("Release"), QMessageBox.ButtonRole.AcceptRole, act)
    question.setDefaultButton(question.offer(tr("Cancel"), QMessageBox.ButtonRole.RejectRole))
    question.open()
    return question
