"""Which orders does a file hold? Reads CSV and XLSX; blocking, so call it in a thread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from hashlib import blake2b
from pathlib import Path
from typing import Final

from livedesk.core.foreign_file import Fault, ForeignFileError, read_at_once
from livedesk.journal.commerce.cells import Cell, folded, text_of
from livedesk.journal.commerce.errors import OrderFileError
from livedesk.journal.commerce.fields import (
    FIELDS,
    MONEY,
    PER_ORDER,
    SETTINGS,
    guess_mapping,
    missing_fields,
    zone_in,
)
from livedesk.journal.commerce.money import Mark, amount_of, currency_of, decimal_marks
from livedesk.journal.commerce.orders import OrderRow, Orders
from livedesk.journal.commerce.rows import (
    Complaints,
    Reading,
    are_cut,
    costs_as_paid,
    order_row,
    refunds_as_paid_back,
)
from livedesk.journal.commerce.sheets import Sheet, open_sheet
from livedesk.journal.commerce.spreading import spread
from livedesk.journal.commerce.times import DateOrder, date_orders, zone_of

MOST_BYTES: Final = 64_000_000
_ADVICE: Final[dict[Fault, str]] = {
    "large": "export a shorter time",
    "changing": "try again once it is complete",
}

_TIME_WORDS: Final = ("time", "date", "waktu", "tanggal", "data", "ngày")
_MARKS: Final[Mapping[str, Mark]] = {"point": ".", "comma": ","}
_DATE_ORDERS: Final[Mapping[str, DateOrder]] = {"dmy": "dmy", "mdy": "mdy"}


def read_orders(path: Path, mapping: Mapping[str, str] | None = None, name: str = "") -> Orders:
    """`mapping`: our field → the column of the file, and settings (`fields.SETTINGS`); None
    guesses it. `name`: how the file was called where it came from; it may tell the time zone.

    Raises OrderFileError when there is no table in it. What is wrong with rows are complaints.
    """
    return orders_in(name or path.name, _content(path), mapping)


def orders_in(name: str, content: bytes, mapping: Mapping[str, str] | None = None) -> Orders:
    """The same of a file's content."""
    sheet = open_sheet(name, content, mapping or {})
    columns = tuple(column for column in sheet.columns if column)
    asked = guess_mapping(columns) if mapping is None else dict(mapping)
    complaints = Complaints()
    known = _known(sheet, asked, complaints)
    taken = _take(sheet, known, complaints)
    reading, notes = _reading(name, sheet, known, taken, complaints)
    rows = [
        row
        for number, cells in taken.rows
        if (row := order_row(number, cells, reading, complaints)) is not None
    ]
    rows = _with_signs(rows, notes)
    rows = spread(rows, [each for each in MONEY if folded(known.get(each, "")) in PER_ORDER])
    complaints.kept.sort(key=lambda complaint: complaint.row)
    return Orders(
        name=name,
        columns=columns,
        mapping=known,
        row_count=taken.count,
        rows=tuple(rows),
        repeated=taken.repeated,
        missing=missing_fields(known),
        complaints=tuple(complaints.kept),
        complaint_count=complaints.count,
        notes=tuple(notes),
    )


@dataclass(slots=True)
class _Taken:
    """The mapped cells of all rows, and what the other cells prove."""

    rows: list[tuple[int, tuple[Cell, ...]]] = field(default_factory=list)
    count: int = 0
    repeated: int = 0
    date_orders: set[DateOrder] = field(default_factory=set)


def _known(sheet: Sheet, asked: Mapping[str, str], complaints: Complaints) -> dict[str, str]:
    """The mapping as far as it can be followed."""
    known: dict[str, str] = {}
    for name, told in asked.items():
        column = told if name in SETTINGS else " ".join(told.split())
        if name not in FIELDS and name not in SETTINGS:
            complaints.add(sheet.header_row, column, f"{name} is no field; left out")
        elif name in FIELDS and column not in sheet.columns:
            complaints.add(sheet.header_row, column, f"no such column, wanted for {name}")
        elif name in MONEY and column in (known.get(other) for other in MONEY):
            complaints.add(sheet.header_row, column, f"is counted already; not taken as {name}")
        else:
            known[name] = column
    return known


def _take(sheet: Sheet, known: Mapping[str, str], complaints: Complaints) -> _Taken:
    """Rows that say in all columns what an earlier one says are left out: people put exports
    together whose times overlap, and lines of an order have a quantity for what is alike."""
    places = [sheet.columns.index(known[name]) for name in FIELDS if name in known]
    others = _time_places(sheet, known)
    taken, seen = _Taken(), dict[bytes, int]()
    for number, cells in _data_lines(sheet, known, complaints):
        taken.count += 1
        digest = _digest(cells)
        if (first := seen.setdefault(digest, number)) != number:
            taken.repeated += 1
            complaints.add(number, "", f"says all that row {first} says; counted once")
            continue
        width = len(cells)
        taken.rows.append((number, tuple(cells[at] if at < width else None for at in places)))
        if not taken.date_orders:
            taken.date_orders |= date_orders(cells[at] for at in others if at < width)
    return taken


def _data_lines(
    sheet: Sheet, known: Mapping[str, str], complaints: Complaints
) -> Iterator[tuple[int, Sequence[Cell]]]:
    """Without blank rows and what TikTok writes under the header to explain it."""
    is_first = True
    for number, cells in sheet.lines:
        if cells is None:
            complaints.add(number, "", "its quotes do not fit; left out")
            continue
        if not any(cell is not None and cell != "" for cell in cells):
            continue
        if is_first and _explains(sheet, known, cells):
            is_first = False
            continue
        is_first = False
        yield number, cells


