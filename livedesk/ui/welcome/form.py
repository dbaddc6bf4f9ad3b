"""What is asked of who connects a first store: name, platform, server, key, a second way out."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QWidget

from livedesk.core.secrets import Secret
from livedesk.desk.first_run import PLATFORMS, FirstStore, problems
from livedesk.desk.words import platform_name, tr
from livedesk.ui.basics import Text, button, show_tone
from livedesk.ui.theme import Theme


class StoreForm(QWidget):
    """Says under each field what is wrong with it, once somebody asked to go on."""

    wished = Signal(object)
    """A `FirstStore` that can be used."""

    def __init__(self, theme: Theme, new_key: Callable[[], Secret]) -> None:
        super().__init__()
        self._theme = theme
        self._encoder_key = new_key()
        self._was_asked = False
        self.name = self._line(tr("Name of the store"), tr("Glow Beauty US"))
        self.platform = QComboBox()
        self.platform.setAccessibleName(tr("Platform"))
        self.platform.setFont(theme.font("body"))
        for platform in PLATFORMS:
            words = platform_name(platform) if platform else tr("Another one")
            self.platform.addItem(words, platform)
        self.server = self._line(
            tr("Server, as the platform gives it"), "rtmp://ingest.example/live"
        )
        self.key = self._line(tr("Stream key"), "")
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.standby = self._line(
            tr("A second network to leave by, if there is one"), tr("192.168.8.2 or wwan0")
        )
        self.faults = {
            name: Text(theme, "small", theme.colours.warning)
            for name in ("name", "server", "key", "standby")
        }
        self.go = button(theme, tr("Write the settings and start"))
        show_tone(self.go, "main")
        self.go.clicked.connect(self.ask)
        self._lay_out()

    def _line(self, name: str, example: str) -> QLineEdit:
        line = QLineEdit()
        line.setFont(self._theme.font("body"))
        line.setAccessibleName(name)
        line.setPlaceholderText(example)
        line.setMaxLength(2_000)
        line.textChanged.connect(self._look_again)
        line.returnPressed.connect(self.ask)
        return line

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(self._theme.pad)
        grid.setVerticalSpacing(self._theme.px(4))
        fields: tuple[tuple[str, QWidget], ...] = (
            ("name", self.name),
            ("platform", self.platform),
            ("server", self.server),
            ("key", self.key),
            ("standby", self.standby),
        )
        for place, (name, field) in enumerate(fields):
            label = Text(self._theme, "small", self._theme.colours.muted)
            label.show_text(field.accessibleName())
            label.setBuddy(field)
            grid.addWidget(label, 3 * place, 0)
            grid.addWidget(field, 3 * place + 1, 0)
            if name in self.faults:
                self.faults[name].setWordWrap(True)
                self.faults[name].hide()
                grid.addWidget(self.faults[name], 3 * place + 2, 0)
        grid.setRowMinimumHeight(3 * len(fields), self._theme.gap)
        grid.addWidget(self.go, 3 * len(fields) + 1, 0)

    def store(self) -> FirstStore:
        return FirstStore(
            self.name.text(),
            str(self.platform.currentData()),
            self.server.text(),
            Secret(self.key.text().strip()),
            self._encoder_key,
            self.standby.text().strip(),
        )

    def ask(self) -> None:
        self._was_asked = True
        store = self.store()
        if not self._show(problems(store)):
            self.wished.emit(store)

    def _look_again(self) -> None:
        if self._was_asked:
            self._show(problems(self.store()))

    def _show(self, found: dict[str, str]) -> bool:
        for name, label in self.faults.items():
            label.show_text(found.get(name, ""))
            label.setVisible(name in found)
        return bool(found)
