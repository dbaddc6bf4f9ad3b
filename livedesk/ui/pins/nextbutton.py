"""The button and key for the next product: it names what it fires, and what it fires instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QHBoxLayout, QWidget

from livedesk.desk.asked import Guard
from livedesk.desk.model import Moment
from livedesk.desk.next_up import NextUp
from livedesk.desk.pin_words import title_of
from livedesk.desk.showlines import ShowLine
from livedesk.desk.words import tr
from livedesk.ui.allowing import needs
from livedesk.ui.basics import button, show_tone
from livedesk.ui.shapes import shape_icon
from livedesk.ui.theme import Theme

LONGEST = 26
"""Characters of a title: a button cannot elide its text."""

Tone = Literal["main", "armed", ""]


class NextButton(QWidget):
    """One press fires what is next up; where that cannot be pinned, a second fires another."""

    fired = Signal(object)
    """A `ShowLine`, as it stood on the button when it was pressed."""
    stopped = Signal(object)
    """The `ShowLine` that is next up and cannot be pinned."""

    def __init__(self, theme: Theme, now: Callable[[], Moment]) -> None:
        super().__init__()
        self._theme, self._now = theme, now
        self._guard = Guard()
        self._next, self._stale = NextUp(), False
        self._shown = ("", "", "")
        self.push = needs("pin", button(theme, tr("Next"), tr("Fire what is next up (N)")))
        self.push.setFont(theme.font("strong"))
        self.push.clicked.connect(self.press)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.push)

    @property
    def reason(self) -> str:
        """Why what is next up cannot be pinned, and the way out; empty when it can."""
        line, instead, refusal = self._next.line, self._next.instead, self._next.refusal
        if line is None or not refusal:
            return ""
        why = tr("{title}: {why}").format(title=_short(line.title), why=refusal)
        if instead is None:
            return why
        return tr("{why} N twice fires {title}").format(why=why, title=_short(instead.title))

    def show_next(self, following: NextUp, *, stale: bool = False) -> None:
        """Called with every snapshot: what is armed runs out by itself. `stale`: it may be another
        by now, so nothing invites to a press."""
        self._next, self._stale = following, stale
        words, tone = self._words()
        if (words, tone, self.reason) == self._shown:
            return
        self._shown = words, tone, self.reason
        stopped = bool(following.refusal) and tone != "armed"
        ratio = self.devicePixelRatioF()
        # The style puts an icon close to the text.
        self.push.setText(f" {words}" if stopped else words)
        self.push.setIcon(shape_icon("warning", self._theme, 14, ratio) if stopped else QIcon())
        self.push.setToolTip(self.reason or self.push.accessibleName())
        self.push.setAccessibleDescription(f"{words} {self.reason}".strip())
        self.push.setEnabled(following.line is not None)
        show_tone(self.push, tone)

    def press(self) -> None:
        line, instead = self._next.line, self._next.instead
        if line is None:
            return
        if instead is None:
            # Where nothing else is left the engine is asked all the same: it may know better by
            # now, and its refusal is on record.
            self.fired.emit(line)
        elif self._guard.press(_key(line, instead), self._now()):
            self.fired.emit(instead)
        else:
            self.stopped.emit(line)
        self.show_next(self._next, stale=self._stale)

    @property
    def _is_armed(self) -> bool:
        line, instead = self._next.line, self._next.instead
        if line is None or instead is None:
            return False
        return self._guard.left_s(_key(line, instead), self._now()) is not None

    def _words(self) -> tuple[str, Tone]:
        line, instead = self._next.line, self._next.instead
        if line is None:
            return tr("Nothing is next"), ""
        if instead is not None and self._is_armed:
            return tr("N again: {title}").format(title=_short(instead.title)), "armed"
        tone: Tone = "" if self._next.refusal or self._stale else "main"
        return tr("Next (N): {title}").format(title=_short(line.title)), tone


def _key(line: ShowLine, instead: ShowLine) -> str:
    return f"{line.cue_id} {instead.cue_id}"


def _short(title: str) -> str:
    return title_of(title, LONGEST)
