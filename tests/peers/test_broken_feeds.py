"""A feed that breaks, jumps, changes or lacks parts: what passes on, what is measured afterwards.

Names, order and counts are judged here; how soon they come is measured by `make bench`.
"""

from __future__ import annotations

import asyncio
import itertools
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from livedesk.journal.reader import SessionReader
from livedesk.journal.values import SampleRow
from livedesk.paths import Paths
from livedesk.rtmp.flv import inspect
from livedesk.rtmp.messages import AUDIO, VIDEO, Message
from tests.peers.installation import Installation, installation
from tests.peers.peers import NginxRtmp, RunningRelay, ffmpeg, payloads, relay_process, tags
from tests.peers.tape import (
    Tape,
    Timed,
    after,
    beginning,
    over_and_over,
    publishing,
    read_tape,
)
from tests.relay.harness import Client, address, connect
from tests.waiting import until, wait_until

pytestmark = [pytest.mark.peer, pytest.mark.slow]

JUMP_MS = -10_000
MOST_SKEW_MS = 100
"""The clip's own is about nothing; a value across the jump would be ten seconds."""


def rows(here: Installation, figure: str) -> list[SampleRow]:
    with SessionReader.open(here.session_file()) as record:
        return list(record.samples(figure))


def raised(here: Installation) -> list[str]:
    return [str(data["alarm"]) for kind, data in here.record() if kind == "limit.trip"]


def names(here: Installation) -> list[str]:
    return [kind for kind, _ in here.record()]


def epochs(here: Installation, figure: str) -> list[int]:
    """Of a recorded series, one for each of its unbroken stretches."""
    return [epoch for epoch, _ in itertools.groupby(row.epoch for row in rows(here, figure))]


def test_a_reset_within_a_message_passes_on_whole_messages_only(
    tmp_path: Path, nginx_rtmp: NginxRtmp, clip: Path
) -> None:
    """Fault 2. Half of a keyframe arrives and is forgotten; a new encoder is forwarded whole."""
    tape = read_tape(clip)
    keys = [at for at, timed in enumerate(tape) if inspect(timed.message).keyframe]
    cut = keys[3]
    whole = [timed.message for timed in tape[:cut]]
    recording = nginx_rtmp.recordings / "out.flv"

    def recorded() -> list[bytes]:
        return payloads(tags(recording), VIDEO) if recording.exists() else []

    async def break_off() -> None:
        encoder = await connect(address(relay.ingest_url))
        encoder.send(*whole[: keys[1]])
        await until(lambda: relay.uplink.get("state") == "carrying", "the path is open")
        encoder.send(*whole[keys[1] :])
        await until(lambda: recorded() == payloads(whole, VIDEO), "all is recorded")
        _send_half(encoder, tape[cut].message)
        await until(lambda: encoder.transport.get_write_buffer_size() == 0, "half is sent")
        _reset(encoder)
        await until(lambda: "feed.lost" in relay.events(), "the loss is told")

    with relay_process(tmp_path, nginx_rtmp.url("out")) as relay:
        asyncio.run(break_off())
        feed = wait_until(lambda: _feed_after(relay, "feed.lost"), "a sample after the loss")
        assert feed["state"] == "GONE"
        assert feed["video_messages"] == sum(m.type_id == VIDEO for m in whole)
        assert feed["audio_messages"] == sum(m.type_id == AUDIO for m in whole)
        assert feed["faults"] == {"empty": 0, "unreadable": 0, "before_header": 0}
        assert recorded() == payloads(whole, VIDEO)
        again = beginning(tape, 2)
        with publishing(relay.ingest_url, again) as publisher:
            wait_until(lambda: publisher.is_over, "the end of the tape")
        expected = payloads([*whole, *(timed.message for timed in again)], VIDEO)
        wait_until(lambda: recorded() == expected, "the new encoder's frames, and no others")
        assert relay.events().count("feed.up") == 2
        assert "feed.protocol_error" not in relay.events()


def _feed_after(relay: RunningRelay, event: str) -> dict[str, Any] | None:
    """The first sample that the relay gave after it had told of this."""
    later = itertools.dropwhile(lambda entry: entry.get("event") != event, tuple(relay.entries))
    return next((entry["feed"] for entry in later if entry["kind"] == "sample"), None)


