"""ffmpeg publishes, nginx-rtmp is the platform, the relay stands between."""

from __future__ import annotations

import itertools
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from livedesk.rtmp.flv import inspect
from livedesk.rtmp.messages import AUDIO, VIDEO, later_ms
from tests.peers.peers import (
    NginxRtmp,
    ffmpeg_running,
    payloads,
    publish,
    relay_process,
    tags,
)
from tests.relay.harness import uplink
from tests.waiting import wait_until

pytestmark = pytest.mark.peer

BRISK = ("-readrate", "3")
"""Where it only matters that all of it arrives."""


def test_what_ffmpeg_sends_is_what_the_platform_records(
    tmp_path: Path, nginx_rtmp: NginxRtmp, clip: Path
) -> None:
    with relay_process(tmp_path, nginx_rtmp.url("out")) as relay:
        with ffmpeg_running(*publish(clip, relay.ingest_url, *BRISK)) as encoder:
            wait_until(
                lambda: "width" in nginx_rtmp.streams().get("out", {}), "the platform knows it"
            )
            facts = nginx_rtmp.streams()["out"]
            sample = wait_until(lambda: _with_rates(relay.sample()), "both rates are known")
            assert encoder.wait(30) == 0
        recording = nginx_rtmp.recordings / "out.flv"
        sent = tags(clip)
        wait_until(
            lambda: len(payloads(tags(recording), AUDIO)) == len(payloads(sent, AUDIO)),
            "the last message is recorded",
        )
    recorded = tags(recording)
    assert payloads(recorded, VIDEO) == payloads(sent, VIDEO)
    assert payloads(recorded, AUDIO) == payloads(sent, AUDIO)
    assert (facts["width"], facts["height"], facts["codec"]) == ("640", "360", "AAC")
    assert sample["feed"]["video_codec"] == "h264"
    assert sample["uplinks"][0]["goodput_kbps"] == pytest.approx(sample["feed"]["kbps"], rel=0.15)


def _with_rates(sample: dict[str, Any]) -> dict[str, Any] | None:
    """One second of each: they are not known from the same instant on."""
    rates = sample["feed"].get("kbps"), sample["uplinks"][0].get("goodput_kbps")
    return None if None in rates else sample


@pytest.mark.slow
def test_two_minutes_pass_the_extended_timestamp_without_a_loss(
    tmp_path: Path, nginx_rtmp: NginxRtmp, clip: Path
) -> None:
    """Ten times the clock's pace, from 16,717 s on: 24 bits of milliseconds end at 16,777 s."""
    options = ("-readrate", "10", "-stream_loop", "11")
    command = publish(clip, "{}", *options)
    command[-3:-3] = ["-output_ts_offset", "16717"]
    # A second of a busy machine is ten of media here.
    primary = uplink("primary", nginx_rtmp.url("long")) | {"max_backlog_ms": 60_000}
    with relay_process(tmp_path, "", uplinks=[primary]) as relay:
        command[-1] = relay.ingest_url
        with ffmpeg_running(*command) as encoder:
            assert encoder.wait(90) == 0
        recording = nginx_rtmp.recordings / "long.flv"
        expected = 12 * len(payloads(tags(clip), VIDEO))
        wait_until(lambda: len(payloads(tags(recording), VIDEO)) == expected, "all frames recorded")
        assert relay.uplink["dropped_messages"] == 0
        assert "feed.epoch" not in relay.events()
    recorded, once = tags(recording), tags(clip)
    assert payloads(recorded, VIDEO) == 12 * payloads(once, VIDEO)
    stamps = [each.timestamp_ms for each in recorded if inspect(each).kind == "frame"]
    assert all(later_ms(b, a) >= 0 for a, b in itertools.pairwise(stamps))


def test_a_wrong_key_stops_ffmpeg_at_once(
    tmp_path: Path, nginx_rtmp: NginxRtmp, clip: Path
) -> None:
    with relay_process(tmp_path, nginx_rtmp.url("out")) as relay:
        wrong = relay.ingest_url.rpartition("/")[0] + "/guess"
        refused = subprocess.run(
            ["ffmpeg", "-v", "error", "-nostdin", *publish(clip, wrong)],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert refused.returncode != 0
        assert "App or stream key is wrong" in refused.stderr
        wait_until(lambda: "feed.refused" in relay.events(), "it is written down")


def test_the_platform_dies_and_comes_back(
    tmp_path: Path, nginx_rtmp: NginxRtmp, clip: Path
) -> None:
    with (
        relay_process(tmp_path, nginx_rtmp.url("out")) as relay,
        ffmpeg_running(*publish(clip, relay.ingest_url, "-re", "-stream_loop", "-1")),
    ):
        wait_until(lambda: relay.uplink.get("state") == "carrying", "it carries")
        nginx_rtmp.kill(signal.SIGKILL)
        wait_until(lambda: relay.uplink["state"] != "carrying", "the loss is seen")
        nginx_rtmp.start()
        wait_until(lambda: relay.uplink["state"] == "carrying", "it carries again")
        wait_until(lambda: "out" in nginx_rtmp.streams(), "the platform has the stream again")
        assert relay.events().count("feed.lost") == 0


def test_ffmpeg_plays_the_tap_from_a_keyframe(
    tmp_path: Path, nginx_rtmp: NginxRtmp, clip: Path
) -> None:
    copy = tmp_path / "tap.flv"
    with (
        relay_process(tmp_path, nginx_rtmp.url("out")) as relay,
        ffmpeg_running(*publish(clip, relay.ingest_url, "-re", "-stream_loop", "-1")),
    ):
        wait_until(lambda: relay.uplink.get("state") == "carrying", "it carries")
        player = ["-i", relay.tap_url, "-t", "3", "-c", "copy", str(copy)]
        with ffmpeg_running(*player) as playing:
            assert playing.wait(30) == 0
    played = payloads(tags(copy), VIDEO)
    assert len(played) > 60
    assert played[0][0] >> 4 == 1, "the first frame is a keyframe"
    assert set(played) <= set(payloads(tags(clip), VIDEO))
