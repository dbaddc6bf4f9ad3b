"""Is what a class says still so? A class is held for a while after its reason is over.

The relay holds LOW and STARVED until a path or feed was good for `low_clear_s` or
`starved_clear_s`, so that they do not flutter (docs/architecture.md, "Classes"). Alarms and words
are about now: they ask here.
"""

from __future__ import annotations

from livedesk.core.status import FeedStatus, Limits, UplinkStatus


def is_under_contract(kbps: float | None, limits: Limits) -> bool:
    """Whether a rate is known to be under `min_kbps`."""
    return kbps is not None and kbps < limits.min_kbps


def feed_recovers(feed: FeedStatus, limits: Limits) -> bool:
    """In class LOW or STARVED, but its figures are good again; what is unknown does not say so."""
    return _recovers(feed.state, feed.kbps, feed.lag_ms, limits)


def uplink_recovers(uplink: UplinkStatus, limits: Limits) -> bool:
    """The same of an uplink, by its goodput and backlog."""
    return _recovers(uplink.health, uplink.goodput_kbps, uplink.backlog_ms, limits)


def _recovers(state: str, kbps: float | None, late_ms: float | None, limits: Limits) -> bool:
    if state == "LOW":
        return kbps is not None and kbps >= limits.min_kbps
    return state == "STARVED" and late_ms is not None and late_ms <= limits.starved_clear_ms
