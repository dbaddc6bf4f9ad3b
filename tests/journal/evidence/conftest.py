from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from livedesk.journal.evidence import pack
from livedesk.journal.reader import SessionReader
from livedesk.journal.values import Still
from tests.journal.kit import START_UTC_NS, event, row, steady, write

CANARY = "CANARY-9f2e"


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """Two minutes; the uplink is slow from 0:30 on, Ann acts at 0:40."""
    rows = [*steady(range(30)), *steady(range(30, 45), goodput=900), *steady(range(45, 120))]
    rows += [row(t_s, -8, "skew_ms", spread=2) for t_s in range(120)]
    events = [event(1, 0, "session.start"), event(2, 0.1, "uplink.up", uplink="primary")]
    events += [event(3, 40, "operator.note", "=1+1 <b>\u202e\x1b[31m", actor="Ann Example")]
    events += [
        event(4, 41, "x", f"To rtmp://10.1.2.3/live/{CANARY} by Ann Example"),
        event(9, 90, "operator.note", "Later.", actor="Ann Example"),
        event(10, 120, "session.end"),
    ]
    return write(tmp_path / "in" / "20261122T053754Z.livedesk", rows, events)


@pytest.fixture
def stills(monkeypatch: pytest.MonkeyPatch) -> list[Still]:
    """Pictures each ten seconds, as the record would have them."""
    kept = [
        Still(t_ms, START_UTC_NS + t_ms * 1_000_000, "each ten seconds", b"\xff\xd8%d" % t_ms)
        for t_ms in range(0, 120_000, 10_000)
    ]
    monkeypatch.setattr(
        SessionReader,
        "stills",
        lambda _, from_ms=0, to_ms=2**62: iter(s for s in kept if from_ms <= s.t_ms < to_ms),
    )
    monkeypatch.setattr(
        SessionReader, "still_times", lambda _: [(still.t_ms, still.why) for still in kept]
    )
    return kept


@pytest.fixture(autouse=True)
def printed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Covers as they go to the printer: drawing a PDF takes seconds, and is tried in one test."""
    if request.node.get_closest_marker("slow"):
        return

    def write_pdf(page: str, path: Path, while_waiting: Callable[[], None]) -> None:
        while_waiting()
        path.write_text(page, encoding="utf-8")

    monkeypatch.setattr(pack, "write_pdf", write_pdf)
