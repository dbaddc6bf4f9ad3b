"""The tab of people: add, see the token once, change, revoke; and why not, where one may not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget

from livedesk.core.clock import NS_PER_S
from livedesk.core.engine_status import Me, User
from livedesk.core.roles import RIGHTS, Role
from livedesk.core.secrets import Secret
from livedesk.desk.people import KnownPeople
from livedesk.desk.people_client import NewToken, People
from livedesk.desk.rights import Rights
from livedesk.ui.questions import Question
from livedesk.ui.settings.people import PeoplePage, RoleBox
from livedesk.ui.theme import Theme

NOW_NS = 1_700_000_000 * NS_PER_S
MEI = User("Mei", "admin", NOW_NS, "settings", NOW_NS, from_settings=True)
ANA = User("Ana", "producer", NOW_NS, "Mei", NOW_NS - 600 * NS_PER_S)


class Stage:
    """People that change at once."""

    def __init__(self) -> None:
        self.state = KnownPeople(People((ANA, MEI), 50))
        self.asked: list[str] = []

    def known(self) -> KnownPeople:
        return self.state

    def ask(self) -> None:
        self.asked.append("list")

    def add(self, name: str, role: Role) -> None:
        user = User(name, role, NOW_NS, "Mei")
        people = People((ANA, user, MEI), 50)
        self.state = KnownPeople(people, NewToken(user, Secret("t0ken-of-" + name)))

    def new_token(self, name: str) -> None:
        self.asked.append(f"token {name}")

    def give_role(self, name: str, role: Role) -> None:
        self.asked.append(f"{name} {role}")

    def revoke(self, name: str) -> None:
        self.asked.append(f"revoke {name}")

    def forget_new(self) -> None:
        self.state = replace(self.state, new=None)


def rights_of(role: Role) -> Rights:
    return Rights(Me("somebody", role, tuple(RIGHTS[role]), named=True))


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def page(theme: Theme, stage: Stage) -> Iterator[PeoplePage]:
    page = PeoplePage(theme, stage, lambda: rights_of("admin"), lambda: NOW_NS)
    page.resize(900, 600)
    page.show()
    yield page
    for question in page.findChildren(Question):
        question.close()
    page.close()
    page.deleteLater()


def push_of(page: QWidget, name: str) -> QPushButton:
    return next(b for b in page.findChildren(QPushButton) if b.accessibleName() == name)


def answer(page: PeoplePage, text: str) -> None:
    question = page.findChildren(Question)[-1]
    QTest.mouseClick(
        next(b for b in question.buttons() if b.text() == text), Qt.MouseButton.LeftButton
    )


def test_somebody_is_added_by_keyboard_and_the_token_is_seen_once(
    page: PeoplePage, stage: Stage
) -> None:
    assert not page.add.isEnabled()
    QTest.keyClicks(page.name, "admin")
    assert not page.add.isEnabled()
    assert "no role is a name" in page.add.toolTip()
    page.name.clear()
    QTest.keyClicks(page.name, "Kim Lee")
    QTest.keyClick(page.name, Qt.Key.Key_Return)
    page.refresh()
    assert page.new.isVisible()
    assert page.new.token.text() == "t0ken-of-Kim Lee"
    QTest.mouseClick(page.new.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "t0ken-of-Kim Lee"
    QTest.mouseClick(page.new.done, Qt.MouseButton.LeftButton)
    assert not page.new.isVisible()
    assert page.new.token.text() == ""
    assert page.count.text() == "3 of 50 people"


def test_revoking_and_a_new_token_are_asked_before(page: PeoplePage, stage: Stage) -> None:
    QTest.mouseClick(push_of(page, "Revoke Ana"), Qt.MouseButton.LeftButton)
    answer(page, "Cancel")
    assert "revoke Ana" not in stage.asked
    QTest.mouseClick(push_of(page, "Revoke Ana"), Qt.MouseButton.LeftButton)
    answer(page, "Revoke")
    QTest.mouseClick(push_of(page, "New token for Ana"), Qt.MouseButton.LeftButton)
    answer(page, "New token")
    assert stage.asked[-2:] == ["revoke Ana", "token Ana"]
    assert not [b for b in page.findChildren(QPushButton) if "Mei" in b.accessibleName()]


def test_a_role_that_was_refused_is_shown_as_it_is(page: PeoplePage, stage: Stage) -> None:
    box = next(b for b in page.findChildren(RoleBox) if b.accessibleName() == "Role of Ana")
    QTest.keyClick(box, Qt.Key.Key_Up)
    assert "Ana admin" in stage.asked
    stage.state = replace(stage.state, trouble="Nothing was changed. Free the folder.")
    page.refresh()
    assert box.role() == "producer"
    assert page.trouble.text() == "Nothing was changed. Free the folder."


def test_who_may_not_change_people_sees_why(theme: Theme, stage: Stage) -> None:
    page = PeoplePage(theme, stage, lambda: rights_of("producer"), lambda: NOW_NS)
    assert not page.add.isEnabled()
    assert not page.name.isEnabled()
    assert page.why_not.text() == "Your role (producer) may not do this. It takes: admin."
    assert stage.asked == []
    page.deleteLater()
