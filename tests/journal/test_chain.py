"""The seal: whatever is changed in a record afterwards is found, and nothing else is."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from livedesk.core.audit_chain import sealed
from livedesk.core.engine_status import AuditEntry
from livedesk.core.events import Event
from livedesk.engine.people.audit_file import add, open_trail
from livedesk.journal import schema
from livedesk.journal.chain import Seal
from livedesk.journal.disk import SessionDisk
from livedesk.journal.migrations import migrate
from livedesk.journal.noted import SEALED_ACT, TRAIL_FILE
from livedesk.journal.reader import SessionReader
from livedesk.journal.rows import event_row
from tests.journal.kit import event, info, row, to_version_1, write

COUNT = 20


def told() -> list[Event]:
    return [
        event(n, n, text=f"Pin {n}, 直播 🎉.", actor="Jo", product=n) for n in range(1, COUNT + 1)
    ]


def seal_of(path: Path) -> Seal:
    with SessionReader.open(path) as reader:
        return reader.seal()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(tmp_path / "a.livedesk", [row(1, 4000)], told())


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def test_a_record_that_nobody_touched_is_intact(path: Path) -> None:
    seal = seal_of(path)
    assert (seal.state, seal.sealed_events, seal.unsealed_events) == ("intact", COUNT, 0)
    with SessionReader.open(path) as reader:
        assert reader.head() == (seal.head, COUNT)


@pytest.mark.parametrize(
    ("statement", "broken_seq"),
    [
        ("UPDATE events SET text = 'Pin 7.' WHERE seq = 7", 7),
        ("UPDATE events SET actor = 'Mei' WHERE seq = 7", 7),
        ("UPDATE events SET actor = NULL WHERE seq = 7", 7),
        ("UPDATE events SET utc_ns = utc_ns + 1 WHERE seq = 7", 7),
        ("UPDATE events SET data = '{\"product\": 7}' WHERE seq = 7", 7),
        ("UPDATE events SET kind = 'operator.other', digest = NULL WHERE seq = 7", 7),
        ("DELETE FROM events WHERE seq = 1", 2),
        ("DELETE FROM events WHERE seq = 7", 8),
        ("UPDATE events SET seq = 99 WHERE seq = 7", 8),
        ("INSERT INTO events SELECT 99, t_ms, utc_ns, mono_ns, kind, level, source, text, actor, "
         "data, digest FROM events WHERE seq = 7", 99),
        ("UPDATE meta SET value = '\"Other\"' WHERE key = 'name'", 1),
        ("UPDATE meta SET value = '{}' WHERE key = 'limits'", 1),
        ("INSERT INTO meta VALUES ('unsealed_until', '20')", 1),
    ],
)  # fmt: skip
def test_a_change_is_found_where_it_is(path: Path, statement: str, broken_seq: int) -> None:
    change(path, statement)
    seal = seal_of(path)
    assert (seal.state, seal.broken_seq) == ("broken", broken_seq)


def test_digests_that_were_all_taken_out_are_missed(path: Path) -> None:
    change(path, "UPDATE events SET digest = NULL")
    assert seal_of(path).state == "broken"


def test_events_that_were_cut_off_at_the_end_are_missed_by_the_head_that_was_noted(
    tmp_path: Path,
) -> None:
    path = write(tmp_path / "sessions" / "glow" / "a.livedesk", events=told())
    note_head(tmp_path / TRAIL_FILE, seal_of(path).head)
    assert (seal_of(path).state, seal_of(path).noted) == ("intact", "held")
    change(path, "DELETE FROM events WHERE seq > 15")
    cut = seal_of(path)
    assert (cut.state, cut.noted, cut.broken_seq) == ("broken", "missing", 16)
    change(path, "DELETE FROM events")
    assert seal_of(path).state == "broken"


@pytest.mark.parametrize("content", [b"", b"no database", None])
def test_a_trail_that_says_nothing_breaks_no_seal(tmp_path: Path, content: bytes | None) -> None:
    path = write(tmp_path / "sessions" / "glow" / "a.livedesk", events=told())
    if content is None:
        note_head(tmp_path / TRAIL_FILE, "00" * 32, "another")
    else:
        (tmp_path / TRAIL_FILE).write_bytes(content)
    assert (seal_of(path).state, seal_of(path).noted) == ("intact", "")


def note_head(trail: Path, head: str, session: str = info().session) -> None:
    """As an engine does at sign-off."""
    act = AuditEntry(
        1, 0, "engine", "admin", SEALED_ACT, "glow", 0, {"session": session, "head": head}
    )
    connection, _ = open_trail(trail)
    with closing(connection):
        add(connection, [sealed(act, "")])


def test_the_head_can_be_recomputed_by_the_words_of_the_description(path: Path) -> None:
    """Shares nothing with the code that makes it: columns of `events`, then SHA-256."""
    keys = ("session", "store", "name", "platform", "started_utc_ns", "started_mono_ns", "limits",
            "uplinks", "versions", "sandbox")  # fmt: skip
    with closing(sqlite3.connect(path)) as connection:
        meta = dict(connection.execute("SELECT * FROM meta"))
        rows = list(connection.execute("SELECT * FROM events ORDER BY seq"))

    def sha(content: object) -> str:
        text = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    head = sha([[key, meta[key]] for key in keys])
    for each in rows:
        head = sha([head, *each[:-1]])
    assert head == seal_of(path).head


def test_the_same_events_offered_again_do_not_fork_the_chain(tmp_path: Path) -> None:
    """A commit that failed after it had reached the disk is tried again with what came since."""
    path = tmp_path / "a.livedesk"
    rows = [event_row(each, 0) for each in told()]
    disk = SessionDisk(path, info(), schema.connect)
    disk.write_events(rows[:12])
    disk.write_events(rows[5:15])
    disk.discard()
    disk.write_events(rows[14:])
    disk.discard()
    seal = seal_of(path)
    assert (seal.state, seal.sealed_events) == ("intact", COUNT)


def test_the_chain_goes_on_where_an_engine_left_it(path: Path) -> None:
    before = seal_of(path).head
    disk = SessionDisk(path, info(), schema.connect)
    disk.write_events([event_row(event(COUNT + 5, 30), 30_000)])
    disk.fold()
    disk.discard()
    seal = seal_of(path)
    assert (seal.state, seal.sealed_events) == ("intact", COUNT + 1)
    with SessionReader.open(path) as reader:
        digests = [each.digest for each in reader.sealed_rows()]
    assert digests[-2:] == [before, seal.head]


def test_a_session_without_events_has_no_seal(tmp_path: Path) -> None:
    assert seal_of(write(tmp_path / "a.livedesk", [row(1, 4000)])) == Seal()


def test_a_record_of_format_1_is_read_as_it_is(path: Path) -> None:
    before = to_version_1(path).read_bytes()
    with SessionReader.open(path) as reader:
        assert reader.seal() == Seal(unsealed_events=COUNT)
        assert [timed.event for timed in reader.events()] == told()
        assert list(reader.stills()) == []
        assert (reader.still_near(0), reader.still_times(), reader.lost_stills) == (None, [], 0)
        assert reader.head() == ("", COUNT)
        assert {each.digest for each in reader.sealed_rows()} == {None}
    assert path.read_bytes() == before


def test_a_record_of_format_1_that_goes_on_is_sealed_from_there(path: Path) -> None:
    to_version_1(path)
    disk = SessionDisk(path, info(), schema.connect)
    disk.write_events([event_row(event(n, n), n) for n in (COUNT + 1, COUNT + 2)])
    disk.fold()
    disk.discard()
    seal = seal_of(path)
    assert (seal.state, seal.sealed_events, seal.unsealed_events) == ("intact", 2, COUNT)
    change(path, f"UPDATE events SET text = 'x' WHERE seq = {COUNT + 2}")
    assert seal_of(path).broken_seq == COUNT + 2


def test_a_migration_that_is_interrupted_leaves_format_1(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    to_version_1(path)
    fail_after(monkeypatch, migrate)
    disk = SessionDisk(path, info(), schema.connect)
    with pytest.raises(sqlite3.OperationalError):
        disk.write_events([event_row(event(COUNT + 1), 0)])
    disk.discard()
    assert seal_of(path) == Seal(unsealed_events=COUNT)


def fail_after(
    monkeypatch: pytest.MonkeyPatch, step: Callable[[sqlite3.Connection, int, int], None]
) -> None:
    def failing(connection: sqlite3.Connection, version: int, to_version: int) -> None:
        step(connection, version, to_version)
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr("livedesk.journal.schema.migrate", failing)
