"""The encoder as a process: one recorded run into a platform, judged from outside."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pytest

from livedesk.core.clock import SystemClock
from livedesk.core.secrets import Secret
from livedesk.rtmp.flv import inspect
from livedesk.rtmp.flv_file import flv_header, flv_tag
from livedesk.rtmp.messages import AUDIO, DATA_AMF0, VIDEO, Message
from livedesk.sandbox.encoder import sound
from livedesk.sandbox.encoder.scene import Scene
from livedesk.sandbox.platform import Platform

WIDTH, HEIGHT, FPS = 640, 360, 30
DELAY_FROM_MS, UNTIL_MS = 3400, 4200
DELAY_MS = 300


@dataclass(frozen=True)
class Run:
    """Messages in the order of their arrival, and both ends' last word."""

    messages: list[Message]
    end: dict[str, Any]
    publisher: dict[str, Any]
    status: int

    def of(self, type_id: int) -> list[Message]:
        return [message for message in self.messages if message.type_id == type_id]


@pytest.fixture(scope="module")
def run() -> Run:
    return asyncio.run(_record())


async def _record() -> Run:
    messages: list[Message] = []
    process: asyncio.subprocess.Process

    def order(**command: object) -> None:
        assert process.stdin is not None
        process.stdin.write(json.dumps(command).encode() + b"\n")

    orders: list[tuple[int, dict[str, object]]] = [
        (UNTIL_MS, {"cmd": "stop"}),
        (DELAY_FROM_MS, {"cmd": "audio_delay", "ms": DELAY_MS}),
    ]

    def take(message: Message) -> None:
        messages.append(message)
        if orders and message.type_id == VIDEO and message.timestamp_ms >= orders[-1][0]:
            order(**orders.pop()[1])

    platform = Platform("live", Secret("key"), SystemClock(), take)
    port = await platform.start()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "livedesk.sandbox.encoder",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        url = f"rtmp://127.0.0.1:{port}/live/key"
        order(url=url, width=WIDTH, height=HEIGHT, fps=FPS, preset="ultrafast")
        output, _ = await asyncio.wait_for(process.communicate(), 30)
        end = json.loads(output.splitlines()[-1])
        publisher = cast(dict[str, Any], platform.publishers[0].to_json(0))
        return Run(messages, end, publisher, process.returncode or 0)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        await platform.close()


def test_both_ends_saw_the_same_payloads(run: Run) -> None:
    assert run.status == 0
    assert run.end["kind"] == "end"
    for track in ("audio", "video"):
        sent, received = run.end[track], run.publisher[track]
        for fact in ("messages", "bytes", "digest"):
            assert sent[fact] == received[fact]
        assert received["backward"] == 0
    assert run.publisher["ended"] == "signed off"


def test_it_opens_with_metadata_headers_and_a_keyframe(run: Run) -> None:
    assert run.messages[0].type_id == DATA_AMF0
    kinds = [inspect(message) for message in run.of(VIDEO)[:2]]
    assert [(part.codec, part.kind) for part in kinds] == [("h264", "header"), ("h264", "frame")]
    assert kinds[1].keyframe
    assert inspect(run.of(AUDIO)[0]).kind == "header"


