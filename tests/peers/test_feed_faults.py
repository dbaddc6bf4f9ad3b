"""What can be wrong with a feed is called by its name: real encoder, relay, probe and engine.

Names and their order are judged here; how soon they come is measured by `make bench`.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from livedesk.paths import Paths
from livedesk.rtmp.flv import inspect
from livedesk.rtmp.messages import AUDIO, VIDEO, Message
from livedesk.sandbox.link import Shape
from livedesk.sandbox.supply import ConstantRate
from tests.peers.hevc import hevc_tape
from tests.peers.installation import Installation, installation
from tests.peers.peers import NginxRtmp, ffmpeg_running, path_running, publish, relay_process
from tests.peers.tape import (
    Tape,
    Timed,
    after,
    beginning,
    length_s,
    over_and_over,
    publishing,
    read_tape,
    restamped,
)
from tests.waiting import wait_until

pytestmark = [pytest.mark.peer, pytest.mark.slow]

JUMP_BACK_MS, JUMP_AHEAD_MS = -10_000, 3_600_000
WRAP_MS, EXTENDED_MS = 2**32, 2**24 - 1


def _has_no_skew(here: Installation) -> bool:
    """Waited for: alarms are the relay's word, the skew is the probe's, four times a second."""
    return here.status()["sync"]["skew_ms"] is None


def _classes(record: list[tuple[str, dict[str, Any]]]) -> list[str]:
    return [str(data["to"]) for kind, data in record if kind == "feed.class"]


def test_a_path_to_us_that_fails_is_named_step_by_step(
    paths: Paths, tmp_path: Path, nginx_rtmp: NginxRtmp, clip: Path
) -> None:
    """Faults 3, 1, 4 and 2: too slow, silent, silent again and again, broken."""
    with installation(paths, nginx_rtmp, tmp_path) as here:
        port = int(here.ingest_url.split(":")[2].split("/")[0])
        with path_running(port) as path:
            url = here.ingest_url.replace(f":{port}/", f":{path.port}/")
            live = publish(clip, url, "-re", "-stream_loop", "-1")
            with ffmpeg_running(*live):
                wait_until(here.is_measuring, "everything measures")
                path.apply(Shape(supply=ConstantRate(900)))
                wait_until(lambda: here.feed()["state"] == "STARVED", "STARVED")
                wait_until(lambda: "feed.starved" in here.alarms(), "the alarm of it")
                path.apply(Shape(blackhole=True))
                wait_until(lambda: here.feed()["state"] == "STALLED", "STALLED")
                wait_until(lambda: "feed.lost" in here.alarms(), "the alarm of it")
                wait_until(lambda: _has_no_skew(here), "no skew is claimed")
                for _ in range(2):
                    path.apply(Shape())
                    wait_until(lambda: here.feed()["state"] != "STALLED", "media again")
                    path.apply(Shape(blackhole=True))
                    wait_until(lambda: here.feed()["state"] == "STALLED", "STALLED again")
                path.apply(Shape())
                wait_until(lambda: not here.alarms(), "the end of every alarm", 40)
                path.reset(0.2)
                wait_until(lambda: here.feed()["state"] == "GONE", "GONE")
                wait_until(lambda: "feed.lost" in here.alarms(), "the alarm of it")
            with ffmpeg_running(*live):
                wait_until(here.is_measuring, "a new encoder is measured")
    record = here.record()
    classes = _classes(record)
    assert classes.index("STARVED") < classes.index("STALLED") < classes.index("GONE", 1)
    assert "LOW" not in classes[: classes.index("STARVED")]
    raised = [data["alarm"] for kind, data in record if kind == "limit.trip"]
    assert raised.count("feed.starved") == 1, "a fault that gets worse is the same fault"
    assert raised.count("feed.lost") == 2, "flapping is one alarm, the break is another"
    assert not [name for name in raised if str(name).startswith("uplink")], "no path of ours failed"


def test_few_bits_in_step_with_the_clock_are_the_encoders_choice(
    paths: Paths, tmp_path: Path, nginx_rtmp: NginxRtmp, clip: Path
) -> None:
    """Fault 5: a static scene. The uplink carries all there is and is not blamed."""
    tape = read_tape(clip)
    with (
        installation(paths, nginx_rtmp, tmp_path) as here,
        publishing(here.ingest_url, after(beginning(tape, 5), _without_bits(tape))),
    ):
        wait_until(here.is_measuring, "everything measures")
        wait_until(lambda: here.feed()["state"] == "LOW", "LOW")
        wait_until(lambda: "feed.low" in here.alarms(), "the alarm of it")
        status = here.status()
    (cause,) = [alarm["cause"] for alarm in status["alarms"] if alarm["id"] == "feed.low"]
    assert cause.startswith("Encoder")
    assert status["uplinks"][0]["health"] == "OK"
    assert "STARVED" not in _classes(here.record())


def _without_bits(tape: Tape) -> Tape:
    """Every frame as small as a still picture's: only its size matters to a relay."""
    return [
        Timed(
            timed.at_s, Message(VIDEO, 0, timed.message.timestamp_ms, timed.message.payload[:900])
        )
        if timed.message.type_id == VIDEO and inspect(timed.message).kind == "frame"
        else timed
        for timed in tape
    ]


