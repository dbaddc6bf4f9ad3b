"""What is shown on the pictures of tools/screens.py? Each page, dialog and state, on a stage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QWidget

from livedesk.core.clock import ManualClock
from livedesk.core.secrets import Secret
from livedesk.core.status import AlarmStatus, StoreStatus
from livedesk.desk.preferences import PreferenceBook
from livedesk.ui import questions
from livedesk.ui.notices import Notices
from livedesk.ui.pages import Page
from livedesk.ui.settings.appearance import AppearancePage
from livedesk.ui.settings.dialog import SettingsDialog
from livedesk.ui.settings.sounds import SoundsPage
from livedesk.ui.sound import Sounds
from livedesk.ui.theme import Theme
from livedesk.ui.welcome.page import WelcomePage
from livedesk.ui.window import ConsoleWindow
from tests.ui.pin_stage import pins_status
from tests.ui.queue_stage import moderation
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
          "Moss Candles", "Nova Phones")  # fmt: skip


def _window(
    screen: Screen, page: Page, *statuses: StoreStatus, seconds: float = 40, sandbox: bool = False
) -> ConsoleWindow:
    stage = Stage()
    if statuses:
        stage.attach()
        stage.play(seconds, *statuses)
        stage.happen("The encoder connected.", store=statuses[0].store)
    window = ConsoleWindow(stage, screen.theme, sandbox=sandbox)
    # Dialogs are no larger than their window, so it has its size before they open.
    window.resize(screen.size)
    window.refresh()
    window.open_page(page)
    return window


def no_engine(screen: Screen) -> QWidget:
    return _window(screen, "feed")


def feed_waiting(screen: Screen) -> QWidget:
    return _window(screen, "feed", waiting())


def feed_calm(screen: Screen) -> QWidget:
    return _window(screen, "feed", on_air())


def feed_sandbox(screen: Screen) -> QWidget:
    return _window(screen, "feed", on_air(), sandbox=True)


def feed_alarm(screen: Screen) -> QWidget:
    return _window(screen, "feed", throttled(on_air(), 1500, 4200))


def feed_many(screen: Screen) -> QWidget:
    return _window(screen, "feed", *_twenty(), seconds=10)


def wall_one(screen: Screen) -> QWidget:
    return _window(screen, "wall", on_air())


def wall_twenty(screen: Screen) -> QWidget:
    return _window(screen, "wall", *_twenty(), seconds=10)


def alarms(screen: Screen) -> QWidget:
    return _window(screen, "alarms", *_twenty(), seconds=10)


def check(screen: Screen) -> QWidget:
    return _window(screen, "check", on_air(), waiting("kira", "Kira Beauty"))


def pins(screen: Screen) -> QWidget:
    return _window(screen, "pins", on_air(pins=pins_status()))


def pins_none(screen: Screen) -> QWidget:
    return _window(screen, "pins", on_air())


def queue(screen: Screen) -> QWidget:
    return _window(screen, "queue", on_air(moderation=moderation()))


def shortcuts(screen: Screen) -> QWidget:
    window = _window(screen, "feed", on_air())
    window.show_shortcuts()
    return window


def question_end(screen: Screen) -> QWidget:
    window = _window(screen, "feed", on_air())
    window.ask_end()
    return window


def question_drill(screen: Screen) -> QWidget:
    window = _window(screen, "feed", on_air())
    questions.ask_drill(window, ("primary", "bonded"), 10, True, lambda: None)
    return window


def settings(screen: Screen) -> QWidget:
    return _settings(screen, "appearance")


def settings_sounds(screen: Screen) -> QWidget:
    return _settings(screen, "sounds")


def welcome(screen: Screen) -> QWidget:
    return WelcomePage(screen.theme, _Clerk(), lambda: Secret("encoder-key"))


class _Clerk:
    """Nobody has typed anything yet."""

    begun = None
    is_starting = False

    def connect(self, store: object) -> None: ...

    def start_again(self) -> None: ...


class _Silent:
    problem = "This computer has no sound output that can be used."

    def play(self, file: Path) -> None: ...


def _settings(screen: Screen, key: str) -> QWidget:
    window = _window(screen, "feed", on_air())
    book = PreferenceBook()
    sounds = Sounds(book, ManualClock(), _Silent)
    sounds.test("low")
    notices = Notices(book, lambda: None, lambda: False)
    theme = screen.theme
    pages = (AppearancePage(theme, book), SoundsPage(theme, book, sounds, notices))
    dialog = SettingsDialog(theme, window, pages)
    dialog.show_page(key)
    dialog.open()
    return window


def _twenty() -> tuple[StoreStatus, ...]:
    """A busy evening: most are calm, three need somebody, two wait."""
    calm = [on_air(name.split()[0].lower(), name) for name in STORES]
    calm[3] = throttled(calm[3], 1500, 4200)
    calm[7] = replace(calm[7], alarms=(_alarm(calm[7]),))
    calm[11] = replace(calm[11], alarms=(_alarm(calm[11]),))
    calm[14], calm[15] = (waiting(each.store, each.name) for each in calm[14:16])
    return tuple(calm)


def _alarm(status: StoreStatus) -> AlarmStatus:
    return AlarmStatus(
        "picture-frozen", "medium", "The picture does not move since 12 s",
        "Ask the host to wave; if it stays, restart the camera's source in the encoder.",
        status.utc_ns,
    )  # fmt: skip


SCENES: Final[dict[str, Scene]] = {
    "no-engine": no_engine,
    "welcome": welcome,
    "wall-20": wall_twenty,
    "wall-1": wall_one,
    "feed-waiting": feed_waiting,
    "feed-calm": feed_calm,
    "feed-alarm": feed_alarm,
    "feed-20": feed_many,
    "feed-sandbox": feed_sandbox,
    "pins": pins,
    "pins-none": pins_none,
    "queue": queue,
    "alarms": alarms,
    "check": check,
    "keys": shortcuts,
    "question-end": question_end,
    "question-drill": question_drill,
    "settings-appearance": settings,
    "settings-sounds": settings_sounds,
}


def close(widget: QWidget) -> None:
    """Take a scene off the screen, with its timers."""
    if isinstance(widget, ConsoleWindow):
        widget.close_for_good()
    widget.close()
    widget.deleteLater()
    QApplication.sendPostedEvents(None, 0)
