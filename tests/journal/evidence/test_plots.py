"""How the drawings of a stretch look beside those of the report."""

from __future__ import annotations

from pathlib import Path

from livedesk.journal.evidence.plots import drawings
from livedesk.journal.evidence.stretch import Stretch
from livedesk.journal.fold.summary import summarise
from livedesk.journal.reader import SessionReader
from tests.journal.kit import info, row, write


def test_an_uplink_looks_as_in_the_report_where_the_one_before_it_was_not_measured(
    tmp_path: Path,
) -> None:
    rows = [row(t_s, 4000, "goodput_kbps", "bonded") for t_s in range(20)]
    about = info(uplinks=("primary", "bonded"))
    path = write(tmp_path / "a.livedesk", rows, (), about)
    with SessionReader.open(path) as reader:
        [rates] = drawings(reader, summarise(reader), Stretch(0, 20_000))
    assert rates.curves[0] == ("goodput-1", "Goodput (bonded)")
