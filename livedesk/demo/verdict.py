"""Did the show go as scripted? Each check names what it looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from livedesk.core.status import StoreStatus
from livedesk.demo.script import THROTTLED_KBPS, Observed, tracks_arrived

_FEED_KBPS: Final = 4000
_TOLERANCE: Final = 0.15
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
        _rate("the feed arrives at about 4,000 kbps", _feed(seen.healthy)),
        _skew(seen.healthy),
        _frames(seen.healthy),
        _rate("the feed rate stays while the path is throttled", _feed(seen.throttled)),
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


def _rate(name: str, rates: list[float]) -> Check:
    if not rates:
        return Check(name, False, "no figure")
    middle = median(rates)
    ok = abs(middle - _FEED_KBPS) <= _TOLERANCE * _FEED_KBPS
    return Check(name, ok, f"{middle:,.0f} kbps")


def _recovery(statuses: list[StoreStatus]) -> Check:
    """Against the feed of the same moments: the path is judged here, not the encoder."""
    name = "goodput is back at the feed rate"
    goodput, feed = _goodput(statuses), _feed(statuses)
    if not goodput or not feed:
        return Check(name, False, "no figure")
    through, sent = median(goodput), median(feed)
    ok = abs(through - sent) <= _TOLERANCE * sent
    return Check(name, ok, f"{through:,.0f} of {sent:,.0f} kbps")


def _skew(statuses: list[StoreStatus]) -> Check:
    name = "audio and video are in step"
    known = [s.sync.skew_ms for s in statuses if s.sync.skew_ms is not None]
    if not known:
        return Check(name, False, "no figure")
    middle = median(known)
    return Check(name, abs(middle) <= 20, f"{middle:+.0f} ms")


def _frames(statuses: list[StoreStatus]) -> Check:
    name = "the probe counts 30 frames a second"
    known = [s.feed.fps for s in statuses if s.feed.fps is not None]
    if not known:
        return Check(name, False, "no figure")
    middle = median(known)
    return Check(name, abs(middle - 30) <= 1, f"{middle:.1f} fps")


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
    causes = [alarm.cause for status in statuses for alarm in status.alarms]
    return Check("an alarm names the path", bool(causes), causes[-1] if causes else "no alarm")


def _counts(sandbox: dict[str, Any]) -> str:
    report = sandbox.get("encoder", {}).get("report") or {}
    publishers = sandbox.get("platform", {}).get("publishers") or []

    def count(of: dict[str, Any]) -> str:
        return " + ".join(f"{of.get(t, {}).get('messages', 0):,} {t}" for t in ("video", "audio"))

    arrived = "; ".join(count(publisher) for publisher in publishers) or "nothing"
    return f"sent {count(report)}, arrived {arrived}"
