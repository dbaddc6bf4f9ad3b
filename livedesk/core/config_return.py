"""Where does the settings file say the platform's output can be seen? Reads `[store.return]`."""

from __future__ import annotations

from typing import Final

from livedesk.core.config_secret import read_address, resolved
from livedesk.core.config_table import Table
from livedesk.core.secrets import Secret, SecretResolver
from livedesk.core.settings import ReturnSettings

_PLAY_EXAMPLE: Final = '"rtmp://play.example/live/env:GLOW_PLAY" or "https://play.example/glow.flv"'
_STATISTICS_EXAMPLE: Final = '"http://server.example:8080/stat"'
_STREAM_EXAMPLE: Final = 'a stream name, such as "glow" or "env:GLOW_KEY"'
PLAY_PORTS: Final = {"rtmp": 1935, "rtmps": 443, "http": 80, "https": 443}
"""What an address may begin with, and the port that is meant when it names none."""

_HTTP_SCHEMES: Final = ("http", "https")
_STATISTICS_KEYS: Final = ("app", "stream")


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
    return ReturnSettings(
        "playback", read_address(table, "play", expected, tuple(PLAY_PORTS), resolve)
    )


def _statistics(table: Table, resolve: SecretResolver) -> ReturnSettings:
    expected = f"the http address of nginx-rtmp's statistics, such as {_STATISTICS_EXAMPLE}"
    url = read_address(table, "statistics", expected, _HTTP_SCHEMES, resolve)
    app = table.text("app", 'an application of that server, such as "live"', r"[^\s/]{1,120}")
    text = table.private_text("stream", _STREAM_EXAMPLE)
    stream = resolved(table, "stream", text or "", resolve)
    return ReturnSettings("statistics", url, app, Secret(stream or ""))
