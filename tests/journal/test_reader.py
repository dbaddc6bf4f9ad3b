from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from livedesk.core.clock import NS_PER_S
from livedesk.journal import schema
from livedesk.journal.errors import NewerSessionError, NotASessionError
from livedesk.journal.reader import SessionReader
from livedesk.journal.sessions import describe, last_seq, list_sessions, session_path
from tests.journal.kit import START_UTC_NS, event, info, row, write


def test_events_are_found_by_number_and_by_kind(tmp_path: Path) -> None:
    told = [event(n, n, kind) for n, kind in enumerate(("feed.up", "feed.lost", "feed.up"), 1)]
    with SessionReader.open(write(tmp_path / "a.livedesk", [], told)) as reader:
        assert [t.event.seq for t in reader.events(1)] == [2, 3]
        assert [t.event.seq for t in reader.events(1, 2)] == [2]
        assert [t.event.seq for t in reader.events(kinds=("feed.up",))] == [1, 3]
        assert [t.event.seq for t in reader.newest_events(2)] == [2, 3]
        assert [t.event.seq for t in reader.newest_events(9, until_seq=2)] == [1, 2]


def test_a_series_keeps_gaps_and_epochs(tmp_path: Path) -> None:
    rows = [
        *(row(t_s, 10, "goodput_kbps", "primary") for t_s in (0, 1, 2, 6, 7)),
        row(8, 20, "goodput_kbps", "primary", epoch=2),
    ]
    with SessionReader.open(write(tmp_path / "a.livedesk", rows)) as reader:
        assert reader.subjects() == [("goodput_kbps", "primary")]
        series = reader.series("goodput_kbps", "primary", 0, 10, 10)
        assert [point.mean for point in series.points] == [10, 10, 10, None, 10, 10, None, 20]
        part = reader.series("goodput_kbps", "primary", 1, 7, 2)
        assert [(point.t_s, point.n) for point in part.points] == [(1, 8), (6, 0), (6, 4)]


def test_wall_time_is_found_in_session_time(tmp_path: Path) -> None:
    rows = [row(t_s, 1) for t_s in (0, 1, 5)]
    with SessionReader.open(write(tmp_path / "a.livedesk", rows)) as reader:
        assert reader.t_s_from(START_UTC_NS + NS_PER_S) == 1
        assert reader.t_s_from(START_UTC_NS + 2 * NS_PER_S) == 5
        assert reader.t_s_from(START_UTC_NS + 9 * NS_PER_S) == 6


def test_reading_leaves_the_folder_as_it_was(tmp_path: Path) -> None:
    path = write(tmp_path / "a.livedesk", [row(0, 1)], [event(1)])
    before = path.read_bytes()
    with SessionReader.open(path) as reader:
        assert reader.damage() is None
    assert [found.name for found in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == before


def test_a_session_of_a_later_livedesk_is_refused_clearly(tmp_path: Path) -> None:
    path = write(tmp_path / "a.livedesk", [], [event(1)])
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {schema.SCHEMA_VERSION + 1}")
    connection.close()
    with pytest.raises(NewerSessionError, match="format 3; this livedesk reads up to 2"):
        SessionReader.open(path)
    assert "update this one" in (describe(path).problem or "")


def foreign(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE other (x)")
    connection.close()


def without_meta(path: Path) -> None:
    connection = sqlite3.connect(write(path, [], [event(1)]))
    with connection:
        connection.execute("DELETE FROM meta WHERE key = 'limits'")
    connection.close()


def cut_off(path: Path) -> None:
    whole = write(path, [row(t_s, 1) for t_s in range(3000)]).read_bytes()
    path.write_bytes(whole[: len(whole) // 3])


def scribbled_over(path: Path) -> None:
    whole = bytearray(write(path, [row(t_s, 1) for t_s in range(3000)]).read_bytes())
    middle = len(whole) // 8192 * 4096
    whole[middle : middle + 4096] = b"x" * 4096
    path.write_bytes(whole)


@pytest.mark.parametrize(
    "spoil",
    [
        foreign,
        without_meta,
        cut_off,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"not a database, but long enough to be one" * 50),
        lambda path: path.mkdir(),
    ],
)
def test_what_is_no_session_gives_a_sentence(tmp_path: Path, spoil: object) -> None:
    path = tmp_path / "a.livedesk"
    assert callable(spoil)
    spoil(path)
    with pytest.raises(NotASessionError, match=r"a\.livedesk cannot be read"):
        SessionReader.open(path)


def test_damage_inside_gives_a_sentence_where_it_is_met(tmp_path: Path) -> None:
    path = tmp_path / "a.livedesk"
    scribbled_over(path)
    with SessionReader.open(path) as reader, pytest.raises(NotASessionError):
        list(reader.samples("feed_kbps"))


def test_words_of_a_later_livedesk_are_read_as_far_as_known(tmp_path: Path) -> None:
    path = write(tmp_path / "a.livedesk", [], [event(1, kind="drone.landed", level="notice")])
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE events SET level = 'catastrophic', source = 'drone'")
    connection.close()
    with SessionReader.open(path) as reader:
        (timed,) = reader.events()
    assert (timed.event.kind, timed.event.level, timed.event.source) == (
        "drone.landed",
        "info",
        "engine",
    )


def test_sessions_are_listed_newest_first_with_what_is_wrong(tmp_path: Path) -> None:
    older = session_path(tmp_path, "glow", START_UTC_NS)
    newer = session_path(tmp_path, "../glow us", START_UTC_NS + 60 * NS_PER_S)
    broken = session_path(tmp_path, "other", START_UTC_NS - 60 * NS_PER_S)
    write(older, [], [event(4), event(5, 2, "session.end")])
    write(newer, [], [event(9)])
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"junk" * 200)
    assert newer.parent == tmp_path / "sessions" / "___glow_us"
    entries = list_sessions(tmp_path)
    assert [entry.path for entry in entries] == [newer, older, broken]
    assert [entry.signed_off for entry in entries] == [False, True, False]
    assert entries[2].problem is not None
    assert [entry.path for entry in list_sessions(tmp_path, info().store)] == [newer, older]
    assert last_seq(tmp_path) == 9
    assert last_seq(tmp_path / "nothing") == 0
