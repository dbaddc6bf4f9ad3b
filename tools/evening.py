"""What runs while the pictures are taken? An evening of six stores: sandboxes and one engine."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal

from livedesk.core.secrets import Secret
from livedesk.demo.processes import StageError, child, free_ports, ready_engine, ready_sandbox
from livedesk.desk.link import EngineAccess
from livedesk.desk.sandbox_client import SandboxAccess
from livedesk.paths import DATA_VARIABLE, RUNTIME_VARIABLE, find_paths
from tools.clip import ClipError, record_show

Clip = Literal["show", "tone", "none"]
_CLIP_S: Final = 20
_SHOW_S: Final = 30
_SOUNDS: Final[Mapping[Clip, str]] = {
    "tone": "aevalsrc=0.2*sin(2*PI*330*t)*(0.6+0.4*sin(2*PI*t)):s=48000",
    "none": "anullsrc=sample_rate=48000:channel_layout=mono",
}


@dataclass(frozen=True, slots=True)
class Shop:
    """A store of the evening. `uplinks`: of the sandbox's paths. `clip`: what its encoder sends,
    again and again, as six that draw and encode would not fit on two cores."""

    id: str
    name: str
    room: str
    uplinks: tuple[str, ...] = ("primary", "bonded")
    clip: Clip = "tone"


GLOW: Final = Shop("glow-us", "Glow Beauty US", "glow", clip="show")
LUMEN: Final = Shop("lumen-de", "Lumen Home DE", "lumen")
KIRA: Final = Shop("kira-sg", "Kira Beauty SG", "kira")
NORD: Final = Shop("nord-uk", "Nord Outdoor UK", "nord", uplinks=("primary",))
TAVOLA: Final = Shop("tavola-it", "Tavola IT", "tavola", clip="none")
VERDE: Final = Shop("verde-mx", "Verde Garden MX", "verde", clip="show")
SHOPS: Final = (GLOW, LUMEN, KIRA, NORD, TAVOLA, VERDE)


@dataclass(frozen=True, slots=True)
class Evening:
    """Where everything can be reached."""

    engine: EngineAccess
    sandboxes: Mapping[str, SandboxAccess]
    """By store."""
    push: Callable[[Shop], None]
    """Starts the encoder of a store."""
    unseen: tuple[str, ...] = field(repr=False)
    """What must be on no picture: keys, tokens, and where all of it lies on this machine."""


@contextmanager
def open_evening(folder: Path) -> Iterator[Evening]:
    """Starts all of it; leaves nothing running. Raises StageError."""
    environment = {
        **os.environ,
        RUNTIME_VARIABLE: str(folder / "runtime"),
        DATA_VARIABLE: str(folder / "data"),
    }
    paths = find_paths(environment).prepare()
    with ExitStack() as stack:
        running = [
            stack.enter_context(
                child(shop.id, ["livedesk.sandbox"], environment, folder, _job(shop))
            )
            for shop in SHOPS
        ]
        ready = {
            shop.id: ready_sandbox(shop.id, each, folder)
            for shop, each in zip(SHOPS, running, strict=True)
        }
        _make_clips(folder)
        ports = dict(zip(ready, free_ports(len(SHOPS)), strict=True))
        keys = {variable: key for shop in SHOPS for variable, key in _keys(shop, ready).items()}
        config = folder / "livedesk.toml"
        config.write_text("\n".join(_settings(shop, ready, ports[shop.id]) for shop in SHOPS))
        command = ["livedesk", "engine", "--end-with-input", "--config", str(config)]
        engine = stack.enter_context(child("engine", command, environment | keys, folder))
        runtime = ready_engine(engine, paths, folder)
        yield Evening(
            EngineAccess(runtime.url, runtime.token),
            {
                store: SandboxAccess(each["control_url"], Secret(each["token"]))
                for store, each in ready.items()
            },
            partial(_push, stack, folder, ports, keys),
            (str(folder), str(Path.home()), runtime.token.reveal(), *keys.values()),
        )


def _job(shop: Shop) -> dict[str, Any]:
    job: dict[str, Any] = {
        "platform": {"second": "take_over"},
        "shop": {"room": shop.room},
        "chat": {"rooms": [shop.room]},
    }
    return job | ({"rules": {}} if shop is GLOW else {})


def _variable(shop: Shop, what: str) -> str:
    return f"LIVEDESK_{shop.room.upper()}_{what}"


def _feed_key(shop: Shop) -> str:
    return _variable(shop, "FEED")


def _keys(shop: Shop, ready: Mapping[str, dict[str, Any]]) -> dict[str, str]:
    here = ready[shop.id]
    return {
        _feed_key(shop): secrets.token_urlsafe(12),
        _variable(shop, "KEY"): here["platform_url"].rpartition("/")[2],
        _variable(shop, "SHOP"): here["shop"]["token"],
        _variable(shop, "CHAT"): here["chat"]["token"],
        _variable(shop, "RULES"): ready[GLOW.id]["rules"]["token"],
    }


def _settings(shop: Shop, ready: Mapping[str, dict[str, Any]], feed_port: int) -> str:
    here = ready[shop.id]
    uplinks = "\n".join(
        f'[[store.uplink]]\nname = "{name}"\nurl = "{address}/env:{_variable(shop, "KEY")}"\n'
        for name in shop.uplinks
        for address in [here["platform_urls"][name].rpartition("/")[0]]
    )
    probe = '[store.probe]\ndecode = "keyframes"\n' if shop.clip != "show" else ""
    return f"""\
