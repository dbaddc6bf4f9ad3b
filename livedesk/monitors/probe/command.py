"""`livedesk probe`: measure any feed or file from the command line, one line a second."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Final, TextIO

import msgspec

from livedesk.core.secrets import Secret
from livedesk.core.settings import Decode
from livedesk.core.status import FeedStatus, Limits, SoundStatus
from livedesk.monitors.configuration import ConfigurationCheck, configuration_issues
from livedesk.monitors.issues import Issues
from livedesk.monitors.mismatch import mismatches
from livedesk.monitors.probe.job import FOREIGN_ANALYSE_S, ProbeJob
from livedesk.monitors.probe.lines import EventLine, SampleLine
from livedesk.monitors.probe.link import PROBE_COMMAND
from livedesk.monitors.probe.measuring import (
    SAMPLES_A_SECOND,
    Beside,
    Measuring,
    ProbeFailedError,
)
from livedesk.monitors.probe.source import SourceError, check_source
from livedesk.monitors.probe.table import HEADER, Summary, issue_rows, row
from livedesk.monitors.steady import SteadyFeed, is_flowing

__all__ = ["ProbeFailedError", "ProbeOptions", "main_probe", "read_source", "run_probe"]

COMPARE_S: Final = 15.0
"""How long live feeds are compared when nothing else was asked for: the check's 10 s, and some."""


@dataclass(frozen=True, slots=True)
class ProbeOptions:
    """`platform`: whose wishes to check; `against`: a bonded feed to compare with the source."""

    seconds: float | None = None
    as_json: bool = False
    platform: str | None = None
    against: str | None = None
    decode: Decode = "all"


def run_probe(
    source: str,
    out: TextIO,
    options: ProbeOptions | None = None,
    *,
    command: tuple[str, ...] = PROBE_COMMAND,
) -> None:
    """Measure until the source or the seconds end. Raises ProbeFailedError.

    A file is measured at once, by its own time. When a track is missing, the figures are printed
    and the error comes at the end.
    """
    options = options or ProbeOptions()
    job = _job(source, options)
    other = None if options.against is None else _job(options.against, options)
    report = _Report(out, options)
    with nullcontext() if other is None else Beside(other, command) as beside:
        was_interrupted = _measure(Measuring(job, command), beside, report)
        report.close(None if beside is None else beside.finish(at_once=was_interrupted))
    if was_interrupted:
        raise KeyboardInterrupt
    report.check_tracks(job.place)


def _measure(source: Measuring, beside: Beside | None, report: _Report) -> bool:
    """Whether it ended by ^C, after which what was measured so far is still worth a summary."""
    with source as measuring:
        try:
            for line in measuring.lines():
                report.take(line)
                if beside is not None:
                    beside.check()
        except KeyboardInterrupt:
            return True
    return False


def _job(source: str, options: ProbeOptions) -> ProbeJob:
    try:
        check_source(source)
    except SourceError as error:
        raise ProbeFailedError(str(error)) from None
    seconds = options.seconds
    job = ProbeJob(
        Secret(source),
        decode=options.decode,
        preview_fps=0,
        analyse_s=FOREIGN_ANALYSE_S,
        pace="at_once",
        seconds=seconds,
        once=True,
    )
    if seconds is None and options.against is not None and not job.is_file:
        return replace(job, seconds=COMPARE_S)
    return job


class _Report:
    """What is printed: a line a second, and at the end what came of it."""

    def __init__(self, out: TextIO, options: ProbeOptions) -> None:
        self._out = out
        self._options = options
        self._check = (
            None if options.platform is None else ConfigurationCheck(Limits(), options.platform)
        )
        self._issues: Issues | None = None
        self._steady = SteadyFeed()
        self._sound = SoundStatus()
        self._summary = Summary()
        self._samples = 0

    def take(self, line: SampleLine | EventLine) -> None:
        if isinstance(line, SampleLine):
            self._sample(line)
        elif not self._options.as_json:
            is_first = line.event == "probe.opened" and self._samples == 0
            self._say(f"{line.text}\n{HEADER}" if is_first else f"        {line.text}")

    def _sample(self, line: SampleLine) -> None:
        self._samples += 1
        self._summary.add(line)
        if is_flowing(line.feed):
            self._steady.add(line.mono_ns, line.feed)
            self._sound = line.sound
        if self._check is not None:
            self._issues = self._check.update(line.mono_ns, line.feed, line.sound)
        if self._samples % SAMPLES_A_SECOND == 0:
            as_json = self._options.as_json
            second = self._samples // SAMPLES_A_SECOND
            self._say(self._json(line) if as_json else row(line, second))

    def _json(self, line: SampleLine) -> str:
        values = msgspec.to_builtins(line)
        if self._check is not None:
            values["issues"] = msgspec.to_builtins(self._issues)
        return msgspec.json.encode(values).decode()

    def close(self, bonded: FeedStatus | None) -> None:
        """The end: a file may be over before the check had its ten seconds."""
        issues, differences = self._issues, None
        platform = self._options.platform
        steady = self._steady.read()
        if issues is None and platform is not None:
            issues = configuration_issues(steady, self._sound, Limits(), platform)
        if bonded is not None:
            differences = _compared(steady, bonded)
        if not self._options.as_json:
            self._close_table(issues, differences)
        elif platform is not None or self._options.against is not None:
            closing = {"kind": "summary", "issues": issues, "mismatches": differences}
            self._say(msgspec.json.encode(closing).decode())

    def _close_table(self, issues: Issues | None, differences: Issues | None) -> None:
        if self._options.platform is not None:
            for text in issue_rows(f"Wishes of {self._options.platform}", issues):
                self._say(text)
        if self._options.against is not None:
            for text in issue_rows("Primary against bonded", differences):
                self._say(text)
        self._say(self._summary.sentence(SAMPLES_A_SECOND))

    def check_tracks(self, place: str) -> None:
        """Raises ProbeFailedError: a feed without picture or sound is not one to go on air with."""
        if not self._samples:
            raise ProbeFailedError(f"nothing came from {place}; check what is stored or sent there")
        has_picture, has_sound = self._summary.has("video"), self._summary.has("audio")
        if has_picture and not has_sound:
            what, remedy = "a picture but no sound", "add a sound track"
        elif has_sound and not has_picture:
            what, remedy = "sound but no picture", "switch the picture on"
        elif not has_sound:
            what, remedy = "neither picture nor sound", "check what is stored or sent there"
        else:
            return
        where = "" if remedy.startswith("check") else " in the encoder"
        raise ProbeFailedError(f"{place} has {what}; {remedy}{where}")

    def _say(self, text: str) -> None:
        self._out.write(f"{text}\n")
        self._out.flush()


def _compared(primary: FeedStatus, bonded: FeedStatus) -> Issues | None:
    """None when one of the two was never seen to flow."""
    if not is_flowing(primary) or not is_flowing(bonded):
        return None
    return mismatches(primary, bonded)


def read_source(source: str, stdin: TextIO) -> str:
    """`-` stands for an address on standard input, where no list of processes shows its key."""
    return stdin.readline().strip() if source == "-" else source


def main_probe(source: str, options: ProbeOptions) -> None:
    """What the command line calls; a reader of ours that goes away (`| head`) is no error."""
    source = read_source(source, sys.stdin)
    if options.against is not None:
        options = replace(options, against=read_source(options.against, sys.stdin))
    try:
        run_probe(source, sys.stdout, options)
    except BrokenPipeError:
        # What is still buffered must go somewhere when the interpreter flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
