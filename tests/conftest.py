"""What every test may use, and what every test must leave as it found it."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import hypothesis
import pytest

from livedesk.core.clock import ManualClock
from livedesk.paths import DATA_VARIABLE, RUNTIME_VARIABLE, Paths, find_paths
from tests.leaks import (
    Running,
    command_line,
    kill,
    left_since,
    processes_that_use,
    tasks_left_by_asyncio_run,
)

_PASSED = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where Qt is not installed, neither is pytest-qt: its settings are then nobody's."""
    if importlib.util.find_spec("pytestqt") is None:
        for name in ("qt_api", "qt_log_level_fail"):
            parser.addini(name, "a setting of pytest-qt")


def pytest_configure() -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    # Machines differ in speed; a slow example is not a wrong one.
    hypothesis.settings.register_profile("livedesk", deadline=None, print_blob=True)
    hypothesis.settings.load_profile("livedesk")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[_PASSED] = report.passed
    return report


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(autouse=True)
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    """Folders of the test's own, also for the processes it starts; not yet created."""
    monkeypatch.setenv(RUNTIME_VARIABLE, str(tmp_path / "runtime"))
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "data"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    return find_paths(os.environ)


@pytest.fixture(autouse=True)
def _nothing_left_behind(request: pytest.FixtureRequest, paths: Paths) -> Iterator[None]:
    """Fail a passed test that leaves a thread, process, socket or task; end left processes."""
    before = Running.now()
    with tasks_left_by_asyncio_run() as tasks:
        yield
    left = left_since(before)
    orphans = processes_that_use(paths.runtime) if paths.runtime.exists() else []
    remains = [*tasks, *left.describe()]
    remains += [
        f"process {pid}: {command_line(pid)}" for pid in orphans if pid not in left.children
    ]
    for pid in {*left.children, *orphans}:
        kill(pid)
    if remains and request.node.stash.get(_PASSED, False):
        pytest.fail("the test left behind: " + "; ".join(remains), pytrace=False)
