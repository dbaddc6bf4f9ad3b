from __future__ import annotations

import asyncio
import csv
import io
import json
import sqlite3
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from livedesk.journal.errors import JournalError, NotASessionError, UnknownFormatError
from livedesk.journal.exports.export import FORMATS, export
from livedesk.journal.reader import SessionReader
from livedesk.journal.writer import JournalWriter, WriterOptions
from tests.journal.kit import at, event, info, row, steady, write
from tests.waiting import wait_until

QUICK = [name for name in FORMATS if name != "pdf"]
"""To draw a PDF takes seconds; what it is drawn from is the page."""

HOSTILE = "=cmd|' /C calc'!A0 <script>alert(1)</script> \x00\x1b[31m \u202egnp.exe & \"q\" 🎥 שלום"


@pytest.fixture
def session(tmp_path: Path) -> Path:
    hostile_data: dict[str, Any] = {HOSTILE: HOSTILE}
    rows = [*steady(range(20)), *steady(range(20, 31), goodput=1500), *steady(range(35, 60))]
    rows += [row(t_s, -8, "skew_ms", spread=2) for t_s in range(60)]
    rows += [row(t_s, 5, HOSTILE, HOSTILE) for t_s in range(3)]
    events = [
        event(1, 0, "session.start"),
        event(2, 0.1, "uplink.up", uplink="primary"),
        event(3, 5, HOSTILE, HOSTILE, actor=HOSTILE, level="notice", **hostile_data),
        event(4, 6, "x", "Up to rtmps://user:secret@host.example:443/live/CANARY?auth=CANARY now"),
        event(5, 60, "session.end"),
    ]
    about = info(name=HOSTILE, session=HOSTILE, uplinks=("primary", HOSTILE))
    return write(tmp_path / "in" / "20261122T053754Z.livedesk", rows, events, about)


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_name(paths: list[Path]) -> dict[str, Path]:
    return {path.name: path for path in paths}


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_same_record_gives_the_same_bytes(session: Path, tmp_path: Path) -> None:
    export(session, QUICK, tmp_path / "one")
    export(session, QUICK, tmp_path / "two")
    export(session, QUICK, tmp_path / "two")
    one, two = contents(tmp_path / "one"), contents(tmp_path / "two")
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []
    assert {Path(name).suffix for name in one} == {
        ".csv", ".txt", ".zip", ".xlsx", ".jsonl", ".json", ".parquet", ".html", ".vtt", ".edl"
    }  # fmt: skip


def test_the_zip_holds_what_the_folder_holds(session: Path, tmp_path: Path) -> None:
    *tables, packed = export(session, ["csv", "csv.zip"], tmp_path)
    with zipfile.ZipFile(packed) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            path.name: path.read_bytes() for path in tables
        }


def test_tables_hold_every_row_and_gaps_stay_gaps(session: Path, tmp_path: Path) -> None:
    files = by_name(export(session, ["csv"], tmp_path))
    events = read_csv(files["events.csv"])
    assert [line["seq"] for line in events] == ["1", "2", "3", "4", "5"]
    feed = [line for line in read_csv(files["samples.csv"]) if line["figure"] == "feed_kbps"]
    assert [int(line["t_s"]) for line in feed] == [*range(31), *range(35, 60)]
    assert {line["mean"] for line in feed} == {"4000"}
    assert {line["unit"] for line in feed} == {"kbps"}


def test_the_summary_equals_what_the_tables_say(session: Path, tmp_path: Path) -> None:
    files = by_name(export(session, ["csv"], tmp_path))
    summary = {
        (line["item"], line["subject"]): line["value"] for line in read_csv(files["summary.csv"])
    }
    samples = read_csv(files["samples.csv"])
    goodput = [float(s["mean"]) for s in samples if s["figure"] == "goodput_kbps"][2:]
    share = sum(rate >= 2500 for rate in goodput) / len(goodput) * 100
    assert float(summary["goodput_share", ""]) == pytest.approx(share, abs=0.001)
    skew = max(
        (float(s[k]) for s in samples if s["figure"] == "skew_ms" for k in ("min", "max")), key=abs
    )
    assert float(summary["worst_skew_ms", ""]) == skew
    assert summary["unmeasured", ""] == "4"
    (incident,) = read_csv(files["incidents.csv"])
    assert (incident["start_s"], incident["end_s"], incident["side"]) == ("20", "31", "path")


def test_no_cell_is_a_formula_or_holds_a_control_character(session: Path, tmp_path: Path) -> None:
    for path in export(session, ["csv"], tmp_path):
        text = path.read_text(encoding="utf-8")
        assert not set(text) & {chr(code) for code in range(32) if code not in (9, 10, 13)}
        assert "\u202e" not in text
        if path.suffix != ".csv":
            continue
        for line in read_csv(path):
            for column, value in line.items():
                if value[:1] in ("=", "+", "-", "@", "\t", "\r", "\n"):
                    assert column in ("t_s", "min", "mean", "max", "value", "worst")
                    float(value)


