"""One line a pin in the list of events."""

from __future__ import annotations

import pytest

from livedesk.core.events import Event, Json, Level
from livedesk.desk.eventlines import is_listed


@pytest.mark.parametrize(
    ("kind", "level", "data", "listed"),
    [
        ("pin.cued", "info", {}, False),
        ("pin.sent", "info", {}, False),
        ("pin.accepted", "info", {"settled_ms": None}, False),
        ("pin.accepted", "info", {"settled_ms": 120.0}, True),
        ("pin.confirmed", "info", {}, True),
        ("pin.refused", "warning", {}, True),
        ("pin.sent", "warning", {}, True),
        ("show.changed", "info", {"op": "shown"}, False),
        ("show.changed", "info", {"op": "skip"}, True),
        ("feed.up", "info", {}, True),
    ],
)
def test_a_pin_is_told_by_how_it_ended(
    kind: str, level: Level, data: dict[str, Json], listed: bool
) -> None:
    event = Event(1, 1, 1, "lumen", None, kind, level, "pins", "text", None, data)
    assert is_listed(event) == listed
