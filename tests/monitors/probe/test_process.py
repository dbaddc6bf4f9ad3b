"""The probe process: it measures, it reports silence, it never outlives its parent."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import IO

import pytest

from livedesk.core.secrets import Secret
from livedesk.monitors.probe.job import ProbeJob, job_line
from livedesk.monitors.probe.lines import EventLine, Line, PreviewLine, SampleLine, parse_line
from livedesk.monitors.probe.link import PROBE_COMMAND
from livedesk.monitors.probe.outbox import Outbox
from livedesk.monitors.probe.process import EXIT_BAD_JOB, EXIT_LOST, Retry
from tests.monitors.probe.conftest import Media
from tests.ports import free_port

LIMIT_S = 20.0


@contextmanager
def child(job_text: bytes) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    with subprocess.Popen(PROBE_COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        watchdog = threading.Timer(LIMIT_S, process.kill)
        watchdog.start()
        process.stdin.write(job_text)
        process.stdin.flush()
        try:
            yield process, process.stdout
        finally:
            process.kill()
            watchdog.cancel()
            watchdog.join()


def until(stdout: IO[bytes], wanted: Callable[[Line], bool]) -> list[Line]:
    """Lines up to the one that is wanted; fails when the process ends before it comes."""
    lines = []
    for text in stdout:
        lines.append(parse_line(text))
        if wanted(lines[-1]):
            return lines
    pytest.fail(f"the process ended; its last lines: {lines[-3:]}")


def event(name: str) -> Callable[[Line], bool]:
    return lambda line: isinstance(line, EventLine) and line.event == name


def job(url: object, **changes: object) -> bytes:
    return job_line(ProbeJob(Secret(str(url)), **changes))  # type: ignore[arg-type]


def test_a_file_at_once_is_told_without_a_line_lost(media: Media) -> None:
    with child(job(media.flv, pace="at_once", once=True)) as (process, stdout):
        lines = until(stdout, event("probe.ended"))
        assert process.wait(LIMIT_S) == 0
    samples = [line for line in lines if isinstance(line, SampleLine)]
    assert len(samples) == pytest.approx(8 * 4, abs=2)
    assert samples[-1].probe.dropped_lines == 0
    assert samples[-1].feed.fps == pytest.approx(30, abs=0.1)
    assert samples[-1].feed.age_ms == 0, "the end of a file is no silence"
    assert samples[-1].sync.state == "ok"
    assert any(isinstance(line, PreviewLine) for line in lines)
    steps = {b.mono_ns - a.mono_ns for a, b in pairwise(samples)}
    assert steps == {250_000_000}


def test_a_bad_file_is_one_clear_event_and_a_status(tmp_path: Path) -> None:
    (tmp_path / "x.flv").write_bytes(b"nothing of use" * 99)
    with child(job(tmp_path / "x.flv", once=True)) as (process, stdout):
        lines = until(stdout, event("probe.lost"))
        assert process.wait(LIMIT_S) == EXIT_LOST
    assert "not audio or video" in str(lines[-1])


def test_a_job_that_is_none_is_refused_without_repeating_it() -> None:
    with child(b'{"url": 5, "key": "s3cret"}\n') as (process, stdout):
        lines = until(stdout, event("probe.bad_job"))
        assert process.wait(LIMIT_S) == EXIT_BAD_JOB
    assert "s3cret" not in str(lines)


def test_it_ends_at_once_with_its_parent_even_while_libav_waits() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"rtmp://127.0.0.1:{silent.getsockname()[1]}/live/s3cret"
        with child(job(url)) as (process, stdout):
            until(stdout, lambda line: isinstance(line, SampleLine))
            connection, _ = silent.accept()
            with connection:  # libav waits for an answer
                assert process.stdin is not None
                process.stdin.close()
                assert process.wait(4) == 0, "libav itself would wait for 5 s"


def test_a_silent_server_is_reported_by_the_clock_and_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"rtmp://127.0.0.1:{silent.getsockname()[1]}/live/s3cret"
        with child(job(url, open_timeout_s=0.6)) as (_, stdout):
            before = until(stdout, event("probe.lost"))
            after = until(stdout, is_opening)
    samples = [line for line in before if isinstance(line, SampleLine)]
    assert len(samples) >= 2  # while the reader was blocked
    assert all(line.feed.state == "GONE" and line.feed.kbps is None for line in samples)
    assert "s3cret" not in str(before + after)


def test_a_server_that_never_sends_is_asked_ever_more_rarely_and_others_are_not() -> None:
    retry = Retry()
    waits_s = [retry.after(has_opened=False, is_silent=True) for _ in range(10)]
    assert waits_s[:4] == [2.0, 3.0, 4.5, 6.75]
    assert waits_s[-1] == 30.0
    assert retry.after(has_opened=True, is_silent=False) == 0.2
    waits_s = [retry.after(has_opened=False, is_silent=False) for _ in range(10)]
    assert waits_s == sorted(waits_s)
    assert waits_s[-1] == 2.0
    assert retry.after(has_opened=False, is_silent=True) == 2.0


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the limit does not hold")
def test_what_takes_too_much_memory_costs_the_probe_only() -> None:
    script = """
