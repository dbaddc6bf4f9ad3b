"""What was sold while what was shown: shows and order files told as stories."""

from __future__ import annotations

import csv
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livedesk.core.clock import NS_PER_S
from livedesk.core.events import Event
from livedesk.core.pins import PinStatus, Product
from livedesk.core.records import RowComplaint
from livedesk.journal.commerce.brand import for_brand
from livedesk.journal.commerce.figures import Tally, tally
from livedesk.journal.commerce.joining import join
from livedesk.journal.commerce.orders import OrderRow, Orders
from livedesk.journal.commerce.stretches import pinned_skus
from livedesk.journal.commerce.tables import commerce_tables
from livedesk.journal.commerce.values import Commerce
from livedesk.journal.exports.csv_set import write_csv
from livedesk.journal.exports.progress import Progress
from livedesk.journal.exports.watch import UNWATCHED
from livedesk.journal.fold.summary import Summary, summarise
from livedesk.journal.reader import SessionReader
from livedesk.journal.report.commerce_cells import commerce_cells
from livedesk.journal.report.edition import Edited
from livedesk.journal.report.words import amount
from tests.journal.kit import START_UTC_NS, event, steady, write

SHOW_S = 1_200
D = Decimal


def pin(seq: int, t_s: float, product: str, sku: str = "", *, action: str = "pin") -> Event:
    status = PinStatus(
        id=f"pin{seq}", action="pin" if action == "pin" else "unpin", product_id=product,
        title=f"Title of {product}", state="confirmed", source="pad", cued_utc_ns=START_UTC_NS,
        shown=True, received_ms=0.0, accepted_ms=0.0, settled_ms=0.0,
    )  # fmt: skip
    data = msgspec.to_builtins(status) | {
        "product": msgspec.to_builtins(Product(product, f"Title of {product}", sku=sku))
    }
    return event(seq, t_s, "pin.cued" if sku else "pin.confirmed", **data)


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> tuple[Summary, dict[str, str]]:
    """Twenty minutes: p1 from 60 s, p2 from 120 s, nothing from 300 s, p1 again from 900 s. The
    feed was gone from 600 s to 660 s."""
    events = [
        pin(1, 60, "p1", "GLOW-1"), pin(2, 120, "p2"), pin(3, 300, "p2", action="unpin"),
        event(4, 600, "feed.lost"), event(5, 660, "feed.up"),
        pin(6, 900, "p1", "GLOW-1"), event(7, SHOW_S, "session.end"),
    ]  # fmt: skip
    rows = [*steady(range(600)), *steady(range(660, SHOW_S))]
    path = write(tmp_path_factory.mktemp("show") / "a.livedesk", rows, events)
    with SessionReader.open(path) as reader:
        return summarise(reader), pinned_skus(reader)


def sold(
    number: int, t_s: float | None, sku: str = "p1", net: str = "10.00", currency: str = "USD"
) -> OrderRow:
    utc_ns = None if t_s is None else START_UTC_NS + round(t_s * NS_PER_S)
    return OrderRow(
        row=number + 1, order_id=f"o{number}", sku=sku, quantity=1, utc_ns=utc_ns,
        currency=currency, amount=Decimal(net),
    )  # fmt: skip


def joined(show: tuple[Summary, dict[str, str]], *rows: OrderRow) -> Commerce:
    return join(Orders("a.csv", mapping={"time": "T"}, row_count=len(rows), rows=rows), *show)


def nets(tallies: tuple[Tally, ...]) -> dict[str, Decimal]:
    return {each.currency: each.net for each in tallies}


