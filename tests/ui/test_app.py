"""The whole console against a real socket: it comes up, lives through trouble, and goes cleanly."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from livedesk.app import ConsoleSettings, console, fitting
from livedesk.core.clock import SystemClock
from livedesk.core.runtime import EngineRuntime, engine_file, write_runtime_file
from livedesk.core.secrets import Secret
from livedesk.desk.sandbox_client import SandboxAccess
from livedesk.paths import Paths
from livedesk.ui.photographs import Picture
from livedesk.ui.theme import Theme
from livedesk.ui.window import ConsoleWindow
from tests.desk.fake_engine import TOKEN, FakeEngine, Script, running
from tests.ui.conftest import RunOnQt
from tests.ui.stage import on_air
from tests.waiting import until


@pytest.fixture
def script() -> Script:
    script = Script()
    script.statuses["lumen"] = on_air()
    script.happen("The encoder connected.")
    return script


@pytest.fixture
def engine(script: Script) -> Iterator[FakeEngine]:
    with running(script) as fake:
        yield fake


@asynccontextmanager
async def open_console(settings: ConsoleSettings, theme: Theme) -> AsyncIterator[ConsoleWindow]:
    """The console as it runs for a person; leaving closes its window and waits for its end."""
    main = asyncio.create_task(console(settings, theme, SystemClock()))
    await until(lambda: main.done() or windows())
    try:
        yield windows()[0]
    finally:
        for window in windows():
            window.leave_requested.emit()
        assert await main == 0


def windows() -> list[ConsoleWindow]:
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, ConsoleWindow)]


def everything_shown(window: ConsoleWindow) -> str:
    said = [label.text() for label in window.findChildren(QLabel)]
    said += [push.text() for push in window.findChildren(QPushButton)]
    for widget in window.findChildren(QWidget):
        said += [widget.toolTip(), widget.accessibleName(), widget.accessibleDescription()]
    return "\n".join([window.windowTitle(), *said])


def test_it_shows_the_engine_and_closing_it_stops_nothing(
    engine: FakeEngine, script: Script, paths: Paths, theme: Theme, run_on_qt: RunOnQt[Any]
) -> None:
    async def play() -> None:
        async with open_console(ConsoleSettings(paths, engine=engine.access), theme) as window:
            await until(lambda: window.top.header.state.text() == "ON AIR")
            await until(lambda: window.page.side.events.model.rowCount() == 1)
            assert TOKEN not in everything_shown(window)

    run_on_qt(play())
    assert script.paths("POST") == []


def test_the_local_engine_is_found_again_after_it_died(
    script: Script, paths: Paths, theme: Theme, run_on_qt: RunOnQt[Any]
) -> None:
    def announce(engine: FakeEngine) -> None:
        value = EngineRuntime(os.getpid(), engine.access.url, Secret(TOKEN), 1, "0")
        write_runtime_file(engine_file(paths.runtime), value)

    async def play() -> None:
        async with open_console(ConsoleSettings(paths), theme) as window:
            with running(script) as first:
                announce(first)
                await until(lambda: window.top.header.state.text() == "ON AIR")
            await until(lambda: window.top.banner.alarmed)
            assert window.top.banner.rows[0].cause.text() == "Engine not answering"
            assert TOKEN not in everything_shown(window)
            script.happen("Said while the console was alone.")
            with running(script) as second:
                announce(second)
                await until(lambda: not window.top.banner.alarmed)
                await until(lambda: window.page.side.events.model.rowCount() == 2)

    paths.prepare()
    run_on_qt(play())


def test_ending_the_show_reaches_the_engine_and_closes_the_window(
    engine: FakeEngine, script: Script, paths: Paths, theme: Theme, run_on_qt: RunOnQt[Any]
) -> None:
    async def play() -> None:
        main = asyncio.create_task(
            console(ConsoleSettings(paths, engine=engine.access), theme, SystemClock())
        )
        await until(lambda: windows() and windows()[0].top.header.state.text() == "ON AIR")
        windows()[0].stop_requested.emit()
        assert await main == 0

    run_on_qt(play())
    assert script.paths("POST") == ["/v1/stores/lumen/session/end", "/v1/engine/stop"]


def test_pictures_are_saved_whole(
    engine: FakeEngine, paths: Paths, tmp_path: Path, theme: Theme, run_on_qt: RunOnQt[Any]
) -> None:
    file = tmp_path / "console.png"
    settings = ConsoleSettings(
        paths, engine=engine.access, pictures=(Picture(file, 0.1),), close_after_s=1.5
    )
    assert run_on_qt(console(settings, theme, SystemClock())) == 0
    image = QImage(str(file))
    assert (image.width(), image.height()) == (1600, 900)
    assert [found.name for found in tmp_path.iterdir() if found.suffix == ".png"] == ["console.png"]


def test_faults_of_slots_coroutines_and_threads_are_shown_and_the_window_lives(
    engine: FakeEngine, paths: Paths, theme: Theme, run_on_qt: RunOnQt[Any],
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    def fail() -> None:
        raise ZeroDivisionError("with a canary-secret in its text")

    async def play() -> None:
        async with open_console(ConsoleSettings(paths, engine=engine.access), theme) as window:
            seen: list[str] = []

            async def shown(place: str) -> None:
                await until(lambda: place in window.note.text())
                seen.append(window.note.text())

            sys.excepthook(ZeroDivisionError, ZeroDivisionError("canary-secret"), None)
            await shown("the window")
            thread = threading.Thread(target=fail, name="worker")
            thread.start()
            thread.join()
            await shown("worker")
            asyncio.get_running_loop().call_exception_handler({"exception": ZeroDivisionError()})
            await shown("the event loop")
            assert all("ZeroDivisionError" in text for text in seen)
            assert not any("canary-secret" in text for text in seen)
            assert window.isVisible()

    run_on_qt(play())
    assert "unexpected fault in worker" in caplog.text


def test_a_sandbox_that_is_gone_is_a_note(
    engine: FakeEngine, paths: Paths, theme: Theme, run_on_qt: RunOnQt[Any]
) -> None:
    nobody = SandboxAccess("http://127.0.0.1:9", Secret("canary-sandbox"))

    async def play() -> None:
        settings = ConsoleSettings(paths, engine=engine.access, sandbox=nobody)
        async with open_console(settings, theme) as window:
            assert window.dock is not None
            window.dock.findChildren(QPushButton)[0].click()
            await until(lambda: "Nobody answers" in window.note.text())
            assert "canary" not in everything_shown(window)

    run_on_qt(play())


def test_the_window_has_room_for_its_words_on_a_screen_of_any_size() -> None:
    assert fitting(QSize(1920, 1080), 1.0) == QSize(1600, 900)
    assert fitting(QSize(1366, 728), 1.0) == QSize(1366, 728)
    assert fitting(QSize(3840, 2160), 1.5) == QSize(2400, 1350), "words are as much larger"
