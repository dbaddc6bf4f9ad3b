"""How shall the console look? Dark or light, how large, and whether things may move."""

from __future__ import annotations

from dataclasses import replace

from livedesk.desk.preferences import (
    SCALES,
    LookChoice,
    MotionChoice,
    PreferenceBook,
)
from livedesk.desk.words import tr
from livedesk.ui.settings.choices import OneOf
from livedesk.ui.settings.page import SettingsPage
from livedesk.ui.theme import Theme


class AppearancePage(SettingsPage):
    """What is chosen holds at once, in all windows; the show and the plots go on."""

    def __init__(self, theme: Theme, book: PreferenceBook) -> None:
        super().__init__(theme, "appearance", tr("Appearance"))
        self._book = book
        looks: list[tuple[LookChoice, str]] = [
            ("dark", tr("Dark")),
            ("light", tr("Light")),
            ("system", tr("As the system")),
        ]
        sizes: list[tuple[float | None, str]] = [
            (None, tr("As the screen needs")),
            *((scale, f"{scale:.0%}") for scale in SCALES),
        ]
        motions: list[tuple[MotionChoice, str]] = [
            ("system", tr("As the system")),
            ("reduced", tr("Less motion")),
            ("full", tr("Full")),
        ]
        self.look = OneOf(theme, tr("Colours"), looks, self._choose_look)
        self.text_size = OneOf(theme, tr("Size of text"), sizes, self._choose_scale)
        self.motion = OneOf(theme, tr("Motion"), motions, self._choose_motion)
        self.add_heading(tr("Colours"))
        self.add_row(self.look)
        self.add_words(
            tr("Whatever is normal is grey in both; only what needs you has a colour, and each "
               "state has a shape of its own.")
        )  # fmt: skip
        self.add_heading(tr("Size of text"))
        self.add_row(self.text_size)
        self.add_words(tr("Panels, buttons and plots grow with it."))
        self.add_heading(tr("Motion"))
        self.add_row(self.motion)
        self.add_words(tr("Plots always move on, because that is what they show."))
        self.note = self.add_words("")
        self.note.set_colour(theme.colours.warning)
        self.column.addStretch(1)
        self.refresh()

    def refresh(self) -> None:
        now = self._book.now
        self.look.show_value(now.look)
        self.text_size.show_value(now.scale)
        self.motion.show_value(now.motion)
        self.note.show_text(self._book.note)

    def _choose_look(self, look: LookChoice) -> None:
        self._book.change(replace(self._book.now, look=look))
        self.refresh()

    def _choose_scale(self, scale: float | None) -> None:
        self._book.change(replace(self._book.now, scale=scale))
        self.refresh()

    def _choose_motion(self, motion: MotionChoice) -> None:
        self._book.change(replace(self._book.now, motion=motion))
        self.refresh()