def test_a_track_that_stops_is_named_and_has_no_figures(
    paths: Paths, tmp_path: Path, nginx_rtmp: NginxRtmp, clip: Path
) -> None:
    """Fault 6, sound and picture."""
    with (
        installation(paths, nginx_rtmp, tmp_path) as here,
        publishing(here.ingest_url, over_and_over(read_tape(clip), 90)) as publisher,
    ):
        wait_until(lambda: here.status()["sync"].get("skew_ms") is not None, "skew is known")
        publisher.withheld = frozenset({AUDIO})
        wait_until(lambda: "sound.lost" in here.alarms(), "the alarm of the sound")
        wait_until(lambda: _has_no_skew(here), "no skew is claimed")
        publisher.withheld = frozenset({VIDEO})
        wait_until(lambda: "picture.lost" in here.alarms(), "the alarm of the picture")
        wait_until(lambda: _has_no_skew(here), "no skew is claimed")
        publisher.withheld = frozenset()
        wait_until(lambda: here.status()["sync"]["skew_ms"] is not None, "skew is back")
        assert not publisher.lost
    record = here.record()
    tracks = [(kind, data["track"]) for kind, data in record if kind.startswith("feed.track_")]
    assert tracks[0] == ("feed.track_lost", "audio")
    assert sorted(tracks[1:3]) == [("feed.track_back", "audio"), ("feed.track_lost", "video")]
    assert tracks[3:] == [("feed.track_back", "video")]


def test_another_codec_and_size_in_the_middle_of_a_stream(
    paths: Paths, tmp_path: Path, nginx_rtmp: NginxRtmp, clip: Path
) -> None:
    """Fault 7: the same connection goes on as HEVC and in another size."""
    first = beginning(read_tape(clip), 5)
    with (
        installation(paths, nginx_rtmp, tmp_path) as here,
        publishing(here.ingest_url, after(first, hevc_tape(15))) as publisher,
    ):
        wait_until(here.is_measuring, "everything measures")
        before = here.feed()
        wait_until(
            lambda: (here.feed()["video_codec"], here.feed()["width"]) == ("hevc", 320),
            "the new codec and size",
        )
        wait_until(here.is_measuring, "it is measured")
        assert not publisher.lost
    assert (before["video_codec"], before["width"]) == ("h264", 640)
    record = here.record()
    assert [kind for kind, _ in record].count("feed.lost") <= 1, (
        "the encoder stayed connected until its end"
    )
    codecs = [data["codec"] for kind, data in record if kind == "feed.codec"]
    assert codecs.index("h264") < codecs.index("hevc")


