"""Whoever has the CSV files can work out the report's numbers again, with nothing of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from livedesk.journal.exports.export import export
from tests.journal.big import Size, make_big


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    session = make_big(tmp_path_factory.mktemp("in") / "a.livedesk", Size(0.2, 40, 300))
    folder = tmp_path_factory.mktemp("out")
    export(session, ["csv"], folder)
    return folder / "a-csv"


@pytest.fixture(scope="module")
def told(tables: Path) -> dict[str, float]:
    """The verdict, as the report has it."""
    return dict(ask(tables, "SELECT key, value FROM 'verdict.csv' WHERE value IS NOT NULL"))


def ask(tables: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        connection.execute(f"SET file_search_path = '{tables}'")
        return connection.execute(sql).fetchall()


def limit(tables: Path, name: str) -> float:
    [(value,)] = ask(tables, f"SELECT value FROM 'summary.csv' WHERE item = 'limit.{name}'")
    return float(value)


def test_time_above_the_limit(tables: Path, told: dict[str, float]) -> None:
    # Of the uplinks the one that carried most; the first 2 s, in which windows fill, left out.
    [(share,)] = ask(
        tables,
        "SELECT 100 * avg(CASE WHEN rate >= "
        f"{limit(tables, 'min_kbps')} THEN 1.0 ELSE 0.0 END) FROM (SELECT t_s, max(mean) AS rate "
        "FROM 'samples.csv' WHERE figure = 'goodput_kbps' AND t_s >= 2 GROUP BY t_s)",
    )
    assert told["share_above_min"] == pytest.approx(share, abs=0.001)
    [(on_air,)] = ask(
        tables,
        "SELECT count(DISTINCT t_s) FROM 'samples.csv' WHERE figure = 'goodput_kbps' AND mean > 0",
    )
    assert told["on_air_s"] == on_air


def test_worst_skew(tables: Path, told: dict[str, float]) -> None:
    [(worst,)] = ask(
        tables, "SELECT max(greatest(abs(min), abs(max))) FROM 'samples.csv' "
        "WHERE figure = 'skew_ms' AND t_s >= 2",
    )  # fmt: skip
    assert abs(told["worst_skew_ms"]) == pytest.approx(worst, abs=0.001)


def test_percentiles_of_the_pins(tables: Path, told: dict[str, float]) -> None:
    budget = limit(tables, "pin_budget_ms")
    [(within, *percentiles)] = ask(
        tables,
        f"SELECT 100 * avg(CASE WHEN latency_ms <= {budget} THEN 1.0 ELSE 0.0 END), "
        + ", ".join(f"quantile_disc(latency_ms, {share})" for share in (0.5, 0.95, 0.99))
        + " FROM 'pins.csv' WHERE state = 'confirmed'",
    )
    assert told["pins_within"] == pytest.approx(within, abs=0.001)
    keys = ("pin_p50_ms", "pin_p95_ms", "pin_p99_ms")
    assert [told[key] for key in keys] == pytest.approx(percentiles, abs=0.001)


def test_hides_and_reviews(tables: Path, told: dict[str, float]) -> None:
    [(hides, p99)] = ask(
        tables,
        f"SELECT 100 * avg(CASE WHEN hide_ms <= {limit(tables, 'hide_target_s') * 1000} THEN 1.0 "
        "ELSE 0.0 END), quantile_disc(hide_ms, 0.99) FROM 'queue.csv' "
        "WHERE action = 'hide' AND hide_ms IS NOT NULL",
    )
    [(reviews, p90)] = ask(
        tables,
        f"SELECT 100 * avg(CASE WHEN review_s <= {limit(tables, 'review_target_s')} THEN 1.0 "
        "ELSE 0.0 END), quantile_disc(review_s, 0.9) FROM 'queue.csv' "
        "WHERE action = 'review' AND review_s IS NOT NULL",
    )
    assert told["hides_within"] == pytest.approx(hides, abs=0.001)
    assert told["hide_p99_ms"] == pytest.approx(p99, abs=0.001)
    assert told["reviews_within"] == pytest.approx(reviews, abs=0.001)
    assert told["review_p90_s"] == pytest.approx(p90, abs=0.001)


def test_alarms_an_hour(tables: Path, told: dict[str, float]) -> None:
    [(begun,)] = ask(tables, "SELECT coalesce(sum(begun), 0) FROM 'alarms.csv'")
    [(length_s,)] = ask(tables, "SELECT value FROM 'summary.csv' WHERE item = 'length'")
    assert told["alarms_per_hour"] == pytest.approx(float(begun) / (length_s / 3600), abs=0.001)


def test_what_people_did_is_in_the_events(tables: Path) -> None:
    [(acts,)] = ask(
        tables, "SELECT count(*) FROM 'events.csv' WHERE actor IS NOT NULL AND kind IN "
        "('pin.cued', 'moderation.decided', 'alarm.acknowledged', 'session.end')",
    )  # fmt: skip
    assert ask(tables, "SELECT count(*) FROM 'actions.csv'") == [(acts,)]
