"""An export that cannot be finished leaves what was there, and says why."""

from __future__ import annotations

import builtins
import resource
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from livedesk.journal.exports.export import export
from livedesk.journal.exports.files import ExportFailedError
from livedesk.journal.exports.parquet import ParquetUnavailableError
from livedesk.journal.exports.watch import ExportCancelledError
from tests.journal.big import Size, make_big

PLAIN_ONES = ("csv", "xlsx", "jsonl", "parquet", "html", "vtt", "edl")


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_big(tmp_path_factory.mktemp("in") / "a.livedesk", Size(0.15, 30, 200))


def left_in(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


class Heard:
    """Hears what is told. `stop_in`: stops the export in the midst of writing that."""

    def __init__(self, stop_in: str = "") -> None:
        self.told_of: list[tuple[float, str]] = []
        self._stop_in = stop_in

    def told(self, done: float, doing: str) -> None:
        self.told_of.append((done, doing))
        shares = {share for share, what in self.told_of if what == self._stop_in}
        if len(shares) > 1:
            raise ExportCancelledError


@contextmanager
def room_for(count: int) -> Iterator[None]:
    """No file may grow beyond so many bytes: to who writes it, it is as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (count, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("name", ["csv", "csv.zip", "xlsx", "jsonl", "parquet", "html"])
def test_a_full_disk_leaves_the_files_of_before(session: Path, tmp_path: Path, name: str) -> None:
    export(session, [name], tmp_path)
    before = left_in(tmp_path)
    with room_for(2_000), pytest.raises(ExportFailedError, match="no room left") as told:
        export(session, [name], tmp_path)
    assert str(tmp_path) in str(told.value)
    assert left_in(tmp_path) == before
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_progress_grows_to_the_end_and_names_what_is_written(session: Path, tmp_path: Path) -> None:
    heard = Heard()
    export(session, PLAIN_ONES, tmp_path, watch=heard)
    shares = [done for done, _ in heard.told_of]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)
    assert {f"Writing {name}" for name in PLAIN_ONES} <= {doing for _, doing in heard.told_of}


@pytest.mark.parametrize("name", ["csv", "csv.zip", "xlsx", "parquet"])
def test_a_cancelled_export_leaves_nothing(session: Path, tmp_path: Path, name: str) -> None:
    heard = Heard(stop_in=f"Writing {name}")
    with pytest.raises(ExportCancelledError):
        export(session, [name], tmp_path / "out", watch=heard)
    assert left_in(tmp_path / "out") == {}
    assert not list((tmp_path / "out").iterdir())


def test_an_export_can_be_stopped_while_the_record_is_read(session: Path, tmp_path: Path) -> None:
    heard = Heard(stop_in="Reading the record")
    with pytest.raises(ExportCancelledError):
        export(session, ["csv"], tmp_path / "out", watch=heard)
    assert not (tmp_path / "out").exists()


def test_without_pyarrow_parquet_says_what_to_install(
    session: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really_import = builtins.__import__

    def without(
        name: str,
        globals_: Mapping[str, object] | None = None,
        locals_: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return really_import(name, globals_, locals_, fromlist, level)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ParquetUnavailableError, match=r"livedesk\[parquet\]"):
        export(session, ["csv", "parquet"], tmp_path / "out")
    assert not (tmp_path / "out").exists()
