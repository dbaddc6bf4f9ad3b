"""What says that this is a record, and what moves in it? The banner and the controls."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from livedesk.core.records import RecordedSession
from livedesk.desk.record_words import session_name
from livedesk.desk.replay import SPEEDS, ReplayView, Speed
from livedesk.desk.words import show_clock, tr
from livedesk.ui.allowing import needs
from livedesk.ui.basics import ElidedText, Panel, Text, button, keep_room, show_tone
from livedesk.ui.sessions.scrubber import Scrubber, Stretch
from livedesk.ui.settings.choices import OneOf
from livedesk.ui.theme import Theme


class RecordBanner(Panel):
    """`RECORD · store · date · not live`, at all times."""

    def __init__(self, theme: Theme, session: RecordedSession, started: str) -> None:
        super().__init__(theme, tr("Record"))
        colours, px = theme.colours, theme.px
        self.set_frame(colours.notice_ground, colours.notice, px(5))
        self.word = Text(theme, "title", colours.notice)
        self.word.show_text(tr("RECORD"))
        self.told = ElidedText(theme, "strong")
        self.told.show_text(" · ".join([session_name(session), started, tr("not live")]))
        self.state = ElidedText(theme, "body", colours.muted)
        self.evidence = needs("records", button(theme, tr("Evidence…")))
        self.back = button(theme, tr("Back to the list"), tr("Back to the list (Esc)"))
        row = QHBoxLayout(self)
        row.setContentsMargins(*(px(n) for n in (14, 3, 6, 3)))
        row.setSpacing(theme.pad)
        row.addWidget(self.word)
        row.addWidget(self.told, 3)
        row.addWidget(self.state, 2)
        row.addWidget(self.evidence)
        row.addWidget(self.back)

    def show_state(self, words: str) -> None:
        self.state.show_text(words)


class ReplayControls(QWidget):
    """Play, speed, clocks, the chosen stretch, and the scrubber."""

    play_asked = Signal(int)
    """A `Speed`."""
    clear_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._speed: Speed = 1
        self.scrubber = Scrubber(theme)
        self.play = button(theme, tr("Play"), tr("Play or pause (Space)"))
        offers = tuple((speed, f"{speed}×") for speed in SPEEDS)
        self.speeds: OneOf[Speed] = OneOf(theme, tr("Speed"), offers, self._choose_speed)
        self.clock = Text(theme, "strong")
        self.before = button(theme, "‹", tr("To the mark before (Shift+M)"))
        self.after = button(theme, "›", tr("To the next mark (M)"))
        self.hint = ElidedText(theme, "small", theme.colours.muted)
        self.clear = button(theme, tr("Choose none"), tr("No stretch (Esc)"))
        keep_room(self.clear)
        row = QHBoxLayout()
        row.setSpacing(theme.gap)
        for part in (self.play, self.speeds, self.before, self.after):
            row.addWidget(part)
        row.addSpacing(theme.pad)
        row.addWidget(self.clock)
        row.addSpacing(theme.pad)
        row.addWidget(self.hint, 1)
        row.addWidget(self.clear)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(3))
        column.addLayout(row)
        column.addWidget(self.scrubber)
        self.speeds.show_value(self._speed)
        self.play.clicked.connect(self._toggle)
        self.clear.clicked.connect(self.clear_asked)

    def show_replay(self, view: ReplayView, stretch: Stretch | None, wall: str) -> None:
        if view.speed:
            self._speed = view.speed
        self.speeds.show_value(self._speed)
        text = tr("Pause") if view.speed else tr("Play")
        self.play.setText(text)
        self.play.setProperty("playing", bool(view.speed))
        show_tone(self.play, "set" if view.speed else "main")
        at, length = view.at_s - view.begin_s, view.end_s - view.begin_s
        self.clock.show_text(f"{show_clock(at)} / {show_clock(length)} · {wall}")
        self.hint.show_text(_hint(view, stretch))
        self.clear.setVisible(stretch is not None)
        self.scrubber.show_session((view.begin_s, view.end_s), view.at_s, view.marks, stretch)

    def toggle(self, view: ReplayView) -> None:
        self.play_asked.emit(0 if view.speed else self._speed)

    def _toggle(self) -> None:
        self.play_asked.emit(0 if self.play.property("playing") else self._speed)

    def _choose_speed(self, speed: Speed) -> None:
        self._speed = speed
        self.play_asked.emit(speed)


def _hint(view: ReplayView, stretch: Stretch | None) -> str:
    if stretch is None:
        return tr("Shift+drag, or [ and ], choose a stretch for evidence")
    begin, end = (show_clock(t - view.begin_s) for t in (stretch.begin_s, stretch.end_s))
    return tr("Chosen: {begin} to {end}").format(begin=begin, end=end)
