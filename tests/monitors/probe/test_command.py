"""`livedesk probe`: a line a second for scripts and for people, and clear words when it fails."""

from __future__ import annotations

import io
import json
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from livedesk.monitors.probe.command import (
    ProbeFailedError,
    ProbeOptions,
    read_source,
    run_probe,
)
from tests.monitors.probe.conftest import Media
from tests.ports import free_port

Line = dict[str, Any]


def lines_of(source: object, **options: Any) -> list[Line]:
    out = io.StringIO()
    run_probe(str(source), out, ProbeOptions(as_json=True, **options))
    return [json.loads(line) for line in out.getvalue().splitlines()]


def table_of(source: object, **options: Any) -> str:
    out = io.StringIO()
    run_probe(str(source), out, ProbeOptions(**options))
    return out.getvalue()


def test_json_has_feed_and_sync_once_a_second(media: Media, tmp_path: Path) -> None:
    lines = lines_of(media.shifted(media.b_frames, 137, tmp_path))
    assert len(lines) == pytest.approx(8, abs=1)
    assert lines[-1]["feed"]["fps"] == pytest.approx(30, abs=0.1)
    assert lines[-1]["feed"]["gop_s"] == pytest.approx(1, abs=0.01)
    assert lines[-1]["sync"]["skew_ms"] == pytest.approx(137, abs=3)
    assert {"state", "kbps", "video_kbps", "audio_kbps", "width", "height", "age_ms"} <= set(
        lines[-1]["feed"]
    )
    assert {"skew_ms", "slope_ppm", "forecast_s", "offset_ms", "state"} <= set(lines[-1]["sync"])


def test_seconds_limit_a_file(media: Media) -> None:
    assert len(lines_of(media.flv, seconds=3)) == 3


@pytest.mark.peer
def test_seconds_limit_a_live_feed(media: Media, serve_live: Callable[[Path, int], str]) -> None:
    lines = lines_of(serve_live(media.flv, free_port()), seconds=1)
    assert len(lines) == 1
    assert lines[-1]["feed"]["width"] == 320


def test_the_table_says_the_direction_in_words(media: Media, tmp_path: Path) -> None:
    table = table_of(media.shifted(media.flv, -120, tmp_path))
    assert "320×180" in table
    assert "sound 120 ms late" in table or "sound 121 ms late" in table
    assert table.splitlines()[-1].startswith("Summary: 8 s measured")


def test_what_cannot_be_opened_is_said_without_the_key(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "garbage.ts").write_bytes(b"garbage" * 1_000)
    for source, words in (
        (f"rtmp://127.0.0.1:{port}/live/s3cret", "connection refused"),
        (str(tmp_path / "garbage.ts"), "not audio or video"),
        (str(tmp_path / "absent.ts"), "no such file"),
    ):
        with pytest.raises(ProbeFailedError, match=words) as caught:
            run_probe(source, io.StringIO())
        assert "s3cret" not in str(caught.value)


@pytest.mark.slow
def test_a_server_that_accepts_and_stays_silent_is_given_up_with_a_reason() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(ProbeFailedError, match=rf"127\.0\.0\.1:{port}.* within 5 s") as caught:
            run_probe(f"rtmp://127.0.0.1:{port}/live/s3cret", io.StringIO())
    assert "s3cret" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("track", "words"),
    [("audio_only", "has sound but no picture"), ("video_only", "has a picture but no sound")],
)
def test_a_missing_track_is_an_error_after_the_figures(
    media: Media, track: str, words: str
) -> None:
    out = io.StringIO()
    with pytest.raises(ProbeFailedError, match=words):
        run_probe(str(getattr(media, track)), out, ProbeOptions(as_json=True))
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert len(lines) >= 4
    assert lines[-1]["feed"]["kbps"] > 0


def test_a_crash_of_the_probe_is_said(media: Media) -> None:
    crash = (sys.executable, "-c", "import os; os.abort()")
    with pytest.raises(ProbeFailedError, match="ended unexpectedly"):
        run_probe(str(media.flv), io.StringIO(), command=crash)


def test_a_dash_reads_the_address_from_standard_input() -> None:
    assert read_source("-", io.StringIO("rtmp://127.0.0.1/live/key\n")) == (
        "rtmp://127.0.0.1/live/key"
    )
    assert read_source("a.flv", io.StringIO("b")) == "a.flv"


