"""One HTTP call moves the stream: what is sent, and what people are told of the answer."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from livedesk.core.clock import SystemClock
from livedesk.core.secrets import Secret
from livedesk.core.settings import HttpActuator, UplinkSettings
from livedesk.engine.actuators.base import Outcome, SwitchOrder
from livedesk.engine.actuators.http import HttpCall
from tests.ports import free_port

KEY, TOKEN = "sk-live-7781", "tok-4711-zebra"
BONDED = UplinkSettings("4G / bonded", Secret(f"rtmp://127.0.0.1/live/{KEY}"))
ORDER = SwitchOrder("glow-us", "primary", BONDED, 'primary "silent"\nfor 1.2 s')
FINE = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"


@dataclass
class Server:
    """Gives one answer to whatever is sent to it, and keeps that; without one it says nothing."""

    answer: bytes
    got: list[bytes] = field(default_factory=list)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = b""
        while b"\r\n\r\n" not in head and (piece := await reader.read(4096)):
            head += piece
        length = next(
            (
                int(line[15:])
                for line in head.lower().split(b"\r\n")
                if line[:15] == b"content-length:"
            ),
            0,
        )
        while head and len(head.partition(b"\r\n\r\n")[2]) < length:
            head += await reader.read(4096)
        if head:
            self.got.append(head)
        if head and not self.answer:
            await reader.read()
        writer.write(self.answer)
        writer.close()

    @property
    def request_line(self) -> str:
        return self.got[0].partition(b"\r\n")[0].decode()

    @property
    def body(self) -> str:
        return self.got[0].partition(b"\r\n\r\n")[2].decode()


@asynccontextmanager
async def serving(server: Server) -> AsyncIterator[Server]:
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    async with listening:
        server.port = listening.sockets[0].getsockname()[1]
        yield server


def called(server: Server, path: str = f"/move?token={TOKEN}", **settings: object) -> Outcome:
    async def story() -> Outcome:
        async with serving(server):
            url = Secret(f"http://127.0.0.1:{server.port}{path}")
            call = HttpCall(HttpActuator(url, **settings), SystemClock())  # type: ignore[arg-type]
            try:
                return await call.switch(ORDER)
            finally:
                await call.close()

    return asyncio.run(story())


def checked(settings: HttpActuator) -> str | None:
    async def story() -> str | None:
        call = HttpCall(settings, SystemClock())
        try:
            return await call.check()
        finally:
            await call.close()

    return asyncio.run(story())


def test_names_and_reason_arrive_as_they_are_whatever_is_in_them() -> None:
    server = Server(FINE)
    body = '{"path": "{to}", "was": "{from}", "why": "{reason}", "more": {"store": "{store}"}}'
    bearer = ("Authorization", Secret(f"Bearer {TOKEN}"))
    outcome = called(server, "/move/{to}?why={reason}", body=body, headers=(bearer,))
    assert outcome.ok
    assert outcome.words == "The HTTP call was accepted with 204."
    assert server.request_line == (
        "POST /move/4G%20%2F%20bonded?why=primary%20%22silent%22%0Afor%201.2%20s HTTP/1.1"
    )
    assert json.loads(server.body) == {
        "path": "4G / bonded",
        "was": "primary",
        "why": ORDER.reason,
        "more": {"store": "glow-us"},
    }
    assert f"Bearer {TOKEN}".encode() in server.got[0]
    assert b"application/json" in server.got[0]


def test_a_form_is_encoded_as_one() -> None:
    server = Server(FINE)
    form = ("Content-Type", Secret("application/x-www-form-urlencoded"))
    assert called(server, body="to={to}", headers=(form,)).ok
    assert server.body == "to=4G%20%2F%20bonded"


def test_a_refusal_is_told_with_what_the_server_said_but_no_secret(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    said = f"unknown scene, token {TOKEN}".encode()
    head = f"HTTP/1.1 422 No\r\nConnection: close\r\nContent-Length: {len(said)}\r\n\r\n".encode()
    outcome = called(Server(head + said), headers=(("X-Key", Secret(f"Key {TOKEN}")),))
    assert not outcome.ok
    assert outcome.words == "The HTTP call was refused with 422: unknown scene, token •••."
    assert KEY not in caplog.text
    assert TOKEN not in caplog.text


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (f"no route /move?to=4G&token={TOKEN}", "no route /move?to=4G&token=•••"),
        (f'{{"to": "4G", "pass": "{TOKEN}"}}', '{"to": "4G", "pass": "•••"}'),
        (f"the token {TOKEN} is not known", "the token ••• is not known"),
    ],
)
@pytest.mark.parametrize("place", ["url", "body", "header"])
def test_a_server_may_repeat_what_it_was_sent_in_part(place: str, said: str, told: str) -> None:
    head = f"HTTP/1.1 404 No\r\nConnection: close\r\nContent-Length: {len(said)}\r\n\r\n"
    server = Server((head + said).encode())

    async def story() -> Outcome:
        async with serving(server):
            query = f"&token={TOKEN}" if place == "url" else ""
            url = Secret(f"http://127.0.0.1:{server.port}/move?to={{to}}{query}")
            body = f'{{"to": "{{to}}", "pass": "{TOKEN}"}}' if place == "body" else ""
            headers = (("X-Key", Secret(f"Key {TOKEN}")),) if place == "header" else ()
            call = HttpCall(HttpActuator(url, headers=headers, body=body), SystemClock())
            try:
                return await call.switch(ORDER)
            finally:
                await call.close()

    assert asyncio.run(story()).words == f"The HTTP call was refused with 404: {told}."


def test_secrets_are_not_carried_to_where_a_redirect_points() -> None:
    elsewhere = Server(FINE)

    async def story() -> Outcome:
        async with serving(elsewhere):
            place = f"http://127.0.0.1:{elsewhere.port}/"
            answer = f"HTTP/1.1 307 Go\r\nLocation: {place}\r\nConnection: close\r\n\r\n"
            return await asyncio.to_thread(called, Server(answer.encode()))

    outcome = asyncio.run(story())
    assert not outcome.ok
    assert "307, a redirect, which is not followed" in outcome.words
    assert elsewhere.got == []


def test_a_server_that_is_silent_or_away_is_said() -> None:
    outcome = called(Server(b""), timeout_s=0.2)
    assert not outcome.ok
    assert outcome.words == "The HTTP call was not answered within 0.2 s."
    port = free_port()
    away = checked(HttpActuator(Secret(f"http://127.0.0.1:{port}/{TOKEN}")))
    assert away is not None
    assert f"127.0.0.1:{port}, cannot be reached" in away
    assert TOKEN not in away


@pytest.mark.parametrize(
    ("url", "body", "words"),
    [
        ("ftp://host/x", "", "does not begin with http:// or https://"),
        ("http://127.0.0.1:1/x", '{"to": {to}}', "is not JSON"),
    ],
)
def test_settings_that_cannot_work_are_named_before_air_time(
    url: str, body: str, words: str
) -> None:
    problem = checked(HttpActuator(Secret(url), body=body))
    assert problem is not None
    assert words in problem


def test_a_check_sends_nothing() -> None:
    async def story() -> tuple[str | None, list[bytes]]:
        async with serving(Server(FINE)) as server:
            call = HttpCall(HttpActuator(Secret(f"http://127.0.0.1:{server.port}/")), SystemClock())
            problem = await call.check()
            await call.close()
        return problem, server.got

    assert asyncio.run(story()) == (None, [])
