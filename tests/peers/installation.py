"""Everything that runs in a shop: a watch, its engine, and the relay and probe that it starts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from livedesk.journal.reader import SessionReader
from livedesk.paths import Paths
from tests.peers.peers import NginxRtmp
from tests.ports import free_port
from tests.waiting import wait_until


class Installation:
    """An engine under its watch, and what it started."""

    def __init__(self, paths: Paths, ingest_url: str) -> None:
        self._paths = paths
        self.ingest_url = ingest_url

    def runtime(self, name: str) -> dict[str, Any]:
        """A runtime file's content; empty while there is none."""
        try:
            return dict(json.loads((self._paths.runtime / name).read_text()))
        except (OSError, ValueError):
            return {}

    @property
    def engine_pid(self) -> int:
        return int(self.runtime("engine.json").get("pid", 0))

    @property
    def relay_pid(self) -> int:
        return int(self.runtime("relay-glow-us.json").get("pid", 0))

    @property
    def probe_pid(self) -> int:
        """The engine's child that plays the tap; 0 while there is none."""
        children = Path(f"/proc/{self.engine_pid}/task/{self.engine_pid}/children")
        try:
            pids = [int(pid) for pid in children.read_text().split()]
            probes = [p for p in pids if b"probe" in Path(f"/proc/{p}/cmdline").read_bytes()]
        except OSError:
            return 0
        return probes[0] if probes else 0

    def status(self) -> dict[str, Any]:
        """What the API says; empty while nobody answers."""
        engine = self.runtime("engine.json")
        if not engine:
            return {}
        request = urllib.request.Request(
            f"{engine['url']}/v1/stores/glow-us/status",
            headers={"Authorization": f"Bearer {engine['token']}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=2) as answer:
                return dict(json.loads(answer.read()))
        except (OSError, urllib.error.URLError, ValueError):
            return {}

    def is_measuring(self) -> bool:
        """Feed, uplink and probe are all reported fresh."""
        status = self.status()
        return bool(
            status
            and status["feed"]["state"] in ("OK", "LOW")
            and status["feed"]["fps"] is not None
            and status["uplinks"][0]["state"] == "carrying"
            and status["probe"]["state"] == "up"
        )

    def order(self, call: str, **body: Any) -> dict[str, Any]:
        """What a person orders by the API; the answer."""
        engine = self.runtime("engine.json")
        request = urllib.request.Request(
            f"{engine['url']}/v1/stores/glow-us/{call}",
            data=json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {engine['token']}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=5) as answer:
            return dict(json.loads(answer.read()))

    def failover(self) -> dict[str, Any]:
        return dict(self.status().get("failover", {}))

    def uplinks(self) -> dict[str, dict[str, Any]]:
        """The status' uplinks by name."""
        return {uplink["name"]: uplink for uplink in self.status().get("uplinks", ())}

    def feed(self) -> dict[str, Any]:
        return dict(self.status().get("feed", {}))

    def alarms(self) -> set[str]:
        return {alarm["id"] for alarm in self.status().get("alarms", ())}

    def record(self) -> list[tuple[str, dict[str, Any]]]:
        """Kinds and data of the events in the session's record."""
        with SessionReader.open(self.session_file()) as record:
            return [(timed.event.kind, dict(timed.event.data)) for timed in record.events()]

    def session_file(self) -> Path:
        (found,) = (self._paths.data / "sessions" / "glow-us").glob("*.livedesk")
        return found


@contextmanager
def installation(
    paths: Paths,
    nginx: NginxRtmp,
    folder: Path,
    ways: dict[str, int] | None = None,
    more: str = "",
) -> Iterator[Installation]:
    """`ways`: ports of paths to the platform, by the uplink's name; else one, straight to it.

    `more`: other tables of the store, TOML."""
    port = free_port()
    config = folder / "livedesk.toml"
    config.write_text(
        f'[[store]]\nid = "glow-us"\nname = "Glow"\nplatform = "tiktok"\n'
        f'[store.feed]\nlisten = "rtmp://127.0.0.1:{port}/live/env:GLOW_FEED"\n'
        + "".join(
            f'[[store.uplink]]\nname = "{name}"\nurl = "{nginx.url("env:GLOW_OUT", way)}"\n'
            for name, way in (ways or {"primary": nginx.port}).items()
        )
        + "[store.limits]\nmin_kbps = 500\n"
        + more
    )
    environment = {**os.environ, "GLOW_FEED": "feed-key-7", "GLOW_OUT": "out"}
    watch = subprocess.Popen(
        [sys.executable, "-m", "livedesk", "engine", "--config", str(config)], env=environment
    )
    here = Installation(paths, f"rtmp://127.0.0.1:{port}/live/feed-key-7")
    try:
        wait_until(lambda: here.relay_pid != 0 and here.status() != {}, "all is ready")
        yield here
    finally:
        relay, probe = here.relay_pid, here.probe_pid
        watch.terminate()
        assert watch.wait(20) == 0
        for pid in filter(None, (relay, probe)):
            wait_until(lambda pid=pid: not Path(f"/proc/{pid}").exists(), "nothing is left running")  # type: ignore[misc]
