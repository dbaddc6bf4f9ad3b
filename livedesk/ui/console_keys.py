"""Which keys does the console's window understand, on every page?

Pages have F2 to F7 and F9 in the order of their buttons; F8, between them, is the switch, and stays
where hands know it. They have a letter, too, where no page needs it for itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtCore import Qt, SignalInstance
from PySide6.QtGui import QKeyEvent

from livedesk.desk.words import tr
from livedesk.ui.alarms.keys import alarm_shortcuts, banner_shortcuts
from livedesk.ui.banner import Banner
from livedesk.ui.console_pages import ConsolePages
from livedesk.ui.feed.keys import feed_shortcuts
from livedesk.ui.feed.plotspanel import PlotsPanel
from livedesk.ui.feed.switching import Switching
from livedesk.ui.pagekeys import order_shortcuts, pin_shortcuts, queue_shortcuts
from livedesk.ui.pages import PAGES, Page
from livedesk.ui.sessions.keys import session_shortcuts
from livedesk.ui.shortcuts import Shortcut
from livedesk.ui.wall.keys import wall_shortcuts

LETTERS: dict[Page, str] = {"wall": "W", "feed": "F", "pins": "P", "queue": "Q", "check": "G"}
"""A approves comments and adds products, so the alarms have no letter. S skips and shelves, so the
sessions have none."""

F_KEYS: dict[Page, str] = dict(
    zip(PAGES, ("F2", "F3", "F4", "F5", "F6", "F7", "F9"), strict=True)
)  # fmt: skip

FAR_STEPS = 10
"""Of the plots' cursor, with Shift."""


class Window(Protocol):
    """What keys do to the window as a whole."""

    def open_page(self, page: Page) -> None: ...

    def open_pad(self) -> None: ...

    def open_web_pad(self) -> None: ...

    def open_wall(self) -> None: ...

    def step(self, by: int) -> None: ...

    def ask_end(self) -> None: ...

    def toggle_full_screen(self) -> None: ...

    def show_shortcuts(self) -> None: ...

    def read_plots(self) -> None: ...

    def close(self) -> bool: ...

    @property
    def settings_requested(self) -> SignalInstance: ...


def page_keys(page: Page) -> tuple[str, ...]:
    """`F4`, and `P` where there is a letter."""
    return tuple(key for key in (LETTERS.get(page, ""), F_KEYS[page]) if key)


def console_shortcuts(
    window: Window, pages: ConsolePages, switching: Switching, banner: Banner
) -> tuple[Shortcut, ...]:
    opens = tuple(
        Shortcut(page_keys(page), _page_text(page), partial(window.open_page, page))
        for page in pages.known
    )
    end = Shortcut(("Ctrl+E",), tr("End the session…"), window.ask_end, right="operate")
    pad = Shortcut(
        ("Ctrl+P",), tr("Open the host's pad"), window.open_pad, repeats=False, right="pin"
    )
    acts: tuple[tuple[tuple[str, ...], str, Callable[[], object]], ...] = (
        (("PgDown",), tr("Next store"), partial(window.step, 1)),
        (("PgUp",), tr("Previous store"), partial(window.step, -1)),
        (("Ctrl+,",), tr("Settings"), window.settings_requested.emit),
        (("F11",), tr("Full screen on or off"), window.toggle_full_screen),
        (("F1", "?"), tr("This sheet"), window.show_shortcuts),
        (("Ctrl+Q",), tr("Close the window"), window.close),
    )
    return (
        *opens,
        pad,
        Shortcut(("Shift+W",), tr("A wall for another screen"), window.open_wall, repeats=False),
        *banner_shortcuts(banner),
        *order_shortcuts(switching),
        end,
        *(Shortcut(keys, text, act) for keys, text, act in acts),
        *wall_shortcuts(pages.wall),
        *feed_shortcuts(pages.feed, window.read_plots),
        *pin_shortcuts(pages.pins, window.open_web_pad),
        *queue_shortcuts(pages.queue),
        *alarm_shortcuts(pages.alarms),
        *session_shortcuts(pages.sessions),
    )


def steer_plots(plots: PlotsPanel, switching: Switching, event: QKeyEvent) -> bool:
    """Arrows move the plots' cursor, Esc takes it away; False for every other key."""
    far = FAR_STEPS if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
    match event.key():
        case Qt.Key.Key_Left:
            plots.step_cursor(-far)
        case Qt.Key.Key_Right:
            plots.step_cursor(far)
        case Qt.Key.Key_Escape:
            switching.disarm()
            plots.hide_cursor()
        case _:
            return False
    return True


def _page_text(page: Page) -> str:
    return {
        "wall": tr("Page: wall of all stores"),
        "feed": tr("Page: feed, uplinks and plots"),
        "pins": tr("Page: products and pins"),
        "queue": tr("Page: moderation queue"),
        "alarms": tr("Page: alarms"),
        "check": tr("Page: check before the show"),
        "sessions": tr("Page: sessions on record"),
    }[page]
