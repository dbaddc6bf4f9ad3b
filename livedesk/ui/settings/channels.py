"""Do the ways to people who look at no screen work? Each with its state, and buttons to try and to
change it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtWidgets import QGridLayout, QMessageBox, QVBoxLayout

from livedesk.core.channel_settings import ChannelEntry
from livedesk.core.engine_status import ChannelStatus
from livedesk.desk.alarm_settings import AlarmSettings
from livedesk.desk.channel_words import channel_counts, channel_state, kind_name, tried_words
from livedesk.desk.channels import ChannelTry
from livedesk.desk.looks import LIT
from livedesk.desk.model import DeskSnapshot
from livedesk.desk.rights import Rights
from livedesk.desk.words import tr
from livedesk.ui.basics import Panel, Text, button, discard
from livedesk.ui.questions import Question
from livedesk.ui.settings.channel_form import ChannelForm
from livedesk.ui.settings.page import SettingsPage
from livedesk.ui.shapes import ShapeMark
from livedesk.ui.theme import Theme

ASK_EVERY: Final = 20
"""Refreshes between two looks at the engine's list: others may change it, too."""


class ChannelRow(Panel):
    """One channel."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__(theme, tr("Channel {name}").format(name=name))
        self._theme = theme
        self.mark = ShapeMark(theme, 18)
        self.name = Text(theme, "strong")
        self.state = self._words()
        self.counts = self._words()
        self.answer = self._words()
        self.test = button(theme, tr("Test"), tr("Send a message to {name} now").format(name=name))
        self.change = button(theme, tr("Change…"), tr("Change {name}").format(name=name))
        self.remove = button(theme, tr("Remove"), tr("Remove {name}").format(name=name))
        grid = QGridLayout(self)
        grid.setContentsMargins(*(theme.px(n) for n in (12, 10, 12, 10)))
        grid.setHorizontalSpacing(theme.px(12))
        grid.setVerticalSpacing(theme.px(2))
        grid.addWidget(self.mark, 0, 0)
        grid.addWidget(self.name, 0, 1)
        for at, push in enumerate((self.test, self.change, self.remove), 2):
            grid.addWidget(push, 0, at)
        for at, words in enumerate((self.state, self.counts, self.answer), 1):
            grid.addWidget(words, at, 1, 1, 4)
        grid.setColumnStretch(1, 1)

    def _words(self) -> Text:
        words = Text(self._theme, "small", self._theme.colours.muted)
        words.setWordWrap(True)
        return words

    def show_channel(
        self,
        channel: ChannelStatus,
        entry: ChannelEntry | None,
        tried: ChannelTry | None,
        rights: Rights,
    ) -> None:
        colours = self._theme.colours
        look, state = channel_state(channel)
        self.mark.show_look(look)
        self.name.show_text(f"{channel.name} · {kind_name(channel.kind)}")
        self.state.show_text(state)
        self.state.set_colour(self._theme.colour(look) if look in LIT else colours.muted)
        self.counts.show_text(channel_counts(channel))
        look, answer = tried_words(tried)
        self.answer.show_text(answer)
        self.answer.setVisible(bool(answer))
        self.answer.set_colour(self._theme.colour(look) if look in LIT else colours.text)
        is_out = tried is not None and tried.result is None
        may, why_not = rights.may("administer"), rights.why_not("administer")
        self.test.setEnabled(may and not is_out)
        self.test.setToolTip(why_not or self.test.accessibleName())
        if entry is not None and entry.from_settings:
            why_not = why_not or tr("It stands in the engine's settings file; change it there.")
        for push in (self.change, self.remove):
            push.setEnabled(may and entry is not None and not entry.from_settings)
            push.setToolTip(why_not or push.accessibleName())


class ChannelsPage(SettingsPage):
    """The engine's channels. Those of its settings file are changed there only."""

    def __init__(
        self, theme: Theme, settings: AlarmSettings, snapshot: Callable[[], DeskSnapshot]
    ) -> None:
        super().__init__(theme, "channels", tr("Channels"))
        self._settings = settings
        self._desk = settings.channels
        self._snapshot = snapshot
        self._until_asked = 0
        self._form: ChannelForm | None = None
        self.rows: dict[str, ChannelRow] = {}
        self._list = QVBoxLayout()
        self._list.setSpacing(theme.gap)
        self.add_words(
            tr("Alarms are also told here, to people who look at no screen. A heartbeat or a test "
               "proves that a channel works before it is needed.")
        )  # fmt: skip
        self.note = self.add_words("")
        self.trouble = self.add_words("")
        self.trouble.set_colour(theme.colours.warning)
        self.column.addLayout(self._list)
        self.add = button(theme, tr("Add a channel…"))
        self.add.clicked.connect(partial(self.open_form, ""))
        self.add_row(self.add)
        self.add_words(
            tr("Channels can also stand in the engine's settings file, under [[channel]]; those "
               "are changed there. Addresses are secrets, and are not shown.")
        )  # fmt: skip
        self.column.addStretch(1)
        self.refresh()

    def refresh(self) -> None:
        snapshot, known = self._snapshot(), self._desk.known()
        channels = () if snapshot.engine is None else snapshot.engine.channels
        self._keep_rows(tuple(channel.name for channel in channels))
        rights = Rights(snapshot.me)
        may = rights.may("administer")
        for channel in channels:
            tried = self._settings.test_of(channel.name)
            entry = known.entry(channel.name)
            self.rows[channel.name].show_channel(channel, entry, tried, rights)
        note = ""
        if snapshot.engine is None or not snapshot.link.answering:
            note = tr("The engine does not say how its channels are.")
        elif not channels:
            note = tr("No channel is set up: an alarm reaches only those who look at a screen.")
        self._show(self.note, note)
        trouble = known.trouble if self._form is None else ""
        self._show(self.trouble, "\n".join(filter(None, (trouble, known.problem))) if may else "")
        self.add.setEnabled(may and snapshot.engine is not None)
        self.add.setToolTip(rights.why_not("administer"))
        if self._form is not None:
            self._form.refresh()
        self._until_asked -= 1
        if may and snapshot.engine is not None and not known.busy and self._until_asked < 0:
            self._until_asked = ASK_EVERY
            self._desk.ask()

    @staticmethod
    def _show(words: Text, text: str) -> None:
        words.show_text(text)
        words.setVisible(bool(text))

    def _keep_rows(self, names: tuple[str, ...]) -> None:
        if names == tuple(self.rows):
            return
        for row in self.rows.values():
            discard(row)
        self.rows = {name: ChannelRow(self.theme, name) for name in names}
        for name, row in self.rows.items():
            row.test.clicked.connect(partial(self._test, name))
            row.change.clicked.connect(partial(self.open_form, name))
            row.remove.clicked.connect(partial(self._ask_remove, name))
            self._list.addWidget(row)

    def _test(self, name: str) -> None:
        self._settings.test(name)
        self.refresh()

    def open_form(self, name: str) -> ChannelForm:
        """For the channel of this name; for a new one without."""
        self._form = ChannelForm(
            self.theme, self.window(), self._desk, self._desk.known().entry(name)
        )
        self._form.finished.connect(self._form_closed)
        self._form.open()
        return self._form

    def _form_closed(self) -> None:
        self._form = None
        self._desk.forget_tried()
        self.refresh()

    def _ask_remove(self, name: str) -> Question:
        question = Question(
            self.window(),
            tr("Remove the channel {name}?").format(name=name),
            tr("Nobody is told by it from then on. Its address is forgotten."),
        )
        question.offer(
            tr("Remove"),
            QMessageBox.ButtonRole.DestructiveRole,
            partial(self._desk.remove, name),
        )
        cancel = question.offer(tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
        question.setDefaultButton(cancel)
        question.open()
        return question
