"""What was the platform asked for about the chosen item, and what came of it?"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from livedesk.desk.looks import LIT
from livedesk.desk.queue_view import EffectView
from livedesk.desk.words import tr
from livedesk.ui.allowing import needs
from livedesk.ui.basics import ElidedText, button
from livedesk.ui.moderation.rowdelegate import effect_words
from livedesk.ui.shapes import ShapeMark
from livedesk.ui.theme import Theme


class EffectLine(QWidget):
    """One thing the platform was asked for; where a person has to do it, both ends of that."""

    settled = Signal(str, bool)
    """Key of the effect, and whether it was done."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._key = ""
        self.mark = ShapeMark(theme, 15)
        self.text = ElidedText(theme, "body", theme.colours.muted)
        self.done = button(theme, tr("Done"), tr("It was done by hand"), segment=True)
        could_not = tr("It cannot be done; say why")
        self.could_not = button(theme, tr("Could not…"), could_not, segment=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(6))
        row.addWidget(self.mark)
        row.addWidget(self.text, 1)
        for push, was_done in ((self.done, True), (self.could_not, False)):
            needs("moderate", push).setCheckable(False)
            push.clicked.connect(partial(self._settle, was_done))
            row.addWidget(push)

    def _settle(self, done: bool) -> None:
        self.settled.emit(self._key, done)

    def show_effect(self, effect: EffectView) -> None:
        self._key = effect.key
        self.mark.show_look(effect.look)
        lit = effect.look in LIT
        colours = self._theme.colours
        self.text.set_colour(self._theme.colour(effect.look) if lit else colours.muted)
        self.text.show_text(
            " · ".join(filter(None, (effect_words(effect), effect.note, effect.text)))
        )
        for push in (self.done, self.could_not):
            push.setVisible(effect.state == "by_hand")
