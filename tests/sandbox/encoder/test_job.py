"""Jobs and commands from outside: taken as written, or refused by name."""

from __future__ import annotations

import json

import pytest

from livedesk.sandbox.encoder.job import Command, JobError, parse_command, parse_job

URL = "rtmp://127.0.0.1/live/very-secret"


def test_a_job_needs_only_a_target() -> None:
    job = parse_job(json.dumps({"url": URL}))
    assert (job.width, job.height, job.fps, job.kbps) == (1280, 720, 30, 4000)
    assert "very-secret" not in repr(job)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"kbps": "4000"}, "kbps: a whole number from 200"),
        ({"kbps": 1e400}, "kbps: a whole number"),
        ({"fps": 29.97}, "fps: a whole number"),
        ({"codec": "vp9"}, "codec: one of h264, hevc"),
        ({"bitrate": 1}, "bitrate: not a setting"),
        (
            {"url": "http://127.0.0.1/live/very-secret"},
            "url: http://, which is not rtmp:// or rtmps://",
        ),
        ({"url": None}, "url: an RTMP address is needed"),
    ],
)
def test_a_bad_setting_is_named_and_the_key_is_not(change: dict[str, object], fault: str) -> None:
    with pytest.raises(JobError, match=fault) as refusal:
        parse_job(json.dumps({"url": URL, **change}))
    assert "very-secret" not in str(refusal.value)


@pytest.mark.parametrize("line", ["", "{", "[]", "null", "[" * 100_000])
def test_what_is_no_object_is_refused(line: str) -> None:
    with pytest.raises(JobError):
        parse_job(line)
    with pytest.raises(JobError):
        parse_command(line)


@pytest.mark.parametrize(
    ("order", "command"),
    [
        ({"cmd": "audio_delay", "ms": 300}, Command("audio_delay", 300)),
        ({"cmd": "bitrate", "kbps": 2500}, Command("bitrate", 2500)),
        ({"cmd": "freeze"}, Command("freeze", 1)),
        ({"cmd": "freeze", "on": False}, Command("freeze", 0)),
        ({"cmd": "drop"}, Command("drop", 1000)),
        ({"cmd": "stop"}, Command("stop")),
    ],
)
def test_commands(order: dict[str, object], command: Command) -> None:
    assert parse_command(json.dumps(order)) == command


@pytest.mark.parametrize(
    "order", [{"cmd": "explode"}, {"cmd": "bitrate"}, {"cmd": "audio_delay", "ms": -1}, {}]
)
def test_a_bad_command_is_refused(order: dict[str, object]) -> None:
    with pytest.raises(JobError):
        parse_command(json.dumps(order))
