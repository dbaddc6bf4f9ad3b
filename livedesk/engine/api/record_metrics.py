"""Which figures of the sessions on record are for Prometheus?"""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from livedesk.engine.records.records import Records


class RecordCollector(Collector):
    """Reads what the engine knows anyway: no file is looked at for a scrape."""

    def __init__(self, records: Records) -> None:
        self._jobs = records.jobs

    def collect(self) -> Iterator[Metric]:
        jobs = self._jobs
        plain = (
            ("waiting", "Exports that wait for their turn.", jobs.waiting),
            ("running", "Exports that are being made.", jobs.running),
            ("kept_bytes", "Bytes of exports that can be fetched.", jobs.kept_bytes),
        )
        for name, text, value in plain:
            yield GaugeMetricFamily(f"livedesk_exports_{name}", text, value=value)
        ended = CounterMetricFamily(
            "livedesk_exports", "Exports that came to an end, by how.", labels=["outcome"]
        )
        counts = jobs.counts
        for outcome in ("done", "failed", "cancelled"):
            ended.add_metric([outcome], getattr(counts, outcome))
        yield ended
