"""Which amount does a cell hold? Exact, and only what can be read in one way is read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from livedesk.journal.commerce.cells import Cell, shown, text_of

Mark = Literal[".", ","]

HIGHEST: Final = Decimal(10**13)
_MOST_DECIMALS: Final = 6

WITHOUT_FRACTION: Final = frozenset(("CLP", "IDR", "JPY", "KRW", "VND"))
"""ISO 4217 lists no minor unit for them; Indonesia's is not used in prices."""

# `$`, `¥` and `kr` are the sign of several currencies, so they tell none.
_SIGNS: Final = {
    "€": "EUR", "£": "GBP", "₫": "VND", "đ": "VND", "฿": "THB", "₱": "PHP", "₹": "INR", "₩": "KRW",
    "rp": "IDR", "rm": "MYR", "s$": "SGD", "us$": "USD", "r$": "BRL", "mx$": "MXN", "a$": "AUD",
    "c$": "CAD", "zł": "PLN", "kr": "", "$": "", "¥": "",
}  # fmt: skip
_WORD: Final = re.compile(r"[^\d.,'’\s()+−-]+\.?(?=[\s\d(+−-]|$)")
_DIGITS: Final = re.compile(r"[\d.,'’ ]*\d[\d.,'’ ]*")
_FRACTION: Final = re.compile(r"([.,])(\d+)$")


class AmountError(ValueError):
    """What is wrong with the cell, for people."""


@dataclass(frozen=True, slots=True)
class Amount:
    value: Decimal
    currency: str
    """Empty when the cell tells none."""


def currency_of(text: str) -> str | None:
    """The code of ISO 4217 for a code or a sign, empty for a sign of several; None for neither.

    Small letters are a code only where it is a well-known one: `5 pcs` is no money."""
    word = unicodedata.normalize("NFKC", text[:20]).strip().rstrip(".")
    if word.casefold() in _SIGNS:
        return _SIGNS[word.casefold()]
    is_code = re.fullmatch(r"[A-Z]{3}", word) or word.upper() in _SIGNS.values()
    return word.upper() if is_code else None


def decimal_marks(cells: Iterable[Cell]) -> frozenset[Mark]:
    """The decimal marks that the texts prove. One program wrote the file, so one mark is meant:
    both of them means that nothing can be told of `1.234`."""
    return frozenset(mark for cell in cells if (mark := _proof(cell)) is not None)


def amount_of(cell: Cell, mark: Mark | None, currency: str = "") -> Amount | None:
    """None for an empty cell; Raises AmountError. `mark` is what the file is known to use,
    `currency` what it says beside the cell."""
    if isinstance(cell, bool):
        raise AmountError(_expected(cell))
    if isinstance(cell, int | float | Decimal):
        return Amount(_checked(_exact(cell), cell), "")
    text = text_of(cell)
    if not text:
        return None
    plain = unicodedata.normalize("NFKC", text).replace("−", "-")
    if len(plain) > 60:
        raise AmountError(_expected(cell))
    told, rest = _without_currency(plain, cell)
    sign, digits = _without_sign(rest, cell)
    value = _number(digits, mark, told or currency, cell)
    return Amount(_checked(sign * value, cell), told)


def _exact(number: int | float | Decimal) -> Decimal:
    """A spreadsheet has doubles, of which 15 digits are exact (IEEE 754); no more are meant."""
    return Decimal(f"{number:.15g}") if isinstance(number, float) else Decimal(number)


def _checked(value: Decimal, cell: Cell) -> Decimal:
    """Bounded on both sides, so that no cell makes a sum of a million digits."""
    if not value.is_finite() or abs(value) >= HIGHEST:
        raise AmountError(_expected(cell))
    if value != round(value, _MOST_DECIMALS):
        raise AmountError(f"{shown(cell)} has more than {_MOST_DECIMALS} decimals")
    value = round(value, _MOST_DECIMALS)
    whole = value.to_integral_value()
    return whole if value == whole else value.normalize()


def _without_currency(text: str, cell: Cell) -> tuple[str, str]:
    words = _WORD.findall(text)
    codes = [currency_of(word) for word in words]
    if len(words) > 1 or None in codes:
        raise AmountError(_expected(cell))
    return (codes[0] or "", text.replace(words[0], " ", 1)) if codes else ("", text)


def _without_sign(text: str, cell: Cell) -> tuple[int, str]:
    """`-1`, `1-` and `(1)`, as accountants write what is taken away."""
    text = text.strip()
    if text.startswith("(") and text.endswith(")"):
        return -1, text[1:-1].strip()
    if text.endswith("-") and not text.startswith("-"):
        return -1, text[:-1].strip()
    if text.startswith(("-", "+")):
        return (-1 if text[0] == "-" else 1), text[1:].strip()
    if not text:
        raise AmountError(_expected(cell))
    return 1, text


def _number(digits: str, mark: Mark | None, currency: str, cell: Cell) -> Decimal:
    if not _DIGITS.fullmatch(digits):
        raise AmountError(_expected(cell))
    if digits.isdecimal():
        return Decimal(digits)
    if mark is None:
        mark = _mark_of(digits) or _mark_by_currency(digits, currency)
    if mark is None:
        whole, fraction = re.sub(r"\D", "", digits), digits.replace(",", ".")
        raise AmountError(
            f"{shown(cell)} may be {whole} or {fraction}; say decimal_mark=point or comma"
        )
    whole, _, fraction = digits.partition(mark)
    if (fraction and not fraction.isdecimal()) or not _is_grouped(whole, mark):
        raise AmountError(_expected(cell))
    return Decimal(f"{re.sub(r'[^0-9]', '', whole) or 0}.{fraction or 0}")


def _mark_by_currency(digits: str, currency: str) -> Mark | None:
    """Where there are no fractions, three digits after a mark are thousands."""
    if currency not in WITHOUT_FRACTION:
        return None
    return "," if "." in digits else "."


def _is_grouped(whole: str, mark: Mark) -> bool:
    """Groups of three, all with one sign that is not the decimal mark; or none."""
    if not whole or whole.isdecimal():
        return True
    return mark not in whole and bool(
        re.fullmatch(r"\d{1,3}(?:([.,'’ ])\d{3})(?:\1\d{3})*", whole)
        # India groups by two above the thousands.
        or re.fullmatch(r"\d{1,2}(?:,\d{2})*,\d{3}", whole)
    )


def _proof(cell: Cell) -> Mark | None:
    if not isinstance(cell, str) or not ("." in cell or "," in cell):
        return None
    found = re.search(r"[\d.,'’ ]*\d", unicodedata.normalize("NFKC", cell[:60]))
    return None if found is None else _mark_of(found[0].strip())


def _mark_of(digits: str) -> Mark | None:
    """Of two different marks the last is decimal, a mark that repeats is not, and one before other
    than three digits is; `1.234` proves nothing, `0.125` does."""
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        return "." if digits.rfind(".") > digits.rfind(",") else ","
    if points + commas > 1:
        return "," if points else "."
    last = _FRACTION.search(digits)
    if last is None:
        return None
    is_decimal = len(last[2]) != 3 or digits.startswith("0") or re.search(r"['’ ]", digits)
    before = digits[: last.start()]
    if not is_decimal and before.isdecimal() and len(before) <= 3:
        return None
    return "." if last[1] == "." else ","


def _expected(cell: Cell) -> str:
    return f"expected an amount such as 19.90; found {shown(cell)}"
