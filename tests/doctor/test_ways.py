"""Before the show: each way out is tried, and what moves the stream is asked."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from livedesk.core.secrets import Secret
from livedesk.core.settings import (
    Actuator,
    CommandActuator,
    FailoverSettings,
    FeedSettings,
    ObsActuator,
    Settings,
    StoreSettings,
    UplinkSettings,
)
from livedesk.doctor.finding import Finding
from livedesk.doctor.ways import check_ways
from tests.certificates import self_signed, server_side
from tests.ports import free_port


def look(*uplinks: UplinkSettings, actuator: Actuator | None = None) -> list[Finding]:
    pull = Secret("rtmp://127.0.0.1:1/live/x") if actuator is not None else None
    feed = FeedSettings("rtmp", "127.0.0.1", 1935, "live", Secret("k"), pull=pull)
    store = StoreSettings(
        "glow", "Glow", "tiktok", feed, uplinks, failover=FailoverSettings(actuator=actuator)
    )
    findings = list(check_ways(Settings((store,))))
    assert not any("s3cret" in f"{found.text} {found.action}" for found in findings)
    return findings


def uplink(port: int, name: str = "primary", **more: str | None) -> UplinkSettings:
    scheme, host = more.get("scheme") or "rtmp", more.get("host") or "127.0.0.1"
    proxy = more.get("proxy")
    return UplinkSettings(
        name,
        Secret(f"{scheme}://{host}:{port}/live/s3cret-key"),
        bind=more.get("bind"),
        proxy=Secret(proxy) if proxy else None,
    )


@pytest.fixture
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@contextmanager
def tls_server(context: ssl.SSLContext) -> Iterator[int]:
    """Shakes hands with whoever comes, in a loop of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    async def start() -> asyncio.Server:
        return await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)

    async def end(server: asyncio.Server) -> None:
        server.close()
        served = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*served, return_exceptions=True)

    server = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        asyncio.run_coroutine_threadsafe(end(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def test_a_way_that_leads_there_is_told_with_how_it_goes(port: int) -> None:
    (found,) = look(uplink(port, bind="127.0.0.9"))
    assert found.status == "ok"
    assert f"primary of glow to 127.0.0.1:{port} from 127.0.0.9: connected in" in found.text


def test_a_dead_way_beside_one_that_works_is_to_be_looked_at(port: int) -> None:
    good, bad = look(uplink(port), uplink(free_port(), "bonded"))
    assert (good.status, bad.status) == ("ok", "warn")
    assert bad.text.endswith("Connection refused")
    assert bad.action


def test_no_way_at_all_is_in_the_way_of_the_show() -> None:
    assert [found.status for found in look(uplink(free_port()))] == ["fail"]


@pytest.mark.skipif(sys.platform != "linux", reason="names of interfaces differ")
@pytest.mark.parametrize(
    ("bind", "words"),
    [
        ("192.0.2.77", "this machine has no address 192.0.2.77"),
        ("nosuch0", "this machine has no network interface nosuch0"),
    ],
)
def test_a_local_end_that_is_not_here_is_named(port: int, bind: str, words: str) -> None:
    (found,) = look(uplink(port, bind=bind))
    assert found.text.endswith(words)
    assert found.action == "check that this network is connected, or correct bind in the settings"


def test_a_dead_proxy_is_named_without_its_password(port: int) -> None:
    dead = free_port()
    (found,) = look(uplink(port, proxy=f"socks5://crew:s3cret@127.0.0.1:{dead}"))
    assert f"through socks5://127.0.0.1:{dead}: no connection to the proxy" in found.text


@pytest.mark.parametrize(
    ("host", "end", "status", "words", "action"),
    [
        ("localhost", "20400101000000Z", "ok", "certificate verified", ""),
        ("localhost", "20210101000000Z", "fail", "certificate has expired", "machine's clock"),
        ("127.0.0.1", "20400101000000Z", "fail", "not valid for '127.0.0.1'", "own address"),
    ],
)
def test_certificates_are_verified(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    end: str,
    status: str,
    words: str,
    action: str,
) -> None:
    pem = self_signed(tmp_path, end=end)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    with tls_server(server_side(pem)) as port:
        (found,) = look(uplink(port, scheme="rtmps", host=host))
    assert found.status == status
    assert words in found.text
    assert action in (found.action or "")


def test_rtmps_to_a_port_that_speaks_no_tls_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            other, _ = server.accept()
            with other:
                other.sendall(b"220 mail.example ready\r\n")
                other.recv(1000)

        thread = threading.Thread(target=answer)
        thread.start()
        (found,) = look(uplink(server.getsockname()[1], scheme="rtmps"))
        thread.join()
    assert (found.status, "TLS failed" in found.text) == ("fail", True)


@pytest.mark.parametrize(
    ("actuator", "status", "words"),
    [
        (
            CommandActuator((sys.executable,)),
            "ok",
            "what moves the stream of glow is there; a drill shows",
        ),
        (CommandActuator(("/nowhere/move",)), "fail", "/nowhere/move"),
        (ObsActuator(port=1, timeout_s=2), "fail", "OBS"),
    ],
)
def test_what_moves_a_watched_stream_is_asked_and_its_uplinks_are_left_alone(
    actuator: Actuator, status: str, words: str
) -> None:
    (found,) = look(uplink(1), actuator=actuator)
    assert found.status == status
    assert words in found.text
