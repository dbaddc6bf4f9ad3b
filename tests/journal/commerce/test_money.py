"""Amounts in the forms that exports have, exact to the cent."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedesk.journal.commerce.money import Amount, AmountError, Mark, amount_of, decimal_marks

CENTS = st.integers(-(10**12), 10**12).map(lambda cents: Decimal(cents) / 100)


@pytest.mark.parametrize(
    ("cell", "value", "currency"),
    [
        ("19.90", "19.9", ""), ("19,90", "19.9", ""), ("1.234,50", "1234.5", ""),
        ("1,234.50", "1234.5", ""), ("1 234,50", "1234.5", ""), ("1\u00a0234,50", "1234.5", ""),
        ("1'234.50", "1234.5", ""), ("12,34,567.50", "1234567.5", ""), ("-5.00", "-5", ""),
        ("−5,00", "-5", ""), ("(12.34)", "-12.34", ""), ("12.34-", "-12.34", ""),
        ("Rp35.000", "35000", "IDR"), ("IDR 35.000", "35000", "IDR"), ("12,34 €", "12.34", "EUR"),
        ("R$ 1.234,56", "1234.56", "BRL"), ("₫1.234.567", "1234567", "VND"),
        ("$12.00", "12", ""), ("-$12.00", "-12", ""), ("USD -1.5", "-1.5", "USD"),
        ("0.125", "0.125", ""), ("１２．５０", "12.5", ""), (".50", "0.5", ""),
        (19.9, "19.9", ""), (0.1 + 0.2, "0.3", ""), (7, "7", ""),
        (1234567890.12, "1234567890.12", ""), ("19.90\t", "19.9", ""), ("usd 5", "5", "USD"),
    ],
)  # fmt: skip
def test_what_can_be_read_in_one_way_is_read(cell: object, value: str, currency: str) -> None:
    assert amount_of(cell, None) == Amount(Decimal(value), currency)


@pytest.mark.parametrize("cell", ["", None, "/", "-", "--", "N/A", "  "])
def test_the_signs_of_exports_for_nothing_are_nothing(cell: object) -> None:
    assert amount_of(cell, None) is None


@pytest.mark.parametrize(
    "cell",
    ["abc", "1E5", "12%", "1.2.3,4,5", "1,23,4", "NaN", "inf", "12 34", "USD EUR 5", True, "9" * 30,
     "=1+1", "1.0000000001", float("nan"), float("inf"), "5 pcs", "<b>5</b>", "()", "$"],
)  # fmt: skip
def test_what_is_no_amount_is_refused(cell: object) -> None:
    with pytest.raises(AmountError):
        amount_of(cell, None)


def test_three_digits_after_a_mark_are_asked_back_until_the_file_proves_what_it_means() -> None:
    with pytest.raises(AmountError, match=r"may be 1234 or 1\.234"):
        amount_of("1.234", None)
    assert amount_of("1.234", ".") == Amount(Decimal("1.234"), "")
    assert amount_of("1.234", ",") == Amount(Decimal(1234), "")
    assert decimal_marks(["1.234", "7"]) == frozenset()
    assert decimal_marks(["1.234", "5,5"]) == {","}
    assert decimal_marks(["1,5", "5.5"]) == {",", "."}


@given(CENTS, st.sampled_from([(".", ","), (",", "."), (",", " "), (".", "'")]))
def test_every_amount_comes_back_from_every_way_to_write_it(
    value: Decimal, marks: tuple[Mark, str]
) -> None:
    mark, group = marks
    text = f"{value:,.2f}".replace(",", "\0").replace(".", mark).replace("\0", group)
    assert amount_of(text, mark) == Amount(value, "")
    assert amount_of(text, None) == Amount(value, "")


@given(CENTS)
def test_a_spreadsheets_double_is_the_amount_that_was_typed(value: Decimal) -> None:
    assert amount_of(float(value), None) == Amount(value, "")


@given(st.text(max_size=40))
def test_no_text_does_harm(text: str) -> None:
    with suppress(AmountError):
        found = amount_of(text, None)
        assert found is None or found.value.is_finite()
