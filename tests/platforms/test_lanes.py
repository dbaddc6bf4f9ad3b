"""Calls go out at once, end in time, and say whether anything of them has left."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest

from livedesk.core.clock import ManualClock, SystemClock
from livedesk.platforms.connection import AddressError, Reply, Request, split_url
from livedesk.platforms.lanes import ANSWER_BYTES, Lanes, NoReply, fetch
from livedesk.platforms.outcome import Departure
from tests.certificates import self_signed, server_side
from tests.platforms.far_end import Asked, far_end, reply
from tests.waiting import until

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
READ = Request("GET", "/pin")
WRITE = Request("POST", "/pin", {"Idempotency-Key": "k1"}, b"{}")


@asynccontextmanager
async def lanes_to(
    url: str, clock: SystemClock | ManualClock | None = None
) -> AsyncIterator[Lanes]:
    lanes = Lanes(split_url(url)[0], clock or SystemClock(), Random(1))
    try:
        yield lanes
    finally:
        await lanes.close()


def test_two_connections_are_open_before_anything_is_asked() -> None:
    async def run() -> None:
        async with far_end(reply(200, {})) as end, lanes_to(end.url) as lanes:
            await lanes.keep_warm()
            assert (lanes.idle, end.asked) == (2, [])
            answers = await asyncio.gather(*(lanes.ask(WRITE, 2.0) for _ in range(2)))
            assert all(isinstance(answer, Reply) for answer in answers)
            assert {asked.connection for asked in end.asked} == {1, 2}

    asyncio.run(run())


def test_a_connection_is_used_again() -> None:
    async def run() -> None:
        async with far_end(reply(200, {})) as end, lanes_to(end.url) as lanes:
            for _ in range(20):
                assert isinstance(await lanes.ask(WRITE, 2.0), Reply)
            assert end.connections == 1
            assert lanes.round_trip_ms is not None

    asyncio.run(run())


def test_a_call_that_hangs_ends_in_time_and_its_connection_is_replaced() -> None:
    async def hang(_: Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    async def run() -> None:
        async with far_end(hang) as end, lanes_to(end.url) as lanes:
            await lanes.keep_warm()
            answer = await lanes.ask(WRITE, 0.05)
            assert isinstance(answer, NoReply)
            assert (answer.code, answer.sent) == ("no_answer", True)
            await until(lambda: lanes.idle >= 2)
            assert lanes.open <= 6

    asyncio.run(run())


def test_a_cancelled_call_gives_its_connection_up() -> None:
    async def hang(_: Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    async def run() -> None:
        async with far_end(hang) as end, lanes_to(end.url) as lanes:
            await lanes.keep_warm()
            call = asyncio.create_task(lanes.ask(WRITE, 30.0))
            await until(lambda: bool(end.asked))
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            await until(lambda: lanes.idle >= 2 and lanes.open == lanes.idle)

    asyncio.run(run())


def test_never_more_than_six_connections() -> None:
    async def hang(_: Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    async def run() -> None:
        async with far_end(hang) as end, lanes_to(end.url) as lanes:
            await lanes.keep_warm()
            hung = [asyncio.create_task(lanes.ask(WRITE, 30.0)) for _ in range(6)]
            await until(lambda: len(end.asked) == 6)
            more = await asyncio.gather(*(lanes.ask(WRITE, 0.05) for _ in range(6)))
            assert [isinstance(each, NoReply) and each.sent for each in more] == [False] * 6
            assert (lanes.open, end.connections) == (6, 6)
            for task in hung:
                task.cancel()

    asyncio.run(run())


def test_a_connection_the_server_closed_is_replaced_before_the_next_call() -> None:
    async def run() -> None:
        async with far_end(reply(200, {})) as end, lanes_to(end.url) as lanes:
            await lanes.keep_warm()
            assert isinstance(await lanes.ask(WRITE, 2.0), Reply)
            await until(lambda: lanes.idle == len(end.open) == 3)
            end.hang_up()
            await until(lambda: end.connections == 5 and lanes.idle == len(end.open) == 2)
            assert isinstance(await lanes.ask(WRITE, 2.0), Reply)

    asyncio.run(run())


class ClosesUsed:
    """Closes a used connection in the moment when the next call comes."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.connection in self._seen:
            writer.transport.abort()
            return
        self._seen.add(asked.connection)
        writer.write(reply(200, {}))


