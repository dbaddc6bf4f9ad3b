"""What does one line of a catalogue say of a product? Each cell is read, and each fault named.

A line is only lost when it does not tell which product it speaks of. All else that cannot be read
is left out and told, on the side of caution: a status that nobody knows keeps the product from
being pinned, because what it means may be "not allowed".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from livedesk.core.pins import Product, ProductState
from livedesk.pins.catalogue_price import currency_of, price_of
from livedesk.pins.catalogue_text import LONGEST_TEXT, clean, folded, quoted, without_tags

_SHORT: Final = 200
_LONGEST_ADDRESS: Final = 2_000
_EXACT: Final = 10**15
"""Spreadsheets keep 15 digits of a number (IEEE 754, as Excel's specification says)."""
_MOST_STOCK: Final = 10**9

_STATES: Final[Mapping[ProductState, str]] = {
    "available": "available active activate activated live instock onsale forsale published normal "
    "enabled preorder backorder yes true 1",
    "out_of_stock": "outofstock soldout oos nostock",
    "restricted": "restricted banned blocked frozen suspended prohibited platformdeactivated",
    "flagged": "flagged underreview inreview pending pendingreview review violation",
    "unlisted": "unlisted delisted unlist draft inactive deactivated sellerdeactivated deleted "
    "archived hidden disabled no false 0",
}
_STATE_OF: Final = {word: state for state, words in _STATES.items() for word in words.split()}

Tell = Callable[[str, str], None]
"""The field, and what is wrong with it."""


class RowError(Exception):
    """The row does not tell which product it speaks of; the text says why."""


def product_of(cells: Mapping[str, object], tell: Tell) -> Product:
    """One product. Raises RowError without an id that can be relied on."""
    product_id = _id(cells.get("id"))
    title = _text(cells.get("title"), LONGEST_TEXT, "title", tell)
    if not title:
        tell("title", "is empty; the id stands in its place")
    currency = currency_of(_text(cells.get("currency"), _SHORT, "currency", tell))
    if currency is None and cells.get("currency"):
        tell("currency", f"expected a code such as EUR; found {quoted(cells['currency'])}")
    price, currency, fault = price_of(cells.get("price"), currency or "")
    if fault:
        tell("price", fault)
    stock = stock_of(cells.get("stock"), tell)
    state, reason = state_of(cells.get("state"), tell)
    if state == "available" and stock is not None and stock <= 0:
        state = "out_of_stock"
    return Product(
        id=product_id,
        title=title or product_id,
        sku=_text(cells.get("sku"), _SHORT, "sku", tell),
        price=price,
        currency=currency,
        picture=_picture(cells.get("picture"), tell),
        stock=stock,
        state=state,
        reason=_text(cells.get("reason"), _SHORT, "reason", tell) or reason,
        category=_text(cells.get("category"), _SHORT, "category", tell),
        position=_position(cells.get("position"), tell),
        description=_description(cells.get("description"), tell),
        shop=_text(cells.get("shop"), _SHORT, "shop", tell),
    )


def stock_of(cell: object, tell: Tell) -> int | None:
    """None when it is not known. Less than nothing is nothing: what is owed cannot be sold."""
    if _is_blank(cell):
        return None
    number = _whole_number(cell)
    if number is None or abs(number) > _MOST_STOCK:
        tell("stock", f"expected a whole number; found {quoted(cell)}")
        return None
    if number < 0:
        tell("stock", f"is negative ({number}); taken as none")
    return max(number, 0)


def state_of(cell: object, tell: Tell) -> tuple[ProductState, str]:
    """And why. An empty status is an available product; one that nobody knows is not."""
    word = folded(str(cell)) if cell is not None else ""
    if not word:
        return "available", ""
    if state := _STATE_OF.get(word):
        return state, ""
    known = ", ".join(_STATES)
    tell("status", f"expected one of {known}; found {quoted(cell)}; it cannot be pinned")
    return "unlisted", f"its status {quoted(cell)} is not known here"


def _id(cell: object) -> str:
    """Numbers of spreadsheets and exports: `1234.0` is 1234, `1.72955E+18` has lost its end."""
    if cell is None or cell == "":
        raise RowError("the id is empty")
    if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal | str):
        raise RowError(f"the id is not a number or text, but {quoted(cell)}")
    if isinstance(cell, str):
        return _id_from_text(cell)
    if isinstance(cell, int):
        return _id_from_text(str(cell))
    number = Decimal(cell)
    if not number.is_finite() or abs(number) >= _EXACT:
        raise RowError(_lost(cell))
    if number != int(number):
        raise RowError(f"the id is a number with a fraction ({quoted(cell)})")
    return str(int(number))


def _id_from_text(cell: str) -> str:
    text = clean(cell, _SHORT + 1)
    if match := re.fullmatch(r'="([^"]*)"', text):  # how exports keep spreadsheets from counting
        text = match[1]
    if re.fullmatch(r"\d+[.,]?\d*E\+?\d+", text, re.IGNORECASE):
        raise RowError(_lost(text))
    text = re.sub(r"(?<=^\d)(\d*)\.0+$", r"\1", text)
    if not text or len(text) > _SHORT:
        raise RowError("the id is empty" if not text else f"the id is longer than {_SHORT}")
    return text


def _lost(cell: object) -> str:
    return (
        f"the id {quoted(cell)} was kept as a number, which loses all but 15 digits; "
        "format the column as text and export again"
    )


def _text(cell: object, longest: int, field: str, tell: Tell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Mapping | list):
        tell(field, "expected a text; found a list or an object")
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT:
        cell = int(cell)
    # Bounded before it is cleaned, so that a text of megabytes costs no more than a long one.
    text = clean(str(cell)[: 2 * longest], longest + 1)
    if len(text) > longest:
        tell(field, f"is longer than {longest} characters; the rest is left out")
    return text[:longest]


def _description(cell: object, tell: Tell) -> str:
    text = without_tags(cell) if isinstance(cell, str) else cell
    return _text(text, LONGEST_TEXT, "description", tell)


def _picture(cell: object, tell: Tell) -> str:
    """An address may hold a token, so no problem repeats it."""
    text = str(cell).strip() if isinstance(cell, str) else ""
    if not text:
        return ""
    scheme, has_scheme, _ = text.partition(":")
    is_address = scheme.lower() in ("http", "https") and text[len(scheme) :].startswith("://")
    is_file = not has_scheme or len(folded(scheme)) != len(scheme)
    if len(text) > _LONGEST_ADDRESS or clean(text, _LONGEST_ADDRESS) != text:
        tell("picture", "is too long, or holds characters that an address or a file has not")
    elif not is_address and not is_file:
        tell("picture", "expected an http or https address, or a file beside the catalogue")
    else:
        return text
    return ""


def _position(cell: object, tell: Tell) -> int | None:
    if _is_blank(cell):
        return None
    number = _whole_number(cell)
    if number is None or not 1 <= number <= _MOST_STOCK:
        tell("position", f"expected a whole number from 1; found {quoted(cell)}")
        return None
    return number


def _is_blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _whole_number(cell: object) -> int | None:
    if isinstance(cell, bool):
        return None
    if isinstance(cell, str) and re.fullmatch(r"\s*[+-]?[0-9]{1,15}(\.0+)?\s*", cell):
        return int(cell.strip().partition(".")[0])
    if isinstance(cell, int | float | Decimal):
        number = Decimal(cell)
        if number.is_finite() and abs(number) < _EXACT and number == int(number):
            return int(number)
    return None
