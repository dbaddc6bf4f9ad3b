"""Which figures of alarms, beside how many stand, are for Prometheus?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from prometheus_client.core import Metric

from livedesk.core.status import AlarmStatus, StoreStatus
from livedesk.engine.api.metric_family import gauge


def attention(statuses: Sequence[StoreStatus]) -> Iterator[Metric]:
    """Who has to look, what is put aside, and whether it is too much."""
    yield gauge(
        "livedesk_alarms_unacknowledged",
        "Alarms that stand, that nobody has acknowledged and nobody has put aside.",
        ["store"],
        (([s.store], float(sum(map(_is_open, s.alarms)))) for s in statuses),
    )
    yield gauge(
        "livedesk_alarms_shelved",
        "Alarms that stand and are put aside.",
        ["store"],
        (([s.store], float(sum(a.shelved_by is not None for a in s.alarms))) for s in statuses),
    )
    yield gauge(
        "livedesk_alarms_flood",
        "1 while alarms come faster than a person follows.",
        ["store"],
        (([s.store], float(s.flood is not None)) for s in statuses),
    )


def _is_open(alarm: AlarmStatus) -> bool:
    return alarm.acknowledged_by is None and alarm.shelved_by is None