[[store]]
id = "{shop.id}"
name = "{shop.name}"
platform = "sandbox"
sandbox = true

[store.feed]
listen = "rtmp://127.0.0.1:{feed_port}/live/env:{_feed_key(shop)}"

{uplinks}
{probe}
[store.pins]
gateway = "sandbox"

[store.pins.sandbox]
url = "{here["shop"]["url"]}"
room = "{shop.room}"
token = "env:{_variable(shop, "SHOP")}"

[store.moderation]
url = "{ready[GLOW.id]["rules"]["url"]}"
token = "env:{_variable(shop, "RULES")}"
chat = "sandbox"

[store.moderation.sandbox]
url = "{here["chat"]["url"]}"
room = "{shop.room}"
token = "env:{_variable(shop, "CHAT")}"
"""


def _feed(shop: Shop, ports: Mapping[str, int], keys: Mapping[str, str]) -> str:
    return f"rtmp://127.0.0.1:{ports[shop.id]}/live/{keys[_feed_key(shop)]}"


def _file(clip: Clip, folder: Path) -> Path:
    return folder / f"{clip}.flv"


def _make_clips(folder: Path) -> None:
    """Raises StageError."""
    for clip in _SOUNDS:
        _encode(clip, folder)
    try:
        record_show(_file("show", folder), _SHOW_S)
    except ClipError as error:
        raise StageError(str(error)) from None


def _encode(clip: Clip, folder: Path) -> None:
    """Noise lets the rate go up and down as a camera's does. Raises StageError."""
    command = [
        "ffmpeg", "-loglevel", "error", "-nostdin", "-y",
        "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=15,noise=alls=20:allf=t",
        "-f", "lavfi", "-i", _SOUNDS[clip],
        "-c:v", "libx264", "-preset", "ultrafast", "-g", "30", "-sc_threshold", "0",
        "-b:v", "3200k", "-maxrate", "3800k", "-bufsize", "3200k", "-c:a", "aac", "-b:a", "128k",
        "-t", str(_CLIP_S), str(_file(clip, folder)),
    ]  # fmt: skip
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise StageError("ffmpeg is needed, and is not installed") from None
    except subprocess.CalledProcessError as error:
        raise StageError(f"ffmpeg could not make a clip: {error.stderr[-500:]}") from None


def _push(
    stack: ExitStack, folder: Path, ports: Mapping[str, int], keys: Mapping[str, str], shop: Shop
) -> None:
    # The key is of this evening only, so it may be an argument.
    arguments = ["-loglevel", "error", "-nostdin", "-re", "-stream_loop", "-1", "-i"]
    arguments += [str(_file(shop.clip, folder)), "-c", "copy", "-f", "flv"]
    process = subprocess.Popen(
        ["ffmpeg", *arguments, _feed(shop, ports, keys)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    stack.callback(process.wait)
    stack.callback(process.kill)
