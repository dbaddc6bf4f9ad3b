"""What is wrong with a store, judged from its status? Pure; the delays are in `alarms`.

One fault shall be one alarm: what follows from a greater fault is not looked at, or is named as
part of it. The words say whose fault it is, because a feed that is low by itself is not helped by
another uplink. Classes are the relay's (docs/architecture.md, "Classes").
"""

from __future__ import annotations

from livedesk.core.status import FeedStatus, StoreStatus, UplinkStatus
from livedesk.engine.alarms import AlarmRule, Finding
from livedesk.engine.instrument_conditions import instrument_findings
from livedesk.engine.media_conditions import MediaConditions
from livedesk.monitors.steady import is_flowing

HOLD_S = 5.0
"""So long a condition of the show must be gone: shorter is a flap of the same fault."""

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
PATH_LOW = AlarmRule(
    "high", 1.0, HOLD_S,
    "It is the path and not the encoder: check this network path or use another uplink.",
)  # fmt: skip
PATH_STARVED = AlarmRule(
    "medium", 2.0, HOLD_S,
    "The feed is in time, the path is not: check this network path before it gets worse.",
)  # fmt: skip
PATH_STALLED = AlarmRule("high", 1.0, HOLD_S, "Check this network path or use another uplink.")
PATH_DOWN = AlarmRule(
    "high", 2.0, HOLD_S, "Check the network path, the platform's address and the stream key."
)
PLATFORM_DARK = AlarmRule(
    "high", 3.0, HOLD_S,
    "Look at the platform's own page: the LIVE may be ended, blocked or not yet started there.",
)  # fmt: skip
PLATFORM_NOT_YET = AlarmRule("high", 30.0, HOLD_S, PLATFORM_DARK.action)

_ARRIVING_MS = 500
"""Media this young come in now, whatever the class from before still says."""


def findings(status: StoreStatus, lost_tracks: frozenset[str] = frozenset()) -> dict[str, Finding]:
    """Every condition that can be judged now, by alarm id.

    `lost_tracks`: those that the relay says have stopped while the other flows.
    """
    media = MediaConditions(status, is_flowing=_flows(status), lost_tracks=lost_tracks)
    found = _feed(status) | media.findings() | instrument_findings(status, _flows(status))
    for uplink in status.uplinks:
        found |= _uplink(status, uplink)
    if status.return_check is not None:
        found["platform.dark"] = _platform(status)
    return found


def _on_air(status: StoreStatus) -> bool:
    return status.state in ("live", "interrupted")


def _flows(status: StoreStatus) -> bool | None:
    """Whether media of a session comes in; None when that cannot be seen."""
    if not _on_air(status):
        return False
    return None if status.feed.state == "BLIND" else is_flowing(status.feed)


def _feed(status: StoreStatus) -> dict[str, Finding]:
    feed, limits, flows = status.feed, status.limits, _flows(status)
    # In its first second a feed has no rate yet, and so no other class than before; it is not lost.
    is_arriving = feed.age_ms is not None and feed.age_ms < _ARRIVING_MS
    is_lost = _on_air(status) and feed.state in ("GONE", "STALLED") and not is_arriving
    # A class is held for a while after its reason is over; an alarm is about now.
    is_low = feed.state == "LOW" and feed.kbps is not None and feed.kbps < limits.min_kbps
    is_starved = feed.state == "STARVED" and _is_over(feed.lag_ms, limits.starved_clear_ms)
    if feed.state == "STALLED":
        lost_cause = "The encoder is connected but sends nothing."
    else:
        lost_cause = "The encoder is gone."
    return {
        "feed.lost": Finding(FEED_LOST, None if flows is None else is_lost, lost_cause),
        "feed.starved": Finding(
            FEED_STARVED, flows and is_starved, _starved_cause(feed), part_of=("feed.lost",)
        ),
        "feed.low": Finding(
            FEED_LOW,
            flows and is_low and not _has_one_track(feed),
            f"Encoder chose fewer bits: the feed is at {_kbps(feed.kbps)}, under {_limit(status)}.",
            part_of=(
                "feed.lost", "feed.starved", "picture.lost", "picture.black", "picture.frozen"
            ),
        ),
    }  # fmt: skip


