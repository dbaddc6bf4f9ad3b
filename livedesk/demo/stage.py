"""What runs in a demo? A sandbox and an engine, as processes with folders of their own."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from livedesk.core.secrets import Secret
from livedesk.demo.processes import child, free_ports, ready_engine, ready_sandbox
from livedesk.paths import DATA_VARIABLE, RUNTIME_VARIABLE, Paths, find_paths

STORE: Final = "glow-us"
PRIMARY: Final = "primary"
BONDED: Final = "bonded"
_PLATFORM_KEY: Final = "LIVEDESK_DEMO_PLATFORM_KEY"
_FEED_KEY: Final = "LIVEDESK_DEMO_FEED_KEY"
_SHOP_TOKEN: Final = "LIVEDESK_DEMO_SHOP_TOKEN"
_CHAT_TOKEN: Final = "LIVEDESK_DEMO_CHAT_TOKEN"
_RULES_TOKEN: Final = "LIVEDESK_DEMO_RULES_TOKEN"
_HOOK_SECRET: Final = "LIVEDESK_DEMO_HOOK_SECRET"
_ROOM: Final = "glow"


@dataclass(frozen=True, slots=True)
class Stage:
    """Where everything can be reached."""

    paths: Paths
    config: Path
    engine_url: str
    engine_token: Secret
    control_url: str
    control_token: Secret
    ingest_url: Secret
    """Where the sandbox's encoder pushes to: the relay."""
    hook_secret: Secret
    """The shop signs with it what it tells of its products."""


@dataclass(frozen=True, slots=True)
class RulesAt:
    """A rule service that runs already. `token`: of the role engine."""

    url: str
    token: Secret


@contextmanager
def open_stage(
    folder: Path, rules: RulesAt | None = None, more_stores: str = ""
) -> Iterator[Stage]:
    """Starts sandbox and engine side by side; leaves nothing running. Raises StageError.

    `rules` takes the place of the sandbox's own rule service. `more_stores`: settings of stores
    before it that the sandbox does nothing for."""
    feed_key = secrets.token_urlsafe(12)
    keys = _Keys(*(secrets.token_urlsafe(12) for _ in range(4)))
    hook_secret = base64.b64encode(secrets.token_bytes(32)).decode()
    environment = {
        **os.environ,
        RUNTIME_VARIABLE: str(folder / "runtime"),
        DATA_VARIABLE: str(folder / "data"),
        _FEED_KEY: feed_key,
        _PLATFORM_KEY: keys.platform,
        _SHOP_TOKEN: keys.shop,
        _CHAT_TOKEN: keys.chat,
        _RULES_TOKEN: keys.rules if rules is None else rules.token.reveal(),
        _HOOK_SECRET: hook_secret,
    }
    paths = find_paths(environment).prepare()
    feed_port, *others = free_ports(6)
    ports = _Ports(*others)
    config = folder / "livedesk.toml"
    rules_url = f"http://127.0.0.1:{ports.rules}" if rules is None else rules.url
    config.write_text(more_stores + _settings(feed_port, ports, rules_url))
    job = _sandbox_job(keys, ports)
    engine = ["livedesk", "engine", "--end-with-input", "--config", str(config)]
    with (
        child("sandbox", ["livedesk.sandbox"], environment, folder, job) as sandbox,
        child("engine", engine, environment, folder) as process,
    ):
        ready = ready_sandbox("sandbox", sandbox, folder)
        runtime = ready_engine(process, paths, folder)
        yield Stage(
            paths=paths,
            config=config,
            engine_url=runtime.url,
            engine_token=runtime.token,
            control_url=ready["control_url"],
            control_token=Secret(ready["token"]),
            ingest_url=Secret(f"rtmp://127.0.0.1:{feed_port}/live/{feed_key}"),
            hook_secret=Secret(hook_secret),
        )


@dataclass(frozen=True, slots=True)
class _Ports:
    """Where the parts of the sandbox listen."""

    primary: int
    bonded: int
    shop: int
    chat: int
    rules: int


@dataclass(frozen=True, slots=True, repr=False)
class _Keys:
    """What opens the parts of the sandbox."""

    platform: str
    shop: str
    chat: str
    rules: str


def _sandbox_job(keys: _Keys, ports: _Ports) -> dict[str, Any]:
    return {
        "key": keys.platform,
        "port": ports.primary,
        "paths": {BONDED: {"port": ports.bonded}},
        # Out of a black hole the platform is not told that the old connection has ended.
        "platform": {"second": "take_over"},
        "shop": {"port": ports.shop, "room": _ROOM, "token": keys.shop},
        "chat": {"port": ports.chat, "rooms": [_ROOM], "token": keys.chat},
        "rules": {"port": ports.rules, "token": keys.rules},
    }


def _settings(feed_port: int, ports: _Ports, rules_url: str) -> str:
    return f"""\
# The demo's store. Keys come from the environment, as they may in your own file.
[[store]]
id = "{STORE}"
name = "Glow Beauty US"
platform = "sandbox"
sandbox = true

[store.feed]
listen = "rtmp://127.0.0.1:{feed_port}/live/env:{_FEED_KEY}"

[[store.uplink]]
name = "{PRIMARY}"
url = "rtmp://127.0.0.1:{ports.primary}/live/env:{_PLATFORM_KEY}"

[[store.uplink]]
name = "{BONDED}"
url = "rtmp://127.0.0.1:{ports.bonded}/live/env:{_PLATFORM_KEY}"
cost = "mobile data"

[store.pins]
gateway = "sandbox"

[store.pins.sandbox]
url = "http://127.0.0.1:{ports.shop}"
room = "{_ROOM}"
token = "env:{_SHOP_TOKEN}"

[store.pins.catalogue]
webhook_secret = "env:{_HOOK_SECRET}"

[store.moderation]
url = "{rules_url}"
token = "env:{_RULES_TOKEN}"
chat = "sandbox"

[store.moderation.sandbox]
url = "http://127.0.0.1:{ports.chat}"
room = "{_ROOM}"
token = "env:{_CHAT_TOKEN}"
"""
