"""Probe processes for measurements: the real ones, as the engine starts them."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from livedesk.core.secrets import Secret
from livedesk.core.settings import Decode
from livedesk.monitors.probe.job import ProbeJob, job_line
from livedesk.monitors.probe.lines import SampleLine, parse_line
from livedesk.monitors.probe.link import PROBE_COMMAND
from tests.waiting import wait_until


class Probe:
    """A running probe process; `samples` grows as it speaks, each with when it was read."""

    def __init__(self, job: ProbeJob) -> None:
        self.process = subprocess.Popen(
            PROBE_COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.samples: list[tuple[int, SampleLine]] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        _pipe(self.process.stdin).write(job_line(job))
        _pipe(self.process.stdin).flush()
        self._reader.start()

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def measures(self) -> bool:
        """Both tracks come in: sound alone would be cheap to measure."""
        feed = self.samples[-1][1].feed if self.samples else None
        return feed is not None and feed.fps is not None and feed.audio_kbps is not None

    def to_its_end(self) -> list[SampleLine]:
        """All samples of a file that is measured once."""
        self._reader.join()
        return [sample for _, sample in self.samples]

    def close(self) -> None:
        _pipe(self.process.stdin).close()
        self.process.wait(10)
        self._reader.join(10)
        _pipe(self.process.stdout).close()

    def _read(self) -> None:
        for text in _pipe(self.process.stdout):
            line = parse_line(text)
            if isinstance(line, SampleLine):
                self.samples.append((time.monotonic_ns(), line))


@contextmanager
def probes_running(urls: Iterable[str], decode: Decode) -> Iterator[list[Probe]]:
    """Probes of live feeds, one for each address, that all measure."""
    probes = [Probe(ProbeJob(Secret(url), decode=decode)) for url in urls]
    try:
        wait_until(lambda: all(probe.measures for probe in probes), "the probes measure", 90)
        yield probes
    finally:
        for probe in probes:
            probe.close()


@contextmanager
def probe_running(url: str, decode: Decode = "all") -> Iterator[Probe]:
    with probes_running([url], decode) as (probe,):
        yield probe


def measure_file(path: Path, decode: Decode = "none") -> list[SampleLine]:
    """What the probe says of a file, all at once, by the file's own time."""
    job = ProbeJob(Secret(str(path)), decode=decode, preview_fps=0, pace="at_once", once=True)
    probe = Probe(job)
    try:
        return probe.to_its_end()
    finally:
        probe.close()


def _pipe(end: IO[bytes] | None) -> IO[bytes]:
    if end is None:
        raise RuntimeError("the probe was started without pipes")
    return end
