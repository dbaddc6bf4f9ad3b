"""What is kept of the shows, and for how long? Reads `[record]`."""

from __future__ import annotations

from livedesk.core.config_table import Table
from livedesk.core.settings import RecordSettings

_LEAST_STILLS_S = 1.0
_HOUR_S = 3_600.0
_TEN_YEARS = 3_650


def read_record(table: Table) -> RecordSettings:
    usual = RecordSettings()
    record = RecordSettings(
        stills_s=_stills_s(table, usual.stills_s),
        keep_days=table.whole_number("keep_days", usual.keep_days, 0, _TEN_YEARS, "days"),
    )
    table.close()
    return record


def _stills_s(table: Table, usual_s: float) -> float:
    """None at all, or a second apart at least: the probe makes two pictures a second."""
    stills_s = table.number("stills_s", usual_s, 0, _HOUR_S, "seconds")
    if 0 < stills_s < _LEAST_STILLS_S:
        text = f"expected 0 for no pictures, or at least {_LEAST_STILLS_S:g} second; found"
        table.problem("stills_s", f"{text} {stills_s:g}")
    return stills_s
