"""The pad as a program: it comes up on an engine, says when that goes, and ends with its window."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

pytest.importorskip("PySide6")

from PySide6.QtWidgets import QApplication

from livedesk.app import PadSettings, pad
from livedesk.core.clock import SystemClock
from livedesk.core.pins import GatewayStatus, PinsStatus, Product, ProductList, RunOfShow, ShowCue
from livedesk.core.status import StoreStatus
from livedesk.paths import Paths
from livedesk.ui.pad.window import PadWindow
from livedesk.ui.theme import Theme
from tests.desk.fake_engine import TOKEN, Script, running
from tests.ui.conftest import RunOnQt
from tests.waiting import until


def window() -> PadWindow | None:
    found = [w for w in QApplication.topLevelWidgets() if isinstance(w, PadWindow)]
    return found[0] if found else None


def script() -> Script:
    script = Script()
    pins = PinsStatus(GatewayStatus("sandbox", "up"), products_revision=1, show_revision=1)
    script.statuses["lumen"] = StoreStatus("lumen", "Lumen", 0, session="s", state="live",
                                           pins=pins)  # fmt: skip
    products = ProductList(1, products=(Product("p1", "Amber table lamp"),))
    script.raw["/v1/stores/lumen/products"] = msgspec.json.encode(products)
    script.raw["/v1/stores/lumen/show"] = msgspec.json.encode(RunOfShow(1, (ShowCue("c", "p1"),)))
    return script


def test_it_comes_up_and_says_when_the_engine_goes(
    paths: Paths, theme: Theme, run_on_qt: RunOnQt[Any]
) -> None:
    async def play() -> None:
        with running(script()) as engine:
            settings = PadSettings(paths, "lumen", engine.access)
            main = asyncio.create_task(pad(settings, theme, SystemClock()))
            await until(lambda: main.done() or window())
            shown = window()
            assert shown is not None
            await until(lambda: not shown.view.blocked and shown.view.next_up)
            assert shown.next.text == "Amber table lamp"
            assert TOKEN not in shown.line.accessibleName() + shown.windowTitle()
            await asyncio.to_thread(engine.stop)
            await until(lambda: shown.line.line.sign.word == "NO ENGINE")
            assert TOKEN not in shown.line.accessibleName()
        shown.close()
        assert await main == 0

    run_on_qt(play())
