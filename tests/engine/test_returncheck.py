"""Whether the platform gives out what it is given: its own playback, or its server's statistics."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from livedesk.core.clock import ManualClock, SystemClock
from livedesk.core.secrets import Secret
from livedesk.core.settings import ReturnSettings
from livedesk.core.status import FeedStatus, PartStatus, ReturnStatus, SyncStatus
from livedesk.engine.playback_check import PlaybackCheck
from livedesk.engine.statistics import StatisticsError, read_statistics
from livedesk.engine.statistics_check import StatisticsCheck
from livedesk.engine.statistics_client import PAGE_LIMIT, StatisticsClient
from livedesk.monitors.probe.lines import ProbeSample, ReaderState, SampleLine
from tests.peers.peers import ffmpeg, ffmpeg_running, nginx_running
from tests.ports import free_port
from tests.waiting import until

PAGE = (
    "<?xml version='1.0'?><rtmp><server><application><name>live</name><live><stream>"
    "<name>glow</name><bytes_in>{count}</bytes_in><client><id>1</id></client>{publishing}"
    "</stream></live></application></server></rtmp>"
)


def page(count: int = 1000, publishing: str = "<publishing/>") -> bytes:
    return PAGE.format(count=count, publishing=publishing).encode()


def test_the_stream_is_found_by_application_and_name() -> None:
    found = read_statistics(page(77), "live", "glow")
    assert found is not None
    assert (found.bytes_in, found.is_published) == (77, True)
    assert read_statistics(page(), "live", "other") is None
    assert read_statistics(page(), "vod", "glow") is None
    waiting = read_statistics(page(publishing=""), "live", "glow")
    assert waiting is not None
    assert not waiting.is_published


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not XML"),
        (b"<html><body>404</body></html>", "nginx-rtmp"),
        (page()[:80], "not XML"),
        (b"<?xml version='1.0' encoding='none'?><rtmp/>", "not XML"),
        (b"<!DOCTYPE r [<!ENTITY a 'k3y'>]><rtmp>&a;</rtmp>", "document type"),
        (b"<!DOCTYPE r SYSTEM 'http://127.0.0.1/x'><rtmp/>", "document type"),
        (b"<rtmp>" + b"<a>" * 100, "nested too deeply"),
        (page().replace(b"1000", b"-1"), "bytes_in"),
    ],
)
def test_a_page_that_is_none_of_nginx_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(StatisticsError, match=words):
        read_statistics(content, "live", "glow")


class Pages(StatisticsClient):
    """A client that fetches what the test puts there."""

    def __init__(self) -> None:
        super().__init__(Secret("http://127.0.0.1/stat"))
        self.answer: bytes | StatisticsError = page()

    async def fetch(self) -> bytes:
        if isinstance(self.answer, StatisticsError):
            raise self.answer
        return self.answer


@dataclass
class Seen:
    """The check, its clock, and what it told the record."""

    clock: ManualClock
    pages: Pages
    check: StatisticsCheck
    kbps: list[float | None] = field(default_factory=list)

    async def asked(self, answer: bytes | StatisticsError, after_s: float = 1.0) -> ReturnStatus:
        self.pages.answer = answer
        self.clock.advance(after_s)
        before = len(self.kbps)
        self.check.watch(True)
        await until(lambda: len(self.kbps) > before + 1)
        return self.check.status()


@asynccontextmanager
async def statistics(clock: ManualClock) -> AsyncIterator[Seen]:
    settings = ReturnSettings("statistics", Secret("http://127.0.0.1/"), "live", Secret("glow"))
    kbps: list[float | None] = []
    pages = Pages()
    check = StatisticsCheck(
        settings, clock, lambda _mono, _utc, rate: kbps.append(rate), pages, poll_s=0.01
    )
    try:
        yield Seen(clock, pages, check, kbps)
    finally:
        await check.close()


def test_only_bytes_that_are_new_show_that_a_platform_gets_something(clock: ManualClock) -> None:
    async def story() -> None:
        async with statistics(clock) as it:
            assert it.check.status().state == "BLIND"
            assert "nothing is carried" in (it.check.status().reason or "")
            # The same count over and over is the past of the stream, however large.
            assert (await it.asked(page(9_000_000))).state != "STALLED"
            assert (await it.asked(page(9_000_000), 3)).state == "STALLED"
            grown = await it.asked(page(9_500_000))
            assert (grown.state, grown.kbps) == ("OK", 4000)
            assert (await it.asked(page(1_000))).state == "OK"
            assert (await it.asked(page(publishing=""))).state == "GONE"
            assert (await it.asked(b"<rtmp/>")).state == "GONE"

    asyncio.run(story())


def test_a_server_that_does_not_answer_makes_us_blind_and_not_the_platform_dark(
    clock: ManualClock,
) -> None:
    async def story() -> None:
        async with statistics(clock) as it:
            await it.asked(page(1_000))
            await it.asked(page(2_000))
            blind = await it.asked(StatisticsError("the statistics server answered 502"))
            assert (blind.state, blind.reason) == ("BLIND", "the statistics server answered 502")
            assert blind.kbps is None

    asyncio.run(story())


def test_it_takes_half_a_minute_until_what_comes_back_counts(clock: ManualClock) -> None:
    async def story() -> None:
        async with statistics(clock) as it:
            for second in range(32):
                status = await it.asked(page(1_000 * (second + 1)))
            assert status.seen
            it.check.watch(False)
            assert not it.check.status().seen
            clock.advance(6)
            it.check.watch(False)
            assert it.check.status().state == "BLIND"

    asyncio.run(story())


def test_a_page_is_fetched_within_bounds_and_without_telling_its_address() -> None:
    async def answers(head: bytes, body: bytes, patience_s: float = 5.0) -> str:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(head + b"\r\nConnection: close\r\n\r\n" + body)
                await writer.drain()
                if not body:
                    await reader.read()
            except (OSError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        client = StatisticsClient(Secret(f"http://u:k3y@127.0.0.1:{port}/k3y"), patience_s)
        try:
            with pytest.raises(StatisticsError) as caught:
                await client.fetch()
        finally:
            await client.close()
            server.close()
            await server.wait_closed()
        assert "k3y" not in str(caught.value)
        return str(caught.value)

    async def story() -> None:
        assert "larger than" in await answers(b"HTTP/1.1 200 OK", b"x" * (PAGE_LIMIT + 1))
        assert "answered 503" in await answers(b"HTTP/1.1 503 Busy", b"busy")
        assert "cannot be reached" in await answers(b"nonsense", b"nonsense")
        assert "within 0.2 s" in await answers(b"HTTP/1.1 200 OK", b"", 0.2)

    asyncio.run(story())


@dataclass
class StillLink:
    """A probe that says only what the test makes it say."""

    played: list[str | None] = field(default_factory=list)
    state: PartStatus = field(default_factory=lambda: PartStatus("up", age_ms=100))

    def play(self, url: Secret | None) -> None:
        self.played.append(None if url is None else url.reveal())

    def part(self) -> PartStatus:
        return self.state

    async def close(self) -> None:
        pass


class Playing:
    """A playback check with a probe's double."""

    def __init__(self, clock: ManualClock, url: str) -> None:
        self.clock = clock
        self.link = StillLink()
        self.kbps: list[float | None] = []
        self.check = PlaybackCheck(
            Secret(url),
            clock,
            lambda _mono, _utc, rate: self.kbps.append(rate),
            make_link=lambda _check: self.link,
        )

    def probe(
        self, reader: ReaderState, *, age_ms: float | None = None, after_s: float = 0.25
    ) -> ReturnStatus:
        self.clock.advance(after_s)
        self.check.watch(True)
        feed = FeedStatus("OK", kbps=3000 if reader == "reading" else None, age_ms=age_ms)
        now = (self.clock.mono_ns(), self.clock.utc_ns())
        reason = "cannot open the return" if reader == "waiting" else None
        self.check.take(SampleLine(*now, feed, SyncStatus(), probe=ProbeSample(reader, reason)))
        return self.check.status()

    async def failed(self) -> ReturnStatus:
        self.probe("waiting")
        await until(lambda: self.check.status().reason != "it is being opened")
        return self.check.status()


