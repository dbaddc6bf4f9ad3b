"""An uplink finds its way: names, both families, the local address, proxies; or says why not."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedesk.core.proxy_address import parse_proxy
from livedesk.core.secrets import Secret
from livedesk.relay.dialing import Dialer, DialError, bind_problem
from livedesk.relay.lookup import Address, AddressCache, interleaved
from livedesk.relay.proxy import ProxyError, proxy_steps
from tests.ports import free_port
from tests.relay.harness import address
from tests.relay.proxies import running_proxy
from tests.waiting import until

KEY = "s3cret-stream-key"
LIMIT_S = 10.0
SOON_S = 0.3


@asynccontextmanager
async def server(greeting: bytes = b"hello") -> AsyncIterator[int]:
    """Greets whoever connects and then echoes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        while piece := await reader.read(1000):
            writer.write(piece)
        writer.close()

    running = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with running:
        yield int(running.sockets[0].getsockname()[1])


@asynccontextmanager
async def silent_server() -> AsyncIterator[int]:
    """Takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        yield int(sock.getsockname()[1])


def dialer(
    port: int,
    *,
    host: str = "127.0.0.1",
    bind: str | None = None,
    proxy: str | None = None,
    cache: AddressCache | None = None,
) -> Dialer:
    target = address(f"rtmp://{host}:{port}/live/{KEY}")
    secret = Secret(proxy) if proxy is not None else None
    return Dialer(target, bind, secret, cache or AddressCache())


async def said_by(sock: socket.socket) -> bytes:
    """The far end's first words, and what it echoes: nothing is lost on the way."""
    loop = asyncio.get_running_loop()
    with sock:
        greeting = await loop.sock_recv(sock, 100)
        await loop.sock_sendall(sock, b"ping")
        return greeting + await loop.sock_recv(sock, 100)


async def reason(dial: Dialer, limit_s: float = LIMIT_S) -> str:
    with pytest.raises(DialError) as failure:
        (await dial.connect(limit_s)).close()
    assert KEY not in failure.value.reason
    return failure.value.reason


def v4(host: str, port: int) -> Address:
    return Address(socket.AF_INET, (host, port))


def v6(host: str, port: int) -> Address:
    return Address(socket.AF_INET6, (host, port, 0, 0))


class Names:
    """A name server: answers, refuses to, or hangs until it is let go."""

    def __init__(self, *addresses: Address) -> None:
        self.addresses = addresses
        self.fails = False
        self.go_on = threading.Event()
        self.go_on.set()

    def __call__(self, host: str, port: int) -> tuple[Address, ...]:
        self.go_on.wait(20)
        if self.fails:
            raise socket.gaierror(socket.EAI_AGAIN, "no name server")
        return self.addresses


def test_a_connection_is_tuned_and_never_blocks_the_loop() -> None:
    async def run() -> None:
        async with server() as port:
            sock = await dialer(port).connect(LIMIT_S)
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert sock.getblocking() is False
            assert await said_by(sock) == b"helloping"

    asyncio.run(run())


def test_a_closed_port_is_named_as_such_at_once() -> None:
    assert asyncio.run(reason(dialer(free_port()))) == "Connection refused"


def test_a_bind_address_that_this_machine_does_not_have_is_named() -> None:
    assert asyncio.run(reason(dialer(1935, bind="192.0.2.77"))) == (
        "this machine has no address 192.0.2.77; check that this network is connected, "
        "or correct bind in the settings"
    )
    assert "no network interface wlan77;" in str(bind_problem("wlan77"))


def test_a_connection_leaves_by_the_bind_address() -> None:
    async def run() -> None:
        async with server() as port:
            with await dialer(port, bind="127.0.0.9").connect(LIMIT_S) as sock:
                assert sock.getsockname()[0] == "127.0.0.9"

    asyncio.run(run())


def test_a_bind_address_is_only_used_for_its_own_family() -> None:
    async def run() -> None:
        async with server() as port:
            both = AddressCache(Names(v6("::1", port), v4("127.0.0.1", port)))
            dial = dialer(port, host="ingest.test", bind="127.0.0.9", cache=both)
            with await dial.connect(LIMIT_S) as sock:
                assert sock.family == socket.AF_INET
            only_6 = AddressCache(Names(v6("::1", port)))
            said = await reason(dialer(port, host="i.test", bind="127.0.0.9", cache=only_6))
            assert said == "i.test has no IPv4 address, as the bind address 127.0.0.9 is"

    asyncio.run(run())


