"""What does the agency do about each kind of alarm? Its standing steps, read and written here."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QPlainTextEdit, QVBoxLayout

from livedesk.desk.alarm_client import RunbookKind
from livedesk.desk.alarm_settings import AlarmSettings, RunbookView, steps_fault, steps_of
from livedesk.desk.model import DeskSnapshot
from livedesk.desk.rights import Rights
from livedesk.desk.words import tr
from livedesk.ui.basics import Text, button, show_tone
from livedesk.ui.settings.page import SettingsPage
from livedesk.ui.theme import Theme

LIST, EDITOR = 2, 3
"""Shares of the width."""

LEAST_HEIGHT = 220


class RunbookPage(SettingsPage):
    """What is typed stays typed while statuses come; it holds once it is saved."""

    def __init__(
        self, theme: Theme, settings: AlarmSettings, snapshot: Callable[[], DeskSnapshot]
    ) -> None:
        super().__init__(theme, "runbook", tr("What to do"))
        self._settings = settings
        self._snapshot = snapshot
        self._shown: RunbookView | None = None
        self._loaded: RunbookKind | None = None
        self._asked = False
        self.kinds = QListWidget()
        self.kinds.setFont(theme.font("body"))
        self.kinds.setAccessibleName(tr("Kinds of alarms"))
        self.kinds.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        colours = theme.colours
        self.kinds.setStyleSheet(
            f"QListWidget::item {{ padding: {theme.px(4)}px {theme.px(6)}px; }}"
            f"QListWidget::item:selected {{ background: {colours.line}; color: {colours.text}; }}"
        )
        self.heading = Text(theme, "strong")
        self.editor = QPlainTextEdit()
        self.editor.setFont(theme.font("body"))
        self.editor.setTabChangesFocus(True)
        self.editor.setAccessibleName(tr("Steps, one a line"))
        self.note = Text(theme, "small", theme.colours.muted)
        self.note.setWordWrap(True)
        self.save = button(theme, tr("Save"), tr("Save these steps"))
        self.default = button(theme, tr("Use the default"), tr("The steps livedesk comes with"))
        self._lay_out()
        self.kinds.currentRowChanged.connect(self._load)
        self.editor.textChanged.connect(self._typed)
        self.save.clicked.connect(self._save)
        self.default.clicked.connect(self._use_default)
        self.refresh()

    def _lay_out(self) -> None:
        theme = self.theme
        self.add_words(
            tr("These steps stand beside an alarm as a list to tick off, and go out with its "
               "messages. One step a line.")
        )  # fmt: skip
        acts = QHBoxLayout()
        acts.addWidget(self.note, 1)
        acts.addWidget(self.default)
        acts.addWidget(self.save)
        right = QVBoxLayout()
        right.setSpacing(theme.gap)
        right.addWidget(self.heading)
        right.addWidget(self.editor, 1)
        right.addLayout(acts)
        row = QHBoxLayout()
        row.setSpacing(theme.pad)
        row.addWidget(self.kinds, LIST)
        row.addLayout(right, EDITOR)
        self.kinds.setMinimumHeight(theme.px(LEAST_HEIGHT))
        self.column.addLayout(row, 1)
        show_tone(self.save, "main")

    # What it shows

    @property
    def kind(self) -> RunbookKind | None:
        """The one that is chosen, as the engine has it."""
        kinds = self._settings.runbook.kinds or ()
        at = self.kinds.currentRow()
        return kinds[at] if 0 <= at < len(kinds) else None

    def refresh(self) -> None:
        view = self._settings.runbook
        if view.kinds is None and not view.trouble and not self._asked:
            self._asked = True
            self._settings.ask()
        if view is not self._shown:
            before, self._shown = self._shown, view
            if before is None or before.kinds != view.kinds:
                self._show_kinds(view.kinds or ())
        self._show_state()

    def _show_kinds(self, kinds: tuple[RunbookKind, ...]) -> None:
        at = max(0, self.kinds.currentRow())
        self.kinds.blockSignals(True)
        self.kinds.clear()
        for kind in kinds:
            title = tr("{title} (your own)").format(title=kind.title)
            self.kinds.addItem(title if kind.is_own else kind.title)
        self.kinds.setCurrentRow(min(at, len(kinds) - 1))
        self.kinds.blockSignals(False)
        self._load()

    def _load(self) -> None:
        """Show the steps of the chosen kind, or what was typed for it and is not saved."""
        kind = self.kind
        if kind is None or kind == self._loaded:
            return
        self._loaded = kind
        self.heading.show_text(kind.title)
        self.editor.setPlainText(self._settings.drafts.get(kind.kind, "\n".join(kind.steps)))
        self._show_state()

    def _show_state(self) -> None:
        view, kind = self._settings.runbook, self._loaded
        rights = Rights(self._snapshot().me)
        may = rights.may("administer")
        steps = steps_of(self.editor.toPlainText())
        fault = steps_fault(steps) if kind is not None else ""
        changed = kind is not None and steps != kind.steps
        self.editor.setReadOnly(not may or kind is None)
        self.save.setEnabled(may and changed and not fault and not view.saving)
        self.default.setEnabled(
            may and kind is not None and not view.saving and (kind.is_own or changed)
        )
        words, colour = self._note(view, fault, changed), self.theme.colours.muted
        if view.trouble or (changed and fault):
            colour = self.theme.colours.warning
        self.note.show_text(words if may else rights.why_not("administer"))
        self.note.set_colour(colour)

    def _note(self, view: RunbookView, fault: str, changed: bool) -> str:
        if view.trouble:
            return view.trouble
        if view.kinds is None:
            return tr("Asking the engine…")
        if view.saving:
            return tr("Saving…")
        if changed:
            return fault or tr("Not saved yet.")
        return ""

    # What a person does

    def _typed(self) -> None:
        kind, text = self._loaded, self.editor.toPlainText()
        if kind is not None:
            self._settings.keep_draft(kind, text)
        self._show_state()

    def _save(self) -> None:
        if self._loaded is not None:
            self._settings.set_steps(self._loaded.kind, steps_of(self.editor.toPlainText()))
            self._show_state()

    def _use_default(self) -> None:
        kind = self._loaded
        if kind is None:
            return
        self.editor.setPlainText("\n".join(kind.default))
        if kind.is_own:
            self._settings.set_steps(kind.kind, None)
        self._show_state()
