"""Who may call this engine? The people, their roles, and the one look at a new token."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QMessageBox, QWidget

from livedesk.core.engine_status import User
from livedesk.core.person_name import LONGEST_NAME, is_name
from livedesk.core.roles import ROLES, Role
from livedesk.desk.people import KnownPeople, PeopleSource, seen_words
from livedesk.desk.people_client import NewToken
from livedesk.desk.rights import Rights, role_name, role_words
from livedesk.desk.words import tr
from livedesk.ui.basics import ElidedText, Text, button, discard
from livedesk.ui.questions import Question
from livedesk.ui.settings.page import SettingsPage
from livedesk.ui.theme import Theme

ASK_EVERY: Final = 20
"""Refreshes between two looks at the engine's list: others may change it, too."""


class RoleBox(QComboBox):
    """A role to choose. The wheel scrolls the page: nobody is to become admin by it."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.setFont(theme.font("body"))
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for at, role in enumerate(ROLES):
            self.addItem(role_name(role))
            self.setItemData(at, role_words(role), Qt.ItemDataRole.ToolTipRole)

    def role(self) -> Role:
        return ROLES[self.currentIndex()]

    def show_role(self, role: Role) -> None:
        self.setCurrentIndex(ROLES.index(role))

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        event.ignore()


class TokenLine(QWidget):
    """A token that was just made. It is not kept anywhere, so this is the one look at it."""

    def __init__(self, theme: Theme, done: Callable[[], None]) -> None:
        super().__init__()
        self._new: NewToken | None = None
        self.words = Text(theme, "body")
        self.words.setWordWrap(True)
        self.token = QLineEdit()
        self.token.setReadOnly(True)
        self.token.setFont(theme.font("body"))
        self.token.setAccessibleName(tr("The new token"))
        self.copy = button(theme, tr("Copy"), tr("Copy the token"))
        self.copy.clicked.connect(self._copy)
        self.done = button(theme, tr("Done"), tr("Forget the token here"))
        self.done.clicked.connect(done)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.gap)
        grid.addWidget(self.words, 0, 0, 1, 3)
        grid.addWidget(self.token, 1, 0)
        grid.addWidget(self.copy, 1, 1)
        grid.addWidget(self.done, 1, 2)
        grid.setColumnStretch(0, 1)
        self.hide()

    def show_new(self, new: NewToken | None) -> None:
        if new is self._new:
            return
        self._new = new
        self.setVisible(new is not None)
        self.token.setText("" if new is None else new.token.reveal())
        self.token.setCursorPosition(0)
        if new is not None:
            self.words.show_text(
                tr("The token of {name}. It is shown this once: put it into a file that only "
                   "{name} can read, and open livedesk with --engine and --token-file.")
                .format(name=new.user.name)
            )  # fmt: skip

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.token.text())


class PeoplePage(SettingsPage):
    """The tab of people. Who may not change them sees why."""

    def __init__(
        self,
        theme: Theme,
        source: PeopleSource,
        rights: Callable[[], Rights],
        now_utc_ns: Callable[[], int],
    ) -> None:
        super().__init__(theme, "people", tr("People"))
        self._source, self._rights, self._now_utc_ns = source, rights, now_utc_ns
        self._listed: tuple[tuple[str, bool], ...] = ()
        self._until_asked = 0
        self.why_not = self.add_words("")
        self.trouble = self.add_words("")
        self.trouble.set_colour(theme.colours.warning)
        self.name = QLineEdit()
        self.role = RoleBox(theme, tr("Role of the new person"))
        self.add = button(theme, tr("Add"), tr("Add this person and make a token"))
        self.new = TokenLine(theme, self._forget)
        self.count = Text(theme, "small", theme.colours.muted)
        self._grid = QGridLayout()
        self._cells: list[QWidget] = []
        self._seen: dict[str, Text] = {}
        self._roles: dict[str, RoleBox] = {}
        self._lay_out()
        self.destroyed.connect(source.forget_new)
        self.refresh()

    def _lay_out(self) -> None:
        self.add_heading(tr("Add somebody"))
        self.name.setFont(self.theme.font("body"))
        self.name.setMaxLength(LONGEST_NAME)
        self.name.setPlaceholderText(tr("Name, such as Mei Tan"))
        self.name.setAccessibleName(tr("Name of the new person"))
        self.name.setMinimumWidth(self.theme.px(240))
        self.name.textChanged.connect(self._show_may_add)
        self.name.returnPressed.connect(self.add.click)
        self.role.show_role("live_operations")
        self.role.currentIndexChanged.connect(self._show_role_words)
        self.add.clicked.connect(self._add)
        self.add_row(self.name, self.role, self.add)
        self.role_words = self.add_words("")
        self._show_role_words()
        self.column.addWidget(self.new)
        self.add_heading(tr("People"))
        self._grid.setHorizontalSpacing(self.theme.gap)
        self._grid.setVerticalSpacing(self.theme.px(6))
        self._grid.setColumnStretch(0, 1)
        self.column.addLayout(self._grid)
        self.column.addWidget(self.count)
        self.column.addStretch(1)

    def refresh(self) -> None:
        rights, known = self._rights(), self._source.known()
        may = rights.may("administer")
        self._show(self.why_not, rights.why_not("administer"))
        problem = known.people.problem if known.people is not None else ""
        self._show(self.trouble, "\n".join(filter(None, (known.trouble, problem))) if may else "")
        self.new.show_new(known.new)
        for widget in (self.name, self.role):
            widget.setEnabled(may)
        self._show_may_add()
        self._show_people(known)
        self._until_asked -= 1
        if may and not known.busy and self._until_asked < 0:
            self._until_asked = ASK_EVERY
            self._source.ask()

    @staticmethod
    def _show(words: Text, text: str) -> None:
        words.show_text(text)
        words.setVisible(bool(text))

    def _show_role_words(self) -> None:
        self.role_words.show_text(role_words(self.role.role()))

    def _show_may_add(self) -> None:
        name = " ".join(self.name.text().split())
        why_not = self._rights().why_not("administer")
        if name and not is_name(name):
            why_not = why_not or tr("Names have letters, digits, blanks and . - _ ' + @ only, and "
                                    "no role is a name.")  # fmt: skip
        self.add.setEnabled(bool(name) and not why_not)
        self.add.setToolTip(why_not or tr("Add this person and make a token"))

    def _add(self) -> None:
        self._source.add(" ".join(self.name.text().split()), self.role.role())
        self.name.clear()

    def _forget(self) -> None:
        self._source.forget_new()
        self.refresh()

    def _show_people(self, known: KnownPeople) -> None:
        if known.people is None:
            self._show(self.count, tr("Not told yet.") if self._rights().may("administer") else "")
            return
        users = known.people.users
        listed = tuple((user.name, user.from_settings) for user in users)
        if listed != self._listed:
            self._listed = listed
            self._list(users)
        for user in users:
            self._seen[user.name].show_text(seen_words(user, self._now_utc_ns()))
            box = self._roles.get(user.name)
            # One that is open is not changed from under the hand.
            if box is not None and not known.busy and not box.view().isVisible():
                box.show_role(user.role)
        text = tr("{n} of {most} people").format(n=len(users), most=known.people.limit)
        self._show(self.count, text if users else tr("Nobody is named yet."))

    def _list(self, users: tuple[User, ...]) -> None:
        for cell in self._cells:
            discard(cell)
        self._cells, self._seen, self._roles = [], {}, {}
        for at, user in enumerate(users):
            for column, cell in enumerate(self._row(user)):
                self._grid.addWidget(cell, at, column)
                self._cells.append(cell)

    def _row(self, user: User) -> tuple[QWidget, ...]:
        theme = self.theme
        name = ElidedText(theme, "body")
        name.show_text(user.name)
        words = self._seen[user.name] = Text(theme, "small", theme.colours.muted)
        if user.from_settings:
            role, where = Text(theme, "body"), Text(theme, "small", theme.colours.muted)
            role.show_text(role_name(user.role))
            where.show_text(tr("in the settings file"))
            return name, role, words, where
        box = RoleBox(theme, tr("Role of {name}").format(name=user.name))
        self._roles[user.name] = box
        box.activated.connect(partial(self._give_role, user.name, box))
        token = button(theme, tr("New token…"), tr("New token for {name}").format(name=user.name))
        token.clicked.connect(partial(self._ask_token, user))
        revoke = button(theme, tr("Revoke…"), tr("Revoke {name}").format(name=user.name))
        revoke.clicked.connect(partial(self._ask_revoke, user))
        return name, box, words, token, revoke

    def _give_role(self, name: str, box: RoleBox, _at: int) -> None:
        self._source.give_role(name, box.role())

    def _ask_token(self, user: User) -> Question:
        return self._ask(
            tr("Give {name} a new token?").format(name=user.name),
            tr("The old one opens nothing from then on, and what is open with it ends."),
            tr("New token"),
            partial(self._source.new_token, user.name),
        )

    def _ask_revoke(self, user: User) -> Question:
        return self._ask(
            tr("Revoke {name}?").format(name=user.name),
            tr("The token opens nothing from then on, and what is open with it ends. What "
               "{name} did stays on record.").format(name=user.name),
            tr("Revoke"),
            partial(self._source.revoke, user.name),
        )  # fmt: skip

    def _ask(self, text: str, detail: str, yes: str, act: Callable[[], None]) -> Question:
        question = Question(self.window(), text, detail)
        question.offer(yes, QMessageBox.ButtonRole.DestructiveRole, act)
        cancel = question.offer(tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
        question.setDefaultButton(cancel)
        question.open()
        return question
