"""How is a text read that may hold a key? References are resolved; no problem repeats the text.

A key may stand behind `env:NAME` or `keyring:service/user`, in place of the whole text or at the
end of an address.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from livedesk.core.config_table import Table, found
from livedesk.core.rtmp_address import RtmpAddress, parse_address, split_reference
from livedesk.core.secrets import Secret, SecretResolver, SecretUnavailable

_REFERENCE: Final = re.compile(
    r"(?P<front>|\w+://[^/]+/(?:.*?[/=])?)(?P<reference>(?:env|keyring):.+)"
)
_WORD_BEFORE: Final = re.compile(r"(?P<front>|[A-Za-z]+ )(?P<reference>(?:env|keyring):.+)")


@dataclass(frozen=True, slots=True)
class Origin:
    """The file that is read, and where the secrets come from that it refers to."""

    path: Path
    resolve: SecretResolver

    def advice(self) -> str:
        """On a secret that is written in the file; stronger if others can read it."""
        advice = "; it is safer as env:NAME or keyring:service/user in its place"
        try:
            mode = self.path.stat().st_mode
        except OSError:
            return advice
        if os.name == "posix" and mode & (stat.S_IRGRP | stat.S_IROTH):
            return f", which other users can read (chmod 600 {self.path}){advice}"
        return advice


def resolved(table: Table, key: str, text: str, resolve: SecretResolver) -> str | None:
    """The text with what its reference stands for; None, and a problem, if that is nothing."""
    return _put_in(table, key, _REFERENCE.fullmatch(text), text, resolve)


def header_value(table: Table, key: str, text: str, resolve: SecretResolver) -> str | None:
    """As `resolved`, for a header of HTTP, where a word such as `Bearer` may stand before it."""
    return _put_in(table, key, _WORD_BEFORE.fullmatch(text), text, resolve)


def _put_in(
    table: Table, key: str, match: re.Match[str] | None, text: str, resolve: SecretResolver
) -> str | None:
    if match is None:
        return text
    try:
        return match["front"] + resolve(match["reference"]).reveal()
    except SecretUnavailable as error:
        table.problem(key, str(error))
        return None


def read_password(table: Table, key: str, expected: str, origin: Origin) -> Secret | None:
    """None when the key is absent. A password in the file is used, and remarked upon."""
    if not table.has(key) or (text := table.private_text(key, expected)) is None:
        return None
    password = resolved(table, key, text, origin.resolve)
    if password == text:
        table.notice(key, "a password stands in this file" + origin.advice())
    return Secret(password or "")


def read_secret(
    table: Table, key: str, what: str, example: str, origin: Origin, *, quiet: bool = False
) -> Secret:
    """A required key or token; written in the file it is used, and remarked upon unless `quiet`."""
    expected = f'{what}, such as "{example}"' if example else what
    text = table.private_text(key, expected)
    value = resolved(table, key, text, origin.resolve) if text is not None else None
    if value is not None and value == text and not quiet:
        table.notice(key, f"{what} stands in this file" + origin.advice())
    if value is not None and (not value.isprintable() or value != value.strip()):
        table.problem(key, f"expected {expected}; found blanks or unprintable characters in it")
    return Secret(value or "")


def read_host(table: Table, key: str, default: str) -> str:
    """`https://host`; plain http is for a server on this machine, as keys go there."""
    expected = f'an address without a path, such as "{default}"'
    host = table.text(key, expected, r"https?://[^\s/?#@]{1,250}", default)
    if host.startswith("http://") and not re.match(r"http://(127\.|localhost|\[::1\])", host):
        table.problem(key, f"expected https://, as keys go there; found {found(host)}")
    return host


def read_rtmp_address(
    table: Table, key: str, expected: str, resolve: SecretResolver, of: str = ""
) -> RtmpAddress | None:
    """An RTMP address, with the secret that it refers to put in its place.

    `of`: whose it is, for a reader who knows names and not numbers of tables."""
    text = table.private_text(key, expected)
    if text is None:
        return None
    front, reference = split_reference(text)
    if reference:
        try:
            text = front + resolve(reference).reveal()
        except SecretUnavailable as error:
            table.problem(key, str(error))
            return None
    address, fault = parse_address(text, by_reference=bool(reference))
    if address is None:
        where = f" in what {reference} stands for" if reference else ""
        table.problem(key, f"{of}expected {expected}; found {fault}{where}")
    return address


def read_address(
    table: Table, key: str, expected: str, schemes: tuple[str, ...], resolve: SecretResolver
) -> Secret:
    """An address of one of the schemes, with host and path."""
    text = table.private_text(key, expected)
    if text is None or (address := resolved(table, key, text, resolve)) is None:
        return Secret("")
    if fault := _fault(address, schemes):
        table.problem(key, f"expected {expected}; found {fault}")
    return Secret(address)


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
