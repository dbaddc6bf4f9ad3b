"""What does the settings file say? Reads it into values, naming every fault."""

from __future__ import annotations

import ipaddress
import os
import re
import stat
import tomllib
from pathlib import Path
from typing import cast

from livedesk.core.config_limits import read_limits
from livedesk.core.config_return import read_return
from livedesk.core.config_table import ConfigError, Remark, Remarks, Table
from livedesk.core.rtmp_address import EXAMPLE, RtmpAddress, parse_address, split_reference
from livedesk.core.secrets import Secret, SecretResolver, SecretUnavailable
from livedesk.core.settings import (
    Decode,
    FeedSettings,
    ProbeSettings,
    ReturnSettings,
    Settings,
    StoreSettings,
    UplinkSettings,
)
from livedesk.core.toml_lines import key_lines

__all__ = ["ConfigError", "load_settings"]

MAX_BYTES = 1_000_000
_ANY_HOST = ("0.0.0.0", "::", "")
_LISTEN_EXAMPLE = "rtmp://0.0.0.0:1935/live/glow"


def load_settings(path: Path, resolve: SecretResolver) -> Settings:
    """Read the file and fetch the secrets it refers to. `notices` of the result go to the operator.

    Raises ConfigError with all problems, each with file, line, key, what was found and expected.
    """
    text = _read(path)
    remarks = Remarks(str(path), {})
    document = _parse(text, remarks)
    root = Table(remarks, (), document)
    reader = _Reader(path, resolve)
    stores = [reader.store(table) for table in root.tables("store", "[[store]]")]
    root.close()
    _check_stores(stores, remarks)
    if remarks.problems:
        raise ConfigError(sorted(remarks.problems, key=lambda problem: problem.line or 0))
    return Settings(tuple(stores), tuple(map(str, remarks.notices)))


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        problem = f"cannot be read: {error.strerror or error}; check the path and its permissions"
        raise ConfigError([Remark(str(path), None, "", problem)]) from error
    if len(content) > MAX_BYTES:
        problem = f"is larger than {MAX_BYTES} bytes; this is not a settings file of livedesk"
        raise ConfigError([Remark(str(path), None, "", problem)])
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = f"byte 0x{content[error.start]:02x} is not UTF-8; save the file in UTF-8"
        raise ConfigError([Remark(str(path), line, "", problem)]) from None


def _parse(text: str, remarks: Remarks) -> dict[str, object]:
    try:
        document: dict[str, object] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", str(error))
        reason = str(error)[: place.start()] if place else str(error)
        line = int(place[1]) if place and place[1] else text.rstrip().count("\n") + 1
        problem = f'this is not valid TOML: {reason[:120]}; texts stand in quotes, key = "text"'
        raise ConfigError([Remark(remarks.file, line, "", problem)]) from None
    except RecursionError:
        problem = "brackets are nested too deeply"
        raise ConfigError([Remark(remarks.file, None, "", problem)]) from None
    remarks.lines = key_lines(text)
    return document


