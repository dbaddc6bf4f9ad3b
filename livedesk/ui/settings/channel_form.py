"""What is asked of who sets up a channel? A form by its kind, tried before it is kept."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from livedesk.core.channel_settings import ChannelEntry
from livedesk.desk.channel_draft import (
    FIELDS,
    KINDS,
    PRIORITIES,
    SECRETS,
    SECURITIES,
    ChannelDraft,
    draft_fault,
    draft_of,
    field_example,
    field_name,
)
from livedesk.desk.channel_words import kind_name, tried_words
from livedesk.desk.channels import ChannelDesk
from livedesk.desk.looks import LIT
from livedesk.desk.words import tr
from livedesk.ui.basics import Text, button, show_tone
from livedesk.ui.settings.choices import tick
from livedesk.ui.theme import Theme

_ALL: Final = tuple(dict.fromkeys(name for fields in FIELDS.values() for name in fields))
_HEARTBEATS_MIN: Final = (0, 5, 15, 30, 60)


class _Choice(QComboBox):
    """Texts to choose from. The wheel scrolls the form, and changes nothing in passing."""

    def __init__(self, theme: Theme, name: str, texts: tuple[str, ...]) -> None:
        super().__init__()
        self.setFont(theme.font("body"))
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.addItems(texts)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        event.ignore()


class ChannelForm(QDialog):
    """Opened, never executed. Closes itself once the engine has kept what was typed."""

    def __init__(
        self, theme: Theme, parent: QWidget, desk: ChannelDesk, entry: ChannelEntry | None
    ) -> None:
        """`entry`: the channel to change; None for a new one."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        title = tr("New channel") if entry is None else tr("Change {name}").format(name=entry.name)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self._theme, self._desk, self._entry = theme, desk, entry
        self._is_keeping = False
        self._area, self._ground = QScrollArea(), QWidget()
        self._area.setAccessibleName(tr("Channel"))
        self._column = QVBoxLayout(self)
        self._shown_kind: object = None
        desk.forget_tried()
        self.name = self._line(tr("Name"), "ops-slack", 40)
        kinds = tuple(kind_name(kind) for kind in KINDS)
        self.kind = _Choice(theme, tr("Kind"), kinds)
        self.fields: dict[str, QWidget] = {name: self._field(name) for name in _ALL}
        self.labels: dict[str, Text] = {}
        words = (tr("low"), tr("medium"), tr("high"))
        self.priority = _Choice(theme, tr("Tell alarms from this priority on"), words)
        self.stores = self._line(tr("Only these stores"), tr("all; or ids: glow-us, glow-uk"), 800)
        self.resolved = tick(
            theme, tr("Tell also when an alarm is over"), "", lambda _on: self._typed()
        )
        self.heartbeat = _Choice(theme, tr("Heartbeat while a show is on, every"), ())
        self.note = Text(theme, "small")
        self.note.setWordWrap(True)
        self.test = button(
            theme, tr("Test"), tr("Send a message with what is typed, and keep nothing")
        )
        self.keep = button(theme, tr("Keep"), tr("Keep this channel, and use it from now on"))
        self.cancel = button(theme, tr("Cancel"))
        self._lay_out()
        self._show_draft(ChannelDraft("", "slack") if entry is None else draft_of(entry))
        for line in self.findChildren(QLineEdit):
            line.textChanged.connect(self._typed)
        for box in self.findChildren(QComboBox):
            box.currentIndexChanged.connect(self._typed)
        self.test.clicked.connect(self._try)
        self.keep.clicked.connect(self._keep)
        self.cancel.clicked.connect(self.reject)
        self._typed()

    def _line(self, name: str, example: str, most: int = 4_000) -> QLineEdit:
        line = QLineEdit()
        line.setFont(self._theme.font("body"))
        line.setAccessibleName(name)
        line.setPlaceholderText(example)
        line.setMaxLength(most)
        line.setMinimumWidth(self._theme.px(320))
        return line

    def _field(self, name: str) -> QWidget:
        if name == "security":
            return _Choice(self._theme, field_name(name), SECURITIES)
        line = self._line(field_name(name), "")
        if name in SECRETS:
            line.setEchoMode(QLineEdit.EchoMode.Password)
        return line

    def _lay_out(self) -> None:
        theme = self._theme
        grid = QGridLayout(self._ground)
        grid.setContentsMargins(0, 0, theme.px(8), 0)
        grid.setHorizontalSpacing(theme.pad)
        grid.setVerticalSpacing(theme.px(6))
        grid.setColumnStretch(1, 1)
        rows = (
            self.name, self.kind, *self.fields.values(), self.priority, self.stores,
            self.heartbeat,
        )  # fmt: skip
        for at, field in enumerate(rows):
            label = Text(theme, "small", theme.colours.muted)
            label.show_text(field.accessibleName())
            label.setBuddy(field)
            grid.addWidget(label, at, 0)
            grid.addWidget(field, at, 1)
            self.labels[field.accessibleName()] = label
        grid.addWidget(self.resolved, len(rows), 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.gap)
        buttons.addStretch(1)
        for push in (self.test, self.keep, self.cancel):
            buttons.addWidget(push)
        secrets = Text(theme, "small", theme.colours.muted)
        secrets.setWordWrap(True)
        secrets.show_text(
            tr("Addresses and passwords go into the keyring of the engine's machine, and are not "
               "shown again. Without a keyring, give env:LIVEDESK_CHANNEL_… in their place.")
        )  # fmt: skip
        column = self._column
        column.setContentsMargins(*(theme.px(n) for n in (20, 16, 20, 16)))
        column.setSpacing(theme.pad)
        column.addWidget(self._scrolled(), 1)
        column.addWidget(secrets)
        column.addWidget(self.note)
        column.addLayout(buttons)

    def _scrolled(self) -> QScrollArea:
        """With large text a mail server's fields are higher than a small screen."""
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(self._ground)
        self._ground.setAutoFillBackground(False)
        self._area.viewport().setAutoFillBackground(False)
        return self._area

    def _fit(self) -> None:
        """As high as its fields, and no higher than the screen."""
        fields = self._ground.sizeHint()
        bar = self._area.verticalScrollBar().sizeHint()
        self._area.setMinimumWidth(fields.width() + bar.width())
        width = self.minimumSizeHint().width()
        # The words below take more lines than a size hint, which knows no width, has for them.
        rest = self._column.totalHeightForWidth(width) - self._area.sizeHint().height()
        room = self.screen().availableSize().height() * 9 // 10 - rest
        self._area.setFixedHeight(min(fields.height(), room))
        self.resize(width, self._column.totalHeightForWidth(width))

    def _show_draft(self, draft: ChannelDraft) -> None:
        self.name.setText(draft.name)
        self.name.setEnabled(self._entry is None)
        self.kind.setCurrentIndex(KINDS.index(draft.kind))
        self.kind.setEnabled(self._entry is None)
        self.priority.setCurrentIndex(PRIORITIES.index(draft.priority))
        self.stores.setText(draft.stores)
        self.resolved.setChecked(draft.resolved)
        self.heartbeat.clear()
        for minutes in sorted({*_HEARTBEATS_MIN, draft.heartbeat_min}):
            words = tr("{n} min").format(n=minutes) if minutes else tr("none")
            self.heartbeat.addItem(words, minutes)
        self.heartbeat.setCurrentIndex(self.heartbeat.findData(draft.heartbeat_min))
        for name, field in self.fields.items():
            if isinstance(field, QLineEdit):
                field.setText(draft.text(name))
            elif isinstance(field, QComboBox):
                field.setCurrentText(draft.text(name) or SECURITIES[0])

    def draft(self) -> ChannelDraft:
        kind = KINDS[self.kind.currentIndex()]
        return ChannelDraft(
            self.name.text().strip(),
            kind,
            PRIORITIES[self.priority.currentIndex()],
            self.stores.text(),
            self.resolved.isChecked(),
            int(self.heartbeat.currentData()),
            {name: self._text(name) for name in FIELDS[kind]},
        )

    def _text(self, name: str) -> str:
        field = self.fields[name]
        if isinstance(field, QComboBox):
            return field.currentText()
        return field.text() if isinstance(field, QLineEdit) else ""

    def _typed(self) -> None:
        """What was tried is another channel than what stands here now."""
        self._desk.forget_tried()
        self.refresh()

    def refresh(self) -> None:
        draft, known = self.draft(), self._desk.known()
        for name, field in self.fields.items():
            self.labels[field.accessibleName()].setVisible(name in FIELDS[draft.kind])
            field.setVisible(name in FIELDS[draft.kind])
            if isinstance(field, QLineEdit):
                field.setPlaceholderText(self._hint(name, draft))
        if self._is_keeping and not known.busy:
            self._is_keeping = False
            if not known.trouble:
                self.accept()
                return
        fault = draft_fault(draft, self._entry)
        look, words = tried_words(known.tried)
        words = known.trouble or fault or words
        self.note.show_text(words)
        colours = self._theme.colours
        is_lit = not known.trouble and not fault and look in LIT
        tone = colours.warning if known.trouble else colours.muted
        self.note.set_colour(self._theme.colour(look) if is_lit else tone)
        is_out = self._is_keeping or (known.tried is not None and known.tried.result is None)
        for push in (self.test, self.keep):
            push.setEnabled(not fault and not is_out)
        show_tone(self.keep, "main" if self.keep.isEnabled() else "")
        if self._shown_kind != draft.kind:
            self._shown_kind = draft.kind
            self._fit()

    def _hint(self, name: str, draft: ChannelDraft) -> str:
        is_set = self._entry is not None and name in self._entry.secrets
        if is_set and not (name != "url" and draft.text("url")):
            return tr("set; leave it empty to keep it")
        return field_example(name, draft.kind)

    def _try(self) -> None:
        self._desk.try_out(self.draft())
        self.refresh()

    def _keep(self) -> None:
        self._desk.forget_tried()
        self._is_keeping = True
        self._desk.keep(self.draft())
        self.refresh()
