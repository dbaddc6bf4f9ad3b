"""Can this text be measured at all? Looks at an address or a path before anything is opened.

libav answers a typo with a timeout or an unfitting word, and repeats the address with its key.
"""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path
from typing import Final

from livedesk.monitors.probe.job import is_file, public_place

PROTOCOLS: Final = ("rtmp", "rtmps", "http", "https", "rtsp", "rtsps", "tcp", "udp", "file")
"""What the PyAV wheels can play and an operator may mean; SRT and RIST are not in them."""

_SCHEME: Final = re.compile(
    r"(?P<name>[A-Za-z][A-Za-z0-9+.-]{1,15})(?P<colon>:?)(?P<slashes>/{0,2})"
)
_AUTHORITY: Final = re.compile(r"(?P<host>\[[0-9A-Fa-f:.%]+\]|[^:\[\]\s]*)(:(?P<port>.*))?")
_LIKE_AN_ADDRESS: Final = re.compile(r"[\w.-]+(:\w*)?/.*|[\w.-]+:\d+")

_LIKE_ENOUGH: Final = 0.7


class SourceError(Exception):
    """It cannot be measured; the text says what, where and what to do, and holds no key."""


def check_source(text: str) -> None:
    """Raises SourceError."""
    if not text.strip():
        raise SourceError("there is nothing to measure: name a file or an address")
    if not text.isprintable() or text != text.strip():
        raise SourceError(
            "the address has a blank at an end, or a character that cannot be printed; take it out"
        )
    if is_file(text):
        _check_file(text)
    else:
        _check_address(text)


def _check_address(text: str) -> None:
    scheme, _, rest = text.partition("://")
    if scheme.lower() not in PROTOCOLS:
        raise SourceError(f"cannot measure {_quoted(scheme)}://…: {_unknown(scheme)}")
    authority = re.split("[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]
    place = _AUTHORITY.fullmatch(authority)
    if place is None or not (place["host"] or scheme.lower() == "udp"):
        raise SourceError(
            f"cannot measure {scheme}://…: there is no valid host after ://; write it like "
            f"{scheme}://server.example/live/key"
        )
    port = place["port"]
    if port is not None and not (port.isascii() and port.isdecimal() and 0 < int(port) <= 65_535):
        raise SourceError(
            f"cannot measure {scheme}://{place['host']}: its port is no number from 1 to 65535; "
            "correct what stands after the colon"
        )
    if " " in text:
        raise SourceError(
            f"cannot measure {public_place(text)}: there is a blank in its address; take it out"
        )


def _check_file(text: str) -> None:
    path = Path(public_place(text))
    if not path.exists():
        if not text.startswith("file:"):
            _check_lookalike(text)
        raise SourceError(f"cannot open {path}: no such file; check the path")
    if path.is_dir():
        raise SourceError(f"cannot open {path}: it is a folder; name a file in it")
    if not os.access(path, os.R_OK):
        raise SourceError(f"cannot open {path}: it may not be read; check its permissions")
    if path.is_file() and path.stat().st_size == 0:
        raise SourceError(f"cannot open {path}: it is empty; check what wrote it")


def _check_lookalike(text: str) -> None:
    """An address with a slip is not repeated as a path, because a key may be in it."""
    match = _SCHEME.match(text)
    if (
        match is not None
        and not text.startswith("file:")
        and (match["colon"] or match["slashes"] == "//")
    ):
        known = _nearest(match["name"])
        if known is not None:
            raise SourceError(
                f"cannot measure {_quoted(match['name'])}…: an address begins with {known}://"
            )
    if _LIKE_AN_ADDRESS.fullmatch(text) and _has_host(text):
        raise SourceError(
            "there is no such file, and an address begins with its protocol, such as rtmp://; "
            "check what was typed"
        )


def _has_host(text: str) -> bool:
    host = text.partition("/")[0]
    return ":" in host or host == "localhost" or host.count(".") >= 2


def _unknown(scheme: str) -> str:
    known = _nearest(scheme)
    hint = f"did you mean {known}://?" if known else "use rtmp, rtmps, http, rtsp or a file"
    return f"livedesk plays no such protocol; {hint}"


def _nearest(scheme: str) -> str | None:
    """The protocol that was meant: letters in another order are the likeliest slip."""
    typed = scheme.lower()

    def likeness(known: str) -> float:
        is_mixed_up = sorted(known) == sorted(typed)
        return 1.0 if is_mixed_up else difflib.SequenceMatcher(None, known, typed).ratio()

    best = max(PROTOCOLS, key=likeness)
    return best if likeness(best) >= _LIKE_ENOUGH else None


def _quoted(scheme: str) -> str:
    """As typed when it is one word; longer texts may hold what is nobody's business."""
    return scheme if re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]{0,15}", scheme) else "this"
