"""The list of sessions on record: what it tells of files good, damaged, copied and kept."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import msgspec
import pytest

from livedesk.engine.records.library import Library
from livedesk.journal.retention import keep
from tests.engine.records.bench import session_file
from tests.journal.kit import START_UTC_NS

NONE: frozenset[str] = frozenset()


def test_sessions_are_told_newest_first_with_what_their_files_say(tmp_path: Path) -> None:
    older = session_file(tmp_path)
    session_file(tmp_path, "calm", "s2", later_s=60, signed=False)
    keep(tmp_path, older, "dispute 17")
    newest, first = (found.session for found in Library(tmp_path).all(frozenset({"s2"})))
    assert (newest.id, newest.store, newest.open, newest.signed_off) == ("s2", "calm", True, False)
    assert newest.ended_utc_ns is None
    assert (first.id, first.name, first.kept, first.open) == (
        "s1",
        "Glow Beauty",
        "dispute 17",
        False,
    )
    assert first.signed_off
    assert first.started_utc_ns == START_UTC_NS
    assert first.ended_utc_ns is not None
    assert first.bytes >= older.stat().st_size
    assert tmp_path / first.file == older


def test_a_file_that_cannot_be_read_is_listed_with_its_problem(tmp_path: Path) -> None:
    path = session_file(tmp_path)
    path.write_bytes(b"something else")
    [found] = Library(tmp_path).all(NONE)
    assert found.session.id == f"glow-{path.stem}"
    assert found.session.problem
    assert found.session.started_utc_ns is None


def test_a_copy_of_a_file_does_not_hide_it(tmp_path: Path) -> None:
    path = session_file(tmp_path)
    shutil.copyfile(path, path.with_name("00000000T000000Z.livedesk"))
    library = Library(tmp_path)
    assert {f.session.id for f in library.all(NONE)} == {"s1", "glow-00000000T000000Z"}
    copy = library.find("glow-00000000T000000Z", NONE)
    assert copy is not None
    assert copy.path.name == "00000000T000000Z.livedesk"
    assert library.find("other", NONE) is None


def test_what_changes_on_disk_is_seen_the_next_time(tmp_path: Path) -> None:
    path = session_file(tmp_path, signed=False)
    library = Library(tmp_path)
    [before] = library.all(NONE)
    path.unlink()
    session_file(tmp_path, signed=True)
    [after] = library.all(NONE)
    assert (before.session.signed_off, after.session.signed_off) == (False, True)
    assert before.fingerprint != after.fingerprint
    path.unlink()
    assert library.all(NONE) == []


def test_marks_that_cannot_be_read_keep_all(tmp_path: Path) -> None:
    session_file(tmp_path)
    (tmp_path / "sessions" / "kept.json").write_text("{")
    [found] = Library(tmp_path).all(NONE)
    assert "kept.json" in found.session.kept


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names there are always Unicode")
def test_a_name_that_is_none_is_listed_with_its_problem(tmp_path: Path) -> None:
    path = session_file(tmp_path)
    path.rename(path.with_name(os.fsdecode(b"odd\xff.livedesk")))
    [found] = Library(tmp_path).all(frozenset())
    assert "Rename" in (found.session.problem or "")
    assert msgspec.json.encode(found.session)


def test_nobody_is_told_where_the_data_folder_is(tmp_path: Path) -> None:
    path = session_file(tmp_path)
    path.write_bytes(b"no session")
    [found] = Library(tmp_path).all(frozenset())
    assert found.session.problem
    assert str(tmp_path) not in found.session.problem
    assert path.name in found.session.problem