@pytest.mark.parametrize("request_", [READ, WRITE], ids=["read", "write"])
def test_on_a_stale_connection_nothing_is_asked_twice_behind_the_counter(request_: Request) -> None:
    async def run() -> None:
        async with far_end(ClosesUsed()) as end, lanes_to(end.url) as lanes:
            assert isinstance(await lanes.ask(READ, 2.0), Reply)
            answer = await lanes.ask(request_, 2.0)
            assert isinstance(answer, NoReply)
            assert (answer.code, answer.sent) == ("no_answer", True)
            assert len(end.asked) == 2
            assert isinstance(await lanes.ask(request_, 2.0), Reply)

    asyncio.run(run())


def test_what_waited_too_long_for_a_connection_does_not_leave_any_more() -> None:
    """Nor does what found one at once, in a process that stood still meanwhile."""

    async def silent(_: Asked, __: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    async def run() -> None:
        clock = SystemClock()
        async with far_end(silent) as end, lanes_to(end.url) as lanes:
            busy = [asyncio.create_task(lanes.ask(READ, 60)) for _ in range(6)]
            await until(lambda: len(end.asked) == 6)
            departure = Departure(clock.mono_ns() + 50_000_000)
            answer = await lanes.ask(WRITE, 2.0, departure=departure)
            assert isinstance(answer, NoReply)
            assert (answer.code, answer.sent, departure.has_left) == ("not_reached", False, False)
            for task in busy:
                task.cancel()
            await until(lambda: lanes.open == 0)
            await lanes.keep_warm()
            assert lanes.idle == 2
            answer = await lanes.ask(WRITE, 2.0, departure=Departure(clock.mono_ns()))
            assert isinstance(answer, NoReply)
            assert not answer.sent
            assert len(end.asked) == 6

    asyncio.run(run())


def test_nothing_has_left_when_nobody_listens() -> None:
    async def run() -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{free.getsockname()[1]}"
            async with lanes_to(url) as lanes:
                answer = await lanes.ask(WRITE, 1.0)
                assert isinstance(answer, NoReply)
                assert (answer.code, answer.sent) == ("not_reached", False)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10485760\r\n\r\n", "too_large"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (ANSWER_BYTES + 1), "too_large"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 300_000, "bad_answer"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n\r\n", "bad_answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nshort", "no_answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "bad_answer"),
        (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 40_000 + b"\r\n", "bad_answer"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 3_000, "too_large"),
        (CHUNKED + b"1\r\nx\r\n" * 40_000 + b"0\r\n\r\n", "too_large"),
        (CHUNKED + b"2\r\n{}\r\n", "no_answer"),
        (CHUNKED + b"0\r\n" + b"a: b\r\n" * 40_000 + b"\r\n", "bad_answer"),
    ],
)
def test_answers_that_are_none(sent: bytes, code: str) -> None:
    async def run() -> None:
        async with far_end(sent) as end, lanes_to(end.url) as lanes:
            answer = await lanes.ask(WRITE, 0.3)
            assert isinstance(answer, NoReply)
            assert (answer.code, answer.sent) == (code, True)
            await until(lambda: lanes.open == 0)

    asyncio.run(run())


