"""How does each way out to the platform do, on the strip? A path is not judged for its feed."""

from __future__ import annotations

from livedesk.core.classes import is_under_contract, uplink_recovers
from livedesk.core.clock import NS_PER_S
from livedesk.core.figures import FIGURES
from livedesk.core.status import UplinkStatus
from livedesk.desk.looks import (
    Card,
    Look,
    feed_flows,
    is_arriving,
    is_delivering,
    is_running,
    lost,
    needed,
    source_note,
)
from livedesk.desk.model import StoreView
from livedesk.desk.words import age, countdown, number, tr

TAKEN_OVER_S = 2.5
"""From the decision of a switch until the new path has to be in a class of its own."""

SETTLED_S = 5.0
"""So long after a switch the path that was left is not missed."""

MOST_CARDS = 2
"""Of more uplinks than this the strip shows the one that carries, and counts the others."""

BEHIND_MS = 1_000
"""A backlog from here on is said: below, it is what any path has."""


def uplink_cards(view: StoreView) -> tuple[Card, ...]:
    uplinks = view.status.uplinks
    if len(uplinks) <= MOST_CARDS:
        return tuple(uplink_card(view, uplink) for uplink in uplinks)
    front = active_uplink(view) or uplinks[0]
    others = tuple(uplink for uplink in uplinks if uplink is not front)
    return uplink_card(view, front), _standby_card(view, others)


def active_uplink(view: StoreView) -> UplinkStatus | None:
    """The uplink that carries, or that is to."""
    uplinks, active = view.status.uplinks, view.status.failover.active
    named = (uplink for uplink in uplinks if uplink.name == active)
    carrying = (uplink for uplink in uplinks if uplink.state == "carrying")
    return next(carrying, None) or next(named, None)


def uplink_card(view: StoreView, uplink: UplinkStatus) -> Card:
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
    look, word, note = _words(view, uplink)
    figure = "" if look in ("unknown", "ready") else figure
    return Card(key, title, look, word, figure, unit, note, source)


def _standby_card(view: StoreView, others: tuple[UplinkStatus, ...]) -> Card:
    """Those that do not carry, as one: how many could take over, and the worst of them."""
    title = tr("Standby")
    if view.stale:
        return lost("standby", title, view)
    told = [uplink_card(view, uplink) for uplink in others]
    ready = sum(card.look == "ready" for card in told)
    word = tr("{n} of {all} ready").format(n=ready, all=len(others))
    if not ready:
        word = tr("None ready")
    faults = [card for card in told if card.look not in ("ready", "idle", "ok")]
    look: Look = "ready" if ready else "idle"
    if faults:
        # One of several that is missing can wait; the last one cannot.
        look = "notice" if ready else faults[0].look
    hint = "\n".join(f"{card.title}: {card.word} {card.note}".rstrip() for card in told)
    names = ", ".join(u.name for u, c in zip(others, told, strict=True) if c in faults)
    note = tr("not ready: {names}").format(names=names) if names else ""
    source = source_note(tr("relay"), others[0].age_ms, view)
    return Card("standby", title, look, word, note=note, source=source, hint=hint)


def _words(view: StoreView, uplink: UplinkStatus) -> tuple[Look, str, str]:
    if uplink.state == "carrying":
        return _carrying_or_open(view, uplink)
    if view.status.failover.switching_to == uplink.name:
        return "notice", tr("Taking over"), ""
    if uplink.ready:
        if is_first(view, uplink):
            return "ready", tr("Ready"), tr("carries once the encoder sends")
        return "ready", tr("Standby"), proof_words(view, uplink)
    if uplink.state == "standby":
        return _missing(view), tr("Not ready"), uplink.reason or proof_words(view, uplink)
    return _closed_words(view, uplink)


def is_first(view: StoreView, uplink: UplinkStatus) -> bool:
    """Whether it only waits for media to carry."""
    return uplink.name == view.status.failover.active and not feed_flows(view)


def proof_words(view: StoreView, uplink: UplinkStatus) -> str:
    """`ready, proven 1.2 s ago`, for where no word says already that it is ready."""
    proven = proven_words(view, uplink)
    return ", ".join(filter(None, [tr("ready"), proven])) if uplink.ready else proven


def proven_words(view: StoreView, uplink: UplinkStatus) -> str:
    """`proven 1.2 s ago`: since its far end last showed that it is there."""
    if uplink.proof_age_ms is None:
        return "" if uplink.ready else tr("its far end has not answered yet")
    ago = age(uplink.proof_age_ms / 1000 + view.age_s)
    if uplink.ready:
        return tr("proven {age} ago").format(age=ago)
    return tr("not proven for {age}").format(age=ago)


