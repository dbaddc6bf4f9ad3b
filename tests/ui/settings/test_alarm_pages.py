"""Do the settings say how channels are, and is what is typed into the runbook neither lost nor
saved by itself?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from livedesk.core.channel_settings import ChannelEntry
from livedesk.core.engine_status import ChannelStatus, EngineStatus, Me
from livedesk.desk.alarm_client import AlarmClient, ChannelTest, RunbookKind
from livedesk.desk.alarm_settings import AlarmSettings, RunbookView
from livedesk.desk.channel_draft import FIELDS, ChannelDraft
from livedesk.desk.channels import ChannelDesk, ChannelTry, KnownChannels
from livedesk.desk.errors import NotSentError
from livedesk.ui.questions import Question
from livedesk.ui.settings.channel_form import ChannelForm
from livedesk.ui.settings.channels import ChannelsPage
from livedesk.ui.settings.runbook import RunbookPage
from livedesk.ui.theme import Theme
from tests.ui.stage import Stage, on_air

KINDS = (
    RunbookKind("feed.lost", "No feed", ("Ask the studio.",), ("Ask the studio.",)),
    RunbookKind("sync.skew", "Out of step", ("Call Rosa.",), ("Look at the delay.",)),
)


class Settings(AlarmSettings):
    """Notes what is asked for, and answers when a test says so."""

    def __init__(self) -> None:
        super().__init__(_nobody, lambda _name, work: work.close(), lambda: "Mai")
        self.sent: list[tuple[str, tuple[str, ...] | None]] = []
        self.tried: dict[str, ChannelTry] = {}
        self.runbook = RunbookView(KINDS)

    def set_steps(self, kind: str, steps: tuple[str, ...] | None) -> None:
        self.sent.append((kind, steps))

    def test(self, channel: str) -> None:
        self.tried[channel] = ChannelTry()

    def test_of(self, channel: str) -> ChannelTry | None:
        return self.tried.get(channel)


def _nobody() -> AlarmClient:
    raise NotSentError("No engine is attached.", "stage", "")


@pytest.fixture
def desk(stage: Stage) -> Stage:
    stage.attach()
    stage.tell(on_air())
    return stage


@pytest.fixture
def runbook(desk: Stage, theme: Theme) -> Iterator[RunbookPage]:
    page = RunbookPage(theme, Settings(), desk.snapshot)
    page.show()
    yield page
    page.close()
    page.deleteLater()


def sent(page: RunbookPage) -> list[tuple[str, tuple[str, ...] | None]]:
    settings = page._settings
    assert isinstance(settings, Settings)
    return settings.sent


def test_steps_are_saved_when_asked_for_and_without_the_numbers_typed_before_them(
    runbook: RunbookPage,
) -> None:
    runbook.editor.setPlainText("1. Ask the studio.\n\n2) Call Rosa.")
    assert runbook.note.text() == "Not saved yet."
    assert sent(runbook) == []
    runbook.save.click()
    assert sent(runbook) == [("feed.lost", ("Ask the studio.", "Call Rosa."))]


def test_what_is_typed_survives_a_look_at_another_kind(runbook: RunbookPage) -> None:
    runbook.editor.setPlainText("Call Rosa.")
    runbook.kinds.setCurrentRow(1)
    assert runbook.editor.toPlainText() == "Call Rosa."
    runbook.kinds.setCurrentRow(0)
    runbook.refresh()
    assert runbook.editor.toPlainText() == "Call Rosa."


def test_what_is_typed_survives_the_dialog(runbook: RunbookPage, desk: Stage, theme: Theme) -> None:
    runbook.editor.setPlainText("Call Mei.")
    later = RunbookPage(theme, runbook._settings, desk.snapshot)
    assert later.editor.toPlainText() == "Call Mei."
    assert later.note.text() == "Not saved yet."
    later.deleteLater()


def test_the_default_comes_back(runbook: RunbookPage) -> None:
    assert not runbook.default.isEnabled()
    runbook.kinds.setCurrentRow(1)
    runbook.default.click()
    assert runbook.editor.toPlainText() == "Look at the delay."
    assert sent(runbook) == [("sync.skew", None)]


def test_steps_that_the_engine_would_refuse_cannot_be_saved(runbook: RunbookPage) -> None:
    runbook.editor.setPlainText("\n".join(f"Step {n}." for n in range(13)))
    assert not runbook.save.isEnabled()
    assert "At most 12 steps" in runbook.note.text()


def test_who_is_no_admin_reads_only(desk: Stage, runbook: RunbookPage) -> None:
    desk.model.me(Me("Ana", "producer", ("see", "operate"), named=True))
    runbook.refresh()
    QTest.keyClicks(runbook.editor, "x")
    assert runbook.editor.toPlainText() == "Ask the studio."
    assert not runbook.save.isEnabled()
    assert "admin" in runbook.note.text()


def test_channels_tell_their_state_and_what_became_of_a_test(desk: Stage, theme: Theme) -> None:
    settings = Settings()
    page = ChannelsPage(theme, settings, desk.snapshot)
    assert "does not say" in page.note.text()
    channels = (
        ChannelStatus("duty", "ntfy", "ok", 12, ok_age_s=62.0),
        ChannelStatus("mail", "email", "failing", failed=4, reason="It hangs."),
    )
    desk.model.engine(EngineStatus(1, channels=channels), desk.now())
    page.refresh()
    assert page.rows["duty"].counts.text() == "12 sent, the last 1 min 02 s ago"
    assert page.rows["mail"].state.text() == "fails: It hangs."
    page.rows["mail"].test.click()
    assert not page.rows["mail"].test.isEnabled()
    settings.tried["mail"] = ChannelTry(ChannelTest(False, "It did not arrive."))
    page.refresh()
    assert page.rows["mail"].answer.text() == "It did not arrive."
    assert page.rows["mail"].test.isEnabled()
    page.deleteLater()


class Channels(ChannelDesk):
    """Keeps and tries at once, and refuses when a test says so."""

    def __init__(self) -> None:
        super().__init__(_nobody, lambda _name, work: work.close(), lambda: "Mai")
        self.drafts: list[ChannelDraft] = []
        self.removed: list[str] = []
        self.refusal = ""
        named = ChannelEntry("duty", "ntfy", secrets=("url",), from_settings=True)
        own = ChannelEntry("mail", "email", host="smtp.example", port=587, secrets=("password",))
        self._known = KnownChannels((named, own))

    def ask(self) -> None:
        """The list is known."""

    def keep(self, draft: ChannelDraft) -> None:
        self.drafts.append(draft)
        self._known = replace(self._known, trouble=self.refusal)

    def try_out(self, draft: ChannelDraft) -> None:
        self._known = replace(
            self._known, tried=ChannelTry(ChannelTest(True, f"{draft.name} arrived."))
        )

    def remove(self, name: str) -> None:
        self.removed.append(name)


@pytest.fixture
def channels(desk: Stage, theme: Theme) -> Iterator[ChannelsPage]:
    settings = Settings()
    settings.channels = Channels()
    statuses = (ChannelStatus("duty", "ntfy"), ChannelStatus("mail", "email"))
    desk.model.engine(EngineStatus(1, channels=statuses), desk.now())
    page = ChannelsPage(theme, settings, desk.snapshot)
    page.resize(900, 600)
    page.show()
    yield page
    for dialog in (*page.findChildren(Question), *page.findChildren(ChannelForm)):
        dialog.close()
    page.close()
    page.deleteLater()


def engine_of(page: ChannelsPage) -> Channels:
    assert isinstance(page._desk, Channels)
    return page._desk


def test_a_channel_is_added_by_keyboard_tried_first_and_the_form_closes_when_it_is_kept(
    channels: ChannelsPage,
) -> None:
    channels.add.click()
    form = channels.findChildren(ChannelForm)[-1]
    assert not form.keep.isEnabled()
    QTest.keyClicks(form.name, "ops")
    assert form.note.text() == "Still empty: Address."
    url = form.fields["url"]
    assert isinstance(url, QLineEdit)
    assert url.echoMode() is QLineEdit.EchoMode.Password
    QTest.keyClicks(url, "https://hooks.example/x")
    form.test.click()
    assert form.note.text() == "ops arrived."
    QTest.keyClicks(url, "y")
    assert form.note.text() == "", "what was tried is another channel"
    engine_of(channels).refusal = "No keyring. Give env:NAME."
    form.keep.click()
    assert form.note.text() == "No keyring. Give env:NAME."
    assert form.isVisible()
    engine_of(channels).refusal = ""
    form.keep.click()
    assert not form.isVisible()
    assert engine_of(channels).drafts[-1].texts == {"url": "https://hooks.example/xy"}


def test_the_form_asks_what_its_kind_needs(channels: ChannelsPage) -> None:
    form = channels.open_form("")
    shown = {name for name, field in form.fields.items() if field.isVisible()}
    assert shown == {"url"}
    form.kind.setCurrentText("e-mail")
    shown = {name for name, field in form.fields.items() if field.isVisible()}
    assert shown == set(FIELDS["email"])


def test_a_secret_that_is_set_is_not_asked_for_again(channels: ChannelsPage) -> None:
    channels.rows["mail"].change.click()
    form = channels.findChildren(ChannelForm)[-1]
    password = form.fields["password"]
    assert isinstance(password, QLineEdit)
    assert password.text() == ""
    assert "keep it" in password.placeholderText()
    assert not form.name.isEnabled()


def test_what_stands_in_the_settings_file_is_not_changed_here(channels: ChannelsPage) -> None:
    row = channels.rows["duty"]
    assert row.test.isEnabled()
    assert not row.change.isEnabled()
    assert not row.remove.isEnabled()
    assert "settings file" in row.remove.toolTip()


def test_removing_is_asked_before(channels: ChannelsPage) -> None:
    for text, removed in (("Cancel", []), ("Remove", ["mail"])):
        channels.rows["mail"].remove.click()
        question = channels.findChildren(Question)[-1]
        next(push for push in question.buttons() if push.text() == text).click()
        assert engine_of(channels).removed == removed


def test_who_is_no_admin_sees_why_channels_cannot_be_changed(
    channels: ChannelsPage, desk: Stage
) -> None:
    desk.model.me(Me("Ana", "producer", ("see", "operate"), named=True))
    channels.refresh()
    row = channels.rows["mail"]
    for push in (row.test, row.change, row.remove, channels.add):
        assert not push.isEnabled()
        assert "admin" in push.toolTip()
