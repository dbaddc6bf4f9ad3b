"""How does a figure that may not be known become a metric?"""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client.core import GaugeMetricFamily


def gauge(
    name: str, text: str, labels: list[str], rows: Iterable[tuple[list[str], float | None]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=labels)
    for values, figure in rows:
        if figure is not None:
            family.add_metric(values, figure)
    return family


def scaled(figure: float | None, factor: float) -> float | None:
    return None if figure is None else figure * factor
