"""What is wrong with a store, judged from its status? Pure; the delays are in `alarms`.

One fault shall be one alarm: what follows from a greater fault is not looked at, or is named as
part of it. The words say whose fault it is, because a feed that is low by itself is not helped by
another uplink. Classes are the relay's (docs/architecture.md, "Classes").
"""

from __future__ import annotations

from dataclasses import dataclass

from livedesk.alarms.life import AlarmRule, Finding
from livedesk.core.status import StoreStatus
from livedesk.engine.entries import SenderState
from livedesk.engine.feed_conditions import encoder_words, feed_findings, pulled_words
from livedesk.engine.instrument_conditions import instrument_findings
from livedesk.engine.media_conditions import MediaConditions
from livedesk.engine.moderation_conditions import moderation_findings
from livedesk.engine.moderation_facts import ModerationFacts
from livedesk.engine.path_conditions import HOLD_S, PathConditions
from livedesk.engine.pin_conditions import PinFacts, pin_findings
from livedesk.monitors.issues import Issues
from livedesk.monitors.steady import is_flowing

PLATFORM_DARK = AlarmRule(
    "high", 3.0, HOLD_S,
    "Look at the platform's own page: the LIVE may be ended, blocked or not yet started there.",
)  # fmt: skip
PLATFORM_NOT_YET = AlarmRule("high", 30.0, HOLD_S, PLATFORM_DARK.action)


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known beside the status.

    `lost_tracks`: those that the relay says have stopped while the other flows. `held_by` and
    `is_mended`: see `PathConditions`. `unseen_issues`: see `MediaConditions`. `is_pulled`: the feed
    is played from a server, and `sender` is what the program that sends there says of itself.
    """

    lost_tracks: frozenset[str] = frozenset()
    held_by: str = ""
    is_mended: bool = False
    unseen_issues: Issues = ()
    is_pulled: bool = False
    sender: SenderState | None = None
    pins: PinFacts | None = None
    moderation: ModerationFacts | None = None


def findings(status: StoreStatus, beside: Beside | None = None) -> dict[str, Finding]:
    """Every condition that can be judged now, by alarm id."""
    beside, flows = beside or Beside(), _flows(status)
    media = MediaConditions(status, flows, beside.lost_tracks, beside.unseen_issues)
    paths = PathConditions(status, flows, beside.held_by, beside.is_mended)
    words = pulled_words(status, beside.sender) if beside.is_pulled else encoder_words(status)
    found = feed_findings(status, flows, on_air=_on_air(status), words=words)
    found |= media.findings() | instrument_findings(status, flows) | paths.findings()
    found |= pin_findings(status, beside.pins)
    found |= moderation_findings(status, beside.moderation)
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
