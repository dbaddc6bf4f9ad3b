"""How is a recorded value written for people and for other programs, always the same way?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from livedesk.core.figures import FIGURES
from livedesk.core.one_line import ORDERS

if TYPE_CHECKING:  # the folds use these words, too
    from livedesk.journal.fold.summary import Summary

NBSP = "\u00a0"

# Spreadsheet programs run a cell that starts like this (OWASP, "CSV Injection"); the fullwidth
# forms count for those that fold them to ASCII.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

# Control characters as their pictures: readable, and without effect on a terminal or a parser.
_TAB_AND_LINE_FEED = (0x09, 0x0A)
_PICTURES = {code: "�" for code in ORDERS if code not in _TAB_AND_LINE_FEED} | {
    **{code: chr(0x2400 + code) for code in range(0x20) if code not in _TAB_AND_LINE_FEED},
    0x7F: "␡",
}


def plain(text: str) -> str:
    """Text without control characters, save tab and line feed, and without forced direction."""
    # None of them is printable, and to ask is ten times faster than to look each one up.
    return text if text.isprintable() else text.translate(_PICTURES)


def cell(text: str) -> str:
    """A text cell that no spreadsheet takes for a formula."""
    harmless = plain(text)
    return f"'{harmless}" if text.startswith(_FORMULA_STARTS) else harmless


def one_line(text: str) -> str:
    """Plain text whose blanks and line ends are one blank each."""
    return " ".join(plain(text).split())


def shortened(text: str, longest: int = 80) -> str:
    """A title may have ten thousand characters; the exports have them all."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def number(value: float | None, decimals: int = 3) -> str:
    """For programs: a point, no grouping, no exponent, no trailing zeros, no minus zero."""
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    digits = f"{value:z.{decimals}f}"
    return digits.rstrip("0").rstrip(".") if decimals else digits


def numbers(values: Iterable[float | None]) -> list[str]:
    """The same of a column: exports write millions, and to call for each takes twice as long."""
    return ["" if v is None else f"{v:z.3f}".rstrip("0").rstrip(".") for v in values]


def shown(figure: str, value: float | None, *, signed: bool = False) -> str:
    """For people: grouped, with the figure's decimals and a true minus, without the unit."""
    if value is None:
        return "–"
    decimals = FIGURES[figure].decimals if figure in FIGURES else 1
    digits = f"{value:+,.{decimals}f}" if signed else f"{value:,.{decimals}f}"
    if not any(digit in digits for digit in "123456789"):
        digits = digits.lstrip("+-")
    return digits.replace("-", "−")


def yes(value: bool) -> str:
    """For programs."""
    return "yes" if value else "no"


def unit(figure: str) -> str:
    return FIGURES[figure].unit if figure in FIGURES else ""


def label(figure: str, subject: str = "") -> str:
    name = FIGURES[figure].label if figure in FIGURES else figure
    return f"{name} ({subject})" if subject else name


def show_time(t_ms: int, *, tenths: bool = False) -> str:
    """`h:mm:ss` since first media; what came before has a minus."""
    sign = "−" if t_ms < 0 else ""
    whole_s, rest_ms = divmod(abs(t_ms), 1000)
    minutes, seconds = divmod(whole_s, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{rest_ms // 100}" if tenths else ""
    return f"{sign}{hours}:{minutes:02d}:{seconds:02d}{fraction}"


def duration(seconds: float) -> str:
    """`3 h 58 min`, `4 min 12 s`, `11 s`, `0.4 s`, `26 ms`: two units at most, kept together."""
    if 0 < seconds < 0.1:
        return f"{seconds * 1000:.0f}{NBSP}ms"
    if seconds < 10 and seconds != int(seconds):
        return f"{seconds:.1f}{NBSP}s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}{NBSP}s"
    minutes, rest_s = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes}{NBSP}min{NBSP}{rest_s}{NBSP}s" if rest_s else f"{minutes}{NBSP}min"
    hours, rest_min = divmod(minutes, 60)
    return f"{hours}{NBSP}h{NBSP}{rest_min}{NBSP}min" if rest_min else f"{hours}{NBSP}h"


def percent(fraction: float | None) -> str:
    """Rounded down, so that 100 % means every second."""
    if fraction is None:
        return "–"
    return f"{int(fraction * 1000 + 1e-9) / 10:.1f}{NBSP}%" if fraction < 1 else f"100{NBSP}%"


def utc_ns_at(summary: Summary, t_ms: int) -> int:
    """Wall time of a session time, counted from session start."""
    return summary.info.started_utc_ns + t_ms * 1_000_000