def _explains(sheet: Sheet, known: Mapping[str, str], cells: Sequence[Cell]) -> bool:
    """A row of sentences: no number where the number of the order should be, and no amount."""
    places = {name: sheet.columns.index(known[name]) for name in FIELDS if name in known}
    order = places.get("order_id", 0)
    if order >= len(cells) or any(letter.isdigit() for letter in text_of(cells[order])):
        return False
    values = [cells[at] for name, at in places.items() if name in MONEY and at < len(cells)]
    return len(text_of(cells[order]).split()) > 1 and not any(map(_is_amount, values))


def _is_amount(cell: Cell) -> bool:
    try:
        return amount_of(cell, ".") is not None
    except ValueError:
        return False


def _time_places(sheet: Sheet, known: Mapping[str, str]) -> list[int]:
    """Columns of times beside the mapped one: an export of one day tells by a later one which
    of 05/06 is the month."""
    return [
        at
        for at, column in enumerate(sheet.columns)
        if column
        and column != known.get("time")
        and any(word in column.casefold() for word in _TIME_WORDS)
    ]


def _digest(cells: Sequence[Cell]) -> bytes:
    end = len(cells)
    while end and cells[end - 1] in (None, ""):
        end -= 1
    row = "\x1f".join(["" if cell is None else str(cell) for cell in cells[:end]])
    return blake2b(row.encode("utf-8", "replace"), digest_size=16).digest()


def _reading(
    name: str, sheet: Sheet, known: Mapping[str, str], taken: _Taken, complaints: Complaints
) -> tuple[Reading, list[str]]:
    """How the cells are meant: what the mapping says, else what they prove together."""
    notes = _notes_of_sheet(sheet)
    at = {field: place for place, field in enumerate(n for n in FIELDS if n in known)}

    def column(field: str) -> Iterator[Cell]:
        place = at.get(field)
        return iter(()) if place is None else (cells[place] for _, cells in taken.rows)

    reading = Reading(
        at=at,
        columns={field: known[field] for field in at},
        zone=_zone(name, sheet, known, complaints, notes),
        decimal_mark=_decimal_mark(
            sheet, known, frozenset().union(*(decimal_marks(column(each)) for each in MONEY)),
            complaints,
        ),
        date_order=_date_order(sheet, known, date_orders(column("time")), taken, complaints),
        currency=_currency(sheet, known, complaints),
        ids_are_cut=are_cut(column("order_id")),
    )  # fmt: skip
    return reading, notes


def _notes_of_sheet(sheet: Sheet) -> list[str]:
    if not sheet.guessed_encoding:
        return []
    return ["It is not UTF-8 and was read as Windows-1252: look whether its letters are right."]


def _zone(
    name: str, sheet: Sheet, known: Mapping[str, str], complaints: Complaints, notes: list[str]
) -> tzinfo:
    """What the mapping says, what the header says, what the file's name says, else UTC."""
    column = known.get("time", "")
    for told in (known.get("time_zone", ""), zone_in(column), zone_in(name)):
        if not told:
            continue
        zone = zone_of(told)
        if zone is not None:
            notes.append(f"Times are in {told}.")
            return zone
        what = f"{told[:40]} is no time zone that is known here; write UTC+8 or Asia/Jakarta"
        complaints.add(sheet.header_row, column, what)
    if column:
        notes.append("Nothing tells its time zone: times were taken as UTC. Say time_zone=UTC+8.")
    return UTC


def _decimal_mark(
    sheet: Sheet, known: Mapping[str, str], proofs: frozenset[Mark], complaints: Complaints
) -> Mark | None:
    told = known.get("decimal_mark", "")
    if told in _MARKS:
        return _MARKS[told]
    if told:
        complaints.add(sheet.header_row, "", f"decimal_mark is point or comma, not {told[:40]}")
    return next(iter(proofs)) if len(proofs) == 1 else None


def _date_order(
    sheet: Sheet,
    known: Mapping[str, str],
    proofs: frozenset[DateOrder],
    taken: _Taken,
    complaints: Complaints,
) -> DateOrder | None:
    told = known.get("date_order", "")
    if told in _DATE_ORDERS:
        return _DATE_ORDERS[told]
    if told:
        complaints.add(sheet.header_row, "", f"date_order is dmy or mdy, not {told[:40]}")
    found = proofs or frozenset(taken.date_orders)
    return next(iter(found)) if len(found) == 1 else None


def _currency(sheet: Sheet, known: Mapping[str, str], complaints: Complaints) -> str:
    told = known.get("currency_code", "")
    code = currency_of(told) if told else ""
    if code is None:
        complaints.add(sheet.header_row, "", f"currency_code is one such as USD, not {told[:40]}")
    return code or ""


def _with_signs(rows: list[OrderRow], notes: list[str]) -> list[OrderRow]:
    for name in ("commission", "platform_fee"):
        rows, turned = costs_as_paid(rows, name)
        if turned:
            title = FIELDS[name].title
            notes.append(f"{title}: negative in the file where it is charged, positive here.")
    return refunds_as_paid_back(rows)


def _content(path: Path) -> bytes:
    try:
        return read_at_once(path, MOST_BYTES)
    except ForeignFileError as error:
        raise OrderFileError(f"{path.name} {error.words(_ADVICE)}.") from None
