"""A record tells which settings were in force, from when on, and how true its clock was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from livedesk.core.events import Event, Json
from livedesk.journal.fold.summary import Summary
from tests.journal.kit import event, steady, summary_of, write

SETTINGS: dict[str, Json] = {
    "platform": "tiktok",
    "limits": {"min_kbps": 2500.0, "max_skew_ms": 200.0},
    "uplinks": [{"name": "primary", "address": "rtmps://a.example", "bind": None}],
    "probe": {"decode": True},
}


def said(seq: int, t_s: float, kind: str, data: dict[str, Json]) -> Event:
    return replace(event(seq, t_s, kind), data=data)


def told(tmp_path: Path, *events: Event) -> Summary:
    return summary_of(write(tmp_path / "a.livedesk", steady(range(60)), events))


def in_force(summary: Summary, t_ms: int) -> dict[str, str]:
    return {row.name: row.value for row in summary.settings if row.t_ms <= t_ms}


def test_an_old_record_has_the_limits_that_it_began_with(tmp_path: Path) -> None:
    found = in_force(told(tmp_path), 0)
    assert (found["limits.min_kbps"], found["limits.hide_target_s"]) == ("2500", "4.7")
    assert (found["uplinks"], found["versions.livedesk"]) == ("primary", "0.1.0")


def test_settings_have_names_that_people_can_read(tmp_path: Path) -> None:
    found = in_force(told(tmp_path, said(1, 0.1, "session.settings", SETTINGS)), 1_000)
    assert found["uplinks.primary.address"] == "rtmps://a.example"
    assert found["probe.decode"] == "yes"
    assert "uplinks.primary.bind" not in found


def test_of_other_settings_only_what_changed_is_told(tmp_path: Path) -> None:
    later = SETTINGS | {"limits": {"min_kbps": 3000.0, "max_skew_ms": 200.0}, "probe": {}}
    events = [
        said(1, 0.1, "session.settings", SETTINGS), said(2, 30, "session.settings", later),
    ]  # fmt: skip
    summary = told(tmp_path, *events)
    changed = {row.name: row.value for row in summary.settings if row.t_ms == 30_000}
    assert changed == {"limits.min_kbps": "3000", "probe.decode": ""}


def test_the_clock_is_told_as_far_as_it_is_known(tmp_path: Path) -> None:
    known: dict[str, Json] = {
        "offset_ms": -3.5, "error_ms": 12, "synchronised": True, "source": "kernel",
    }  # fmt: skip
    summary = told(
        tmp_path,
        said(1, 0, "session.clock", known),
        event(2, 9, "session.clock", offset_ms="much", synchronised=None),
    )
    first, second = summary.clock
    assert (first.offset_ms, first.error_ms, first.synchronised) == (-3.5, 12.0, True)
    assert (second.offset_ms, second.synchronised, second.source) == (None, None, "")
