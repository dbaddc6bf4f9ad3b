"""The brand edition names nobody and no machine, in any format, and keeps the words of ours."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from livedesk.journal.exports import pdf
from livedesk.journal.exports.export import export
from livedesk.journal.exports.options import ExportOptions
from tests.journal.kit import START_UTC_NS, event, steady, write

SECRETS = ("ana", "ben", "Mika", "wwan0", "studio-pc", "10.1.2.3", "rik_77")
OURS = {
    "events": ("kind", {"pin.late", "alarm.acknowledged", "session.settings", "limit.trip"}),
    "actions": ("act", {"pin.cue", "alarm.acknowledged", "moderation.hide"}),
    "pins": ("code", {"read_back.late"}),
    "settings": ("name", {"limits.min_kbps", "uplinks.primary.bind", "pads.listen"}),
    "verdict": ("key", {"on_air_s", "alarms_per_hour"}),
}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("brand")
    alarm: dict[str, Any] = {"alarm": "uplink.low:primary", "priority": "high", "action": ""}
    pin: dict[str, Any] = {
        "id": "p", "action": "pin", "product_id": "1", "title": "Cup", "state": "late",
        "source": "pad", "cued_utc_ns": START_UTC_NS, "actor": "Mika", "code": "read_back.late",
    }  # fmt: skip
    item: dict[str, Any] = {
        "id": "i1", "store": "glow", "state": "hidden",
        "comment": {
            "id": "c1", "author_id": "rik_77", "author": "rik_77", "text": "see @rik_77",
            "utc_ns": START_UTC_NS,
        },
    }  # fmt: skip
    decision: dict[str, Any] = {"kind": "hide", "by": "ana", "utc_ns": START_UTC_NS, "key": "k"}
    settings: dict[str, Any] = {
        "uplinks": [{"name": "primary", "bind": "wwan0", "host": "studio-pc"}],
        "pads": {"listen": "10.1.2.3:8080"},
    }
    path = write(
        folder / "a.livedesk",
        [*steady(range(10)), *steady(range(10, 30), goodput=900), *steady(range(30, 40))],
        [
            event(1, 0, "session.settings", "Settings in force.", settings=settings),
            replace(event(9, 1, "pin.cued", "Cup was cued.", actor="Mika"), data=pin),
            replace(event(2, 2, "pin.late", "Cup came late.", actor="Mika"), data=pin),
            event(3, 4, "moderation.judged", item=item),
            event(4, 5, "moderation.decided", actor="ana", item=item, decision=decision),
            event(5, 11, "limit.trip", "Too little.", level="warning", **alarm),
            event(6, 12, "alarm.acknowledged", "Seen by ana.", actor="ana", **alarm),
            event(
                7, 13, "alarm.shelved", "Put aside by ben.", actor="ben", why="ben asked", **alarm
            ),
            event(8, 31, "limit.clear", "Well again.", **alarm),
        ],
    )
    with pytest.MonkeyPatch.context() as patch:
        # To draw a PDF takes seconds; what is drawn is this page.
        patch.setattr(pdf, "write_pdf", lambda html, target, _: target.write_text(html))
        names = ["csv", "xlsx", "jsonl", "parquet", "html", "pdf", "vtt", "edl"]
        export(path, names, folder / "out", ExportOptions(edition="brand"))
    return folder / "out"


@pytest.fixture(scope="module")
def told(out: Path) -> Mapping[str, str]:
    """What a reader of each file finds in it."""
    return {path.name: text_in(path) for path in out.rglob("*") if path.is_file()}


def text_in(path: Path) -> str:
    match path.suffix:
        case ".xlsx":
            with zipfile.ZipFile(path) as packed:
                return "".join(packed.read(name).decode("utf-8") for name in packed.namelist())
        case ".parquet":
            return repr(rows_of(path))
    return path.read_text(encoding="utf-8")


def rows_of(path: Path) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(
            "SELECT COLUMNS(*)::VARCHAR FROM read_parquet(?)", [str(path)]
        ).fetchall()


def test_nobody_and_no_machine_is_named(told: Mapping[str, str]) -> None:
    named = [(name, word) for name, text in told.items() for word in SECRETS if word in text]
    assert named == []


@pytest.mark.parametrize(
    "name", ["actions.csv", "actions.parquet", "a.xlsx", "a.jsonl", "a.html", "a.pdf"]
)
def test_people_are_numbered(told: Mapping[str, str], name: str) -> None:
    assert "operator 1" in told[name]
    assert "host 1" in told[name]


def test_of_an_incident_each_who_did_something_is_numbered(out: Path) -> None:
    [(by,)] = duckdb.execute(
        'SELECT DISTINCT "by" FROM read_csv(?)', [str(out / "a-csv" / "incidents.csv")]
    ).fetchall()
    assert by == "operator 1, operator 2"


@pytest.mark.parametrize("table", OURS)
def test_words_of_ours_stay_as_they_are(out: Path, table: str) -> None:
    column, words = OURS[table]
    book = openpyxl.load_workbook(out / "a.xlsx", read_only=True)
    head, *rows = book[table.capitalize()].iter_rows(values_only=True)
    assert words <= {row[head.index(column)] for row in rows}
    for read, ending in (("read_csv", "csv"), ("read_parquet", "parquet")):
        path = out / f"a-{ending}" / f"{table}.{ending}"
        found = duckdb.execute(f"SELECT {column} FROM {read}(?)", [str(path)]).fetchall()
        assert words <= {word for (word,) in found}, ending
