"""A player that joins somebody else's server between two keyframes."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from livedesk.monitors.probe.command import ProbeOptions, run_probe
from tests.peers.peers import ffmpeg_running, nginx_running
from tests.waiting import wait_until

pytestmark = pytest.mark.peer

_PICTURE = ("-re", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=30")
_SOUND = ("-re", "-f", "lavfi", "-i", "sine=440:r=48000")
_ENCODE = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "60", "-c:a", "aac", "-f", "flv")


def test_the_picture_is_found_although_the_server_sends_it_seconds_after_the_sound(
    tmp_path: Path,
) -> None:
    with nginx_running(tmp_path) as nginx:
        url = nginx.url("joined")
        with ffmpeg_running(*_PICTURE, *_SOUND, *_ENCODE, url):
            wait_until(lambda: "joined" in nginx.streams(), "the stream is published")
            for _ in range(3):
                out = io.StringIO()
                run_probe(url, out, ProbeOptions(seconds=1, as_json=True, decode="none"))
                first = json.loads(out.getvalue().splitlines()[0])
                assert (first["feed"]["video_codec"], first["feed"]["audio_codec"]) == (
                    "h264",
                    "aac",
                )
                assert first["probe"]["opened"] == 1
