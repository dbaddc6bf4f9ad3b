"""How is somebody told who looks at another window? By a notification of the desktop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from livedesk.desk.preferences import PreferenceBook
from livedesk.desk.words import tr

LONGEST = 240
"""Letters of a notification; desktops cut longer ones anywhere."""


class Way(Protocol):
    """What puts a notification on the screen. Whether it failed may be known only later."""

    def show(self, title: str, text: str, *, urgent: bool) -> None: ...

    @property
    def problem(self) -> str: ...


class Notices:
    """Tells what the operator wants to be told. That it cannot be shown is told, never raised."""

    def __init__(
        self,
        book: PreferenceBook,
        find_way: Callable[[], Way | None],
        is_in_front: Callable[[], bool],
    ) -> None:
        """`find_way` is called with the first notification; None if the desktop has none.

        `is_in_front`: whether a window of ours has the keys, so that its user sees it anyway.
        """
        self._book = book
        self._find_way = find_way
        self._is_in_front = is_in_front
        self._way: Way | None = None
        self._problem = ""

    @property
    def problem(self) -> str:
        return self._problem or (self._way.problem if self._way is not None else "")

    def tell(self, title: str, text: str, *, urgent: bool = False) -> None:
        if self._book.now.notifications and not self._is_in_front():
            self._show(title, text, urgent=urgent)

    def test(self) -> None:
        """Show one, whatever is preferred: somebody asked."""
        self._show(tr("livedesk"), tr("This is how a new alarm is told."), urgent=False)

    def _show(self, title: str, text: str, *, urgent: bool) -> None:
        # A desktop that had none may have one by now.
        self._way = self._way or self._find_way()
        if self._way is None:
            self._problem = tr("This desktop shows no notifications for programs. Alarms are "
                               "still shown and heard in livedesk.")  # fmt: skip
            return
        self._problem = ""
        self._way.show(title, _cut(text), urgent=urgent)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"
