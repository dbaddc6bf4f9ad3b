"""Around the reader: what is tried again, what is told once, when it is given up."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable

from livedesk.core.clock import Clock, ManualClock
from livedesk.core.secrets import Secret
from livedesk.monitors.facts import StreamFacts
from livedesk.monitors.probe.job import ProbeJob, job_line, parse_job
from livedesk.monitors.probe.lines import EventLine, parse_line
from livedesk.monitors.probe.load import DecodeLoad
from livedesk.monitors.probe.outbox import Outbox
from livedesk.monitors.probe.pacing import AtOnce
from livedesk.monitors.probe.process import keep_reading, watch_reader
from livedesk.monitors.probe.sink import InputError, Outcome
from livedesk.monitors.probe.teller import Teller
from livedesk.monitors.probe.tracks import TrackWatch

JOB = ProbeJob(Secret("rtmp://127.0.0.1/live/s3cret"))
STREAMS = StreamFacts("h264", "aac", 1280, 720, 48_000)


def supervised(*steps: Callable[[Teller], Outcome], job: ProbeJob = JOB) -> tuple[int, list[str]]:
    """Run the supervisor over readers that behave as told; exit status and events."""
    out, clock, stop = io.BytesIO(), ManualClock(), threading.Event()
    outbox = Outbox(out)
    outbox.start()
    script = list(steps)

    def run(_: ProbeJob, teller: Teller, stop: threading.Event, *__: Clock | TrackWatch) -> Outcome:
        step = script.pop(0)
        if not script:
            stop.set()
        return step(teller)

    status = keep_reading(job, Teller(job, outbox, clock), stop, clock, run)
    outbox.close(5)
    lines = [parse_line(line) for line in out.getvalue().splitlines()]
    return status, [line.event for line in lines if isinstance(line, EventLine)]


def lose(_: Teller) -> Outcome:
    raise InputError("cannot open rtmp://127.0.0.1/live: connection refused")


def play(teller: Teller) -> Outcome:
    teller.opened(0, STREAMS)
    return "ended"


def look_again(teller: Teller) -> Outcome:
    teller.opened(0, STREAMS)
    return "reopen"


def test_the_same_loss_is_told_once_and_again_after_media() -> None:
    status, events = supervised(lose, lose, play, lose)
    assert events == ["probe.lost", "probe.opened", "probe.ended", "probe.lost"]
    assert status == 0


def test_once_means_once() -> None:
    once = ProbeJob(JOB.url, once=True)
    assert supervised(lose, play, job=once) == (1, ["probe.lost"])
    assert supervised(play, play, job=once) == (0, ["probe.opened", "probe.ended"])


def test_another_codec_after_another_look_is_told() -> None:
    def other(teller: Teller) -> Outcome:
        teller.opened(0, StreamFacts("hevc", "aac", 1280, 720, 48_000))
        return "ended"

    events = supervised(look_again, other)[1]
    assert events == ["probe.opened", "probe.opened", "probe.codec_changed", "probe.ended"]


def test_a_reader_beyond_its_own_timeout_is_overdue() -> None:
    clock = ManualClock()
    teller = Teller(JOB, Outbox(io.BytesIO()), clock)
    teller.opening()
    clock.advance(JOB.open_timeout_s + 3.5)
    assert teller.overdue_s(clock.mono_ns()) == 3.5
    teller.lost("nothing came")
    clock.advance(100)
    assert teller.overdue_s(clock.mono_ns()) == 0


def test_a_reader_that_hangs_in_libav_is_given_up() -> None:
    out, clock, release = io.BytesIO(), ManualClock(), threading.Event()
    outbox = Outbox(out)
    outbox.start()
    teller = Teller(JOB, outbox, clock)
    teller.opening()
    reader = threading.Thread(target=release.wait, args=(5,))
    reader.start()
    clock.advance(JOB.open_timeout_s + 10)
    assert watch_reader(JOB, teller, reader, clock)
    release.set()
    reader.join()
    outbox.close(5)
    assert b"probe.stuck" in out.getvalue()


def test_time_of_a_file_goes_with_its_stamps_and_never_back() -> None:
    pacing = AtOnce(ManualClock(mono_ns=0))
    stamps = (1_000.0, 1_040.0, 900.0, 1_080.0, 3_601_080.0, 3_601_120.0, 0.0, 40.0, None)
    arrivals = [pacing.arrival_ns(stamp) for stamp in stamps]
    assert [(ns or 0) // 1_000_000 for ns in arrivals] == [0, 40, 40, 80, 80, 120, 120, 160, 160]


def test_slow_decoding_is_told_when_it_begins_and_when_it_is_over() -> None:
    clock = ManualClock()
    load = DecodeLoad(clock)
    told = []
    for share in (0.2, 0.95, 0.8, 0.3):
        started_ns = clock.mono_ns()
        clock.advance(3 * share)
        load.add(started_ns)
        clock.advance(3 * (1 - share))
        assert load.is_due()
        told.append(load.turned(load.take()))
    assert told == [None, True, None, False]


def test_a_job_survives_its_way() -> None:
    job = ProbeJob(
        Secret("rtmp://h/a/k"), decode="keyframes", preview_fps=1.5, seconds=3, once=True
    )
    assert parse_job(job_line(job)) == job
    assert parse_job(b'{"url": "x", "new_field": 1}\n').decode == "all"
