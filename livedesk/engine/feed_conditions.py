"""What is wrong with the feed, and what can be said of whose fault it is? Pure.

A relay hears the encoder itself, so what it misses is the encoder's doing. Of a pulled feed
(`feed.pull`) only what comes out of its server is seen: between there and the encoder is a way that
may be at fault as well, and only the sending program can tell, where one is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from livedesk.alarms.life import AlarmRule, Finding
from livedesk.core.classes import feed_recovers, is_under_contract
from livedesk.core.status import FeedStatus, StoreStatus
from livedesk.engine.entries import SenderState
from livedesk.engine.path_conditions import HOLD_S, kbps_words, limit_words

FEED_LOST = AlarmRule(
    "high", 1.0, HOLD_S, "Check that the encoder is on, sends to this address and has network."
)
FEED_LOW = AlarmRule(
    "medium", 2.0, HOLD_S,
    "Look at the encoder: its bitrate setting, a still picture, its CPU. "
    "Another uplink cannot help.",
)  # fmt: skip
FEED_STARVED = AlarmRule(
    "medium", 3.0, HOLD_S, "Look at the encoder's network and CPU. Another uplink cannot help."
)

_ARRIVING_MS: Final = 500
"""Media this young come in now, whatever the class from before still says."""

_OBS_WORDS: Final[Mapping[SenderState | None, str]] = {
    None: "",
    "off": " OBS does not stream.",
    "reconnecting": " OBS lost its connection and connects again.",
    "held_up": " OBS cannot get rid of its media.",
    "streaming": " OBS streams, and nothing waits there.",
}
_UNTOLD: Final = (
    "It may be the encoder, its way to the server, the server, or the way from there to here: "
    "look at the encoder first."
)
_BEFORE_SERVER: Final = "Check OBS's network and the server that it sends to."
_BEHIND_SERVER: Final = "Check the server, and the way from there to this machine."
_PULLED_ACTIONS: Final[Mapping[SenderState | None, str]] = {
    None: _UNTOLD,
    "off": "Start the stream in OBS, unless it was stopped on purpose.",
    "reconnecting": _BEFORE_SERVER,
    "held_up": _BEFORE_SERVER,
    "streaming": _BEHIND_SERVER,
}
_CHOSEN: Final = "look at its bitrate setting, a still picture, its CPU."


@dataclass(frozen=True, slots=True)
class FeedWords:
    """How each fault of the feed is told, and what is to be done."""

    lost: tuple[str, str]
    starved: tuple[str, str]
    low: tuple[str, str]


def feed_findings(
    status: StoreStatus, flows: bool | None, *, on_air: bool, words: FeedWords
) -> dict[str, Finding]:
    """`flows`: whether media of a session comes in; None when that cannot be seen."""
    feed, limits = status.feed, status.limits
    # In its first second a feed has no rate yet, and so no other class than before; it is not lost.
    is_arriving = feed.age_ms is not None and feed.age_ms < _ARRIVING_MS
    is_lost = on_air and feed.state in ("GONE", "STALLED") and not is_arriving
    # A class is held for a while after its reason is over; an alarm is about now.
    is_low = feed.state == "LOW" and is_under_contract(feed.kbps, limits)
    is_starved = feed.state == "STARVED" and not feed_recovers(feed, limits)
    return {
        "feed.lost": _finding(FEED_LOST, None if flows is None else is_lost, words.lost),
        "feed.starved": _finding(
            FEED_STARVED, flows and is_starved, words.starved, part_of=("feed.lost",)
        ),
        "feed.low": _finding(
            FEED_LOW,
            flows and is_low and not _has_one_track(feed),
            words.low,
            part_of=(
                "feed.lost", "feed.starved", "picture.lost", "picture.black", "picture.frozen"
            ),
        ),
    }  # fmt: skip


def _finding(
    rule: AlarmRule, present: bool | None, words: tuple[str, str], part_of: tuple[str, ...] = ()
) -> Finding:
    cause, action = words
    return Finding(replace(rule, action=action), present, cause, part_of=part_of)


def _has_one_track(feed: FeedStatus) -> bool:
    """A feed without a picture has few bits, and another alarm."""
    return feed.video_age_ms is None and feed.audio_age_ms is not None


def encoder_words(status: StoreStatus) -> FeedWords:
    """Of a feed that the relay hears itself."""
    feed = status.feed
    gone = "The encoder is gone."
    if feed.state == "STALLED":
        gone = "The encoder is connected but sends nothing."
    low = f"Encoder chose fewer bits: the feed is at {kbps_words(feed.kbps)}"
    return FeedWords(
        lost=(gone, FEED_LOST.action),
        starved=(
            f"Encoder: its network or CPU holds media back{_late(feed)}.", FEED_STARVED.action
        ),
        low=(f"{low}, under {limit_words(status)}.", FEED_LOW.action),
    )  # fmt: skip


def pulled_words(status: StoreStatus, sender: SenderState | None) -> FeedWords:
    """Of a feed that is played from a server. `sender`: what OBS says of itself, if it is asked."""
    feed, obs = status.feed, _OBS_WORDS[sender]
    gone = "it is connected, and silent" if feed.state == "STALLED" else "it gives no stream out"
    late = f"What comes from the server is held back{_late(feed)}."
    low = f"The server gives {kbps_words(feed.kbps)} out, under {limit_words(status)}."
    return FeedWords(
        lost=(f"Nothing comes from the server: {gone}.{obs}", _PULLED_ACTIONS[sender]),
        starved=(f"{late}{obs}", _PULLED_ACTIONS[sender]),
        low=(f"{low}{obs}", _low_action(sender)),
    )


def _low_action(sender: SenderState | None) -> str:
    """Timestamps keep time, so nothing is held back on the way; who held it back before is OBS's
    to say."""
    if sender == "streaming":
        return f"OBS chose fewer bits: {_CHOSEN}"
    if sender is None:
        return f"Timestamps keep time, so most likely the encoder chose fewer bits: {_CHOSEN}"
    return _PULLED_ACTIONS[sender]


def _late(feed: FeedStatus) -> str:
    return "" if feed.lag_ms is None else f" by {feed.lag_ms / 1000:.1f} s"
