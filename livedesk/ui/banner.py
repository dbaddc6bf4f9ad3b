"""What is wrong, since when, what to do? Takes no room while nothing is."""

from __future__ import annotations

from datetime import tzinfo

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from livedesk.core.clock import NS_PER_S
from livedesk.desk.troubles import Trouble
from livedesk.desk.words import span, tr, wall_clock
from livedesk.ui.basics import Panel, Text
from livedesk.ui.shapes import ShapeMark
from livedesk.ui.theme import Theme

ROWS = 3
"""More than three at once are not read; the rest is counted."""


class TroubleRow(Panel):
    """One trouble: shape, cause, since when, what to do."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("Alarm"))
        self._theme = theme
        self._shown: tuple[Trouble, str] | None = None
        self.mark = ShapeMark(theme, 24)
        self.cause = Text(theme, "title")
        self.action = Text(theme, "body", theme.colours.text)
        self.cause.setWordWrap(True)
        self.action.setWordWrap(True)
        self.since = Text(theme, "body", theme.colours.muted)
        grid = QGridLayout(self)
        grid.setContentsMargins(*(theme.px(n) for n in (12, 6, 12, 6)))
        grid.setHorizontalSpacing(theme.pad)
        grid.setVerticalSpacing(0)
        grid.addWidget(self.mark, 0, 0, 2, 1)
        grid.addWidget(self.cause, 0, 1)
        grid.addWidget(self.since, 0, 2, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.action, 1, 1, 1, 2)
        grid.setColumnStretch(1, 1)

    def show_trouble(self, trouble: Trouble, since: str) -> None:
        if (trouble, since) == self._shown:
            return
        before, self._shown = self._shown, (trouble, since)
        cause = f"{trouble.store}: {trouble.cause}" if trouble.store else trouble.cause
        self.mark.show_look(trouble.look)
        self.cause.show_text(cause)
        self.action.show_text(trouble.action)
        self.since.show_text(since)
        self.setAccessibleDescription(f"{cause}. {since}. {trouble.action}")
        if before is None or before[0].look != trouble.look:
            colour, ground = self._theme.colour(trouble.look), self._theme.ground(trouble.look)
            self.cause.set_colour(colour)
            self.set_frame(ground, colour, self._theme.px(5))


class Banner(QWidget):
    """The loudest troubles, and how many more there are."""

    def __init__(self, theme: Theme, zone: tzinfo | None = None) -> None:
        super().__init__()
        self._zone = zone
        self.rows = [TroubleRow(theme) for _ in range(ROWS)]
        self.more = Text(theme, "small", theme.colours.muted)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(4))
        for row in self.rows:
            column.addWidget(row)
        column.addWidget(self.more)
        self.setVisible(False)

    def show_troubles(self, troubles: tuple[Trouble, ...], utc_ns: int) -> None:
        for row, trouble in zip(self.rows, troubles, strict=False):
            row.show_trouble(trouble, self._since(trouble, utc_ns))
        for place, row in enumerate(self.rows):
            row.setVisible(place < len(troubles))
        hidden = len(troubles) - ROWS
        self.more.setVisible(hidden > 0)
        self.more.show_text(tr("and {n} more").format(n=hidden) if hidden > 0 else "")
        self.setVisible(bool(troubles))

    def _since(self, trouble: Trouble, utc_ns: int) -> str:
        lasted = span((utc_ns - trouble.since_utc_ns) / NS_PER_S)
        text = tr("since {time} · {span}").format(
            time=wall_clock(trouble.since_utc_ns, self._zone), span=lasted
        )
        if trouble.acknowledged_by:
            text = f"{text} · {tr('seen by {name}').format(name=trouble.acknowledged_by)}"
        return text
