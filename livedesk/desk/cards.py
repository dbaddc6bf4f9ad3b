"""Go or no-go, at a glance: one word, one shape and one figure for each part of a show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from livedesk.core.figures import FIGURES
from livedesk.core.status import FeedState, PartState, PartStatus, SkewState, UplinkStatus
from livedesk.desk.model import StoreView
from livedesk.desk.words import NOTHING, age, number, tr

Look = Literal["idle", "ok", "unknown", "notice", "warning", "critical"]
"""How a thing is drawn: each look has its own shape, and only the last three have a colour.

`idle` is not needed now; `unknown` is needed and not known.
"""

LOUDNESS: dict[Look, int] = {
    "idle": 0, "ok": 1, "unknown": 2, "notice": 3, "warning": 4, "critical": 5,
}  # fmt: skip

_NOTHING_COMES: tuple[FeedState, ...] = ("GONE", "STALLED")

ARRIVING_S = 2.0
"""A rate takes a second to be known, so a show's first class of its feed is that of before."""

PROBE_FIGURE_STALE_MS = 3_000
"""A skew older than this is not shown as a reading: its own window is two seconds."""


@dataclass(frozen=True, slots=True)
class Card:
    """One part of the show. `note` is its reason when something is wrong, else source and age."""

    key: str
    title: str
    look: Look
    word: str
    figure: str = ""
    unit: str = ""
    note: str = ""


def cards(view: StoreView) -> tuple[Card, ...]:
    """The strip of one store, from feed to record."""
    uplinks = [_uplink(view, uplink) for uplink in view.status.uplinks]
    return (_feed(view), *uplinks, _sync(view), _probe(view), _journal(view))


def worst(view: StoreView) -> Card:
    """The card that needs a look first."""
    return max(cards(view), key=lambda card: LOUDNESS[card.look])


def is_delivering(view: StoreView) -> bool:
    """Whether media comes in during a show, so that it can be measured and passed on."""
    return is_running(view) and feed_flows(view)


def feed_flows(view: StoreView) -> bool:
    """Whether media comes from the encoder, in a show or not."""
    return view.status.feed.state not in _NOTHING_COMES


def is_still_sending(view: StoreView) -> bool:
    """Whether viewers still get the stream of a session that was ended."""
    carries = any(uplink.state == "carrying" for uplink in view.status.uplinks)
    return view.status.state == "ended" and feed_flows(view) and carries


def is_running(view: StoreView) -> bool:
    """Whether a show is on, so that missing parts are faults."""
    return view.status.state in ("live", "interrupted")


def _feed(view: StoreView) -> Card:
    feed = view.status.feed
    title, unit = tr("Feed"), FIGURES["feed_kbps"].unit
    figure = number(feed.kbps)
    if view.stale:
        return _lost("feed", title, figure, unit, view)
    if not is_running(view) and feed.state == "GONE":
        return Card("feed", title, "idle", tr("Waiting"), note=tr("no encoder connected"))
    source = source_note(tr("relay"), feed.age_ms, view)
    if _is_arriving(view):
        return Card("feed", title, "unknown", tr("Arriving"), note=source)
    look, word, reason = _feed_words(feed.state)
    if feed.state == "LOW":
        reason = reason.format(n=number(view.status.limits.min_kbps))
    return Card("feed", title, look, word, figure, unit, reason or source)


def _is_arriving(view: StoreView) -> bool:
    """The first media of a show are here and their rate is not known yet."""
    feed = view.status.feed
    just_started = view.on_air_s is not None and view.on_air_s < ARRIVING_S
    return just_started and not feed_flows(view) and feed.age_ms is not None


def _feed_words(state: FeedState) -> tuple[Look, str, str]:
    match state:
        case "OK":
            return "ok", tr("Good"), ""
        case "LOW":
            return "warning", tr("Low"), tr("fell under {n} kbps")
        case "STARVED":
            return "warning", tr("Starved"), tr("timestamps run slower than the clock")
        case "STALLED":
            return "critical", tr("Stalled"), tr("encoder connected, nothing comes")
        case "GONE":
            return "critical", tr("Gone"), tr("encoder not connected")
        case "BLIND":
            return "unknown", tr("Unknown"), tr("the relay does not report")


def _uplink(view: StoreView, uplink: UplinkStatus) -> Card:
    key = f"uplink:{uplink.name}"
    title = tr("Uplink {name}").format(name=uplink.name)
    unit = FIGURES["goodput_kbps"].unit
    figure = number(uplink.goodput_kbps)
    if view.stale:
        return _lost(key, title, figure, unit, view)
    if view.status.feed.state == "BLIND" and view.status.relay.state != "up":
        reason = uplink.reason or tr("the relay does not report")
        return Card(key, title, "unknown", tr("Unknown"), figure, unit, reason)
    look, word, reason = _uplink_words(view, uplink)
    source = source_note(tr("relay"), uplink.age_ms, view)
    return Card(key, title, look, word, figure, unit, reason or source)