def test_an_answer_that_is_cut_in_the_middle() -> None:
    async def cut(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nshort")
        writer.close()

    async def run() -> None:
        async with far_end(cut) as end, lanes_to(end.url) as lanes:
            answer = await lanes.ask(READ, 2.0)
            assert isinstance(answer, NoReply)
            assert (answer.code, answer.sent) == ("bad_answer", True)

    asyncio.run(run())


def test_a_slow_drip_does_not_outlast_the_limit() -> None:
    async def drip(_: Asked, writer: asyncio.StreamWriter) -> None:
        for byte in reply(200, {}):
            writer.write(bytes([byte]))
            await asyncio.sleep(0.02)

    async def run() -> None:
        async with far_end(drip) as end, lanes_to(end.url) as lanes:
            answer = await lanes.ask(WRITE, 0.1)
            assert isinstance(answer, NoReply)
            assert answer.code == "no_answer"

    asyncio.run(run())


def test_bytes_that_nobody_asked_for_end_a_connection() -> None:
    """The next answer could not be told from them."""

    async def run() -> None:
        two = reply(200, {}) + reply(200, {"of": "another"})
        async with far_end(two) as end, lanes_to(end.url) as lanes:
            assert isinstance(await lanes.ask(READ, 2.0), Reply)
            await until(lambda: lanes.open == 0)

    asyncio.run(run())


def test_old_idle_connections_are_renewed_without_a_call() -> None:
    async def run() -> None:
        clock = ManualClock()
        async with far_end(reply(200, {})) as end, lanes_to(end.url, clock) as lanes:
            await lanes.keep_warm()
            clock.advance(50)
            await lanes.keep_warm()
            await until(lambda: len(end.open) == 2)
            assert (lanes.idle, end.connections, end.asked) == (2, 4, [])

    asyncio.run(run())


def test_connections_are_left_alone_once_nobody_keeps_them_warm() -> None:
    async def run() -> None:
        clock = ManualClock()
        async with far_end(reply(200, {})) as end, lanes_to(end.url, clock) as lanes:
            await lanes.keep_warm()
            clock.advance(120)
            end.hang_up()
            await until(lambda: lanes.open == 0)
            assert end.connections == 2

    asyncio.run(run())


def test_a_server_that_closes_every_connection_at_once_is_not_stormed() -> None:
    async def run() -> None:
        count = 0

        async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal count
            count += 1
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            async with lanes_to(url) as lanes:
                warming = asyncio.create_task(lanes.keep_warm())
                await asyncio.wait([warming], timeout=0.4)
                warming.cancel()
                assert 2 <= count < 12

    asyncio.run(run())


def test_certificates_are_verified(tmp_path: Path) -> None:
    pem = self_signed(tmp_path, end="20990101000000Z")

    async def run() -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(reply(200, {}))

        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=server_side(pem))
        async with server:
            url = f"https://localhost:{server.sockets[0].getsockname()[1]}"
            trusted = ssl.create_default_context(cafile=str(pem))
            assert isinstance(await fetch(url, 99, 5.0, SystemClock(), trusted), Reply)
            answer = await fetch(url, 99, 5.0, SystemClock())
            assert isinstance(answer, NoReply)
            assert (answer.code, answer.sent) == ("not_reached", False)
            assert "certificate is not trusted" in answer.text

    asyncio.run(run())


@pytest.mark.parametrize(
    ("host", "end", "words"),
    [
        ("localhost", "20210101000000Z", "expired"),
        ("127.0.0.1", "20990101000000Z", "not valid for '127.0.0.1'"),
    ],
)
def test_a_certificate_that_is_too_old_or_of_another_host_gets_no_byte_of_a_call(
    tmp_path: Path, host: str, end: str, words: str
) -> None:
    pem = self_signed(tmp_path, end=end)

    async def run() -> None:
        got = bytearray()

        async def serve(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
            got.extend(await reader.read())

        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=server_side(pem))
        async with server:
            origin = split_url(f"https://{host}:{server.sockets[0].getsockname()[1]}")[0]
            trusted = ssl.create_default_context(cafile=str(pem))
            lanes = Lanes(origin, SystemClock(), Random(1), trusted)
            answer = await lanes.ask(WRITE, 5.0)
            assert isinstance(answer, NoReply)
            assert (answer.code, answer.sent) == ("not_reached", False)
            assert words in answer.text
            await lanes.close()
        assert got == b""

    asyncio.run(run())


