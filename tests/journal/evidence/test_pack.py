"""What is in an evidence bundle, and that it says of the stretch what the record says."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from livedesk.core.events import Json
from livedesk.journal.evidence import pack
from livedesk.journal.evidence.pack import pack_evidence
from livedesk.journal.evidence.stretch import Stretch, StretchError, stretch_at
from livedesk.journal.evidence.verify import verify_evidence
from livedesk.journal.exports.options import ExportOptions
from livedesk.journal.exports.pdf import PdfUnavailableError
from livedesk.journal.exports.watch import ExportCancelledError
from livedesk.journal.reader import SessionReader
from livedesk.journal.values import Still
from livedesk.journal.writer import JournalWriter
from tests.journal.kit import START_UTC_NS, at, event, info, row, steady, write

CANARY = "CANARY-9f2e"
STRETCH = Stretch(25_000, 60_000)
REASON = "Strike 4711 <script>"


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def table(files: dict[str, bytes], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[f"tables/{name}.csv"].decode(), newline="")))


def test_a_bundle_holds_the_stretch_and_nothing_else(
    session: Path, stills: list[Still], tmp_path: Path
) -> None:
    path = pack_evidence(session, STRETCH, REASON, tmp_path / "out")
    assert path.name == "20261122T053754Z-evidence-000025-000100.zip"
    files = contents(path)
    events = [json.loads(line) for line in files["events.jsonl"].splitlines()]
    assert [each["seq"] for each in events] == [3, 4]
    assert {float(each["t_s"]) for each in table(files, "samples")} == set(range(25, 60))
    assert [each["seq"] for each in table(files, "events")] == ["3", "4"]
    (incident,) = table(files, "incidents")
    assert float(incident["start_s"]) == 30
    pictures = sorted(name for name in files if name.endswith(".jpg"))
    assert pictures == [f"stills/0000{s}-000.jpg" for s in (30, 40, 50)]
    assert files[pictures[0]] == stills[3].jpeg
    assert b"stills/000040-000.jpg,40," in files["stills.csv"]
    assert b"0:01:00" in files["plots/rates.svg"]
    assert b"0:00:10" not in files["plots/rates.svg"]


def test_the_cover_says_what_it_is_about(
    session: Path, stills: list[Still], tmp_path: Path
) -> None:
    files = contents(pack_evidence(session, STRETCH, REASON, tmp_path))
    cover = files["cover.pdf"].decode()
    assert "Strike 4711 &lt;script&gt;" in cover
    assert "0:00:25 to 0:01:00 (35\N{NO-BREAK SPACE}s)" in cover
    assert "Intact" in cover
    assert cover.count("data:image/jpeg;base64,") == 3
    assert "Ann Example" in cover
    with SessionReader.open(session) as reader:
        assert reader.seal().head in cover
    assert "\x1b" not in cover
    assert "\u202e" not in cover
    assert "<b>" not in cover
    for name, digest in (
        line.split("  ")[::-1] for line in files["SHA256SUMS"].decode().split("\n")[:-1]
    ):
        assert name == "cover.pdf" or name == "README.txt" or digest in cover


def test_what_was_pinned_when_it_began_is_on_the_cover(tmp_path: Path) -> None:
    pin: dict[str, Json] = {
        "id": "p1", "product_id": "42", "title": "Rose Serum", "action": "pin",
        "state": "confirmed",
        "source": "pad", "actor": "Mia", "cued_utc_ns": START_UTC_NS, "shown": True,
    }  # fmt: skip
    confirmed = replace(event(1, 10, "pin.confirmed", "Shown."), data=pin)
    events = [confirmed, event(2, 30, "session.end")]
    path = write(tmp_path / "a.livedesk", [row(t, 1) for t in range(30)], events)
    later = contents(pack_evidence(path, Stretch(20_000, 25_000), "x", tmp_path))
    assert "Rose Serum (42)" in later["cover.pdf"].decode()
    before = contents(pack_evidence(path, Stretch(0, 5_000), "x", tmp_path))
    assert "Rose Serum" not in before["cover.pdf"].decode()


def test_the_same_stretch_gives_the_same_bytes(
    session: Path, stills: list[Still], tmp_path: Path
) -> None:
    first = pack_evidence(session, STRETCH, REASON, tmp_path / "one").read_bytes()
    assert pack_evidence(session, STRETCH, REASON, tmp_path / "two").read_bytes() == first
    other = pack_evidence(session, STRETCH, "Another reason", tmp_path / "two").read_bytes()
    assert other != first


def test_a_brand_reads_no_names_and_addresses(session: Path, tmp_path: Path) -> None:
    path = pack_evidence(
        session, STRETCH, "What Ann Example did at 10.1.2.3", tmp_path, ExportOptions("brand")
    )
    for name, content in contents(path).items():
        assert b"Ann" not in content, name
        assert b"10.1.2.3" not in content, name
    assert b"operator 1" in contents(path)["events.jsonl"]
    assert b'"kind":"operator.note"' in contents(path)["events.jsonl"]
    found = verify_evidence(path)
    assert found.problems == ()
    assert "brand edition" in " ".join(found.told)


def test_no_stream_key_is_in_it(session: Path, tmp_path: Path) -> None:
    for name, content in contents(pack_evidence(session, STRETCH, "x", tmp_path)).items():
        assert CANARY.encode() not in content, name


def test_usual_tools_check_it(session: Path, stills: list[Still], tmp_path: Path) -> None:
    path = pack_evidence(session, STRETCH, REASON, tmp_path)
    with zipfile.ZipFile(path) as packed:
        packed.extractall(tmp_path / "x")
    sums = subprocess.run(
        ["sha256sum", "--strict", "-c", "SHA256SUMS"],
        cwd=tmp_path / "x", capture_output=True, text=True, check=False, timeout=20,
    )  # fmt: skip
    assert sums.returncode == 0, sums.stderr
    assert len(sums.stdout.splitlines()) == len(contents(path)) - 1


@pytest.mark.parametrize(
    ("stretch", "words"),
    [
        (Stretch(5_000, 5_000), "no length"),
        (Stretch(9_000, 5_000), "no length"),
        (Stretch(900_000, 901_000), "reaches to 0:02:00"),
    ],
)
def test_a_stretch_that_is_not_there_is_a_sentence(
    session: Path, tmp_path: Path, stretch: Stretch, words: str
) -> None:
    with pytest.raises(StretchError, match=words):
        pack_evidence(session, stretch, "x", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_stretch_without_events_and_one_to_the_end_are_packed(
    session: Path, tmp_path: Path
) -> None:
    quiet = pack_evidence(session, Stretch(60_000, 61_000), "x", tmp_path)
    assert contents(quiet)["events.jsonl"] == b""
    assert verify_evidence(quiet).problems == ()
    assert verify_evidence(quiet).told[0].startswith("No event of the record is in the stretch")
    whole = pack_evidence(session, Stretch(-10_000, 9_000_000), "x", tmp_path)
    assert verify_evidence(whole).events == 6
    assert whole.name.endswith("-evidence-m000010-000200.zip")


def test_wall_times_name_the_stretch_too(session: Path) -> None:
    at_ns = [START_UTC_NS + s * 1_000_000_000 for s in (25, 60)]
    assert stretch_at(session, at_ns[0], at_ns[1]) == STRETCH


def test_one_that_is_cancelled_leaves_nothing(session: Path, tmp_path: Path) -> None:
    class Impatient:
        def told(self, done: float, doing: str) -> None:
            if doing == "Drawing the cover":
                raise ExportCancelledError

    with pytest.raises(ExportCancelledError):
        pack_evidence(session, STRETCH, "x", tmp_path / "out", watch=Impatient())
    assert list((tmp_path / "out").iterdir()) == []


def test_without_a_printer_the_cover_is_a_page(
    session: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_pdf(*_: object) -> None:
        raise PdfUnavailableError("no Pango")

    monkeypatch.setattr(pack, "write_pdf", write_pdf)
    path = pack_evidence(session, STRETCH, "x", tmp_path)
    files = contents(path)
    assert "cover.pdf" not in files
    assert files["cover.html"].startswith(b"<!DOCTYPE html>")
    assert b"cover.html" in files["README.txt"]
    assert verify_evidence(path).problems == ()


@pytest.mark.slow
def test_the_cover_is_a_pdf_that_others_read(session: Path, tmp_path: Path) -> None:
    path = pack_evidence(session, STRETCH, REASON, tmp_path)
    cover = tmp_path / "cover.pdf"
    cover.write_bytes(contents(path)["cover.pdf"])
    text = subprocess.run(
        ["pdftotext", "-layout", str(cover), "-"],
        capture_output=True, text=True, check=True, timeout=30,
    ).stdout  # fmt: skip
    assert "Strike 4711 <script>" in text
    assert "0:00:25 to 0:01:00" in text


@pytest.mark.parametrize(
    ("set_by_s", "asked_s", "expected_ms"),
    [
        (0, 25.25, 25_250),
        (0, -10, -10_000),
        (0, 130, 130_000),
        (3_600, 59.5, 59_500),
        (3_600, 1_800, 60_000),
        (3_600, 3_661.5, 61_500),
        (-30, 35, 35_000),
        (-30, 59.5, 59_500),
        (-30, 80, 110_000),
    ],
)
def test_a_wall_time_is_exact_over_midnight_and_a_clock_that_was_set(
    tmp_path: Path, set_by_s: int, asked_s: float, expected_ms: int
) -> None:
    """The clock is set after a minute, and after half a minute a day ends."""
    start_ns = 1_795_391_970 * 1_000_000_000  # 2026-11-22T23:59:30Z
    rows = [
        replace(
            each,
            utc_ns=start_ns + (each.t_s + (set_by_s if each.t_s >= 60 else 0)) * 1_000_000_000,
        )
        for each in steady(range(120))
    ]
    about = replace(info(), started_utc_ns=start_ns)
    path = write(tmp_path / "a.livedesk", rows, [event(1, 0, "session.start")], about)
    with SessionReader.open(path) as reader:
        t_ms = reader.t_ms_at(start_ns + round(asked_s * 1_000_000_000))
        assert t_ms == expected_ms
        if 0 <= t_ms < 60_000:
            assert reader.utc_ns_at(t_ms) == start_ns + t_ms * 1_000_000
        assert reader.utc_ns_at(70_000) == start_ns + (70 + set_by_s) * 1_000_000_000


def test_a_session_that_runs_is_packed_as_far_as_it_has_come(tmp_path: Path) -> None:
    path = tmp_path / "a.livedesk"

    async def story() -> Path:
        writer = JournalWriter.create(path, info(), at(0))
        for number in range(1, 6):
            await writer.record(event(number, number, text=f"Event {number}."))
        packed = await asyncio.to_thread(
            pack_evidence, path, Stretch(2_000, 600_000), "Strike", tmp_path
        )
        await writer.record(event(6, 6))
        await writer.close()
        return packed

    packed = asyncio.run(story())
    found = verify_evidence(packed)
    assert (found.events, found.problems) == (4, ())
    assert packed.name.endswith("-000002-000005.zip")
    with SessionReader.open(path) as reader:
        assert reader.seal().state == "intact"
        assert found.head in [row.digest for row in reader.sealed_rows()]
