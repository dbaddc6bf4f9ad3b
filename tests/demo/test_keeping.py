"""What a demo leaves behind is complete, and what is not is said."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from livedesk.demo.keeping import KEPT_FORMATS, keep
from livedesk.journal.exports import pdf
from tests.journal.kit import event, steady, write


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A record; the machine lacks what draws PDFs, which takes seconds."""
    monkeypatch.setattr(pdf, "unavailable", lambda: "PDFs need libpango-1.0.so.0")
    events = [event(1, 0, "session.start"), event(2, 30, "session.end")]
    return write(tmp_path / "show.livedesk", steady(range(30)), events)


def test_every_format_is_there_once_and_what_the_machine_lacks_is_no_failure(
    session: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    kept = keep([session], out)
    assert [check.ok for check in kept.checks] == [True, True]
    assert "libpango" in kept.left_out[0]
    assert all(file.stat().st_size for file in kept.files)
    endings = {file.name.removeprefix("show") for file in out.iterdir()}
    assert endings >= {".livedesk", "-csv", ".xlsx", ".jsonl", ".html", ".vtt", ".edl"}
    assert not [name for name in KEPT_FORMATS if name.endswith("zip")]


def test_a_record_that_was_touched_and_a_format_that_failed_are_told(
    session: Path, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(session)) as connection, connection:
        connection.execute("UPDATE events SET text = 'Another' WHERE seq = 2")
    out = tmp_path / "out"
    (out / "show.html").mkdir(parents=True)
    exported, sealed = keep([session], out).checks
    assert (exported.ok, sealed.ok) == (False, False)
    assert "html" in exported.found
    assert "event 2" in sealed.found
    assert (out / "show.jsonl").exists()
