"""The show goes on: whatever of livedesk dies or freezes, the platform gets every frame.

Real engine, relay and probe processes between Debian's ffmpeg and nginx-rtmp.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from livedesk.journal.reader import SessionReader
from livedesk.paths import Paths
from livedesk.rtmp.messages import AUDIO, VIDEO
from tests.peers.peers import NginxRtmp, ffmpeg_running, tags
from tests.peers.test_forwarding import payloads, publish
from tests.ports import free_port
from tests.waiting import wait_until

pytestmark = pytest.mark.peer


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

    def session_file(self) -> Path:
        (found,) = (self._paths.data / "sessions" / "glow-us").glob("*.livedesk")
        return found


@contextmanager
def installation(paths: Paths, nginx: NginxRtmp, folder: Path) -> Iterator[Installation]:
    port = free_port()
    config = folder / "livedesk.toml"
    config.write_text(
        f'[[store]]\nid = "glow-us"\nname = "Glow"\nplatform = "tiktok"\n'
        f'[store.feed]\nlisten = "rtmp://127.0.0.1:{port}/live/env:GLOW_FEED"\n'
        f'[[store.uplink]]\nname = "primary"\nurl = "{nginx.url("env:GLOW_OUT")}"\n'
        f"[store.limits]\nmin_kbps = 500\n"
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


def kill(*pids: int) -> None:
    for pid in pids:
        assert pid > 0
        os.kill(pid, signal.SIGKILL)


def kill_probe(here: Installation) -> None:
    kill(here.probe_pid)


def kill_engine(here: Installation) -> None:
    kill(here.engine_pid)


def kill_both(here: Installation) -> None:
    kill(here.probe_pid, here.engine_pid)


@pytest.mark.parametrize("blow", [kill_probe, kill_engine, kill_both])
def test_a_killed_part_comes_back_and_no_frame_is_lost(
    paths: Paths,
    tmp_path: Path,
    nginx_rtmp: NginxRtmp,
    clip: Path,
    blow: Callable[[Installation], None],
) -> None:
    with installation(paths, nginx_rtmp, tmp_path) as here:
        command = publish(clip, here.ingest_url, "-re")
        with ffmpeg_running(*command) as encoder:
            wait_until(here.is_measuring, "everything measures")
            relay, engine, probe = here.relay_pid, here.engine_pid, here.probe_pid
            blow(here)
            wait_until(lambda: not here.is_measuring(), "the loss shows")
            wait_until(here.is_measuring, "it is back")
            assert here.relay_pid == relay, "the relay was not touched"
            assert (here.engine_pid, here.probe_pid) != (engine, probe)
            assert encoder.wait(40) == 0
        sent = tags(clip)
        recording = nginx_rtmp.recordings / "out.flv"
        wait_until(
            lambda: len(payloads(tags(recording), AUDIO)) == len(payloads(sent, AUDIO)),
            "the last message is recorded",
        )
        assert payloads(tags(recording), VIDEO) == payloads(sent, VIDEO)
    with SessionReader.open(here.session_file()) as record:
        kinds = [timed.event.kind for timed in record.events()]
        rates = record.samples("feed_kbps", "")
        assert kinds.count("session.start") == 1
        assert kinds.count("feed.up") == 1
        assert kinds.count("relay.missed") == 0
        seconds = [sample.t_s for sample in rates]
        missing = set(range(seconds[0], seconds[-1] + 1)) - set(seconds)
        assert not missing, f"seconds without the relay's samples: {sorted(missing)}"


def test_frozen_engine_and_probe_do_not_delay_the_show(
    paths: Paths, tmp_path: Path, nginx_rtmp: NginxRtmp, clip: Path
) -> None:
    with installation(paths, nginx_rtmp, tmp_path) as here:
        with ffmpeg_running(*publish(clip, here.ingest_url, "-re")) as encoder:
            wait_until(here.is_measuring, "everything measures")
            frozen = (here.engine_pid, here.probe_pid)
            for pid in frozen:
                os.kill(pid, signal.SIGSTOP)
            try:
                assert encoder.wait(40) == 0
                sent = payloads(tags(clip), VIDEO)
                recording = nginx_rtmp.recordings / "out.flv"
                wait_until(lambda: payloads(tags(recording), VIDEO) == sent, "all is recorded")
            finally:
                for pid in frozen:
                    os.kill(pid, signal.SIGCONT)
        wait_until(lambda: here.status() != {}, "the engine answers again")


def test_the_status_tells_the_truth_about_feed_and_platform(
    paths: Paths, tmp_path: Path, nginx_rtmp: NginxRtmp, clip: Path
) -> None:
    with installation(paths, nginx_rtmp, tmp_path) as here:
        wait_until(lambda: here.status()["feed"]["state"] == "GONE", "no feed is seen")
        with ffmpeg_running(*publish(clip, here.ingest_url, "-re", "-stream_loop", "-1")):
            wait_until(here.is_measuring, "everything measures")
            wait_until(lambda: here.status()["sync"]["skew_ms"] is not None, "skew is known")
            status = here.status()
            facts = nginx_rtmp.streams()["out"]
            nginx_rtmp.kill(signal.SIGKILL)
            wait_until(lambda: here.status()["uplinks"][0]["state"] != "carrying", "the loss shows")
            alone = here.status()
        wait_until(lambda: here.status()["feed"]["state"] == "GONE", "the encoder's end shows")
    feed, sync, uplink = status["feed"], status["sync"], status["uplinks"][0]
    assert (str(feed["width"]), str(feed["height"])) == (facts["width"], facts["height"])
    assert feed["fps"] == pytest.approx(30, abs=1)
    assert feed["gop_s"] == pytest.approx(1, abs=0.05)
    assert (feed["video_codec"], feed["audio_codec"]) == ("h264", "aac")
    assert abs(sync["skew_ms"]) <= 20
    assert uplink["goodput_kbps"] == pytest.approx(feed["kbps"], rel=0.2)
    assert status["state"] == "live"
    assert alone["feed"]["state"] in ("OK", "LOW")
    assert alone["uplinks"][0]["goodput_kbps"] is None
    assert "feed-key-7" not in json.dumps(status)
