"""What stands in the report about sales?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from livedesk.journal.commerce.figures import Tally
from livedesk.journal.commerce.values import Commerce, PinSales
from livedesk.journal.report.commerce_rest import (
    complaints_grid,
    doubles_grid,
    places_grid,
    reasons_grid,
)
from livedesk.journal.report.grid import Cell, Chapter, Column, Drawing, Grid, Row, left_out
from livedesk.journal.report.strip import Bar, Lane, Strip, Tick, draw_strip
from livedesk.journal.report.words import amount, money
from livedesk.journal.text import duration, shortened, show_time

MAX_PINS: Final = 25
MAX_PRODUCTS: Final = 25
_MINUTE_S: Final = 60
_MOST_BARS: Final = 360


def commerce_cells(commerce: Commerce) -> Chapter:
    """The chapter. Of the brand edition `commerce` is what `brand.for_brand` leaves."""
    grids = [
        _sums(commerce),
        _pins(commerce),
        _products(commerce),
        _incidents(commerce),
        reasons_grid(commerce),
        doubles_grid(commerce),
        places_grid(commerce),
        complaints_grid(commerce),
    ]
    return Chapter(
        "sales",
        "Sales",
        words=[_lead(commerce)],
        drawings=_drawings(commerce),
        grids=[grid for grid in grids if grid.rows],
        notes=[
            "A sale that came after a pin came after it; whether because of it, nobody can say. "
            "Each sale stands with one pin, the newest of its product. Amounts of different "
            "currencies are never added. A refund is netted in the order that it belongs to.",
            *commerce.orders.notes,
        ],
    )


def _lead(commerce: Commerce) -> str:
    orders = commerce.orders
    left = orders.row_count - orders.repeated - len(orders.rows)
    name = shortened(orders.name, 60)
    said = f"{name} has {orders.row_count:,} rows; {len(orders.rows):,} were used"
    if orders.repeated:
        said += f", {orders.repeated:,} repeat another row in all columns"
    if left:
        said += f", {left:,} could not be read and are in no sum"
    belong = " and ".join(
        f"{money(each.net, each.currency)} net in {each.orders:,} orders" for each in commerce.show
    )
    return f"{said}. To this show belong {belong or 'no sales'}."


_MONEY: Final = ("Sold for", "Refunded", "Net")


def _head(first: Sequence[Column]) -> list[Column]:
    return [
        *first,
        Column("Currency", 7, "muted"),
        Column("Orders", 7, "number"),
        Column("Units", 7, "number"),
        *(Column(name, 11, "number") for name in _MONEY),
    ]


def _cells(commerce: Commerce, each: Tally) -> list[str]:
    code = each.currency
    return [
        code or "not told",
        f"{each.orders:,}",
        f"{each.units:,}" if commerce.tells("quantity") else "–",
        amount(each.gross, code),
        amount(each.refunded, code),
        amount(each.net, code),
    ]


def _told(commerce: Commerce, field: str, value: Decimal, of: Tally) -> str:
    return amount(value, of.currency) if commerce.tells(field) else "–"


def _sums(commerce: Commerce) -> Grid:
    parts = (
        ("In the whole file", commerce.whole),
        ("Belong to this show", commerce.show),
        ("While their product was pinned", commerce.pinned),
        ("In the five minutes after", commerce.after),
        ("During incidents", commerce.in_incidents),
        ("In as long a time after incidents", commerce.after_incidents),
    )
    rows = [
        [
            part,
            *_cells(commerce, each),
            _told(commerce, "commission", each.commission - each.commission_back, each),
            _told(commerce, "platform_fee", each.platform_fee, each),
            _told(commerce, "payout", each.payout, each),
        ]
        for code in [each.currency for each in commerce.whole]
        for part, tallies in parts
        for each in tallies
        if each.currency == code
    ]
    columns = [
        *_head([Column("Sales", 22)]),
        Column("Commission", 10, "number"),
        Column("Platform's fee", 10, "number"),
        Column("Payout", 10, "number"),
    ]
    notes = [
        "Parts overlap: what sold while it was pinned also belongs to the show, and may have sold "
        "during an incident. Commission: less what was taken back. Incidents of our own "
        "instrument, which viewers do not notice, are left out of the sums of incidents."
    ]
    if not commerce.has_times:
        notes.append(
            "The file tells no times of day: nothing can be said by pin, minute or incident."
        )
    return Grid("What was sold", columns, rows, notes)


def _drawings(commerce: Commerce) -> list[Drawing]:
    """One lane a currency, with incidents and pins above: what sold when."""
    if not commerce.minutes:
        return []
    to_s = max(1.0, commerce.length_ms / 1000)
    lanes = [
        Lane(
            "Incidents",
            bars=[
                Bar(each.start_ms / 1000, each.end_ms / 1000, "trouble", str(each.number))
                for each in commerce.incidents
            ],
        ),
        Lane("Pins", ticks=[Tick(pin.from_ms / 1000) for pin in commerce.pins]),
        *(Lane(f"Net {each.currency}", counts=_bars(commerce, each)) for each in commerce.show),
    ]
    strip = Strip(
        "Net sales over the show, one lane a currency, each to its own scale",
        commerce.started_utc_ns,
        to_s,
        lanes,
    )
    return [Drawing("Sales over the show", "each lane to its own scale", draw_strip(strip))]


def _bars(commerce: Commerce, of: Tally) -> list[int]:
    """Net sales in cents; several minutes to a bar in a very long show."""
    minutes = -(-commerce.length_ms // (_MINUTE_S * 1000))
    per_bar = -(-minutes // _MOST_BARS) or 1
    bars = [Decimal(0)] * max(1, -(-minutes // per_bar))
    for minute in commerce.minutes:
        for each in minute.tallies:
            if each.currency == of.currency:
                bars[minute.minute // per_bar] += each.net
    return [max(0, int(value * 100)) for value in bars]


def _pins(commerce: Commerce) -> Grid:
    """Those that sold most, in the order of the show."""
    sold = [pin for pin in commerce.pins if pin.pinned or pin.after]
    best = sorted(sold, key=_worth, reverse=True)[:MAX_PINS]
    rows: list[Row] = []
    for pin in sorted(best, key=lambda each: each.number):
        lasted = duration(max(1, round((pin.to_ms - pin.from_ms) / 1000)))
        for code in sorted({each.currency for each in (*pin.pinned, *pin.after)}):
            rows.append(
                [
                    show_time(pin.from_ms),
                    lasted,
                    Cell(shortened(pin.title), under=shortened(pin.sku, 40)),
                    code or "not told",
                    *_part(pin.pinned, code),
                    *_part(pin.after, code),
                ]
            )
    columns = [
        Column("Pinned at", 9, "number"),
        Column("For", 9, "number"),
        Column("Product", 30),
        Column("Currency", 8, "muted"),
        Column("Orders", 8, "number"),
        Column("Net", 12, "number"),
        Column("Orders after", 9, "number"),
        Column("Net after", 12, "number"),
    ]
    quiet = len(commerce.pins) - len(sold)
    notes = [
        "Net: sold while it was pinned. After: in the five minutes after another product was "
        f"pinned, or none. {quiet:,} other pins have no sales in the file."
    ]
    return Grid(
        "Pins with sales", columns, rows, [*notes, *left_out(len(best), len(sold), "The best")]
    )


def _worth(pin: PinSales) -> tuple[int, Decimal, int]:
    """By sales first: amounts of different currencies cannot be compared."""
    tallies = (*pin.pinned, *pin.after)
    return sum(each.sales for each in tallies), max(each.net for each in tallies), -pin.number


def _part(tallies: Iterable[Tally], currency: str) -> tuple[str, str]:
    found = next((each for each in tallies if each.currency == currency), None)
    return ("–", "–") if found is None else (f"{found.orders:,}", amount(found.net, currency))


def _products(commerce: Commerce) -> Grid:
    products = [each for each in commerce.products if each.tallies]
    best = sorted(products, key=lambda each: -sum(one.sales for one in each.tallies))[:MAX_PRODUCTS]
    rows: list[Row] = [
        [
            Cell(shortened(each.title or each.item or "not told"), under=shortened(each.sku, 40)),
            f"{each.pins:,}",
            *_cells(commerce, one),
        ]
        for each in best
        for one in each.tallies
    ]
    columns = _head([Column("Product", 34), Column("Pins", 6, "number")])
    return Grid(
        "Products that sold", columns, rows, left_out(len(best), len(products), "The most sold")
    )


def _incidents(commerce: Commerce) -> Grid:
    rows: list[Row] = []
    for each in commerce.incidents:
        tallies = (*each.before, *each.during, *each.after)
        for code in sorted({one.currency for one in tallies}):
            rows.append(
                [
                    str(each.number),
                    show_time(each.start_ms),
                    duration((each.end_ms - each.start_ms) / 1000),
                    code or "not told",
                    *_part(each.before, code),
                    *_part(each.during, code),
                    *_part(each.after, code),
                ]
            )
    columns = [
        Column("#", 4, "number"),
        Column("Start", 8, "number"),
        Column("Lasted", 10, "number"),
        Column("Currency", 8, "muted"),
        *(
            Column(head, share, "number")
            for part in ("before", "during", "after")
            for head, share in ((f"Orders {part}", 8), (f"Net {part}", 11))
        ),
    ]
    notes = [
        "Numbered as in the list of incidents; those without sales around them are left out. "
        "Before and after: as long as it lasted, or as much as the show has of it. Incidents "
        "may overlap: these do not add up."
    ]
    return Grid("Sales around incidents", columns, rows, notes)
