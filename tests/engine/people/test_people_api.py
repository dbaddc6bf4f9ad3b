"""People over the API: let in, named in what they do, and shown the door at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from livedesk.core.clock import SystemClock
from livedesk.core.roles import Role
from livedesk.core.secrets import Secret
from livedesk.core.settings import Settings, UserSettings
from livedesk.engine.api.app import build_app
from livedesk.engine.api.auth import Keyring
from livedesk.engine.api.pad_calls import PadDoor
from livedesk.engine.people.door import PeopleDoor, open_people
from livedesk.paths import Paths
from tests.engine.conftest import Bench, client, store_settings
from tests.engine.moderation_double import OneEngine, no_records

M = "/v1/stores/glow/moderation"
KIM = UserSettings("Kim", "admin", Secret("k" * 43))


@asynccontextmanager
async def people_in(folder: Path) -> AsyncIterator[PeopleDoor]:
    async with open_people(Paths(folder, folder), SystemClock(), (KIM,), lambda *_: None) as people:
        yield people


def caller(people: PeopleDoor, token: str, engine: OneEngine | None = None) -> httpx.AsyncClient:
    """Of the API of an engine that moderates one store; the machine's own token is `machine`."""
    keyring = Keyring({Secret("machine"): "admin"}, None, people.users)
    door = cast(PadDoor, None)
    app = build_app(engine or OneEngine(), keyring, frozenset(), door, people, no_records())
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers)


def test_a_person_acts_under_the_own_name_and_only_the_machine_says_by_whom(
    tmp_path: Path,
) -> None:
    async def story() -> None:
        async with people_in(tmp_path) as people:
            _, token = await people.users.add("Ana", "live_operations", "Kim")
            engine = OneEngine()
            async with (
                caller(people, token.reveal(), engine) as ana,
                caller(people, "machine", engine) as machine,
            ):
                body = {"by": "Kim"}
                hidden = (await ana.post(f"{M}/i1/hide", json=body)).json()
                assert [d["by"] for d in hidden["decisions"]] == ["Ana"]
                shown = (await machine.post(f"{M}/i1/approve", json={"by": "mei@desk-3"})).json()
                assert [d["by"] for d in shown["decisions"]] == ["Ana", "mei@desk-3"]
                assert (await ana.post("/v1/users", json={"name": "X", "role": "admin"})).is_error
                await ana.post(f"{M}/i1/claim", json={})
                for _ in range(2):
                    answer = await ana.get("/v1/audit?after=1")
                told = answer.json()
        assert told["intact"]
        assert told["head"] == told["entries"][-1]["digest"]
        rows = [(e["actor"], e["role"], e["act"], e["outcome"]) for e in told["entries"]]
        assert rows == [
            ("Ana", "live_operations", f"POST {M}/i1/hide", 200),
            ("mei@desk-3", "admin", f"POST {M}/i1/approve", 200),
            ("Ana", "live_operations", "POST /v1/users", 403),
        ]
        assert [e["data"].get("token") for e in told["entries"]] == ["user", "machine", "user"]
        assert told["entries"][0]["store"] == "glow"

    asyncio.run(story())


def test_people_are_added_changed_and_revoked_and_no_token_is_told_twice(tmp_path: Path) -> None:
    async def story() -> None:
        async with people_in(tmp_path) as people, caller(people, "k" * 43) as kim:
            assert (await kim.get("/v1/me")).json() == {
                "name": "Kim", "role": "admin", "store": None, "named": True,
                "rights": [
                    "see", "operate", "moderate", "pin", "direct", "records", "administer",
                ],
            }  # fmt: skip
            added = await kim.post("/v1/users", json={"name": "Ana Lim", "role": "host"})
            assert (added.status_code, added.json()["user"]["created_by"]) == (201, "Kim")
            first = added.json()["token"]
            renewed = (await kim.post("/v1/users/Ana%20Lim/token")).json()["token"]
            raised = await kim.post("/v1/users/ana lim/role", json={"role": "producer"})
            assert raised.json()["role"] == "producer"
            listed = await kim.get("/v1/users")
            assert [u["name"] for u in listed.json()["users"]] == ["Ana Lim", "Kim"]
            async with caller(people, first) as old, caller(people, renewed) as ana:
                assert (await old.get("/v1/me")).status_code == 401
                assert (await ana.get("/v1/me")).json()["role"] == "producer"
                assert (await kim.delete("/v1/users/Ana Lim")).status_code == 204
                assert (await ana.get("/v1/me")).status_code == 401
            trail = await kim.get("/v1/audit")
            for secret in (first, renewed, "k" * 43):
                assert secret not in listed.text + trail.text
            told.extend((first, renewed, "k" * 43))

    told: list[str] = []
    asyncio.run(story())
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert not any(secret.encode() in stored for secret in told)


