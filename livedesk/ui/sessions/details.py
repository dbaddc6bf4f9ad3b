"""What is this session: when it was, what it amounts to, what went wrong, what can be done with
it?"""

from __future__ import annotations

from datetime import tzinfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from livedesk.core.records import RecordedSession
from livedesk.desk.record_list import length_s
from livedesk.desk.record_words import (
    count_words,
    length_words,
    reading_words,
    seal_words,
    session_name,
    size_words,
    started_words,
    state_words,
)
from livedesk.desk.records import KnownFigures
from livedesk.desk.rights import Rights
from livedesk.desk.words import platform_name, tr
from livedesk.ui.basics import Panel, Text, button, show_tone
from livedesk.ui.pages import scrolled
from livedesk.ui.sessions.figures import FigureGrid, IncidentList, wrapped
from livedesk.ui.shapes import ShapeMark
from livedesk.ui.theme import Theme

NAMES_SHOWN = 12
"""Of several that are chosen."""


class SessionDetails(Panel):
    """The chosen session; of several, how many they are and what they weigh."""

    opened = Signal()
    export_asked = Signal()
    compare_asked = Signal()
    keep_asked = Signal()
    delete_asked = Signal()

    def __init__(self, theme: Theme, zone: tzinfo | None = None) -> None:
        super().__init__(theme, tr("Session"))
        self._theme, self._zone = theme, zone
        muted = theme.colours.muted
        self.name = wrapped(theme, "title")
        self.when = wrapped(theme, "small", muted)
        self.mark = ShapeMark(theme, 16)
        self.state = wrapped(theme, "small", muted)
        self.open = button(theme, tr("Open"), tr("See it as it was, second by second (Enter)"))
        self.export = button(theme, tr("Export…"), tr("Write the report and its tables (E)"))
        self.compare = button(theme, tr("Compare…"), tr("Two sessions side by side (C)"))
        self.keep = button(theme, tr("Keep…"), tr("It must not be deleted (K)"))
        self.delete = button(theme, tr("Delete…"), tr("Delete it for good (Del)"))
        self.headline = wrapped(theme, "strong")
        self.trouble = wrapped(theme, "body", theme.colours.warning)
        self.figures = FigureGrid(theme)
        self.incidents = IncidentList(theme)
        self.incidents_heading = self._heading(tr("Incidents"))
        self.seal_mark = ShapeMark(theme, 16)
        self.seal = wrapped(theme, "small", muted)
        self.nothing = wrapped(theme, "body", muted)
        self._body = QWidget()
        self._figures = QWidget()
        self._area = self._lay_out()
        show_tone(self.open, "main")
        for push, signal in (
            (self.open, self.opened), (self.export, self.export_asked),
            (self.compare, self.compare_asked), (self.keep, self.keep_asked),
            (self.delete, self.delete_asked),
        ):  # fmt: skip
            push.clicked.connect(signal)

    def _heading(self, text: str) -> Text:
        heading = Text(self._theme, "caption", self._theme.colours.faint)
        heading.show_text(text.upper())
        heading.setContentsMargins(0, self._theme.px(8), 0, 0)
        return heading

    def _lay_out(self) -> QScrollArea:
        """What scrolls."""
        px = self._theme.px
        acts = QHBoxLayout()
        acts.setSpacing(px(6))
        for push in (self.open, self.export, self.compare):
            acts.addWidget(push)
        acts.addStretch(1)
        others = QHBoxLayout()
        others.setSpacing(px(6))
        for push in (self.keep, self.delete):
            others.addWidget(push)
        others.addStretch(1)
        told = QVBoxLayout(self._figures)
        told.setContentsMargins(0, 0, 0, 0)
        told.setSpacing(px(8))
        for part in (self.headline, self.figures, self.incidents_heading, self.incidents):
            told.addWidget(part)
        told.addLayout(self._marked(self.seal_mark, self.seal))
        body = QVBoxLayout(self._body)
        body.setContentsMargins(0, 0, px(8), 0)
        body.setSpacing(px(8))
        body.addWidget(self.name)
        body.addWidget(self.when)
        body.addLayout(self._marked(self.mark, self.state))
        body.addLayout(acts)
        body.addLayout(others)
        body.addWidget(self.trouble)
        body.addWidget(self._figures)
        body.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(px(n) for n in (16, 14, 10, 10)))
        column.addWidget(self.nothing)
        column.addStretch(0)
        area = scrolled(self._body)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(area, 1)
        self.setMinimumWidth(px(310))
        return area

    def _marked(self, mark: ShapeMark, words: Text) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(self._theme.px(8))
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(words, 1)
        return row

    def show_chosen(
        self, chosen: tuple[RecordedSession, ...], known: KnownFigures, rights: Rights, hint: str
    ) -> None:
        """`known`: of the one, where one is chosen. `hint`: what to say while none is."""
        self._area.setVisible(bool(chosen))
        self.nothing.setVisible(not chosen)
        self.nothing.show_text(hint)
        if not chosen:
            return
        self._show_acts(chosen, rights)
        if len(chosen) == 1:
            self._show_one(chosen[0], known)
        else:
            self._show_several(chosen)

    def _show_one(self, session: RecordedSession, known: KnownFigures) -> None:
        self.name.show_text(session_name(session))
        parts = [started_words(session, self._zone)]
        if session.platform:
            parts.append(platform_name(session.platform))
        if session.sandbox:
            parts.append(tr("rehearsal"))
        length = length_s(session)
        if length is not None:
            parts.append(length_words(length))
        parts += [size_words(session.bytes), session.id]
        self.when.show_text(" · ".join(parts))
        look, words = state_words(session)
        self.mark.show_look(look)
        self.mark.setVisible(True)
        self.state.show_text(words)
        self._show_figures(session, known)

    def _show_figures(self, session: RecordedSession, known: KnownFigures) -> None:
        figures = known.figures
        trouble = known.trouble
        if session.problem is not None:
            trouble = tr(
                "What can still be read of it is not lost. On the engine's machine, in its data "
                "folder: livedesk recover {file}"
            ).format(file=session.file)
        elif figures is None and not trouble:
            trouble = reading_words(known.waited_s)
        self.trouble.show_text(trouble)
        self.trouble.setVisible(bool(trouble))
        is_waiting = session.problem is None and not known.trouble
        colours = self._theme.colours
        self.trouble.set_colour(colours.muted if is_waiting else colours.warning)
        self._figures.setVisible(figures is not None)
        if figures is None:
            return
        self.headline.show_text(figures.headline)
        self.headline.setVisible(bool(figures.headline))
        self.figures.show_figures(figures.figures)
        self.incidents.show_incidents(figures.incidents)
        look, words = seal_words(figures)
        self.seal_mark.show_look(look)
        self.seal.show_text(words)

    def _show_several(self, chosen: tuple[RecordedSession, ...]) -> None:
        self.name.show_text(count_words(chosen))
        names = [
            f"{session_name(each)}, {started_words(each, self._zone)}"
            for each in chosen[:NAMES_SHOWN]
        ]
        if len(chosen) > NAMES_SHOWN:
            names.append(tr("and {n} more").format(n=len(chosen) - NAMES_SHOWN))
        self.when.show_text("\n".join(names))
        self.mark.setVisible(False)
        self.state.show_text("")
        self.trouble.setVisible(False)
        self._figures.setVisible(False)

    def _show_acts(self, chosen: tuple[RecordedSession, ...], rights: Rights) -> None:
        readable = any(each.problem is None for each in chosen)
        unreadable = "" if readable else tr("This file cannot be read.")
        one = "" if len(chosen) == 1 else tr("Choose one session.")
        two = "" if len(chosen) == 2 else tr("Choose two sessions: Shift or Ctrl.")
        is_kept = all(each.kept for each in chosen)
        self.keep.setText(tr("Release…") if is_kept else tr("Keep…"))
        fixed = [each for each in chosen if each.open or each.kept]
        held = tr("What is being written or kept is not deleted.") if len(fixed) == len(
            chosen
        ) else ""  # fmt: skip
        records, administer = rights.why_not("records"), rights.why_not("administer")
        for push, why_not in (
            (self.open, records or one or unreadable),
            (self.export, records or unreadable),
            (self.compare, records or two or unreadable),
            (self.keep, records),
            (self.delete, administer or held),
        ):
            push.setEnabled(not why_not)
            push.setToolTip(why_not or push.accessibleName())
