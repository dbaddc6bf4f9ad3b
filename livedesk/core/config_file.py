"""What does the settings file say? Reads it into values, naming every fault."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import cast

from livedesk.core.config_agency import read_agency
from livedesk.core.config_channels import check_channels, read_channel
from livedesk.core.config_failover import read_failover
from livedesk.core.config_feed import read_feed
from livedesk.core.config_limits import read_limits
from livedesk.core.config_moderation import read_moderation
from livedesk.core.config_pins import read_pins
from livedesk.core.config_record import read_record
from livedesk.core.config_return import read_return
from livedesk.core.config_secret import Origin
from livedesk.core.config_table import ConfigError, Remark, Remarks, Table
from livedesk.core.config_uplink import read_uplinks
from livedesk.core.config_users import read_users
from livedesk.core.moderation_settings import ModerationSettings
from livedesk.core.pin_settings import PinSettings, ShopeeGateway
from livedesk.core.secrets import SecretResolver
from livedesk.core.settings import (
    Decode,
    FeedSettings,
    ProbeSettings,
    ReturnSettings,
    Settings,
    StoreSettings,
)
from livedesk.core.toml_lines import key_lines

__all__ = ["ConfigError", "load_settings"]

MAX_BYTES = 1_000_000
_ANY_HOST = ("0.0.0.0", "::", "")


def load_settings(path: Path, resolve: SecretResolver) -> Settings:
    """Read the file and fetch the secrets it refers to. `notices` of the result go to the operator.

    Raises ConfigError with all problems, each with file, line, key, what was found and expected.
    """
    text = _read(path)
    remarks = Remarks(str(path), {})
    document = _parse(text, remarks)
    root = Table(remarks, (), document)
    origin = Origin(path, resolve)
    stores = [_store(table, origin) for table in root.tables("store", "[[store]]")]
    users = read_users(root, origin)
    agency = read_agency(root.table("agency", "[agency]"))
    record = read_record(root.table("record", "[record]"))
    channels = [
        read_channel(table, origin) for table in root.maybe_tables("channel", "[[channel]]")
    ]
    root.close()
    _check_stores(stores, remarks)
    check_channels(channels, [store.id for store in stores], remarks)
    if remarks.problems:
        raise ConfigError(sorted(remarks.problems, key=lambda problem: problem.line or 0))
    return Settings(
        tuple(stores),
        channels=tuple(channels),
        users=users,
        agency=agency,
        record=record,
        notices=tuple(map(str, remarks.notices)),
    )


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


def _store(table: Table, origin: Origin) -> StoreSettings:
    identifier = table.text(
        "id",
        'a short name of small letters, digits, "-" and "_", such as "glow-us"',
        r"[a-z0-9][a-z0-9_-]{0,47}",
    )
    sandbox = table.flag("sandbox", False)
    feed = read_feed(table.table("feed", "[store.feed]"), origin)
    pulled = feed.pull is not None
    failover = table.table("failover", "[store.failover]")
    uplinks = read_uplinks(
        table,
        origin,
        sandbox=sandbox,
        pulled=pulled,
        actuator=failover.values.get("actuator"),
    )
    platform = table.text("platform", 'a platform, such as "tiktok"', r".{1,40}", "")
    pins = _pins(table, origin, platform, sandbox=sandbox)
    store = StoreSettings(
        id=identifier,
        name=table.text("name", 'a name, such as "Glow Beauty US"', r".{1,120}", identifier),
        platform=platform,
        feed=feed,
        uplinks=uplinks,
        limits=read_limits(table.table("limits", "[store.limits]")),
        probe=_probe(table.table("probe", "[store.probe]")),
        return_check=_return(table, origin),
        failover=read_failover(failover, origin, pulled=pulled, uplinks=len(uplinks)),
        pins=pins,
        moderation=_moderation(table, origin, platform, pins, sandbox=sandbox),
        sandbox=sandbox,
    )
    table.close()
    return store


def _pins(table: Table, origin: Origin, platform: str, *, sandbox: bool) -> PinSettings | None:
    if not table.has("pins"):
        return None
    pins = table.table("pins", "[store.pins]")
    return read_pins(pins, origin, platform=platform, sandbox=sandbox)


def _moderation(
    table: Table, origin: Origin, platform: str, pins: PinSettings | None, *, sandbox: bool
) -> ModerationSettings | None:
    if not table.has("moderation"):
        return None
    moderation = table.table("moderation", "[store.moderation]")
    signs_in = pins is not None and isinstance(pins.gateway, ShopeeGateway)
    return read_moderation(
        moderation, origin, platform=platform, shopee_sign_in=signs_in, sandbox=sandbox
    )


def _return(table: Table, origin: Origin) -> ReturnSettings | None:
    if not table.has("return"):
        return None
    return read_return(table.table("return", "[store.return]"), origin.resolve)


def _probe(table: Table) -> ProbeSettings:
    decode = table.text("decode", '"all", "keyframes" or "none"', r"all|keyframes|none", "all")
    preview_fps = table.number("preview_fps", 2.0, 0, 10, "pictures a second")
    table.close()
    return ProbeSettings(cast(Decode, decode), preview_fps)


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
