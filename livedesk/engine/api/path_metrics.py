"""What does Prometheus see of the ways out, and of the moves between them?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, get_args

from prometheus_client.core import CounterMetricFamily, Metric

from livedesk.core.status import FailoverMode, HealthClass, StoreStatus, UplinkState
from livedesk.engine.api.metric_family import gauge, scaled


def uplinks(statuses: list[StoreStatus]) -> Iterator[Metric]:
    labels = ["store", "uplink"]
    pairs = [(s.store, uplink) for s in statuses for uplink in s.uplinks]
    yield gauge(
        "livedesk_uplink_goodput_bits_per_second", "Media bits acknowledged in the last second.",
        labels, (([store, u.name], scaled(u.goodput_kbps, 1e3)) for store, u in pairs),
    )  # fmt: skip
    yield gauge(
        "livedesk_uplink_backlog_seconds", "Media time accepted and not yet acknowledged.",
        labels, (([store, u.name], scaled(u.backlog_ms, 1e-3)) for store, u in pairs),
    )  # fmt: skip
    yield gauge(
        "livedesk_uplink_round_trip_seconds", "Smoothed TCP round trip.",
        labels, (([store, u.name], scaled(u.rtt_ms, 1e-3)) for store, u in pairs),
    )  # fmt: skip
    yield gauge(
        "livedesk_uplink_state", "1 for the state the uplink is in.", [*labels, "state"],
        (([store, u.name, state], float(u.state == state))
         for store, u in pairs for state in get_args(UplinkState)),
    )  # fmt: skip
    yield gauge(
        "livedesk_uplink_health", "1 for the class the uplink is in.", [*labels, "state"],
        (([store, u.name, state], float(u.health == state))
         for store, u in pairs for state in get_args(HealthClass)),
    )  # fmt: skip
    dropped = CounterMetricFamily(
        "livedesk_uplink_dropped_messages", "Messages a slow path made us drop.", labels=labels
    )
    reconnects = CounterMetricFamily(
        "livedesk_uplink_reconnects", "Times the uplink had to connect again.", labels=labels
    )
    retransmits = CounterMetricFamily(
        "livedesk_uplink_retransmits", "TCP segments sent again on this connection.", labels=labels
    )
    for store, uplink in pairs:
        if uplink.retransmits is not None:
            retransmits.add_metric([store, uplink.name], uplink.retransmits)
        dropped.add_metric([store, uplink.name], uplink.dropped_messages)
        reconnects.add_metric([store, uplink.name], uplink.reconnects)
    yield from (dropped, reconnects, retransmits)


_LAST: tuple[tuple[str, str, Literal["detect_ms", "publish_ms", "switch_ms"]], ...] = (
    ("detect", "Onset of the fault to the decision, of the last switch.", "detect_ms"),
    ("publish", "Decision to the platform's answer, of the last switch.", "publish_ms"),
    ("switch", "Decision to the first keyframe acknowledged, of the last switch.", "switch_ms"),
)


def failover(statuses: list[StoreStatus]) -> Iterator[Metric]:
    labels = ["store", "uplink"]
    known = [s for s in statuses if s.failover.active is not None]
    yield gauge(
        "livedesk_uplink_active", "1 for the uplink that the stream is on.", labels,
        (([s.store, u.name], float(u.name == s.failover.active)) for s in known for u in s.uplinks),
    )  # fmt: skip
    yield gauge(
        "livedesk_uplink_ready", "1 if it carries or could take over now.", labels,
        (([s.store, u.name], float(u.ready)) for s in known for u in s.uplinks),
    )  # fmt: skip
    yield gauge(
        "livedesk_uplink_healthy_seconds", "For so long it has been without a fault.", labels,
        (([s.store, u.name], u.healthy_s) for s in known for u in s.uplinks),
    )  # fmt: skip
    yield gauge(
        "livedesk_failover_mode", "1 for the mode the failover is in.", ["store", "mode"],
        (([s.store, mode], float(s.failover.mode == mode))
         for s in known for mode in get_args(FailoverMode)),
    )  # fmt: skip
    switches = CounterMetricFamily(
        "livedesk_failover_switches", "Times the stream moved, of this relay.", labels=["store"]
    )
    for s in statuses:
        switches.add_metric([s.store], s.failover.switches)
    yield switches
    moved = [(s.store, s.failover.last) for s in statuses if s.failover.last is not None]
    for name, text, key in _LAST:
        yield gauge(
            f"livedesk_failover_last_{name}_seconds", text, ["store"],
            (([store], scaled(last[key], 1e-3)) for store, last in moved),
        )  # fmt: skip
    yield gauge(
        "livedesk_failover_last_frames_lost", "Frames lost in the last switch.", ["store"],
        (([store], last["frames_lost"]) for store, last in moved),
    )  # fmt: skip
