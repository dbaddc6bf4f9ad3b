"""What does each answer of a server mean, and does nothing secret get out of it?"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from pathlib import Path

import pytest

from livedesk.alarms.channels.delivery import Delivery, HttpPost
from livedesk.alarms.channels.http import HttpCourier, retry_after_s
from livedesk.alarms.channels.slack import slack_post
from livedesk.core.channel_settings import SlackChannel
from livedesk.core.secrets import Secret
from tests.alarms.channels.conftest import UTC_NS, raised, serving
from tests.certificates import self_signed, server_side
from tests.ports import free_port

CANARY = "canary-4f1d9a77"


async def deliver(port: int, scheme: str = "http", patience_s: float = 10.0) -> Delivery:
    way = SlackChannel(Secret(f"{scheme}://localhost:{port}/services/{CANARY}"))
    courier = HttpCourier(lambda message, _: slack_post(message, way), patience_s)
    try:
        return await courier.deliver(raised(), UTC_NS)
    finally:
        await courier.close()


def answered(answer: str, patience_s: float = 10.0) -> Delivery:
    async def story() -> Delivery:
        async with serving(answer) as server:
            delivery = await deliver(server.port, patience_s=patience_s)
            # What is not followed is not asked twice either.
            assert len(server.requests) == 1
            return delivery

    return asyncio.run(story())


@pytest.fixture(autouse=True)
def _no_canary(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)


def test_a_message_arrives() -> None:
    assert answered("200 OK") == Delivery(True)


def test_a_limit_says_when_to_come_again() -> None:
    delivery = answered("429 Too Many Requests\r\nRetry-After: 42")
    assert (delivery.again, delivery.limited, delivery.after_s) == (True, True, 42.0)


@pytest.mark.parametrize("status", ["500 Oh", "503 Busy", "408 Slow"])
def test_trouble_of_the_server_is_worth_another_try(status: str) -> None:
    delivery = answered(status)
    assert (delivery.ok, delivery.again, delivery.limited) == (False, True, False)


@pytest.mark.parametrize("status", ["400 Bad", "401 No", "403 No", "404 Gone", "410 Gone"])
def test_a_refusal_is_final(status: str) -> None:
    delivery = answered(status)
    assert (delivery.ok, delivery.again) == (False, False)
    assert status[:3] in delivery.reason


def test_a_redirect_is_not_followed(caplog: pytest.LogCaptureFixture) -> None:
    delivery = answered(f"307 There\r\nLocation: http://127.0.0.1:1/{CANARY}")
    assert not delivery.again
    assert "redirects" in delivery.reason
    assert CANARY not in delivery.reason + caplog.text


def test_a_server_that_hangs_costs_its_time_and_no_more() -> None:
    delivery = answered("", patience_s=0.2)
    assert delivery == Delivery(False, "no answer within 0.2 s", again=True)


def test_nobody_there_is_worth_another_try(caplog: pytest.LogCaptureFixture) -> None:
    delivery = asyncio.run(deliver(free_port()))
    assert delivery == Delivery(False, "nobody answers at its address", again=True)
    assert CANARY not in caplog.text


def test_a_certificate_that_nobody_vouches_for_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> Delivery:
        tls = server_side(self_signed(tmp_path, end="20400101000000Z"))
        async with serving("200 OK", tls=tls) as server:
            delivery = await deliver(server.port, "https")
            assert server.requests == []
            return delivery

    delivery = asyncio.run(story())
    assert "certificate is not accepted" in delivery.reason
    assert CANARY not in delivery.reason + caplog.text


def test_retry_after_is_seconds_or_a_date() -> None:
    assert retry_after_s("120", UTC_NS) == 120
    assert retry_after_s("Thu, 01 Jan 1970 00:00:00 GMT", UTC_NS) == 0
    assert retry_after_s("Fri, 01 Jan 2100 00:00:00 GMT", UTC_NS) == 86_400
    assert [retry_after_s(text, UTC_NS) for text in ("", "soon", "-5")] == [None, None, None]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n", ""),
        ("HTTP/1.1 200 OK\r\nX-Long: " + "x" * 200_000 + "\r\n\r\n", "broke off"),
        ("220 smtp.example ESMTP\r\n", "broke off"),
    ],
    ids=["endless body", "endless head", "no HTTP"],
)
def test_an_answer_without_end_or_sense_costs_nothing(head: str, expected: str) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(head.encode())
            while not writer.is_closing():
                writer.write(b"10000\r\n" + bytes(0x10000) + b"\r\n")
                await writer.drain()
        writer.close()

    async def story() -> Delivery:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            url = Secret(f"http://127.0.0.1:{port}/{CANARY}")
            courier = HttpCourier(lambda _m, _t: HttpPost(url, b"{}"))
            try:
                return await courier.deliver(raised(), UTC_NS)
            finally:
                await courier.close()

    delivery = asyncio.run(story())
    assert delivery.ok is (not expected)
    assert expected in delivery.reason
    assert CANARY not in delivery.reason
