"""What is wrong with a store, judged from its status? Pure; the delays are in `alarms`.

One fault shall be one alarm: what follows from a greater fault is not looked at. The words say
whose fault it is, because a feed that is low by itself is not helped by another uplink.
"""

from __future__ import annotations

from dataclasses import replace

from livedesk.core.status import PartStatus, StoreStatus, UplinkStatus
from livedesk.engine.alarms import AlarmRule, Finding

FEED_LOST = AlarmRule(
    "high", 1.0, 1.0, "Check that the encoder is on, sends to this address and has network."
)
FEED_LOW = AlarmRule(
    "medium", 2.0, 2.0,
    "Look at the encoder: its bitrate setting, its CPU, its network. Another uplink cannot help.",
)  # fmt: skip
FEED_STARVED = AlarmRule(
    "medium", 5.0, 2.0, "Look at the encoder's network and CPU. Another uplink cannot help."
)
PATH_LOW = AlarmRule(
    "high", 1.0, 2.0,
    "The feed is good, the path is not: check this network path or use another uplink.",
)  # fmt: skip
PATH_DOWN = AlarmRule(
    "high", 2.0, 1.0, "Check the network path, the platform's address and the stream key."
)
SKEW = AlarmRule(
    "high", 2.0, 2.0, "Correct the audio delay in the encoder by the figure shown, then watch it."
)
JOURNAL = AlarmRule(
    "high",
    0.0,
    1.0,
    "The show itself goes on, and so does its record once the disk takes it again.",
)
PROBE = AlarmRule(
    "low", 10.0, 1.0, "Picture and sync figures are missing; the show itself goes on."
)
RELAY = AlarmRule(
    "high", 3.0, 1.0,
    "Look at the platform's own picture. If the show is dead, end the engine with its relays "
    "(livedesk engine --stop) and start it again.",
)  # fmt: skip

_ARRIVING_MS = 1_000
_MEDIA = ("OK", "LOW", "STARVED")


def findings(status: StoreStatus) -> dict[str, Finding]:
    """Every condition that can be judged now, by alarm id."""
    found = _feed(status) | _own_parts(status)
    for uplink in status.uplinks:
        found |= _uplink(status, uplink)
    return found


def _on_air(status: StoreStatus) -> bool:
    return status.state in ("live", "interrupted")


def _feed(status: StoreStatus) -> dict[str, Finding]:
    feed, on_air = status.feed, _on_air(status)
    blind = feed.state == "BLIND"
    # In its first second a feed has no rate yet, and so no other class than before; it is not lost.
    arriving = feed.age_ms is not None and feed.age_ms < _ARRIVING_MS
    lost = on_air and feed.state in ("GONE", "STALLED") and not arriving
    # The class LOW is shown for a while after the last low rate; an alarm is about now.
    limit_kbps = status.limits.min_kbps
    low = on_air and feed.state == "LOW" and feed.kbps is not None and feed.kbps < limit_kbps
    starved = on_air and feed.state == "STARVED"
    if feed.state == "STALLED":
        cause = "The encoder is connected but sends nothing."
    else:
        cause = "The encoder is gone."
    return {
        "feed.lost": Finding(FEED_LOST, None if blind else lost, cause),
        "feed.low": Finding(FEED_LOW, None if blind else low, _low_cause(status)),
        "feed.starved": Finding(
            FEED_STARVED,
            None if blind else starved,
            "Encoder: its media comes slower than real time.",
        ),
        "sync.skew": Finding(SKEW, _skewed(status), _skew_cause(status)),
    }


def _low_cause(status: StoreStatus) -> str:
    return f"Encoder: the feed is at {_kbps(status.feed.kbps)}, under {_limit(status)}."


def _skewed(status: StoreStatus) -> bool | None:
    if status.sync.state == "no_data":
        return None if _on_air(status) else False
    return status.sync.state == "critical"


def _skew_cause(status: StoreStatus) -> str:
    skew_ms = status.sync.skew_ms
    if skew_ms is None:
        return "Sound and picture are out of step."
    side = "ahead of" if skew_ms > 0 else "behind"
    return f"Sound is {abs(skew_ms):.0f} ms {side} the picture."


def _uplink(status: StoreStatus, uplink: UplinkStatus) -> dict[str, Finding]:
    blind = status.feed.state == "BLIND"
    media = _on_air(status) and status.feed.state in _MEDIA
    down = media and uplink.state in ("down", "connecting")
    reason = f" ({uplink.reason})" if uplink.reason else ""
    return {
        f"uplink.down:{uplink.name}": Finding(
            PATH_DOWN, None if blind else down, f"Uplink {uplink.name} does not carry{reason}."
        ),
        f"uplink.low:{uplink.name}": Finding(
            PATH_LOW,
            None if blind else _path_low(status, uplink),
            f"Path: uplink {uplink.name} gets {_kbps(uplink.goodput_kbps)} through, "
            f"under {_limit(status)}, while the feed is good.",
        ),
    }


def _path_low(status: StoreStatus, uplink: UplinkStatus) -> bool | None:
    if status.feed.state != "OK" or uplink.state != "carrying":
        return False
    if uplink.goodput_kbps is None:
        return None
    return uplink.goodput_kbps < status.limits.min_kbps


def _own_parts(status: StoreStatus) -> dict[str, Finding]:
    """Our own instruments: their failure says nothing about the show."""
    journal, probe, relay = status.journal, status.probe, status.relay
    probe_missing = status.feed.state in _MEDIA and probe.state != "up"
    return {
        "journal": Finding(
            JOURNAL, journal.state == "down", f"The record is not being written. {journal.reason}"
        ),
        "probe": Finding(PROBE, probe_missing, f"The probe does not measure: {probe.reason}."),
        "relay": _relay(relay),
    }


def _relay(relay: PartStatus) -> Finding:
    """One that cannot run says itself what to do; of a silent one only the platform knows more."""
    reason, _, remedy = (relay.reason or "").partition("; ")
    if relay.state == "down" and remedy:
        rule = replace(RELAY, action=f"{remedy[0].upper()}{remedy[1:]}.")
        return Finding(rule, True, f"The relay does not run: {reason}.")
    return Finding(RELAY, relay.state != "up", f"The relay does not report: {relay.reason}.")


def _kbps(figure: float | None) -> str:
    return "an unknown rate" if figure is None else f"{figure:,.0f} kbps"


def _limit(status: StoreStatus) -> str:
    return f"the limit of {status.limits.min_kbps:,.0f} kbps"
