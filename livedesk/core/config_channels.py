"""Which ways to people are there? Reads `[[channel]]`; no problem repeats an address or a token."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal, cast
from urllib.parse import urlsplit

from livedesk.core.channel_settings import (
    ChannelSettings,
    EmailChannel,
    NtfyChannel,
    SlackChannel,
    WebhookChannel,
)
from livedesk.core.config_http import read_headers
from livedesk.core.config_secret import Origin, read_password, read_secret, resolved
from livedesk.core.config_table import Remarks, Table
from livedesk.core.hook_secret import EXAMPLE, hook_key
from livedesk.core.secrets import Secret
from livedesk.core.status import Priority

NAME: Final = r"[a-z0-9][a-z0-9_-]{0,39}"
_ADDRESS: Final = r"[^\s@<>,;:\x00-\x1f]{1,64}@[A-Za-z0-9.-]{1,190}"
_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
PORTS: Final[dict[str, int]] = {"starttls": 587, "tls": 465, "none": 25}
_MOST_RECIPIENTS: Final = 20

Way = SlackChannel | NtfyChannel | WebhookChannel | EmailChannel


def read_channel(table: Table, origin: Origin) -> ChannelSettings:
    name = table.text("name", 'a short name of small letters, such as "ops-slack"', NAME)
    kind = table.text("kind", '"slack", "ntfy", "webhook" or "email"', r"slack|ntfy|webhook|email")
    channel = ChannelSettings(
        name=name,
        way=_way(table, kind, origin),
        priority=cast(
            Priority,
            table.text("priority", '"low", "medium" or "high"', r"low|medium|high", "medium"),
        ),
        stores=_texts(table, "stores", 'ids of stores, such as ["glow-us"]', r".{1,48}"),
        resolved=table.flag("resolved", True),
        heartbeat_min=_heartbeat_min(table),
        per_min=table.whole_number("per_min", 20, 1, 60, "messages"),
    )
    table.close()
    return channel


def check_channels(
    channels: Sequence[ChannelSettings], stores: Sequence[str], remarks: Remarks
) -> None:
    """Each has its own name, and the stores that it names are there."""
    for at, channel in enumerate(channels):
        names = [other.name for other in channels[:at]]
        if channel.name and channel.name in names:
            text = f'expected a name of its own; "{channel.name}" is already a channel'
            remarks.problem(("channel", at, "name"), text)
        for store in channel.stores:
            if store not in stores:
                text = f'expected ids of stores of this file; found "{store}"'
                remarks.problem(("channel", at, "stores"), text)


def _way(table: Table, kind: str, origin: Origin) -> Way:
    match kind:
        case "slack":
            return SlackChannel(_url(table, origin))
        case "ntfy":
            token = read_password(table, "token", "an access token of ntfy", origin)
            return NtfyChannel(_url(table, origin), token)
        case "webhook":
            return _webhook(table, origin)
        case _:
            return _email(table, origin)


def _webhook(table: Table, origin: Origin) -> WebhookChannel:
    url = _url(table, origin)
    secret = None
    if table.has("secret"):
        secret = read_secret(table, "secret", "the webhook's secret", "env:OPS_HOOK", origin)
        if secret.reveal():
            try:
                hook_key(secret)
            except ValueError as error:
                table.problem("secret", f"expected {EXAMPLE}; found {error}")
    headers = table.table("headers", "[channel.headers]")
    return WebhookChannel(url, secret, read_headers(headers, origin))


def _url(table: Table, origin: Origin) -> Secret:
    """Who has it can write to the channel, so it is kept as a password is."""
    expected = 'an address, such as "env:OPS_SLACK" for https://host/path'
    text = table.private_text("url", expected)
    if text is None or (url := resolved(table, "url", text, origin.resolve)) is None:
        return Secret("")
    if fault := _fault(url):
        table.problem("url", f"expected {expected}; found {fault}")
    elif url == text:
        notice = "an address with which anybody can write to this channel stands in this file"
        table.notice("url", notice + origin.advice())
    return Secret(url)


def _fault(url: str) -> str:
    if not url.isprintable() or " " in url:
        return "a blank or an unprintable character"
    try:
        parts = urlsplit(url)
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return "no valid host and port after ://"
    if parts.scheme.lower() not in ("http", "https") or not is_whole:
        return "a text that is no address of https"
    if parts.scheme.lower() == "http" and parts.hostname not in _LOOPBACK:
        return "http:// to another machine, which anybody on the way can read: use https://"
    return "" if parts.path.strip("/") else "no path after the host"


def _email(table: Table, origin: Origin) -> EmailChannel:
    security = table.text(
        "security", '"starttls", "tls" or "none"', r"starttls|tls|none", "starttls"
    )
    host = table.text("host", 'a mail server, such as "smtp.example"', r"[A-Za-z0-9.:-]{1,250}", "")
    if not host and "host" not in table.values:
        table.problem("host", 'expected a mail server, such as "smtp.example"; the key is missing')
    if security == "none" and host not in _LOOPBACK:
        table.problem("security", '"none" is for a mail server of this machine; use "starttls"')
    user = table.text("user", "a user name", r"[^\x00-\x1f]{1,200}", "")
    password = read_password(table, "password", "the user's password", origin)
    if bool(user) != (password is not None):
        table.problem("user", "expected user and password together; found one of them")
    elif user and security == "none":
        table.problem("security", '"none" would send the password in the clear; use "starttls"')
    return EmailChannel(
        host=host,
        sender=table.text("sender", 'an address, such as "livedesk@agency.example"', _ADDRESS),
        to=_recipients(table),
        port=table.whole_number("port", PORTS[security], 1, 65_535, ""),
        security=cast(Literal["starttls", "tls", "none"], security),
        user=user,
        password=password,
    )


def _recipients(table: Table) -> tuple[str, ...]:
    expected = 'addresses, such as ["ops@agency.example"]'
    to = _texts(table, "to", expected, _ADDRESS)
    if not to and not (table.has("to") and table.values["to"]):
        table.problem("to", f"expected {expected}; found none")
    elif len(to) > _MOST_RECIPIENTS:
        table.problem("to", f"expected at most {_MOST_RECIPIENTS} addresses; use a mailing list")
    return to


def _texts(table: Table, key: str, expected: str, pattern: str) -> tuple[str, ...]:
    value = table.values.get(key, []) if table.has(key) else []
    if isinstance(value, list) and all(
        isinstance(each, str) and re.fullmatch(pattern, each) for each in value
    ):
        return tuple(value)
    table.problem(key, f"expected a list of {expected}")
    return ()


def _heartbeat_min(table: Table) -> float:
    """0, or from a minute to a day: a quicker one would be noise."""
    minutes = table.number("heartbeat_min", 0.0, 0, 1440, "minutes")
    if 0 < minutes < 1:
        table.problem("heartbeat_min", "expected 0 for none, or at least 1 minute")
    return minutes
