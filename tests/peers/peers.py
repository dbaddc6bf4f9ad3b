"""Real peers for tests: Debian's ffmpeg as encoder, Debian's nginx with nginx-rtmp as platform."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

import pytest

from livedesk.core.clock import SystemClock
from livedesk.rtmp.flv import inspect
from livedesk.rtmp.flv_file import FlvReader
from livedesk.rtmp.messages import AUDIO, VIDEO, Message
from livedesk.sandbox.link import Shape
from livedesk.sandbox.path import Path
from tests.ports import free_port
from tests.relay.harness import KEY, job_line
from tests.waiting import wait_until

_MODULES = FilePath("/usr/lib/nginx/modules/ngx_rtmp_module.so")


@dataclass
class NginxRtmp:
    """A running nginx-rtmp: publishes to `live`, writes down what it gets as FLV."""

    port: int
    http_port: int
    recordings: FilePath
    host: str = "127.0.0.1"
    command: list[str] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, stderr=subprocess.DEVNULL)
        wait_until(lambda: _answers(self.host, self.port), "nginx-rtmp listens")

    def kill(self, number: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(10)

    def url(self, key: str, port: int = 0) -> str:
        """By its own port, or by that of a path to it."""
        return f"rtmp://{self.host}:{port or self.port}/live/{key}"

    def publications(self, key: str) -> int:
        """How often the stream began, when recordings are appended: each brings its headers."""
        recorded = tags(self.recordings / f"{key}.flv")
        return sum(t.type_id == VIDEO and inspect(t).kind == "header" for t in recorded)

    def streams(self) -> dict[str, dict[str, str]]:
        """Per key what the server says about it: bytes_in, codec, size, clients."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}/stat", timeout=5) as page:
            root = ET.fromstring(page.read())
        found = {}
        for stream in root.iter("stream"):
            name = stream.findtext("name") or ""
            facts = {tag.tag: tag.text or "" for tag in stream.iter()}
            found[name] = facts
        return found


_CONFIG = """
load_module {module};
worker_processes 1;
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 128; }}
rtmp {{
    server {{
        listen {host}:{port};
        application live {{
            live on;
            record all;
            record_path {folder}/recordings;
            record_unique off;
            record_append {append};
            {more}
        }}
    }}
}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{http_port};
        location /stat {{ rtmp_stat all; }}
    }}
}}
"""


@contextmanager
def nginx_running(
    folder: FilePath,
    *,
    host: str = "127.0.0.1",
    prefix: tuple[str, ...] = (),
    append: bool = False,
    more: str = "",
) -> Iterator[NginxRtmp]:
    """`append`: a later publication does not overwrite the recording of an earlier one.

    `prefix`: a command that runs the server elsewhere.
    """
    binary = shutil.which("nginx") or "/usr/sbin/nginx"
    if not FilePath(binary).exists() or not _MODULES.exists():
        pytest.fail("nginx with libnginx-mod-rtmp is needed: run `make test`, it installs them")
    (folder / "recordings").mkdir(parents=True)
    folder.chmod(0o777)
    (folder / "recordings").chmod(0o777)
    server = NginxRtmp(free_port(), free_port(), folder / "recordings", host=host)
    config = folder / "nginx.conf"
    config.write_text(
        _CONFIG.format(
            module=_MODULES,
            folder=folder,
            host=host,
            port=server.port,
            http_port=server.http_port,
            append="on" if append else "off",
            more=more,
        )
    )
    server.command = [*prefix, binary, "-p", str(folder), "-c", str(config)]
    try:
        server.start()
        yield server
    finally:
        server.kill(signal.SIGTERM)


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


@dataclass
class RunningRelay:
    """A relay process as the engine starts it, followed over its control channel."""

    process: subprocess.Popen[str]
    ingest_url: str
    tap_url: str
    entries: list[dict[str, Any]] = field(default_factory=list)
    replies: list[dict[str, Any]] = field(default_factory=list)
    control: socket.socket | None = None

    def order(self, command: str, **values: Any) -> dict[str, Any]:
        """What the relay answers to an order of a person."""
        assert self.control is not None
        self.control.sendall(json.dumps({"cmd": command, "id": 1, **values}).encode() + b"\n")
        wait_until(lambda: self.replies, "the answer to an order")
        return self.replies.pop()

    def told(self, event: str) -> list[dict[str, Any]]:
        """What was said with each event of this name."""
        return [
            entry["data"]
            for entry in tuple(self.entries)
            if entry["kind"] == "event" and entry["event"] == event
        ]

    def events(self) -> list[str]:
        return [entry["event"] for entry in tuple(self.entries) if entry["kind"] == "event"]

    def sample(self) -> dict[str, Any]:
        samples = [entry for entry in tuple(self.entries) if entry["kind"] == "sample"]
        return samples[-1] if samples else {"feed": {}, "uplinks": [{}]}

    @property
    def uplink(self) -> dict[str, Any]:
        return dict(self.sample()["uplinks"][0])

    def uplinks(self) -> dict[str, dict[str, Any]]:
        """By their names."""
        return {each["name"]: each for each in self.sample()["uplinks"] if each}