def test_playback_that_flows_is_ok_and_playback_that_stands_is_stalled(clock: ManualClock) -> None:
    async def story() -> None:
        it = Playing(clock, "rtmp://127.0.0.1/live/k3y")
        assert it.check.status().state == "BLIND"
        assert it.probe("opening").state == "BLIND"
        flows = it.probe("reading", age_ms=40)
        assert (flows.state, flows.kbps, it.kbps[-1]) == ("OK", 3000, 3000)
        assert it.probe("reading", age_ms=2_500).state == "STALLED"
        clock.advance(6)
        it.check.watch(False)
        assert it.link.played[-2:] == ["rtmp://127.0.0.1/live/k3y", None]
        await it.check.close()

    asyncio.run(story())


def test_a_stale_probe_is_our_own_failure(clock: ManualClock) -> None:
    async def story() -> None:
        it = Playing(clock, "rtmp://127.0.0.1/live/k3y")
        it.probe("reading", age_ms=40)
        it.link.state = PartStatus("stale", "the probe has said nothing for 2.0 s", age_ms=2_000)
        blind = it.check.status()
        assert (blind.state, blind.reason) == ("BLIND", "the probe has said nothing for 2.0 s")
        it.link.state = PartStatus("down", "it ended with status 1 and is started anew")
        assert it.check.status().state == "BLIND"
        await it.check.close()

    asyncio.run(story())


