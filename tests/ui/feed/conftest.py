"""The feed page alone, with a show that had some trouble."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtTest import QTest

from livedesk.core.clock import NS_PER_S
from livedesk.core.status import UplinkStatus
from livedesk.ui.feed.page import FeedPage
from livedesk.ui.feed.uplinks import Orders
from livedesk.ui.theme import Theme
from tests.ui.stage import Stage, on_air, throttled

OpenPage = Callable[[], FeedPage]
BONDED = UplinkStatus("bonded", "standby", ready=True, health="OK")


@pytest.fixture
def troubled(stage: Stage) -> Stage:
    """Two minutes: a pin, then a path that fails and is left."""
    stage.attach()
    good = on_air()
    good = replace(good, uplinks=(*good.uplinks, BONDED))
    stage.play(40, good)
    stage.happen("Pinned Silk Serum.", kind="pin.confirmed")
    stage.play(20, good)
    bad = throttled(replace(good, utc_ns=stage.clock.utc_ns()), 1500, 4200)
    stage.happen("Primary is slow.", "critical", kind="limit.trip",
                 data={"alarm": bad.alarms[0].id})  # fmt: skip
    stage.play(10, bad)
    stage.happen("Switched to bonded.", "warning", kind="failover.switch", data={"to": "bonded"})
    stage.happen("Over.", kind="limit.clear", data={"alarm": bad.alarms[0].id})
    stage.play(50, good)
    return stage


def show(page: FeedPage, stage: Stage) -> None:
    snapshot = stage.snapshot()
    view = snapshot.store("lumen")
    assert view is not None
    plots = stage.plots("lumen")
    page.show_store(view, True, plots, stage.preview("lumen"), snapshot.events, Orders())


@pytest.fixture
def open_page(troubled: Stage, theme: Theme) -> Iterator[OpenPage]:
    opened: list[FeedPage] = []

    def open_it() -> FeedPage:
        page = FeedPage(theme)
        page.resize(1342, 620)
        page.show()
        page.activateWindow()
        assert QTest.qWaitForWindowActive(page)
        show(page, troubled)
        QCoreApplication.processEvents()
        opened.append(page)
        return page

    yield open_it
    for page in opened:
        page.close()
        page.deleteLater()


def seconds(stage: Stage) -> float:
    """The stage's time of day, Unix seconds."""
    return stage.clock.utc_ns() / NS_PER_S
