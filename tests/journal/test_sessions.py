"""Which files are sessions, and how a stray one is listed."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from livedesk.core.records import RecordedSession
from livedesk.journal.reader import SessionReader
from livedesk.journal.sessions import describe, recorded, session_files
from tests.journal.kit import write


def test_what_is_no_file_or_has_no_readable_name_keeps_no_other_from_being_listed(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "sessions" / "glow"
    (folder / "folder.livedesk").mkdir(parents=True)
    os.mkfifo(folder / "pipe.livedesk")
    (folder / "loop.livedesk").symlink_to("loop.livedesk")
    (folder / "nowhere.livedesk").symlink_to("/nowhere")
    odd = Path(os.fsdecode(bytes(folder) + b"/odd\xff.livedesk"))
    odd.write_bytes(b"")
    session = recorded(describe(odd))
    assert session_files(tmp_path) == [odd]
    assert msgspec.json.decode(msgspec.json.encode(session), type=RecordedSession) == session
    assert session.problem


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("limits", "[1]"),
        ("limits", "null"),
        ("versions", "7"),
        ("uplinks", "null"),
        ("started_utc_ns", "1e400"),
        ("started_utc_ns", "99999999999999999999999"),
        ("started_mono_ns", "-5"),
        ("session", "{"),
    ],
)
def test_a_description_that_makes_no_sense_is_a_problem_of_that_file(
    tmp_path: Path, key: str, value: str
) -> None:
    path = write(tmp_path / "a.livedesk")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = ?", (value, key))
    assert "does not make sense" in (describe(path).problem or "")


@pytest.mark.parametrize("change", ["key = 'dsopped_events'", "value = '1{'"])
def test_a_count_of_what_was_lost_that_is_lost_itself_stops_nobody(
    tmp_path: Path, change: str
) -> None:
    path = write(tmp_path / "a.livedesk")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"UPDATE meta SET {change} WHERE key = 'dropped_events'")
    if describe(path).problem is None:
        with SessionReader.open(path) as reader:
            assert reader.lost == (0, 0)


def test_a_flipped_bit_in_its_description_is_a_problem_of_that_file(tmp_path: Path) -> None:
    path = write(tmp_path / "a.livedesk")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE meta SET value = CAST(x'22C32822' AS TEXT) WHERE key = 'name'")
    assert "UTF-8" in (describe(path).problem or "")