def made(path: Path, picture: str, sound: str, *options: str, seconds: float = 8) -> Path:
    """A file of ffmpeg's test sources with a keyframe every 2 s."""
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound]
    h264 = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "60", "-pix_fmt", "yuv420p"]
    command += [*h264, "-c:a", "aac", *options, "-t", str(seconds), str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, timeout=60)
    return path


TALK = "anoisesrc=color=pink:amplitude=0.3:sample_rate=48000"
MOVING = "testsrc2=size=320x180:rate=30"


def test_the_rate_is_that_of_the_packets_which_ffprobe_counts(media: Media) -> None:
    ask = ["ffprobe", "-v", "error", "-show_entries", "packet=size", "-of", "csv=p=0"]
    answer = subprocess.run([*ask, str(media.flv)], capture_output=True, text=True, check=True)
    counted_kbps = sum(int(size.strip(",")) for size in answer.stdout.split()) * 8 / 1_000 / 8
    lines = lines_of(media.flv)
    rates = [line["feed"]["kbps"] for line in lines if line["feed"]["kbps"] is not None]
    assert sum(rates) / len(rates) == pytest.approx(counted_kbps, rel=0.03)


def test_a_black_a_frozen_and_a_silent_feed_are_told(tmp_path: Path) -> None:
    black = made(tmp_path / "black.flv", "color=black:size=320x180:rate=30", TALK, seconds=5)
    still = f"{MOVING},trim=duration=2,tpad=stop_mode=clone:stop_duration=5"
    frozen = made(tmp_path / "frozen.flv", still, TALK, seconds=7)
    silent = made(tmp_path / "silent.flv", MOVING, "anullsrc=r=48000:cl=stereo", seconds=6)
    black_line, frozen_line = (lines_of(file)[-1] for file in (black, frozen))
    assert black_line["picture"]["state"] == "black"
    assert frozen_line["picture"]["state"] == "frozen"
    assert frozen_line["sound"]["state"] == "ok"
    summary = table_of(silent).splitlines()[-1]
    assert "silent" in summary
    assert "black" not in summary
    assert "frozen" not in summary


def test_the_wishes_of_a_platform_are_checked(tmp_path: Path) -> None:
    rare = made(tmp_path / "rare.flv", MOVING, TALK, "-g", "250", "-ar", "22050", seconds=14)
    lines = lines_of(rare, platform="facebook", decode="none")
    assert lines[3]["issues"] is None
    found = {issue["type"]: issue for issue in lines[-2]["issues"]}
    assert {"gopSizeLong", "audioSampleRate"} <= found.keys()
    assert set(found["gopSizeLong"]) == {"type", "severity", "reason", "description"}
    assert lines[-1]["kind"] == "summary"


def test_the_table_ends_with_the_wishes_and_a_summary(media: Media) -> None:
    table = table_of(media.flv, platform="youtube", decode="none").splitlines()
    assert any("bitrateLow" in text and "raise the encoder's rate" in text for text in table)
    assert table[-1].startswith("Summary: 8 s measured, LOW")


def test_a_file_too_short_for_the_ten_seconds_is_checked_at_its_end(media: Media) -> None:
    last = lines_of(media.flv, platform="youtube", decode="none")[-1]
    assert [issue["type"] for issue in last["issues"]] == ["bitrateLow"]


def test_a_bonded_feed_is_compared_with_the_primary(media: Media, tmp_path: Path) -> None:
    other = made(tmp_path / "other.flv", MOVING, TALK, "-ar", "44100")
    last = lines_of(media.flv, against=str(other), decode="none")[-1]
    types = {issue["type"] for issue in last["mismatches"]}
    assert {"gopMismatch", "audioSampleRateMismatch"} <= types
    table = table_of(media.flv, against=str(media.flv), decode="none")
    assert "Primary against bonded: nothing" in table


def test_what_is_wrong_with_the_bonded_feed_is_said_too(media: Media) -> None:
    with pytest.raises(ProbeFailedError, match="connection refused"):
        lines_of(media.flv, against=f"rtmp://127.0.0.1:{free_port()}/live/s3cret")
