"""A bad file is a sentence, never a trace, and what can still be read of it is offered."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from livedesk.core.events import Event
from livedesk.journal import schema
from livedesk.journal.errors import JournalError, NewerSessionError, NotASessionError
from livedesk.journal.fold.summary import summarise
from livedesk.journal.reader import SessionReader
from livedesk.journal.salvaging.salvage import salvage
from livedesk.journal.values import SampleRow
from tests.journal.kit import event, info, row, steady, to_version_1, write
from tests.small_disk import fill, small_disk

PAGE = 4_096
EVENTS = 120


def told() -> list[Event]:
    """Some of them longer than a page, so that they go on on others."""
    return [event(n, n / 4, text=f"{n} " + "ü🎉" * (n * 37 % 2_500)) for n in range(1, EVENTS + 1)]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "a.livedesk"
    return write(path, steady(range(120)), told()).read_bytes()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "glow"
    folder.mkdir()
    return folder / "a.livedesk"


def read_all(reader: SessionReader) -> tuple[list[Event], list[SampleRow]]:
    """Whatever an export would read."""
    events = [timed.event for timed in reader.events()]
    rows = [each for subject in reader.subjects() for each in reader.samples(*subject)]
    assert reader.damage() is None
    summarise(reader)
    return events, rows


def try_all(path: Path, folder: Path) -> tuple[list[Event], list[SampleRow]] | None:
    """None where the file is refused with a sentence."""
    try:
        reader = SessionReader.open_or_salvage(path, folder)
    except JournalError:
        return None
    with reader:
        found = read_all(reader)
        assert reader.salvaged is None or reader.salvaged.path.parent == folder
        return found


def test_all_of_a_sound_file_can_be_read_page_by_page(
    whole: bytes, path: Path, tmp_path: Path
) -> None:
    path.write_bytes(whole)
    salvaged = salvage(path, tmp_path / "out")
    assert (salvaged.events, salvaged.samples, salvaged.lost) == (EVENTS, 240, ())
    with SessionReader.open(salvaged.path) as reader:
        assert read_all(reader) == (told(), sorted(steady(range(120)), key=_order))
        assert reader.info == info()
        assert reader.seal().state == "intact"
    assert path.read_bytes() == whole


def _order(each: SampleRow) -> tuple[str, int]:
    return each.figure, each.t_s


def test_a_sound_file_is_opened_as_it_is(whole: bytes, path: Path, tmp_path: Path) -> None:
    path.write_bytes(whole)
    with SessionReader.open_or_salvage(path, tmp_path / "out") as reader:
        assert (reader.salvaged, reader.path) == (None, path)
    assert not (tmp_path / "out").exists()


def test_a_file_cut_off_at_any_page_opens_or_says_why_not(
    whole: bytes, path: Path, tmp_path: Path
) -> None:
    pages = len(whole) // PAGE
    counts = []
    for kept in {0, 1, 2, 3, *range(4, pages, max(1, pages // 20)), pages - 1}:
        path.write_bytes(whole[: kept * PAGE + 100 * (kept % 2)])
        found = try_all(path, tmp_path / "out")
        counts.append((kept, 0 if found is None else len(found[0])))
    found_events = [count for _, count in sorted(counts)]
    assert found_events == sorted(found_events)
    assert found_events[-1] >= EVENTS - 5


def test_what_was_cut_off_is_said(whole: bytes, path: Path, tmp_path: Path) -> None:
    pages = len(whole) // PAGE
    path.write_bytes(whole[: (pages // 2) * PAGE])
    with SessionReader.open_or_salvage(path, tmp_path / "out") as reader:
        assert reader.salvaged is not None
        assert f"{pages - pages // 2} of {pages} pages" in " ".join(reader.salvaged.lost)
        events = [timed.event for timed in reader.events()]
    assert events
    assert events == told()[: len(events)]


def test_flipped_bits_cost_what_they_hit_and_break_the_seal(
    whole: bytes, path: Path, tmp_path: Path
) -> None:
    for number in range(25):
        chance = random.Random(number)
        damaged = bytearray(whole)
        for _ in range(number + 1):
            damaged[chance.randrange(PAGE, len(damaged))] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        with SessionReader.open_or_salvage(path, tmp_path / "out") as reader:
            events, rows = read_all(reader)
            assert len(events) >= EVENTS - 3 * number - 12
            assert len(rows) >= 40
            if events != told():
                assert reader.seal().state == "broken"


def test_a_record_without_its_own_description_gets_a_stand_in(
    whole: bytes, path: Path, tmp_path: Path
) -> None:
    path.write_bytes(whole)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM meta WHERE key <> 'session'")
    with SessionReader.open_or_salvage(path, tmp_path / "out") as reader:
        assert reader.salvaged is not None
        assert "stand-ins" in " ".join(reader.salvaged.lost)
        assert (reader.info.store, reader.info.started_utc_ns) == ("glow", info().started_utc_ns)
        assert [timed.event.seq for timed in reader.events()] == list(range(1, EVENTS + 1))
        assert reader.seal().state == "broken"


def test_a_log_with_a_flipped_bit_gives_what_came_after_it(path: Path, tmp_path: Path) -> None:
    """SQLite itself stops there, and what was acknowledged since would be missing."""
    source = write(tmp_path / "whole" / "a.livedesk", [row(1, 1)], told())
    connection = schema.connect(source)
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    for n in range(1, 6):
        connection.execute("INSERT INTO ticks VALUES (?, ?, ?)", (1_000 + n, n, n))
    wal = source.with_name(source.name + "-wal")
    log = bytearray(wal.read_bytes())
    connection.close()
    path.write_bytes(write(tmp_path / "again" / "a.livedesk", [row(1, 1)], told()).read_bytes())
    log[32 + 24 + PAGE + 2_000] ^= 4
    path.with_name(path.name + "-wal").write_bytes(log)
    salvaged = salvage(path, tmp_path / "out")
    assert any("write-ahead log" in sentence for sentence in salvaged.lost)


@pytest.mark.parametrize("content", [b"", b"\0" * 9_000, b"junk" * 3_000, b"SQLite format 3\0"])
def test_what_is_no_record_is_refused_and_nothing_is_left(
    path: Path, tmp_path: Path, content: bytes
) -> None:
    path.write_bytes(content)
    with pytest.raises(NotASessionError):
        SessionReader.open_or_salvage(path, tmp_path / "out")
    assert list((tmp_path / "out").glob("*")) == []


def test_a_database_of_another_program_is_refused(path: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER)")
        connection.execute("INSERT INTO notes VALUES (1, 2, 3)")
    with pytest.raises(NotASessionError, match="another program"):
        SessionReader.open_or_salvage(path, tmp_path / "out")


def test_a_record_of_a_later_livedesk_is_not_guessed_at(
    whole: bytes, path: Path, tmp_path: Path
) -> None:
    path.write_bytes(whole)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {schema.SCHEMA_VERSION + 1}")
    for read in (salvage, SessionReader.open_or_salvage):
        with pytest.raises(NewerSessionError):
            read(path, tmp_path / "out")


def test_a_record_of_format_1_has_no_seal_that_could_be_broken(path: Path, tmp_path: Path) -> None:
    to_version_1(write(path, events=told()))
    with SessionReader.open(salvage(path, tmp_path / "saved").path) as reader:
        assert reader.seal().state == "unsealed"


def test_a_folder_without_room_is_a_sentence_and_nothing_is_left(
    whole: bytes, path: Path, tmp_path: Path
) -> None:
    path.write_bytes(whole)
    with small_disk(tmp_path / "saved") as folder:
        fill(folder / "ballast")
        with pytest.raises(JournalError, match="Free some space"):
            salvage(path, folder)
        assert [each.name for each in folder.iterdir()] == ["ballast"]


def test_the_damaged_file_itself_is_never_written_over(whole: bytes, path: Path) -> None:
    path.write_bytes(whole)
    with pytest.raises(ValueError, match="itself"):
        salvage(path, path.parent)
    assert path.read_bytes() == whole


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET data = '{\"product\": ' WHERE seq = 7",
        "UPDATE events SET data = '[]' WHERE seq = 7",
        "UPDATE events SET text = CAST(x'C328' AS TEXT) WHERE seq = 7",
        "UPDATE events SET utc_ns = 9e18 WHERE seq = 7",
        "UPDATE events SET t_ms = 1 << 60 WHERE seq = 7",
        "UPDATE samples SET mean = 9e999 WHERE t_s = 7 AND figure = 'feed_kbps'",
    ],
)
def test_rows_that_only_make_no_sense_are_left_out(
    whole: bytes, path: Path, tmp_path: Path, statement: str
) -> None:
    """SQLite's own check has nothing against them."""
    path.write_bytes(whole)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)
    with SessionReader.open_or_salvage(path, tmp_path / "out") as reader:
        assert reader.salvaged is not None
        assert reader.salvaged.lost == ("1 row is damaged and left out.",)
        events, rows = read_all(reader)
    assert (len(events), len(rows)) in {(EVENTS - 1, 240), (EVENTS, 239)}