def _send_half(encoder: Client, message: Message) -> None:
    encoder.session.send(message)
    data = encoder.session.take_output()
    encoder.transport.write(data[: len(data) // 2])


def _reset(encoder: Client) -> None:
    """Closes with a TCP reset: nobody lingers, not even to say goodbye."""
    end = encoder.transport.get_extra_info("socket")
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    encoder.transport.abort()


def test_another_size_and_sample_rate_in_the_middle_of_a_stream(
    paths: Paths, tmp_path: Path, nginx_rtmp: NginxRtmp
) -> None:
    """Fault 7: told by name, measured on, and no series joins the two."""
    first = _made(tmp_path / "first.flv", "1280x720", 48_000, 5)
    second = _made(tmp_path / "second.flv", "640x360", 44_100, 5)
    with (
        installation(paths, nginx_rtmp, tmp_path) as here,
        publishing(here.ingest_url, after(first, over_and_over(second, 60))) as publisher,
    ):
        wait_until(lambda: here.feed()["sample_rate"] == 48_000, "the first is measured")
        before = here.feed()
        wait_until(lambda: here.feed()["width"] == 640, "the new size")
        wait_until(lambda: here.feed()["sample_rate"] == 44_100, "the new sample rate")
        wait_until(lambda: here.feed()["epoch"] > before["epoch"], "a new epoch")
        wait_until(here.is_measuring, "it is measured")
        wait_until(lambda: here.status()["sync"]["skew_ms"] is not None, "skew is known")
        status = here.status()
        assert not publisher.lost
    assert (before["width"], before["height"]) == (1280, 720)
    assert status["probe"]["restarts"] == 0
    told = names(here)
    assert told.index("probe.opened") < told.index("probe.picture_changed")
    assert told.index("feed.epoch") < told.index("probe.sound_changed")
    assert told.count("feed.up") == 1, "the encoder stayed connected"
    for figure in ("feed_kbps", "skew_ms"):
        found = epochs(here, figure)
        assert len(found) > 1, figure
        assert found == sorted(set(found)), figure
    assert not raised(here)


def _made(path: Path, size: str, sample_rate: int, seconds: int) -> Tape:
    ffmpeg(
        "-f", "lavfi", "-i", f"testsrc2=size={size}:rate=30",
        "-f", "lavfi", "-i", f"sine=frequency=440:sample_rate={sample_rate}",
        "-c:v", "libx264", "-preset", "ultrafast", "-g", "30", "-b:v", "1500k",
        "-c:a", "aac", "-t", str(seconds), str(path),
    )  # fmt: skip
    return read_tape(path)


def test_no_figure_reaches_across_a_jump_of_the_timestamps(
    paths: Paths, tmp_path: Path, nginx_rtmp: NginxRtmp, clip: Path
) -> None:
    """Fault 8, as the probe sees it: another epoch, no absurd skew, no alarm."""
    has_jumped = threading.Event()
    tape = _jumping(over_and_over(read_tape(clip), 60), has_jumped)
    with (
        installation(paths, nginx_rtmp, tmp_path) as here,
        publishing(here.ingest_url, tape) as publisher,
    ):
        wait_until(lambda: here.status()["sync"].get("skew_ms") is not None, "skew is known")
        before = here.feed()["epoch"]
        has_jumped.set()
        wait_until(lambda: here.feed()["epoch"] > before, "a new epoch")
        wait_until(lambda: len(epochs(here, "skew_ms")) > 1, "skew of both epochs is recorded")
        wait_until(lambda: here.status()["sync"]["skew_ms"] is not None, "skew is known again")
        status = here.status()
        assert not publisher.lost
    assert status["sync"]["state"] == "ok"
    assert status["probe"]["restarts"] == 0
    assert max(max(-row.min, row.max) for row in rows(here, "skew_ms")) < MOST_SKEW_MS
    assert names(here).count("feed.epoch") == 1
    assert not raised(here)


def _jumping(tape: Tape, has_jumped: threading.Event) -> Iterator[Timed]:
    for timed in tape:
        stamp_ms = 60_000 + timed.message.timestamp_ms + JUMP_MS * has_jumped.is_set()
        yield Timed(timed.at_s, replace(timed.message, timestamp_ms=stamp_ms))


def test_empty_messages_and_commands_leave_the_measuring_alone(
    paths: Paths, tmp_path: Path, nginx_rtmp: NginxRtmp, clip: Path
) -> None:
    """Fault 9, with the probe: neither it nor the encoder is lost, and its figures stay."""
    are_sent = threading.Event()
    tape = _with_odd_ones(over_and_over(read_tape(clip), 60), are_sent)
    with (
        installation(paths, nginx_rtmp, tmp_path) as here,
        publishing(here.ingest_url, tape) as publisher,
    ):
        wait_until(here.is_measuring, "everything measures")
        wait_until(lambda: here.status()["sync"]["skew_ms"] is not None, "skew is known")
        probe, sent = here.probe_pid, publisher.sent
        are_sent.set()
        wait_until(lambda: publisher.sent > sent + 300, "odd messages and media after them")
        status = here.status()
        assert here.is_measuring()
        assert here.probe_pid == probe
        assert not publisher.lost
    assert status["probe"]["restarts"] == 0
    assert abs(status["sync"]["skew_ms"]) < MOST_SKEW_MS
    told = names(here)
    assert told.count("probe.opened") == 1
    assert not {"probe.lost", "probe.ended", "feed.protocol_error", "feed.epoch"} & set(told)
    assert not raised(here)


def _with_odd_ones(tape: Tape, are_sent: threading.Event) -> Iterator[Timed]:
    """Twenty pairs of an empty sound and a command frame (Adobe FLV 10.1, E.4.3.1), once asked."""
    pairs = 20
    for timed in tape:
        yield timed
        if are_sent.is_set() and pairs:
            pairs -= 1
            stamp_ms = timed.message.timestamp_ms
            yield Timed(timed.at_s, Message(AUDIO, 0, stamp_ms, b""))
            yield Timed(timed.at_s, Message(VIDEO, 0, stamp_ms, b"\x57\x00"))


def test_headers_that_come_late_are_waited_for(
    paths: Paths, tmp_path: Path, nginx_rtmp: NginxRtmp, clip: Path
) -> None:
    """Fault 9: no codec header at first. The platform gets all; the probe measures once it can."""
    tape = read_tape(clip)
    headless = [t for t in beginning(tape, 4) if inspect(t.message).kind != "header"]
    with (
        installation(paths, nginx_rtmp, tmp_path) as here,
        publishing(here.ingest_url, after(headless, over_and_over(tape, 60))) as publisher,
    ):
        wait_until(lambda: here.feed().get("state") in ("OK", "LOW"), "media flow")
        wait_until(here.is_measuring, "everything measures")
        wait_until(lambda: here.feed()["width"] == 640, "the size is known")
        assert not publisher.lost
    told = names(here)
    assert told.count("feed.up") == 1
    assert "feed.lost" not in told[: told.index("probe.opened")]
