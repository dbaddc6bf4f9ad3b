"""What shall be heard and told? A tick and a test for each sound, and for notifications."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtWidgets import QCheckBox, QGridLayout, QPushButton

from livedesk.desk.preferences import PreferenceBook, Preferences
from livedesk.desk.words import tr
from livedesk.ui.basics import button
from livedesk.ui.notices import Notices
from livedesk.ui.settings.choices import tick
from livedesk.ui.settings.page import SettingsPage
from livedesk.ui.sound import Cue, Sounds
from livedesk.ui.theme import Theme

_FIELDS: dict[Cue, str] = {
    "high": "high_sounds",
    "medium": "medium_sounds",
    "low": "low_sounds",
    "over": "over_sounds",
}


class SoundsPage(SettingsPage):
    """Tests are heard and seen whatever is ticked, and what does not work is said here."""

    def __init__(
        self, theme: Theme, book: PreferenceBook, sounds: Sounds, notices: Notices
    ) -> None:
        super().__init__(theme, "sounds", tr("Sounds and notices"))
        self._book = book
        self._sounds = sounds
        self._notices = notices
        self.ticks: dict[Cue, QCheckBox] = {}
        self.tests: dict[Cue, QPushButton] = {}
        self.muted = tick(
            theme,
            tr("Mute all sounds"),
            tr("Alarms stay in the window and in the channels."),
            self._chooser("muted"),
        )
        self.notices = tick(
            theme,
            tr("Notifications of the desktop"),
            tr("While no window of livedesk is in front."),
            self._chooser("notifications"),
        )
        self.notice_test = button(theme, tr("Test"), tr("Show a notification"))
        self.notice_test.clicked.connect(self._test_notice)
        self.add_heading(tr("Sounds"))
        self.column.addWidget(self.muted)
        self.column.addLayout(self._grid())
        self.sound_note = self.add_words("")
        self.add_heading(tr("Notifications"))
        self.add_row(self.notices, self.notice_test)
        self.add_words(tr("They tell of new alarms while no window of livedesk is in front."))
        self.notice_note = self.add_words("")
        for note in (self.sound_note, self.notice_note):
            note.set_colour(theme.colours.warning)
        self.column.addStretch(1)
        self.refresh()

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(self.theme.px(24))
        grid.setVerticalSpacing(self.theme.px(4))
        grid.setColumnStretch(2, 1)
        words: dict[Cue, tuple[str, str]] = {
            "high": (tr("Alarms of high priority"), tr("Rises, twice")),
            "medium": (tr("Alarms of medium priority"), tr("Rises, once")),
            "low": (tr("Alarms of low priority"), tr("One tone")),
            "over": (tr("End of an alarm that sounded"), tr("Falls")),
        }
        for row, (cue, (text, melody)) in enumerate(words.items()):
            box = tick(self.theme, text, melody, self._chooser(_FIELDS[cue]))
            test = button(self.theme, tr("Test"), tr("Let it be heard: {sound}").format(sound=text))
            test.clicked.connect(partial(self._test_sound, cue))
            self.ticks[cue], self.tests[cue] = box, test
            grid.addWidget(box, row, 0)
            grid.addWidget(test, row, 1)
        return grid

    def refresh(self) -> None:
        now = self._book.now
        self.muted.setChecked(now.muted)
        self.notices.setChecked(now.notifications)
        for cue, box in self.ticks.items():
            box.setChecked(getattr(now, _FIELDS[cue]))
            box.setEnabled(not now.muted)
        self.sound_note.show_text(self._sounds.problem)
        self.notice_note.show_text(self._notices.problem)

    def _chooser(self, field: str) -> Callable[[bool], None]:
        return partial(self._choose, field)

    def _choose(self, field: str, value: bool) -> None:
        self._book.change(_with(self._book.now, field, value))
        self.refresh()

    def _test_sound(self, cue: Cue) -> None:
        self._sounds.test(cue)
        self.refresh()

    def _test_notice(self) -> None:
        self._notices.test()
        self.refresh()


def _with(preferences: Preferences, field: str, value: bool) -> Preferences:
    change: dict[str, Any] = {field: value}
    return replace(preferences, **change)
