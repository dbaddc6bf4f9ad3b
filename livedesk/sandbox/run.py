"""How does the sandbox start and end? Platform, paths, control API and encoder, wired in one place.

`python -m livedesk.sandbox` reads one JSON line from standard input, all of it optional:

    {"app": "live", "key": "…", "port": 0, "recording": "file", "path": {…},
     "paths": {"bonded": {"port": 0, …}}, "platform": {…}, "encoder": {…, "url": "rtmp://…"},
     "shop": {…}, "chat": {…}, "rules": {…}}

`path` is a first order for the primary path, as for `POST /path`, and `port` where it listens;
`paths` are the others, by default one that is called bonded. `platform` is a first order as for
`POST /platform`. `encoder` has the encoder's settings;
with a `url` it starts at once, otherwise with `POST /encoder`. `shop` is that of `shop/run.py`,
`chat` that of `chat/run.py`; a rule service runs with `rules` only (`ruling.py`).
The answer is one line: `{"ready": true, "pid", "control_url", "token", "platform_url",
"platform_urls", "ingest_url", "shop", "chat", "rules"}`.
`platform_urls` lead through the paths and are what uplinks push to, by name, `platform_url` is the
primary one, `ingest_url` the platform itself. All hold the key. The last three
say how to call those; `rules` is null without a rule service.
"""

from __future__ import annotations

import json
import os
import random
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Final

from livedesk.core.clock import Clock
from livedesk.core.events import Json
from livedesk.core.secrets import Secret
from livedesk.sandbox.chat.chat import ChatJob
from livedesk.sandbox.chat.run import parse_chat_job, running_chat
from livedesk.sandbox.child import EncoderChild
from livedesk.sandbox.control import PRIMARY, Bench, control_app
from livedesk.sandbox.encoder.job import JobError, parse_job
from livedesk.sandbox.orders import OrderError
from livedesk.sandbox.path import Path
from livedesk.sandbox.platform import Platform
from livedesk.sandbox.process import Say, as_process
from livedesk.sandbox.recorded import RecordingError, read_recording
from livedesk.sandbox.ruling import RulesJob, parse_rules_job, rules_access, running_rules
from livedesk.sandbox.serving import HOST, listening, served
from livedesk.sandbox.shop.run import parse_shop_job, running_shop
from livedesk.sandbox.shop.shop import ShopJob
from livedesk.sandbox.supply import Supply

if TYPE_CHECKING:
    from livedesk.sandbox.rules.server import RulesServer

MAX_PATHS: Final = 8
_JOB_FIELDS: Final = frozenset(
    {
        "app",
        "key",
        "encoder",
        "path",
        "paths",
        "platform",
        "port",
        "recording",
        "shop",
        "chat",
        "rules",
    }
)


@dataclass(frozen=True, slots=True)
class PathJob:
    """A path beside the others: its name, where it listens, its first order."""

    name: str
    order: dict[str, Json] = field(default_factory=dict)
    port: int = 0


@dataclass(frozen=True, slots=True)
class SandboxJob:
    """What to set up. Without a target the encoder waits for its first `start`."""

    app: str
    key: Secret
    encoder: dict[str, Json] = field(default_factory=dict)
    target: Secret | None = None
    path: dict[str, Json] = field(default_factory=dict)
    recording: FilePath | None = None
    port: int = 0
    """Where the primary path listens; 0 is any free port."""
    others: tuple[PathJob, ...] = (PathJob("bonded"),)
    platform: dict[str, Json] = field(default_factory=dict)
    shop: ShopJob = field(default_factory=ShopJob)
    chat: ChatJob = field(default_factory=ChatJob)
    rules: RulesJob | None = None
    """None: no rule service."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Where the running sandbox can be reached."""

    control_url: str
    token: Secret
    platform_url: Secret
    ingest_url: Secret
    platform_urls: Mapping[str, Secret]
    shop: Mapping[str, Json] = field(repr=False)
    """How to call the shop (`Shop.access`)."""
    chat: Mapping[str, Json] = field(repr=False)
    """How to call the chat (`Chat.access`)."""
    rules: Mapping[str, Json] | None = field(default=None, repr=False)
    """How to call the rule service (`rules_access`); None: there is none."""

    def to_json(self) -> dict[str, Json]:
        """With its secrets: for the pipe to the parent, nothing else."""
        return {
            "ready": True,
            "pid": os.getpid(),
            "control_url": self.control_url,
            "token": self.token.reveal(),
            "platform_url": self.platform_url.reveal(),
            "platform_urls": {name: url.reveal() for name, url in self.platform_urls.items()},
            "ingest_url": self.ingest_url.reveal(),
            "shop": dict(self.shop),
            "chat": dict(self.chat),
            "rules": None if self.rules is None else dict(self.rules),
        }


