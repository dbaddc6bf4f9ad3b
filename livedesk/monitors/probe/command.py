"""`livedesk probe`: measure any feed or file from the command line, one line a second."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, Final, TextIO

import msgspec

from livedesk.core.secrets import Secret
from livedesk.core.status import SyncStatus
from livedesk.monitors.probe.job import ProbeJob, job_line
from livedesk.monitors.probe.lines import EventLine, SampleLine, parse_line
from livedesk.monitors.probe.link import PROBE_COMMAND

_SAMPLES_A_LINE: Final = 4
_END_S: Final = 5.0
_HEADER: Final = (
    "     s  state      kbps    fps    gop  picture     codecs        dBFS  stream timing"
)


class ProbeFailedError(Exception):
    """The source cannot be measured; the text says why and what to do, and holds no key."""


@dataclass(slots=True)
class _Progress:
    opened: bool = False
    samples: int = 0
    lines: int = 0
    failure: str | None = None


def run_probe(
    source: str,
    out: TextIO,
    *,
    seconds: float | None = None,
    as_json: bool = False,
    command: tuple[str, ...] = PROBE_COMMAND,
) -> None:
    """Measure until the source or `seconds` end. Raises ProbeFailedError.

    A file is measured at once, by its own time. The probe runs in a process of its own, because
    what reads foreign media may crash or hang.
    """
    job = ProbeJob(
        Secret(source), decode="none", preview_fps=0, pace="at_once", seconds=seconds, once=True
    )
    progress = _Progress()
    with _child(job, command) as (process, lines):
        for line in lines:
            if not _take(line, job, progress, out, as_json):
                break
            if seconds is not None and progress.lines >= seconds and not job.is_file:
                return
    if progress.failure is not None:
        raise ProbeFailedError(progress.failure)
    if process.returncode:
        raise ProbeFailedError(
            f"the probe of {job.place} ended unexpectedly (status {process.returncode}); "
            "what it read may have crashed it"
        )


@contextmanager
def _child(
    job: ProbeJob, command: tuple[str, ...]
) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the probe was started without pipes")
        try:
            with suppress(BrokenPipeError):
                process.stdin.write(job_line(job))
                process.stdin.flush()
            yield process, process.stdout
        finally:
            with suppress(BrokenPipeError):
                process.stdin.close()  # the probe ends with it
            try:
                process.wait(_END_S)
            except subprocess.TimeoutExpired:
                process.kill()


def _take(text: bytes, job: ProbeJob, progress: _Progress, out: TextIO, as_json: bool) -> bool:
    """Print what is due; False when there is nothing more to come."""
    try:
        line = parse_line(text)
    except msgspec.DecodeError:
        return True
    if isinstance(line, EventLine):
        return _event(line, progress, out, as_json)
    if isinstance(line, SampleLine) and progress.opened:
        progress.samples += 1
        if progress.samples % _SAMPLES_A_LINE == 0:
            progress.lines += 1
            out.write(text.decode() if as_json else _row(line, progress.lines) + "\n")
            out.flush()
    return True


def _event(line: EventLine, progress: _Progress, out: TextIO, as_json: bool) -> bool:
    if line.event == "probe.opened" and not progress.opened:
        progress.opened = True
        if not as_json:
            out.write(f"{line.text}\n{_HEADER}\n")
    elif line.event in ("probe.lost", "probe.stuck", "probe.bad_job"):
        progress.failure = line.text
        return False
    elif not as_json:
        out.write(f"        {line.text}\n")
    return line.event != "probe.ended"


def _row(line: SampleLine, second: int) -> str:
    feed = line.feed
    size = f"{feed.width}×{feed.height}" if feed.width else "–"
    codecs = "/".join(name for name in (feed.video_codec, feed.audio_codec) if name)
    return (
        f"{second:6d}  {feed.state:8}{_number(feed.kbps, 7, 0)}{_number(feed.fps, 7, 2)}"
        f"{_number(feed.gop_s, 7, 2)}  {size:10}  {codecs:11}"
        f"{_number(line.sound.peak_dbfs, 6, 0)}  {in_words(line.sync)}"
    )


def _number(value: float | None, width: int, decimals: int) -> str:
    return f"{'–':>{width}}" if value is None else f"{value:{width}.{decimals}f}"


def in_words(sync: SyncStatus) -> str:
    """The skew with its direction in words: a sign alone is read either way."""
    if sync.skew_ms is None:
        return "no data"
    whole_ms = round(abs(sync.skew_ms))
    way = "ahead" if sync.skew_ms > 0 else "late"
    place = "in step" if whole_ms == 0 else f"sound {whole_ms} ms {way}"
    drift = "" if sync.slope_ppm is None else f", drifting {sync.slope_ppm:+.1f} ppm"
    return f"{place} ({sync.state}){drift}"


def read_source(source: str, stdin: TextIO) -> str:
    """`-` stands for an address on standard input, where no list of processes shows its key."""
    return stdin.readline().strip() if source == "-" else source


def main_probe(source: str, *, seconds: float | None, as_json: bool) -> None:
    """What the command line calls; a reader of ours that goes away (`| head`) is no error."""
    try:
        run_probe(read_source(source, sys.stdin), sys.stdout, seconds=seconds, as_json=as_json)
    except BrokenPipeError:
        # What is still buffered must go somewhere when the interpreter flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