def _has_one_track(feed: FeedStatus) -> bool:
    """A feed without a picture has few bits, and another alarm."""
    return feed.video_age_ms is None and feed.audio_age_ms is not None


def _starved_cause(feed: FeedStatus) -> str:
    lag = "" if feed.lag_ms is None else f" by {feed.lag_ms / 1000:.1f} s"
    return f"Encoder: its network or CPU holds media back{lag}."


def _is_over(figure: float | None, limit: float) -> bool:
    """A figure that is not known does not contradict the class."""
    return figure is None or figure > limit


def _uplink(status: StoreStatus, uplink: UplinkStatus) -> dict[str, Finding]:
    flows, down_id = _flows(status), f"uplink.down:{uplink.name}"
    is_stalled = uplink.health == "STALLED"
    is_down = uplink.state in ("down", "connecting")
    reason = f" ({uplink.reason})" if uplink.reason else ""
    down_cause = f"Path: uplink {uplink.name} does not carry{reason}."
    if is_stalled and not is_down:
        down_cause = f"Path: nothing gets through on uplink {uplink.name}, although it is open."
    is_starved = uplink.health == "STARVED"
    slow = flows and _is_slow(status, uplink)
    return {
        down_id: Finding(
            PATH_STALLED if is_stalled and not is_down else PATH_DOWN,
            flows and (is_down or is_stalled),
            down_cause,
        ),
        f"uplink.low:{uplink.name}": Finding(
            PATH_STARVED if is_starved and not _is_under(status, uplink) else PATH_LOW,
            None if flows and uplink.health == "BLIND" and not is_down else slow,
            _slow_cause(status, uplink),
            part_of=(down_id,),
        ),
    }


def _is_under(status: StoreStatus, uplink: UplinkStatus) -> bool:
    goodput_kbps = uplink.goodput_kbps
    return goodput_kbps is not None and goodput_kbps < status.limits.min_kbps


def _is_slow(status: StoreStatus, uplink: UplinkStatus) -> bool:
    if uplink.health == "STARVED":
        return _is_over(uplink.backlog_ms, status.limits.starved_clear_ms)
    return uplink.health == "LOW" and _is_under(status, uplink)


def _slow_cause(status: StoreStatus, uplink: UplinkStatus) -> str:
    rate = f"Path: uplink {uplink.name} gets {_kbps(uplink.goodput_kbps)} through"
    if _is_under(status, uplink) or uplink.health != "STARVED":
        feed = "while the feed is good" if status.feed.state == "OK" else "less than it is given"
        return f"{rate}, under {_limit(status)}, {feed}."
    late = "" if uplink.backlog_ms is None else f" and is {uplink.backlog_ms / 1000:.1f} s behind"
    return f"{rate}{late}, while the feed is in time."


def _platform(status: StoreStatus) -> Finding:
    """The encoder is live, the platform dark. Only said while we see all that is before it."""
    check = status.return_check
    uplinks = status.uplinks
    carries = any(uplink.state == "carrying" and uplink.health == "OK" for uplink in uplinks)
    if check is None or not _on_air(status) or status.feed.state in ("GONE", "STALLED"):
        present: bool | None = False
    elif check.state == "BLIND" or status.feed.state not in ("OK", "LOW") or not carries:
        present = None
    else:
        present = check.state in ("GONE", "STALLED")
    rule = PLATFORM_DARK if check is not None and check.seen else PLATFORM_NOT_YET
    reason = f" ({check.reason})" if check is not None and check.reason else ""
    return Finding(
        rule,
        present,
        f"Encoder live, platform dark: the uplink carries, but nothing comes back{reason}.",
        part_of=tuple(f"uplink.down:{uplink.name}" for uplink in uplinks),
    )


def _kbps(figure: float | None) -> str:
    return "an unknown rate" if figure is None else f"{figure:,.0f} kbps"


def _limit(status: StoreStatus) -> str:
    return f"the limit of {status.limits.min_kbps:,.0f} kbps"