def test_each_sale_stands_with_the_newest_pin_of_its_product(
    show: tuple[Summary, dict[str, str]],
) -> None:
    rows = [
        sold(1, 30), sold(2, 60), sold(3, 119), sold(4, 120), sold(5, 419), sold(6, 421),
        sold(7, 1_000, "glow-1"), sold(8, 299, "p2"), sold(9, 301, "p2"), sold(10, -1),
        sold(11, SHOW_S), sold(12, None), sold(13, 100, "other"),
    ]  # fmt: skip
    commerce = joined(show, *rows)
    places = {sale.order_id: place for sale, place in commerce.placed}
    assert [places[f"o{n}"] for n in range(1, 14)] == [
        "show", "pinned", "pinned", "after", "after", "show", "pinned", "pinned", "after",
        "outside", "outside", "untimed", "show",
    ]  # fmt: skip
    first, second, third = commerce.pins
    assert (first.from_ms, first.to_ms, first.sku) == (60_000, 120_000, "GLOW-1")
    assert (second.from_ms, second.to_ms) == (120_000, 300_000)
    assert (nets(first.pinned), nets(first.after)) == ({"USD": D(20)}, {"USD": D(20)})
    assert nets(third.pinned) == {"USD": 10}
    assert nets(commerce.show) == {"USD": 100}
    assert nets(commerce.whole) == {"USD": 130}


def test_sales_around_an_incident_stand_side_by_side(show: tuple[Summary, dict[str, str]]) -> None:
    rows = [sold(1, 541), sold(2, 600), sold(3, 659), sold(4, 660), sold(5, 719), sold(6, 721)]
    commerce = joined(show, *rows)
    (incident,) = commerce.incidents
    assert (incident.start_ms, incident.end_ms) == (600_000, 660_000)
    assert (nets(incident.before), nets(incident.during), nets(incident.after)) == (
        {"USD": D(10)},
        {"USD": D(20)},
        {"USD": D(20)},
    )
    assert nets(commerce.in_incidents) == nets(commerce.after_incidents) == {"USD": 20}


def test_without_times_there_are_sums_by_product_and_none_by_minute(
    show: tuple[Summary, dict[str, str]],
) -> None:
    rows = (sold(1, None, "GLOW-1"), sold(2, None, "other"))
    commerce = join(Orders("a.csv", rows=rows), *show)
    assert [place for _, place in commerce.placed] == ["product", "untimed"]
    assert commerce.minutes == ()
    assert {each.item: nets(each.tallies) for each in commerce.products if each.tallies} == {
        "p1": {"USD": 10}
    }
    assert not commerce.has_times


SALE = st.tuples(
    st.one_of(st.none(), st.floats(-100, SHOW_S + 400)),
    st.sampled_from(["p1", "p2", "GLOW-1", "x", ""]),
    st.integers(-(10**6), 10**6),
    st.sampled_from(["USD", "IDR", ""]),
)


@settings(max_examples=40, deadline=None)
@given(drawn=st.lists(SALE, max_size=25), chance=st.randoms())
def test_no_sale_is_lost_or_counted_twice(
    show: tuple[Summary, dict[str, str]],
    drawn: list[tuple[float | None, str, int, str]],
    chance: Random,
) -> None:
    rows = [
        sold(number, t_s, sku, str(Decimal(cents) / 100), currency=currency)
        for number, (t_s, sku, cents, currency) in enumerate(drawn)
    ]
    commerce = joined(show, *rows)
    assert len(commerce.placed) == len(rows)
    of_pins = [each for pin in commerce.pins for each in (*pin.pinned, *pin.after)]
    of_minutes = [each for minute in commerce.minutes for each in minute.tallies]
    of_products = [each for product in commerce.products for each in product.tallies]
    for currency in {row.currency for row in rows}:
        whole = {t.currency: t.net for t in commerce.whole}[currency]
        assert whole == sum(row.amount or 0 for row in rows if row.currency == currency)
        ours = nets(commerce.show).get(currency, 0)
        with_pins = nets(commerce.pinned).get(currency, 0) + nets(commerce.after).get(currency, 0)
        assert sum(each.net for each in of_pins if each.currency == currency) == with_pins
        assert sum(each.net for each in of_minutes if each.currency == currency) == ours
        assert sum(each.net for each in of_products if each.currency == currency) == ours
        elsewhere = [s for s, p in commerce.placed if p in ("outside", "untimed", "cancelled")]
        assert ours + nets(tally(elsewhere)).get(currency, 0) == whole
    chance.shuffle(rows)
    again = joined(show, *rows)
    assert (again.show, again.pins, again.minutes, again.products, again.incidents) == (
        commerce.show, commerce.pins, commerce.minutes, commerce.products, commerce.incidents
    )  # fmt: skip


