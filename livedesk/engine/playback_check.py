"""Does the platform's own output play? A second probe looks, which decodes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Final, Protocol
from urllib.parse import urlsplit

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.config_return import PLAY_PORTS
from livedesk.core.secrets import Secret
from livedesk.core.status import PartStatus, ReturnStatus
from livedesk.core.tasks import Tasks
from livedesk.engine.carried import SILENT_MS, Carried, OnReading
from livedesk.monitors.probe.job import FOREIGN_ANALYSE_S, ProbeJob
from livedesk.monitors.probe.lines import ReaderState, SampleLine
from livedesk.monitors.probe.link import PROBE_COMMAND, ProbeLink

_OPEN_S: Final = 5.0
_SILENT_OPEN_NS: Final = round(0.9 * _OPEN_S * NS_PER_S)
_REACH_S: Final = 2.0


class Link(Protocol):
    """The probe that plays; `ProbeLink`, or a test's own."""

    def play(self, url: Secret | None) -> None: ...

    def part(self) -> PartStatus: ...

    async def close(self) -> None: ...


class PlaybackCheck:
    """Plays the platform's own output with a second probe that decodes nothing."""

    def __init__(
        self,
        url: Secret,
        clock: Clock,
        on_reading: OnReading,
        command: tuple[str, ...] = PROBE_COMMAND,
        make_link: Callable[[PlaybackCheck], Link] | None = None,
    ) -> None:
        self._url = url
        self._clock = clock
        self._on_reading = on_reading
        self._carried = Carried(clock)
        self._tasks = Tasks()
        self._newest: SampleLine | None = None
        self._reader: ReaderState | None = None
        self._opening_ns = 0
        self._failure: ReturnStatus | None = None
        self._reaching: asyncio.Task[None] | None = None
        self._link = self._probe(command) if make_link is None else make_link(self)

    def _probe(self, command: tuple[str, ...]) -> Link:
        return ProbeLink(
            lambda url: ProbeJob(
                url,
                decode="none",
                preview_fps=0,
                open_timeout_s=_OPEN_S,
                analyse_s=FOREIGN_ANALYSE_S,
                name="the return",
            ),
            self._clock,
            on_sample=self.take,
            on_preview=lambda _line: None,
            on_event=lambda _line: None,
            command=command,
        )

    def watch(self, is_carried: bool) -> None:
        was_wanted = self._carried.is_wanted
        self._carried.update(is_carried)
        if was_wanted and not self._carried.is_wanted:
            self._newest = self._reader = self._failure = None
        self._link.play(self._url if self._carried.is_wanted else None)

    def take(self, line: SampleLine) -> None:
        """One sample of the probe."""
        if line.probe.reader != self._reader:
            self._moved(line)
        self._newest = line
        is_reading = line.probe.reader == "reading"
        self._on_reading(line.mono_ns, line.utc_ns, line.feed.kbps if is_reading else None)

    def _moved(self, line: SampleLine) -> None:
        before, self._reader = self._reader, line.probe.reader
        if self._reader == "opening":
            self._opening_ns = line.mono_ns
        elif self._reader == "reading":
            self._failure = None
        elif self._reaching is None or self._reaching.done():
            opened_ns = line.mono_ns - self._opening_ns
            is_silent = before == "reading" or opened_ns >= _SILENT_OPEN_NS
            work = self._reach(line.probe.reason or "it cannot be played", is_silent)
            self._reaching = self._tasks.spawn("return check: reach", work)

    async def _reach(self, reason: str, is_silent: bool) -> None:
        """Is it the platform that gives nothing, or we who do not get there?

        libav says "input/output error" to a name that is not known and to a stream that is not
        there alike, so the difference is found out by connecting.
        """
        problem = await _unreachable(self._url)
        if problem is not None:
            self._failure = ReturnStatus("BLIND", reason=problem)
        else:
            self._failure = ReturnStatus("STALLED" if is_silent else "GONE", reason=reason)

    def status(self) -> ReturnStatus:
        return self._carried.told(self._seen_now())

    def _seen_now(self) -> ReturnStatus:
        part, line = self._link.part(), self._newest
        if line is None or part.state == "stale" or part.age_ms is None:
            return ReturnStatus("BLIND", age_ms=part.age_ms, reason=_probe_words(part))
        if line.probe.reader != "reading":
            if self._failure is not None:
                return replace(self._failure, age_ms=part.age_ms)
            return ReturnStatus("BLIND", age_ms=part.age_ms, reason="it is being opened")
        silent_ms = line.feed.age_ms
        if silent_ms is None or silent_ms + part.age_ms > SILENT_MS:
            reason = "connected, but no media comes"
            return ReturnStatus("STALLED", kbps=line.feed.kbps, age_ms=part.age_ms, reason=reason)
        return ReturnStatus("OK", kbps=line.feed.kbps, age_ms=part.age_ms)

    async def close(self) -> None:
        await self._link.close()
        await self._tasks.close()


def _probe_words(part: PartStatus) -> str:
    return part.reason or "its probe is starting"


async def _unreachable(url: Secret) -> str | None:
    """Why the server cannot be judged; None when it answers, be it by a refusal."""
    parts = urlsplit(url.reveal())
    host, port = parts.hostname or "", parts.port or PLAY_PORTS.get(parts.scheme.lower(), 0)
    try:
        async with asyncio.timeout(_REACH_S):
            _reader, writer = await asyncio.open_connection(host, port)
    except ConnectionRefusedError:
        return None
    except TimeoutError:
        return f"its server did not answer within {_REACH_S:g} s"
    except (OSError, UnicodeError) as error:
        return f"its server cannot be reached ({type(error).__name__})"
    writer.close()
    return None
