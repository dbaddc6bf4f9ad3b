"""Whoever has the CSV files can work out what the first sheet of the report says, with nothing of
ours: with SQL alone."""

from __future__ import annotations

import random
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import pytest

from livedesk.journal.exports.export import export
from tests.journal.big import Size, make_big
from tests.journal.by_chance import Show
from tests.journal.kit import info, write

_VIEWS = """
CREATE TABLE samples AS SELECT * FROM read_csv('{0}/samples.csv');
CREATE TABLE switches AS SELECT * FROM read_csv('{0}/switches.csv',
    types = {{'t_s': 'DOUBLE', 'detect_ms': 'DOUBLE', 'first_keyframe_ms': 'DOUBLE'}});
CREATE TABLE pins AS SELECT state, latency_ms, shown = 'yes' AS shown FROM read_csv('{0}/pins.csv',
    types = {{'latency_ms': 'DOUBLE', 'shown': 'VARCHAR'}}) WHERE action = 'pin';
CREATE TABLE queue AS SELECT * FROM read_csv('{0}/queue.csv',
    types = {{'hide_ms': 'DOUBLE', 'review_s': 'DOUBLE'}});
CREATE TABLE events AS SELECT seq, t_s, kind, data->>'alarm' AS alarm, data->>'uplink' AS uplink,
    CAST(data->>'messages' AS INT) AS messages FROM read_csv('{0}/events.csv');

-- From an event to the first one that undoes it.
CREATE TABLE spans AS SELECT kind, min(t_s) AS start_s, end_s FROM (
    SELECT o.kind, o.t_s, (SELECT min(c.t_s) FROM events AS c WHERE c.t_s >= o.t_s AND (
        (o.kind = 'feed.lost' AND c.kind = 'feed.up')
        OR (o.kind = 'limit.trip' AND c.kind = 'limit.clear' AND c.alarm = 'path.none')
    )) AS end_s
    FROM events AS o WHERE o.kind = 'feed.lost' OR (o.kind = 'limit.trip' AND o.alarm = 'path.none')
) GROUP BY kind, end_s;

-- To sign-off, or to where the feed had ended for good before it; else to the newest row.
CREATE TABLE whole AS SELECT coalesce(
    (SELECT least(max(t_s), (SELECT min(start_s) FROM spans
        WHERE end_s IS NULL AND kind = 'feed.lost')) FROM events WHERE kind = 'session.end'),
    greatest((SELECT max(t_s) FROM events), (SELECT max(t_s) FROM samples))) AS length_s;
CREATE TABLE seconds AS SELECT range AS t FROM range(
    (SELECT CAST(floor(length_s) AS BIGINT) FROM whole));
CREATE TABLE rates AS SELECT figure, subject, t_s AS t, sum(n * mean) / sum(n) AS rate
    FROM samples WHERE t_s IN (FROM seconds) GROUP BY ALL;
CREATE TABLE silent AS SELECT DISTINCT t FROM seconds, spans
    WHERE start_s <= t + 0.5 AND t + 0.5 < coalesce(end_s, 1e9);
CREATE TABLE goodput AS SELECT t, max(rate) AS rate FROM rates
    WHERE figure = 'goodput_kbps' GROUP BY t;

-- A connection that begins to carry has no rate yet: the first one speaks for the time before it.
CREATE TABLE begun AS SELECT floor(t_s) AS t, (
    SELECT min(struct_pack(t := r.t, rate := r.rate)) FROM rates AS r
    WHERE r.figure = 'goodput_kbps' AND r.subject = uplink
        AND r.t BETWEEN floor(t_s) AND floor(t_s) + 2) AS first
    FROM events WHERE kind = 'uplink.up' AND t_s >= 0;
CREATE TABLE carried AS SELECT t FROM goodput WHERE rate > 0 UNION
    SELECT s.t FROM seconds AS s, begun AS b WHERE b.first.rate > 0 AND s.t >= b.t
    AND s.t < b.first.t AND s.t NOT IN (FROM silent);
CREATE TABLE known AS SELECT t FROM rates WHERE figure IN ('feed_kbps', 'goodput_kbps')
    UNION FROM carried UNION FROM silent;
"""

