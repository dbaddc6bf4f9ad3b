"""A dressed application, an event loop on it, and an eye on what windows leave behind."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

import pytest

pytest.importorskip("PySide6")

from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from livedesk.app import dress, make_loop
from livedesk.ui.theme import Theme
from livedesk.ui.window import ConsoleWindow
from tests.ui.stage import Stage

T = TypeVar("T")
RunOnQt = Callable[[Coroutine[Any, Any, T]], T]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform says this of every window with a least size."""
    for item in items:
        item.add_marker(pytest.mark.qt_log_ignore("does not support propagateSizeHints"))


@pytest.fixture(scope="session", autouse=True)
def _what_is_loaded_stays() -> None:
    """The look for leftovers after each test need not go through all modules again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    return dress(qapp, offscreen=True)


@pytest.fixture
def run_on_qt(qapp: QApplication) -> RunOnQt[Any]:
    """`asyncio.run` on the Qt event loop."""

    def run(work: Coroutine[Any, Any, T]) -> T:
        with asyncio.Runner(loop_factory=lambda: make_loop(qapp)) as runner:
            return runner.run(work)

    return run


@pytest.fixture(autouse=True)
def _no_window_left(qapp: QApplication) -> Iterator[None]:
    """A closed window must take its widgets and timers with it."""
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    left = [f"{type(w).__name__} {w.accessibleName()!r}" for w in qapp.topLevelWidgets()]
    timers = [t for t in qapp.findChildren(QTimer) if t.isActive()]
    assert not left, f"close and deleteLater() these: {left}"
    assert not timers, f"timers still run: {timers}"


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def open_window(theme: Theme) -> Iterator[Callable[..., ConsoleWindow]]:
    """Opens windows and closes them after the test."""
    opened: list[ConsoleWindow] = []

    def open_it(stage: Stage, **options: Any) -> ConsoleWindow:
        window = ConsoleWindow(stage, theme, **options)
        window.resize(1366, 768)
        window.show()
        # Keys reach an active window only.
        window.activateWindow()
        assert QTest.qWaitForWindowActive(window)
        opened.append(window)
        return window

    yield open_it
    for window in opened:
        window.close_for_good()
        window.deleteLater()
