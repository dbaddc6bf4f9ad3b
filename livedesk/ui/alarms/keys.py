"""Which keys has the page of the alarms, and which one acknowledges from every page?"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from livedesk.core.roles import Right
from livedesk.desk.words import tr
from livedesk.ui.alarms.page import AlarmsPage
from livedesk.ui.alarms.steps import KEYED
from livedesk.ui.banner import Banner
from livedesk.ui.shortcuts import Shortcut


def alarm_shortcuts(page: AlarmsPage) -> tuple[Shortcut, ...]:
    """Going from alarm to alarm repeats while the key is held, acts never do."""
    steps = (
        Shortcut(("J",), tr("Next alarm"), partial(page.step, 1), page="alarms", shown="J / ↓"),
        Shortcut(("Shift+J",), tr("Alarm before"), partial(page.step, -1), page="alarms",
                 shown="Shift+J / ↑"),
    )  # fmt: skip
    acts: tuple[tuple[str, str, Callable[[], None], Right | None], ...] = (
        ("N", tr("Next that needs somebody"), page.next_open, None),
        ("K", tr("Acknowledge it"), page.acknowledge, "operate"),
        ("Shift+K", tr("Acknowledge all of this store"), page.acknowledge_all, "operate"),
        ("S", tr("Shelve it…, or take it off the shelf"), page.shelve, "operate"),
        ("V", tr("All stores or one"), page.toggle_scope, None),
    )
    told = (
        Shortcut((), tr("Tick off a step"), _nothing, page="alarms", shown="1 … 9"),
        Shortcut((), tr("Open its store"), _nothing, page="alarms", shown=tr("Enter")),
    )
    digits = tuple(
        Shortcut((f"{n}",), "", partial(page.tick, n), repeats=False, page="alarms")
        for n in range(1, KEYED + 1)
    )
    once = [
        Shortcut((key,), text, act, repeats=False, page="alarms", right=right)
        for key, text, act, right in acts
    ]
    return (*steps, *once, *told, *digits)


def banner_shortcuts(banner: Banner) -> tuple[Shortcut, ...]:
    """On every page."""
    text = tr("Acknowledge the loudest alarm")
    return (Shortcut(("Ctrl+K",), text, banner.acknowledge_first, False, right="operate"),)


def _nothing() -> None:
    """What a key of the list does is the list's business; here it is only told."""