def test_json_lines_are_json_with_the_schema_first(session: Path, tmp_path: Path) -> None:
    path, _ = export(session, ["jsonl"], tmp_path)
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert lines[0] == {"type": "schema", "name": "livedesk-session", "version": 2}
    assert lines[1]["name"] == HOSTILE
    kinds = [line["type"] for line in lines]
    assert kinds.count("event") == 5
    assert kinds.count("sample") == 56 * 2 + 60 + 3
    assert kinds[-1] == "summary"


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [
            value or "" for name, value in attrs if name in ("src", "href", "xlink:href", "action")
        ]
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_the_report_stands_alone_and_shows_hostile_text_as_text(
    session: Path, tmp_path: Path
) -> None:
    (path,) = export(session, ["html"], tmp_path)
    text = path.read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert [link for link in page.links if not link.startswith("#")] == []
    assert not {"script", "link", "img", "iframe", "object", "form", "base"} & set(page.tags)
    assert "@import" not in text
    assert text.count("url(") == text.count("url(#")
    assert not set(text) & {chr(code) for code in range(32) if code not in (9, 10)}
    assert any("<script>alert(1)</script>" in data for data in page.text)
    assert page.tags.count("bdi") > 5


def test_the_report_says_what_happened(session: Path, tmp_path: Path) -> None:
    (path,) = export(session, ["html"], tmp_path)
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    text = " ".join(" ".join(page.text).split())
    assert "For 11 s the platform got less than 2,500 kbps, because of the path" in text
    assert "The feed was fine; the uplink carried less than the limit." in text
    assert "0:00:31 0:00:35" in text
    assert page.tags.count("svg") >= 4


def test_no_export_holds_a_stream_key(session: Path, tmp_path: Path) -> None:
    paths = export(session, QUICK, tmp_path / "out")
    for path in paths:
        for name, content in unpacked(path):
            assert b"CANARY" not in content, (path.name, name)
            assert b"secret" not in content, (path.name, name)
    packed = next(path for path in paths if path.suffix == ".xlsx")
    assert any(b"Up to rtmps" in content for _, content in unpacked(packed))
    assert b"CANARY" not in session.read_bytes()


def unpacked(path: Path) -> Iterator[tuple[str, bytes]]:
    """What is in a file, of packed ones as it was before it was packed."""
    content = path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield from unpacked_bytes(name, archive.read(name))
    else:
        yield from unpacked_bytes(path.name, content)


def unpacked_bytes(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    if name.endswith(".parquet"):
        content = repr(pq.read_table(io.BytesIO(content)).to_pylist()).encode()
    yield name, content


def has_samples(path: Path) -> bool:
    with SessionReader.open(path) as reader:
        return bool(reader.subjects())


def test_an_empty_and_a_running_session_export_too(tmp_path: Path) -> None:
    path = tmp_path / "a.livedesk"

    async def check() -> None:
        writer = JournalWriter.create(path, info(), at(0), WriterOptions(batch_s=0.01))
        await writer.record(event(1))
        (before,) = await asyncio.to_thread(export, path, ["html"], tmp_path / "out")
        assert "no sign-off" in before.read_text(encoding="utf-8")
        writer.sample(steady(range(5)))
        await writer.record(event(2, 5))
        await asyncio.to_thread(wait_until, lambda: has_samples(path), "samples in the file")
        await asyncio.to_thread(export, path, QUICK, tmp_path / "out")
        await writer.close()

    asyncio.run(check())
    files = contents(tmp_path / "out")
    assert b"feed_kbps" in files["a-csv/samples.csv"]
    assert {name for name in files if name.endswith((".xlsx", ".jsonl", ".vtt", ".edl"))} == {
        "a.xlsx", "a.jsonl", "a.vtt", "a.edl"
    }  # fmt: skip


def test_an_unknown_format_names_those_that_exist(session: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownFormatError, match=r"doc.*csv, csv\.zip"):
        export(session, ["csv", "doc"], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_export_that_fails_leaves_the_old_one_and_nothing_else(
    session: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    export(session, ["csv", "jsonl"], out)
    before = contents(out)
    connection = sqlite3.connect(session)
    with connection:
        connection.execute("UPDATE events SET data = 'not json' WHERE seq = 3")
    connection.close()
    with pytest.raises(NotASessionError):
        export(session, ["csv", "jsonl"], out)
    assert contents(out) == before


def test_an_event_that_makes_no_sense_is_a_sentence(session: Path, tmp_path: Path) -> None:
    with sqlite3.connect(session) as connection:
        connection.execute("UPDATE events SET data = '[1]' WHERE kind = 'uplink.up'")
    connection.close()
    with pytest.raises(NotASessionError, match="event 2 are no object"):
        export(session, ["csv"], tmp_path / "out")


def test_seconds_whose_clock_is_lost_are_no_trace(session: Path, tmp_path: Path) -> None:
    with sqlite3.connect(session) as connection:
        connection.execute("DELETE FROM ticks")
    connection.close()
    assert export(session, ["csv", "html"], tmp_path / "out")


def test_a_file_that_is_no_session_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="no such file"):
        export(tmp_path / "none.livedesk", ["csv"], tmp_path)
