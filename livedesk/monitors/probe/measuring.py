"""How is one source measured from the command line? By a probe of its own, read line by line."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

import msgspec

from livedesk.core.status import FeedStatus
from livedesk.monitors.probe.job import ProbeJob, job_line
from livedesk.monitors.probe.lines import EventLine, Line, SampleLine, parse_line
from livedesk.monitors.steady import SteadyFeed, is_flowing

SAMPLES_A_SECOND: Final = 4
_END_S: Final = 5.0


class ProbeFailedError(Exception):
    """The source cannot be measured; the text says why and what to do, and holds no key."""


class Measuring:
    """One probe process, which reads foreign media and may therefore crash or hang."""

    def __init__(self, job: ProbeJob, command: tuple[str, ...]) -> None:
        self._job = job
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._samples = 0
        self._ended = False

    def __enter__(self) -> Measuring:
        if self._process.stdin is not None:
            with suppress(BrokenPipeError, ValueError):  # it may be stopped before it begins
                self._process.stdin.write(job_line(self._job))
                self._process.stdin.flush()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def stop(self) -> None:
        """The probe ends when its standard input closes. May be called from another thread."""
        self._ended = True
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.close()

    def lines(self) -> Iterator[SampleLine | EventLine]:
        """What the probe says, to the end of the source or of the job's seconds.

        Raises ProbeFailedError.
        """
        for text in self._process.stdout or ():
            line = _parsed(text)
            if isinstance(line, EventLine):
                self._check(line)
                yield line
                if line.event == "probe.ended":
                    return
            elif isinstance(line, SampleLine) and line.probe.opened:
                yield line
                if self._is_enough():
                    return
        if not self._ended and self._process.wait(_END_S):
            raise ProbeFailedError(
                f"the probe of {self._job.place} ended unexpectedly "
                f"(status {self._process.returncode}); what it read may have crashed it"
            )

    def _check(self, line: EventLine) -> None:
        if line.event == "probe.stuck":
            raise ProbeFailedError(
                f"gave up on {self._job.place}: nothing more came and the reader hangs; "
                "check the server"
            )
        if line.event in ("probe.lost", "probe.bad_job", "probe.out_of_memory"):
            raise ProbeFailedError(line.text)

    def _is_enough(self) -> bool:
        """A file's seconds are counted by its reader, those of a live feed here."""
        self._samples += 1
        seconds = self._job.seconds
        is_live = seconds is not None and not self._job.is_file
        return is_live and self._samples >= (seconds or 0) * SAMPLES_A_SECOND


class Beside:
    """Measures a second source on a thread, while the first one is shown."""

    def __init__(self, job: ProbeJob, command: tuple[str, ...]) -> None:
        self._measuring = Measuring(job, command)
        self._steady = SteadyFeed()
        self._failure: ProbeFailedError | None = None
        self._thread = threading.Thread(target=self._work, name="second source", daemon=True)

    def __enter__(self) -> Beside:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._measuring.stop()
        self._thread.join()

    def finish(self, *, at_once: bool) -> FeedStatus:
        """Wait for its end, or make one: what the feed is like on the whole.

        Raises ProbeFailedError.
        """
        if at_once:
            self._measuring.stop()
        self._thread.join()
        self.check()
        return self._steady.read()

    def check(self) -> None:
        """Raises ProbeFailedError as soon as it is known that nothing comes of it."""
        if self._failure is not None:
            raise self._failure

    def _work(self) -> None:
        try:
            with self._measuring as measuring:
                for line in measuring.lines():
                    if isinstance(line, SampleLine) and is_flowing(line.feed):
                        self._steady.add(line.mono_ns, line.feed)
        except ProbeFailedError as error:
            self._failure = error


def _parsed(text: bytes) -> Line | None:
    """None for half a line: a process that crashes leaves one, and its status tells the rest."""
    try:
        return parse_line(text)
    except msgspec.DecodeError:
        return None
