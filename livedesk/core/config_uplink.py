"""Which ways out to the platform does the settings file name? Reads `[[store.uplink]]`."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

from livedesk.core.config_secret import Origin, read_rtmp_address, resolved
from livedesk.core.config_table import Table
from livedesk.core.proxy_address import PROXY_EXAMPLE, parse_proxy
from livedesk.core.rtmp_address import EXAMPLE, parse_address
from livedesk.core.secrets import Secret
from livedesk.core.settings import UplinkSettings

_RELAYS_KEYS: Final = ("bind", "proxy", "max_backlog_ms")
_Way = tuple[object, ...]
"""What makes a path: address, local end and proxy."""


def read_uplinks(
    store: Table, origin: Origin, *, sandbox: bool, pulled: bool, actuator: object
) -> tuple[UplinkSettings, ...]:
    """In the order of the file, which is the order of preference; each a path of its own.

    `pulled`: no relay of ours carries the stream, so nothing can be said of how it leaves. What
    else moves it, `actuator`, may know a path by its name alone; OBS is only told the address.
    """
    tables = store.tables("uplink", "[[store.uplink]]")
    uplinks = [_uplink(table, origin, sandbox=sandbox, pulled=pulled) for table in tables]
    _check_names(uplinks, tables)
    if not pulled:
        _check_paths(
            uplinks,
            tables,
            "is the same path as {first} (same url, bind and proxy): what breaks one breaks both; "
            "give it a bind of another network, a proxy or another url, or remove it",
        )
    elif actuator == "obs":
        _check_paths(
            uplinks,
            tables,
            "is the same place as {first} (same url), and OBS is only told where to stream to; "
            "give it another url, or remove it",
        )
    return tuple(uplinks)


def _uplink(table: Table, origin: Origin, *, sandbox: bool, pulled: bool) -> UplinkSettings:
    name = table.text(
        "name",
        'a short name, such as "primary" or "bonded"',
        r"[A-Za-z0-9][A-Za-z0-9 _-]{0,31}",
    )
    expected = f"an rtmp:// or rtmps:// address with an app and a key, such as {EXAMPLE}"
    whose = f'uplink "{name}": ' if name else ""
    address = read_rtmp_address(table, "url", expected, origin.resolve, whose)
    if address is not None and not address.by_reference and not sandbox:
        table.notice("url", "the stream key stands in this file" + origin.advice())
    uplink = UplinkSettings(
        name=name,
        url=Secret(address.url if address else ""),
        bind=_bind(table),
        max_backlog_ms=table.whole_number("max_backlog_ms", 10_000, 500, 120_000, "ms"),
        proxy=_proxy(table, origin),
        cost=_cost(table),
    )
    for key in _RELAYS_KEYS if pulled else ():
        if key in table.values:
            table.problem(key, "is only used with listen; with pull the encoder chooses its way")
    table.close()
    return uplink


def _bind(table: Table) -> str | None:
    if not table.has("bind"):
        return None
    expected = 'a local address or an interface, such as "192.168.1.20" or "wlan0"'
    name = table.text("bind", expected, r"[0-9A-Za-z_.:@%-]{1,64}")
    try:
        ipaddress.ip_address(name)
    except ValueError:
        # Linux allows 15 characters for an interface's name; four numbers are a mistyped address.
        if name and (len(name) > 15 or re.fullmatch(r"[\d.]+", name)):
            table.problem("bind", f'expected {expected}; found "{name}"')
    return name


def _proxy(table: Table, origin: Origin) -> Secret | None:
    expected = f"an http:// or socks5:// address with a port, such as {PROXY_EXAMPLE}"
    if not table.has("proxy") or (text := table.private_text("proxy", expected)) is None:
        return None
    full = resolved(table, "proxy", text, origin.resolve)
    if full is None:
        return None
    proxy, fault = parse_proxy(full)
    if proxy is None:
        where = " in what it refers to" if full != text else ""
        table.problem("proxy", f"expected {expected}; found {fault}{where}")
    elif proxy.user is not None and full == text:
        table.notice("proxy", "the proxy's password stands in this file" + origin.advice())
    return Secret(full)


def _cost(table: Table) -> str | None:
    if not table.has("cost"):
        return None
    expected = 'a note of up to 80 characters, such as "LTE, 200 GB a month"'
    return table.text("cost", expected, r"[^\x00-\x1f\x7f]{1,80}")


def _check_names(uplinks: list[UplinkSettings], tables: list[Table]) -> None:
    seen: dict[str, int] = {}
    for at, (uplink, table) in enumerate(zip(uplinks, tables, strict=True)):
        first = seen.setdefault(uplink.name, at)
        if uplink.name and first != at:
            text = f'expected a name of its own; "{uplink.name}" is already uplink[{first}]'
            table.problem("name", text)


def _check_paths(uplinks: list[UplinkSettings], tables: list[Table], problem: str) -> None:
    """Moving the stream from a path to itself would end it for nothing."""
    seen: dict[_Way, str] = {}
    for uplink, table in zip(uplinks, tables, strict=True):
        if (way := _way(uplink)) is None:
            continue
        first = seen.setdefault(way, uplink.name)
        if first != uplink.name:
            table.problem("url", f'"{uplink.name}" ' + problem.format(first=f'"{first}"'))


def _way(uplink: UplinkSettings) -> _Way | None:
    """None when the address was not understood, which is a problem of its own."""
    address, _ = parse_address(uplink.url.reveal())
    if address is None:
        return None
    proxy = uplink.proxy.reveal() if uplink.proxy is not None else None
    place = (address.scheme, address.host.lower(), address.port, address.app, address.key)
    return (*place, uplink.bind, proxy)
