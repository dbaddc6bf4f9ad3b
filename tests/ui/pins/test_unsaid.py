"""What an operator sees of compliance warnings beside the run of show, and does about them."""

from __future__ import annotations

import pytest

pytest.importorskip("PySide6")

from pytestqt.qtbot import QtBot

from livedesk.core.clock import ManualClock
from livedesk.core.moderation import ComplianceWarning, ModerationStatus
from livedesk.core.status import AlarmStatus, StoreStatus
from livedesk.desk.model import DeskModel, Moment
from livedesk.ui.pins.page import PinsPage
from livedesk.ui.theme import Theme
from tests.ui.pin_stage import StagePins, pins_status

CURES = ComplianceWarning("w1", "lumen", "medical_claim", "The host said that it cures acne.", 0,
                          "p1", "Serum", ("cures acne",), 12)  # fmt: skip
ALARM = AlarmStatus("compliance.w1", "high", "x", "y", 0)


def test_a_warning_is_seen_to_by_one_press_and_its_words_stay(qtbot: QtBot, theme: Theme) -> None:
    clock = ManualClock()

    def now() -> Moment:
        return Moment(clock.mono_ns(), clock.utc_ns())

    source, model = StagePins(now), DeskModel(now())
    page = PinsPage(source, theme)
    qtbot.addWidget(page)
    page.resize(1280, 720)
    page.show()

    def tell(moderation: ModerationStatus | None, *alarms: AlarmStatus) -> None:
        status = StoreStatus("lumen", "Lumen", clock.utc_ns(), state="live", pins=pins_status(),
                             moderation=moderation, alarms=alarms)  # fmt: skip
        source.book.status("lumen", status.pins, status.utc_ns, now())
        model.status(status, now())
        view = model.snapshot(now()).store("lumen")
        assert view is not None
        page.show_store(view)

    tell(None)
    assert not page.unsaid.isVisible()
    warned = ModerationStatus(warnings=(CURES,), terms=("cures acne",))
    tell(warned, ALARM)
    assert page.unsaid.terms.text() == "“cures acne”"
    assert page.unsaid.warning.text() == "The host said that it cures acne. (minute 12, Serum)"
    page.unsaid.done.click()
    assert source.seen_to == [("lumen", "w1")]
    tell(warned)
    assert page.unsaid.terms.isVisible()
    assert not page.unsaid.done.isVisible()
    page.close_pictures()
