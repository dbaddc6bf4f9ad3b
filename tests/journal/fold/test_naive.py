"""The folds agree with what SQL and a few loops make of the same file, without their code."""

from __future__ import annotations

import json
import math
import random
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from livedesk.journal.fold.figures import figures_of
from tests.journal.by_chance import LENGTH_S, Show
from tests.journal.kit import summary_of, write

SETTLED_S = 2
MIN_KBPS, BUDGET_MS, HIDE_MS, REVIEW_S = 2500, 800, 4_700, 22


class Naive:
    """The same figures, of all rows at once."""

    def __init__(self, path: Path) -> None:
        self._file = sqlite3.connect(path)
        self.events = [
            (t_ms / 1000, kind, json.loads(data))
            for t_ms, kind, data in self._ask("SELECT t_ms, kind, data FROM events ORDER BY seq")
        ]
        self.gone = self._gone()
        self.feed, self.goodput = self.means("feed_kbps"), self.means("goodput_kbps")
        self.items = self._items()

    def _ask(self, sql: str, *values: object) -> list[Any]:
        return self._file.execute(sql, values).fetchall()

    def means(self, figure: str) -> dict[int, float]:
        return dict(
            self._ask(
                "SELECT t_s, sum(mean * n) / sum(n) FROM samples WHERE figure = ? GROUP BY t_s",
                figure,
            )
        )

    def _gone(self) -> set[int]:
        """Seconds whose middle lies in an outage."""
        lost = [t_s for t_s, kind, _ in self.events if kind == "feed.lost"]
        back = [t_s for t_s, kind, _ in self.events if kind == "feed.up"]
        return {
            t_s
            for t_s in range(LENGTH_S)
            for start_s, end_s in zip(lost, back, strict=True)
            if start_s <= t_s + 0.5 and t_s + 0.5 < end_s + 0.0005
        }

    def share(self) -> float:
        known = {*self.goodput, *self.gone}
        good = [t for t, rate in self.goodput.items() if t >= SETTLED_S and rate >= MIN_KBPS]
        return 100 * len(good) / sum(t >= SETTLED_S for t in known)

    def worst_skew(self) -> float:
        ((worst,),) = self._ask(
            "SELECT max(max(abs(min), abs(max))) FROM samples WHERE figure = 'skew_ms'"
        )
        return float(worst)

    def newest_pins(self) -> list[dict[str, Any]]:
        pins = {data["id"]: data for _, kind, data in self.events if kind.startswith("pin.")}
        return list(pins.values())

    def _items(self) -> dict[str, dict[str, Any]]:
        told = ("moderation.judged", "moderation.decided")
        return {data["item"]["id"]: data for _, kind, data in self.events if kind in told}

    def hides_ms(self) -> list[float]:
        return [data["latency_ms"] for _, kind, data in self.events if kind == "moderation.done"]

    def reviews_s(self) -> list[float]:
        decided = (data for _, kind, data in self.events if kind == "moderation.decided")
        return [data["latency_ms"] / 1000 for data in decided]


def rank(values: Sequence[float], percent: int) -> float | None:
    ordered = sorted(values)
    return ordered[math.ceil(percent * len(ordered) / 100) - 1] if ordered else None


def close(value: float | None) -> object:
    return None if value is None else pytest.approx(value)


@pytest.mark.parametrize("seed", range(5))
def test_figures_are_those_of_a_naive_count(tmp_path: Path, seed: int) -> None:
    show = Show(random.Random(seed))
    path = write(tmp_path / "a.livedesk", show.rows, show.events)
    found = {figure.key: figure.value for figure in figures_of(summary_of(path))}
    naive = Naive(path)
    on_air = {t_s for t_s, rate in naive.goodput.items() if rate > 0}
    known = {*on_air, *naive.feed, *naive.goodput, *naive.gone}
    assert found["on_air_s"] == len(on_air)
    assert found["off_air_s"] == len(known - on_air)
    assert found["unmeasured_s"] == LENGTH_S - len(known)
    assert found["share_above_min"] == close(naive.share())
    assert found["worst_skew_ms"] == close(naive.worst_skew())
    trips = [t_s for t_s, kind, _ in naive.events if kind == "limit.trip" and t_s >= 0]
    assert found["alarms_per_hour"] == close(len(trips) * 3600 / LENGTH_S)


@pytest.mark.parametrize("seed", range(5))
def test_pins_and_comments_are_those_of_a_naive_count(tmp_path: Path, seed: int) -> None:
    show = Show(random.Random(seed))
    path = write(tmp_path / "a.livedesk", show.rows, show.events)
    found = {figure.key: figure.value for figure in figures_of(summary_of(path))}
    naive = Naive(path)
    latencies = [pin["latency_ms"] for pin in naive.newest_pins() if pin["state"] == "confirmed"]
    failed = sum(pin["state"] == "failed" for pin in naive.newest_pins())
    if judged := len(latencies) + failed:
        within = sum(latency <= BUDGET_MS for latency in latencies)
        assert found["pins_within"] == close(100 * within / judged)
        for percent in (50, 95, 99):
            assert found[f"pin_p{percent}_ms"] == close(rank(latencies, percent))
    hides, reviews = naive.hides_ms(), naive.reviews_s()
    if hides:
        within = sum(hide_ms <= HIDE_MS for hide_ms in hides)
        assert found["hides_within"] == close(100 * within / len(hides))
        assert found["hide_p99_ms"] == close(rank(hides, 99))
    actions = [told["item"]["verdict"]["action"] for told in naive.items.values()]
    if asked := actions.count("review"):
        within = sum(review_s <= REVIEW_S for review_s in reviews)
        assert found["reviews_within"] == close(100 * within / asked)
        assert found["review_p90_s"] == close(rank(reviews, 90))


@pytest.mark.parametrize("seed", range(2))
def test_statistics_of_a_figure_are_those_of_a_naive_count(tmp_path: Path, seed: int) -> None:
    show = Show(random.Random(seed))
    path = write(tmp_path / "a.livedesk", show.rows, show.events)
    naive = Naive(path)
    for stats in summary_of(path).figures:
        means = {t: mean for t, mean in naive.means(stats.figure).items() if t >= SETTLED_S}
        values = list(means.values())
        assert (stats.p05, stats.p95) == (close(rank(values, 5)), close(rank(values, 95)))
        assert stats.mean == close(sum(values) / len(values))
        assert stats.measured_s + stats.missing_s == LENGTH_S
