"""The wall, the page of a feed, the alarms and the check, each in its states."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QApplication, QWidget

from livedesk.core.check import CheckItem, CheckReport, Sign
from livedesk.core.engine_status import EngineStatus, Me
from livedesk.core.status import AlarmFlood, EndedAlarm, FeedStatus
from livedesk.ui.alarms.shelving import ShelveDialog
from tests.ui.alarm_stage import alarm
from tests.ui.check.check_stage import StageChecks, all_good, no_go
from tests.ui.stage import START_UTC_NS, Stage, on_air, waiting
from tools.scenes.stage import (
    MANY,
    Screen,
    ago,
    attached,
    eventful,
    frozen,
    loud,
    many,
    opened,
)


def no_engine(screen: Screen) -> QWidget:
    return opened(screen, "feed", Stage())


def no_store(screen: Screen) -> QWidget:
    return opened(screen, "feed", attached())


# Wall


def _wall(screen: Screen, count: int) -> QWidget:
    return opened(screen, "wall", attached(*many(count), seconds=MANY))


def wall_one(screen: Screen) -> QWidget:
    return _wall(screen, 1)


def wall_six(screen: Screen) -> QWidget:
    return _wall(screen, 6)


def wall_twenty(screen: Screen) -> QWidget:
    return _wall(screen, 20)


def wall_forty(screen: Screen) -> QWidget:
    return _wall(screen, 40)


def wall_needing(screen: Screen) -> QWidget:
    window = opened(screen, "wall", attached(*many(), seconds=MANY))
    window.pages.wall.toggle_only()
    return window


def wall_calm(screen: Screen) -> QWidget:
    """Only what needs somebody, and nothing does."""
    stage = attached(on_air(), on_air("kira", "Kira Beauty"), seconds=MANY)
    window = opened(screen, "wall", stage)
    window.pages.wall.toggle_only()
    return window


# Feed


def feed_waiting(screen: Screen) -> QWidget:
    return opened(screen, "feed", attached(waiting()))


def feed_good(screen: Screen) -> QWidget:
    return opened(screen, "feed", attached(on_air()))


def feed_sandbox(screen: Screen) -> QWidget:
    return opened(screen, "feed", attached(on_air(sandbox=True)), sandbox=True)


def feed_failing(screen: Screen) -> QWidget:
    return opened(screen, "feed", attached(loud(on_air())))


def feed_stalled(screen: Screen) -> QWidget:
    stage = attached(on_air())
    stage.play(5, on_air(feed=FeedStatus("STALLED"), state="interrupted"))
    return opened(screen, "feed", stage)


def feed_stale(screen: Screen) -> QWidget:
    """The engine answers, and says nothing of this store any more."""
    stage = attached(on_air())
    stage.clock.advance(8)
    return opened(screen, "feed", stage)


def feed_engine_gone(screen: Screen) -> QWidget:
    stage = attached(loud(on_air()))
    stage.model.lost("The connection was closed.", stage.now(), frozenset({"lumen"}))
    stage.clock.advance(8)
    return opened(screen, "feed", stage)


def feed_no_go(screen: Screen) -> QWidget:
    stage = attached(waiting())
    _checks(stage).tell(no_go())
    return opened(screen, "feed", stage)


def feed_of_many(screen: Screen) -> QWidget:
    return opened(screen, "feed", attached(*many(), seconds=MANY), store="tavola")


def feed_eventful(screen: Screen) -> QWidget:
    """Marks of all kinds on the timeline and over the plots, one of them read."""
    window = opened(screen, "feed", eventful())
    window.page.open_timeline()
    return window


def feed_values(screen: Screen) -> QWidget:
    window = opened(screen, "feed", eventful())
    window.page.toggle_values()
    return window


def feed_figures(screen: Screen) -> QWidget:
    window = opened(screen, "feed", eventful())
    window.page.open_details()
    return window


def feed_alarm_list(screen: Screen) -> QWidget:
    window = opened(screen, "feed", attached(frozen(on_air())))
    window.page.open_alarms()
    return window


def feed_arranging(screen: Screen) -> QWidget:
    """Two parts put elsewhere, and one closed."""
    window = opened(screen, "feed", eventful())
    window.show()
    QApplication.processEvents()
    docks = window.page.docks
    docks.arrange(True)
    docks.tabifyDockWidget(docks.parts["plots"], docks.parts["uplinks"])
    docks.parts["uplinks"].raise_()
    docks.show_part("alarms", False)
    return window


# Alarms


def alarms(screen: Screen) -> QWidget:
    """Some that nobody has seen, one acknowledged, one shelved, one over."""
    stage = attached(*many(), seconds=MANY)
    lumen = on_air(alarms=(
        alarm("sync.skew", "medium", ago(stage, 300), acknowledged_by="Mei",
              cause="Sound is 140 ms late", acknowledged_utc_ns=ago(stage, 200)),
        alarm("feed.rate", "low", ago(stage, 900), shelved_by="Ana",
              cause="The encoder sends 3,100 kbps of 4,000 kbps",
              shelved_until_utc_ns=ago(stage, -600), shelved_why="The venue shares its line"),
    ))  # fmt: skip
    stage.tell(lumen)
    stage.alarms.ends("lumen", EndedAlarm("picture.black", "high", "The picture was black",
                                          ago(stage, 700), ago(stage, 650)))  # fmt: skip
    return opened(screen, "alarms", stage)


def alarms_flood(screen: Screen) -> QWidget:
    stage = attached(*many(), seconds=MANY)
    stage.alarms.ends("lumen", flood=AlarmFlood(ago(stage, 90), 9, 6))
    return opened(screen, "alarms", stage)


def alarms_none(screen: Screen) -> QWidget:
    return opened(screen, "alarms", attached(on_air(), on_air("kira", "Kira Beauty")))


def alarms_analyst(screen: Screen) -> QWidget:
    """Who may only look is told so at every button."""
    stage = attached(*many(6), seconds=MANY)
    stage.model.me(Me("Ida", "analyst", ("see",), named=True))
    return opened(screen, "alarms", stage)


def alarms_engine(screen: Screen) -> QWidget:
    stage = attached(on_air())
    full = alarm("disk.low", "high", ago(stage, 60), steps=(), cause="The disk is full in 2 h",
                 action="Free 40 GB on the engine's disk, or end what is not needed.")  # fmt: skip
    stage.model.engine(EngineStatus(stage.clock.utc_ns(), alarms=(full,)), stage.now())
    return opened(screen, "alarms", stage)


def shelve(screen: Screen) -> QWidget:
    window = opened(screen, "alarms", attached(*many(6), seconds=MANY))
    window.pages.alarms.shelve()
    assert window.findChildren(ShelveDialog)
    return window


# Check


def _checks(stage: Stage) -> StageChecks:
    assert isinstance(stage.checks, StageChecks)
    return stage.checks


def _check(screen: Screen, *reports: CheckReport) -> QWidget:
    stage = attached(waiting(), waiting("kira", "Kira Beauty"), waiting("nord", "Nord Outdoor"))
    for report in reports:
        _checks(stage).tell(report)
    return opened(screen, "check", stage, store="lumen")


def check_unknown(screen: Screen) -> QWidget:
    return _check(screen)


def check_no_go(screen: Screen) -> QWidget:
    return _check(screen, no_go(), all_good("kira"))


def check_go(screen: Screen) -> QWidget:
    sign = Sign("go", "Ana", START_UTC_NS, "The standby was tried at noon.")
    return _check(screen, all_good(sign=sign), no_go("kira"), all_good("nord"))


def check_waived(screen: Screen) -> QWidget:
    report = no_go()
    items = tuple(_waived(item) if item.id == "slate" else item for item in report.items)
    return _check(screen, replace(report, items=items, against=("Standby bonded", "Clock")))


def _waived(item: CheckItem) -> CheckItem:
    return replace(item, state="waived", waived_by="Ana")
