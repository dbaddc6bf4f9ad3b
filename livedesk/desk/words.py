"""How does a text get into the operator's language, and a number into words with a unit?"""

from __future__ import annotations

import gettext
from datetime import datetime, tzinfo
from functools import cache, lru_cache
from pathlib import Path

from livedesk.core.clock import NS_PER_S

DOMAIN = "livedesk"
"""Of the catalogues: <folder>/<language>/LC_MESSAGES/livedesk.mo, from livedesk.pot."""

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EN DASH}"
"""Stands where a figure is not known; never a zero."""


_PLATFORMS = {
    "tiktok": "TikTok", "shopee": "Shopee", "youtube": "YouTube", "facebook": "Facebook",
    "twitch": "Twitch",
}  # fmt: skip
"""As they write themselves; the settings name them in small letters."""


@cache
def tr(text: str) -> str:
    """The text in the operator's language; English until a catalogue is installed.

    Cached because gettext looks for the catalogue on disk at every call.
    """
    return gettext.dgettext(DOMAIN, text)


@lru_cache(maxsize=1024)
def trn(one: str, several: str, n: int) -> str:
    """The text for `n` things, since languages count in different ways. `{n}` stays as it is."""
    return gettext.dngettext(DOMAIN, one, several, n)


def use_catalogues(folder: Path) -> None:
    """Look there for the texts in the language of the environment (LANGUAGE, LC_ALL, LANG)."""
    gettext.bindtextdomain(DOMAIN, str(folder))
    tr.cache_clear()
    trn.cache_clear()


def platform_name(named: str) -> str:
    """What the settings call `tiktok` is TikTok; other names are shown as they were given."""
    return _PLATFORMS.get(named, named) or tr("the platform")


def number(value: float | None, decimals: int = 0, *, signed: bool = False) -> str:
    """`4,012`, `+12`, `−120`; a dash when not known."""
    if value is None or value != value:
        return NOTHING
    rounded = round(value, decimals) + 0.0
    sign = MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
    return f"{sign}{abs(rounded):,.{decimals}f}"


def lost_words(frames: int | None) -> str:
    """What a switch cost."""
    if frames is None:
        return tr("frames lost: not known")
    if frames == 0:
        return tr("no frame lost")
    return trn("{n} frame lost", "{n} frames lost", frames).format(n=number(frames))


def age(seconds: float | None) -> str:
    """How old a figure is. Below a second it says no more than that, so that it stays calm."""
    if seconds is None:
        return tr("no data yet")
    if seconds < 1:
        return tr("< 1 s")
    if seconds < 10:
        return f"{seconds:.1f} s"
    return span(seconds)


def span(seconds: float) -> str:
    """A length of time in at most two units: `42 s`, `4 min 12 s`, `2 h 05 min`."""
    whole_s = max(0, int(seconds))
    if whole_s < 60:
        return f"{whole_s} s"
    minutes, rest_s = divmod(whole_s, 60)
    if minutes < 60:
        return f"{minutes} min {rest_s:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min"


def show_clock(seconds: float) -> str:
    """`1:02:03`, minus sign before the start; whole seconds."""
    sign = MINUS if seconds < 0 else ""
    minutes, rest_s = divmod(abs(int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{sign}{hours}:{minutes:02d}:{rest_s:02d}"


def countdown(seconds: float) -> str:
    """`0:07`, `4:12`, `1:02:03`: how long still, or for how long already; whole seconds."""
    minutes, rest_s = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest_s:02d}" if hours else f"{minutes}:{rest_s:02d}"


def wall_clock(utc_ns: int, zone: tzinfo | None = None) -> str:
    """`12:03:04` in the operator's time zone (or the one given)."""
    return datetime.fromtimestamp(utc_ns / NS_PER_S, zone).strftime("%H:%M:%S")
