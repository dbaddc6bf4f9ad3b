"""`livedesk probe`: a line a second for scripts and for people, and clear words when it fails."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from livedesk.core.status import SyncStatus
from livedesk.monitors.probe.command import ProbeFailedError, in_words, read_source, run_probe
from tests.monitors.probe.conftest import Media
from tests.ports import free_port


def lines_of(source: object, *, seconds: float | None = None) -> list[dict[str, dict[str, float]]]:
    out = io.StringIO()
    run_probe(str(source), out, seconds=seconds, as_json=True)
    return [json.loads(line) for line in out.getvalue().splitlines()]


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
    out = io.StringIO()
    run_probe(str(media.shifted(media.flv, -120, tmp_path)), out)
    table = out.getvalue()
    assert "320×180" in table
    assert "h264/aac" in table
    assert "sound 120 ms late" in table or "sound 121 ms late" in table


@pytest.mark.parametrize(
    ("sync", "words"),
    [
        (SyncStatus(), "no data"),
        (SyncStatus(skew_ms=0.2, state="ok"), "in step (ok)"),
        (SyncStatus(skew_ms=61, state="notice"), "sound 61 ms ahead (notice)"),
        (
            SyncStatus(skew_ms=-61, slope_ppm=-20.04, state="ok"),
            "sound 61 ms late (ok), drifting -20.0 ppm",
        ),
    ],
)
def test_words_for_a_skew(sync: SyncStatus, words: str) -> None:
    assert in_words(sync) == words


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


def test_a_crash_of_the_probe_is_said(media: Media) -> None:
    crash = (sys.executable, "-c", "import os; os.abort()")
    with pytest.raises(ProbeFailedError, match="ended unexpectedly"):
        run_probe(str(media.flv), io.StringIO(), command=crash)


def test_a_dash_reads_the_address_from_standard_input() -> None:
    assert read_source("-", io.StringIO("rtmp://127.0.0.1/live/key\n")) == (
        "rtmp://127.0.0.1/live/key"
    )
    assert read_source("a.flv", io.StringIO("b")) == "a.flv"