@contextmanager
def relay_process(
    folder: FilePath, uplink_url: str, *, tls_pem: FilePath | None = None, **changes: Any
) -> Iterator[RunningRelay]:
    """With a certificate (and its key, in one file) the ingest speaks rtmps."""
    port = free_port()
    job = job_line(folder, port, uplink_url, **changes)
    if tls_pem is not None:
        pem = {"tls_cert": str(tls_pem), "tls_key": str(tls_pem)}
        job["listen"] |= {"scheme": "rtmps", **pem}
    scheme = job["listen"]["scheme"]
    process = subprocess.Popen(
        [sys.executable, "-m", "livedesk.relay"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin, process.stdout:
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline()) == {"ready": True, "pid": process.pid}
    runtime = json.loads((folder / "relay-glow-us.json").read_text())
    relay = RunningRelay(process, f"{scheme}://127.0.0.1:{port}/live/{KEY}", runtime["tap_url"])
    control = socket.create_connection(("127.0.0.1", runtime["port"]))
    control.sendall(json.dumps({"token": runtime["token"], "after": 0}).encode() + b"\n")
    relay.control = control
    follower = threading.Thread(target=_follow, args=(control, relay), daemon=True)
    follower.start()
    try:
        yield relay
    finally:
        process.terminate()
        assert process.wait(10) == 0
        follower.join(10)
        assert not (folder / "relay-glow-us.json").exists()


class RunningPath:
    """The sandbox's bad network as a test without a loop uses it."""

    def __init__(self, path: Path, loop: asyncio.AbstractEventLoop, port: int) -> None:
        self._path = path
        self._loop = loop
        self.port = port

    def apply(self, shape: Shape) -> None:
        self._loop.call_soon_threadsafe(self._path.apply, shape)

    def reset(self, refuse_s: float) -> None:
        """Break all connections with a TCP reset."""
        asyncio.run_coroutine_threadsafe(self._path.reset(refuse_s), self._loop).result(10)


@contextmanager
def path_running(target_port: int) -> Iterator[RunningPath]:
    """A path to a local port, on a loop of its own."""
    loop = asyncio.new_event_loop()
    running = threading.Thread(target=loop.run_forever, name="path")
    running.start()
    path = Path(("127.0.0.1", target_port), SystemClock(), random.Random(1))
    try:
        port = asyncio.run_coroutine_threadsafe(path.start(), loop).result(10)
        yield RunningPath(path, loop, port)
    finally:
        asyncio.run_coroutine_threadsafe(path.close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        running.join()
        loop.close()


def _follow(control: socket.socket, relay: RunningRelay) -> None:
    with control, control.makefile() as lines:
        for line in lines:
            entry = json.loads(line)
            if "kind" in entry:
                relay.entries.append(entry)
            elif "reply" in entry:
                relay.replies.append(entry)


def ffmpeg(*arguments: str) -> None:
    """Runs Debian's ffmpeg to its end."""
    subprocess.run(["ffmpeg", "-v", "error", "-y", *arguments], check=True, timeout=300)


@contextmanager
def ffmpeg_running(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        ["ffmpeg", "-v", "error", "-nostdin", *arguments], stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)


def tags(path: FilePath) -> list[Message]:
    """Audio and video of an FLV file, also of one that is still being written."""
    found = FlvReader().feed(path.read_bytes())
    return [message for message in found if message.type_id in (AUDIO, VIDEO)]


def payloads(messages: list[Message], kind: int) -> list[bytes]:
    """Coded frames of one track; codec headers and end markers may repeat at joins."""
    return [
        message.payload
        for message in messages
        if message.type_id == kind and inspect(message).kind == "frame"
    ]


def publish(clip: FilePath, url: str, *options: str) -> list[str]:
    """ffmpeg arguments: the clip as it is, once unless options say otherwise."""
    return [*options, "-i", str(clip), "-c", "copy", "-f", "flv", url]


def missing_frames(platform: NginxRtmp, clip: FilePath) -> int:
    """Of all that the encoder sent before the last one that arrived."""
    sent = tags(clip)
    got = [tag for file in sorted(platform.recordings.iterdir()) for tag in tags(file)]
    missing = 0
    for kind in (VIDEO, AUDIO):
        arrived = set(payloads(got, kind))
        wanted = payloads(sent, kind)
        newest = max(at for at, payload in enumerate(wanted) if payload in arrived)
        missing += sum(payload not in arrived for payload in wanted[:newest])
    return missing
