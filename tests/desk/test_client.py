"""Requests to the engine: answers become values, everything else a message for people."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable

import httpx
import msgspec
import pytest

from livedesk.core.engine_status import EngineStatus
from livedesk.core.events import Event
from livedesk.core.secrets import Secret
from livedesk.core.status import StoreStatus
from livedesk.desk.client import EngineClient
from livedesk.desk.errors import BadAnswerError, DeskError, RefusedError, UnreachableError

TOKEN = "canary-token-4711"
STATUS = StoreStatus("lumen", "Lumen Home", 1_790_000_000_000_000_000)
Handler = Callable[[httpx.Request], httpx.Response]


def client(handler: Handler) -> EngineClient:
    return EngineClient("http://engine.test", Secret(TOKEN), httpx.MockTransport(handler))


def fails(handler: Handler) -> DeskError:
    async def ask() -> None:
        await client(handler).status("lumen")

    with pytest.raises(DeskError) as caught:
        asyncio.run(ask())
    assert TOKEN not in str(caught.value)
    return caught.value


def test_a_status_arrives_as_the_value_the_engine_sent() -> None:
    async def ask() -> StoreStatus:
        return await client(lambda _: httpx.Response(200, content=msgspec.json.encode(STATUS))
                            ).status("lumen")  # fmt: skip

    assert asyncio.run(ask()) == STATUS


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b'{"store": 7}',
        b'{"store": "a", "name": "b", "utc_ns": 1, "state": "dancing"}',
        b'{"store": "a", "name": "b", "utc_ns": 1e400}',
        b"\xff\xfe{\x00",
        b"[" * 100_000,
    ],
)
def test_an_answer_that_cannot_be_read_is_a_message_with_its_place(body: bytes) -> None:
    error = fails(lambda _: httpx.Response(200, content=body))
    assert isinstance(error, BadAnswerError)
    assert error.where == "http://engine.test/v1/stores/lumen/status"
    assert error.action


def test_a_refusal_keeps_the_words_of_the_engine() -> None:
    body = {"error": {"code": "unknown_store", "message": "No such store.", "action": "Look."}}
    error = fails(lambda _: httpx.Response(404, json=body))
    assert isinstance(error, RefusedError)
    assert (error.what, error.action, error.status) == ("No such store.", "Look.", 404)


def test_a_refusal_without_words_still_says_what_helps() -> None:
    error = fails(lambda _: httpx.Response(401, content=b"nope"))
    assert "401" in error.what
    assert "token" in error.action


@pytest.mark.parametrize(
    "fault", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError, httpx.ReadError]
)
def test_no_answer_is_a_reason_to_try_again(fault: type[httpx.TransportError]) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise fault(f"with {TOKEN} in its text", request=request)

    assert isinstance(fails(handler), UnreachableError)


def test_an_endless_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("livedesk.desk.client.ANSWER_LIMIT", 10_000)
    error = fails(lambda _: httpx.Response(200, content=b" " * 10_001))
    assert isinstance(error, BadAnswerError)


def test_a_picture_comes_with_its_age_and_none_is_not_an_error() -> None:
    async def ask(response: httpx.Response) -> object:
        return await client(lambda _: response).preview("lumen")

    picture = asyncio.run(ask(httpx.Response(200, content=b"jpeg", headers={"X-Age-Ms": "250"})))
    assert (picture.jpeg, picture.age_s) == (b"jpeg", 0.25)  # type: ignore[attr-defined]
    assert asyncio.run(ask(httpx.Response(404))) is None


def test_the_token_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    async def ask() -> None:
        await client(lambda _: httpx.Response(200, json={"stores": []})).stores()

    with caplog.at_level(logging.INFO):
        asyncio.run(ask())
    assert TOKEN not in caplog.text
    assert "engine.test" not in caplog.text


class Recorder:
    """A listener that notes what it is told."""

    def __init__(self) -> None:
        self.statuses: list[StoreStatus] = []
        self.events: list[Event] = []
        self.engines: list[EngineStatus] = []
        self.bad: list[int | None] = []
        self.opened = 0

    def open(self) -> None:
        self.opened += 1

    def status(self, status: StoreStatus) -> None:
        self.statuses.append(status)

    def event(self, event: Event) -> None:
        self.events.append(event)

    def engine(self, status: EngineStatus) -> None:
        self.engines.append(status)

    def unreadable(self, seq: int | None, error: BadAnswerError) -> None:
        self.bad.append(seq)


class Pieces(httpx.AsyncByteStream):
    def __init__(self, *pieces: bytes) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


def listen(after: int | None, *pieces: bytes) -> tuple[Recorder, httpx.Request]:
    requests: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        headers = {"content-type": "text/event-stream"}
        return httpx.Response(200, headers=headers, stream=Pieces(*pieces))

    recorder = Recorder()
    asyncio.run(client(handler).listen(after, recorder, recorder.open))
    return recorder, requests[0]


def event(seq: int) -> bytes:
    content = Event(seq, 1, 1, "lumen", None, "k", "info", "relay", "It happened.",
                    data={"a": [1, {"b": None}]})  # fmt: skip
    return b"id: %d\nevent: journal\ndata: %b\n\n" % (seq, msgspec.json.encode(content))


def test_events_and_statuses_arrive_in_order_however_they_are_cut() -> None:
    wire = event(1) + b"event: status\ndata: " + msgspec.json.encode(STATUS) + b"\n\n" + event(2)
    recorder, _ = listen(None, *(wire[at : at + 7] for at in range(0, len(wire), 7)))
    assert [e.seq for e in recorder.events] == [1, 2]
    assert recorder.events[0].data == {"a": [1, {"b": None}]}
    assert recorder.statuses == [STATUS]
    assert recorder.opened == 1


def test_the_first_time_asks_for_the_newest_events_and_later_ones_resume() -> None:
    _, first = listen(None)
    assert "last-event-id" not in first.headers
    assert first.url.params["recent"] == "200"
    _, later = listen(41)
    assert later.headers["last-event-id"] == "41"
    assert "recent" not in later.url.params


def test_an_unreadable_event_is_passed_over_with_its_number() -> None:
    recorder, _ = listen(None, b"id: 7\nevent: journal\ndata: {]\n\n", event(8))
    assert recorder.bad == [7]
    assert [e.seq for e in recorder.events] == [8]
