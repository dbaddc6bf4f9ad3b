"""The probe process: a reader that may block, and beside it a clock that says so.

It ends as soon as standard input closes, whatever libav is doing, because its parent is gone then.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import BinaryIO, Final, NoReturn

from livedesk.core.clock import NS_PER_S, Clock, SystemClock
from livedesk.monitors.probe.job import JobError, ProbeJob, parse_job
from livedesk.monitors.probe.lines import EventLine, encode_line
from livedesk.monitors.probe.outbox import Outbox
from livedesk.monitors.probe.reader import run_reader
from livedesk.monitors.probe.sink import InputError, NoMediaError
from livedesk.monitors.probe.teller import SAMPLE_NS, Teller
from livedesk.monitors.probe.tracks import TrackWatch

EXIT_LOST: Final = 1
EXIT_BAD_JOB: Final = 2
EXIT_STUCK: Final = 3
EXIT_OUT_OF_MEMORY: Final = 4

MEMORY_MB: Final = 1_536
"""Of address space. What wants more is broken or hostile, and shall cost this process, not the
machine."""

_BACKOFF_S: Final = (0.2, 0.5, 1.0, 2.0)
_NO_MEDIA_S: Final = 2.0
_NO_MEDIA_GROWTH: Final = 1.5
_NO_MEDIA_MOST_S: Final = 30.0
"""A server that accepts and stays silent is asked ever more rarely: a try costs it a session."""

_OVERDUE_S: Final = 3.0
"""How much longer than its own timeout the reader may take before the process gives itself up."""

_FLUSH_S: Final = 1.0


def main() -> NoReturn:
    """The entry of `python -m livedesk.monitors.probe`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when a terminal's ^C ends us
    limit_memory()
    outbox = Outbox(sys.stdout.buffer)
    outbox.start()
    status = _run(sys.stdin.buffer, outbox, SystemClock())
    outbox.close(_FLUSH_S)
    # A reader that hangs in libav would hold up a normal exit.
    os._exit(status)


def limit_memory() -> None:
    """Elsewhere than on Linux the limit does not exist or does not hold."""
    if sys.platform == "linux":
        import resource

        limit = MEMORY_MB << 20
        with contextlib.suppress(ValueError):  # a lower one is set already
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _run(stdin: BinaryIO, outbox: Outbox, clock: Clock) -> int:
    try:
        job = parse_job(stdin.readline())
    except JobError as error:
        outbox.put(encode_line(EventLine("probe.bad_job", "critical", str(error))))
        return EXIT_BAD_JOB
    _exit_with(stdin)
    teller = Teller(job, outbox, clock)
    result: list[int] = []
    stop = threading.Event()

    def work() -> None:
        result.append(keep_reading(job, teller, stop, clock))

    reader = threading.Thread(target=work, name="reader", daemon=True)
    reader.start()
    is_stuck = watch_reader(job, teller, reader, clock)
    if is_stuck:
        return EXIT_STUCK
    return result[0] if result else EXIT_LOST


def _exit_with(stdin: BinaryIO) -> None:
    """A thread that waits for the end of standard input and then ends the process."""

    def wait() -> None:
        while stdin.read(1):
            pass
        os._exit(0)

    threading.Thread(target=wait, name="parent", daemon=True).start()


def watch_reader(job: ProbeJob, teller: Teller, reader: threading.Thread, clock: Clock) -> bool:
    """Samples by the clock while the reader lives; True when it hangs beyond its timeouts.

    A file that is measured at once is sampled by its own time instead, on the reader's thread.
    """
    due_ns = clock.mono_ns()
    while reader.is_alive():
        if not (job.is_file and job.pace == "at_once"):
            teller.sample(clock.mono_ns())
        if teller.overdue_s(clock.mono_ns()) > _OVERDUE_S:
            teller.stuck()
            return True
        due_ns = max(due_ns + SAMPLE_NS, clock.mono_ns())
        reader.join((due_ns - clock.mono_ns()) / NS_PER_S)
    return False


def keep_reading(
    job: ProbeJob,
    teller: Teller,
    stop: threading.Event,
    clock: Clock,
    run: Callable[[ProbeJob, Teller, threading.Event, Clock, TrackWatch], str] = run_reader,
) -> int:
    """Open and read until told to stop, again after every loss; the process's exit status."""
    watch = TrackWatch()
    retry = Retry()
    while not stop.is_set():
        teller.opening()
        had_opened = teller.opened_count
        try:
            outcome = run(job, teller, stop, clock, watch)
        except InputError as error:
            teller.lost(str(error))
            outcome = "lost"
            is_silent = isinstance(error, NoMediaError) and not teller.opened_count
        except MemoryError:
            teller.out_of_memory(MEMORY_MB)
            return EXIT_OUT_OF_MEMORY
        else:
            is_silent = False
        if outcome == "reopen":
            continue
        if outcome == "ended":
            teller.ended()
        if job.once or outcome == "stopped":
            return EXIT_LOST if outcome == "lost" else 0
        stop.wait(retry.after(has_opened=teller.opened_count > had_opened, is_silent=is_silent))
    return 0


class Retry:
    """How long to wait before the input is opened again."""

    def __init__(self) -> None:
        self._failures = self._silences = 0

    def after(self, *, has_opened: bool, is_silent: bool) -> float:
        """`is_silent`: something answers there that never yet sent media. What did, or is not
        there at all, may be back any moment."""
        self._failures = 0 if has_opened else self._failures + 1
        self._silences = self._silences + 1 if is_silent else 0
        if is_silent:
            wait_s = _NO_MEDIA_S * _NO_MEDIA_GROWTH ** (self._silences - 1)
            return min(wait_s, _NO_MEDIA_MOST_S)
        return _BACKOFF_S[min(self._failures, len(_BACKOFF_S) - 1)]
