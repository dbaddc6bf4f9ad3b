"""Which keys does the feed page have of its own?"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from livedesk.desk.words import tr
from livedesk.ui.feed.page import FeedPage
from livedesk.ui.shortcuts import Shortcut


def feed_shortcuts(page: FeedPage, read: Callable[[], None]) -> tuple[Shortcut, ...]:
    """`read` sets the plots' cursor."""
    plots = page.plots
    acts: tuple[tuple[str, str, Callable[[], None]], ...] = (
        ("1", tr("Plots: last 2 minutes"), partial(plots.choose_range, 0)),
        ("2", tr("Plots: last 10 minutes"), partial(plots.choose_range, 1)),
        ("3", tr("Plots: whole session"), partial(plots.choose_range, 2)),
        ("L", tr("Plots: follow live"), plots.follow_live),
        ("T", tr("Plots: show time or wall clock"), plots.toggle_clock),
        ("K", tr("Plots: audio and video clock"), plots.toggle_clocks),
        ("V", tr("Plots: the values as a table"), page.toggle_values),
        ("C", tr("Plots: read values; then ←, → (Shift: far), Esc"), read),
        ("H", tr("Timeline: read what happened; then ←, →, Home, End, Esc"), page.open_timeline),
        ("E", tr("Events"), page.open_events),
        ("D", tr("All figures as text"), page.open_details),
        ("I", tr("What the platform wishes of the settings"), page.open_issues),
        ("Ctrl+L", tr("Arrange the parts, or be done"), page.toggle_arranging),
        ("Ctrl+Shift+L", tr("All parts in their usual places"), page.reset_layout),
    )
    return tuple(Shortcut((key,), text, act, page="feed") for key, text, act in acts)
