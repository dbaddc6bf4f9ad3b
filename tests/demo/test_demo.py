"""The demo keeps its promises, and says so when a show did not go as scripted."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from livedesk.core.status import AlarmStatus, FeedStatus, StoreStatus, SyncStatus, UplinkStatus
from livedesk.demo.script import Cues, Observed
from livedesk.demo.verdict import judge

PATH_ALARM = AlarmStatus("uplink.low:primary", "high", "Path: too slow.", "Look at it.", 0)


def status(feed_kbps: float, goodput_kbps: float, *alarms: AlarmStatus) -> StoreStatus:
    return StoreStatus(
        "glow-us",
        "Glow",
        0,
        feed=FeedStatus("OK", kbps=feed_kbps, fps=30),
        sync=SyncStatus(skew_ms=-8),
        uplinks=(UplinkStatus("primary", "carrying", goodput_kbps=goodput_kbps),),
        alarms=alarms,
    )


def as_scripted() -> Observed:
    track = {"messages": 9, "bytes": 90, "digest": "d"}
    tracks = {"audio": track, "video": track}
    return Observed(
        healthy=[status(4000, 4000)] * 20,
        throttled=[status(4000, 1500, PATH_ALARM)] * 20,
        recovered=[status(4000, 4000)] * 20,
        seen_after_s=0.8,
        sandbox={"encoder": {"report": tracks}, "platform": {"publishers": [tracks]}},
        session="glow-us-1",
    )


def failed(seen: Observed) -> list[str]:
    return [check.name for check in judge(seen) if not check.ok]


def test_a_show_as_scripted_passes() -> None:
    assert failed(as_scripted()) == []


def test_each_broken_promise_is_named() -> None:
    good = as_scripted()
    unseen = replace(good, throttled=[status(4000, 4000)] * 20, seen_after_s=None)
    assert failed(unseen) == ["goodput shows the throttle", "an alarm names the path"]
    dragged_along = replace(good, throttled=[status(1500, 1500, PATH_ALARM)] * 20)
    assert failed(dragged_along) == ["the feed rate stays while the path is throttled"]
    stuck = replace(good, recovered=[status(4000, 1500)] * 20)
    assert failed(stuck) == ["goodput is back at the feed rate"]
    less = {"messages": 8, "bytes": 80, "digest": "e"}
    lossy = replace(
        good,
        sandbox={
            **good.sandbox,
            "platform": {"publishers": [{"audio": less, "video": less}]},
        },
    )
    assert failed(lossy) == ["no frame is lost: the platform has what the encoder sent"]
    assert failed(Observed()) == ["the feed arrives"]


@pytest.mark.parametrize("seconds", [20, 40, 7200])
def test_the_throttle_is_never_longer_than_the_backlog_bound(seconds: float) -> None:
    cues = Cues.for_show(seconds)
    assert 0 < cues.throttle_s < cues.heal_s < cues.finish_s < seconds
    assert cues.heal_s - cues.throttle_s <= 10


@pytest.mark.ui
@pytest.mark.slow
def test_the_headless_demo_leaves_picture_record_and_exports(tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "livedesk", "demo", "--headless", "--seconds", "20"]
    done = subprocess.run(
        [*command, "--out", str(out), "--json"],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    summary = json.loads(done.stdout)
    assert summary["ok"], summary
    assert done.returncode == 0
    assert (out / "console.png").read_bytes().startswith(b"\x89PNG")
    assert {file.suffix for file in out.iterdir()} == {".png", ".livedesk", ".html", ".jsonl", ""}
    assert all(Path(file).exists() for file in summary["files"])


def test_a_show_that_is_too_short_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "livedesk", "demo", "--headless", "--seconds", "5"], check=False
    )
    assert done.returncode == 2
    assert "at least 20 seconds" in capfd.readouterr().err
