"""Did the show go as scripted? Each check names what it looked at.

Livedesk is judged, not the machine: on a busy one the sandbox's encoder skips frames and sends less
than its 4,000 kbps, which the figures then rightly show.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from livedesk.core.ladder import SkewLadder
from livedesk.core.status import StoreStatus
from livedesk.demo.script import THROTTLED_KBPS, Observed, tracks_arrived

_SHARE_OF_FEED: Final = 0.85
_FRAMES: Final = (20.0, 31.0)
_LAST_LOOKS: Final = 20
"""Two seconds of looking at the status."""


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    ok: bool
    found: str


def judge(seen: Observed) -> list[Check]:
    """Every promise of the script, kept or not."""
    if not seen.healthy:
        return [Check("the feed arrives", False, "no status with a feed within 15 s")]
    return [
        _feed_holds("the feed arrives", seen.healthy),
        _skew(seen.healthy),
        _frames(seen.healthy),
        _feed_holds("the feed rate stays while the path is throttled", seen.throttled),
        _goodput_fell(seen),
        _alarm(seen.throttled),
        _recovery(seen.recovered[-_LAST_LOOKS:]),
        Check(
            "no frame is lost: the platform has what the encoder sent",
            tracks_arrived(seen.sandbox),
            _counts(seen.sandbox),
        ),
        Check("the session is on record", seen.session is not None, seen.session or "none"),
    ]


def _feed(statuses: Iterable[StoreStatus]) -> list[float]:
    return [status.feed.kbps for status in statuses if status.feed.kbps is not None]


def _goodput(statuses: Iterable[StoreStatus]) -> list[float]:
    found = [status.uplinks[0].goodput_kbps for status in statuses if status.uplinks]
    return [rate for rate in found if rate is not None]


def _feed_holds(name: str, statuses: list[StoreStatus]) -> Check:
    rates = _feed(statuses)
    if not rates:
        return Check(name, False, "no figure")
    middle, limit = median(rates), statuses[-1].limits.min_kbps
    return Check(name, middle >= limit, f"{middle:,.0f} kbps")


def _recovery(statuses: list[StoreStatus]) -> Check:
    """Against the feed of the same moments: the path is judged here, not the encoder."""
    name = "goodput is back at the feed rate"
    goodput, feed = _goodput(statuses), _feed(statuses)
    if not goodput or not feed:
        return Check(name, False, "no figure")
    through, sent = median(goodput), median(feed)
    return Check(name, through >= _SHARE_OF_FEED * sent, f"{through:,.0f} of {sent:,.0f} kbps")


def _skew(statuses: list[StoreStatus]) -> Check:
    name = "audio and video are in step"
    known = [s.sync.skew_ms for s in statuses if s.sync.skew_ms is not None]
    if not known:
        return Check(name, False, "no figure")
    middle = median(known)
    return Check(name, SkewLadder().state(middle) == "ok", f"{middle:+.0f} ms")


def _frames(statuses: list[StoreStatus]) -> Check:
    name = "the probe counts the frames"
    known = [s.feed.fps for s in statuses if s.feed.fps is not None]
    if not known:
        return Check(name, False, "no figure")
    middle = median(known)
    return Check(name, _FRAMES[0] <= middle <= _FRAMES[1], f"{middle:.1f} fps")


def _goodput_fell(seen: Observed) -> Check:
    name = "goodput shows the throttle"
    rates = _goodput(seen.throttled)
    if seen.seen_after_s is None or not rates:
        return Check(name, False, "it never fell below the contract")
    lowest = median(rates[len(rates) // 2 :])
    ok = abs(lowest - THROTTLED_KBPS) <= 0.2 * THROTTLED_KBPS
    return Check(
        name, ok, f"below the contract after {seen.seen_after_s:.1f} s, {lowest:,.0f} kbps"
    )


def _alarm(statuses: list[StoreStatus]) -> Check:
    alarms = [alarm for status in statuses for alarm in status.alarms]
    causes = [alarm.cause for alarm in alarms if alarm.id.startswith("uplink.low")]
    return Check("an alarm names the path", bool(causes), causes[-1] if causes else "no alarm")


def _counts(sandbox: dict[str, Any]) -> str:
    report = sandbox.get("encoder", {}).get("report") or {}
    publishers = sandbox.get("platform", {}).get("publishers") or []

    def count(of: dict[str, Any]) -> str:
        return " + ".join(f"{of.get(t, {}).get('messages', 0):,} {t}" for t in ("video", "audio"))

    arrived = "; ".join(count(publisher) for publisher in publishers) or "nothing"
    return f"sent {count(report)}, arrived {arrived}"
