"""Is the PDF the print of the page: whole, the same each time, with nothing fetched?"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from livedesk.core.clock import NS_PER_S
from livedesk.core.events import Event, Json
from livedesk.core.system_packages import PAPER, PAPER_READERS, missing
from livedesk.journal.chain import Seal
from livedesk.journal.disk import SessionDisk
from livedesk.journal.exports.pdf import PdfUnavailableError, write_pdf
from livedesk.journal.fold.summary import summarise
from livedesk.journal.reader import SessionReader
from livedesk.journal.report.front import STILLS, shown_stills
from livedesk.journal.report.page import render_report
from livedesk.journal.schema import connect
from livedesk.journal.values import SessionInfo, Still
from tests.journal.kit import START_UTC_NS, event, info, row, steady, write

needs_paper = pytest.mark.skipif(
    bool(missing((*PAPER, *PAPER_READERS))), reason="Pango or poppler-utils is not here"
)


class StopError(Exception):
    """Somebody does not want it any more."""


def pin_event(seq: int, t_s: int, place: int) -> Event:
    return event(
        seq, t_s, "pin.late", id=f"p{place}", action="pin", product_id="1", title="Cream " * 40,
        state="late", source="pad", cued_utc_ns=START_UTC_NS + t_s * NS_PER_S, latency_ms=1_800.0,
        shown=True, sent_ms=3.0,
    )  # fmt: skip


def comment_event(seq: int, t_s: int, place: int) -> Event:
    comment: Json = {
        "id": f"c{place}", "author_id": "a", "author": "rik", "text": "come to my live " * 40,
        "utc_ns": START_UTC_NS + t_s * NS_PER_S,
    }  # fmt: skip
    verdict: Json = {
        "action": "hide" if place % 2 else "review", "rule": "off", "list": "all",
        "reason": "Leads away", "version": "1", "spans": [],
    }  # fmt: skip
    item: Json = {
        "id": f"i{place}", "store": "glow", "comment": comment, "state": "waiting",
        "verdict": verdict, "revision": 1,
    }  # fmt: skip
    return event(seq, t_s, "moderation.judged", "A comment.", item=item)


def add_stills(path: Path, about: SessionInfo, seconds: range) -> None:
    """Upright pictures, as phones send them."""
    picture = io.BytesIO()
    pytest.importorskip("PIL.Image").new("RGB", (90, 160), "pink").save(picture, "JPEG")
    disk = SessionDisk(path, about, connect)
    disk.open()
    disk.write_stills(
        [
            Still(t_s * 1000, START_UTC_NS + t_s * NS_PER_S, "interval", picture.getvalue())
            for t_s in seconds
        ]
    )
    disk.fold()
    disk.discard()


def pages(path: Path) -> list[str]:
    told = subprocess.run(
        [shutil.which("pdftotext") or "", "-layout", path, "-"],
        capture_output=True,
        check=True,
        text=True,
    )
    return told.stdout.split("\f")


@needs_paper
@pytest.mark.slow
def test_the_first_sheet_holds_the_whole_verdict_however_much_there_is(tmp_path: Path) -> None:
    """A long name, several uplinks, gaps, no sign-off, pins, comments and many incidents."""
    uplinks = tuple(f"uplink number {place}" for place in range(6))
    rows = [*steady(range(300)), *steady(range(340, 400), goodput=900)]
    rows += [row(t_s, 150, "skew_ms") for t_s in range(300)]
    rows += [row(t_s, 4000, "goodput_kbps", name) for t_s in range(50) for name in uplinks]
    events = [event(1, 0, "session.start")]
    for place in range(20):
        events.append(
            event(
                2 + place, 20 + 15 * place, "limit.trip", "Nothing is heard. " * 20,
                level="warning", alarm=f"sound.silent:{place}", priority="high", action="Mend it.",
            )
        )  # fmt: skip
    for place in range(30):
        events.append(pin_event(30 + place, 100 + 8 * place, place))
        events.append(comment_event(70 + place, 101 + 8 * place, place))
    events.append(event(120, 399, "operator.note", actor="ana", text="عطر ✨ 😂 " * 30))
    about = info(name="A very long name of a shop, " * 6, uplinks=uplinks)
    events.sort(key=lambda each: each.seq)
    path = write(tmp_path / "a.livedesk", rows, events, about)
    add_stills(path, about, range(5, 395, 10))
    with SessionReader.open(path) as reader:
        assert len(shown_stills(reader, summarise(reader))) == STILLS
        html = render_report(reader, summarise(reader), seal=Seal("broken", "ab" * 32, 6, 4))
    # What follows on later sheets costs seconds and changes nothing on the first.
    write_pdf(html.partition('<section class="chapter in-incidents"')[0], tmp_path / "a.pdf")
    first, second, *_ = pages(tmp_path / "a.pdf")
    assert "The show at a glance" in first
    assert "Seal of this record" in first
    assert "Pins within" in first
    assert "Reviewed within" in first
    assert "Timeline" in second
    assert "livedesk session report" in second


@needs_paper
@pytest.mark.slow
def test_a_page_is_the_same_file_each_time_and_pulls_no_other_into_it(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("hunter2", encoding="utf-8")
    html = (
        f'<link rel="stylesheet" href="{secret.as_uri()}"><img src="{secret.as_uri()}">'
        f'<a rel="attachment" href="{secret.as_uri()}">take it</a><p>here</p>'
    )
    write_pdf(html, tmp_path / "a.pdf")
    assert "here" in pages(tmp_path / "a.pdf")[0]
    write_pdf(html, tmp_path / "b.pdf")
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    assert shutil.which("pdfdetach") is None or b"0 embedded" in subprocess.run(
        ["pdfdetach", "-list", tmp_path / "a.pdf"], capture_output=True, check=True
    ).stdout  # fmt: skip


def stand_in(folder: Path, script: str) -> str:
    """A Python that does something else than drawing."""
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


@pytest.mark.skipif(os.name != "posix", reason="a shell script stands in for Python")
def test_a_missing_library_is_told_with_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = 'echo "cannot load library libpango" >&2; exit 3'
    monkeypatch.setattr(sys, "executable", stand_in(tmp_path, said))
    with pytest.raises(PdfUnavailableError, match=r"apt-get install .*libpango-1\.0-0"):
        write_pdf("<p>a</p>", tmp_path / "a.pdf")
    assert [path.name for path in tmp_path.iterdir()] == ["python"]


@pytest.mark.skipif(os.name != "posix", reason="a shell script stands in for Python")
def test_who_stops_it_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", stand_in(tmp_path, "exec sleep 60"))

    def stop() -> None:
        raise StopError

    with pytest.raises(StopError):
        write_pdf("<p>a</p>", tmp_path / "a.pdf", stop)
    assert [path.name for path in tmp_path.iterdir()] == ["python"]
