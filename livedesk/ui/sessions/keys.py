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
        Shortcut(("J",), tr("Next session"), partial(page.step, 1), page="sessions",
                 shown="J / ↓"),
        Shortcut(("Shift+J",), tr("Session before"), partial(page.step, -1), page="sessions",
                 shown="Shift+J / ↑"),
    )  # fmt: skip
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
    )  # fmt: skip
    once = (
        Shortcut(keys, text, act, repeats=False, page="sessions", right=right)
        for keys, text, act, right in acts
    )
    return (*steps, *told, *once)


def _nothing() -> None:
    """What a key of the list does is the list's business; here it is only told."""
