"""Go or no-go, at a glance: the strip of cards, from the feed to our own instruments."""

from __future__ import annotations

from livedesk.core.figures import FIGURES
from livedesk.core.status import FeedStatus, PartState, PartStatus, ReturnStatus, UplinkStatus
from livedesk.desk.issues import settings_card
from livedesk.desk.looks import (
    LOUDNESS,
    TRACK_LOST_MS,
    Card,
    Look,
    feed_flows,
    is_delivering,
    is_running,
    lost,
    needed,
    source_note,
)
from livedesk.desk.mediacards import media_card, sync_card
from livedesk.desk.model import StoreView
from livedesk.desk.words import age, number, tr

ARRIVING_S = 2.0
"""A rate takes a second to be known, so a show's first class of its feed is that of before."""

BEHIND_MS = 1_000
"""A backlog from here on is said: below, it is what any path has."""


def cards(view: StoreView) -> tuple[Card, ...]:
    """The strip of one store: the show from feed to platform, then what watches it."""
    status = view.status
    uplinks = [_uplink(view, uplink) for uplink in status.uplinks]
    back = [_return(view, status.return_check)] if status.return_check is not None else []
    show = (_feed(view), *uplinks, *back, sync_card(view), media_card(view))
    return (*show, settings_card(view), _probe(view), _journal(view))


def worst(view: StoreView) -> Card:
    """The card that needs a look first."""
    return max(cards(view), key=lambda card: LOUDNESS[card.look])


def _feed(view: StoreView) -> Card:
    feed = view.status.feed
    title, unit = tr("Feed"), FIGURES["feed_kbps"].unit
    figure = number(feed.kbps)
    if view.stale:
        return lost("feed", title, view, figure, unit)
    if not is_running(view) and feed.state == "GONE":
        return Card("feed", title, "idle", tr("Waiting"), note=tr("no encoder connected"))
    source = source_note(tr("relay"), feed.age_ms, view)
    if _is_arriving(view):
        return Card("feed", title, "unknown", tr("Arriving"), source=source)
    look, word, note = _feed_words(feed, view)
    figure = "" if look == "unknown" else figure
    return Card("feed", title, look, word, figure, unit, note, source)


def _is_arriving(view: StoreView) -> bool:
    """The first media of a show are here and their rate is not known yet."""
    feed = view.status.feed
    just_started = view.on_air_s is not None and view.on_air_s < ARRIVING_S
    return just_started and not feed_flows(view) and feed.age_ms is not None


def _feed_words(feed: FeedStatus, view: StoreView) -> tuple[Look, str, str]:
    limits = view.status.limits
    match feed.state:
        case "OK":
            late = feed.lag_ms is not None and feed.lag_ms > limits.starved_clear_ms
            return _lost_track(feed) or ("ok", tr("Good"), _lag(feed) if late else "")
        case "LOW" if feed.kbps is not None and feed.kbps >= limits.min_kbps:
            return "notice", tr("Low"), tr("enough again, not yet for long")
        case "LOW":
            limit = tr("encoder under {n} kbps").format(n=number(limits.min_kbps))
            return _lost_track(feed) or ("warning", tr("Low"), limit)
        case "STARVED" if _is_at_most(feed.lag_ms, limits.starved_clear_ms):
            return "notice", tr("Starved"), tr("in time again, not yet for long")
        case "STARVED":
            late_note = _lag(feed) or tr("media comes slower than the clock")
            return "warning", tr("Starved"), late_note
        case "STALLED":
            return "critical", tr("Stalled"), tr("encoder connected, nothing comes")
        case "GONE":
            return "critical", tr("Gone"), tr("encoder not connected")
        case "BLIND":
            return "unknown", tr("Not measured"), tr("the relay does not report")


def _is_at_most(figure: float | None, limit: float) -> bool:
    """A class is held for a while after its reason is over: then its card says so."""
    return figure is not None and figure <= limit


def _lag(feed: FeedStatus) -> str:
    if feed.lag_ms is None:
        return ""
    return tr("media arrives {n} ms late").format(n=number(feed.lag_ms))


def _lost_track(feed: FeedStatus) -> tuple[Look, str, str] | None:
    """A class is of the feed as a whole; a track that stopped is worth the same word."""
    for word, age_ms in ((tr("No video"), feed.video_age_ms), (tr("No sound"), feed.audio_age_ms)):
        if age_ms is not None and age_ms >= TRACK_LOST_MS:
            return "critical", word, tr("for {age}; the rest flows").format(age=age(age_ms / 1000))
    return None


def _uplink(view: StoreView, uplink: UplinkStatus) -> Card:
    key = f"uplink:{uplink.name}"
    title = tr("Uplink {name}").format(name=uplink.name)
    unit = FIGURES["goodput_kbps"].unit
    figure = number(uplink.goodput_kbps)
    if view.stale:
        return lost(key, title, view, figure, unit)
    source = source_note(tr("relay"), uplink.age_ms, view)
    if view.status.feed.state == "BLIND" and view.status.relay.state != "up":
        reason = uplink.reason or tr("the relay does not report")
        return Card(key, title, "unknown", tr("Not measured"), note=reason, source=source)
    look, word, note = _uplink_words(view, uplink)
    figure = "" if look == "unknown" else figure
    return Card(key, title, look, word, figure, unit, note, source)


