"""Which instant does a cell name? Dates in the ways of many countries, and in a zone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from livedesk.journal.commerce.cells import Cell, shown, text_of

DateOrder = Literal["dmy", "mdy"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_YEARS: Final = range(2000, 2101)
_OFFSET: Final = re.compile(r"(?:UTC|GMT)?\s*([+−-])(\d{1,2})(?::?(\d{2}))?")
_ISO: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_PARTS: Final = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})")
_NAMED: Final = re.compile(r"(\d{1,2})[\s-]([A-Za-z]{3,9})\.?,?[\s-](\d{4})")
_NAMED_FIRST: Final = re.compile(r"([A-Za-z]{3,9})\.?\s(\d{1,2}),?\s(\d{4})")
_CLOCK: Final = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp]\.?[Mm]\.?)?"
    r"\s*(Z|(?:UTC|GMT)?\s*[+−-]\d{1,2}(?::?\d{2})?|UTC|GMT)?"
)
_MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)


class TimeError(ValueError):
    """What is wrong with the cell, for people."""


@dataclass(frozen=True, slots=True)
class Moment:
    """`day_only`: the cell tells a day; `utc_ns` is its midnight. `doubt`: what is uncertain."""

    utc_ns: int
    day_only: bool = False
    doubt: str = ""


def zone_of(text: str) -> tzinfo | None:
    """`UTC+8`, `GMT-03:30`, `+08:00`, `Asia/Jakarta`; None for what is no zone."""
    name = text.strip()
    if name.upper() in ("UTC", "GMT", "Z"):
        return UTC
    if (offset := _OFFSET.fullmatch(name.upper())) is not None:
        return _fixed(offset)
    try:
        return ZoneInfo(name) if re.fullmatch(r"[A-Za-z_]+(?:/[A-Za-z0-9_+-]+)+", name) else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _fixed(offset: re.Match[str]) -> tzinfo | None:
    minutes = int(offset[2]) * 60 + int(offset[3] or 0)
    if minutes > 14 * 60:
        return None
    return timezone(timedelta(minutes=minutes if offset[1] == "+" else -minutes))


def date_orders(cells: Iterable[Cell]) -> frozenset[DateOrder]:
    """What the texts prove: 25/06/2026 has its day first, 06/25/2026 its month. Dots are written
    with the day first only."""
    proofs: set[DateOrder] = set()
    for cell in cells:
        found = _PARTS.match(text_of(cell)) if isinstance(cell, str) else None
        if found is None:
            continue
        first, second = int(found[1]), int(found[3])
        if found[2] == "." or first > 12:
            proofs.add("dmy")
        elif second > 12:
            proofs.add("mdy")
    return frozenset(proofs)


def moment_of(cell: Cell, zone: tzinfo, order: DateOrder | None) -> Moment | None:
    """None for an empty cell. Raises TimeError. What the cell says of its zone counts most."""
    if isinstance(cell, datetime):
        is_day = cell.tzinfo is None and not any((cell.hour, cell.minute, cell.second))
        return _at(cell, zone, day_only=is_day, cell=cell)
    if isinstance(cell, date):
        return _at(datetime(cell.year, cell.month, cell.day), zone, day_only=True, cell=cell)  # noqa: DTZ001  its zone is `zone`
    text = text_of(cell)
    if not text:
        return None
    if re.fullmatch(r"\d{10}|\d{13}", text):
        return _unix(text)
    day, rest = _day(text, order)
    rest = rest.strip(" ,T")
    if not rest:
        return _at(day, zone, day_only=True, cell=cell)
    return _at(*_with_clock(day, rest, zone, cell), day_only=False, cell=cell)


def _unix(text: str) -> Moment:
    """Seconds or milliseconds since 1970: ten digits are a second of 2001 to 2286."""
    return Moment(int(text) * (10**9 if len(text) == 10 else 10**6))


def _day(text: str, order: DateOrder | None) -> tuple[datetime, str]:
    if found := _ISO.match(text):
        return _date(found[1], found[2], found[3], text), text[found.end() :]
    if found := _NAMED.match(text):
        return _date(found[3], _month(found[2], text), found[1], text), text[found.end() :]
    if found := _NAMED_FIRST.match(text):
        return _date(found[3], _month(found[1], text), found[2], text), text[found.end() :]
    found = _PARTS.match(text)
    if found is None:
        raise TimeError(_expected(text))
    first, second, year = found[1], found[3], found[4]
    year = year if len(year) == 4 else f"20{year}"
    if order is None and first == second:
        order = "dmy"
    if order is None:
        raise TimeError(
            f"{shown(text)} may have its day or its month first; say date_order=dmy or mdy"
        )
    day, month = (first, second) if order == "dmy" else (second, first)
    return _date(year, month, day, text), text[found.end() :]


def _month(name: str, text: str) -> str:
    if name[:3].casefold() not in _MONTHS:
        raise TimeError(_expected(text))
    return str(_MONTHS.index(name[:3].casefold()) + 1)


def _date(year: str, month: str, day: str, text: str) -> datetime:
    if int(year) not in _YEARS:
        raise TimeError(_expected(text))
    try:
        return datetime(int(year), int(month), int(day))  # noqa: DTZ001  its zone comes later
    except ValueError:
        raise TimeError(_expected(text)) from None


def _with_clock(day: datetime, text: str, zone: tzinfo, cell: Cell) -> tuple[datetime, tzinfo]:
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise TimeError(_expected(cell))
    hour, half = int(found[1]), (found[5] or "").casefold()[:1]
    if half:
        if not 1 <= hour <= 12:
            raise TimeError(_expected(cell))
        hour = hour % 12 + (12 if half == "p" else 0)
    micros = int((found[4] or "0").ljust(6, "0")[:6])
    if found[6]:
        own = zone_of(re.sub(r"\s", "", found[6]))
        if own is None:
            raise TimeError(_expected(cell))
        zone = own
    try:
        return day.replace(
            hour=hour, minute=int(found[2]), second=int(found[3] or 0), microsecond=micros
        ), zone
    except ValueError:
        raise TimeError(_expected(cell)) from None


def _at(local: datetime, zone: tzinfo, *, day_only: bool, cell: Cell) -> Moment:
    """Where clocks are put back an hour happens twice, where they are put forward one is missing
    (PEP 495): of both the first reading is taken, and said to be doubtful."""
    if local.year not in _YEARS:
        raise TimeError(_expected(cell))
    first = local if local.tzinfo else local.replace(tzinfo=zone, fold=0)
    doubt = ""
    if not local.tzinfo and first.utcoffset() != first.replace(fold=1).utcoffset() and not day_only:
        doubt = f"{shown(cell)} is an hour in which clocks were changed; it may be off by as much"
    since = first.astimezone(UTC) - _EPOCH
    whole_s = since.days * 86_400 + since.seconds
    return Moment(whole_s * 10**9 + since.microseconds * 1000, day_only, doubt)


def _expected(cell: Cell) -> str:
    return f"expected a time such as 2026-11-23 19:30:00; found {shown(cell)}"