def healthy_words(uplink: UplinkStatus) -> str:
    """`healthy for 4:12`; of a path that does not carry only its answers are known."""
    if uplink.healthy_s is None:
        return ""
    carries = uplink.state == "carrying"
    text = tr("healthy for {time}") if carries else tr("answering for {time}")
    return text.format(time=countdown(uplink.healthy_s))


def _missing(view: StoreView) -> Look:
    """A standby that could not take over is said before it is needed."""
    return "warning" if is_running(view) else "notice"


def _closed_words(view: StoreView, uplink: UplinkStatus) -> tuple[Look, str, str]:
    """Between two tries of a path that failed it is still what it was: its reason stays."""
    active, reason = view.status.failover.active, uplink.reason
    is_first_try = uplink.state == "connecting" and not reason
    if active is not None and uplink.name != active:
        if not reason and _was_just_left(view, uplink):
            return "idle", tr("Opening"), tr("left just now, opens again")
        word = tr("Connecting") if is_first_try else tr("Not ready")
        return _missing(view), word, reason or tr("it has not answered yet")
    if not feed_flows(view):
        return "idle", tr("Not open"), reason or tr("opens with the feed")
    if is_first_try:
        return "warning" if is_running(view) else "idle", tr("Connecting"), ""
    look: Look = "critical" if is_running(view) else "idle"
    return look, tr("Down"), reason or tr("no reason known")


def _was_just_left(view: StoreView, uplink: UplinkStatus) -> bool:
    last = view.status.failover.last
    return last is not None and last["from"] == uplink.name and is_settling(view)


def is_settling(view: StoreView) -> bool:
    """Whether the stream moved so lately that the path it left may still be opening again."""
    last = view.status.failover.last
    return last is not None and (view.status.utc_ns - last["utc_ns"]) / NS_PER_S < SETTLED_S


def _carrying_or_open(view: StoreView, uplink: UplinkStatus) -> tuple[Look, str, str]:
    if is_arriving(view):
        return "ok", tr("Carrying"), ""
    if not uplink.goodput_kbps and not is_delivering(view):
        return "idle", tr("Open"), tr("nothing comes from the encoder")
    return _carrying_words(view, uplink)


def _just_took_over(view: StoreView, uplink: UplinkStatus) -> bool:
    """A rate takes a second to be known, so the first class of a new path is that of before."""
    last = view.status.failover.last
    if last is None or last["to"] != uplink.name or last["state"] != "done":
        return False
    return (view.status.utc_ns - last["utc_ns"]) / NS_PER_S < TAKEN_OVER_S


def _carrying_words(view: StoreView, uplink: UplinkStatus) -> tuple[Look, str, str]:
    limits = view.status.limits
    limit = tr("under {n} kbps").format(n=number(limits.min_kbps))
    recovers = uplink_recovers(uplink, limits)
    match uplink.health:
        case "OK" if view.status.failover.sagging:
            return "notice", tr("Sagging"), behind_words(uplink) or tr("its lag grows")
        case "OK":
            return "ok", tr("Carrying"), behind_words(uplink)
        case "LOW" if recovers:
            return "notice", tr("Low"), tr("enough again, not yet for long")
        case "LOW":
            return "critical", tr("Low"), " · ".join(filter(None, [limit, behind_words(uplink)]))
        case "STARVED" if recovers:
            return "notice", tr("Starved"), tr("in time again, not yet for long")
        case "STARVED":
            look: Look = "critical" if is_too_slow(view, uplink) else "warning"
            return look, tr("Starved"), behind_words(uplink) or tr("slower than the clock")
        case "STALLED":
            stalled = tr("media waits, none is acknowledged")
            return "critical", tr("Stalled"), behind_words(uplink) or stalled
        case "GONE" if _just_took_over(view, uplink):
            return "ok", tr("Carrying"), tr("its rate is not known yet")
        case "GONE" if uplink.goodput_kbps is None:
            # It publishes again; the class is that of before until a rate is known.
            return needed(view), tr("Carrying"), tr("its rate is not known yet")
        case "GONE":
            return "critical", tr("Gone"), uplink.reason or tr("no connection that publishes")
        case "BLIND":
            return needed(view), tr("Not measured"), uplink.reason or tr("no figures of this path")


def behind_words(uplink: UplinkStatus) -> str:
    if uplink.backlog_ms is None or uplink.backlog_ms < BEHIND_MS:
        return ""
    return tr("{n} s behind").format(n=number(uplink.backlog_ms / 1000, 1))


def is_too_slow(view: StoreView, uplink: UplinkStatus) -> bool:
    """The path carries less than the contract, and its class says that it is not the feed."""
    failing = uplink.state == "carrying" and uplink.health in ("LOW", "STARVED", "STALLED")
    return failing and is_under_contract(uplink.goodput_kbps, view.status.limits)
