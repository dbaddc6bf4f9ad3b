"""Who may make which call? Each role and each kind of token against the whole table."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final

import httpx

from livedesk.core.clock import SystemClock
from livedesk.core.roles import ROLES
from livedesk.core.secrets import Secret
from livedesk.core.settings import Settings, UserSettings
from livedesk.engine.api.app import CALLS
from livedesk.engine.api.pads import PadTokens
from tests.engine.conftest import Bench, Running, client, store_settings
from tests.engine.pinning.service import pin_service

S: Final = "/v1/stores/{store}"
ALL: Final = "admin live_operations producer host analyst"
DESK: Final = "admin live_operations producer analyst"
MAY: Final = {
    ("GET", "/v1/stores"): ALL,
    ("GET", f"{S}/status"): ALL,
    ("GET", f"{S}/history"): DESK,
    ("GET", f"{S}/events"): DESK,
    ("GET", f"{S}/preview.mjpg"): DESK,
    ("POST", f"{S}/failover"): "admin live_operations producer",
    ("POST", f"{S}/hold"): "admin live_operations producer",
    ("POST", f"{S}/drill"): "admin live_operations producer",
    ("GET", f"{S}/drill"): "admin live_operations producer",
    ("POST", f"{S}/session/end"): "admin live_operations producer",
    ("GET", f"{S}/products"): ALL,
    ("GET", f"{S}/products/{{product:path}}/picture"): ALL,
    ("POST", f"{S}/cues"): "admin producer host",
    ("GET", f"{S}/cues"): ALL,
    ("DELETE", f"{S}/pin"): "admin producer host",
    ("POST", f"{S}/pin/done"): "admin producer",
    ("GET", f"{S}/show"): ALL,
    ("POST", f"{S}/show"): "admin producer",
    ("POST", "/v1/hooks/{store}/products"): ALL,
    ("POST", "/v1/hooks/{store}/warnings"): ALL,
    ("GET", "/v1/clock"): ALL,
    ("GET", "/v1/me"): ALL,
    ("GET", "/v1/events"): ALL,
    ("GET", "/v1/sessions"): DESK,
    ("GET", "/v1/sessions/{session}/export"): DESK,
    ("GET", "/v1/sessions/{session}/summary"): DESK,
    ("GET", "/v1/sessions/{session}/history"): DESK,
    ("GET", "/v1/sessions/{session}/events"): DESK,
    ("GET", "/v1/sessions/{session}/status"): DESK,
    ("GET", "/v1/sessions/{session}/still"): DESK,
    ("POST", "/v1/sessions/{session}/keep"): DESK,
    ("DELETE", "/v1/sessions/{session}"): "admin",
    ("POST", "/v1/orders"): DESK,
    ("GET", "/v1/orders/{file}"): DESK,
    ("PUT", "/v1/orders/{file}"): DESK,
    ("DELETE", "/v1/orders/{file}"): DESK,
    ("POST", "/v1/exports"): DESK,
    ("GET", "/v1/exports"): DESK,
    ("GET", "/v1/exports/{job}"): DESK,
    ("DELETE", "/v1/exports/{job}"): DESK,
    ("GET", "/v1/exports/{job}/files/{name}"): DESK,
    ("POST", "/v1/engine/stop"): "admin",
    ("GET", "/metrics"): DESK,
    ("GET", "/v1/engine"): DESK,
    ("GET", f"{S}/check"): DESK,
    ("POST", f"{S}/check"): "admin live_operations producer",
    ("GET", "/v1/users"): "admin",
    ("POST", "/v1/users"): "admin",
    ("POST", "/v1/users/{user}/token"): "admin",
    ("POST", "/v1/users/{user}/role"): "admin",
    ("DELETE", "/v1/users/{user}"): "admin",
    ("GET", "/v1/audit"): DESK,
    ("POST", "/v1/channels/{channel}/test"): "admin",
    ("GET", "/v1/channels"): "admin",
    ("PUT", "/v1/channels/{channel}"): "admin",
    ("DELETE", "/v1/channels/{channel}"): "admin",
    ("POST", f"{S}/pads"): "admin producer",
    ("GET", f"{S}/pads"): "admin producer",
    ("DELETE", f"{S}/pads/{{pad}}"): "admin producer",
    ("GET", "/pad/{store}"): ALL,
    ("GET", "/pad/-/{file}"): ALL,
    ("GET", f"{S}/moderation/queue"): DESK,
    ("POST", f"{S}/moderation/{{item}}/{{action}}"): "admin live_operations producer",
    ("POST", f"{S}/comments"): "admin live_operations producer",
    ("POST", f"{S}/warnings/done"): "admin live_operations producer",
    ("GET", f"{S}/alarms"): DESK,
    ("POST", f"{S}/alarms/{{alarm:path}}"): "admin live_operations producer",
    ("GET", "/v1/alarms"): DESK,
    ("POST", "/v1/alarms/{alarm:path}"): "admin live_operations producer",
    ("GET", "/v1/runbook"): DESK,
    ("PUT", "/v1/runbook/{kind}"): "admin",
}
OPEN: Final = {
    ("POST", "/v1/hooks/{store}/products"), ("POST", "/v1/hooks/{store}/warnings"),
    ("GET", "/pad/{store}"), ("GET", "/pad/-/{file}"),
}  # fmt: skip
PADS: Final = {
    ("GET", "/v1/clock"), ("GET", "/v1/events"), ("GET", "/v1/me"), ("GET", f"{S}/status"),
    ("GET", f"{S}/products"),
    ("GET", f"{S}/products/{{product:path}}/picture"), ("POST", f"{S}/cues"), ("GET", f"{S}/cues"),
    ("DELETE", f"{S}/pin"), ("GET", f"{S}/show"),
}  # fmt: skip
PEOPLE: Final = tuple(
    UserSettings(f"The {role}", role, Secret(f"{role}-token")) for role in ROLES if role != "admin"
)


def _address(path: str, store: str) -> str:
    for part, value in (
        ("{store}", store), ("{product:path}", "a/b"), ("{session}", "none"), ("{pad}", "none"),
        ("{file}", "pad.css"), ("{user}", "none"), ("{item}", "1"),
        ("{alarm:path}", "1/ack"), ("{action}", "x"), ("{channel}", "none"), ("{kind}", "none"),
        ("{job}", "none"), ("{name}", "none"),
    ):  # fmt: skip
        path = path.replace(part, value)
    return path


async def _status(http: httpx.AsyncClient, method: str, path: str, store: str) -> int:
    """With a body that no call takes, so that none of them does anything. Streams by their head."""
    address = _address(path, store)
    if path.endswith(("/events", ".mjpg")):
        return (await http.head(address)).status_code
    body = None if method == "GET" else b'{"not": "known"}'
    return (await http.request(method, address, content=body)).status_code


async def _let_in(running: Running, token: Secret | None, store: str) -> set[tuple[str, str]]:
    """The calls that are not answered with 401 or 403."""
    async with client(running.runtime.url, token) as http:
        return {
            (method, path)
            for method, path, _, _ in CALLS
            if await _status(http, method, path, store) not in (401, 403)
            or ((method, path) in OPEN and "hooks" in path)
        }


def test_each_token_may_make_its_calls_and_no_other(bench: Bench) -> None:
    assert {(method, path) for method, path, _, _ in CALLS} == set(MAY)

    async def story() -> None:
        pads = PadTokens(bench.paths.data / "pads.json", SystemClock())
        _, pad = await pads.admit("glow", "Tablet", "test")
        _, short = await pads.admit("glow", "Phone", "test", hours=1e-9)
        async with pin_service() as service:
            settings = service.settings(web_pad=True)
            stores = (
                replace(store_settings(), pins=settings),
                replace(store_settings("calm", 1936), pins=settings),
            )
            options = bench.options(settings=Settings(stores, users=PEOPLE))
            async with bench.engine(options) as running:
                tokens = [(user.token, user.role) for user in PEOPLE]
                for token, role in (*tokens, (running.runtime.token, "admin")):
                    may = {call for call, roles in MAY.items() if role in roles.split()}
                    assert (role, await _let_in(running, token, "glow")) == (role, may)
                assert await _let_in(running, pad, "glow") == PADS | OPEN
                elsewhere = {("GET", "/v1/clock"), ("GET", "/v1/events"), ("GET", "/v1/me")} | OPEN
                assert await _let_in(running, pad, "calm") == elsewhere
                for nobody_s in (None, short, Secret("unknown")):
                    assert await _let_in(running, nobody_s, "glow") == OPEN
                [listed] = (await running.http.get("/v1/stores/glow/pads")).json()["pads"]
                await running.http.delete(f"/v1/stores/glow/pads/{listed['id']}")
                assert await _let_in(running, pad, "glow") == OPEN

    asyncio.run(story())
