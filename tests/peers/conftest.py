"""Real peers for tests: Debian's ffmpeg as encoder, Debian's nginx with nginx-rtmp as platform."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

_MODULES = Path("/usr/lib/nginx/modules/ngx_rtmp_module.so")


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def wait_until(condition: Callable[[], bool], what: str, limit_s: float = 15.0) -> None:
    """Waits for a condition; fails with `what` when it does not come true in time."""
    deadline = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {limit_s:.0f} s: {what}")
        time.sleep(0.02)


@dataclass
class NginxRtmp:
    """A running nginx-rtmp: publishes to `live`, writes down what it gets as FLV."""

    port: int
    http_port: int
    recordings: Path

    def url(self, key: str) -> str:
        return f"rtmp://127.0.0.1:{self.port}/live/{key}"

    def streams(self) -> dict[str, dict[str, str]]:
        """Per key what the server says about it: bytes_in, codec, size, clients."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}/stat", timeout=5) as page:
            root = ET.fromstring(page.read())  # noqa: S314 - our own server's page
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
        listen 127.0.0.1:{port};
        application live {{
            live on;
            record all;
            record_path {folder}/recordings;
            record_unique off;
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


@pytest.fixture
def nginx_rtmp(tmp_path: Path) -> Iterator[NginxRtmp]:
    binary = shutil.which("nginx") or "/usr/sbin/nginx"
    if not Path(binary).exists() or not _MODULES.exists():
        pytest.fail("nginx with libnginx-mod-rtmp is needed: run `make test`, it installs them")
    folder = tmp_path / "nginx"
    (folder / "recordings").mkdir(parents=True)
    folder.chmod(0o777)
    (folder / "recordings").chmod(0o777)
    server = NginxRtmp(free_port(), free_port(), folder / "recordings")
    config = folder / "nginx.conf"
    config.write_text(
        _CONFIG.format(
            module=_MODULES, folder=folder, port=server.port, http_port=server.http_port
        )
    )
    process = subprocess.Popen(
        [binary, "-p", str(folder), "-c", str(config)], stderr=subprocess.DEVNULL
    )
    try:
        wait_until(lambda: _answers(server.port), "nginx-rtmp listens")
        yield server
    finally:
        process.terminate()
        process.wait(10)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
