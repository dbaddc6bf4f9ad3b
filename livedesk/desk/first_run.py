"""What does a first store need, is what was typed fit for it, and how does that stand in TOML?"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final

from livedesk.core.rtmp_address import parse_address
from livedesk.core.secrets import Secret
from livedesk.desk.words import tr

PORT: Final = 1935
APP: Final = "live"
PLATFORMS: Final = ("tiktok", "shopee", "youtube", "facebook", "twitch", "")
"""The last one is none of these."""
_LONGEST_NAME: Final = 120
_BIND: Final = re.compile(r"[0-9A-Za-z_.:@%-]{1,64}")


@dataclass(frozen=True, slots=True)
class FirstStore:
    """What somebody typed to connect a store.

    `server`: the platform's address as it gives it, without the key. `standby`: the local address
    or interface by which the bonded uplink leaves; empty for none yet. `encoder_key` is ours.
    """

    name: str
    platform: str
    server: str
    key: Secret
    encoder_key: Secret
    standby: str = ""
    id: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", store_id(self.name))


def store_id(name: str) -> str:
    """`Glow Beauty US` is `glow-beauty-us`: letters, digits and dashes, as the settings want it.

    A name without any of these is `store`.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48].rstrip("-") or "store"


def problems(store: FirstStore) -> dict[str, str]:
    """What is wrong, by field (`name`, `server`, `key`, `standby`); empty when all can be used.

    No sentence repeats what was typed: it may be a key in the wrong field.
    """
    found = {}
    name = store.name.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        found["name"] = tr("Give the store a name, such as: Glow Beauty US")
    if fault := _server_fault(store.server):
        found["server"] = fault
    key = store.key.reveal().strip()
    if not key or not key.isprintable() or " " in key or "/" in key:
        found["key"] = tr("Copy the stream key from the platform: one word, without spaces.")
    if store.standby and not _BIND.fullmatch(store.standby):
        found["standby"] = tr(
            "Give a local address or an interface, such as 192.168.8.2 or wwan0, or leave it empty."
        )
    return found


def _server_fault(server: str) -> str:
    text = server.strip()
    if re.search(r"[\"\\?#@]", text):
        return tr("Copy only the server's address; the key belongs into the field below.")
    address, fault = parse_address(f"{text.rstrip('/')}/key")
    if address is None:
        return tr(
            "Copy the server from the platform, such as rtmp://…/app. Found: {fault}."
        ).format(fault=fault)
    return ""


def key_reference(store: FirstStore) -> tuple[str, str]:
    """Service and user of the keyring's entry for the platform's key."""
    return f"livedesk-{store.id}", "stream-key"


def key_variable(store: FirstStore) -> str:
    """The environment variable that holds the platform's key where there is no keyring."""
    return f"LIVEDESK_{store.id.upper().replace('-', '_')}_KEY"


def settings_text(store: FirstStore, reference: str) -> str:
    """A whole livedesk.toml. `reference` (`keyring:…`, `env:…`) stands in place of the key."""
    url = f"{store.server.strip().rstrip('/')}/{reference}"
    lines = [
        "# Settings of livedesk. `livedesk doctor` checks them on this machine.",
        "",
        "[[store]]",
        f"id = {_quoted(store.id)}",
        f"name = {_quoted(store.name.strip())}",
        *([f"platform = {_quoted(store.platform)}"] if store.platform else []),
        "",
        "[store.feed]",
        f'listen = "rtmp://0.0.0.0:{PORT}/{APP}/{store.encoder_key.reveal()}"',
        "",
        "[[store.uplink]]",
        'name = "primary"',
        f"url = {_quoted(url)}",
    ]
    if store.standby:
        lines += [
            "",
            "[[store.uplink]]",
            'name = "bonded"',
            f"url = {_quoted(url)}",
            f"bind = {_quoted(store.standby)}",
        ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A basic string of TOML: what JSON escapes is escaped there in the same way."""
    return json.dumps(text, ensure_ascii=False)
