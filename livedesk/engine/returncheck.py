"""Does what we carry come out of the platform? Seen from its playback or its server's statistics.

An instrument that fails is BLIND and says why; GONE and STALLED are only said of a platform that
was reached. It looks while something is carried, because else nothing can come out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Final, Protocol
from urllib.parse import urlsplit

from livedesk.core.clock import NS_PER_MS, NS_PER_S, Clock
from livedesk.core.rate import CounterRate
from livedesk.core.secrets import Secret
from livedesk.core.settings import ReturnSettings
from livedesk.core.status import PartStatus, ReturnStatus
from livedesk.core.tasks import Tasks
from livedesk.engine.statistics import StatisticsError, read_statistics
from livedesk.engine.statistics_client import StatisticsClient
from livedesk.engine.store import ReturnHandle, Store
from livedesk.monitors.probe.job import ProbeJob
from livedesk.monitors.probe.lines import ReaderState, SampleLine
from livedesk.monitors.probe.link import PROBE_COMMAND, ProbeLink

OnReading = Callable[[int, int, float | None], None]
"""Monotonic and UTC time, kbps."""

SILENT_MS: Final = 2_000.0
"""Platforms give out media in bursts of a second and more; this is longer than a burst."""

_SETTLED_NS: Final = 30 * NS_PER_S
"""A platform is so far behind, at most, what it is given: a gap of ours shows itself that late."""

_REST_AFTER_NS: Final = 5 * NS_PER_S
_POLL_S: Final = 1.0
_STALE_NS: Final = 4 * NS_PER_S
_OPEN_S: Final = 5.0
_SILENT_OPEN_NS: Final = round(0.9 * _OPEN_S * NS_PER_S)
_REACH_S: Final = 2.0
_PORTS: Final = {"rtmp": 1935, "rtmps": 443, "http": 80, "https": 443}

_NOTHING_CARRIED: Final = "nothing is carried to the platform now"


def return_for(store: Store, settings: ReturnSettings, clock: Clock) -> ReturnHandle:
    """The return check of a store, as its settings want it."""
    if settings.kind == "playback":
        return PlaybackCheck(settings.url, clock, store.came_back)
    return StatisticsCheck(settings, clock, store.came_back)


class _Carried:
    """Since when is something carried, and has it come back since, for long enough to count?"""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since_ns: int | None = None
        self._last_ns: int | None = None
        self.is_wanted = False
        self._seen = False

    def update(self, is_carried: bool) -> None:
        now_ns = self._clock.mono_ns()
        if is_carried:
            self._last_ns = now_ns
            self._since_ns = now_ns if self._since_ns is None else self._since_ns
            self.is_wanted = True
            return
        self._since_ns, self._seen = None, False
        if self._last_ns is None or now_ns - self._last_ns >= _REST_AFTER_NS:
            self.is_wanted = False

    def told(self, status: ReturnStatus) -> ReturnStatus:
        """With the time since we began to carry: a platform shows late what it is given."""
        if not self.is_wanted:
            return ReturnStatus("BLIND", status.source, reason=_NOTHING_CARRIED)
        now_ns = self._clock.mono_ns()
        is_settled = self._since_ns is not None and now_ns - self._since_ns >= _SETTLED_NS
        self._seen = self._seen or (is_settled and status.state == "OK")
        return replace(status, seen=self._seen)


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
        self._carried = _Carried(clock)
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
                url, decode="none", preview_fps=0, open_timeout_s=_OPEN_S, name="the return"
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
    host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme.lower(), 0)
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


class StatisticsCheck:
    """Asks nginx-rtmp's statistics page once a second how many bytes of the stream came in."""

    def __init__(
        self,
        settings: ReturnSettings,
        clock: Clock,
        on_reading: OnReading,
        client: StatisticsClient | None = None,
        poll_s: float = _POLL_S,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._on_reading = on_reading
        self._client = client or StatisticsClient(settings.url)
        self._poll_s = poll_s
        self._carried = _Carried(clock)
        self._wanted = asyncio.Event()
        self._tasks = Tasks()
        self._polling: asyncio.Task[None] | None = None
        self._forget()

    def _forget(self) -> None:
        self._rate = CounterRate()
        self._bytes_in: int | None = None
        self._grew_ns = 0
        self._asked_ns: int | None = None
        self._newest = ReturnStatus("BLIND", "statistics", reason="it has not been asked yet")

    def watch(self, is_carried: bool) -> None:
        self._carried.update(is_carried)
        if not self._carried.is_wanted:
            self._wanted.clear()
            self._forget()
            return
        self._wanted.set()
        if self._polling is None or self._polling.done():
            self._polling = self._tasks.spawn("return check: statistics", self._keep_asking())

    async def _keep_asking(self) -> None:
        while True:
            await self._wanted.wait()
            await self._ask()
            await asyncio.sleep(self._poll_s)

    async def _ask(self) -> None:
        try:
            page = await self._client.fetch()
            # Both times are after the answer: what was counted may be a little older.
            mono_ns, utc_ns = self._clock.mono_ns(), self._clock.utc_ns()
            self._take(page, mono_ns)
        except StatisticsError as error:
            self._newest = ReturnStatus("BLIND", "statistics", reason=str(error))
            mono_ns, utc_ns = self._clock.mono_ns(), self._clock.utc_ns()
        self._asked_ns = mono_ns
        self._on_reading(mono_ns, utc_ns, self._newest.kbps)

    def _take(self, page: bytes, mono_ns: int) -> None:
        found = read_statistics(page, self._settings.app, self._settings.stream.reveal())
        if found is None or not found.is_published:
            self._bytes_in, self._rate = None, CounterRate()
            reason = "the server has no such stream"
            self._newest = ReturnStatus("GONE", "statistics", reason=reason)
            return
        if self._bytes_in is None or found.bytes_in < self._bytes_in:
            self._rate, self._grew_ns = CounterRate(), mono_ns
        elif found.bytes_in > self._bytes_in:
            self._grew_ns = mono_ns
        is_first = self._bytes_in is None
        self._bytes_in = found.bytes_in
        self._rate.read(mono_ns, found.bytes_in)
        self._newest = self._judged(mono_ns, is_first)

    def _judged(self, mono_ns: int, is_first: bool) -> ReturnStatus:
        kbps = self._rate.kbps()
        if is_first:  # one count says nothing: only what was added since is fresh
            return ReturnStatus("BLIND", "statistics", reason="it has been asked once only")
        if mono_ns - self._grew_ns > SILENT_MS * NS_PER_MS:
            reason = "the server gets no more bytes of it"
            return ReturnStatus("STALLED", "statistics", kbps=kbps, reason=reason)
        return ReturnStatus("OK", "statistics", kbps=kbps)

    def status(self) -> ReturnStatus:
        return self._carried.told(self._fresh())

    def _fresh(self) -> ReturnStatus:
        if self._asked_ns is None:
            return self._newest
        age_ns = self._clock.mono_ns() - self._asked_ns
        age_ms = age_ns / NS_PER_MS
        if age_ns > _STALE_NS:
            reason = "the statistics server was last asked too long ago"
            return ReturnStatus("BLIND", "statistics", age_ms=age_ms, reason=reason)
        return replace(self._newest, age_ms=age_ms)

    async def close(self) -> None:
        await self._tasks.close()
        await self._client.close()
