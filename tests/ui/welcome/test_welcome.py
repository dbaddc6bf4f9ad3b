"""A machine without settings: does somebody get from nothing to a running show, and is told what
is awaited?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from livedesk.core.secrets import Secret
from livedesk.core.status import FeedStatus, PartStatus, PictureStatus, SoundStatus, UplinkStatus
from livedesk.desk.first_run import FirstStore
from livedesk.desk.starting import Begun
from livedesk.ui.theme import Theme
from livedesk.ui.welcome.page import WelcomePage
from livedesk.ui.welcome.window import WelcomeWindow
from tests.ui.stage import Stage, on_air, waiting

FILE = Path("/home/ana/livedesk.toml")
SERVERS = ("rtmp://192.168.1.20:1935/live", "rtmp://127.0.0.1:1935/live")


class Clerk:
    """Takes what was typed, and has it done at once."""

    def __init__(self) -> None:
        self.taken: list[FirstStore] = []
        self.begun: Begun | None = None
        self.problem = ""
        self.is_starting = False
        self.started_again = 0

    def start_again(self) -> None:
        self.started_again += 1

    def connect(self, store: FirstStore) -> None:
        self.taken.append(store)
        file = None if self.problem else FILE
        self.begun = Begun(store, SERVERS, file, problem=self.problem)


@pytest.fixture
def clerk() -> Clerk:
    return Clerk()


@pytest.fixture
def page(theme: Theme, clerk: Clerk) -> Iterator[WelcomePage]:
    page = WelcomePage(theme, clerk, lambda: Secret("encoder-key-1"))
    page.resize(1366, 768)
    page.show()
    yield page
    page.close()
    page.deleteLater()


@pytest.fixture
def typed(page: WelcomePage) -> Callable[..., None]:
    def type_in(key: str = "platform-key-1") -> None:
        for field, text in (
            (page.form.name, "Lumen"),
            (page.form.server, "rtmp://ingest.example/live"),
            (page.form.key, key),
        ):
            field.clear()
            QTest.keyClicks(field, text)

    return type_in


def test_one_click_starts_the_sandbox(page: WelcomePage) -> None:
    asked: list[bool] = []
    page.sandbox_asked.connect(lambda: asked.append(True))
    QTest.mouseClick(page.sandbox, Qt.MouseButton.LeftButton)
    assert asked == [True]


def test_what_is_missing_is_said_under_its_field_until_it_is_there(
    page: WelcomePage, clerk: Clerk, typed: Callable[..., None]
) -> None:
    assert not any(label.isVisible() for label in page.form.faults.values())
    typed(key="")
    QTest.keyClick(page.form.key, Qt.Key.Key_Return)
    assert clerk.taken == []
    assert [name for name, label in page.form.faults.items() if label.isVisible()] == ["key"]
    QTest.keyClicks(page.form.key, "platform-key-1")
    assert not page.form.faults["key"].isVisible()
    QTest.mouseClick(page.form.go, Qt.MouseButton.LeftButton)
    assert [store.key for store in clerk.taken] == [Secret("platform-key-1")]


def test_from_the_form_to_a_show_each_step_tells_what_was_seen(
    page: WelcomePage, stage: Stage, typed: Callable[..., None]
) -> None:
    def told() -> list[str]:
        page.show_snapshot(stage.snapshot())
        return [row.title.text() for row in page.progress.rows]

    typed()
    QTest.mouseClick(page.form.go, Qt.MouseButton.LeftButton)
    assert told()[0] == "Starting the engine…"
    assert page.progress.isVisible()
    stage.attach()
    stage.tell(replace(waiting("lumen"), feed=FeedStatus("GONE"), uplinks=()))
    assert "Waiting for your encoder at rtmp://192.168.1.20:1935/live" in told()[1]
    QTest.mouseClick(page.progress.server.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == SERVERS[0]
    QTest.mouseClick(page.progress.key.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "encoder-key-1"
    refused = UplinkStatus("primary", "down", reason="the platform refuses the stream key")
    stage.tell(on_air("lumen", uplinks=(refused,), picture=PictureStatus(), sound=SoundStatus()))
    assert told()[1:] == [
        "Your encoder sends", "Picture and sound are measured", "The platform does not take it",
    ]  # fmt: skip
    assert "1280×720, 30 fps, h264 and aac, 4,012 kbps" in page.progress.rows[1].text.text()
    assert "refuses the stream key" in page.progress.rows[3].text.text()
    stage.tell(on_air("lumen"))
    assert told()[3] == "The platform takes the stream"
    assert page.progress.go.property("tone") == "main"


def test_a_way_in_that_is_not_open_is_told_and_the_encoder_not_guessed_at(
    page: WelcomePage, stage: Stage, typed: Callable[..., None]
) -> None:
    typed()
    QTest.mouseClick(page.form.go, Qt.MouseButton.LeftButton)
    stage.attach()
    taken = PartStatus("down", "port 1935 is in use")
    stage.tell(replace(waiting("lumen"), feed=FeedStatus("BLIND"), relay=taken))
    page.show_snapshot(stage.snapshot())
    assert [row.mark.look for row in page.progress.rows] == ["ok", "warning", "idle", "idle"]
    assert page.progress.rows[1].text.text() == "port 1935 is in use"


def test_an_engine_that_fails_says_why_and_is_started_again_or_what_was_typed_changed(
    page: WelcomePage, clerk: Clerk, stage: Stage, typed: Callable[..., None]
) -> None:
    typed()
    QTest.mouseClick(page.form.go, Qt.MouseButton.LeftButton)
    clerk.is_starting = True
    stage.model.lost("No engine runs on this machine.", stage.now(), None)
    page.show_snapshot(stage.snapshot())
    assert page.progress.rows[0].title.text() == "Starting the engine…", "it is on its way"
    assert not page.progress.start_again.isVisible()
    clerk.is_starting = False
    stage.model.lost("The settings cannot be read.", stage.now(), None)
    page.show_snapshot(stage.snapshot())
    assert "cannot be read" in page.progress.rows[0].text.text()
    assert str(FILE) in page.progress.file.text()
    QTest.mouseClick(page.progress.start_again, Qt.MouseButton.LeftButton)
    assert clerk.started_again == 1
    QTest.mouseClick(page.progress.back, Qt.MouseButton.LeftButton)
    page.show_snapshot(stage.snapshot())
    assert page.form.isVisible()
    typed(key="platform-key-2")
    QTest.mouseClick(page.form.go, Qt.MouseButton.LeftButton)
    page.show_snapshot(stage.snapshot())
    assert page.progress.isVisible()
    assert clerk.taken[-1].key == Secret("platform-key-2")


def test_the_window_goes_on_by_itself_when_an_engine_comes_up_elsewhere(
    theme: Theme, clerk: Clerk, stage: Stage
) -> None:
    window = WelcomeWindow(theme, clerk, lambda: Secret("encoder-key-1"), stage.snapshot)
    window.show()
    asked: list[str] = []
    window.console_asked.connect(lambda: asked.append("console"))
    window.leave_asked.connect(lambda: asked.append("leave"))
    window.refresh()
    assert asked == []
    window.close()
    assert asked == ["leave"], "its owner closes it"
    stage.attach()
    window.refresh()
    assert asked == ["leave", "console"]
    window.close_for_good()
    window.deleteLater()


def test_settings_that_could_not_be_written_are_told_and_the_form_stays(
    page: WelcomePage, clerk: Clerk, stage: Stage, typed: Callable[..., None]
) -> None:
    clerk.problem = "livedesk.toml is there already."
    typed()
    QTest.mouseClick(page.form.go, Qt.MouseButton.LeftButton)
    page.show_snapshot(stage.snapshot())
    assert page.problem.text() == clerk.problem
    assert page.form.isVisible()


def test_the_platforms_key_is_not_shown(page: WelcomePage, typed: Callable[..., None]) -> None:
    typed()
    assert page.form.key.displayText() == "●" * len("platform-key-1")
