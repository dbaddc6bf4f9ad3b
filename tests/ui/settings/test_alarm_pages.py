"""Do the settings say how channels are, and is what is typed into the runbook neither lost nor
saved by itself?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtTest import QTest

from livedesk.core.engine_status import ChannelStatus, EngineStatus, Me
from livedesk.desk.alarm_client import AlarmClient, ChannelTest, RunbookKind
from livedesk.desk.alarm_settings import AlarmSettings, ChannelTry, RunbookView
from livedesk.desk.errors import NotSentError
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