def test_a_name_that_is_lost_in_mid_show_costs_no_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls go on by the open connections, and new ones to the address that answered last."""

    async def lost(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    async def run() -> None:
        async with far_end(reply(200, {})) as end:
            url = end.url.replace("127.0.0.1", "localhost")
            async with lanes_to(url) as lanes:
                await lanes.keep_warm()
                monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", lost)
                for _ in range(3):
                    assert isinstance(await lanes.ask(WRITE, 2.0), Reply)
                end.hang_up()
                await until(lambda: lanes.idle == 2)
                assert isinstance(await lanes.ask(WRITE, 2.0), Reply)

    asyncio.run(run())


def test_the_address_that_leads_nowhere_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """As an IPv6 address often does: the next one is tried beside it (RFC 8305)."""

    async def run() -> None:
        with socket.socket() as nowhere:
            async with far_end(reply(200, {})) as end:
                port = int(end.url.rpartition(":")[2])
                nowhere.bind(("127.0.0.9", port))  # bound, and nobody listens

                async def two(*_: object, **__: object) -> list[object]:
                    inet = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
                    return [(*inet, (address, port)) for address in ("127.0.0.9", "127.0.0.1")]

                monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", two)
                loop_connect = asyncio.get_running_loop().sock_connect

                async def black_hole(sock: socket.socket, address: tuple[str, int]) -> None:
                    if address[0] == "127.0.0.9":
                        await asyncio.sleep(60)
                    await loop_connect(sock, address)

                monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", black_hole)
                async with lanes_to(f"http://localhost:{port}") as lanes:
                    assert isinstance(await lanes.ask(WRITE, 2.0), Reply)

    asyncio.run(run())


def test_it_is_told_when_no_connection_can_be_opened() -> None:
    async def run() -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            async with lanes_to(f"http://127.0.0.1:{closed.getsockname()[1]}") as lanes:
                assert lanes.trouble == ""
                warming = asyncio.create_task(lanes.keep_warm())
                await until(lambda: "cannot be reached (" in lanes.trouble)
                warming.cancel()

    asyncio.run(run())


def test_a_server_without_tls_gets_no_byte_of_a_call() -> None:
    async def run() -> None:
        context = ssl.create_default_context()
        async with far_end(reply(200, {})) as end:
            origin = split_url(end.url.replace("http:", "https:"))[0]
            lanes = Lanes(origin, SystemClock(), Random(1), context)
            answer = await lanes.ask(WRITE, 0.2)
            assert isinstance(answer, NoReply)
            assert (answer.code, answer.sent) == ("not_reached", False)
            await lanes.close()

    asyncio.run(run())


def test_a_picture_is_fetched_as_it_is_and_only_so_large() -> None:
    async def run() -> None:
        picture = b"\x89PNG" + bytes(1000)
        async with far_end(reply(200, picture, content_type="image/png")) as end:
            got = await fetch(f"{end.url}/a b.png".replace(" ", "%20"), 2000, 2.0, SystemClock())
            assert isinstance(got, Reply)
            assert (got.body, got.kind) == (picture, "image/png")
            assert "authorization" not in end.asked[0].headers
            large = await fetch(end.url, 500, 2.0, SystemClock())
            assert isinstance(large, NoReply)
            assert large.code == "too_large"
            assert isinstance(await fetch("file:///etc/passwd", 9, 1.0, SystemClock()), NoReply)

    asyncio.run(run())


def test_a_gzip_bomb_stays_as_small_as_it_came() -> None:
    async def run() -> None:
        bomb = gzip.compress(bytes(50_000_000))
        answered = reply(200, bomb, more="Content-Encoding: gzip\r\n")
        async with far_end(answered) as end, lanes_to(end.url) as lanes:
            answer = await lanes.ask(READ, 2.0)
            assert isinstance(answer, Reply)
            assert answer.body == bomb

    asyncio.run(run())


def test_addresses() -> None:
    origin, target, user = split_url("https://anna:geheim@münchen.example/a/b?x=1#part")
    assert (origin.host, origin.port, target) == ("xn--mnchen-3ya.example", 443, "/a/b?x=1")
    assert user["Authorization"].startswith("Basic ")
    assert split_url("http://[::1]:8080")[0].host_header == "[::1]:8080"
    for bad in ("ftp://a/b", "http://", "http://a:99999/", "http://a b/", "//a", "http://a:0/"):
        with pytest.raises(AddressError) as caught:
            split_url(bad)
        assert bad not in str(caught.value)


def test_a_header_that_cannot_be_sent_sends_nothing() -> None:
    async def run() -> None:
        async with far_end(reply(200, {})) as end, lanes_to(end.url) as lanes:
            for value in ("a\r\nEvil: 1", "ü"):
                answer = await lanes.ask(Request("POST", "/pin", {"X": value}, b""), 2.0)
                assert isinstance(answer, NoReply)
                assert (answer.code, answer.sent, end.asked) == ("bad_address", False, [])

    asyncio.run(run())
