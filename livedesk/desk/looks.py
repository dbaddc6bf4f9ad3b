"""How is a state told? One word, one shape, one figure; and when is something missing a fault?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from livedesk.core.status import FeedState
from livedesk.desk.model import StoreView
from livedesk.desk.words import NOTHING, age, tr

Look = Literal["idle", "ready", "busy", "ok", "unknown", "notice", "warning", "critical"]
"""How a thing is drawn: each look has its own shape, and only the last three have a colour.

`idle` is not needed now; `ready` does nothing now and could at once; `busy` is under way; `unknown`
is needed and not known.
"""

LOUDNESS: dict[Look, int] = {
    "idle": 0, "ready": 1, "busy": 2, "ok": 2, "unknown": 3, "notice": 4, "warning": 5,
    "critical": 6,
}  # fmt: skip

LIT: tuple[Look, ...] = ("notice", "warning", "critical")
"""Looks that light up what they stand on; the others stay grey."""

ARRIVING_S = 2.0
"""A rate takes a second to be known, so a show's first class of its feed is that of before."""

TRACK_LOST_MS = 2_000
"""One track silent for so long while the other flows is missed."""

_NOTHING_COMES: tuple[FeedState, ...] = ("GONE", "STALLED")


@dataclass(frozen=True, slots=True)
class Card:
    """One part of the show. `note` says what matters about it, `source` who says so and when.

    `small` ones are of our own making, not of the show's. `level_dbfs` asks for a level meter.
    """

    key: str
    title: str
    look: Look
    word: str
    figure: str = ""
    unit: str = ""
    note: str = ""
    source: str = ""
    hint: str = ""
    """More than has room, for tool tips and screen readers."""
    level_dbfs: float | None = None
    small: bool = False


def is_delivering(view: StoreView) -> bool:
    """Whether media comes in during a show, so that it can be measured and passed on."""
    return is_running(view) and feed_flows(view)


def feed_flows(view: StoreView) -> bool:
    """Whether media comes from the encoder, in a show or not."""
    return view.status.feed.state not in _NOTHING_COMES


def is_arriving(view: StoreView) -> bool:
    """The first media of a show are here and their rate is not known yet."""
    just_started = view.on_air_s is not None and view.on_air_s < ARRIVING_S
    return just_started and not feed_flows(view) and view.status.feed.age_ms is not None


def is_still_sending(view: StoreView) -> bool:
    """Whether viewers still get the stream of a session that was ended."""
    carries = any(uplink.state == "carrying" for uplink in view.status.uplinks)
    return view.status.state == "ended" and feed_flows(view) and carries


def is_running(view: StoreView) -> bool:
    """Whether a show is on, so that missing parts are faults."""
    return view.status.state in ("live", "interrupted")


def needed(view: StoreView) -> Look:
    """The look of a figure that nobody has: a question while there is something to measure."""
    return "unknown" if is_delivering(view) else "idle"


def lost(
    key: str, title: str, view: StoreView, figure: str = "", unit: str = "", small: bool = False
) -> Card:
    """A card without news: the last figure stays for orientation, its word does not."""
    note = tr("last known {age} ago").format(age=age(view.age_s))
    known = figure not in ("", NOTHING)
    return Card(
        key, title, "unknown", tr("Unknown"), figure, unit if known else "", note, small=small
    )


def source_note(source: str, age_ms: float | None, view: StoreView) -> str:
    """`relay · < 1 s`: who measured it, and how long ago by now."""
    total_s = None if age_ms is None else age_ms / 1000 + view.age_s
    return f"{source} · {age(total_s)}"
