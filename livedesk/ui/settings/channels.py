"""Do the ways to people who look at no screen work? Each with its state, and a button to try it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QGridLayout, QVBoxLayout

from livedesk.core.engine_status import ChannelStatus
from livedesk.desk.alarm_settings import AlarmSettings, ChannelTry
from livedesk.desk.channel_words import channel_counts, channel_state, kind_name, tried_words
from livedesk.desk.looks import LIT
from livedesk.desk.model import DeskSnapshot
from livedesk.desk.rights import Rights
from livedesk.desk.words import tr
from livedesk.ui.basics import Panel, Text, button, discard
from livedesk.ui.settings.page import SettingsPage
from livedesk.ui.shapes import ShapeMark
from livedesk.ui.theme import Theme


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
        grid = QGridLayout(self)
        grid.setContentsMargins(*(theme.px(n) for n in (12, 10, 12, 10)))
        grid.setHorizontalSpacing(theme.px(12))
        grid.setVerticalSpacing(theme.px(2))
        grid.addWidget(self.mark, 0, 0)
        grid.addWidget(self.name, 0, 1)
        grid.addWidget(self.test, 0, 2, 2, 1)
        for at, words in enumerate((self.state, self.counts, self.answer), 1):
            grid.addWidget(words, at, 1)
        grid.setColumnStretch(1, 1)

    def _words(self) -> Text:
        words = Text(self._theme, "small", self._theme.colours.muted)
        words.setWordWrap(True)
        return words

    def show_channel(
        self, channel: ChannelStatus, tried: ChannelTry | None, rights: Rights
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
        may = rights.may("administer")
        self.test.setEnabled(may and not is_out)
        self.test.setToolTip(self.test.accessibleName() if may else rights.why_not("administer"))


class ChannelsPage(SettingsPage):
    """The engine's channels. Set up in its settings file only, as their addresses are secrets."""

    def __init__(
        self, theme: Theme, settings: AlarmSettings, snapshot: Callable[[], DeskSnapshot]
    ) -> None:
        super().__init__(theme, "channels", tr("Channels"))
        self._settings = settings
        self._snapshot = snapshot
        self.rows: dict[str, ChannelRow] = {}
        self._list = QVBoxLayout()
        self._list.setSpacing(theme.gap)
        self.add_words(
            tr("Alarms are also told here, to people who look at no screen. A heartbeat or a test "
               "proves that a channel works before it is needed.")
        )  # fmt: skip
        self.note = self.add_words("")
        self.column.addLayout(self._list)
        self.add_words(
            tr("Channels are set up in the engine's settings file, under [[channel]]; their "
               "addresses are secrets, and are not shown here.")
        )  # fmt: skip
        self.column.addStretch(1)
        self.refresh()

    def refresh(self) -> None:
        snapshot = self._snapshot()
        channels = () if snapshot.engine is None else snapshot.engine.channels
        self._keep_rows(tuple(channel.name for channel in channels))
        rights = Rights(snapshot.me)
        for channel in channels:
            tried = self._settings.test_of(channel.name)
            self.rows[channel.name].show_channel(channel, tried, rights)
        note = ""
        if snapshot.engine is None or not snapshot.link.answering:
            note = tr("The engine does not say how its channels are.")
        elif not channels:
            note = tr("No channel is set up: an alarm reaches only those who look at a screen.")
        self.note.show_text(note)
        self.note.setVisible(bool(note))

    def _keep_rows(self, names: tuple[str, ...]) -> None:
        if names == tuple(self.rows):
            return
        for row in self.rows.values():
            discard(row)
        self.rows = {name: ChannelRow(self.theme, name) for name in names}
        for name, row in self.rows.items():
            row.test.clicked.connect(partial(self._test, name))
            self._list.addWidget(row)

    def _test(self, name: str) -> None:
        self._settings.test(name)
        self.refresh()