@pytest.mark.parametrize(
    ("first_ms", "jump_ms", "epochs"),
    [
        pytest.param(WRAP_MS - 1_000, 0, 0, id="2^32"),
        pytest.param(EXTENDED_MS - 1_000, 0, 0, id="2^24"),
        pytest.param(60_000, JUMP_BACK_MS, 1, id="-10 s"),
        pytest.param(60_000, JUMP_AHEAD_MS, 1, id="+1 h"),
    ],
)
def test_marks_and_jumps_of_timestamps_leave_the_class_alone(
    tmp_path: Path, nginx_rtmp: NginxRtmp, clip: Path, first_ms: int, jump_ms: int, epochs: int
) -> None:
    """Fault 8: the relay goes on, in a new epoch where the timestamps jumped."""
    tape = beginning(read_tape(clip), 3)

    def stamp(message: Message) -> int:
        later_ms = jump_ms if message.timestamp_ms >= 1_000 else 0
        return first_ms + message.timestamp_ms + later_ms

    with relay_process(tmp_path, nginx_rtmp.url("out")) as relay:
        with publishing(relay.ingest_url, restamped(tape, stamp)) as publisher:
            wait_until(lambda: publisher.is_over, "the end of the tape", length_s(tape) + 20)
            assert not publisher.lost
        states = {entry["feed"]["state"] for entry in relay.entries if entry["kind"] == "sample"}
        assert relay.events().count("feed.epoch") == epochs
        assert relay.uplink["dropped_messages"] == 0
    assert states <= {"GONE", "OK", "LOW", "BLIND"}


def test_missing_headers_empty_messages_and_commands_are_counted_and_passed(
    tmp_path: Path, nginx_rtmp: NginxRtmp, clip: Path
) -> None:
    """Fault 9: tolerated, counted, and the encoder stays connected."""
    tape = read_tape(clip)
    headless = [t for t in tape if t.at_s > 1 or inspect(t.message).kind != "header"]
    odd = [Timed(1 + n / 10, Message(AUDIO, 0, 1_000 + n * 100, b"")) for n in range(5)]
    odd += [Timed(2 + n / 10, Message(VIDEO, 0, 2_000 + n * 100, b"\x57\x00")) for n in range(5)]
    both = sorted(beginning(headless, 4) + odd, key=lambda timed: timed.at_s)
    with (
        relay_process(tmp_path, nginx_rtmp.url("out")) as relay,
        publishing(relay.ingest_url, both) as publisher,
    ):
        wait_until(lambda: publisher.sent == len(both), "the end of the tape")
        wait_until(
            lambda: relay.sample()["feed"].get("faults", {}).get("empty") == 5, "they are counted"
        )
        faults = relay.sample()["feed"]["faults"]
        assert not publisher.lost
        assert "feed.protocol_error" not in relay.events()
    assert faults["before_header"] > 0
    assert faults["unreadable"] == 0, "a command is no fault"


def test_a_server_that_accepts_and_stays_silent(tmp_path: Path, clip: Path) -> None:
    """Fault 10, as what is measured and as where it goes to."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"rtmp://127.0.0.1:{silent.getsockname()[1]}/live/very-secret"
        with (
            relay_process(tmp_path, url) as relay,
            ffmpeg_running(*publish(clip, relay.ingest_url, "-re", "-stream_loop", "-1")),
            subprocess.Popen(
                [sys.executable, "-m", "livedesk", "probe", "-", "--json"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            ) as probe,
        ):  # fmt: skip
            output, complaint = probe.communicate(url + "\n", timeout=30)
            wait_until(lambda: "uplink.down" in relay.events(), "the uplink gives up waiting")
            assert relay.uplink["health"] == "GONE"
            assert relay.sample()["feed"]["state"] in ("OK", "LOW")
    assert probe.returncode != 0
    assert not output
    (line,) = complaint.splitlines()
    assert "no media within 5 s" in line
    assert "very-secret" not in line
