"""What did the last key do, or why did it not, and what does U take back?"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QWidget

from livedesk.core.clock import NS_PER_S
from livedesk.desk.looks import LIT, Look
from livedesk.desk.model import Moment
from livedesk.desk.moderation_words import decision_name
from livedesk.desk.queue_text import cut
from livedesk.desk.queue_view import BatchProgress, QueueDesk
from livedesk.desk.words import number, tr
from livedesk.ui.basics import ElidedText
from livedesk.ui.shapes import ShapeMark
from livedesk.ui.theme import Theme

REMARK_S = 5.0
"""As long as a first press waits for its second."""

NOTE_S = 12.0
LONGEST = 60


class ToldLine(QWidget):
    """One line; its room is always there, so that nothing jumps."""

    def __init__(self, theme: Theme, now: Callable[[], Moment]) -> None:
        super().__init__()
        self._theme = theme
        self._now = now
        self._remark: tuple[str, Moment] | None = None
        self.mark = ShapeMark(theme, 14)
        self.text = ElidedText(theme, "small", theme.colours.muted)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(10), 0, theme.px(10), 0)
        row.setSpacing(theme.px(6))
        row.addWidget(self.mark)
        row.addWidget(self.text, 1)
        self.setFixedHeight(theme.px(22))

    def say(self, text: str) -> None:
        """About what a person just did; it goes by itself."""
        self._remark = text, self._now()
        self._show("notice", text)

    def forget(self) -> None:
        self._remark = None

    def show_source(self, source: QueueDesk) -> None:
        now = self._now()
        if self._remark is not None and now.since_s(self._remark[1]) < REMARK_S:
            return
        self._remark = None
        self._show(*_told(source, now))

    def _show(self, look: Look, text: str) -> None:
        lit = look in LIT
        self.mark.setVisible(lit or look == "busy")
        self.mark.show_look(look)
        self.text.show_text(text)
        self.text.set_colour(self._theme.colour(look) if lit else self._theme.colours.muted)


def _told(source: QueueDesk, now: Moment) -> tuple[Look, str]:
    """What failed, then what is under way, then what can be taken back."""
    notes = source.notes
    if notes and now.utc_ns - notes[0].utc_ns < NOTE_S * NS_PER_S:
        return "warning", notes[0].text
    progress, last = source.progress, source.undoable
    if progress is not None and not progress.is_over:
        return "busy", _progress_words(progress)
    if last is None:
        return "idle", tr("J next, A approve, H hide, 1 to 9 reply; F1 shows all keys")
    what = decision_name(last.kind)
    text, author = cut(last.text, LONGEST), cut(last.author, LONGEST)
    if len(last.item_ids) > 1:
        what = tr("{what}, {n} comments").format(what=what, n=number(len(last.item_ids)))
    return "idle", tr("U takes back: {what} · {author}: {text}").format(
        what=what, author=author, text=text
    )


def _progress_words(progress: BatchProgress) -> str:
    told = tr("{what}: {done} of {n} done").format(
        what=decision_name(progress.kind), done=number(progress.done), n=number(progress.total)
    )
    refused = tr("{n} refused").format(n=number(progress.refused)) if progress.refused else ""
    return " · ".join(filter(None, (told, refused, progress.why)))