def _uplink_words(view: StoreView, uplink: UplinkStatus) -> tuple[Look, str, str]:
    match uplink.state:
        case "carrying" if _is_arriving(view):
            return "ok", tr("Carrying"), ""
        case "carrying" if not uplink.goodput_kbps and not is_delivering(view):
            return "idle", tr("Open"), tr("nothing comes from the encoder")
        case "carrying":
            return _carrying_words(view, uplink)
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


def _carrying_words(view: StoreView, uplink: UplinkStatus) -> tuple[Look, str, str]:
    """The class of a path that is open. It is not judged for what its feed lacks."""
    limits = view.status.limits
    limit = tr("under {n} kbps").format(n=number(limits.min_kbps))
    match uplink.health:
        case "OK":
            return "ok", tr("Carrying"), _behind(uplink)
        case "LOW" if not is_too_slow(view, uplink):
            return "notice", tr("Low"), tr("enough again, not yet for long")
        case "LOW":
            return "critical", tr("Low"), " · ".join(filter(None, [limit, _behind(uplink)]))
        case "STARVED" if _is_at_most(uplink.backlog_ms, limits.starved_clear_ms):
            return "notice", tr("Starved"), tr("in time again, not yet for long")
        case "STARVED":
            look: Look = "critical" if is_too_slow(view, uplink) else "warning"
            return look, tr("Starved"), _behind(uplink) or tr("slower than the clock")
        case "STALLED":
            stalled = tr("media waits, none is acknowledged")
            return "critical", tr("Stalled"), _behind(uplink) or stalled
        case "GONE":
            return "critical", tr("Gone"), uplink.reason or tr("no connection that publishes")
        case "BLIND":
            return needed(view), tr("Not measured"), uplink.reason or tr("no figures of this path")


def _behind(uplink: UplinkStatus) -> str:
    if uplink.backlog_ms is None or uplink.backlog_ms < BEHIND_MS:
        return ""
    return tr("{n} s behind").format(n=number(uplink.backlog_ms / 1000, 1))


def is_too_slow(view: StoreView, uplink: UplinkStatus) -> bool:
    """The path carries less than the contract, and its class says that it is not the feed."""
    failing = uplink.state == "carrying" and uplink.health in ("LOW", "STARVED", "STALLED")
    goodput_kbps = uplink.goodput_kbps
    return failing and goodput_kbps is not None and goodput_kbps < view.status.limits.min_kbps


def _return(view: StoreView, back: ReturnStatus) -> Card:
    key, title, unit = "return", tr("Platform"), FIGURES["return_kbps"].unit
    figure = number(back.kbps)
    if view.stale:
        return lost(key, title, view, figure, unit)
    name = tr("playback") if back.source == "playback" else tr("statistics")
    source = source_note(name, back.age_ms, view)
    look, word, hint = _return_words(view, back)
    return Card(key, title, look, word, figure, unit, back.reason or "", source, hint)


def _return_words(view: StoreView, back: ReturnStatus) -> tuple[Look, str, str]:
    delivering = is_delivering(view)
    match back.state:
        case "OK":
            return "ok", tr("On air"), tr("On air at the platform")
        case "LOW":
            return "warning", tr("Low"), tr("The platform gives out less than the limit")
        case "STARVED":
            return "warning", tr("Starved"), tr("The platform's stream is slower than the clock")
        case "STALLED" | "GONE":
            dark = tr("Platform dark: nothing comes out of it")
            look: Look = "critical" if delivering else "idle"
            return look, tr("Dark") if delivering else tr("Not on air"), dark
        case "BLIND":
            blind = tr("What the platform gives out is not seen")
            return needed(view), tr("Not measured"), blind


def _probe(view: StoreView) -> Card:
    # Without a feed there is nothing to measure, and one cause is one fault.
    wanted = is_delivering(view)
    return _part("probe", tr("Probe"), tr("Measuring"), view.status.probe, view, wanted)


def _journal(view: StoreView) -> Card:
    wanted = is_running(view)
    word = tr("Recording") if wanted else tr("Ready")
    return _part("journal", tr("Journal"), word, view.status.journal, view, wanted)


def _part(
    key: str, title: str, up_word: str, part: PartStatus, view: StoreView, wanted: bool
) -> Card:
    if view.stale:
        return lost(key, title, view, small=True)
    # The engine vouches for its parts with every status.
    told = source_note(tr("engine"), part.age_ms or 0.0, view)
    source = " · ".join(filter(None, [told, _restarts(part.restarts)]))
    if part.state == "up":
        return Card(key, title, "ok", up_word, source=source, small=True)
    look, word = _part_words(part.state) if wanted else ("idle", tr("Idle"))
    return Card(key, title, look, word, note=part.reason or "", source=source, small=True)


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
