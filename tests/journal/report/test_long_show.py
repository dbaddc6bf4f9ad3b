"""The page of a long show stays one that a browser opens at once, and says what it leaves out."""

from __future__ import annotations

import re
from pathlib import Path

from livedesk.journal.reader import SessionReader
from livedesk.journal.report.page import render_report
from tests.journal.kit import event, row, summary_of, write


def page_of(session: Path) -> str:
    with SessionReader.open(session) as reader:
        return render_report(reader, summary_of(session))


def test_a_list_of_events_that_is_cut_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "a.livedesk", [], [event(seq, seq) for seq in range(1, 1_501)])
    page = page_of(path)
    listed = page.partition('id="events"')[2]
    assert listed.count("Something happened.") == 500
    assert "500 of 1,500 are listed" in listed


def test_hours_are_drawn_with_few_points(tmp_path: Path) -> None:
    hours = [row(t_s, 4000 + t_s % 7, spread=40) for t_s in range(4 * 3600)]
    page = page_of(write(tmp_path / "a.livedesk", hours, [event(1, 4 * 3600, "session.end")]))
    longest = max(re.findall(r' (?:d|points)="([^"]+)"', page), key=len)
    assert 300 < len(re.findall(r"[\d.]+[ ,][\d.]+", longest)) < 2_000
    assert len(page) < 200_000