_HIDES = "FROM queue WHERE action = 'hide'"
_REVIEWS = "FROM queue WHERE action = 'review'"
_FIGURES = {
    "On air for": ("SELECT count(*) FROM carried", "clock"),
    "Above 2,500 kbps": (
        "SELECT avg(CASE WHEN rate >= 2500 THEN 1.0 ELSE 0.0 END) FROM (SELECT max(rate) AS rate "
        "FROM (FROM goodput UNION ALL SELECT t, NULL FROM silent) WHERE t >= 2 GROUP BY t)",
        "share",
    ),
    "Worst A/V skew": (
        "SELECT CASE WHEN abs(min) > abs(max) THEN min ELSE max END FROM samples "
        "WHERE figure = 'skew_ms' ORDER BY greatest(abs(min), abs(max)) DESC, t_s LIMIT 1",
        "+,.0f ms",
    ),
    "Switches": ("SELECT count(*) FROM switches WHERE t_s >= 0", ",.0f"),
    "Longest gap of a switch": (
        "SELECT max(coalesce(detect_ms, 0) + first_keyframe_ms) FROM switches WHERE t_s >= 0",
        ",.0f ms",
    ),
    "Pins within 800 ms": (
        "SELECT count(*) FILTER (shown AND latency_ms <= 800) / nullif(count(*) FILTER ("
        "shown OR state IN ('late', 'failed', 'unknown')), 0) FROM pins",
        "share",
    ),
    **{
        f"{percent} % of pins in": (
            f"SELECT quantile_disc(latency_ms, {percent / 100}) FROM pins WHERE shown", ",.0f ms",
        )
        for percent in (50, 95, 99)
    },
    "Hidden within 4.7 s": (
        f"SELECT avg(CASE WHEN hide_ms <= 4700 THEN 1.0 ELSE 0.0 END) {_HIDES} "
        "AND hide_ms IS NOT NULL",
        "share",
    ),
    "99 % of hides in": (f"SELECT quantile_disc(hide_ms, 0.99) {_HIDES}", ",.0f ms"),
    "Reviewed within 22 s": (
        f"SELECT avg(CASE WHEN review_s <= 22 THEN 1.0 ELSE 0.0 END) {_REVIEWS}", "share",
    ),
    "90 % of reviews in": (f"SELECT quantile_disc(review_s, 0.9) {_REVIEWS}", ",.1f s"),
    "Alarms": (  # of less than an hour their number
        "SELECT count(*) FROM (SELECT t_s, kind, lag(kind) OVER (PARTITION BY alarm ORDER BY seq) "
        "AS before FROM events WHERE kind IN ('limit.trip', 'limit.clear')), whole "
        "WHERE kind = 'limit.trip' AND before IS DISTINCT FROM 'limit.trip' "
        "AND t_s BETWEEN 0 AND length_s",
        ",.0f",
    ),
    "Off air": ("SELECT count(*) FROM (FROM known EXCEPT FROM carried)", "lasted"),
    "Not measured": ("SELECT count(*) FROM (FROM seconds EXCEPT FROM known)", "lasted"),
    "Uplink reconnects": (
        # Neither its first time, nor by a switch.
        "SELECT coalesce(sum(greatest(0, ups - taken - if(first_taken <= first_up, 0, 1))), 0) "
        "FROM (SELECT uplink, count(*) AS ups, min(t_s) AS first_up FROM events "
        "WHERE kind = 'uplink.up' GROUP BY uplink), LATERAL (SELECT count(*) AS taken, "
        "min(t_s) AS first_taken FROM switches AS s WHERE s.to = uplink AND state = 'done')",
        ",.0f",
    ),
    "Frames dropped": (
        "SELECT coalesce(sum(messages), 0) FROM events WHERE kind = 'uplink.dropped'", ",.0f",
    ),
}  # fmt: skip
"""Of each title on the first sheet: how to work it out, and how the report writes it."""


class FirstSheet(HTMLParser):
    """Titles and values as somebody reads them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.shown: dict[str, str] = {}
        self._part = self._title = ""
        self.feed(page.partition("<h3>")[0].partition('<div class="tiles')[2])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        part = {"dt": "title", "dd": "value"}.get(tag, dict(attrs).get("class") or "")
        self._part = self._part if part == "mark" else part

    def handle_data(self, data: str) -> None:
        text = data.replace("\u00a0", " ").strip()
        if self._part == "title" and text:
            self._title = text
        elif self._part == "value" and text:
            self.shown[self._title] = text


def written(value: Any, how: str) -> str:
    """A number as the report writes it, by the rules of its README and of nothing else."""
    if value is None:
        return "–"
    match how:
        case "clock":
            return f"0:{value // 60:02d}:{value % 60:02d}"
        case "share":
            return "100 %" if value == 1 else f"{int(value * 1000) / 10:.1f} %"
        case "lasted":
            minutes, seconds = divmod(value, 60)
            parts = [f"{minutes} min"] * bool(minutes) + [f"{seconds} s"] * bool(seconds)
            return " ".join(parts) or "–"
    form, _, unit = how.partition(" ")
    return f"{float(value):{form}} {unit}".strip().replace("-", "−")


@pytest.mark.parametrize("seed", range(6))
def test_the_first_sheet_says_what_the_tables_amount_to(tmp_path: Path, seed: int) -> None:
    show = Show(random.Random(seed), is_rough=True)
    about = replace(info(), uplinks=show.uplinks)
    session = write(tmp_path / "a.livedesk", show.rows, show.events, about)
    *_, page = export(session, ["csv", "html"], tmp_path)
    shown = FirstSheet(page.read_text(encoding="utf-8")).shown
    with duckdb.connect() as tables:
        tables.execute(_VIEWS.format(tmp_path / "a-csv"))
        recomputed = {
            title: written(row[0] if (row := tables.execute(sql).fetchone()) else None, how)
            for title, (sql, how) in _FIGURES.items()
        }
    # A part that a session did not have is not on the sheet.
    assert shown == {title: text for title, text in recomputed.items() if title in shown}
    assert {"On air for", "Switches", "Alarms", "Off air"} <= shown.keys()
    missing = [text for title, text in recomputed.items() if title not in shown]
    assert set(missing) <= {"–"}


def test_what_people_did_is_in_the_events(tmp_path: Path) -> None:
    export(make_big(tmp_path / "a.livedesk", Size(0.2, 10, 30)), ["csv"], tmp_path)
    with duckdb.connect() as tables:
        [acts] = tables.execute(
            "SELECT count(*) FROM read_csv(?) WHERE actor IS NOT NULL AND kind IN "
            "('pin.cued', 'moderation.decided', 'alarm.acknowledged', 'session.end')",
            [str(tmp_path / "a-csv" / "events.csv")],
        ).fetchall()
        told = str(tmp_path / "a-csv" / "actions.csv")
        assert tables.execute("SELECT count(*) FROM read_csv(?)", [told]).fetchall() == [acts]
