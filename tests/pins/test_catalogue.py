"""What is newer holds, whichever way it came."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from livedesk.core.pins import Product, ProductList
from livedesk.pins.catalogue import HookBook, differences, merged, with_event
from livedesk.pins.webhook import HookEvent

SERUM = Product("7", "Serum", price=Decimal("19.90"), stock=5)
CREAM = Product("8", "Cream", stock=3)
LIST = ProductList(3, "glow.csv", 100, (SERUM, CREAM))


def stock(number: int, utc_ns: int = 200, product_id: str = "7") -> HookEvent:
    product = Product(product_id, "-", stock=number)
    return HookEvent("m", "product.stock", utc_ns, product, frozenset(("stock",)))


def status(state: str, reason: str = "", utc_ns: int = 200) -> HookEvent:
    product = replace(SERUM, state=state, reason=reason)  # type: ignore[arg-type]
    return HookEvent("m", "product.status", utc_ns, product, frozenset(("state", "reason")))


def test_the_revision_only_grows_when_something_changed() -> None:
    same = merged(LIST, LIST.products, (), "glow.csv", 300)
    assert (same.revision, same.refreshed_utc_ns) == (3, 300)
    assert merged(LIST, (SERUM,), (), "glow.csv", 300).revision == 4
    assert merged(LIST, LIST.products, (), "TikTok Shop", 300).revision == 4


def test_differences_name_what_can_no_longer_be_pinned() -> None:
    mask = Product("9", "Mask")
    flagged = replace(CREAM, state="flagged", reason="Claim")
    sold = replace(SERUM, stock=0, state="out_of_stock")
    found = differences(LIST, replace(LIST, products=(mask, flagged, sold)))
    assert (found.came, found.went) == ((mask,), ())
    assert found.changed == found.refused == (flagged, sold)
    assert found.out_of_stock == (sold,)
    back = differences(replace(LIST, products=(sold, CREAM)), replace(LIST, products=(SERUM,)))
    assert (back.admitted, back.went) == ((SERUM,), (CREAM,))
    assert not differences(LIST, LIST)


def test_a_stock_out_refuses_at_once_and_new_stock_admits_again() -> None:
    out = with_event(LIST, stock(0))
    assert (out.revision, out.products[0].refusal) == (4, "Out of stock.")
    assert out.products[0].price == SERUM.price
    assert with_event(out, stock(4)).products[0].refusal == ""


def test_a_status_is_not_undone_by_stock_and_settles_what_stock_says() -> None:
    flagged = with_event(LIST, status("flagged", "Claim"))
    assert with_event(flagged, stock(9)).products[0].state == "flagged"
    out = with_event(LIST, stock(0))
    assert with_event(out, status("available")).products[0].refusal == ""


def test_what_is_not_in_the_list_is_left_to_the_next_refresh() -> None:
    assert with_event(LIST, stock(0, product_id="99")) is LIST
    assert with_event(LIST, stock(5)) is LIST


def test_an_older_event_does_not_overwrite_a_newer_one() -> None:
    book = HookBook()
    now = with_event(LIST, book.take(stock(0, utc_ns=200)))
    assert with_event(now, book.take(stock(5, utc_ns=150))) is now
    assert with_event(now, book.take(status("flagged", "x", 150))).products[0].state == "flagged"
    assert with_event(now, book.take(stock(6, utc_ns=250))).products[0].stock == 6


def test_a_list_does_not_bring_back_what_was_told_after_it_was_written() -> None:
    book = HookBook()
    book.take(stock(0, utc_ns=200))
    assert book.over(LIST.products, 100)[0].refusal == "Out of stock."
    assert book.over(LIST.products, 200) == LIST.products


def test_the_book_forgets_whom_nothing_was_heard_of_longest() -> None:
    book = HookBook(most=2)
    for product_id in ("7", "8", "7", "9"):
        book.take(stock(0, product_id=product_id))
    assert [each.refusal for each in book.over(LIST.products, 0)] == ["Out of stock.", ""]


@given(st.permutations(range(6)))
def test_the_order_of_arrival_does_not_matter(order: list[int]) -> None:
    events = [stock(0, 10), status("flagged", "a", 20), stock(4, 30), stock(2, 40),
              status("available", "", 50), status("restricted", "b", 60)]  # fmt: skip
    book, products = HookBook(), LIST
    for at in order:
        products = with_event(products, book.take(events[at]))
    newest = products.products[0]
    assert (newest.stock, newest.state, newest.reason) == (2, "restricted", "b")
    assert book.over(LIST.products, 5)[0] == newest
