"""Do mails reach a mail server, and is a refusal told in words that hold no password?"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope

from livedesk.alarms.channels.delivery import Delivery
from livedesk.alarms.channels.smtp import SmtpCourier
from livedesk.core.channel_settings import EmailChannel
from livedesk.core.secrets import Secret
from tests.alarms.channels.conftest import UTC_NS, raised
from tests.certificates import self_signed, server_side

CANARY = "canary-4f1d9a77"


class Box:
    """What came in. `answer` is to a mail's end, `refused` are recipients."""

    def __init__(self, answer: str = "250 OK", refused: tuple[str, ...] = ()) -> None:
        self.mails: list[bytes] = []
        self._answer = answer
        self._refused = refused

    async def handle_RCPT(  # noqa: N802 - aiosmtpd looks for it by this name
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if address in self._refused:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - as above
        self, _server: Any, _session: Any, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append(content)
        return self._answer


def _sign_in(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=data.password == CANARY.encode(), handled=False)


@asynccontextmanager
async def mailing(box: Box, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()

    def session() -> SMTP:
        return SMTP(box, hostname="localhost", tls_context=tls, authenticator=_sign_in, loop=loop)

    server = await loop.create_server(session, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


def channel(port: int, **more: Any) -> EmailChannel:
    to = ("ops@b.example", "night@b.example")
    values: dict[str, Any] = {"port": port, "security": "none"} | more
    return EmailChannel("localhost", "livedesk@agency.example", to, **values)


def test_a_mail_arrives() -> None:
    async def story() -> None:
        box = Box()
        async with mailing(box) as port:
            delivery = await SmtpCourier(channel(port)).deliver(raised(), UTC_NS)
        assert delivery == Delivery(True)
        assert b"Subject: [North Agency] ALARM Glow" in box.mails[0]

    asyncio.run(story())


@pytest.mark.parametrize(("answer", "again"), [("451 later", True), ("554 spam", False)])
def test_a_servers_no_is_for_now_or_for_good(answer: str, again: bool) -> None:
    async def story() -> None:
        async with mailing(Box(answer)) as port:
            delivery = await SmtpCourier(channel(port)).deliver(raised(), UTC_NS)
        assert (delivery.ok, delivery.again) == (False, again)
        assert answer[:3] in delivery.reason

    asyncio.run(story())


def test_one_recipient_that_is_refused_is_told() -> None:
    async def story() -> None:
        box = Box(refused=("night@b.example",))
        async with mailing(box) as port:
            delivery = await SmtpCourier(channel(port)).deliver(raised(), UTC_NS)
        assert len(box.mails) == 1
        assert (delivery.ok, delivery.again) == (False, False)
        assert "1 of 2 recipients" in delivery.reason
        assert "night" not in delivery.reason

    asyncio.run(story())


def test_passwords_go_over_tls_and_a_wrong_one_is_not_repeated(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    pem = self_signed(tmp_path, end="20400101000000Z")
    trust = ssl.create_default_context(cafile=str(pem))

    async def story() -> None:
        box = Box()
        async with mailing(box, server_side(pem)) as port:
            for password, ok in ((CANARY, True), (f"{CANARY}-not", False)):
                way = channel(port, security="starttls", user="ops", password=Secret(password))
                delivery = await SmtpCourier(way, trust=trust).deliver(raised(), UTC_NS)
                assert (delivery.ok, delivery.again) == (ok, False)
            assert "user and password" in delivery.reason
            stranger = channel(port, security="starttls")
            delivery = await SmtpCourier(stranger).deliver(raised(), UTC_NS)
            assert "certificate is not accepted" in delivery.reason
        assert len(box.mails) == 1

    asyncio.run(story())
    assert CANARY not in caplog.text


def test_without_starttls_nothing_is_sent() -> None:
    async def story() -> None:
        box = Box()
        async with mailing(box) as port:
            way = channel(port, security="starttls")
            delivery = await SmtpCourier(way).deliver(raised(), UTC_NS)
        assert (delivery.ok, delivery.again, box.mails) == (False, False, [])
        assert "STARTTLS" in delivery.reason

    asyncio.run(story())


def test_a_server_that_hangs_costs_its_time_and_no_thread() -> None:
    async def story() -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            way = channel(silent.getsockname()[1])
            delivery = await SmtpCourier(way, patience_s=0.3).deliver(raised(), UTC_NS)
        assert delivery == Delivery(False, "no answer within 0.3 s", again=True)

    asyncio.run(story())