def _uplink_words(view: StoreView, uplink: UplinkStatus) -> tuple[Look, str, str]:
    match uplink.state:
        case "carrying" if _is_arriving(view):
            return "ok", tr("Carrying"), ""
        case "carrying" if not uplink.goodput_kbps and not is_delivering(view):
            return "idle", tr("Open"), tr("nothing comes from the encoder")
        case "carrying" if is_too_slow(view, uplink):
            behind = tr("{n} s behind").format(n=number((uplink.backlog_ms or 0) / 1000, 1))
            limit = tr("under {n} kbps").format(n=number(view.status.limits.min_kbps))
            return "critical", tr("Too slow"), f"{behind} · {limit}"
        case "carrying":
            return "ok", tr("Carrying"), ""
        case "standby":
            return "ok", tr("Standby"), ""
        case "connecting" | "down" if not feed_flows(view):
            return "idle", tr("Not open"), uplink.reason or tr("opens with the feed")
        case "connecting":
            look: Look = "warning" if is_running(view) else "idle"
            return look, tr("Connecting"), uplink.reason or ""
        case "down":
            look = "critical" if is_running(view) else "idle"
            return look, tr("Down"), uplink.reason or tr("no reason known")


def is_too_slow(view: StoreView, uplink: UplinkStatus) -> bool:
    """The path carries less than the contract although the feed brings enough."""
    limit, feed_kbps = view.status.limits.min_kbps, view.status.feed.kbps
    if uplink.goodput_kbps is None or feed_kbps is None:
        return False
    return uplink.state == "carrying" and uplink.goodput_kbps < limit <= feed_kbps


def _sync(view: StoreView) -> Card:
    sync = view.status.sync
    title, unit = tr("Sync"), FIGURES["skew_ms"].unit
    figure = number(sync.skew_ms, signed=True)
    if view.stale:
        return _lost("sync", title, figure, unit, view)
    too_old = sync.age_ms is not None and sync.age_ms + view.age_s * 1000 > PROBE_FIGURE_STALE_MS
    if sync.skew_ms is None or sync.state == "no_data" or too_old:
        look: Look = "unknown" if is_delivering(view) else "idle"
        return Card(
            "sync", title, look, tr("No reading"), note=source_note(tr("probe"), None, view)
        )
    look = _sync_look(sync.state)
    word = tr("In sync") if look == "ok" else skew_words(sync.skew_ms)
    return Card(
        "sync", title, look, word, figure, unit, source_note(tr("probe"), sync.age_ms, view)
    )


def _sync_look(state: SkewState) -> Look:
    return "unknown" if state == "no_data" else state


def skew_words(skew_ms: float) -> str:
    """The sign in words, because a sign alone is read the wrong way round."""
    return tr("Sound early") if skew_ms > 0 else tr("Sound late")


def _probe(view: StoreView) -> Card:
    # Without a feed there is nothing to measure, and one cause is one fault.
    needed = is_delivering(view)
    return _part("probe", tr("Probe"), tr("Measuring"), view.status.probe, view, needed)


def _journal(view: StoreView) -> Card:
    needed = is_running(view)
    word = tr("Recording") if needed else tr("Ready")
    return _part("journal", tr("Journal"), word, view.status.journal, view, needed)


def _part(
    key: str, title: str, up_word: str, part: PartStatus, view: StoreView, needed: bool
) -> Card:
    if view.stale:
        return _lost(key, title, "", "", view)
    restarts = _restarts(part.restarts)
    # The engine vouches for its parts with every status.
    told = source_note(tr("engine"), part.age_ms or 0.0, view)
    source = " · ".join(filter(None, [told, restarts]))
    if part.state == "up":
        return Card(key, title, "ok", up_word, note=source)
    if not needed:
        return Card(key, title, "idle", tr("Idle"), note=part.reason or source)
    look, word = _part_words(part.state)
    return Card(key, title, look, word, note=part.reason or source)


def _restarts(count: int) -> str:
    if count == 0:
        return ""
    return tr("1 restart") if count == 1 else tr("{n} restarts").format(n=count)


def _part_words(state: PartState) -> tuple[Look, str]:
    match state:
        case "starting":
            return "unknown", tr("Starting")
        case "stale":
            return "unknown", tr("No answer")
        case _:
            return "warning", tr("Down")


def _lost(key: str, title: str, figure: str, unit: str, view: StoreView) -> Card:
    """A card without news: the last figure stays for orientation, its word does not."""
    note = tr("last known {age} ago").format(age=age(view.age_s))
    known = figure not in ("", NOTHING)
    return Card(key, title, "unknown", tr("Unknown"), figure, unit if known else "", note)


def source_note(source: str, age_ms: float | None, view: StoreView) -> str:
    """`relay · < 1 s`: who measured it, and how long ago by now."""
    total_s = None if age_ms is None else age_ms / 1000 + view.age_s
    return f"{source} · {age(total_s)}"