def test_what_cannot_be_done_with_people_says_why(tmp_path: Path) -> None:
    async def story() -> None:
        async with people_in(tmp_path) as people, caller(people, "machine") as http:

            async def code(method: str, path: str, **body: Any) -> tuple[int, str]:
                answer = await http.request(method, path, content=json.dumps(body))
                return answer.status_code, answer.json()["error"]["code"]

            for wrong in (
                {"name": "admin", "role": "host"}, {"name": "Ana"},
                {"name": "Ana", "role": "boss"}, {"name": "a/b", "role": "host"},
            ):  # fmt: skip
                assert await code("POST", "/v1/users", **wrong) == (422, "wrong_value"), wrong
            assert await code("POST", "/v1/users", name="KIM", role="host") == (409, "name_taken")
            assert await code("DELETE", "/v1/users/Kim") == (409, "in_settings")
            assert await code("POST", "/v1/users/Nobody/token") == (404, "unknown_user")
            assert (await http.get("/v1/me")).json()["named"] is False

    asyncio.run(story())


def test_a_revoked_person_hears_nothing_more_although_the_stream_was_open(bench: Bench) -> None:
    async def story() -> None:
        roles: tuple[Role, ...] = ("producer", "live_operations")
        options = bench.options(settings=Settings((store_settings(),), users=(KIM,)))
        async with bench.engine(options) as running:
            for role in roles:
                added = await running.http.post("/v1/users", json={"name": "Ana", "role": role})
                token = Secret(added.json()["token"])
                async with client(running.runtime.url, token) as ana:
                    async with ana.stream("GET", "/v1/events?queue=1") as stream:
                        lines = stream.aiter_lines()
                        await anext(lines)
                        gone = await running.http.delete("/v1/users/Ana")
                        assert gone.status_code == 204
                        async with asyncio.timeout(5):
                            async for _ in lines:
                                pass
                    assert (await ana.get("/v1/stores")).status_code == 401
            async with client(running.runtime.url, KIM.token) as kim:
                status = (await kim.get("/v1/engine")).json()
                assert status["users"] == 1
                acts = [e["act"] for e in (await kim.get("/v1/audit")).json()["entries"]]
                assert acts == ["engine.started", *["POST /v1/users", "DELETE /v1/users/Ana"] * 2]

    asyncio.run(story())


def test_a_token_that_was_pasted_into_the_wrong_field_is_in_no_record(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """An analyst reads the trail: an admin's token in it would make an admin of them."""
    told = "k" * 43

    async def story() -> None:
        async with people_in(tmp_path) as people, caller(people, told) as kim:
            answers = [
                await kim.post("/v1/users", json={"name": told, "role": "host"}),
                await kim.post(f"/v1/users/{told}/token"),
                await kim.request("DELETE", f"/v1/users/{told}", json={"by": told}),
                await kim.post(f"/v1/stores/{told}/hold", json={"on": True}),
                await kim.post(f"{M}/i1/reply", json={"faq": told}),
                await kim.post("/v1/stores/glow/failover", json={"to": "x", "reason": told}),
            ]
            assert all(answer.is_error for answer in answers)
            trail = await kim.get("/v1/audit?after=1")
            assert len(trail.json()["entries"]) == len(answers)
            assert told not in trail.text

    asyncio.run(story())
    assert told not in caplog.text
    assert told.encode() not in b"".join(file.read_bytes() for file in tmp_path.iterdir())
