"""What becomes of the newest cue: in large letters, against the budget."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from livedesk.desk.looks import LIT, Look
from livedesk.desk.pin_words import PinView, ms, title_of
from livedesk.desk.pins import PinsView
from livedesk.desk.words import age, tr, wall_clock
from livedesk.ui.basics import ElidedText, Panel, Text
from livedesk.ui.shapes import ShapeMark, look_name
from livedesk.ui.theme import Theme

BUDGET_SHARE = 2 / 3
"""Where on the bar the budget ends: what is late has room to show by how much."""


class LatencyBar(QWidget):
    """Time since the cue, or the latency, against the budget."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: tuple[float | None, float, Look] = (None, 800.0, "idle")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Time since the cue"))

    def show_time(self, time_ms: float | None, budget_ms: float, look: Look) -> None:
        if (time_ms, budget_ms, look) == self._shown:
            return
        self._shown = time_ms, budget_ms, look
        of = tr("{time} of {budget}").format(time=ms(time_ms), budget=ms(budget_ms))
        self.setAccessibleDescription(of)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(self._theme.px(160), self._theme.px(30))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        time_ms, budget_ms, look = self._shown
        px, colours = self._theme.px, self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(0, px(2), self.width(), px(10))
        path = QPainterPath()
        path.addRoundedRect(track, px(3), px(3))
        painter.fillPath(path, QColor(colours.raised))
        limit = track.width() * BUDGET_SHARE
        if time_ms is not None and budget_ms > 0:
            share = min(1.0, time_ms / budget_ms * BUDGET_SHARE)
            colour = colours.muted if look not in LIT else self._theme.colour(look)
            if look == "busy":
                colour = colours.warning if time_ms > budget_ms else colours.text
            painter.setClipPath(path)
            painter.fillRect(
                QRectF(track.left(), track.top(), track.width() * share, track.height()),
                QColor(colour),
            )
            painter.setClipping(False)
        painter.fillRect(QRectF(limit - px(1), 0, px(2), px(14)), QColor(colours.text))
        font = self._theme.font("small")
        painter.setFont(font)
        painter.setPen(QColor(colours.faint))
        text = ms(budget_ms)
        width = QFontMetrics(font).horizontalAdvance(text)
        painter.drawText(QRectF(limit - width / 2, px(14), width + 2, px(16)),
                         Qt.AlignmentFlag.AlignLeft, text)  # fmt: skip
        painter.drawText(QRectF(0, px(14), px(40), px(16)), Qt.AlignmentFlag.AlignLeft, "0")
        painter.end()


class NewestPanel(Panel):
    """The newest pin: word, shape, figure, title, bar, and why."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("Newest pin"))
        self._theme = theme
        colours, px = theme.colours, theme.px
        self.caption = Text(theme, "caption", colours.faint)
        self.caption.show_text(tr("Newest pin").upper())
        self.when = Text(theme, "small", colours.faint)
        self.mark = ShapeMark(theme, 26)
        self.word = ElidedText(theme, "clock")
        self.figure = Text(theme, "clock")
        self.title = ElidedText(theme, "title")
        self.bar = LatencyBar(theme)
        self.note = ElidedText(theme, "body", colours.muted)
        self.seen = ElidedText(theme, "small", colours.muted)
        # Scripts have line heights of their own; the panels below must not move with each title.
        for line, height in ((self.title, 21), (self.note, 18), (self.seen, 17), (self.word, 34)):
            line.setFixedHeight(px(height))
        top, state = QHBoxLayout(), QHBoxLayout()
        top.addWidget(self.caption)
        top.addStretch(1)
        top.addWidget(self.when)
        state.setSpacing(px(10))
        state.addWidget(self.mark)
        state.addWidget(self.word, 1)
        state.addWidget(self.figure)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(px(n) for n in (14, 8, 14, 8)))
        column.setSpacing(px(3))
        column.addLayout(top)
        column.addLayout(state)
        column.addWidget(self.title)
        column.addWidget(self.bar)
        column.addWidget(self.note)
        column.addWidget(self.seen)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_pins(self, pins: PinsView) -> None:
        pin = pins.newest
        self.seen.show_text(seen_words(pins))
        self._show_caption(pins)
        if pin is None:
            self._show_none(pins)
            return
        self.mark.show_look(pin.look)
        self.word.show_text(pin.word)
        self.figure.show_text(pin.figure)
        self.title.show_text(pin.title)
        self.note.show_text(pin.note)
        who = " · ".join(filter(None, (pin.source, _when(pin))))
        self.when.show_text(who)
        time_ms = pin.latency_ms if pin.latency_ms is not None else pin.elapsed_ms
        self.bar.show_time(time_ms, pins.budget_ms, pin.look)
        self._show_look(pin.look, pins.stale)
        # A figure that counts on is not read out ten times a second.
        told = (pin.word, look_name(pin.look), "" if pin.elapsed_ms is not None else pin.figure,
                pin.title, pin.note, self.seen.text())  # fmt: skip
        self.setAccessibleDescription(", ".join(filter(None, told)))

    def _show_caption(self, pins: PinsView) -> None:
        stale = tr("no news for {age}").format(age=age(pins.age_s))
        caption = tr("Newest pin")
        self.caption.show_text(f"{caption} · {stale}".upper() if pins.stale else caption.upper())

    def _show_none(self, pins: PinsView) -> None:
        self.mark.show_look("unknown" if pins.stale else "idle")
        self.word.show_text(tr("Nothing cued yet"))
        for part in (self.figure, self.note, self.when):
            part.show_text("")
        hint = tr("N fires what is next up; 1 to 9 fire the first lines.")
        self.title.show_text(hint if pins.status.next_up is not None else "")
        self.bar.show_time(None, pins.budget_ms, "idle")
        self._show_look("unknown" if pins.stale else "idle", pins.stale)
        self.setAccessibleDescription(self.word.text())

    def _show_look(self, look: Look, stale: bool) -> None:
        colours = self._theme.colours
        lit = look in LIT and not stale
        colour = colours.faint if stale else self._theme.colour(look) if lit else colours.text
        self.word.set_colour(colour)
        self.figure.set_colour(colour)
        self.title.set_colour(colours.faint if stale else colours.text)
        self.note.set_colour(colours.text if lit else colours.muted)
        ground = self._theme.ground(look) if lit else colours.panel
        edge = colour if lit else colours.line
        self.set_frame(ground, edge, hatched=look == "unknown" or stale)


def seen_words(pins: PinsView) -> str:
    """What viewers see, and since when that is known."""
    status = pins.status
    if not status.gateway.reads_back:
        shown = title_of(status.shown_title or status.shown_product_id or "")
        if shown and not status.gateway.can_pin:
            return tr("By the desk's word, viewers see {title}").format(title=shown)
        return tr("What viewers see cannot be read back from this platform.")
    if status.shown_age_ms is None:
        return tr("What viewers see was not read back yet.")
    aged = age(status.shown_age_ms / 1000 + pins.age_s)
    if status.shown_product_id is None:
        return tr("Viewers see no product · read back {age} ago").format(age=aged)
    title = title_of(status.shown_title or status.shown_product_id)
    return tr("Viewers see {title} · read back {age} ago").format(title=title, age=aged)


def _when(pin: PinView) -> str:
    return wall_clock(pin.cued_utc_ns) if pin.cued_utc_ns else ""
