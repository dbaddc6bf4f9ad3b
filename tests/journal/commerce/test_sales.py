"""Nothing counts twice, nothing is lost, and it does not matter which row comes first."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from livedesk.journal.commerce.figures import tally
from livedesk.journal.commerce.reading import orders_in
from livedesk.journal.commerce.sales import doubles_of, sales_of
from livedesk.journal.commerce.spreading import shares
from tests.journal.commerce.orders_kit import as_csv, euro, plain

D = Decimal
CENTS = st.integers(-(10**9), 10**9)
LINE = st.tuples(
    st.integers(1, 6), st.sampled_from("abc"), CENTS, st.sampled_from(["USD", "IDR", "EUR"]), CENTS
)


def lines(drawn: list[tuple[int, str, int, str, int]]) -> list[list[str]]:
    return [
        [f"o{order}", sku, euro(cents), currency, euro(cost), "", f"note {place}"]
        for place, (order, sku, cents, currency, cost) in enumerate(drawn)
    ]


COLUMNS = ("Order ID", "SKU", "Amount", "Currency", "Adjustment", "Reason code", "Line")


@settings(max_examples=40, deadline=None)
@given(st.lists(LINE, max_size=30), st.randoms())
def test_sums_are_exact_by_currency_whatever_the_order_of_rows(
    drawn: list[tuple[int, str, int, str, int]], chance: Random
) -> None:
    rows = lines(drawn)
    sums = tally(sales_of(orders_in("a.csv", as_csv(COLUMNS, rows)).rows))
    for each in sums:
        theirs = [line for line in drawn if line[3] == each.currency]
        assert each.net == sum(Decimal(line[2]) for line in theirs) / 100
        assert each.gross - each.refunded == each.net
        assert each.granted - each.clawed == sum(Decimal(line[4]) for line in theirs) / 100
    assert {each.currency for each in sums} == {line[3] for line in drawn}
    chance.shuffle(rows)
    assert tally(sales_of(orders_in("a.csv", as_csv(COLUMNS, rows)).rows)) == sums


@settings(max_examples=20, deadline=None)
@given(st.lists(LINE, min_size=1, max_size=10))
def test_a_file_pasted_twice_counts_once(drawn: list[tuple[int, str, int, str, int]]) -> None:
    rows = lines(drawn)
    once, twice = (orders_in("a.csv", as_csv(COLUMNS, each)) for each in (rows, rows + rows))
    assert tally(sales_of(once.rows)) == tally(sales_of(twice.rows))
    assert twice.repeated == len(rows)
    assert twice.complaints[0].row == len(rows) + 2


def test_one_order_of_two_affiliates_is_one_sale_and_two_commissions() -> None:
    orders = plain(
        ["o1", "glow", "100.00", "USD", "10.00", "@Mia", "2026-06-05 10:00:00"],
        ["o1", "glow", "100.00", "USD", "8.00", "tom", "2026-06-05 10:00:00"],
        ["o2", "glow", "50.00", "USD", "5.00", "mia", "2026-06-05 10:00:00"],
        ["o2", "mask", "20.00", "USD", "2.00", "tom", "2026-06-05 10:00:00"],
    )
    sales = sales_of(orders.rows)
    (sums,) = tally(sales)
    assert (sums.net, sums.commission, sums.orders, sums.sales) == (D(170), D(25), 2, 3)
    first, second = doubles_of(sales)
    assert (first.order_id, first.same_product, first.net) == ("o1", True, D(100))
    assert first.paid == (("@Mia", Decimal(10)), ("tom", Decimal(8)))
    assert first.rows == (2, 3)
    assert (second.order_id, second.same_product) == ("o2", False)


def test_a_refund_of_weeks_later_is_netted_in_its_order_at_the_time_of_the_sale() -> None:
    orders = plain(
        ["o1", "glow", "-30.00", "USD", "-3.00", "mia", "2026-07-01 10:00:00"],
        ["o1", "glow", "100.00", "USD", "10.00", "mia", "2026-06-05 10:00:00"],
    )
    (sale,) = sales_of(orders.rows)
    assert (sale.gross, sale.refunded, sale.net) == (D(100), D(30), D(70))
    assert sale.utc_ns == 1_780_653_600_000_000_000
    assert (sale.commissions[0].paid, sale.commissions[0].taken_back) == (D(10), D(3))
    (clawback,) = sale.clawbacks
    assert (clawback.amount, clawback.is_commission) == (D(-3), True)


def test_an_amount_of_the_whole_order_on_each_of_its_lines_counts_once() -> None:
    columns = ("Order ID", "Seller SKU", "SKU Subtotal After Discount", "Order Refund Amount")
    rows = [["o1", "a", "10.00", "10.00"], ["o1", "b", "20.00", "10.00"], ["o2", "a", "5", "0"]]
    orders = orders_in("a.csv", as_csv(columns, rows))
    (sums,) = tally(sales_of(orders.rows))
    assert (sums.gross, sums.refunded) == (D(35), D(10))
    by_sku = {(s.order_id, s.sku): s.refunded for s in sales_of(orders.rows)}
    assert by_sku[("o1", "a")] == Decimal("3.33")
    assert by_sku[("o1", "b")] == Decimal("6.67")


@given(CENTS, st.lists(st.integers(0, 10**6), min_size=1, max_size=12))
def test_shares_add_up_to_the_cent(cents: int, weights: list[int]) -> None:
    total = Decimal(cents) / 100
    parts = shares(total, [Decimal(weight) for weight in weights])
    assert sum(parts) == total
    assert all(part == round(part, 2) for part in parts)
    whole = sum(weights) or len(weights)
    for part, weight in zip(parts, weights if any(weights) else [1] * len(weights), strict=True):
        assert abs(part - total * weight / whole) <= Decimal("0.01")


def test_an_adjustment_beside_the_sale_takes_neither_its_units_nor_its_cancelling() -> None:
    columns = (*COLUMNS[:6], "Quantity", "Order Status")
    rows = [
        ["o1", "a", "20.00", "USD", "-2.40", "R1", 3, "Completed"],
        ["o2", "a", "20.00", "USD", "-2.40", "R1", 1, "Cancelled"],
        ["o1", "a", "", "USD", "-1.00", "R2", 3, "Completed"],
    ]
    (sums,) = tally(sales_of(orders_in("a.csv", as_csv(columns, rows)).rows))
    assert (sums.units, sums.orders, sums.gross) == (3, 1, D(20))
    assert sums.clawed == D("5.80")
