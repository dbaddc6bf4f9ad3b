"""What holds for all stores of an engine? Reads `[agency]`."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from livedesk.core.config_table import Table
from livedesk.core.settings import AgencySettings

_EXAMPLE = "Asia/Singapore"


def read_agency(table: Table) -> AgencySettings:
    agency = AgencySettings(
        name=table.text("name", 'a name, such as "North Agency"', r".{1,80}", ""),
        show_hours=table.number("show_hours", 4.0, 0.25, 48.0, "hours"),
        time_zone=_time_zone(table),
    )
    table.close()
    return agency


def _time_zone(table: Table) -> str:
    expected = f'a time zone of the IANA database, such as "{_EXAMPLE}"'
    name = table.text("time_zone", expected, r"[A-Za-z][A-Za-z0-9_+/-]{0,60}", "")
    if not name:
        return ""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        table.problem("time_zone", f'expected {expected}; this machine does not know "{name}"')
    return name
