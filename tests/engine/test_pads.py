"""Tokens of phones and tablets: what they may do, how long, and what is left of them on disk."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from livedesk.core.clock import ManualClock
from livedesk.core.pins import GatewayStatus, PinsStatus
from livedesk.core.secrets import Secret
from livedesk.core.status import StoreStatus
from livedesk.engine.api import pad_calls, pad_page
from livedesk.engine.api.answers import ApiError, json_answer, on_api_error
from livedesk.engine.api.auth import Gate, Keyring
from livedesk.engine.api.listener import listen
from livedesk.engine.api.pads import PADS_PER_STORE, PadTokens, TooManyPadsError, clean_name
from livedesk.engine.api.reach import addresses
from livedesk.engine.api.server import ApiServer


def tokens_in(folder: Path, clock: ManualClock) -> PadTokens:
    return PadTokens(folder / "pads.json", clock)


def test_a_pad_outlives_the_engine_and_its_token_is_on_no_disk(
    tmp_path: Path, clock: ManualClock
) -> None:
    async def story() -> None:
        first = tokens_in(tmp_path, clock)
        await first.load()
        pad, token = await first.admit("glow", "Ana's phone", "producer")
        file = tmp_path / "pads.json"
        assert token.reveal() not in file.read_text()
        if os.name == "posix":
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert os.listdir(tmp_path) == ["pads.json"]  # noqa: PTH208 - no more than its names

        second = tokens_in(tmp_path, clock)
        await second.load()
        assert second.find(token.reveal()) == pad
        assert second.find(token.reveal() + "x") is None
        assert await second.revoke("other", pad.id, "producer") is None
        assert await second.revoke("glow", pad.id, "producer") == pad
        assert second.find(token.reveal()) is None

        third = tokens_in(tmp_path, clock)
        await third.load()
        assert third.find(token.reveal()) is None

    asyncio.run(story())


def test_a_pad_ends_with_its_time(tmp_path: Path, clock: ManualClock) -> None:
    async def story() -> None:
        tokens = tokens_in(tmp_path, clock)
        pad, token = await tokens.admit("glow", "", "producer")
        assert pad.name == "Pad 1"
        clock.advance(86_399)
        assert tokens.find(token.reveal()) == pad
        clock.advance(1)
        assert tokens.find(token.reveal()) is None
        assert tokens.of("glow") == ()
        await asyncio.wait_for(tokens.ended(pad), 5)

    asyncio.run(story())


def test_there_are_only_so_many_a_store(tmp_path: Path, clock: ManualClock) -> None:
    async def story() -> None:
        tokens = tokens_in(tmp_path, clock)
        for _ in range(PADS_PER_STORE):
            await tokens.admit("glow", "x", "producer")
        with pytest.raises(TooManyPadsError):
            await tokens.admit("glow", "x", "producer")
        await tokens.admit("other", "x", "producer")

    asyncio.run(story())


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"version": 1, "pads": [{"id": 3}]}', b'{"version":9,"pads":[]}'],
)
def test_a_file_that_cannot_be_used_is_set_aside_and_told(
    tmp_path: Path, clock: ManualClock, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        (tmp_path / "pads.json").write_bytes(content)
        tokens = tokens_in(tmp_path, clock)
        await tokens.load()
        assert "let the devices in anew" in tokens.problem
        assert "pads.unusable.json" in caplog.text
        assert (tmp_path / "pads.unusable.json").read_bytes() == content
        await tokens.admit("glow", "x", "producer")
        assert tokens.problem == ""

    asyncio.run(story())


def test_a_folder_that_cannot_be_written_keeps_nobody_out(
    tmp_path: Path, clock: ManualClock
) -> None:
    async def story() -> None:
        tokens = tokens_in(tmp_path / "missing", clock)
        await tokens.load()
        _, token = await tokens.admit("glow", "x", "producer")
        assert tokens.find(token.reveal()) is not None
        assert "lost when the engine restarts" in tokens.problem

    asyncio.run(story())


def test_names_are_one_short_visible_line() -> None:
    assert clean_name("  Ana\n phone\t2 ") == "Ana phone 2"
    assert clean_name("a\u202eb\u200b\x00c") == "abc"
    assert clean_name("ü" * 500) == "ü" * 40
    assert clean_name("\u200f\x07") == ""


def test_addresses_are_those_that_others_can_reach() -> None:
    assert addresses("127.0.0.1", 80) == addresses("::1", 80) == addresses("localhost", 80) == ()
    assert addresses("192.0.2.7", 8780) == ("http://192.0.2.7:8780",)
    assert addresses("2001:db8::7", 8780) == ("http://[2001:db8::7]:8780",)
    assert not any("127." in each for each in addresses("0.0.0.0", 8780))


class Door:
    """The gate and the calls of pads, in front of one store."""

    def __init__(self, tokens: PadTokens, clock: ManualClock) -> None:
        self.tokens = tokens
        self.clock = clock
        self.web_pad = True
        self.url = ""

    def store(self, store: str) -> Door | None:
        return self if store == "glow" else None

    def status(self) -> StoreStatus:
        pins = PinsStatus(GatewayStatus("manual"), web_pad=self.web_pad)
        return StoreStatus("glow", "Glow", 0, pins=pins)

    def client(self, token: str = "boss") -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.AsyncClient(base_url=self.url, headers=headers, trust_env=False)


async def _who(request: Request) -> Response:
    return json_answer({key: request.scope[key] for key in ("role", "actor", "store")})


async def _stream(_request: Request) -> Response:
    async def lines() -> AsyncIterator[bytes]:
        yield b": alive\n\n"
        await asyncio.Event().wait()

    return StreamingResponse(lines(), media_type="text/event-stream")


@asynccontextmanager
async def door_of(folder: Path, clock: ManualClock) -> AsyncIterator[Door]:
    tokens = tokens_in(folder, clock)
    door = Door(tokens, clock)
    listener = listen("127.0.0.1", 0)
    app = Starlette(
        routes=[
            *(Route(path, call, methods=[method]) for method, path, _, call in pad_calls.CALLS),
            *(Route(path, call, methods=[method]) for method, path, _, call in pad_page.CALLS),
            Route("/v1/events", _stream),
            Route("/v1/{path:path}", _who, methods=["GET", "POST", "DELETE"]),
        ],
        middleware=[
            Middleware(
                Gate, keyring=Keyring({Secret("boss"): "producer"}, tokens), hosts=frozenset()
            )
        ],
        exception_handlers={ApiError: cast(Any, on_api_error)},
    )
    app.state.engine = door
    app.state.pad_door = pad_calls.PadDoor(tokens, clock, "192.0.2.7", 8780)
    server = ApiServer(app)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    await server.answering()
    door.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        yield door
    finally:
        server.should_exit = True
        await serving
        listener.close()


def test_a_pad_is_let_in_listed_and_shown_the_door(tmp_path: Path, clock: ManualClock) -> None:
    async def story() -> None:
        async with door_of(tmp_path, clock) as door, door.client() as boss:
            pads = "/v1/stores/glow/pads"
            told = (await boss.post(pads, json={"name": "Ana", "hours": 2})).json()
            assert told["pad"]["name"] == "Ana"
            assert told["pad"]["left_s"] == 7200
            assert told["path"] == f"/pad/glow#t={told['token']}"
            assert told["urls"] == ["http://192.0.2.7:8780" + told["path"]]
            listed = await boss.get(pads)
            assert [pad["id"] for pad in listed.json()["pads"]] == [told["pad"]["id"]]
            assert told["token"] not in listed.text
            async with door.client(told["token"]) as phone:
                who = (await phone.get("/v1/stores/glow/status")).json()
                assert who == {"role": "host", "actor": "Ana", "store": "glow"}
                async with phone.stream("GET", "/v1/events") as stream:
                    lines = stream.aiter_bytes()
                    assert await anext(lines) == b": alive\n\n"
                    gone = await boss.delete(f"{pads}/{told['pad']['id']}")
                    assert gone.status_code == 200
                    assert [piece async for piece in lines] == []
                assert (await phone.get("/v1/stores/glow/status")).status_code == 401
            assert (await boss.delete(f"{pads}/none")).status_code == 404
            for wrong in ({"name": 3}, {"hours": 0}, {"hours": True}, {"hours": 1e9}, {"x": 1}):
                assert (await boss.post(pads, json=wrong)).status_code == 422, wrong
            door.web_pad = False
            assert (await boss.post(pads, json={})).json()["error"]["code"] == "web_pad_off"

    asyncio.run(story())


def test_a_pad_may_pin_in_its_store_and_nothing_else(tmp_path: Path, clock: ManualClock) -> None:
    async def story() -> None:
        async with door_of(tmp_path, clock) as door:
            _, token = await door.tokens.admit("glow", "Ana", "boss")
            async with door.client(token.reveal()) as phone:
                for path in ("products", "products/p1/picture", "show", "cues", "pin"):
                    assert (await phone.get(f"/v1/stores/glow/{path}")).status_code == 200, path
                assert (await phone.get("/v1/clock")).status_code == 200
                for path in (
                    "/v1/stores/other/status", "/v1/stores", "/metrics", "/v1/sessions",
                    "/v1/stores/glow/pads", "/v1/stores/glow/history",
                    "/v1/stores/glow/preview.mjpg", "/v1/stores/glow/../other/status",
                    "/v1/engine/stop",
                ):  # fmt: skip
                    answer = await phone.get(path)
                    assert answer.status_code == 403, path
                    assert answer.json()["error"]["code"] == "not_for_pads"

    asyncio.run(story())


def test_the_page_needs_no_token_and_runs_nothing_foreign(
    tmp_path: Path, clock: ManualClock
) -> None:
    async def story() -> None:
        async with door_of(tmp_path, clock) as door, door.client("") as nobody:
            page = await nobody.get("/pad/glow")
            assert page.status_code == 200
            assert "default-src 'self'" in page.headers["content-security-policy"]
            assert page.headers["x-frame-options"] == "DENY"
            assert page.headers["referrer-policy"] == "no-referrer"
            assert page.headers["x-content-type-options"] == "nosniff"
            assert page.headers["cache-control"] == "no-store"
            script = await nobody.get("/pad/-/pad.js")
            assert script.headers["content-type"].startswith("text/javascript")
            for path in ("/pad/-/none.js", "/pad/-/..%2fauth.py", "/pad/-/pad_page.py"):
                assert (await nobody.get(path)).status_code == 404, path
            door.web_pad = False
            off, unknown = await nobody.get("/pad/glow"), await nobody.get("/pad/other")
            assert off.status_code == unknown.status_code == 404
            assert "web_pad = true" in off.text
            assert off.text == unknown.text
            assert (await nobody.post("/v1/hooks/glow/products")).status_code == 200
            for method, path in (("POST", "/pad/glow"), ("GET", "/v1/hooks/glow/products")):
                assert (await nobody.request(method, path)).status_code == 401, path

    asyncio.run(story())
