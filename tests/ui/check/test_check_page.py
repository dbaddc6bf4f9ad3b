"""The page of the check, as the person sees it who has to say GO."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from livedesk.core.check import Sign
from livedesk.core.engine_status import Me
from livedesk.desk.rights import Rights
from livedesk.ui.basics import discard
from livedesk.ui.check.lines import LinePanel
from livedesk.ui.check.page import CheckPage
from livedesk.ui.check.strip import GoStrip
from livedesk.ui.theme import Theme
from livedesk.ui.window import ConsoleWindow
from tests.ui.check.check_stage import StageChecks, all_good, no_go
from tests.ui.stage import START_UTC_NS, Stage, on_air, waiting

OpenPage = Callable[..., CheckPage]


@pytest.fixture
def checks() -> StageChecks:
    return StageChecks()


@pytest.fixture
def open_page(theme: Theme, stage: Stage, checks: StageChecks) -> Iterator[OpenPage]:
    opened: list[CheckPage] = []
    stage.attach()
    stage.tell(on_air(), waiting("noor", "Noor Skin"))

    def open_it(rights: Rights | None = None) -> CheckPage:
        page = CheckPage(checks, theme)
        page.resize(1300, 640)
        page.show_check(stage.snapshot(), "lumen", rights or Rights())
        page.show()
        page.activateWindow()
        assert QTest.qWaitForWindowActive(page)
        opened.append(page)
        return page

    yield open_it
    for page in opened:
        discard(page)


def _line(page: CheckPage, line_id: str) -> LinePanel:
    [panel] = [each for each in page.lines.panels if each.line and each.line.id == line_id]
    return panel


def test_a_no_go_names_what_stands_against_it_and_what_to_do(
    open_page: OpenPage, checks: StageChecks
) -> None:
    checks.tell(no_go())
    page = open_page()
    assert page.verdict.word.text() == "NO-GO"
    assert page.verdict.text.text() == "Slate, Standby bonded, Clock"
    slate = _line(page, "slate")
    assert slate.mark.look == "warning"
    assert "livedesk slate" in slate.action.text()
    assert "livedesk slate" in slate.accessibleDescription()
    assert not page.signing.go.isEnabled()
    assert "Slate" in page.signing.why.text()
    assert page.signing.no_go.isEnabled()
    assert checks.looked[:2] == ["lumen", "noor"]


def test_what_the_store_does_not_have_stands_last_and_cannot_be_waived(
    open_page: OpenPage, checks: StageChecks
) -> None:
    checks.tell(no_go())
    page = open_page()
    last = page.lines.panels[-1]
    assert last.line is not None
    assert last.line.id == "platform"
    assert not last.waive.isVisible()
    assert last.mark.look == "idle"


def test_a_person_waives_by_keyboard_and_signs_go(
    open_page: OpenPage, checks: StageChecks, stage: Stage
) -> None:
    checks.tell(no_go())
    page = open_page()
    page.focus_list()
    assert _line(page, "slate").hasFocus()
    for line_id in ("slate", "standby/bonded", "clock"):
        while not _line(page, line_id).hasFocus():
            QTest.keyClick(page.focusWidget(), Qt.Key.Key_Down)
        QTest.keyClick(page.focusWidget(), Qt.Key.Key_Space)
    assert page.signing.go.isEnabled()
    assert "ana@desk-3" in page.signing.why.text()
    page.signing.note.setText("rehearsed yesterday")
    QTest.mouseClick(page.signing.go, Qt.MouseButton.LeftButton)
    [order] = checks.orders
    assert (order.store, order.verdict, order.text) == ("lumen", "go", "rehearsed yesterday")
    assert order.waive == ("clock", "slate", "standby/bonded")
    page.show_check(stage.snapshot(), "lumen", Rights())
    assert not page.signing.go.isEnabled()
    checks.tell(all_good(sign=Sign("go", "ana@desk-3", START_UTC_NS, "rehearsed yesterday")))
    page.show_check(stage.snapshot(), "lumen", Rights())
    assert page.verdict.word.text() == "GO"
    assert "ana@desk-3" in page.verdict.signed.text()
    assert page.signing.note.text() == ""


def test_a_refused_signature_keeps_what_was_written(
    open_page: OpenPage, checks: StageChecks, stage: Stage
) -> None:
    checks.tell(no_go())
    page = open_page()
    page.signing.note.setText("camera fails")
    QTest.mouseClick(page.signing.no_go, Qt.MouseButton.LeftButton)
    checks.tell(no_go(), trouble="Not signed: the engine said no.")
    page.show_check(stage.snapshot(), "lumen", Rights())
    assert page.signing.note.text() == "camera fails"
    assert page.signing.why.text() == "Not signed: the engine said no."


def test_who_may_not_sign_sees_why(open_page: OpenPage, checks: StageChecks) -> None:
    checks.tell(all_good())
    page = open_page(Rights(Me("kim", "analyst", ("see", "records"), named=True)))
    assert not page.signing.go.isEnabled()
    assert not page.signing.no_go.isEnabled()
    assert "analyst" in page.signing.why.text()


def test_an_old_check_is_no_verdict(open_page: OpenPage, checks: StageChecks, stage: Stage) -> None:
    checks.tell(all_good(), age_s=40)
    page = open_page()
    assert page.verdict.word.text() == "Unknown"
    assert page.verdict.mark.look == "unknown"
    assert not page.signing.go.isEnabled()


def test_all_stores_are_there_and_one_click_away(open_page: OpenPage, checks: StageChecks) -> None:
    checks.tell(no_go())
    checks.tell(all_good("noor"))
    page = open_page()
    asked: list[str] = []
    page.store_asked.connect(asked.append)
    push = page.stores.buttons["noor"]
    assert "Noor Skin: GO" in push.accessibleName()
    assert "NO-GO" in page.stores.buttons["lumen"].accessibleName()
    QTest.mouseClick(push, Qt.MouseButton.LeftButton)
    assert asked == ["noor"]
    assert not push.isChecked()


def test_the_strip_says_verdict_reasons_and_who_signed(theme: Theme, checks: StageChecks) -> None:
    strip = GoStrip(theme)
    try:
        checks.tell(no_go(sign=Sign("go", "ana", START_UTC_NS)))
        strip.show_check(checks.known("lumen"))
        assert strip.word.text() == "NO-GO"
        assert strip.text.text() == "Slate, Standby bonded, Clock"
        assert "not any more" in strip.signed.text()
        checks.tell(all_good())
        strip.show_check(checks.known("lumen"))
        assert strip.word.text() == "GO"
        assert strip.mark.look == "ok"
    finally:
        discard(strip)


def test_the_button_of_the_page_says_what_the_check_says(
    stage: Stage, checks: StageChecks, open_window: Callable[..., ConsoleWindow]
) -> None:
    stage.checks = checks
    stage.attach()
    stage.tell(waiting())
    window = open_window(stage)

    def told() -> str:
        window.refresh()
        return window.top.header.pages.buttons["check"].accessibleDescription()

    checks.tell(no_go())
    assert told() == "Check: NO-GO, look soon"
    checks.tell(all_good())
    assert told() == "Check: GO, normal"
    stage.tell(on_air())
    assert told() == "Check: not needed now, not needed now"