import numpy, threading
from livedesk.core.clock import SystemClock
from livedesk.core.secrets import Secret
from livedesk.monitors.probe.job import ProbeJob
from livedesk.monitors.probe.process import EXIT_OUT_OF_MEMORY, keep_reading, limit_memory

class Heard:
    opened_count = 0
    def opening(self): pass
    def out_of_memory(self, limit_mb): print(limit_mb)

limit_memory()
run = lambda *arguments: numpy.ones(1 << 30)
status = keep_reading(ProbeJob(Secret("x")), Heard(), threading.Event(), SystemClock(), run)
raise SystemExit(0 if status == EXIT_OUT_OF_MEMORY else 9)
"""
    command = [sys.executable, "-c", script]
    ended = subprocess.run(command, check=False, capture_output=True, timeout=LIMIT_S)
    assert (ended.returncode, ended.stdout) == (0, b"1536\n"), ended.stderr


def is_opening(line: Line) -> bool:
    return isinstance(line, SampleLine) and line.probe.reader == "opening"


@pytest.mark.peer
def test_a_live_feed(media: Media, serve_live: Callable[[Path, int], str]) -> None:
    url = serve_live(media.b_frames, free_port())
    with child(job(url, decode="all", min_kbps=100)) as (_, stdout):
        lines = until(
            stdout, lambda line: isinstance(line, SampleLine) and line.sync.skew_ms is not None
        )
        live = lines[-1]
        assert isinstance(live, SampleLine)
        assert live.feed.state == "OK"
        assert live.feed.fps == pytest.approx(30, abs=0.5)
        assert live.sync.skew_ms == pytest.approx(0, abs=5)
        assert any(isinstance(line, PreviewLine) for line in lines)
        assert "s3cret" not in str([line for line in lines if isinstance(line, EventLine)])


def test_a_stalled_feed_grows_old_while_the_reader_is_blocked(media: Media) -> None:
    """A raw FLV over TCP that stops in the middle: connected, silent."""
    data = media.flv.read_bytes()
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        with child(job(url, read_timeout_s=1.8)) as (_, stdout):
            connection, _ = server.accept()
            with connection:
                connection.sendall(data[: len(data) // 2])
                stalled = until(stdout, is_stalled)[-1]
                assert isinstance(stalled, SampleLine)
                assert stalled.probe.reader == "reading"
                unknown = until(stdout, has_no_frame_rate)[-1]
                assert isinstance(unknown, SampleLine)
                assert (unknown.probe.reader, unknown.feed.state) == ("reading", "STALLED")
                assert unknown.sync.skew_ms is None
                lost = until(stdout, event("probe.lost"))[-1]
    assert "no media within 1.8 s" in str(lost)


def is_stalled(line: Line) -> bool:
    return isinstance(line, SampleLine) and line.feed.state == "STALLED"


def has_no_frame_rate(line: Line) -> bool:
    return isinstance(line, SampleLine) and line.feed.fps is None


def test_a_reader_of_ours_that_stops_reading_costs_lines_and_nothing_else() -> None:
    gate = threading.Event()

    class Blocked:
        def __init__(self) -> None:
            self.lines: list[bytes] = []

        def write(self, line: bytes) -> None:
            gate.wait(LIMIT_S)
            self.lines.append(line)

        def flush(self) -> None: ...

    out = Blocked()
    outbox = Outbox(out, room=4)  # type: ignore[arg-type]
    outbox.start()
    for n in range(20):
        outbox.put(b"%d" % n)
    assert outbox.dropped >= 15
    gate.set()
    outbox.close(LIMIT_S)
    assert out.lines[-4:] == [b"16", b"17", b"18", b"19"]
    assert len(out.lines) + outbox.dropped == 20


def test_importing_the_link_does_not_load_libav() -> None:
    script = "import sys, livedesk.monitors.probe.link; sys.exit('av' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", script], check=False, timeout=LIMIT_S).returncode == 0
    )