class _Reader:
    """Reads stores; knows the file (for paths beside it) and where secrets come from."""

    def __init__(self, path: Path, resolve: SecretResolver) -> None:
        self._path = path
        self._resolve = resolve

    def store(self, table: Table) -> StoreSettings:
        identifier = table.text(
            "id",
            'a short name of small letters, digits, "-" and "_", such as "glow-us"',
            r"[a-z0-9][a-z0-9_-]{0,47}",
        )
        sandbox = table.flag("sandbox", False)
        uplinks = [
            self._uplink(entry, sandbox) for entry in table.tables("uplink", "[[store.uplink]]")
        ]
        _check_uplinks(uplinks, table)
        store = StoreSettings(
            id=identifier,
            name=table.text("name", 'a name, such as "Glow Beauty US"', r".{1,120}", identifier),
            platform=table.text("platform", 'a platform, such as "tiktok"', r".{1,40}", ""),
            feed=self._feed(table.table("feed", "[store.feed]")),
            uplinks=_usable(uplinks, table),
            limits=read_limits(table.table("limits", "[store.limits]")),
            probe=_probe(table.table("probe", "[store.probe]")),
            return_check=self._return(table),
            sandbox=sandbox,
        )
        for later in ("pins", "moderation"):
            if table.has(later):
                table.notice(later, "is read by a later release; this one does nothing with it")
        table.close()
        return store

    def _return(self, table: Table) -> ReturnSettings | None:
        if not table.has("return"):
            return None
        return read_return(table.table("return", "[store.return]"), self._resolve)

    def _feed(self, table: Table) -> FeedSettings:
        if table.has("pull"):
            table.problem(
                "pull",
                "taking the feed from a server is not supported yet; let the encoder push to "
                f'livedesk with listen = "{_LISTEN_EXAMPLE}"',
            )
        address = self._listen(table)
        tls_cert = self._file(table, "tls_cert", address.scheme)
        tls_key = self._file(table, "tls_key", address.scheme)
        grace_s = table.number("grace_s", 30.0, 0, 3600, "s")
        table.close()
        return FeedSettings(
            address.scheme, address.host, address.port, address.app, Secret(address.key),
            tls_cert, tls_key, grace_s,
        )  # fmt: skip

    def _listen(self, table: Table) -> RtmpAddress:
        expected = f'an address with port, app and key for the encoder, such as "{_LISTEN_EXAMPLE}"'
        if "pull" in table.values and not table.has("listen"):
            return RtmpAddress()
        address = self._address(table, "listen", expected)
        if address is not None and "/" in f"{address.app}{address.key}":
            table.problem("listen", f"expected {expected}; found more than one app and one key")
        return address or RtmpAddress()

    def _file(self, table: Table, key: str, scheme: str) -> str | None:
        """A certificate file; a relative path starts at the settings file."""
        given = table.has(key)
        if not given and scheme != "rtmps":
            return None
        name = table.text(key, 'the path of a PEM file, such as "feed-cert.pem"', r".+")
        if given and scheme != "rtmps":
            table.problem(
                key, "is only used by rtmps; begin listen with rtmps:// or remove this key"
            )
        full = self._path.parent / name
        if name and not full.is_file():
            table.problem(key, f'there is no file "{full}"; give the path of a PEM file')
        return str(full)

    def _uplink(self, table: Table, sandbox: bool) -> UplinkSettings:
        name = table.text(
            "name",
            'a short name, such as "primary" or "bonded"',
            r"[A-Za-z0-9][A-Za-z0-9 _-]{0,31}",
        )
        expected = f"an rtmp:// or rtmps:// address with an app and a key, such as {EXAMPLE}"
        address = self._address(table, "url", expected)
        if address is not None and not address.by_reference and not sandbox:
            table.notice("url", "the stream key stands in this file" + self._readers())
        uplink = UplinkSettings(
            name=name,
            url=Secret(address.url if address else ""),
            bind=_bind(table),
            max_backlog_ms=table.whole_number("max_backlog_ms", 10_000, 500, 120_000, "ms"),
        )
        table.close()
        return uplink

    def _address(self, table: Table, key: str, expected: str) -> RtmpAddress | None:
        """An RTMP address, with the secret that it refers to put in its place."""
        text = table.private_text(key, expected)
        if text is None:
            return None
        front, reference = split_reference(text)
        if reference:
            try:
                text = front + self._resolve(reference).reveal()
            except SecretUnavailable as error:
                table.problem(key, str(error))
                return None
        address, fault = parse_address(text, by_reference=bool(reference))
        if address is None:
            where = f" in what {reference} stands for" if reference else ""
            table.problem(key, f"expected {expected}; found {fault}{where}")
        return address

    def _readers(self) -> str:
        """Advice on a key that is written in the file, stronger if others can read it."""
        advice = "; it is safer as env:NAME or keyring:service/user in place of the key"
        try:
            mode = self._path.stat().st_mode
        except OSError:
            return advice
        if os.name == "posix" and mode & (stat.S_IRGRP | stat.S_IROTH):
            return f", which other users can read (chmod 600 {self._path}){advice}"
        return advice


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


def _probe(table: Table) -> ProbeSettings:
    decode = table.text("decode", '"all", "keyframes" or "none"', r"all|keyframes|none", "all")
    preview_fps = table.number("preview_fps", 2.0, 0, 10, "pictures a second")
    table.close()
    return ProbeSettings(cast(Decode, decode), preview_fps)


def _usable(uplinks: list[UplinkSettings], store: Table) -> tuple[UplinkSettings, ...]:
    """The first. Two pushes of one key at once end a show on most platforms, and choosing between
    them comes with failover."""
    for at, uplink in enumerate(uplinks[1:], start=1):
        text = f'"{uplink.name}" is for a later release; this one only uses {uplinks[0].name}'
        store.remarks.notice((*store.path, "uplink", at), text)
    return tuple(uplinks[:1])


def _check_uplinks(uplinks: list[UplinkSettings], store: Table) -> None:
    seen: dict[str, int] = {}
    for at, uplink in enumerate(uplinks):
        first = seen.setdefault(uplink.name, at)
        if uplink.name and first != at:
            text = f'expected a name of its own; "{uplink.name}" is already uplink[{first}]'
            store.remarks.problem((*store.path, "uplink", at, "name"), text)


def _check_stores(stores: list[StoreSettings], remarks: Remarks) -> None:
    """Each store has its own id (it names files) and its own port (each has its own relay)."""
    for at, store in enumerate(stores):
        for first, other in enumerate(stores[:at]):
            if store.id and store.id == other.id:
                text = f'expected an id of its own; "{store.id}" is already store[{first}]'
                remarks.problem(("store", at, "id"), text)
            if _same_socket(store.feed, other.feed):
                text = (
                    f"expected a port of its own, as each store has its own relay; "
                    f"{store.feed.port} is already taken by store[{first}]"
                )
                remarks.problem(("store", at, "feed", "listen"), text)


def _same_socket(one: FeedSettings, other: FeedSettings) -> bool:
    if not one.port or one.port != other.port:
        return False
    return one.host == other.host or one.host in _ANY_HOST or other.host in _ANY_HOST
