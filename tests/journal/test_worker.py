"""The worker's process: what it makes of sessions good and bad, and that it stands back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from livedesk.journal.errors import JournalError
from livedesk.journal.work import (
    Evidence,
    ExportWork,
    Figures,
    Line,
    OrdersRead,
    OrdersWork,
    SummaryWork,
    Told,
    Trouble,
    Work,
    read_line,
    work_line,
)
from livedesk.journal.worker import NICE, DiskLowError, Progress, export_all
from tests.journal.kit import START_UTC_NS, event, info, steady, write
from tests.waiting import wait_until


@pytest.fixture
def session(tmp_path: Path) -> Path:
    path = tmp_path / "glow" / "a.livedesk"
    path.parent.mkdir()
    return write(path, steady(range(10)), [event(1, 1), event(2, 10, "session.end")], info())


def _started() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", "-m", "livedesk.journal.worker"]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )


def _answer(work: Work) -> Line:
    """The last line of a real process, which lives as long as its standard input is open."""
    with _started() as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(work_line(work))
        child.stdin.flush()
        return read_line(child.stdout.readlines()[-1])


def test_several_sessions_are_exported_beside_one_that_cannot_be(
    session: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "calm" / "b.livedesk"
    bad.parent.mkdir()
    bad.write_bytes(b"no session")
    (tmp_path / "out").mkdir()
    work = ExportWork((str(session), str(bad)), ("html", "csv"), str(tmp_path / "out"))
    told: list[Line] = []
    made = export_all(work, told.append)
    assert {file.name for file in made.files} == {"glow-a.html", "glow-a-csv.zip"}
    sizes = {path.name: path.stat().st_size for path in (tmp_path / "out").iterdir()}
    assert sizes == {file.name: file.bytes for file in made.files}
    assert made.problem is not None
    assert "calm b" in made.problem
    shares = [line.done for line in told if isinstance(line, Told)]
    assert shares == sorted(shares)
    with pytest.raises(JournalError, match="calm b"):
        export_all(ExportWork((str(bad),), ("html",), str(tmp_path / "out")), told.append)


@pytest.mark.slow
def test_evidence_of_a_stretch_is_one_file(session: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    stretch = Evidence(START_UTC_NS, START_UTC_NS + 5_000_000_000, "strike")
    work = ExportWork((str(session),), (), str(tmp_path / "out"), evidence=stretch)
    [file] = export_all(work, lambda _: None).files
    assert file.name.startswith("glow-a-evidence-")
    assert (tmp_path / "out" / file.name).read_bytes().startswith(b"PK")


def test_an_export_stops_before_it_takes_the_space_of_the_record(tmp_path: Path) -> None:
    with pytest.raises(DiskLowError, match="nearly full"):
        Progress(lambda _: None, 0, 1, tmp_path, 1 << 62).told(0.5, "Writing csv")


def test_the_answer_of_the_process_is_its_last_line(session: Path, tmp_path: Path) -> None:
    answer = _answer(SummaryWork(str(session)))
    assert isinstance(answer, Figures)
    assert answer.figures.session == "s1"
    missing = _answer(SummaryWork(str(tmp_path / "missing.livedesk")))
    assert isinstance(missing, Trouble)
    assert "no such file" in missing.text


def test_what_a_person_says_of_columns_is_remembered(tmp_path: Path) -> None:
    file = tmp_path / "orders"
    file.write_text("Bon,Artikel,Wert\n1,A,2.50\n")
    kept = str(tmp_path / "order-columns.json")
    mapping = {"order_id": "Bon", "sku": "Artikel", "amount": "Wert"}
    for given in (mapping, None):
        line = _answer(OrdersWork("id", "orders.csv", str(file), kept, given))
        assert isinstance(line, OrdersRead)
        assert line.file.mapping == mapping
    assert json.loads(Path(kept).read_text())


def test_it_ends_with_who_asked(session: Path, tmp_path: Path) -> None:
    work = ExportWork((str(session),) * 200, ("csv",), str(tmp_path))
    with _started() as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(work_line(work))
        child.stdin.flush()
        assert isinstance(read_line(child.stdout.readline()), Told)
        child.stdin.close()
        assert child.wait(20) == -signal.SIGKILL


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells how a process stands")
def test_it_stands_back_for_the_show() -> None:
    with _started() as child:
        assert child.stdin is not None
        assert child.stdout is not None
        wait_until(lambda: os.getpriority(os.PRIO_PROCESS, child.pid) == NICE)
        score = Path(f"/proc/{child.pid}/oom_score_adj")
        wait_until(lambda: int(score.read_text()) > 0)
        child.stdin.write(b"{}\n")
        child.stdin.flush()
        assert isinstance(read_line(child.stdout.readline()), Trouble)
