"""Windows of their own: the first run, the host's pad, a wall for another screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QWidget

from livedesk.core.secrets import Secret
from livedesk.desk.first_run import FirstStore
from livedesk.desk.starting import Begun
from livedesk.ui.pad.window import PadWindow
from livedesk.ui.wall.window import WallWindow
from livedesk.ui.welcome.window import WelcomeWindow
from tests.desk.pad_stage import STORE, PadStage
from tests.ui.stage import Stage, on_air, waiting
from tools.scenes.stage import MANY, Screen, attached, many

SERVERS = ("rtmp://192.168.1.20:1935/live", "rtmp://127.0.0.1:1935/live")


class _Clerk:
    """A `Starter` that has come so far."""

    is_starting = False

    def __init__(self, begun: Begun | None = None) -> None:
        self.begun = begun

    def connect(self, store: FirstStore) -> None: ...

    def start_again(self) -> None: ...


def _welcome(screen: Screen, stage: Stage, begun: Begun | None = None) -> WelcomeWindow:
    window = WelcomeWindow(
        screen.theme, _Clerk(begun), lambda: Secret("encoder-key"), stage.snapshot
    )
    window.refresh()
    return window


def _begun(**changes: Any) -> Begun:
    key = Secret("platform-key")
    store = FirstStore("Lumen", "tiktok", "rtmp://ingest.example/live", key, Secret("4fXq9nT2"))
    known: dict[str, Any] = {"servers": SERVERS, "file": Path("/home/ana/livedesk.toml")}
    return Begun(store, **(known | changes))


def welcome(screen: Screen) -> QWidget:
    return _welcome(screen, Stage())


def welcome_missing(screen: Screen) -> QWidget:
    """Asked to go on without a word typed, and a keyring that cannot be used."""
    problem = "The keyring of this machine cannot be used: it is locked. Unlock it and try again."
    window = _welcome(screen, Stage(), _begun(file=None, problem=problem))
    window.page.form.ask()
    return window


def welcome_waiting(screen: Screen) -> QWidget:
    store = _begun().store
    return _welcome(screen, attached(waiting(store.id, store.name)), _begun())


def welcome_done(screen: Screen) -> QWidget:
    store = _begun().store
    return _welcome(screen, attached(on_air(store.id, store.name)), _begun())


# The host's pad


def _pad(screen: Screen, stage: PadStage, wait_s: float = 0.0) -> QWidget:
    window = PadWindow(stage, screen.theme, STORE)
    if wait_s:
        stage.wait(wait_s)
    window.refresh()
    return window


def _pads() -> PadStage:
    stage = PadStage()
    stage.wait(10)
    return stage


def pad(screen: Screen) -> QWidget:
    return _pad(screen, _pads())


def pad_in_flight(screen: Screen) -> QWidget:
    stage = _pads()
    stage.call("p2", 0.2, state="in_flight")
    return _pad(screen, stage)


def pad_pinned(screen: Screen) -> QWidget:
    stage = _pads()
    stage.call("p2", 0.6, state="confirmed", latency_ms=300.0, shown=True)
    return _pad(screen, stage)


def pad_over_budget(screen: Screen) -> QWidget:
    stage = _pads()
    stage.call("p2", 1.4, state="in_flight")
    return _pad(screen, stage)


def pad_failed(screen: Screen) -> QWidget:
    stage = _pads()
    stage.call("p4", 1.2, state="failed", reason="No such product in this shop.")
    return _pad(screen, stage)


def pad_no_engine(screen: Screen) -> QWidget:
    stage = _pads()
    stage.model.lost("The connection was closed.", stage.now())
    stage.clock.advance(9)
    return _pad(screen, stage)


def second_wall(screen: Screen) -> QWidget:
    stage = attached(*many(), seconds=MANY)
    wall = WallWindow(stage, screen.theme, "wall 1")
    wall.page.show_wall(stage.snapshot())
    return wall
