"""What must the host not say again, and has somebody seen to the newest warning?"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from livedesk.desk.compliance import ComplianceView
from livedesk.desk.words import tr
from livedesk.ui.allowing import needs
from livedesk.ui.basics import ElidedText, Panel, Text, button
from livedesk.ui.shapes import ShapeMark
from livedesk.ui.theme import Theme


class UnsaidPanel(Panel):
    """Takes no room while there is nothing that must not be said."""

    seen_to = Signal(str)
    """The id of a warning."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("Not to be said again"))
        colours, px = theme.colours, theme.px
        self._theme = theme
        self._open = ""
        self.mark = ShapeMark(theme, 20)
        self.heading = Text(theme, "small", colours.warning)
        self.heading.show_text(tr("Not to be said again"))
        self.terms = ElidedText(theme, "strong")
        self.warning = ElidedText(theme, "small", colours.muted)
        self.done = button(
            theme, tr("Seen to"), tr("It was corrected, or is none: the alarm ends, the words stay")
        )
        needs("operate", self.done)
        self.done.clicked.connect(lambda: self.seen_to.emit(self._open))
        words = QVBoxLayout()
        words.setSpacing(0)
        for part in (self.heading, self.terms, self.warning):
            words.addWidget(part)
        row = QHBoxLayout(self)
        row.setContentsMargins(*(px(n) for n in (12, 6, 10, 6)))
        row.setSpacing(px(10))
        row.addWidget(self.mark)
        row.addLayout(words, 1)
        row.addWidget(self.done)
        self.hide()

    def show_compliance(self, view: ComplianceView) -> None:
        self.setVisible(bool(view.terms or view.open))
        colours = self._theme.colours
        self.mark.show_look("warning" if view.open else "idle")
        self.mark.setVisible(bool(view.open))
        self.heading.set_colour(colours.warning if view.open else colours.muted)
        if view.open:
            self.set_frame(self._theme.ground("warning"), colours.warning)
        else:
            self.set_frame(colours.panel, colours.line)
        self.terms.show_text(view.terms)
        self.heading.setVisible(bool(view.terms))
        self.terms.setVisible(bool(view.terms))
        self._open = view.open[0].id if view.open else ""
        self.warning.setVisible(bool(view.open))
        self.done.setVisible(bool(view.open))
        if view.open:
            more = len(view.open) - 1
            beside = " " + tr("And {n} more.").format(n=more) if more else ""
            self.warning.show_text(view.open[0].text + beside)
        self.setAccessibleDescription(" ".join(filter(None, (view.terms, self.warning.text()))))