def test_the_rate_is_constant_and_as_asked(run: Run) -> None:
    video = run.of(VIDEO)
    for second in range(UNTIL_MS // 1000):
        bits = sum(
            len(m.payload) * 8 for m in video
            if second * 1000 <= m.timestamp_ms < (second + 1) * 1000
        )  # fmt: skip
        assert bits / 1000 == pytest.approx(4000, rel=0.1), f"second {second}"


def test_keyframes_come_every_two_seconds(run: Run) -> None:
    keyframes = [
        m.timestamp_ms for m in run.of(VIDEO)
        if (part := inspect(m)).keyframe and part.kind == "frame"
    ]  # fmt: skip
    assert keyframes == [0, 2000, 4000]


def test_sound_and_picture_arrive_interleaved_and_then_apart(run: Run) -> None:
    """Audio PTS minus video PTS at the same arrival: near 0, then the delay that was asked for."""
    before = _skews_ms(run, 500, DELAY_FROM_MS)
    after = _skews_ms(run, DELAY_FROM_MS + 450, UNTIL_MS)
    # On an idle machine the medians are within 15 ms; a busy one sends some messages late.
    assert abs(float(np.median(before))) < 100
    assert float(np.median(after)) == pytest.approx(-DELAY_MS, abs=100)


def _skews_ms(run: Run, from_ms: int, until_ms: int) -> list[int]:
    newest = {AUDIO: 0, VIDEO: 0}
    skews = []
    for message in run.messages:
        newest[message.type_id] = message.timestamp_ms
        if message.type_id == VIDEO and from_ms <= message.timestamp_ms < until_ms:
            skews.append(newest[AUDIO] - newest[VIDEO])
    return skews


@pytest.mark.peer
def test_ffmpeg_decodes_it_and_flash_meets_beep(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "run.flv"
    media = [m for m in run.messages if m.type_id in (AUDIO, VIDEO)]
    media.sort(key=lambda m: m.timestamp_ms)
    file.write_bytes(flv_header() + b"".join(flv_tag(message) for message in media))
    flashes_s, beeps_s = _flashes_s(file), _beeps_s(file, _first_sound_ms(run) / 1000)
    assert flashes_s == pytest.approx([1.0, 3.0], abs=0.001)
    assert beeps_s == pytest.approx(flashes_s, abs=1 / FPS)


def _first_sound_ms(run: Run) -> int:
    return next(m.timestamp_ms for m in run.of(AUDIO) if inspect(m).kind == "frame")


def _decoded(file: Path, *options: str) -> bytes:
    """Standard output of ffmpeg; whatever it has to complain about fails the test."""
    command = ["ffmpeg", "-nostdin", "-v", "warning", "-i", str(file), *options, "-"]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    assert done.stderr == b""
    return done.stdout


def _flashes_s(file: Path) -> list[float]:
    box = Scene(WIDTH, HEIGHT, "SANDBOX").flash_box
    crop = f"crop={box.width}:{box.height}:{box.x}:{box.y}"
    raw = _decoded(file, "-map", "0:v", "-vf", crop, "-f", "rawvideo", "-pix_fmt", "gray")
    frames = np.frombuffer(raw, np.uint8).reshape(-1, box.width * box.height)
    lit = frames.mean(axis=1) > 140
    return [index / FPS for index in _rises(lit)]


def _beeps_s(file: Path, first_s: float) -> list[float]:
    """Where the tone of the beep sets in, by its strength in steps of 5 ms."""
    raw = _decoded(file, "-map", "0:a", "-f", "f32le", "-ac", "1")
    step = sound.RATE_HZ // 200
    samples = np.frombuffer(raw, np.float32)
    steps = samples[: len(samples) // step * step].reshape(-1, step)
    turns = 2j * np.pi * sound.BEEP_HZ * np.arange(step) / sound.RATE_HZ
    strength = np.abs(steps @ np.exp(turns)) / step
    return [first_s + index / 200 for index in _rises(strength > 0.05)]


def _rises(on: npt.NDArray[np.bool_]) -> list[int]:
    return [int(index) for index in np.flatnonzero(on[1:] & ~on[:-1]) + 1]


def test_a_bad_job_is_one_clear_line() -> None:
    job = '{"url": "rtmp://127.0.0.1/live/secret", "kbps": 1}'
    command = [sys.executable, "-m", "livedesk.sandbox.encoder"]
    done = subprocess.run(command, input=job, capture_output=True, text=True, timeout=30)  # noqa: PLW1510 - it must fail
    assert done.returncode == 1
    line = json.loads(done.stdout)
    assert line["kind"] == "error"
    assert "kbps" in line["text"]
    assert "secret" not in done.stdout + done.stderr
