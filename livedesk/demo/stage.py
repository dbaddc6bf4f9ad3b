"""What runs in a demo? A sandbox and an engine, as processes with folders of their own."""

from __future__ import annotations

import base64
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from livedesk.core.runtime import EngineRuntime, engine_file, read_runtime_file
from livedesk.core.secrets import Secret
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
_START_LIMIT_S: Final = 20.0
_STOP_LIMIT_S: Final = 15.0


class StageError(Exception):
    """A part of the demo did not start; the text says which, and why."""


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
def open_stage(folder: Path, rules: RulesAt | None = None) -> Iterator[Stage]:
    """Starts sandbox and engine side by side; leaves nothing running. Raises StageError.

    `rules` takes the place of the sandbox's own rule service."""
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
    feed_port, *others = _free_ports(6)
    ports = _Ports(*others)
    config = folder / "livedesk.toml"
    rules_url = f"http://127.0.0.1:{ports.rules}" if rules is None else rules.url
    config.write_text(_settings(feed_port, ports, rules_url))
    job = json.dumps(_sandbox_job(keys, ports))
    engine = ["livedesk", "engine", "--end-with-input", "--config", str(config)]
    with (
        _child("sandbox", ["livedesk.sandbox"], environment, folder, job) as sandbox,
        _child("engine", engine, environment, folder) as process,
    ):
        ready = _first_line(sandbox, folder)
        runtime = _engine(process, paths, folder)
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


@contextmanager
def _child(
    name: str, module: list[str], environment: dict[str, str], folder: Path, job: str | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A process of ours; what it says on standard error goes to a log beside the demo's files."""
    with (folder / f"{name}.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=environment,
        )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin, process.stdout:
        try:
            if job is not None:
                process.stdin.write(job + "\n")
                process.stdin.flush()
            yield process
        finally:
            process.terminate()
            try:
                process.wait(_STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _first_line(sandbox: subprocess.Popen[str], folder: Path) -> dict[str, Any]:
    assert sandbox.stdout is not None
    line = sandbox.stdout.readline()
    answer: dict[str, Any] = json.loads(line) if line else {}
    if not answer.get("ready"):
        raise StageError(answer.get("error") or _last_words("sandbox", folder))
    return answer


def _engine(process: subprocess.Popen[str], paths: Paths, folder: Path) -> EngineRuntime:
    def answers() -> EngineRuntime | None:
        if process.poll() is not None:
            raise StageError(_last_words("engine", folder))
        found = read_runtime_file(engine_file(paths.runtime))
        return found if isinstance(found, EngineRuntime) else None

    return _until(answers, "the engine did not answer")


def _last_words(name: str, folder: Path) -> str:
    said = (folder / f"{name}.log").read_text(errors="replace").strip()[-2000:]
    return f"the {name} did not start" + (f": {said}" if said else "")


def _until(look: Callable[[], EngineRuntime | None], complaint: str) -> EngineRuntime:
    deadline = time.monotonic() + _START_LIMIT_S
    while time.monotonic() < deadline:
        if (found := look()) is not None:
            return found
        time.sleep(0.02)
    raise StageError(f"{complaint} within {_START_LIMIT_S:.0f} s")


def _free_ports(count: int) -> list[int]:
    """Loopback ports that nobody listens on just now."""
    with ExitStack() as holding:
        held = [holding.enter_context(socket.socket()) for _ in range(count)]
        for each in held:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in held]
