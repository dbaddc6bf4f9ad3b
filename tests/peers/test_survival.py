"""The show goes on: whatever of livedesk dies or freezes, the platform gets every frame.

Real engine, relay and probe processes between Debian's ffmpeg and nginx-rtmp.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from livedesk.journal.reader import SessionReader
from livedesk.paths import Paths
from livedesk.rtmp.messages import AUDIO, VIDEO
from tests.peers.installation import Installation, installation
from tests.peers.peers import NginxRtmp, ffmpeg_running, payloads, publish, tags
from tests.waiting import wait_until

pytestmark = pytest.mark.peer


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
