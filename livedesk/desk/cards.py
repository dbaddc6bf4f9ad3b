"""Go or no-go, at a glance: the strip of cards, from the feed to our own instruments."""

from __future__ import annotations

from livedesk.core.classes import feed_recovers
from livedesk.core.figures import FIGURES
from livedesk.core.status import FeedStatus, PartState, PartStatus, ReturnStatus
from livedesk.desk.issues import settings_card
from livedesk.desk.looks import (
    LOUDNESS,
    TRACK_LOST_MS,
    Card,
    Look,
    is_arriving,
    is_delivering,
    is_running,
    lost,
    needed,
    source_note,
)
from livedesk.desk.mediacards import media_card, sync_card
from livedesk.desk.model import StoreView
from livedesk.desk.moderation_card import MODERATION, moderation_card
from livedesk.desk.pin_cards import PINS, pins_card
from livedesk.desk.uplinkcards import uplink_cards
from livedesk.desk.words import age, number, tr

_PAGES = (PINS, MODERATION)


def cards(view: StoreView) -> tuple[Card, ...]:
    """The strip of one store: the show from feed to platform, then what watches it."""
    status = view.status
    back = [_return(view, status.return_check)] if status.return_check is not None else []
    beside = [card for card in (pins_card(view), moderation_card(view)) if card is not None]
    show = (_feed(view), *uplink_cards(view), *back, sync_card(view), media_card(view), *beside)
    return (*show, settings_card(view), _probe(view), _journal(view))


def worst(view: StoreView) -> Card:
    """The card that needs a look first."""
    return max(cards(view), key=_loudness)


def worst_of_feed(view: StoreView) -> Card:
    """The same, without what has a page of its own."""
    return max((card for card in cards(view) if card.key not in _PAGES), key=_loudness)


def _loudness(card: Card) -> int:
    return LOUDNESS[card.look]


def _feed(view: StoreView) -> Card:
    feed = view.status.feed
    title, unit = tr("Feed"), FIGURES["feed_kbps"].unit
    figure = number(feed.kbps)
    if view.stale:
        return lost("feed", title, view, figure, unit)
    if not is_running(view) and feed.state == "GONE":
        return Card("feed", title, "idle", tr("Waiting"), note=tr("no encoder connected"))
    source = source_note(tr("relay"), feed.age_ms, view)
    if is_arriving(view):
        return Card("feed", title, "unknown", tr("Arriving"), source=source)
    look, word, note = _feed_words(feed, view)
    figure = "" if look == "unknown" else figure
    return Card("feed", title, look, word, figure, unit, note, source)


def _feed_words(feed: FeedStatus, view: StoreView) -> tuple[Look, str, str]:
    limits = view.status.limits
    match feed.state:
        case "OK":
            late = feed.lag_ms is not None and feed.lag_ms > limits.starved_clear_ms
            return _lost_track(feed) or ("ok", tr("Good"), _lag(feed) if late else "")
        case "LOW" if feed_recovers(feed, limits):
            return "notice", tr("Low"), tr("enough again, not yet for long")
        case "LOW":
            limit = tr("encoder under {n} kbps").format(n=number(limits.min_kbps))
            return _lost_track(feed) or ("warning", tr("Low"), limit)
        case "STARVED" if feed_recovers(feed, limits):
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
