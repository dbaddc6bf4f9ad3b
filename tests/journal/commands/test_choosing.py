"""Which sessions and instants somebody means."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from livedesk.core.clock import NS_PER_S
from livedesk.journal.commands.choosing import (
    UnknownSessionError,
    UnknownTimeError,
    Wanted,
    chosen,
    into_ms,
    session_named,
    since,
    stores,
    until,
)
from livedesk.journal.sessions import session_path
from tests.journal.kit import START_UTC_NS, info, write

DAY_NS = 86_400 * NS_PER_S
NOW_NS = 1_795_348_800 * NS_PER_S  # 2026-11-22T12:00:00Z


def recorded(data: Path, store: str, day: int = 0) -> Path:
    start_ns = START_UTC_NS + day * DAY_NS
    about = replace(info(session=f"{store}-{day}"), store=store, started_utc_ns=start_ns)
    return write(session_path(data, store, start_ns), [], [], about)


def test_a_session_is_found_by_file_id_and_name(tmp_path: Path) -> None:
    glow, lumen = recorded(tmp_path, "glow"), recorded(tmp_path, "lumen")
    older = recorded(tmp_path, "lumen", -3)
    assert session_named(tmp_path, str(glow)) == glow
    assert session_named(tmp_path, "lumen-0") == lumen
    assert session_named(tmp_path, f"lumen/{lumen.stem}") == lumen
    assert session_named(tmp_path, older.stem) == older
    with pytest.raises(UnknownSessionError, match=f"glow/{glow.stem}.*lumen/|lumen/.*glow/"):
        session_named(tmp_path, glow.stem)
    with pytest.raises(UnknownSessionError, match="no session"):
        session_named(tmp_path, "lumen-7")


def test_sessions_of_a_time_and_store_the_oldest_first(tmp_path: Path) -> None:
    files = [recorded(tmp_path, "glow", day) for day in range(4)]
    recorded(tmp_path, "lumen", 1)
    damaged = files[2]
    damaged.write_bytes(b"damaged")
    wanted = Wanted(START_UTC_NS + DAY_NS, START_UTC_NS + 3 * DAY_NS, "glow")
    assert [entry.path for entry in chosen(tmp_path, wanted)] == [files[1], damaged]
    assert len(chosen(tmp_path, Wanted(START_UTC_NS + DAY_NS, START_UTC_NS + 3 * DAY_NS))) == 3
    assert len(chosen(tmp_path, Wanted())) == 5
    assert stores(tmp_path) == ["glow", "lumen"]


def test_a_store_is_found_by_its_id_also_where_its_folder_is_called_otherwise(
    tmp_path: Path,
) -> None:
    path = recorded(tmp_path, "glow us/2")
    assert [entry.path for entry in chosen(tmp_path, Wanted(store="glow us/2"))] == [path]


@pytest.mark.parametrize(
    ("text", "since_ns", "until_ns"),
    [
        ("2026-11-22", NOW_NS - DAY_NS // 2, NOW_NS + DAY_NS // 2),
        ("2026-11-22T12:00", NOW_NS, NOW_NS),
        ("2026-11-22T13:00+01:00", NOW_NS, NOW_NS),
        ("36h", NOW_NS - 36 * 3600 * NS_PER_S, NOW_NS - 36 * 3600 * NS_PER_S),
        ("2w", NOW_NS - 14 * DAY_NS, NOW_NS - 14 * DAY_NS),
    ],
)
def test_times_as_people_type_them(text: str, since_ns: int, until_ns: int) -> None:
    assert since(text, NOW_NS) == since_ns
    assert until(text, NOW_NS) == until_ns


@pytest.mark.parametrize("text", ["", "yesterday", "5y", "2026-13-01", "-3d"])
def test_what_is_no_time_is_said_to_be_none(text: str) -> None:
    with pytest.raises(UnknownTimeError, match="2026-11-22"):
        since(text, NOW_NS)


@pytest.mark.parametrize(
    ("text", "t_ms"),
    [
        ("0:12:00", 720_000),
        ("12:30", 750_000),
        ("1:00:00.5", 3_600_500),
        ("90:00", 5_400_000),
        ("0:61:00", None),
        ("0:00:60", None),
        ("12", None),
        ("2026-11-22T05:30:00Z", None),
    ],
)
def test_instants_of_a_show(text: str, t_ms: int | None) -> None:
    assert into_ms(text) == t_ms
