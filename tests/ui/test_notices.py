"""Notifications come while nobody looks, and a desktop that shows none is told in words."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace

import pytest

from livedesk.desk.preferences import PreferenceBook
from livedesk.ui.notices import LONGEST, Notices


class FakeWay:
    def __init__(self) -> None:
        self.shown: list[tuple[str, str, bool]] = []
        self.problem = ""

    def show(self, title: str, text: str, *, urgent: bool) -> None:
        self.shown.append((title, text, urgent))


def test_they_come_while_no_window_is_in_front_and_when_wanted() -> None:
    way, book, front = FakeWay(), PreferenceBook(), [True]
    notices = Notices(book, lambda: way, lambda: front[0])
    notices.tell("Lumen Home", "seen anyway")
    front[0] = False
    notices.tell("Lumen Home", "Uplink primary is gone", urgent=True)
    book.change(replace(book.now, notifications=False))
    notices.tell("Lumen Home", "not wanted")
    assert way.shown == [("Lumen Home", "Uplink primary is gone", True)]
    notices.test()
    assert len(way.shown) == 2


def test_a_desktop_without_notifications_is_told_until_it_has_them() -> None:
    ways: list[FakeWay] = []
    notices = Notices(PreferenceBook(), lambda: ways[0] if ways else None, lambda: False)
    assert notices.problem == ""
    notices.tell("Lumen Home", "Uplink primary is gone")
    assert "no notifications" in notices.problem
    ways.append(FakeWay())
    notices.test()
    assert notices.problem == ""


def test_long_texts_are_cut_and_refusals_are_passed_on() -> None:
    way = FakeWay()
    notices = Notices(PreferenceBook(), lambda: way, lambda: False)
    notices.tell("Lumen Home", "x" * 1000)
    assert len(way.shown[0][1]) == LONGEST
    way.problem = "The desktop did not take the notification: nobody there"
    assert notices.problem == way.problem


PORTAL = """
from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer
from livedesk.ui.notice_ways import PortalWay
app = QCoreApplication([])
way = PortalWay()
assert way.is_there
way.show("Lumen Home", "Uplink primary is gone", urgent=True)
loop = QEventLoop()
tick = QTimer(); tick.timeout.connect(lambda: way.problem and loop.quit()); tick.start(10)
QTimer.singleShot(10_000, loop.quit)
loop.exec()
print(way.problem)
"""


@pytest.mark.skipif(shutil.which("dbus-run-session") is None, reason="no D-Bus here")
def test_a_bus_without_a_portal_says_why() -> None:
    command = ["dbus-run-session", "--", sys.executable, "-c", PORTAL]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert "did not take the notification" in done.stdout, done.stderr
