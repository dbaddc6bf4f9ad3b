"""What is every scene played on? A screen, a stage of stores with or without trouble, a window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from livedesk.core.clock import NS_PER_S
from livedesk.core.status import AlarmStatus, StoreStatus, UplinkStatus
from livedesk.ui.pages import Page
from livedesk.ui.theme import Theme
from livedesk.ui.window import ConsoleWindow
from tests.ui.alarm_stage import STEPS
from tests.ui.check.check_stage import StageChecks
from tests.ui.stage import Stage, on_air, throttled, waiting


@dataclass(frozen=True, slots=True)
class Screen:
    """What a scene is played on."""

    theme: Theme
    size: QSize


Scene = Callable[[Screen], QWidget]

STORES = ("Lumen Home", "Kira Beauty", "Nord Outdoor", "Tavola", "Pixel Toys", "Verde Garden",
          "Atelier Nine", "Blue Harbour", "Casa Mia", "Dune Sports", "Echo Audio", "Fable Books",
          "Grano", "Halo Skin", "Iris Optics", "Juno Shoes", "Kumo Tea", "Lark Bikes",
          "Moss Candles", "Nova Phones", "Oriel Lamps", "Pico Pets", "Quill Paper", "Rosa Rugs",
          "Sable Bags", "Tern Outdoor", "Umbra Frames", "Vela Yachting", "Wren Knitwear",
          "Xenia Flowers", "Yarrow Herbs", "Zola Ceramics", "Aster Baby", "Brio Coffee",
          "Cedar Tools", "Dahlia Dresses", "Elm Furniture", "Fjord Fish", "Gilt Jewels",
          "Hazel Nuts")  # fmt: skip
MANY = 10
"""Seconds that many stores are played for; a curve of one store takes forty."""


def attached(*statuses: StoreStatus, seconds: float = 40) -> Stage:
    """A desk with an engine that has told of these stores for a while."""
    stage = Stage()
    stage.checks = StageChecks()
    stage.attach()
    if statuses:
        stage.play(seconds, *statuses)
        stage.happen("The encoder connected.", store=statuses[0].store)
    return stage


def opened(
    screen: Screen, page: Page, stage: Stage, *, store: str = "", sandbox: bool = False
) -> ConsoleWindow:
    window = ConsoleWindow(stage, screen.theme, sandbox=sandbox)
    # Dialogs are no larger than their window, so it has its size before they open.
    window.resize(screen.size)
    window.refresh()
    if store:
        window.choose(store)
    window.open_page(page)
    return window


def many(count: int = 20) -> tuple[StoreStatus, ...]:
    """A busy evening: most are calm, three need somebody, two wait."""
    calm = [on_air(name.split()[0].lower(), name) for name in STORES[:count]]
    for at, trouble in ((3, loud), (7, frozen), (11, frozen), (14, idle), (15, idle)):
        if at < count:
            calm[at] = trouble(calm[at])
    return tuple(calm)


def loud(status: StoreStatus) -> StoreStatus:
    return throttled(status, 1500, 4200)


def idle(status: StoreStatus) -> StoreStatus:
    return waiting(status.store, status.name)


def frozen(status: StoreStatus, **changes: object) -> StoreStatus:
    alarm = AlarmStatus(
        "picture.frozen", "medium", "The picture does not move since 12 s",
        "Ask the host to wave; if it stays, restart the camera's source in the encoder.",
        status.utc_ns, steps=STEPS,
    )  # fmt: skip
    return replace(status, alarms=(replace(alarm, **changes),))  # type: ignore[arg-type]


def two_paths(status: StoreStatus) -> StoreStatus:
    """With a standby that is ready."""
    bonded = UplinkStatus("bonded", "standby", ready=True, health="OK")
    return replace(status, uplinks=(*status.uplinks, bonded))


def eventful() -> Stage:
    """Two minutes: a pin, then a path that fails and is left."""
    good = two_paths(on_air())
    stage = attached(good)
    stage.happen("Pinned Silk Serum.", kind="pin.confirmed")
    stage.play(20, good)
    bad = loud(replace(good, utc_ns=stage.clock.utc_ns()))
    trip = bad.alarms[0].id
    stage.happen("Primary is slow.", "critical", kind="limit.trip", data={"alarm": trip})
    stage.play(10, bad)
    stage.happen("Switched to bonded.", "warning", kind="failover.switch", data={"to": "bonded"})
    stage.happen("Over.", kind="limit.clear", data={"alarm": trip})
    stage.happen("Hid “buy at cheap-lamps”.", kind="moderation.done")
    stage.play(50, good)
    return stage


def ago(stage: Stage, seconds: float) -> int:
    return stage.clock.utc_ns() - round(seconds * NS_PER_S)
