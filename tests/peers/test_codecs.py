"""Other codecs and rtmps: what passes, and what the tap's measurements call it."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Any

import pytest

from livedesk.core.clock import SystemClock
from livedesk.core.secrets import Secret
from livedesk.rtmp.messages import AUDIO, VIDEO
from livedesk.sandbox.platform import Platform
from tests.peers.peers import (
    NginxRtmp,
    RunningRelay,
    ffmpeg_running,
    payloads,
    publish,
    relay_process,
    tags,
)
from tests.waiting import until, wait_until

pytestmark = pytest.mark.peer


async def _child(module: str, *arguments: str) -> Process:
    command = (sys.executable, "-m", module, *arguments)
    return await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)


async def _measured(tap_url: str) -> list[dict[str, Any]]:
    """The lines of `livedesk probe` on the tap."""
    probe = await _child("livedesk", "probe", "-", "--json", "--seconds", "4")
    output, _ = await probe.communicate(f"{tap_url}\n".encode())
    return [json.loads(line) for line in output.splitlines()]


async def _encoder(url: str) -> Process:
    encoder = await _child("livedesk.sandbox.encoder")
    job = {"url": url, "codec": "hevc", "width": 640, "height": 360, "kbps": 800}
    assert encoder.stdin is not None
    encoder.stdin.write(json.dumps(job).encode() + b"\n")
    return encoder


async def _last_report(encoder: Process) -> dict[str, Any]:
    """Ends the encoder; what it has sent in all."""
    output, _ = await encoder.communicate(b"")  # closes its input
    lines = [json.loads(line) for line in output.splitlines()]
    assert lines[-1]["kind"] == "end"
    return dict(lines[-1])


def test_hevc_passes_unchanged_and_is_measured_as_hevc(tmp_path: Path) -> None:
    async def story(relay: RunningRelay) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        encoder = await _encoder(relay.ingest_url)
        measured = await _measured(relay.tap_url)
        return await _last_report(encoder), measured

    async def run() -> None:
        platform = Platform("live", Secret("out"), SystemClock())
        port = await platform.start()
        try:
            with relay_process(tmp_path, f"rtmp://127.0.0.1:{port}/live/out") as relay:
                sent, measured = await story(relay)
                (publisher,) = platform.publishers
                video = publisher.video.received
                await until(lambda: video.messages >= sent["video"]["messages"])
                facts = relay.sample()["feed"]
            assert publisher.video.received.count().to_json().items() <= sent["video"].items()
            assert publisher.audio.received.count().to_json().items() <= sent["audio"].items()
            assert sent["video"]["messages"] > 60
            assert facts["video_codec"] == "hevc"
            assert measured[-1]["feed"]["video_codec"] == "hevc"
            assert measured[-1]["feed"]["fps"] == pytest.approx(30, abs=2)
        finally:
            await platform.close()

    asyncio.run(run())


def test_ffmpeg_publishes_to_an_rtmps_ingest(
    tmp_path: Path, nginx_rtmp: NginxRtmp, clip: Path
) -> None:
    pem, certificate = tmp_path / "ingest.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-keyout", str(pem), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    pem.write_text(pem.read_text() + certificate.read_text())
    with relay_process(tmp_path, nginx_rtmp.url("out"), tls_pem=pem) as relay:
        assert relay.ingest_url.startswith("rtmps://")
        with ffmpeg_running(*publish(clip, relay.ingest_url, "-readrate", "3")) as encoder:
            assert encoder.wait(30) == 0
        recording, sent = nginx_rtmp.recordings / "out.flv", tags(clip)
        wait_until(
            lambda: len(payloads(tags(recording), AUDIO)) == len(payloads(sent, AUDIO)),
            "the last message is recorded",
        )
        wait_until(lambda: "feed.lost" in relay.events(), "the end is seen at once")
    assert payloads(tags(recording), VIDEO) == payloads(sent, VIDEO)
