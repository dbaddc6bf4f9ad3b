"""What livedesk exports opens in the programs that others have, as the types that it says."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from livedesk.core.figures import FIGURES
from livedesk.journal.exports.export import export
from livedesk.journal.exports.sheet_xml import CELL_LIMIT, RowsXml, SheetColumn
from tests.journal.kit import event, info, row, steady, write

HOSTILE = (
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "<b>&amp;</b>", "a\x00\x1b[31mb", "\u202egnp.exe",
    "🎥 שלום", "_x0041_", "x" * 40_000, "two\nlines", "'quoted'", " blanks ", "","\ufffe",
)  # fmt: skip


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [*steady(range(20)), *steady(range(25, 60))]
    rows += [row(t_s, -8, "skew_ms", spread=2) for t_s in range(60)]
    events = [event(seq, seq, "operator.note", text, actor="Anna") for seq, text in
              enumerate(HOSTILE, 1)]  # fmt: skip
    events.append(event(99, 60, "session.end", "Signed off."))
    path = tmp_path_factory.mktemp("in") / "20261122T053754Z.livedesk"
    return write(path, rows, events, info(name=HOSTILE[0]))


@pytest.fixture(scope="module")
def out(session: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out")
    export(session, ["csv", "xlsx", "jsonl", "parquet", "vtt"], folder)
    return folder


@pytest.fixture(scope="module")
def book(out: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(out / "20261122T053754Z.xlsx")


def column(sheet: Any, name: str) -> list[Any]:
    head, *rows = sheet.iter_rows(values_only=True)
    place = head.index(name)
    return [cells[place] for cells in rows]


def query(sql: str, *given: Any) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(sql, given).fetchall()


def test_a_sheet_has_dates_numbers_and_texts_and_no_formula(book: openpyxl.Workbook) -> None:
    events = book["Events"]
    assert column(events, "utc")[0] == datetime.fromisoformat("2026-11-22T05:57:55")
    assert column(events, "t_s")[:2] == [1, 2]
    texts = column(events, "text")
    assert texts[0] == "=1+1"
    assert texts[5] == "<b>&amp;</b>"
    assert texts[6] == "a␀␛[31mb"
    assert texts[7] == "�gnp.exe"
    assert texts[8:10] == ["🎥 שלום", "_x005F_x0041_"]  # as Excel itself writes and reads it
    assert texts[11] == "two\nlines"
    assert all(cell.data_type != "f" for line in events.iter_rows() for cell in line)
    assert all(sheet.freeze_panes == "A2" for sheet in book if sheet.title != "Charts")
    assert all(sheet.auto_filter.ref for sheet in book if sheet.title != "Charts")


def test_a_text_that_no_cell_can_hold_says_what_is_missing(book: openpyxl.Workbook) -> None:
    text = column(book["Events"], "text")[10]
    assert len(text) <= CELL_LIMIT
    assert text.startswith("xxx")
    assert text.endswith("[cut here, of 40,000 characters; the csv format has all]")


def test_a_full_sheet_says_how_much_is_missing() -> None:
    rows = RowsXml([SheetColumn("int", 0, 0)], row_limit=5)
    written = "".join(rows.chunks([[number] for number in range(7)]))
    assert written.count("<row ") == rows.count == 4
    assert '<v>2</v></c></row><row r="5"><c r="A5"' in written
    assert "4 more rows do not fit" in written


def test_samples_are_a_row_a_second_and_a_gap_is_an_empty_cell(book: openpyxl.Workbook) -> None:
    samples = book["Samples"]
    assert column(samples, "t_s") == list(range(60))
    feed = column(samples, "feed_kbps")
    assert feed == [4000] * 20 + [None] * 5 + [4000] * 35
    assert column(samples, "time")[59].total_seconds() == pytest.approx(59, abs=0.001)


def test_charts_reach_over_all_samples(book: openpyxl.Workbook) -> None:
    charts = book["Charts"]._charts  # type: ignore[attr-defined]
    ranges = [series.yVal.numRef.f for chart in charts for series in chart.series]
    assert "Samples!$E$2:$E$61" in [each.replace("'", "") for each in ranges]
    assert len(charts) == 2  # nothing was pinned


def test_parquet_has_the_types_that_the_columns_say(out: Path) -> None:
    file = str(out / "20261122T053754Z-parquet" / "events.parquet")
    kinds = dict(
        query("SELECT column_name, column_type FROM (DESCRIBE FROM read_parquet(?))", file)
    )
    assert kinds["seq"] == "BIGINT"
    assert kinds["utc"] == "TIMESTAMPTZ_NS"
    assert kinds["t_s"] == "DOUBLE"
    [(text, size)] = query(
        "SELECT min(text) FILTER (seq = 1), max(len(text)) FROM read_parquet(?)", file
    )
    assert text == "=1+1"
    assert size == 40_000


def test_all_table_formats_hold_the_same(out: Path, book: openpyxl.Workbook) -> None:
    for name in ("summary", "events", "incidents", "actions", "alarms", "settings"):
        csv = str(out / "20261122T053754Z-csv" / f"{name}.csv")
        parquet = str(out / "20261122T053754Z-parquet" / f"{name}.parquet")
        [(from_csv,)] = query("SELECT count(*) FROM read_csv(?, header = true)", csv)
        [(from_parquet,)] = query("SELECT count(*) FROM read_parquet(?)", parquet)
        assert from_csv == from_parquet == book[name.capitalize()].max_row - 1, name
    [(mean, rows)] = query(
        "SELECT avg(mean), count(*) FROM read_csv(?) WHERE figure = 'feed_kbps'",
        str(out / "20261122T053754Z-csv" / "samples.csv"),
    )
    assert (mean, rows) == (4000, 55)


def test_a_csv_text_is_no_formula_in_a_spreadsheet(out: Path) -> None:
    texts = query(
        "SELECT text FROM read_csv(?, all_varchar = true) ORDER BY seq::INT",
        str(out / "20261122T053754Z-csv" / "events.csv"),
    )
    assert [text for (text,) in texts[:4]] == ["'=1+1", "'+1", "'-1", "'@SUM(A1)"]
    assert not [text for (text,) in texts if text and text[0] in "=+-@\t\r\n"]


def test_json_lines_open_as_a_table_and_fit_their_schema(out: Path) -> None:
    lines = out / "20261122T053754Z.jsonl"
    [(seq, text)] = query(
        "SELECT seq, text FROM read_json(?, format = 'newline_delimited', union_by_name = true) "
        "WHERE type = 'event' AND seq = 1",
        str(lines),
    )
    assert (seq, text) == (1, "=1+1")
    schema = json.loads((out / "20261122T053754Z.schema.json").read_text(encoding="utf-8"))
    required = {
        each["properties"]["type"]["const"]: set(each["required"])
        for each in schema["oneOf"]
        if "const" in each["properties"]["type"]
    }
    for line in map(json.loads, lines.read_text(encoding="utf-8").splitlines()):
        assert required[line["type"]] <= line.keys(), line["type"]


def test_the_readme_explains_every_column_and_figure(out: Path) -> None:
    folder = out / "20261122T053754Z-csv"
    text = (folder / "README.txt").read_text(encoding="utf-8")
    for file in folder.glob("*.csv"):
        assert f"\n{file.name}\n" in text
        head = file.read_text(encoding="utf-8").split("\n")[0]
        assert all(f"\n  {name} " in text for name in head.split(","))
    assert all(figure.definition in text for figure in FIGURES.values())
