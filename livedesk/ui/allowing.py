"""Which buttons are held back from who may not press them, and how do they say why?

A panel enables its buttons by what goes on; whether the person may is asked here, once for all, so
that no panel forgets it. The engine refuses all the same: this only shows what is worth trying.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QWidget

from livedesk.core.roles import Right
from livedesk.desk.rights import Rights


class PushButton(QPushButton):
    """One that can be held back, whatever else enables it meanwhile."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.right: Right | None = None
        """What it takes to press it; None: anybody may."""
        self._enabled, self._hint, self._description = True, "", ""
        self._why_not = ""

    @property
    def why_not(self) -> str:
        """Why it is held back; empty while it is not."""
        return self._why_not

    def hold_back(self, why_not: str) -> None:
        if why_not == self._why_not:
            return
        self._why_not = why_not
        super().setEnabled(self._enabled and not why_not)
        super().setToolTip(why_not or self._hint)
        super().setAccessibleDescription(why_not or self._description)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter does what is written on the button that has the keys. Left to itself a dialog does
        what its lit button says, also for who has gone on to Cancel."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
        else:
            super().keyPressEvent(event)

    def setEnabled(self, enabled: bool) -> None:  # noqa: N802 - Qt's name
        self._enabled = enabled
        super().setEnabled(enabled and not self._why_not)

    def setToolTip(self, text: str) -> None:  # noqa: N802 - Qt's name
        self._hint = text
        super().setToolTip(self._why_not or text)

    def setAccessibleDescription(self, text: str) -> None:  # noqa: N802 - Qt's name
        self._description = text
        super().setAccessibleDescription(self._why_not or text)


Push = TypeVar("Push", bound=PushButton)


def needs(right: Right, push: Push) -> Push:
    """The button, which only those with the right may press."""
    push.right = right
    return push


class Holder:
    """Of one window: holds back what its person may not press."""

    def __init__(self, window: QWidget, note: Callable[[str], None]) -> None:
        """`note` tells the person at the window something."""
        self._window, self._note = window, note
        self._rights = Rights()

    def refused(self, right: Right) -> bool:
        """Whether a key is of no use to the person. It does not do nothing: they are told why."""
        why_not = self._rights.why_not(right)
        if why_not:
            self._note(why_not)
        return bool(why_not)

    def hold_back(self, rights: Rights) -> None:
        """With every refresh, as panels make buttons anew. Who may everything costs nothing."""
        if rights.all and self._rights.all:
            return
        self._rights = rights
        for push in self._window.findChildren(PushButton):
            if push.right is not None:
                push.hold_back(rights.why_not(push.right))