def parse_sandbox_job(line: str) -> SandboxJob:
    """Raises JobError; an empty line is a job with nothing but defaults."""
    try:
        job = json.loads(line.strip() or "{}")
    except (ValueError, RecursionError):
        raise JobError("not a line of JSON") from None
    if not isinstance(job, dict) or not set(job) <= _JOB_FIELDS:
        raise JobError(f"an object with any of {', '.join(sorted(_JOB_FIELDS))} is needed")
    app, key = job.get("app", "live"), job.get("key") or secrets.token_urlsafe(16)
    encoder, path, platform = (job.get(name, {}) for name in ("encoder", "path", "platform"))
    recording = job.get("recording")
    if not (isinstance(app, str) and isinstance(key, str)):
        raise JobError("app and key: texts are needed")
    if not all(isinstance(part, dict) for part in (encoder, path, platform)):
        raise JobError("encoder, path and platform: objects are needed")
    if not isinstance(recording, str | None):
        raise JobError("recording: the path of a file is needed")
    port, others = _port(job), _others(job.get("paths", {"bonded": {}}))
    url = encoder.pop("url", None)
    # Checked now rather than at the first start; any address will do for that.
    parse_job(json.dumps({"url": url or "rtmp://127.0.0.1/live/key", **encoder}))
    target = Secret(url) if url else None
    file = FilePath(recording) if recording else None
    return SandboxJob(
        app, Secret(key), encoder, target, path, file, port, others, platform,
        parse_shop_job(job.get("shop", {})), parse_chat_job(job.get("chat", {})),
        parse_rules_job(job.get("rules")),
    )  # fmt: skip


def _port(settings: dict[str, Json]) -> int:
    port = settings.pop("port", 0)
    if not isinstance(port, int) or not 0 <= port <= 65535:
        raise JobError("port: a number from 0 to 65535 is needed")
    return port


def _others(paths: Json) -> tuple[PathJob, ...]:
    if not isinstance(paths, dict) or len(paths) > MAX_PATHS or PRIMARY in paths:
        raise JobError(f"paths: names with objects are needed, at most {MAX_PATHS}, not {PRIMARY}")
    jobs = []
    for name, settings in paths.items():
        if not isinstance(settings, dict) or not name:
            raise JobError("paths: a name with an object is needed for each")
        port = _port(settings)
        jobs.append(PathJob(name, settings, port))
    return tuple(jobs)


@asynccontextmanager
async def running_sandbox(job: SandboxJob, clock: Clock) -> AsyncIterator[tuple[Ready, Bench]]:
    """A sandbox for as long as the context is open. Raises JobError if the job cannot be done."""
    async with AsyncExitStack() as stack:
        recording = _recording(job)
        paths: dict[str, Path] = {}

        def via(port: int) -> str | None:
            return next((name for name, path in paths.items() if path.leads_from(port)), None)

        platform = Platform(job.app, job.key, clock, via=via)
        ingest_port = await platform.start(HOST)
        stack.push_async_callback(platform.close)
        for number, wish in enumerate((PathJob(PRIMARY, job.path, job.port), *job.others), 1):
            path = Path((HOST, ingest_port), clock, random.Random(number))
            await path.start(HOST, wish.port)
            stack.push_async_callback(path.close)
            paths[wish.name] = path
        encoder = EncoderChild(job.encoder, job.target)
        stack.push_async_callback(encoder.close)
        chat = await stack.enter_async_context(running_chat(job.chat, clock))
        room = chat.rooms.get(job.shop.room, chat.room)
        shop = await stack.enter_async_context(running_shop(job.shop, clock, room))
        rules: RulesServer | None = None
        if job.rules is not None:
            rules = await stack.enter_async_context(running_rules(job.rules, clock))
        bench = Bench(clock, encoder, paths, platform, recording, shop, chat, rules)
        await _first_orders(job, bench)
        token = Secret(secrets.token_urlsafe(24))
        control_url = await stack.enter_async_context(
            served(control_app(bench, token), listening())
        )
        if job.target is not None:
            await encoder.start()
        tail = f"{job.app}/{job.key.reveal()}"
        urls = {
            name: Secret(f"rtmp://{HOST}:{path.address[1]}/{tail}") for name, path in paths.items()
        }
        ingest_url = Secret(f"rtmp://{HOST}:{ingest_port}/{tail}")
        ruling = None if rules is None else rules_access(rules)
        access = (shop.access(), chat.access(), ruling)
        yield Ready(control_url, token, urls[PRIMARY], ingest_url, urls, *access), bench


async def _first_orders(job: SandboxJob, bench: Bench) -> None:
    for name, order in ((PRIMARY, job.path), *((other.name, other.order) for other in job.others)):
        try:
            await bench.order_path({"path": name, **order})
        except OrderError as fault:
            raise JobError(f"{'path' if name == PRIMARY else name}: {fault}") from None
    try:
        await bench.order_platform(job.platform)
    except OrderError as fault:
        raise JobError(f"platform: {fault}") from None


def _recording(job: SandboxJob) -> Supply | None:
    try:
        return read_recording(job.recording) if job.recording is not None else None
    except RecordingError as fault:
        raise JobError(f"recording: {fault}") from None


async def run_sandbox(
    job: SandboxJob, clock: Clock, ready: Callable[[Ready], None], until: Awaitable[object]
) -> None:
    """Run a sandbox, tell where it is, and take it down when `until` is done."""
    async with running_sandbox(job, clock) as (where, _):
        ready(where)
        await until


async def serve(clock: Clock) -> int:
    """The process of the whole sandbox."""

    async def run(line: str, say: Say, until: Awaitable[object]) -> None:
        await run_sandbox(parse_sandbox_job(line), clock, lambda where: say(where.to_json()), until)

    return await as_process(run)
