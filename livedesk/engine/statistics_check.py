"""Does the platform's server count what we carry? Its statistics page is asked again and again."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final

from livedesk.core.clock import NS_PER_MS, NS_PER_S, Clock
from livedesk.core.rate import CounterRate
from livedesk.core.settings import ReturnSettings
from livedesk.core.status import ReturnStatus
from livedesk.core.tasks import Tasks
from livedesk.engine.carried import SILENT_MS, Carried, OnReading
from livedesk.engine.statistics import StatisticsError, read_statistics
from livedesk.engine.statistics_client import StatisticsClient

_POLL_S: Final = 0.5
_STALE_NS: Final = 4 * NS_PER_S


class StatisticsCheck:
    """Asks nginx-rtmp's statistics page twice a second how many bytes of the stream came in."""

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
        self._carried = Carried(clock)
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
