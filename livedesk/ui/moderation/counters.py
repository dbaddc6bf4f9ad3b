"""How many wait, how old is the oldest, do rules and chat work? Read from across the room."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from livedesk.core.status import Limits
from livedesk.desk.looks import LIT, LOUDNESS, Look
from livedesk.desk.pin_cards import Figure
from livedesk.desk.queue_rows import step_of
from livedesk.desk.queue_view import AgeStep, QueueCounts, StoreHealth
from livedesk.desk.words import NOTHING, number, tr
from livedesk.ui.basics import ElidedText, Panel
from livedesk.ui.moderation.agebar import age_look, draw_age
from livedesk.ui.moderation.rowdelegate import age_words
from livedesk.ui.pins.figures import FigureCell
from livedesk.ui.shapes import ShapeMark, look_name
from livedesk.ui.theme import Theme

HEALTH, LEAST = 180, 480
"""Pixels at scale 1: for rules and chat, and of the whole line at least."""


class OldestCell(FigureCell):
    """The age of the oldest that waits, over its bar."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._share: float | None = None
        self._step: AgeStep = 0
        self.setMinimumWidth(theme.px(116))

    def show_oldest(self, oldest_s: float | None, target_s: float, waiting: int) -> None:
        share = oldest_s / target_s if oldest_s is not None and target_s > 0 else None
        self._share, self._step = share, step_of(share)
        of = tr("of {n} s").format(n=number(target_s)) if waiting else ""
        figure = age_words(oldest_s) if waiting else NOTHING
        look = age_look(self._step) if waiting else "idle"
        self.show_figure(Figure(tr("Oldest"), figure, of, look), stale=False)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        if self._share is None:
            return
        painter = QPainter(self)
        left = self.name.geometry().left() + self._theme.px(52)
        top = self.name.geometry().center().y() - self._theme.px(2)
        bar = QRectF(left, top, self.width() - left - self._theme.px(8), self._theme.px(5))
        draw_age(painter, bar, self._share, self._step, self._theme)
        painter.end()


class HealthCell(QWidget):
    """Rule service and chat of all stores in a shape and two lines."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.mark = ShapeMark(theme, 20)
        self.word = ElidedText(theme, "strong")
        self.note = ElidedText(theme, "small", theme.colours.muted)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.word)
        words.addWidget(self.note)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        row.addWidget(self.mark)
        row.addLayout(words, 1)

    def show_health(self, stores: tuple[StoreHealth, ...]) -> None:
        worst = max(stores, key=lambda each: LOUDNESS[each.look], default=None)
        if worst is None:
            return
        look, word, note = health_words(stores, worst)
        self.mark.show_look(look)
        self.word.show_text(word)
        self.word.set_colour(self._theme.colour(look))
        self.note.show_text(note)
        self.note.setToolTip("\n".join(f"{each.name}: {each.can}" for each in stores if each.can))
        self.setAccessibleName(f"{word}, {note}, {look_name(look)}")


class Counters(Panel):
    """The line over the list."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("The queue in figures"))
        self._theme = theme
        self.waiting, self.by_hand, self.auto_hidden = (FigureCell(theme) for _ in range(3))
        self.oldest = OldestCell(theme)
        self.hiding, self.review, self.rate = (FigureCell(theme) for _ in range(3))
        self.health = HealthCell(theme)
        self._extra = self.auto_hidden, self.hiding, self.review, self.rate
        row = QHBoxLayout(self)
        row.setContentsMargins(*(theme.px(n) for n in (14, 6, 12, 6)))
        row.setSpacing(theme.px(20))
        for cell in (self.waiting, self.oldest, self.by_hand, self.auto_hidden, self.hiding,
                     self.review, self.rate):  # fmt: skip
            row.addWidget(cell)
        row.addWidget(self.health, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """What tells least goes first where room is short; what waits is always there."""
        room = event.size().width() - self._theme.px(26 + HEALTH)
        for cell in (self.waiting, self.oldest, self.by_hand, *self._extra):
            room -= cell.sizeHint().width() + self._theme.px(20)
            if cell in self._extra:
                cell.setVisible(room >= 0)
        super().resizeEvent(event)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(self._theme.px(LEAST), super().minimumSizeHint().height())

    def show_counts(
        self, counts: QueueCounts, limits: Limits, stores: tuple[StoreHealth, ...]
    ) -> None:
        stale = any(each.stale for each in stores)
        overdue = tr("{n} overdue").format(n=number(counts.overdue)) if counts.overdue else ""
        waiting: Look = "critical" if overdue else "ok" if counts.waiting else "idle"
        self.waiting.show_figure(
            Figure(tr("Waiting"), number(counts.waiting), overdue, waiting), stale
        )
        self.oldest.show_oldest(counts.oldest_s, limits.review_target_s, counts.waiting)
        hand: Look = "warning" if counts.by_hand else "idle"
        self.by_hand.show_figure(Figure(tr("By hand"), number(counts.by_hand), "", hand), stale)
        # Overturned are also comments that a rule only put before people: it is no part of those.
        told = tr("hidden")
        if counts.overturned:
            told = tr("hidden · {n} overturned by people").format(n=number(counts.overturned))
        hidden: Look = "ok" if counts.auto_hidden else "idle"
        self.auto_hidden.show_figure(
            Figure(tr("By rules, this session"), number(counts.auto_hidden), told, hidden), stale
        )
        hide_s = None if counts.hide_p99_ms is None else counts.hide_p99_ms / 1000
        self.hiding.show_figure(_against(tr("Hide, 99 %"), hide_s, limits.hide_target_s), stale)
        review_s = counts.review_p90_s
        self.review.show_figure(
            _against(tr("Review, 90 %"), review_s, limits.review_target_s), stale
        )
        rate = Figure(tr("Comments a minute"), number(counts.comments_per_min))
        self.rate.show_figure(rate, stale)
        self.health.show_health(stores)


def _against(name: str, seconds: float | None, target_s: float) -> Figure:
    if seconds is None:
        return Figure(name, NOTHING, "", "idle")
    look: Look = "warning" if seconds > target_s else "ok"
    decimals = 1 if target_s != int(target_s) else 0
    unit = tr("of {n} s").format(n=number(target_s, decimals))
    return Figure(name, number(seconds, 1), unit, look)


def health_words(stores: tuple[StoreHealth, ...], worst: StoreHealth) -> tuple[Look, str, str]:
    """Shape, word and note of all stores together."""
    if all(each.stale for each in stores):
        return "unknown", tr("Rules and chat"), tr("not known: the engine does not answer")
    ill = sum(each.look in LIT for each in stores)
    local = sum(each.local for each in stores)
    if worst.look not in LIT and worst.look != "unknown":
        return "ok", tr("Rules and chat: up"), worst.can if len(stores) == 1 else tr(
            "in all {n} stores").format(n=len(stores))  # fmt: skip
    word = tr("Judged here") if local else tr("Rules and chat")
    where = worst.name if ill <= 1 else tr("{n} stores").format(n=ill)
    if worst.alarmed:
        return worst.look, word, where
    first = worst.problems[0] if worst.problems else tr("not known")
    return worst.look, word, f"{where}: {first}"
