"""How did a session on record look? The feed page as it was at an instant, in a frame that says so.

Nothing live gets in: what it shows is of the record, orders are off, and nothing in it sounds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from livedesk.core.clock import NS_PER_S
from livedesk.core.records import RecordedSession
from livedesk.desk.client import Picture
from livedesk.desk.exporting import ExportSource
from livedesk.desk.previews import Preview
from livedesk.desk.record_client import EvidenceWish, ExportWish
from livedesk.desk.record_words import session_name, started_words
from livedesk.desk.replay import ReplaySource, ReplayView, Speed
from livedesk.desk.words import show_clock, tr, wall_clock
from livedesk.ui.basics import Panel, Text
from livedesk.ui.feed.page import FeedPage
from livedesk.ui.feed.uplinks import Orders
from livedesk.ui.pages import scrolled
from livedesk.ui.sessions.evidence import EvidenceDialog
from livedesk.ui.sessions.exportline import ExportLine
from livedesk.ui.sessions.replaybar import RecordBanner, ReplayControls
from livedesk.ui.sessions.scrubber import Stretch
from livedesk.ui.theme import Theme

STEP_S: Final = 1.0
FAR_STEP_S: Final = 10.0
LEAST_STRETCH_S: Final = 1.0
LEAST_FOR_LANES: Final = 780
"""Height in pixels at scale 1."""


@dataclass(frozen=True, slots=True)
class EvidencePlace:
    """Who packs evidence, and where it goes unless another folder is chosen."""

    exports: ExportSource
    folder: Path
    show_folder: Callable[[Path], None]


class ReplayPage(QWidget):
    """Over the browser, until it is closed."""

    closed = Signal()

    def __init__(
        self,
        theme: Theme,
        session: RecordedSession,
        source: ReplaySource,
        evidence: EvidencePlace,
        zone: tzinfo | None = None,
    ) -> None:
        super().__init__()
        self.setAccessibleName(tr("Record of {store}").format(store=session_name(session)))
        self._theme, self._zone = theme, zone
        self._session, self._source, self._evidence = session, source, evidence
        self._stretch: Stretch | None = None
        self._view = source.look()
        self._frame = Panel(theme, tr("Record"))
        self._frame.set_frame(theme.colours.ground, theme.colours.notice)
        self.banner = RecordBanner(theme, session, started_words(session, zone))
        self.feed = FeedPage(theme, zone)
        self._page = scrolled(self.feed)
        self.message = Text(theme, "title", theme.colours.muted)
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.message.setWordWrap(True)
        self.controls = ReplayControls(theme)
        self.export_line = ExportLine(theme, evidence.exports, evidence.show_folder)
        follow = self.feed.plots.follow
        follow.setText(tr("Follow"))
        follow.setAccessibleName(tr("Keep the instant in view"))
        follow.setToolTip(tr("Keep the instant in view"))
        self._lay_out()
        self._wire()
        self.refresh()

    def _lay_out(self) -> None:
        px = self._theme.px
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(self._frame)
        column = QVBoxLayout(self._frame)
        column.setContentsMargins(*(px(6),) * 4)
        column.setSpacing(px(5))
        column.addWidget(self.banner)
        column.addWidget(self._page, 1)
        column.addWidget(self.message, 1)
        column.addWidget(self.controls)
        column.addWidget(self.export_line)

    def _wire(self) -> None:
        self.setFocusProxy(self.controls.scrubber)
        self.banner.back.clicked.connect(self.closed)
        self.banner.evidence.clicked.connect(self.ask_evidence)
        self.controls.play_asked.connect(self._play)
        self.controls.clear_asked.connect(self.choose_none)
        self.controls.before.clicked.connect(lambda: self._step_mark(-1))
        self.controls.after.clicked.connect(lambda: self._step_mark(1))
        self.controls.scrubber.moved.connect(self._seek)
        self.controls.scrubber.stretched.connect(self.choose)

    # What it shows

    @property
    def stretch(self) -> Stretch | None:
        return self._stretch

    def refresh(self) -> None:
        """Ten times a second while it is in sight."""
        self._show_place()
        view = self._view
        is_known = view.view is not None
        self._page.setVisible(is_known)
        self.message.setVisible(not is_known)
        self.message.show_text(view.trouble or tr("The engine reads the record…"))
        self.export_line.show_run(self._evidence.exports.run())
        if view.view is not None:
            off = tr("This is a record: nothing can be ordered in it.")
            self.feed.show_store(
                view.view, True, self._source.plots, _preview(view), view.events,
                Orders(off=off), tr("No picture was kept near this instant."),
            )  # fmt: skip

    def _show_place(self) -> None:
        """Where somebody is, with each move of a hand; what was there follows with the next
        refresh."""
        view = self._view = self._source.look()
        wall = wall_clock(round(view.at_s * NS_PER_S), self._zone)
        self.controls.show_replay(view, self._stretch, wall)
        self.banner.show_state(_state_words(view))
        why_not = "" if self._stretch else tr("Choose a stretch first: Shift+drag, or [ and ].")
        self.banner.evidence.setEnabled(not why_not)
        self.banner.evidence.setToolTip(why_not)

    # What a person does

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        far = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        step_s = FAR_STEP_S if far else STEP_S
        match event.key():
            case Qt.Key.Key_Space if not event.isAutoRepeat():
                self.controls.toggle(self._view)
            case Qt.Key.Key_Left:
                self._source.step(-step_s)
            case Qt.Key.Key_Right:
                self._source.step(step_s)
            case Qt.Key.Key_Home:
                self._source.seek(self._view.begin_s)
            case Qt.Key.Key_End:
                self._source.seek(self._view.end_s)
            case Qt.Key.Key_N:
                self._source.step_mark(-1 if far else 1, incidents=True)
            case Qt.Key.Key_M:
                self._source.step_mark(-1 if far else 1)
            case Qt.Key.Key_BracketLeft:
                self._choose_from(self._view.at_s, None)
            case Qt.Key.Key_BracketRight:
                self._choose_from(None, self._view.at_s)
            case Qt.Key.Key_Escape if self._stretch is not None:
                self.choose_none()
            case Qt.Key.Key_Escape:
                self.closed.emit()
                return
            case _:
                super().keyPressEvent(event)
                return
        self._show_place()

    def choose(self, stretch: Stretch | None) -> None:
        """A stretch for evidence; a shorter one than a second is none."""
        is_one = stretch is not None and stretch.end_s - stretch.begin_s >= LEAST_STRETCH_S
        self._stretch = stretch if is_one else None
        self.refresh()

    def choose_none(self) -> None:
        self.choose(None)

    def _choose_from(self, begin_s: float | None, end_s: float | None) -> None:
        """One end is given; the other stays, or is that of the session where it would be behind."""
        old = self._stretch or Stretch(self._view.begin_s, self._view.end_s)
        begin_s = old.begin_s if begin_s is None else begin_s
        end_s = old.end_s if end_s is None else end_s
        if end_s <= begin_s:
            is_begin_given = begin_s != old.begin_s
            begin_s, end_s = (
                (begin_s, self._view.end_s) if is_begin_given else (self._view.begin_s, end_s)
            )
        self.choose(Stretch(begin_s, end_s))

    def ask_evidence(self) -> None:
        """Why, and where to; then it is packed."""
        stretch = self._stretch
        if stretch is None:
            return
        begin, end = (show_clock(t - self._view.begin_s) for t in (stretch.begin_s, stretch.end_s))
        words = tr("{store}, {begin} to {end}").format(
            store=session_name(self._session), begin=begin, end=end
        )

        def pack(reason: str, folder: Path) -> None:
            wish = EvidenceWish(stretch.begin_s, stretch.end_s, reason)
            self._evidence.exports.start(ExportWish((self._session.id,), (), evidence=wish), folder)
            self.refresh()

        EvidenceDialog(self._theme, self, words, self._evidence.folder, pack).open()

    def let_go(self) -> None:
        """It is closed: nothing is fetched for it any more."""
        self._source.close()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """On a small screen the uplinks need the room; the scrubber has the same marks."""
        super().resizeEvent(event)
        has_room = event.size().height() >= self._theme.px(LEAST_FOR_LANES)
        self.feed.docks.parts["timeline"].setVisible(has_room)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """What nobody sees does not play on."""
        self._source.play(0)
        super().hideEvent(event)

    def _seek(self, at_s: float) -> None:
        self._source.seek(at_s)
        self._show_place()

    def _step_mark(self, by: int) -> None:
        self._source.step_mark(by)
        self._show_place()

    def _play(self, speed: Speed) -> None:
        self._source.play(speed)
        self.refresh()


def _state_words(view: ReplayView) -> str:
    if view.trouble:
        return view.trouble.replace("\n", " ")
    if not view.is_loaded:
        return tr("Reading the record…")
    if view.is_behind:
        return tr("Reading {time}…").format(time=show_clock(view.at_s - view.begin_s))
    return ""


def _preview(view: ReplayView) -> Preview | None:
    """A picture of then is not old: it is of its time."""
    return None if view.still is None else Preview(Picture(view.still.jpeg, 0.0), 0.0)
