"""Small words of the report's cells: times, numbers, lists."""

from __future__ import annotations

from decimal import Decimal

from livedesk.core.clock import iso_utc
from livedesk.journal.commerce.money import WITHOUT_FRACTION
from livedesk.journal.fold.summary import Summary
from livedesk.journal.text import utc_ns_at


def at_utc(summary: Summary, t_ms: int) -> str:
    """Wall time of a session time, without the date."""
    return iso_utc(utc_ns_at(summary, t_ms))[11:19]


def plain_number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def seconds(value_ms: float | None) -> str:
    """To a tenth, without the unit."""
    return "–" if value_ms is None else tenths(value_ms / 1000)


def tenths(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f}"


def joined(*parts: str, sep: str = ", ") -> str:
    """Those that say something; a full stop is not put after another."""
    said = [part.rstrip(".") if sep.startswith(".") else part for part in parts if part]
    return sep.join(said)


def amount(value: Decimal, currency: str) -> str:
    """Grouped, with a true minus and the currency's decimals, or all that there are."""
    exponent = value.normalize().as_tuple().exponent
    needed = -exponent if isinstance(exponent, int) else 0
    decimals = max(needed, 0 if currency in WITHOUT_FRACTION else 2)
    return f"{value:,.{decimals}f}".replace("-", "−")


def money(value: Decimal, currency: str) -> str:
    return f"{amount(value, currency)} {currency}".rstrip()
