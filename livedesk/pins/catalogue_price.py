"""Which price does a cell of a catalogue hold? Only what can be read in one way is read."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Final

from livedesk.pins.catalogue_text import quoted

HIGHEST: Final = Decimal(10**12)

Price = tuple[Decimal | None, str, str]
"""Price, currency and what is wrong; the latter two are empty when nothing is known of them."""

# `$` and `¥` are several currencies' sign, so they tell none.
_SIGNS: Final = {
    "€": "EUR", "£": "GBP", "₫": "VND", "฿": "THB", "₱": "PHP", "₹": "INR", "₩": "KRW", "rp": "IDR",
    "rm": "MYR", "s$": "SGD", "us$": "USD", "r$": "BRL", "zł": "PLN", "kr": "", "$": "", "¥": "",
}  # fmt: skip
_SPELT: Final = re.compile(r"[^\d.,'’ +−-]+")
_WITHOUT_FRACTION: Final = frozenset(("CLP", "IDR", "JPY", "KRW", "VND"))
"""ISO 4217 lists no minor unit for them; Indonesia's is not used in prices."""
_GROUPS: Final = re.compile(r"\d{1,3}(?:([.,'’ ])\d{3})(?:\1\d{3})*")


def price_of(cell: object, currency: str = "") -> Price:
    """`currency`: what the catalogue says beside it; the cell's own word counts more."""
    if cell is None or cell == "":
        return None, currency, ""
    if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal | str):
        return None, currency, f"expected a price such as 19.90; found {quoted(cell)}"
    if isinstance(cell, str):
        return _from_text(cell, currency)
    # A spreadsheet's 19.9 is 19.899999999999999; no price has more than ten digits that matter.
    number = Decimal(f"{cell:.12g}") if isinstance(cell, float) else Decimal(cell)
    return _checked(number, currency, cell)


def currency_of(text: str) -> str | None:
    """The code of ISO 4217 for a code or a sign; None when it is neither."""
    word = unicodedata.normalize("NFKC", text[:20]).strip().rstrip(".").casefold()
    if word in _SIGNS:
        return _SIGNS[word]
    return word.upper() if re.fullmatch(r"[a-z]{3}", word) else None


def _from_text(text: str, currency: str) -> Price:
    plain = " ".join(unicodedata.normalize("NFKC", text[:100]).split())
    around = [word for word in _SPELT.findall(plain) if word.strip(" .")]
    codes = [currency_of(word) for word in around]
    if not plain:
        return None, currency, ""
    if len(text) > 100 or len(around) > 1 or None in codes or not re.search(r"\d", plain):
        return None, currency, f"expected a price such as 19.90; found {quoted(text)}"
    currency = codes[0] if codes and codes[0] else currency
    digits = _SPELT.sub(" ", plain).strip(" .") if around else plain
    number, fault = _number(digits.replace("−", "-").strip(), currency)
    return (None, currency, fault) if number is None else _checked(number, currency, text)


def _number(digits: str, currency: str) -> tuple[Decimal | None, str]:
    """`1.234,50`, `1,234.50`, `1 234,5`, `19,90`; `1,234` is a thousand or a little more than one.

    Which of the two depends on who wrote it, so it is asked back, unless the currency has no
    fractions.
    """
    sign, digits = ("-", digits[1:].strip()) if digits.startswith("-") else ("", digits)
    if re.fullmatch(r"\d+", digits):
        return Decimal(sign + digits), ""
    if _GROUPS.fullmatch(digits):
        whole = re.sub(r"\D", "", digits)
        marks = re.findall(r"[.,]", digits)
        if len(marks) != 1 or currency in _WITHOUT_FRACTION:
            return Decimal(sign + whole), ""
        if not digits.startswith("0"):
            either = f"{whole} or {digits.replace(',', '.')}"
            return None, f"{quoted(digits)} may be {either}; write it with two decimals"
    if match := re.fullmatch(r"(?P<whole>[\d.,'’ ]*)[.,](?P<part>\d{1,6})", digits):
        whole, mark = match["whole"], digits[len(match["whole"])]
        is_grouped = _GROUPS.fullmatch(whole) and mark not in whole
        if not whole or whole.isdecimal() or is_grouped:
            return Decimal(f"{sign}{re.sub(r'[^0-9]', '', whole) or 0}.{match['part']}"), ""
    return None, f"expected a price such as 19.90; found {quoted(digits)}"


def _checked(number: Decimal, currency: str, cell: object) -> Price:
    if not number.is_finite() or number >= HIGHEST:
        return None, currency, f"expected a price such as 19.90; found {quoted(cell)}"
    if number < 0:
        return None, currency, f"a price is not negative; found {quoted(cell)}"
    # Bounded on both sides, so that nobody gets to print 1E-999999999.
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or not -6 <= exponent <= 0:
        number = round(number, 6).normalize() + 0
        number = number.quantize(1) if number == number.to_integral_value() else number
    return number, currency, ""