def test_tables_and_report_have_what_was_joined(show: tuple[Summary, dict[str, str]]) -> None:
    hostile = sold(1, 100, "<b>=1+1")
    double = [
        OrderRow(4, "o9", "p1", currency="USD", amount=Decimal(5), commission=Decimal(1),
                 affiliate_id=name, utc_ns=START_UTC_NS + 70 * NS_PER_S)
        for name in ("mia", "tom")
    ]  # fmt: skip
    clawed = OrderRow(6, "o2", "p1", currency="USD", adjustment=Decimal(-3), adjustment_reason="R1")
    commerce = joined(show, hostile, sold(2, 100), *double, clawed)
    tables = {table.name: table for table in commerce_tables(commerce)}
    for table in tables.values():
        for row in table.rows:
            assert len(row) == len(table.columns), table.name
    told = str(commerce_cells(commerce))
    assert "mia" in told
    assert "R1" in told


def test_a_brand_sees_one_number_for_an_affiliate_in_page_and_tables(
    show: tuple[Summary, dict[str, str]],
) -> None:
    rows = [
        replace(sold(number, 100), order_id=order_id, commission=Decimal(1), affiliate_id=name)
        for number, (order_id, name) in enumerate(
            [("o9", "@Mia"), ("o9", "tom"), ("o8", "mia"), ("o7", "Lena")], 1
        )
    ]
    orders = Orders(
        "marta.csv",
        mapping={"affiliate_id": "Creator"},
        rows=tuple(rows),
        complaints=(RowComplaint(7, "Sale", 'expected an amount; found "ask Marta"'),),
    )
    summary, skus = show
    brand = for_brand(join(orders, summary, skus), Edited().edit)
    tables = {table.name: list(table.rows) for table in commerce_tables(brand)}
    told = f"{commerce_cells(brand)} {tables}".casefold()
    for secret in ("mia", "tom", "lena", "marta"):
        assert secret not in told
    assert [row[1] for row in tables["commerce_doubles"]] == ["affiliate 1", "affiliate 2"]
    by_order = {row[0]: row[-2] for row in tables["commerce_sales"]}
    assert (by_order["o8"], by_order["o7"]) == ("affiliate 1", "affiliate 3")


def test_what_the_file_has_no_column_of_is_not_known_rather_than_nothing(
    show: tuple[Summary, dict[str, str]],
) -> None:
    commerce = joined(show, sold(1, 100))
    sums = commerce_tables(commerce)[0]
    names = [column.name for column in sums.columns]
    row = dict(zip(names, next(iter(sums.rows)), strict=True))
    assert (row["payout"], row["units"], row["net"]) == (None, None, D(10))
    sales = next(table for table in commerce_tables(commerce) if table.name == "commerce_sales")
    (sale,) = (dict(zip((c.name for c in sales.columns), row, strict=True)) for row in sales.rows)
    assert (sale["commission"], sale["payout"], sale["units"]) == (None, None, None)
    assert commerce_cells(commerce).grids[0].rows[0][-1] == "–"


def test_amounts_are_written_with_the_decimals_of_their_currency() -> None:
    assert amount(Decimal("1234.5"), "USD") == "1,234.50"
    assert amount(Decimal(-35000), "IDR") == "−35,000"
    assert amount(Decimal("0.125"), "USD") == "0.125"


def test_nothing_sold_is_said(show: tuple[Summary, dict[str, str]]) -> None:
    chapter = commerce_cells(joined(show))
    assert "no sales" in chapter.words[0]


def test_files_have_amounts_to_their_last_decimal(
    show: tuple[Summary, dict[str, str]], tmp_path: Path
) -> None:
    told = ("1234567890123.45", "0.000125", "-3.10")
    rows = [sold(number, 70, net=net) for number, net in enumerate(told)]
    table = next(
        table for table in commerce_tables(joined(show, *rows)) if table.name == "commerce_sales"
    )
    with (tmp_path / "a.csv").open("wb") as file:
        write_csv(table, file, Progress(UNWATCHED, {}))
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8-sig") as text:
        assert [D(row["net"]) for row in csv.DictReader(text)] == [D(net) for net in told]
