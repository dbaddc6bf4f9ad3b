"""Which limits does the settings file set? Reads `[store.limits]`, with bounds that make sense."""

from __future__ import annotations

from typing import Final

from livedesk.core.config_table import Table
from livedesk.core.status import Limits

_BOUNDS: Final[dict[str, tuple[float, float, str]]] = {
    "min_kbps": (0.001, 100_000, "kbps"),
    "max_skew_ms": (0.001, 100_000, "ms"),
    "pin_budget_ms": (0.001, 100_000, "ms"),
    "hide_target_s": (0.001, 100_000, "s"),
    "review_target_s": (0.001, 100_000, "s"),
    "low_trip_s": (0.05, 60, "s"),
    "low_clear_pct": (0, 100, "%"),
    "low_clear_s": (0.1, 600, "s"),
    "starved_lag_ms": (50, 60_000, "ms"),
    "starved_trip_s": (0.05, 60, "s"),
    "starved_clear_ms": (10, 60_000, "ms"),
    "starved_clear_s": (0.1, 600, "s"),
    "silence_ms": (50, 10_000, "ms"),
}


def read_limits(table: Table) -> Limits:
    """Every key may be left out; the defaults are the product's contract (status.Limits)."""
    default = Limits()
    values = {
        name: table.number(name, getattr(default, name), least, most, unit)
        for name, (least, most, unit) in _BOUNDS.items()
    }
    table.close()
    limits = Limits(**values)
    _check_starved(limits, table)
    return limits


def _check_starved(limits: Limits, table: Table) -> None:
    """A class that clears above the level at which it trips would come and go without end."""
    trip_ms, clear_ms = limits.starved_lag_ms, limits.starved_clear_ms
    if clear_ms < trip_ms:
        return
    if "starved_clear_ms" in table.values:
        table.problem(
            "starved_clear_ms",
            f"expected less than starved_lag_ms, which is {trip_ms:g} ms; found {clear_ms:g}",
        )
    else:
        table.problem(
            "starved_lag_ms",
            f"expected more than starved_clear_ms, which is {clear_ms:g} ms; "
            f"found {trip_ms:g}; set both",
        )
