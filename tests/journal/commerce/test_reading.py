"""Order files as they come: encodings, delimiters, sheets, and what is wrong in them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livedesk.journal.commerce.errors import OrderFileError
from livedesk.journal.commerce.fields import guess_mapping
from livedesk.journal.commerce.mapping import MappingFile
from livedesk.journal.commerce.reading import orders_in, read_orders
from tests.journal.commerce.orders_kit import as_csv, plain

ORDERS = (
    "Order ID", "Order Status", "SKU ID", "Seller SKU", "Product Name", "Quantity",
    "SKU Subtotal After Discount", "Order Amount", "Order Refund Amount", "Created Time",
)  # fmt: skip
EXPLAINED = ("Platform unique order ID.", "Current order status", "", "", "", "", "", "", "", "")
INCOME = (
    "Order/adjustment ID  ", "Type ", "Order created time(UTC+7)", "Currency", "SKU ID",
    "Total settlement amount", "Subtotal after seller discounts",
    "Refund subtotal after seller discounts", "TikTok Shop commission fee",
    "Affiliate commission", "Adjustment amount", "Related order ID",
)  # fmt: skip
AFFILIATE = (
    "Order ID", "Product ID", "Product Name", "SKU ID", "Price", "Payment Amount", "Currency",
    "Quantity", "Fully returned or refunded", "Order Status", "Creator Username",
    "Actual Commission Payment", "Time Created",
)  # fmt: skip
D = Decimal
ORDER = "576786105183930101"


def as_xlsx(*sheets: tuple[str, Sequence[Sequence[object]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_an_order_export_of_tiktok_shop() -> None:
    rows = [
        EXPLAINED,
        (f"{ORDER}\t", "Completed", "1732", "GLOW-1", "Serum", "2", "IDR 35.000", "IDR 40.000",
         "", "25/06/2026 19:30:11\t"),
        (f"{ORDER}\t", "Cancelled", "1733", "GLOW-2", "Mask", "1", "IDR 5.000", "IDR 40.000",
         "", "25/06/2026 19:30:11\t"),
    ]  # fmt: skip
    orders = orders_in("All order(UTC+7).csv", as_csv(ORDERS, rows, encoding="utf-8-sig"))
    assert (orders.complaints, orders.row_count, orders.missing) == ((), 2, ())
    first, second = orders.rows
    assert (first.row, first.order_id, first.sku, first.amount) == (3, ORDER, "GLOW-1", D(35_000))
    assert first.utc_ns == 1_782_390_611_000_000_000
    assert (first.currency, first.quantity, second.cancelled) == ("IDR", 2, True)


def test_a_settlement_has_costs_as_negative_and_adjustments_of_their_own() -> None:
    rows = [
        (ORDER, "Order", "2024/04/12", "USD", "1732", 83.5, 100, 0, -6.5, -10, 0, ""),
        ("57999", "Platform penalty", "2024/04/20", "USD", "/", -4, 0, 0, 0, 0, -4, ORDER),
        (ORDER[:-1] + "2", "Order", "2024/04/13", "USD", "1732", -7, 20, -20, 0, -1, 0, ""),
    ]
    book = as_xlsx(("Reports", [("Income overview",)]), ("Order details", [INCOME, *rows]))
    orders = orders_in("income.xlsx", book)
    sale, penalty, refunded = orders.rows
    assert (sale.commission, sale.platform_fee, sale.payout) == (
        D(10),
        Decimal("6.5"),
        Decimal("83.5"),
    )
    assert (penalty.order_id, penalty.adjustment) == (ORDER, D(-4))
    assert penalty.adjustment_reason == "Platform penalty"
    assert (refunded.amount, refunded.refund, refunded.commission) == (D(20), D(20), D(1))
    assert sale.day_only
    assert "Times are in UTC+7." in orders.notes


def test_an_affiliate_export() -> None:
    row = (ORDER, "1729", "Serum", "1732", "10", "9.50", "GBP", "1", "Yes", "Settled", "mia",
           "0.95", "25/06/2026 19:30:11")  # fmt: skip
    (read,) = orders_in("a.csv", as_csv(AFFILIATE, [row])).rows
    assert (read.product_id, read.amount, read.refund) == ("1729", Decimal("9.5"), Decimal("9.5"))
    assert (read.affiliate_id, read.commission, read.currency) == ("mia", Decimal("0.95"), "GBP")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters_are_seen(encoding: str, delimiter: str) -> None:
    columns = ("Order ID", "SKU", "Product Name", "Amount")
    rows = [("o1", "a", "Crème, with; a\ttab\nand a line", "1.234,50")]
    content = as_csv(columns, rows, delimiter=delimiter, encoding=encoding)
    (row,) = orders_in("a.csv", content).rows
    assert (row.amount, row.product_name) == (
        Decimal("1234.5"),
        "Crème, with; a tab and a line",
    )


def test_windows_letters_are_read_and_said_to_be_guessed() -> None:
    content = as_csv(("Order ID", "SKU", "Amount"), [("o1", "Crème", "1.50")], encoding="cp1252")
    orders = orders_in("a.csv", content)
    assert orders.rows[0].sku == "Crème"
    assert "Windows-1252" in orders.notes[0]


def test_each_complaint_names_the_row_of_the_spreadsheet_and_the_row_is_in_no_sum() -> None:
    orders = plain(
        ["o1", "a", "ten", "USD", "", "", ""],
        ["", "a", "1.00", "USD", "", "", ""],
        [],
        ["o2", "a", "EUR 1.00", "USD", "", "", ""],
        ["5.76786E+17", "a", "1.00", "USD", "", "", ""],
        ["Total", "", "99.00", "USD", "", "", ""],
        ["o3", "a", "1.00", "USD", "", "", "soon"],
    )
    assert [complaint.row for complaint in orders.complaints] == [2, 3, 5, 6, 7, 8]
    assert [row.order_id for row in orders.rows] == ["o3"]
    assert (orders.row_count, orders.complaint_count) == (6, 6)


def test_only_the_first_complaints_are_kept_and_all_are_counted() -> None:
    orders = plain(*(["", str(place), "1.00", "USD", "", "", ""] for place in range(300)))
    assert (len(orders.complaints), orders.complaint_count) == (200, 300)
    assert orders.told("f1").complaint_count == 300


def test_a_quote_that_was_left_open_costs_its_own_row_and_no_other() -> None:
    lines = ["Order ID,SKU,Amount", 'o1,"a,1.00', *(f"o{at},a,1.00" for at in range(2, 300))]
    orders = orders_in("a.csv", "\n".join(lines).encode())
    assert [complaint.row for complaint in orders.complaints] == [2]
    assert len(orders.rows) == 298


def test_an_amount_that_may_be_two_is_settled_by_what_the_mapping_says() -> None:
    columns, rows = ("Order ID", "SKU", "Amount"), [("o1", "a", "1.234")]
    assert "decimal_mark" in orders_in("a.csv", as_csv(columns, rows)).complaints[0].text
    mapping = guess_mapping(columns) | {"decimal_mark": "comma", "currency_code": "EUR"}
    (row,) = orders_in("a.csv", as_csv(columns, rows), mapping).rows
    assert (row.amount, row.currency) == (D(1234), "EUR")


def test_a_number_of_an_order_that_lost_its_digits_in_a_spreadsheet_is_not_used() -> None:
    rows = [("Order ID", "SKU", "Amount"), (576786105183930101.0, "a", 1), (ORDER, "a", 1)]
    orders = orders_in("a.xlsx", as_xlsx(("s", rows)))
    assert [row.order_id for row in orders.rows] == [ORDER]
    assert "as text" in orders.complaints[0].text


def test_the_mapping_of_a_person_counts_and_what_is_wrong_in_it_is_said() -> None:
    content = as_csv(("Nr", "Was", "Wert"), [("o1", "a", "5,50")])
    assert orders_in("a.csv", content).missing == ("order_id", "amount", "sku")
    mapping = {"order_id": "Nr", "sku": "Was", "amount": "Wert", "payout": "Wert", "x": "Nr",
               "time": "Wann"}  # fmt: skip
    orders = orders_in("a.csv", content, mapping)
    assert (orders.rows[0].amount, orders.missing) == (Decimal("5.5"), ())
    assert {each.column for each in orders.complaints} == {"Wert", "Nr", "Wann"}


@pytest.mark.parametrize(
    "content",
    [b"", b"   \n", b"\x00" * 500, b"PK\x03\x04 no zip", b"\xd0\xcf\x11\xe0" + b"x" * 600],
)
def test_what_is_no_table_is_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    with pytest.raises(OrderFileError, match=r"orders\.csv"):
        read_orders(path)
    with pytest.raises(OrderFileError, match="cannot be read"):
        read_orders(tmp_path / "none.csv")
    with pytest.raises(OrderFileError, match="not a file"):
        read_orders(tmp_path)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_no_file_does_harm(content: bytes) -> None:
    for each in (content, b"Order ID,SKU,Amount,Created Time\n" + content):
        try:
            orders = orders_in("a.csv", each)
        except OrderFileError:
            continue
        assert len(orders.rows) <= orders.row_count


def test_hostile_cells_are_texts() -> None:
    hostile = ["=1+1", "@SUM(A1)", "<script>alert(1)</script>", "a\u202eb\x1b[31m", "😀" * 5_000]
    orders = plain(*([f"o{at}", text, "1.00", "USD", "", text, text]
                     for at, text in enumerate(hostile)))  # fmt: skip
    assert [row.sku[:4] for row in orders.rows][:2] == ["=1+1", "@SUM"]
    for row in orders.rows:
        assert row.sku.isprintable()
    for complaint in orders.complaints:
        assert len(complaint.text) < 200
        assert complaint.text.isprintable()


def test_mappings_are_found_again_for_files_with_the_same_columns(tmp_path: Path) -> None:
    path = tmp_path / "data" / "order-columns.json"
    kept = MappingFile(path)
    columns = ("Nr", "Was", "Wert")
    assert kept.find(columns) is None
    kept.keep(columns, {"order_id": "Nr", "amount": "Wert", "time_zone": "UTC+8"})
    kept.keep(("A", "B"), {"order_id": "A", "amount": "B"})
    found = MappingFile(path).find(("Wert", "Neu", "Nr", "Was"))
    assert found == {"order_id": "Nr", "amount": "Wert", "time_zone": "UTC+8"}
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text("{broken")
    assert kept.find(columns) is None
    kept.keep(columns, {"order_id": "Nr"})
    assert kept.find(columns) == {"order_id": "Nr"}
    assert path.with_suffix(".broken.json").read_text() == "{broken"
