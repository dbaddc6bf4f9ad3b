"""A price is read when it can be read in one way only."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedesk.pins.catalogue_price import price_of


@pytest.mark.parametrize(
    ("cell", "price", "currency"),
    [
        ("19,90 €", "19.90", "EUR"),
        ("1.234,50", "1234.50", ""),
        ("US$ 1,234.50", "1234.50", "USD"),
        ("1 234,50 zł", "1234.50", "PLN"),
        ("1'234.50", "1234.50", ""),
        ("1,234,567", "1234567", ""),
        ("₫120.000", "120000", "VND"),
        ("0.125", "0.125", ""),
        ("٣", "3", ""),
        (19.899999999999999, "19.9", ""),
        (7, "7", ""),
        (Decimal("1E+3"), "1000", ""),
        (Decimal("1E-999999999"), "0", ""),
        ("", None, ""),
        (None, None, ""),
    ],
)
def test_a_price_is_read(cell: object, price: str | None, currency: str) -> None:
    assert price_of(cell) == (None if price is None else Decimal(price), currency, "")


@pytest.mark.parametrize(
    "cell",
    ["abc", "1,234", "1.234", "1.234.56", "-5", "€-5", "−5", "NaN", "1e400", "12 34", "5 USD EUR",
     "½", "$", "19,-", True, float("nan"), float("inf"), Decimal("1E+400"), [1], "9" * 200],
)  # fmt: skip
def test_what_is_no_price_or_could_be_two_is_told(cell: object) -> None:
    price, currency, fault = price_of(cell, "EUR")
    assert price is None
    assert currency == "EUR"
    assert fault


def test_a_currency_without_fractions_settles_what_a_point_means() -> None:
    assert price_of("120.000", "VND") == (Decimal(120_000), "VND", "")


@given(st.decimals(0, 10**9, places=2), st.sampled_from([(",", "."), (".", ","), (" ", ",")]))
def test_every_price_that_is_written_out_is_read_again(
    price: Decimal, marks: tuple[str, str]
) -> None:
    group, point = marks
    text = f"{price:,.2f}".translate(str.maketrans(",.", group + point))
    assert price_of(text) == (price, "", "")


@given(st.one_of(st.text(), st.floats(), st.decimals(), st.integers(), st.booleans()))
def test_nothing_makes_it_fail_and_no_price_is_negative_or_endless(cell: object) -> None:
    price, _, _ = price_of(cell)
    assert price is None or (price.is_finite() and price >= 0 and len(str(price)) < 40)
