"""Which figures of the ways to people are for Prometheus?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from prometheus_client.core import CounterMetricFamily, Metric

from livedesk.core.engine_status import ChannelStatus
from livedesk.engine.api.metric_family import gauge

_LABELS: Final = ["channel", "kind"]
_COUNTED: Final = {
    "sent": "Messages that arrived.",
    "failed": "Messages that were given up.",
    "dropped": "Messages for which there was no room.",
}
"""Fields of the status, and what they count."""


def channel_figures(channels: Sequence[ChannelStatus]) -> Iterator[Metric]:
    """Whether each works, and what became of its messages."""
    yield gauge(
        "livedesk_channel_failing",
        "1 while messages by this channel do not arrive.",
        _LABELS,
        ((_of(c), float(c.state == "failing")) for c in channels),
    )
    yield gauge(
        "livedesk_channel_waiting_messages",
        "Messages that are not sent yet.",
        _LABELS,
        ((_of(c), float(c.waiting)) for c in channels),
    )
    yield gauge(
        "livedesk_channel_arrived_age_seconds",
        "Since a message last arrived.",
        _LABELS,
        ((_of(c), c.ok_age_s) for c in channels),
    )
    for name, words in _COUNTED.items():
        counts = CounterMetricFamily(f"livedesk_channel_{name}_messages", words, labels=_LABELS)
        for channel in channels:
            counts.add_metric(_of(channel), float(getattr(channel, name)))
        yield counts


def _of(channel: ChannelStatus) -> list[str]:
    return [channel.name, channel.kind]
