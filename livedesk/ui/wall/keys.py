"""Which keys has the wall? Arrows, digits and Enter are its tiles' own; here they are told."""

from __future__ import annotations

from livedesk.desk.words import tr
from livedesk.ui.shortcuts import Shortcut
from livedesk.ui.wall.page import WallPage


def wall_shortcuts(wall: WallPage) -> tuple[Shortcut, ...]:
    told = (
        Shortcut((), tr("Another store"), _nothing, page="wall", shown=tr("Arrows")),
        Shortcut((), tr("The store of this number"), _nothing, page="wall", shown="1 … 40"),
        Shortcut((), tr("Open it"), _nothing, page="wall", shown=tr("Enter")),
    )
    only = Shortcut(("N",), tr("Only stores that need somebody, or all"), wall.toggle_only,
                    page="wall")  # fmt: skip
    return (*told, only)


def _nothing() -> None:
    """What a tile does with a key is the page's business."""
