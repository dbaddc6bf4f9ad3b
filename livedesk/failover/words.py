"""How is the state of feed and paths said to people? One sentence without its full stop."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from livedesk.core.status import SwitchCause
from livedesk.failover.facts import FeedFacts, PathFacts

_BEHIND_MS: Final = 100.0
"""Less than that is the spacing of frames."""


def said(reason: str) -> str:
    """A person's words, as a part of a sentence."""
    return reason.strip().rstrip(".")


def kbps(value: float | None) -> str:
    return "?" if value is None else f"{value:,.0f}"


def ms(value: float | None) -> str:
    return "unknown" if value is None else f"{value:,.0f} ms"


def encoder(feed: FeedFacts, min_kbps: float) -> str:
    match feed.state:
        case "OK":
            return "encoder fine"
        case "LOW" if has_recovered(feed, min_kbps):
            return "encoder low until just now"
        case "LOW":
            return f"encoder low ({kbps(feed.kbps)} kbps)"
        case "STARVED":
            return "encoder late"
        case "STALLED":
            return "encoder silent"
        case "GONE":
            return "no encoder"
    return "encoder not measured"


def has_recovered(feed: FeedFacts, min_kbps: float) -> bool:
    """A class clears late: what is said beside a rate must agree with that rate."""
    return feed.kbps is not None and feed.kbps >= min_kbps


def fault(
    cause: SwitchCause,
    path: PathFacts,
    feed: FeedFacts,
    carried_kbps: float | None,
    wait_s: float,
    min_kbps: float,
) -> str:
    """`carried_kbps`: what the path carries at most, if that is known better than its goodput."""
    of_feed = share(carried_kbps or path.goodput_kbps, feed.kbps)
    match cause:
        case "silence":
            seen = f"nothing was acknowledged on {path.name} for {ms(path.silent_ms)}"
        case "gone" if wait_s:
            seen = f"{path.name} did not come up within {wait_s:.0f} s{because(path.reason)}"
        case "gone":
            seen = f"the connection of {path.name} ended{because(path.reason)}"
        case "backlog":
            seen = f"{path.name} is {ms(path.backlog_ms)} behind and carries {of_feed}"
        case "contract":
            seen = f"{path.name} has delivered {of_feed} for two seconds"
        case _:
            seen = f"{path.name} carries {of_feed}"
    return f"{seen}; {encoder(feed, min_kbps)}"


def share(carried_kbps: float | None, feed_kbps: float | None) -> str:
    """How much of the feed is carried; never a question mark."""
    if carried_kbps is None:
        return "too little, at a rate not known yet"
    return f"{kbps(carried_kbps)}{'' if feed_kbps is None else ' of ' + kbps(feed_kbps)} kbps"


def because(reason: str | None) -> str:
    return f" ({reason})" if reason else ""


def carrying(path: PathFacts, feed: FeedFacts, min_kbps: float, *, catches_up: bool) -> str:
    """Nothing is wrong with the path."""
    of_encoder = encoder(feed, min_kbps)
    match feed.state:
        case "GONE":
            return "no encoder is connected"
        case "STALLED":
            return "the encoder is silent"
        case "LOW" if not has_recovered(feed, min_kbps):
            return f"{path.name} carries all that the encoder gives, {kbps(feed.kbps)} kbps"
        case "STARVED":
            return f"the encoder's media comes late; {path.name} carries what comes"
    if path.state != "carrying":
        return f"{path.name} is coming up{because(path.reason)}"
    if path.goodput_kbps is None:
        return f"{path.name} has just begun to carry; {of_encoder}"
    if catches_up:
        late = f", {ms(path.backlog_ms)} behind" if (path.backlog_ms or 0.0) > _BEHIND_MS else ""
        return f"{path.name} carries and is catching up{late}; {of_encoder}"
    return f"{path.name} carries {kbps(path.goodput_kbps)} kbps; {of_encoder}"


def sagging(path: PathFacts, lag_ms: float, next_: str | None) -> str:
    standby = f"{next_} is ready" if next_ else "no other uplink is ready"
    if lag_ms < _BEHIND_MS:
        return f"{path.name} was behind until just now; {standby}"
    rate = path.goodput_kbps
    still = "" if rate is None else f" and still carries {kbps(rate)} kbps"
    return f"{path.name} is {ms(lag_ms)} behind{still}; {standby}"


def none_ready(others: Iterable[PathFacts]) -> str:
    """Why no other uplink can take over, each by name."""
    each = ", ".join(f"{path.name} is {unready(path)}" for path in others)
    return f"no other uplink is ready: {each}" if each else "there is no other uplink"


def unready(path: PathFacts) -> str:
    """One that keeps trying is down, as long as there is a reason for it."""
    if path.state == "standby":
        return f"open, but unproven{because(path.reason)}"
    return f"down{because(path.reason)}" if path.reason else path.state