def test_a_platform_that_refuses_is_gone_and_one_that_stays_silent_stalled(
    clock: ManualClock,
) -> None:
    async def story() -> None:
        it = Playing(clock, f"rtmp://127.0.0.1:{free_port()}/live/k3y")
        it.probe("opening")
        gone = await it.failed()
        assert (gone.state, gone.reason) == ("GONE", "cannot open the return")
        assert it.probe("opening").state == "GONE"
        it.clock.advance(5)
        it.probe("waiting")
        await until(lambda: it.check.status().state == "STALLED")
        assert it.probe("reading", age_ms=40).state == "OK"
        await it.check.close()

    asyncio.run(story())


def test_a_platform_that_we_cannot_reach_is_not_called_dark(clock: ManualClock) -> None:
    async def story() -> None:
        it = Playing(clock, "rtmp://host.invalid/live/k3y")
        it.probe("opening")
        blind = await it.failed()
        assert blind.state == "BLIND"
        assert "cannot be reached" in (blind.reason or "")
        assert "k3y" not in (blind.reason or "")
        await it.check.close()

    asyncio.run(story())


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.flv"
    ffmpeg(
        *("-f", "lavfi", "-i", "testsrc=size=320x180:rate=30", "-f", "lavfi", "-i", "sine"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-g", "30", "-c:a", "aac", "-t", "30"),
        str(path),
    )
    return path


@pytest.mark.peer
@pytest.mark.slow
def test_nginx_s_statistics_show_when_a_stream_flows_and_when_it_is_gone(
    tmp_path: Path, clip: Path
) -> None:
    async def story(url: str, key_url: str) -> None:
        settings = ReturnSettings("statistics", Secret(url), "live", Secret("k3y"))
        kbps: list[float | None] = []
        check = StatisticsCheck(settings, SystemClock(), lambda _m, _u, rate: kbps.append(rate))
        check.watch(True)
        try:
            await until(lambda: check.status().state == "GONE")
            with ffmpeg_running("-re", "-i", str(clip), "-c", "copy", "-f", "flv", key_url):
                await until(lambda: (check.status().kbps or 0) > 20)
                assert check.status().state == "OK"
            await until(lambda: check.status().state == "GONE")
        finally:
            await check.close()

    with nginx_running(tmp_path / "nginx") as server:
        url = f"http://127.0.0.1:{server.http_port}/stat"
        asyncio.run(story(url, server.url("k3y")))


@pytest.mark.peer
@pytest.mark.slow
def test_a_probe_on_nginx_s_playback_sees_the_stream_come_and_go(
    tmp_path: Path, clip: Path
) -> None:
    async def story(key_url: str) -> None:
        check = PlaybackCheck(Secret(key_url), SystemClock(), lambda _m, _u, _rate: None)
        check.watch(True)
        try:
            with ffmpeg_running("-re", "-i", str(clip), "-c", "copy", "-f", "flv", key_url):
                await until(lambda: (check.status().kbps or 0) > 20)
                assert check.status().state == "OK"
            await until(lambda: check.status().state in ("STALLED", "GONE"))
        finally:
            await check.close()

    with nginx_running(tmp_path / "nginx") as server:
        asyncio.run(story(server.url("k3y")))