def full_backlog() -> socket.socket:
    """A listening socket that answers no further SYN: a black hole, as TCP sees it."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.listen(0)
    return sock


async def fill(hole: socket.socket) -> list[socket.socket]:
    fillers = []
    for _ in range(4):
        sock = socket.socket()
        sock.setblocking(False)
        sock.connect_ex(hole.getsockname())
        fillers.append(sock)
    return fillers


def test_an_address_that_never_answers_does_not_hold_up_the_next() -> None:
    """Case 14: a black hole for one family."""

    async def run() -> None:
        with full_backlog() as hole:
            fillers = await fill(hole)
            async with server() as port:
                names = Names(v4(*hole.getsockname()), v4("127.0.0.1", port))
                cache = AddressCache(names)
                sock = await dialer(port, host="ingest.test", cache=cache).connect(LIMIT_S)
                assert sock.getpeername()[1] == port
                sock.close()
                names.fails = True  # and from now on the one that answered comes first
                found = await cache.find("ingest.test", port, LIMIT_S)
                assert found.addresses[0] == v4("127.0.0.1", port)
            said = await reason(dialer(hole.getsockname()[1]), limit_s=SOON_S)
            assert said == "no answer in time"
            for sock in fillers:
                sock.close()

    asyncio.run(run())


def test_a_family_that_fails_at_once_costs_no_time_and_no_connection() -> None:
    async def run() -> None:
        async with server() as port:
            names = Names(v6("::1", free_port()), v4("127.0.0.1", port))
            dial = dialer(port, host="ingest.test", cache=AddressCache(names))
            assert await said_by(await dial.connect(LIMIT_S)) == b"helloping"

    asyncio.run(run())


def test_families_take_turns_and_the_systems_first_choice_begins() -> None:
    given = [v6("::1", 1), v6("::2", 1), v6("::3", 1), v4("10.0.0.1", 1)]
    assert interleaved(given) == (v6("::1", 1), v4("10.0.0.1", 1), v6("::2", 1), v6("::3", 1))


def break_names(names: Names) -> None:
    names.fails = True


def hang_names(names: Names) -> None:
    names.go_on.clear()


@pytest.mark.parametrize("trouble", [break_names, hang_names])
def test_the_last_good_address_is_used_while_names_cannot_be_resolved(
    trouble: Callable[[Names], None],
) -> None:
    """Case 14."""

    async def run() -> None:
        async with server() as port:
            names = Names(v4("127.0.0.1", port))
            dial = dialer(port, host="ingest.test", cache=AddressCache(names))

            async def notice() -> str | None:
                assert await said_by(await dial.connect(LIMIT_S)) == b"helloping"
                return dial.notice

            assert await notice() is None
            trouble(names)
            said = await notice()
            assert said == "ingest.test cannot be resolved; its last known address is used"
            names.fails = False
            names.go_on.set()
            assert await notice() is None

    asyncio.run(run())


def test_a_platform_that_moves_is_followed() -> None:
    async def run() -> None:
        async with server(b"old") as old, server(b"new") as new:
            names = Names(v4("127.0.0.1", old))
            dial = dialer(1935, host="ingest.test", cache=AddressCache(names))
            assert await said_by(await dial.connect(LIMIT_S)) == b"oldping"
            names.addresses = (v4("127.0.0.1", new),)
            assert await said_by(await dial.connect(LIMIT_S)) == b"newping"

    asyncio.run(run())


def test_a_name_that_was_never_resolved_is_a_reason_and_hangs_nothing() -> None:
    async def run() -> None:
        names = Names()
        cache = AddressCache(names)
        assert await reason(dialer(1, host="a.test", cache=cache)) == "the host has no address"
        names.fails = True
        assert "cannot be resolved" in await reason(dialer(1, host="a.test", cache=cache))
        names.go_on.clear()
        said = await reason(dialer(1, host="a.test", cache=cache), limit_s=SOON_S)
        assert said == "the host name was not resolved in time"
        names.go_on.set()

    asyncio.run(run())


@pytest.mark.parametrize("scheme", ["http", "socks5"])
@pytest.mark.parametrize("login", [None, ("crew", "p@ss/w:rd")])
def test_a_proxy_connects_by_name_and_loses_no_byte(
    scheme: str, login: tuple[str, str] | None
) -> None:
    async def run() -> None:
        async with server() as port, running_proxy(login) as proxy:
            proxy.names["ingest.test"] = "127.0.0.1"
            me = "crew:p%40ss%2Fw%3Ard@" if login else ""
            url = f"{scheme}://{me}127.0.0.1:{proxy.port}"
            dial = dialer(port, host="ingest.test", proxy=url)
            assert await said_by(await dial.connect(LIMIT_S)) == b"helloping"
            assert proxy.asked == [f"ingest.test:{port}"]

    asyncio.run(run())


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_what_a_proxy_refuses_is_said_in_words_without_the_password(scheme: str) -> None:
    async def run() -> None:
        async with running_proxy(("crew", "right")) as proxy:
            at = f"127.0.0.1:{proxy.port}"
            front = f"the proxy {at} does not connect us: it "
            said = await reason(dialer(1, proxy=f"{scheme}://{at}"))
            assert said == front + "asks for a user and password"
            said = await reason(dialer(1, proxy=f"{scheme}://crew:wr0ng@{at}"))
            assert said == front + "does not accept the user and password"
            said = await reason(dialer(free_port(), proxy=f"{scheme}://crew:right@{at}"))
            assert "platform" in said
            assert "right" not in said

    asyncio.run(run())


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_a_proxy_that_is_dead_silent_or_something_else_is_named(scheme: str) -> None:
    async def run() -> None:
        closed = f"127.0.0.1:{free_port()}"
        said = await reason(dialer(1, proxy=f"{scheme}://{closed}"))
        assert said == f"no connection to the proxy {closed}: Connection refused"
        async with silent_server() as port:
            said = await reason(dialer(1, proxy=f"{scheme}://127.0.0.1:{port}"), limit_s=SOON_S)
            assert said == f"the proxy 127.0.0.1:{port} does not connect us: no answer in time"
        async with server(b"220 mail.example ready\r\n\r\n") as port:
            said = await reason(dialer(1, proxy=f"{scheme}://127.0.0.1:{port}"))
            assert "its answer is not" in said

    asyncio.run(run())


def test_a_proxy_cannot_make_us_read_without_end() -> None:
    proxy, _ = parse_proxy("http://proxy.test:3128")
    assert proxy is not None
    steps = proxy_steps(proxy, "ingest.test", 1935)
    next(steps)

    def talk() -> None:
        for _ in range(1_000_000):
            steps.send(b"x")

    with pytest.raises(ProxyError, match="longer than"):
        talk()


@given(scheme=st.sampled_from(["http", "socks5"]), noise=st.binary(max_size=400))
def test_whatever_a_proxy_answers_is_taken_or_refused_in_words(scheme: str, noise: bytes) -> None:
    proxy, _ = parse_proxy(f"{scheme}://crew:s3cret@proxy.test:3128")
    assert proxy is not None
    steps = proxy_steps(proxy, "ingest.test", 1935)
    step, at, said = next(steps), 0, ""
    try:
        while at + step.want <= len(noise):
            answer, at = noise[at : at + step.want], at + step.want
            step = steps.send(answer)
    except StopIteration:
        said = "connected"
    except ProxyError as error:
        said = str(error)
    assert "s3cret" not in said


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("ftp://proxy.test:21", "begin with http:// or socks5://"),
        ("proxy.test:3128", "begin with http:// or socks5://"),
        ("http://proxy.test", "no host and port"),
        ("http://proxy.test:99999", "no valid host and port"),
        ("socks5://proxy.test:1080/x", "after the port"),
        ("socks5://:pass@proxy.test:1080", "no user"),
        ("socks5://u:" + "p" * 256 + "@proxy.test:1080", "more than 255 bytes"),
        ("http://proxy .test:1", "a blank"),
    ],
)
def test_what_is_no_proxy_address_is_named_without_repeating_it(text: str, fault: str) -> None:
    found, said = parse_proxy(text)
    assert found is None
    assert fault in said
    assert "pass" not in said.replace("password", "")


def test_a_cancelled_dial_leaves_no_socket_open(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[socket.socket] = []
    real = socket.socket

    def remembered(*args: Any, **kwargs: Any) -> socket.socket:
        made.append(real(*args, **kwargs))
        return made[-1]

    async def run() -> None:
        async with silent_server() as port:
            proxy = f"http://127.0.0.1:{port}"
            monkeypatch.setattr("livedesk.relay.dialing.socket.socket", remembered)
            task = asyncio.create_task(dialer(1, proxy=proxy).connect(LIMIT_S))
            await until(lambda: made and made[-1].fileno() >= 0, "it dials")
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert all(sock.fileno() < 0 for sock in made)

    asyncio.run(run())
