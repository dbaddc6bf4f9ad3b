"""The stream moves to the other uplink, and the platform gets every frame: real parts only.

ffmpeg as encoder, nginx-rtmp as platform, an impaired path for each uplink, engine, probe and
relay as processes of their own. How soon is measured by `make bench`; here it is who, why, and what
arrives.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import urllib.error
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from livedesk.journal.reader import SessionReader
from livedesk.paths import Paths
from livedesk.sandbox.link import Shape
from livedesk.sandbox.supply import ConstantRate
from tests.peers.installation import Installation, installation
from tests.peers.peers import (
    NginxRtmp,
    RunningPath,
    ffmpeg_running,
    missing_frames,
    nginx_running,
    path_running,
    publish,
)
from tests.waiting import wait_until

pytestmark = [pytest.mark.peer, pytest.mark.slow]

SAG = Shape(supply=ConstantRate(300))
"""Less than the limit of 500 kbps that the installation has; the feed has 1,500."""


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[NginxRtmp]:
    with nginx_running(tmp_path / "nginx", append=True) as server:
        yield server


class Show:
    """An installation with two ways to the platform, its encoder running."""

    def __init__(self, here: Installation, ways: dict[str, RunningPath]) -> None:
        self.here = here
        self.ways = ways

    def carried_by(self, name: str) -> None:
        """Waits until it does, has taken over, and the other one could."""
        wait_until(lambda: self._is_carried_by(name), f"{name} carries and the other is ready")

    def _is_carried_by(self, name: str) -> bool:
        failover = self.here.failover()
        uplinks = self.here.uplinks()
        return bool(
            failover.get("active") == name
            and failover["switching_to"] is None
            and uplinks[name]["state"] == "carrying"
            and all(uplink["ready"] for uplink in uplinks.values())
        )

    def published(self, count: int, platform: NginxRtmp) -> None:
        """Waits until the platform has taken so many publications."""
        wait_until(lambda: platform.publications("out") == count, f"publication {count}")


@contextmanager
def show(paths: Paths, folder: Path, platform: NginxRtmp, clip: Path) -> Iterator[Show]:
    """The clip, played at its own pace, on air over the primary."""
    with ExitStack() as stack:
        ways = {
            name: stack.enter_context(path_running(platform.port)) for name in ("primary", "bonded")
        }
        ports = {name: way.port for name, way in ways.items()}
        here = stack.enter_context(installation(paths, platform, folder, ports))
        stack.enter_context(ffmpeg_running(*publish(clip, here.ingest_url, "-re")))
        wait_until(here.is_measuring, "everything measures")
        on_air = Show(here, ways)
        on_air.carried_by("primary")
        yield on_air


def _switches(here: Installation) -> list[tuple[str, str, str, str]]:
    return [
        (data["from"], data["to"], data["cause"], data["actor"])
        for kind, data in here.record()
        if kind == "failover.done"
    ]


def test_whatever_of_livedesk_is_away_the_stream_moves_and_is_on_record(
    paths: Paths, tmp_path: Path, platform: NginxRtmp, long_clip: Path
) -> None:
    """Engine stopped, probe killed, a console that hangs; then the engine killed as it happens."""
    with show(paths, tmp_path, platform, long_clip) as on_air:
        here = on_air.here
        relay = here.relay_pid
        with _hanging_console(here):
            engine, probe = here.engine_pid, here.probe_pid
            assert probe, "a kill of 0 would end this test"
            os.kill(engine, signal.SIGSTOP)
            os.kill(probe, signal.SIGKILL)
            try:
                on_air.ways["primary"].apply(SAG)
                on_air.published(2, platform)
            finally:
                os.kill(engine, signal.SIGCONT)
            on_air.ways["primary"].apply(Shape())
            on_air.carried_by("bonded")
        os.kill(here.engine_pid, signal.SIGKILL)
        on_air.ways["bonded"].reset(0.5)
        on_air.published(3, platform)
        on_air.carried_by("primary")
        assert here.relay_pid == relay
        failover = here.failover()
        assert missing_frames(platform, long_clip) == 0
    assert failover["switches"] == 2
    assert (failover["last"]["from"], failover["last"]["to"]) == ("bonded", "primary")
    assert failover["last"]["frames_lost"] == 0
    causes = _switches(here)
    assert [(one, other) for one, other, *_ in causes] == [
        ("primary", "bonded"),
        ("bonded", "primary"),
    ]
    assert causes[0][2] in ("congestion", "silence"), "it carries too little, or stalls on the way"
    assert causes[1][2] == "gone"
    decided = [data for kind, data in here.record() if kind == "failover.switch"]
    assert all("encoder fine" in data["reason"] for data in decided)
    assert all(data["figures"]["feed_kbps"] > 500 for data in decided)
    with SessionReader.open(here.session_file()) as record:
        kinds = [timed.event.kind for timed in record.events()]
    assert kinds.count("feed.up") == 1, "the encoder noticed nothing"


@contextmanager
def _hanging_console(here: Installation) -> Iterator[None]:
    """A reader of the engine's events that never reads, as a window whose thread is blocked."""
    engine = here.runtime("engine.json")
    host, port = engine["url"].removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        head = f"GET /v1/events HTTP/1.1\r\nHost: {host}\r\n"
        line.sendall(f"{head}Authorization: Bearer {engine['token']}\r\n\r\n".encode())
        yield


def test_people_switch_hold_drill_and_go_back(
    paths: Paths, tmp_path: Path, platform: NginxRtmp, long_clip: Path
) -> None:
    """Case 4 and 12 beside it: a flapping path under hold, and a standby that is dead."""
    with show(paths, tmp_path, platform, long_clip) as on_air:
        here, ways = on_air.here, on_air.ways
        with pytest.raises(urllib.error.HTTPError) as refused:
            here.order("drill", stay_s=1)
        assert refused.value.code == 409
        assert json.loads(refused.value.read())["error"]["code"] == "on_air"
        here.order("drill", stay_s=1, confirm=True)
        wait_until(lambda: (here.failover()["drill"] or {}).get("state") == "passed", "a drill")
        drill = here.failover()["drill"]
        on_air.carried_by("primary")
        here.order("hold", on=True)
        wait_until(lambda: here.failover()["mode"] == "hold", "the hold")
        ways["primary"].apply(SAG)
        wait_until(lambda: here.uplinks()["primary"]["health"] in ("LOW", "STARVED"), "the sag")
        wait_until(lambda: "failover.held" in here.alarms(), "the alarm of the hold")
        assert here.failover()["active"] == "primary", "held"
        here.order("hold", on=False)
        on_air.carried_by("bonded")
        ways["primary"].apply(Shape(blackhole=True))
        wait_until(lambda: not here.uplinks()["primary"]["ready"], "the standby is dead")
        wait_until(lambda: here.failover()["next"] is None, "nothing could take over")
        with pytest.raises(urllib.error.HTTPError) as dead:
            here.order("failover", to="primary", reason="try it")
        assert dead.value.code == 409
        ways["primary"].apply(Shape())
        wait_until(lambda: here.uplinks()["primary"]["ready"], "the standby is back")
        here.order("failover", to="primary", reason="back for the finale")
        on_air.carried_by("primary")
        assert missing_frames(platform, long_clip) == 0
    assert [(move["from"], move["to"]) for move in drill["switches"]] == [
        ("primary", "bonded"),
        ("bonded", "primary"),
    ]
    moves = _switches(here)
    assert [cause for _, _, cause, _ in moves[:2]] == ["drill", "drill"]
    assert moves[-1][2:] == ("operator", "admin")
