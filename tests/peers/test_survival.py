"""The show goes on: whatever of livedesk dies or freezes, the platform gets every frame.

Real engine, relay and probe processes between Debian's ffmpeg and nginx-rtmp.
"""

from __future__ import annotations

import json
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from livedesk.journal.reader import SessionReader
from livedesk.paths import Paths
from livedesk.rtmp.messages import AUDIO, VIDEO
from tests.peers.installation import Installation, installation
from tests.peers.peers import NginxRtmp, ffmpeg_running, payloads, publish, relay_process, tags
from tests.waiting import wait_until

pytestmark = pytest.mark.peer


@dataclass
class Show:
    """An installation that measures, and what its platform has of the clip."""

    here: Installation
    recording: Path
    sent: list[bytes]

    def measures(self) -> None:
        wait_until(self.here.is_measuring, "everything measures")

    def recorded(self) -> list[bytes]:
        """Pictures."""
        return payloads(tags(self.recording), VIDEO) if self.recording.exists() else []

    def goes_on(self, pictures: int) -> None:
        """Waits until the platform has so many more, each in its place."""
        before = len(self.recorded())
        wait_until(lambda: len(self.recorded()) >= before + pictures, "more is recorded")
        recorded = self.recorded()
        assert recorded == self.sent[: len(recorded)], "no frame is lost, and none is repeated"


def _blow(show: Show, *pids: int) -> None:
    """Kills them, and waits until what was killed is back."""
    here = show.here
    relay, engine, probe = here.relay_pid, here.engine_pid, here.probe_pid
    for pid in pids:
        assert pid > 0
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not here.is_measuring(), "the loss shows")
    show.measures()
    assert here.relay_pid == relay, "the relay was not touched"
    assert (here.engine_pid, here.probe_pid) != (engine, probe)


def _freeze(show: Show, *pids: int) -> None:
    """Stops them for four seconds of media, all of which are recorded meanwhile."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        show.goes_on(pictures=120)
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    wait_until(lambda: show.here.status() != {}, "the engine answers again")
    show.measures()


def test_what_dies_or_freezes_comes_back_and_no_frame_is_lost(
    paths: Paths, tmp_path: Path, nginx_rtmp: NginxRtmp, long_clip: Path
) -> None:
    """Probe, engine, both at once; then both frozen. One show, one session."""
    with installation(paths, nginx_rtmp, tmp_path) as here:
        show = Show(here, nginx_rtmp.recordings / "out.flv", payloads(tags(long_clip), VIDEO))
        with ffmpeg_running(*publish(long_clip, here.ingest_url, "-re")) as encoder:
            show.measures()
            _blow(show, here.probe_pid)
            _blow(show, here.engine_pid)
            _blow(show, here.probe_pid, here.engine_pid)
            _freeze(show, here.probe_pid, here.engine_pid)
            show.goes_on(pictures=1)
            assert encoder.poll() is None, "the encoder noticed nothing"
        got, sent = tags(show.recording), tags(long_clip)
        sound = payloads(got, AUDIO)
        assert sound == payloads(sent, AUDIO)[: len(sound)]
        assert len(sound) > len(show.recorded())
    with SessionReader.open(here.session_file()) as record:
        kinds = [timed.event.kind for timed in record.events()]
        rates = record.samples("feed_kbps", "")
        assert kinds.count("session.start") == 1
        assert kinds.count("feed.up") == 1
        assert kinds.count("relay.missed") == 0
        seconds = [sample.t_s for sample in rates]
        missing = set(range(seconds[0], seconds[-1] + 1)) - set(seconds)
        assert not missing, f"seconds without the relay's samples: {sorted(missing)}"


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


def test_a_relay_that_was_stopped_blames_neither_encoder_nor_uplink(
    tmp_path: Path, nginx_rtmp: NginxRtmp, long_clip: Path
) -> None:
    """When it goes on its timers are due, and nothing of what came meanwhile has been read yet."""
    limits = {"min_kbps": 100}
    with (
        relay_process(tmp_path, nginx_rtmp.url("out"), limits=limits) as relay,
        ffmpeg_running(*publish(long_clip, relay.ingest_url, "-re")),
    ):
        wait_until(lambda: relay.uplink.get("goodput_kbps"), "a second was carried")
        os.kill(relay.process.pid, signal.SIGSTOP)
        time.sleep(1.2)
        os.kill(relay.process.pid, signal.SIGCONT)
        wait_until(lambda: relay.told("relay.paused"), "it tells of its pause")
        wait_until(lambda: relay.uplink["backlog_ms"] < 200, "it has caught up")
        told = [each["to"] for name in ("feed.class", "uplink.class") for each in relay.told(name)]
        assert told == ["OK", "OK"]
