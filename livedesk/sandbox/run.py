"""How does the sandbox start and end? Platform, paths, control API and encoder, wired in one place.

`python -m livedesk.sandbox` reads one JSON line from standard input, all of it optional:

    {"app": "live", "key": "…", "port": 0, "recording": "file", "path": {…},
     "paths": {"bonded": {"port": 0, …}}, "platform": {…}, "encoder": {…, "url": "rtmp://…"}}

`path` is a first order for the primary path, as for `POST /path`, and `port` where it listens;
`paths` are the others, by default one that is called bonded. `platform` is a first order as for
`POST /platform`. `encoder` has the encoder's settings;
with a `url` it starts at once, otherwise with `POST /encoder`. The answer is one line: `{"ready":
true, "pid", "control_url", "token", "platform_url", "platform_urls", "ingest_url"}`.
`platform_urls` lead through the paths and are what uplinks push to, by name, `platform_url` is the
primary one, `ingest_url` the platform itself. All hold the key. It ends with the end of standard
input or on SIGTERM, and leaves nothing running.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import secrets
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Final

import uvicorn
from starlette.applications import Starlette

from livedesk.core.clock import Clock
from livedesk.core.events import Json
from livedesk.core.secrets import Secret
from livedesk.core.tasks import Tasks
from livedesk.sandbox.child import EncoderChild
from livedesk.sandbox.control import PRIMARY, Bench, control_app
from livedesk.sandbox.encoder.job import JobError, parse_job
from livedesk.sandbox.orders import OrderError
from livedesk.sandbox.path import Path
from livedesk.sandbox.platform import Platform
from livedesk.sandbox.recorded import RecordingError, read_recording
from livedesk.sandbox.supply import Supply

_HOST: Final = "127.0.0.1"
MAX_PATHS: Final = 8
_LINE_BYTES: Final = 65_536
_JOB_FIELDS: Final = frozenset(
    {"app", "key", "encoder", "path", "paths", "platform", "port", "recording"}
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


@dataclass(frozen=True, slots=True)
class Ready:
    """Where the running sandbox can be reached."""

    control_url: str
    token: Secret
    platform_url: Secret
    ingest_url: Secret
    platform_urls: Mapping[str, Secret]

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
    return SandboxJob(app, Secret(key), encoder, target, path, file, port, others, platform)


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
        ingest_port = await platform.start(_HOST)
        stack.push_async_callback(platform.close)
        for number, wish in enumerate((PathJob(PRIMARY, job.path, job.port), *job.others), 1):
            path = Path((_HOST, ingest_port), clock, random.Random(number))
            await path.start(_HOST, wish.port)
            stack.push_async_callback(path.close)
            paths[wish.name] = path
        encoder = EncoderChild(job.encoder, job.target)
        stack.push_async_callback(encoder.close)
        bench = Bench(clock, encoder, paths, platform, recording)
        await _first_orders(job, bench)
        token = Secret(secrets.token_urlsafe(24))
        control_url = await stack.enter_async_context(_served(control_app(bench, token)))
        if job.target is not None:
            await encoder.start()
        tail = f"{job.app}/{job.key.reveal()}"
        urls = {
            name: Secret(f"rtmp://{_HOST}:{path.address[1]}/{tail}") for name, path in paths.items()
        }
        ingest_url = Secret(f"rtmp://{_HOST}:{ingest_port}/{tail}")
        yield Ready(control_url, token, urls[PRIMARY], ingest_url, urls), bench


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


class _Server(uvicorn.Server):
    """Signals belong to the process, not to the library that answers HTTP."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def _served(app: Starlette) -> AsyncIterator[str]:
    """Serve an app on a free loopback port; gives its URL."""
    listener = socket.create_server((_HOST, 0))
    config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off")
    config.timeout_graceful_shutdown = 1
    server = _Server(config)
    serving = asyncio.create_task(server.serve([listener]), name="control API")
    try:
        yield f"http://{_HOST}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
        listener.close()


async def run_sandbox(
    job: SandboxJob, clock: Clock, ready: Callable[[Ready], None], until: Awaitable[object]
) -> None:
    """Run a sandbox, tell where it is, and take it down when `until` is done."""
    async with running_sandbox(job, clock) as (where, _):
        ready(where)
        await until


async def serve(clock: Clock) -> int:
    """The process: exit status 0 when it ended as asked, 1 when the job cannot be done."""
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader(limit=_LINE_BYTES)
    inlet, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.set)
    tasks = Tasks()
    try:
        job = parse_sandbox_job((await lines.readline()).decode(errors="replace"))
        tasks.spawn("standard input", _until_closed(lines, end))
        await run_sandbox(job, clock, lambda where: _print(where.to_json()), end.wait())
    except (JobError, OSError) as fault:
        _print({"error": f"The sandbox cannot start: {fault}.", "action": "Correct its job."})
        return 1
    finally:
        await tasks.close()
        inlet.close()
    return 0


async def _until_closed(lines: asyncio.StreamReader, end: asyncio.Event) -> None:
    while await lines.read(_LINE_BYTES):
        pass
    end.set()


def _print(line: dict[str, Json]) -> None:
    """One line to the parent, at start or in place of it: it waits for just that."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
