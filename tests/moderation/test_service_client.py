"""What is no answer is told as such, without secrets; streams are read in whatever pieces."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest

from livedesk.core.moderation import Comment
from livedesk.core.secrets import Secret
from livedesk.moderation.event_reader import ServiceEvent
from livedesk.moderation.items import new_item
from livedesk.moderation.service_answers import ServiceAwayError, ServiceRefusedError
from livedesk.moderation.service_client import RuleService

ITEM = new_item("glow", Comment("c", "a", "A", "text", 1), None)


def service(answer: httpx.Response | Exception) -> RuleService:
    def handle(request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"] == "Bearer secret"
        if isinstance(answer, Exception):
            raise answer
        return answer

    return RuleService("http://127.0.0.1:1", Secret("secret"), httpx.MockTransport(handle))


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(503, json={"error": {"code": "busy", "message": "Busy."}}),
        httpx.Response(401),
        httpx.Response(403, json={"error": {"code": "role", "message": "Not with this token."}}),
        httpx.Response(302, headers={"location": "http://127.0.0.1:2/elsewhere"}),
        httpx.Response(200, content=b"{"),
        httpx.Response(200, content=b"[" * 10_000_000),
        httpx.Response(200, content=b'{"version":"1","items":[],"later":' + b"[" * 100_000),
        httpx.Response(200, json={"version": 1, "items": []}),
        httpx.Response(200, json={"version": "1", "items": [{"id": 7}]}),
        httpx.ConnectError("http://user:secret@host"),
        httpx.ReadTimeout("late"),
    ],
)
def test_what_is_no_answer_is_an_absence_that_tells_no_secrets(
    answer: httpx.Response | Exception,
) -> None:
    async def story() -> None:
        client = service(answer)
        with pytest.raises(ServiceAwayError) as away:
            await client.judge("glow", [ITEM.comment])
        assert "secret" not in str(away.value)
        await client.close()

    asyncio.run(story())


def of_a_later_version(key: str = "later") -> dict[str, object]:
    item: dict[str, object] = msgspec.to_builtins(ITEM)
    return item | {"id": key, "state": "escalated", "mood": {"sad": 1}}


def test_what_a_later_service_says_beside_is_passed_over_and_keeps_nothing_back() -> None:
    async def story() -> None:
        plain = {**msgspec.to_builtins(ITEM), "mood": "sad"}
        body = {"version": "1", "items": [of_a_later_version(), plain], "mood": 1}
        client = service(httpx.Response(200, json=body))
        judged = await client.judge("glow", [ITEM.comment])
        assert (judged.items, judged.unread) == ((ITEM,), ("later",))
        await client.close()
        client = service(httpx.Response(200, json={"seq": 3, "items": [of_a_later_version()]}))
        page = await client.items("glow")
        assert (page.items, page.unread, page.seq) == ((), 1, 3)
        await client.close()

    asyncio.run(story())


@pytest.mark.parametrize("beside", [True, False])
def test_a_refusal_brings_the_item_as_it_is(beside: bool) -> None:
    async def story() -> None:
        item = msgspec.to_builtins(ITEM)
        error = {"code": "claimed", "message": "Bob is at it."}
        body = {"error": error, "item": item} if beside else {"error": {**error, "item": item}}
        client = service(httpx.Response(409, json=body))
        with pytest.raises(ServiceRefusedError) as refusal:
            await client.claim(ITEM.id, "ann")
        assert (refusal.value.code, refusal.value.item) == ("claimed", ITEM)
        await client.close()

    asyncio.run(story())


async def read(client: RuleService, found: list[ServiceEvent]) -> None:
    async for event in client.events("glow", "3", lambda: None):
        found.append(event)


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_a_stream_is_read_in_whatever_pieces_it_comes(size: int) -> None:
    body = (
        b": alive\n\nid: 4\nevent: item\ndata: " + msgspec.json.encode(ITEM) + b"\r\n\r\n"
        b'id: 5\nevent: rules\ndata: {"version": "v2"}\n\nevent: later\ndata: {}\n\n'
        b"id: 6\nafter: 5\nevent: item\ndata: "
        + msgspec.json.encode(of_a_later_version())
        + b"\n\n"
        b": alive\nafter: 6\n\nevent: reset\n\n"
    )

    async def story() -> None:
        async def pieces() -> AsyncIterator[bytes]:
            for start in range(0, len(body), size):
                yield body[start : start + size]

        client = service(httpx.Response(200, content=pieces()))
        found: list[ServiceEvent] = []
        with pytest.raises(ServiceAwayError):
            await read(client, found)
        assert [(event.kind, event.id) for event in found] == [
            ("open", ""), ("item", "4"), ("rules", "5"), ("other", "5"), ("unread", "6"),
            ("alive", ""), ("reset", "6"),
        ]  # fmt: skip
        assert found[1].item == ITEM
        assert [event.after for event in found[4:6]] == ["5", "6"]
        await client.close()

    asyncio.run(story())
