"""What is kept of slates and drills, also over a restart?"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pytest

from livedesk.core.check import Sign
from livedesk.core.clock import NS_PER_S
from livedesk.core.status import DrillStatus, FailoverStatus, LastSwitch, StoreStatus, SyncStatus
from livedesk.engine.checking.facts import Drilled, SlateSeen
from livedesk.engine.checking.rehearsed import (
    Rehearsed,
    read_rehearsed,
    rehearsed_path,
    write_rehearsed,
)
from livedesk.engine.checking.signs import Signed, Waiver
from tests.engine.checking.conftest import HOUR_NS, NOW_NS, ready_status


def _drill(state: Literal["running", "passed", "failed"], *to: str, at_ns: int = NOW_NS) -> Any:
    switches = tuple(_switch(name) for name in to)
    drill = DrillStatus(state, "no answer" if state == "failed" else "", at_ns, "ana", switches)
    return ready_status(failover=FailoverStatus("primary", "auto", drill=drill))


def _switch(to: str) -> LastSwitch:
    return {"from": "", "to": to, "cause": "drill", "reason": "", "actor": "ana", "state": "done",
            "utc_ns": NOW_NS, "detect_ms": None, "publish_ms": None, "switch_ms": None,
            "frames_lost": None, "frames_repeated": None, "lost_ms": None}  # fmt: skip


def test_a_drill_that_passed_proves_the_way_there_and_back() -> None:
    assert Rehearsed().seen(_drill("running", "bonded")).drills == {}
    passed = Drilled(NOW_NS, passed=True)
    known = Rehearsed().seen(_drill("passed", "bonded", "primary"))
    assert known.drills == {"bonded": passed, "primary": passed}


def test_one_that_failed_overrules_the_one_before_and_not_a_later_one() -> None:
    known = Rehearsed().seen(_drill("passed", "bonded", at_ns=NOW_NS - HOUR_NS))
    failed = known.seen(_drill("failed", at_ns=NOW_NS))
    assert failed.drills["bonded"] == Drilled(NOW_NS, passed=False, step="no answer")
    assert failed.seen(_drill("passed", "bonded", at_ns=NOW_NS - HOUR_NS)) is failed


def _slate(offset_ms: float, age_s: float, after_s: float) -> StoreStatus:
    sync = SyncStatus(offset_ms=offset_ms, offset_age_s=age_s)
    return ready_status(utc_ns=NOW_NS + round(after_s * NS_PER_S), sync=sync)


def test_a_slate_is_as_old_as_when_it_was_seen_not_as_when_it_was_told() -> None:
    known = Rehearsed().seen(_slate(8.0, 0.2, 0.0))
    assert known.slate == SlateSeen(NOW_NS, 8.0)
    assert known.seen(_slate(8.0, 60.3, 60.0)) is known
    assert known.seen(ready_status()) is known
    again = known.seen(_slate(-20.0, 0.4, 90.0))
    assert again.slate == SlateSeen(NOW_NS + 90 * NS_PER_S, -20.0)


def test_what_was_rehearsed_and_signed_outlives_the_engine(tmp_path: Path) -> None:
    path = rehearsed_path(tmp_path, "glow/us")
    assert read_rehearsed(path) == (Rehearsed(), Signed())
    rehearsed = Rehearsed(SlateSeen(NOW_NS, 8.0), {"bonded": Drilled(NOW_NS, passed=True)})
    signed = Signed(Sign("go", "ana", NOW_NS, "ok"), {"clock": Waiver("ana", "unknown", NOW_NS)})
    write_rehearsed(path, rehearsed, signed)
    assert path.parent == tmp_path / "rehearsed"
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_rehearsed(path) == (rehearsed, signed)


@pytest.mark.parametrize("content", [b"", b"{", b'{"version": 9}', b'{"version": 1, "x": 2}'])
def test_a_file_that_cannot_be_used_is_set_aside(tmp_path: Path, content: bytes) -> None:
    path = rehearsed_path(tmp_path, "glow")
    path.parent.mkdir()
    path.write_bytes(content)
    assert read_rehearsed(path) == (Rehearsed(), Signed())
    assert not path.exists()
    assert path.with_suffix(".unusable").read_bytes() == content
