"""Which keys has the page of the sessions?"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from livedesk.core.roles import Right
from livedesk.desk.words import tr
from livedesk.ui.sessions.page import SessionsPage
from livedesk.ui.shortcuts import Shortcut


def session_shortcuts(page: SessionsPage) -> tuple[Shortcut, ...]:
    """Going from session to session repeats while the key is held, acts never do."""
    steps = (
        _step(page, "J", 1, tr("Next session"), "J / ↓"),
        _step(page, "Shift+J", -1, tr("Session before"), "Shift+J / ↑"),
    )
    acts: tuple[tuple[tuple[str, ...], str, Callable[[], None], Right | None], ...] = (
        (("Ctrl+F", "/"), tr("Search; Enter or ↓: what was found"), page.open_search, None),
        (("V",), tr("Next order of the list"), page.next_sort, None),
        (("E",), tr("Export the chosen…"), page.export, "records"),
        (("C",), tr("Compare the two that are chosen…"), page.compare, "records"),
        (("K",), tr("Keep the chosen…, or release them"), page.keep, "records"),
        (("Del",), tr("Delete the chosen…"), page.delete, "administer"),
    )
    told = (
        Shortcut((), tr("Open it as it was"), _nothing, page="sessions", shown=tr("Enter")),
        Shortcut((), tr("Choose several"), _nothing, page="sessions",
                 shown=tr("Shift+↑ ↓ / Ctrl+A")),
        Shortcut((), tr("In a record: play or pause"), _nothing, page="sessions",
                 shown=tr("Space")),
        Shortcut((), tr("… 1 s, 10 s on or back"), _nothing, page="sessions",
                 shown=tr("← → / Shift+← →")),
        Shortcut((), tr("… next incident, next mark"), _nothing, page="sessions", shown="N / M"),
        Shortcut((), tr("… begin and end of a stretch"), _nothing, page="sessions",
                 shown="[ / ]"),
    )  # fmt: skip
    once = (
        Shortcut(
            keys, text, partial(page.in_list, act), repeats=False, page="sessions", right=right
        )
        for keys, text, act, right in acts
    )
    return (*steps, *told, *once)


def _step(page: SessionsPage, key: str, by: int, text: str, shown: str) -> Shortcut:
    step = partial(page.in_list, partial(page.step, by))
    return Shortcut((key,), text, step, page="sessions", shown=shown)


def _nothing() -> None:
    """What a key of the list does is the list's business; here it is only told."""
