"""An export: followed to its end, and its files come whole or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from livedesk.core.records import ExportedFile, ExportJob
from livedesk.desk.errors import RefusedError, UnreachableError
from livedesk.desk.exporting import Exporting, ExportRun, safe_name, stage_words
from livedesk.desk.record_client import ExportWish, RecordClient

WISH = ExportWish(("s1",), ("pdf", "csv"))
FILES = {"lumen.pdf": b"%PDF" * 500, "lumen-csv.zip": b"PK" * 900}
JOB = ExportJob("j1", WISH.sessions, WISH.formats)
DONE = replace(JOB, state="done", done=1.0,
               files=tuple(ExportedFile(n, len(c)) for n, c in FILES.items()))  # fmt: skip


class FakeExports:
    """Tells the states one after the other. `cut`: after so many bytes the connection ends."""

    def __init__(self, *states: ExportJob | Exception) -> None:
        self.states = list(states)
        self.calls: list[str] = []
        self.cut: int | None = None
        self.files = dict(FILES)
        self.on_piece: Callable[[], None] = lambda: None

    async def export(self, wish: ExportWish) -> ExportJob:
        self.calls.append("export")
        return JOB

    async def job(self, job: str) -> ExportJob:
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        if isinstance(state, Exception):
            raise state
        return state

    async def cancel(self, job: str) -> None:
        self.calls.append(f"cancel {job}")

    async def download(
        self, job: str, name: str, take: Callable[[bytes], Awaitable[None]]
    ) -> None:  # fmt: skip
        content = self.files[name]
        for at in range(0, len(content), 100):
            if self.cut is not None and at >= self.cut:
                raise UnreachableError("The connection broke off.", "engine", "")
            await take(content[at : at + 100])
            self.on_piece()


def exporting(fake: FakeExports) -> tuple[Exporting, list[Coroutine[Any, Any, None]]]:
    out: list[Coroutine[Any, Any, None]] = []
    model = Exporting(lambda: cast(RecordClient, fake), lambda _name, work: out.append(work), 0.0)
    return model, out


def played(fake: FakeExports, folder: Path) -> ExportRun:
    model, out = exporting(fake)
    model.start(WISH, folder)
    asyncio.run(out[0])
    run = model.run()
    assert run is not None
    assert run.is_over
    return run


def test_files_come_whole_under_their_names(tmp_path: Path) -> None:
    states = (replace(JOB, state="queued"), replace(JOB, state="running", done=0.5), DONE)
    run = played(FakeExports(*states), tmp_path / "new")
    assert run.stage == "done"
    assert {path.name: path.read_bytes() for path in run.saved} == FILES
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == sorted(FILES)
    assert stage_words(run) == f"2 files in {tmp_path / 'new'}"


def test_what_stands_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "lumen.pdf").write_bytes(b"signed")
    played(FakeExports(DONE), tmp_path)
    assert (tmp_path / "lumen.pdf").read_bytes() == b"signed"
    assert (tmp_path / "lumen (2).pdf").read_bytes() == FILES["lumen.pdf"]


def test_half_a_file_is_none(tmp_path: Path) -> None:
    fake = FakeExports(DONE)
    fake.cut = 700
    run = played(fake, tmp_path)
    assert run.stage == "failed"
    assert "broke off" in run.problem
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_shorter_than_told_is_none(tmp_path: Path) -> None:
    fake = FakeExports(DONE)
    fake.files["lumen.pdf"] = b"%PDF"
    run = played(fake, tmp_path)
    assert "did not come whole" in run.problem
    assert list(tmp_path.iterdir()) == []


def test_cancel_ends_it_there_too_and_keeps_what_is_whole(tmp_path: Path) -> None:
    fake = FakeExports(DONE)
    model, out = exporting(fake)
    model.start(WISH, tmp_path)
    pieces = len(FILES["lumen.pdf"]) // 100 + 3

    def count() -> None:
        nonlocal pieces
        pieces -= 1
        if pieces == 0:
            model.cancel()

    fake.on_piece = count
    asyncio.run(out[0])
    run = model.run()
    assert run is not None
    assert run.stage == "cancelled"
    assert fake.calls == ["export", "cancel j1"]
    assert [path.name for path in tmp_path.iterdir()] == ["lumen.pdf"]


def test_a_short_silence_of_the_engine_is_waited_out(tmp_path: Path) -> None:
    away = UnreachableError("Nobody answers.", "engine", "")
    assert played(FakeExports(away, away, DONE), tmp_path).stage == "done"


def test_what_it_failed_with_is_told(tmp_path: Path) -> None:
    failed = replace(JOB, state="failed", problem="The disk is full.")
    assert played(FakeExports(failed), tmp_path).problem == "The disk is full."
    refused = RefusedError("There is no such export.", "engine", "Ask again.", 404)
    assert played(FakeExports(refused), tmp_path).stage == "failed"


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    run = played(FakeExports(DONE), tmp_path / "file")
    assert run.stage == "failed"
    assert "Choose another folder" in run.problem


def test_a_folder_is_tried_before_the_engine_works(tmp_path: Path) -> None:
    for folder in (tmp_path / "gone" / "stick", Path("/proc/nowhere")):
        fake = FakeExports(DONE)
        run = played(fake, folder)
        assert run.stage == "failed"
        assert "Choose another folder" in run.problem
        assert fake.calls == []
    assert not (tmp_path / "gone").exists()


def test_one_at_a_time_and_another_engine_ends_it(tmp_path: Path) -> None:
    model, out = exporting(FakeExports(DONE))
    model.start(WISH, tmp_path)
    model.start(WISH, tmp_path)
    assert len(out) == 1
    model.forget()
    assert model.run() is not None
    model.attached()
    run = model.run()
    assert run is not None
    assert run.stage == "failed"
    out[0].close()
    model.forget()
    assert model.run() is None


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("lumen.pdf", "lumen.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\win.ini", "win.ini"),
        (".bashrc", "bashrc"),
        ("a\nb:c?.csv", "abc.csv"),
        ("..", "export"),
        ("", "export"),
    ],
)
def test_a_name_leads_nowhere_else(told: str, name: str) -> None:
    assert safe_name(told) == name
