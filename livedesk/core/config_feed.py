"""Where does the settings file say the feed comes from? Reads `[store.feed]`."""

from __future__ import annotations

from typing import Final

from livedesk.core.config_return import PLAY_PORTS
from livedesk.core.config_secret import Origin, read_address, read_rtmp_address
from livedesk.core.config_table import Table
from livedesk.core.rtmp_address import RtmpAddress
from livedesk.core.secrets import Secret
from livedesk.core.settings import FeedSettings

_LISTEN_EXAMPLE: Final = '"rtmp://0.0.0.0:1935/live/glow"'
_PULL_EXAMPLE: Final = '"rtmp://server.example/live/glow"'
_LISTENS_KEYS: Final = ("tls_cert", "tls_key", "grace_s")


def read_feed(table: Table, origin: Origin) -> FeedSettings:
    """`listen`: the encoder pushes to our relay. `pull`: we only watch another server's stream."""
    by_listen, by_pull = table.has("listen"), table.has("pull")
    if by_listen and by_pull:
        table.problem(
            "pull", "expected one of listen and pull; found both: with pull nothing is relayed"
        )
    feed = _pulled(table, origin) if by_pull and not by_listen else _pushed(table, origin)
    table.close()
    return feed


def _pulled(table: Table, origin: Origin) -> FeedSettings:
    expected = f"an rtmp, rtmps, http or https address to play, such as {_PULL_EXAMPLE}"
    source = read_address(table, "pull", expected, tuple(PLAY_PORTS), origin.resolve)
    for key in _LISTENS_KEYS:
        if table.has(key):
            table.problem(key, "is only used with listen; remove it, or let the encoder push to us")
    return FeedSettings("rtmp", "", 0, "", Secret(""), pull=source)


def _pushed(table: Table, origin: Origin) -> FeedSettings:
    address = _listen(table, origin)
    tls_cert = _file(table, "tls_cert", address.scheme, origin)
    tls_key = _file(table, "tls_key", address.scheme, origin)
    grace_s = table.number("grace_s", 30.0, 0, 3600, "s")
    return FeedSettings(
        address.scheme, address.host, address.port, address.app, Secret(address.key),
        tls_cert, tls_key, grace_s,
    )  # fmt: skip


def _listen(table: Table, origin: Origin) -> RtmpAddress:
    expected = f"an address with port, app and key for the encoder, such as {_LISTEN_EXAMPLE}"
    address = read_rtmp_address(table, "listen", expected, origin.resolve)
    if address is not None and "/" in f"{address.app}{address.key}":
        table.problem("listen", f"expected {expected}; found more than one app and one key")
    return address or RtmpAddress()


def _file(table: Table, key: str, scheme: str, origin: Origin) -> str | None:
    """A certificate file; a relative path starts at the settings file."""
    given = table.has(key)
    if not given and scheme != "rtmps":
        return None
    name = table.text(key, 'the path of a PEM file, such as "feed-cert.pem"', r".+")
    if given and scheme != "rtmps":
        table.problem(key, "is only used by rtmps; begin listen with rtmps:// or remove this key")
    full = origin.path.parent / name
    if name and not full.is_file():
        table.problem(key, f'there is no file "{full}"; give the path of a PEM file')
    return str(full)
