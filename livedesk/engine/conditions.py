"""What is wrong with a store, judged from its status? Pure; the delays are in `alarms`.

One fault shall be one alarm: what follows from a greater fault is not looked at, or is named as
part of it. The words say whose fault it is, because a feed that is low by itself is not helped by
another uplink. Classes are the relay's (docs/architecture.md, "Classes").
"""

from __future__ import annotations

from dataclasses import dataclass

from livedesk.core.classes import feed_recovers, is_under_contract
from livedesk.core.status import FeedStatus, StoreStatus
from livedesk.engine.alarms import AlarmRule, Finding
from livedesk.engine.instrument_conditions import instrument_findings
from livedesk.engine.media_conditions import MediaConditions
from livedesk.engine.path_conditions import HOLD_S, PathConditions, kbps_words, limit_words
from livedesk.monitors.issues import Issues
from livedesk.monitors.steady import is_flowing

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
PLATFORM_DARK = AlarmRule(
    "high", 3.0, HOLD_S,
    "Look at the platform's own page: the LIVE may be ended, blocked or not yet started there.",
)  # fmt: skip
PLATFORM_NOT_YET = AlarmRule("high", 30.0, HOLD_S, PLATFORM_DARK.action)

_ARRIVING_MS = 500
"""Media this young come in now, whatever the class from before still says."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known beside the status.

    `lost_tracks`: those that the relay says have stopped while the other flows. `held_by` and
    `is_mended`: see `PathConditions`. `unseen_issues`: see `MediaConditions`.
    """

    lost_tracks: frozenset[str] = frozenset()
    held_by: str = ""
    is_mended: bool = False
    unseen_issues: Issues = ()


def findings(status: StoreStatus, beside: Beside | None = None) -> dict[str, Finding]:
    """Every condition that can be judged now, by alarm id."""
    beside, flows = beside or Beside(), _flows(status)
    media = MediaConditions(status, flows, beside.lost_tracks, beside.unseen_issues)
    paths = PathConditions(status, flows, beside.held_by, beside.is_mended)
    found = _feed(status) | media.findings() | instrument_findings(status, flows)
    found |= paths.findings()
    if status.return_check is not None:
        found["platform.dark"] = _platform(status, paths.greater)
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
    is_low = feed.state == "LOW" and is_under_contract(feed.kbps, limits)
    is_starved = feed.state == "STARVED" and not feed_recovers(feed, limits)
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
            f"Encoder chose fewer bits: the feed is at {kbps_words(feed.kbps)}, "
            f"under {limit_words(status)}.",
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


def _platform(status: StoreStatus, part_of: tuple[str, ...]) -> Finding:
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
        part_of=part_of,
    )
