"""What does the panel show of each uplink, and can the stream be moved there now?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from livedesk.core.status import UplinkStatus
from livedesk.desk.looks import LIT, Look, is_delivering, source_note
from livedesk.desk.model import StoreView
from livedesk.desk.uplinkcards import healthy_words, is_first, proven_words, uplink_card
from livedesk.desk.words import NOTHING, number, tr

Role = Literal["carries", "ready", "out"]
"""Carries the stream; could take over at once; neither."""


@dataclass(frozen=True, slots=True)
class TileFigure:
    """A figure with its unit; `hint` is its definition, `brief` its name where room is short."""

    label: str
    brief: str
    value: str
    hint: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One uplink. `offer` is the button's text, `brief` a short one; `blocked` says why it
    cannot be pressed."""

    name: str
    role: Role
    look: Look
    word: str
    sentence: str
    goodput: str
    figures: tuple[TileFigure, ...]
    note: str
    offer: str = ""
    brief: str = ""
    blocked: str = ""


def tiles(view: StoreView, answering: bool) -> tuple[Tile, ...]:
    """In the order of the settings, so that a place is learnt once."""
    return tuple(_tile(view, uplink, answering) for uplink in view.status.uplinks)


def _tile(view: StoreView, uplink: UplinkStatus, answering: bool) -> Tile:
    card = uplink_card(view, uplink)
    carries = uplink.state == "carrying"
    role: Role = "carries" if carries else "ready" if uplink.ready else "out"
    goodput = number(uplink.goodput_kbps) if carries else NOTHING
    return Tile(
        uplink.name,
        role,
        card.look,
        _word(view, uplink, card.word).upper(),
        card.note if view.stale else _sentence(view, uplink, card.look, card.word, card.note),
        goodput,
        _figures(uplink),
        _note(view, uplink),
        *_offer(view, uplink, answering),
    )


def _word(view: StoreView, uplink: UplinkStatus, word: str) -> str:
    """A path that carries badly still carries: its sentence says how."""
    if view.stale:
        return word
    if uplink.state != "carrying":
        return tr("Ready") if uplink.ready and word != tr("Taking over") else word
    if uplink.health == "STALLED" and is_delivering(view):
        return word
    return tr("Carries") if is_delivering(view) else tr("Open")


def _sentence(view: StoreView, uplink: UplinkStatus, look: Look, word: str, note: str) -> str:
    if uplink.state == "carrying":
        if look in LIT or look == "unknown":
            is_said = word in (_word(view, uplink, word), tr("Carrying"))
            return note if is_said and note else ": ".join(filter(None, [word, note]))
        return note or healthy_words(uplink) or tr("in time")
    if uplink.ready:
        first = note if is_first(view, uplink) else ""
        proven, healthy = proven_words(view, uplink), healthy_words(uplink)
        return " · ".join(filter(None, [first, proven, healthy]))
    return note


def _figures(uplink: UplinkStatus) -> tuple[TileFigure, ...]:
    unsent = None if uplink.unsent_bytes is None else uplink.unsent_bytes / 1000
    return (
        _capacity(uplink),
        _figure(tr("Backlog"), tr("backlog"), uplink.backlog_ms, "ms", 0,
                tr("Media time accepted from the encoder and not yet acknowledged")),
        _figure(tr("Round trip"), tr("RTT"), uplink.rtt_ms, "ms", 1,
                tr("TCP round-trip time to the far end")),
        _figure(tr("Resent"), tr("resent"), uplink.retransmits, "", 0,
                tr("TCP segments sent again on this connection")),
        _figure(tr("Unsent"), tr("unsent"), unsent, "kB", 0,
                tr("Bytes that wait in the socket's buffer")),
    )  # fmt: skip


def _capacity(uplink: UplinkStatus) -> TileFigure:
    """Of a path that does not carry it is what it could do when it was left."""
    if uplink.state == "carrying":
        hint = tr("What it carries while more than that waits; unknown while it carries all")
        return _figure(tr("Capacity"), tr("carries"), uplink.capacity_kbps, "kbps", 0, hint)
    hint = tr("What it carried when it was left; what it would carry now is not known")
    return _figure(tr("Carried last"), tr("carried"), uplink.capacity_kbps, "kbps", 0, hint)


def _figure(
    label: str, brief: str, value: float | None, unit: str, decimals: int, hint: str
) -> TileFigure:
    figure = number(value, decimals)
    return TileFigure(
        label, brief, figure if figure == NOTHING else f"{figure} {unit}".rstrip(), hint
    )


def _note(view: StoreView, uplink: UplinkStatus) -> str:
    """Where it goes, by which way, what it costs, and how old all this is."""
    via = tr("via {bind}").format(bind=uplink.bind) if uplink.bind else ""
    told = source_note(tr("relay"), uplink.age_ms, view)
    return " · ".join(filter(None, [uplink.cost, uplink.address, via, told]))


def _offer(view: StoreView, uplink: UplinkStatus, answering: bool) -> tuple[str, str, str]:
    """The button of a path that does not carry, in full and short, and why it is blocked."""
    failover = view.status.failover
    active = failover.active == uplink.name
    if uplink.state == "carrying" or active or len(view.status.uplinks) < 2:
        return "", "", ""
    back = failover.fail_back_to == uplink.name
    text = tr("Fail back to {name}") if back else tr("Switch to {name}")
    brief = tr("Fail back") if back else tr("Switch here")
    return text.format(name=uplink.name), brief, blocked(view, answering) or _not_ready(uplink)


def blocked(view: StoreView, answering: bool) -> str:
    """Why no order can be given now; empty when one can."""
    failover = view.status.failover
    if view.stale or not answering:
        return tr("The engine does not answer, so no order reaches the relay.")
    if failover.switching_to is not None:
        return tr("A switch is under way.")
    if failover.drill is not None and failover.drill.state == "running":
        return tr("A drill is under way; it ends by itself.")
    return ""


def _not_ready(uplink: UplinkStatus) -> str:
    if uplink.ready:
        return ""
    reason = f": {uplink.reason}" if uplink.reason else ""
    return tr("{name} is not ready{reason}").format(name=uplink.name, reason=reason)


def drill_blocked(view: StoreView, answering: bool) -> str:
    """Why there can be no drill now."""
    failover = view.status.failover
    if failover.next is None and not blocked(view, answering):
        return tr("Nothing is ready to take over, so there is nothing to drill.")
    return blocked(view, answering)
