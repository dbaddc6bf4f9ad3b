"""Where does the settings file say the platform's output can be seen? Reads `[store.return]`."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from livedesk.core.config_table import Table
from livedesk.core.secrets import Secret, SecretResolver, SecretUnavailable
from livedesk.core.settings import ReturnSettings

_PLAY_EXAMPLE: Final = '"rtmp://play.example/live/env:GLOW_PLAY" or "https://play.example/glow.flv"'
_STATISTICS_EXAMPLE: Final = '"http://server.example:8080/stat"'
_STREAM_EXAMPLE: Final = 'a stream name, such as "glow" or "env:GLOW_KEY"'
PLAY_PORTS: Final = {"rtmp": 1935, "rtmps": 443, "http": 80, "https": 443}
"""What an address may begin with, and the port that is meant when it names none."""

_HTTP_SCHEMES: Final = ("http", "https")
_STATISTICS_KEYS: Final = ("app", "stream")
_REFERENCE: Final = re.compile(
    r"(?P<front>|\w+://[^/]+/(?:.*?[/=])?)(?P<reference>(?:env|keyring):.+)"
)


def read_return(table: Table, resolve: SecretResolver) -> ReturnSettings:
    """`play`, or `statistics` with `app` and `stream`. What holds a key may be a reference."""
    by_play, by_statistics = table.has("play"), table.has("statistics")
    if by_play == by_statistics:
        found = "both" if by_play else "neither"
        text = f"expected play = {_PLAY_EXAMPLE}, or statistics = {_STATISTICS_EXAMPLE} with app "
        table.problem("play", f"{text}and stream; found {found} of the two")
    check = _statistics(table, resolve) if by_statistics else _playback(table, resolve)
    table.close()
    return check


def _playback(table: Table, resolve: SecretResolver) -> ReturnSettings:
    for key in _STATISTICS_KEYS:
        if table.has(key):
            table.problem(key, "is only used with statistics; remove it, or set statistics")
    if not table.has("play"):
        return ReturnSettings("playback", Secret(""))
    expected = f"an rtmp, rtmps, http or https address to play, such as {_PLAY_EXAMPLE}"
    return ReturnSettings("playback", _address(table, "play", expected, tuple(PLAY_PORTS), resolve))


def _statistics(table: Table, resolve: SecretResolver) -> ReturnSettings:
    expected = f"the http address of nginx-rtmp's statistics, such as {_STATISTICS_EXAMPLE}"
    url = _address(table, "statistics", expected, _HTTP_SCHEMES, resolve)
    app = table.text("app", 'an application of that server, such as "live"', r"[^\s/]{1,120}")
    text = table.private_text("stream", _STREAM_EXAMPLE)
    stream = _resolved(table, "stream", text or "", resolve)
    return ReturnSettings("statistics", url, app, Secret(stream or ""))


def _address(
    table: Table, key: str, expected: str, schemes: tuple[str, ...], resolve: SecretResolver
) -> Secret:
    """An address that can be opened. Its text is never part of a problem: it may hold a key."""
    text = table.private_text(key, expected)
    if text is None or (address := _resolved(table, key, text, resolve)) is None:
        return Secret("")
    if fault := _fault(address, schemes):
        table.problem(key, f"expected {expected}; found {fault}")
    return Secret(address)


def _resolved(table: Table, key: str, text: str, resolve: SecretResolver) -> str | None:
    match = _REFERENCE.fullmatch(text)
    if match is None:
        return text
    try:
        return match["front"] + resolve(match["reference"]).reveal()
    except SecretUnavailable as error:
        table.problem(key, str(error))
        return None


def _fault(address: str, schemes: tuple[str, ...]) -> str:
    """What is wrong with the address, in words that do not contain it; empty when nothing is."""
    if not address.isprintable() or " " in address:
        return "a blank or an unprintable character"
    scheme, separator, _ = address.partition("://")
    if not separator or scheme.lower() not in schemes:
        return f"a text that does not begin with {schemes[0]}:// or {schemes[1]}://"
    try:
        parts = urlsplit(address)
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_whole = False
    if not is_whole:
        return "no valid host and port after ://"
    return "" if parts.path.strip("/") else "no path after the host"
