"""Whose act is an order of the console? Each call that changes something takes a name."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from livedesk.engine.api.app import CALLS
from livedesk.engine.people.identity import Caller
from tests.engine.conftest import Bench
from tests.engine.pinning.service import pin_service
from tests.engine.pinning.test_pins_api import show

NOT_OF_PEOPLE = ("/v1/hooks/", "/comments")
"""What platforms and programs bring."""

OF_A_QUEUE = ("/moderation/", "/warnings/")
"""This store has none; their names are held in test_people_api.py."""


def _orders() -> list[tuple[str, str]]:
    return [
        (method, path)
        for method, path, _, _ in CALLS
        if method != "GET" and not any(part in path for part in (*NOT_OF_PEOPLE, *OF_A_QUEUE))
    ]


def test_every_order_may_say_by_whom_it_is_and_no_name_is_a_number(bench: Bench) -> None:
    async def story() -> None:
        async with pin_service() as service, show(bench, service.settings(web_pad=True)) as running:
            for method, path in _orders():
                address = path.replace("{store}", "glow").replace("{alarm:path}", "x/ack")
                answer = await running.http.request(method, address, content=b'{"by": 7}')
                assert (method, path, answer.status_code) == (method, path, 422)
                error = answer.json()["error"]
                assert not error["message"].endswith(("another member.", "`by`")), error

    asyncio.run(story())


def test_the_record_names_who_sat_at_the_machine(bench: Bench) -> None:
    async def story() -> None:
        async with pin_service() as service, show(bench, service.settings(web_pad=True)) as running:

            async def give(method: str, path: str, **body: Any) -> None:
                said = json.dumps({"by": "mei@desk-3", **body})
                answer = await running.http.request(method, f"/v1/stores/glow/{path}", content=said)
                assert answer.is_success, answer.text

            await give("POST", "cues", product_id="a")
            await give("POST", "show", op="reset")
            await give("POST", "pads", name="Tablet")
            await give("POST", "session/end")
            entries = (await running.http.get("/v1/audit?after=1")).json()["entries"]
            assert {entry["actor"] for entry in entries} == {"mei@desk-3"}
            assert len(entries) == 4
            await running.engine.bus.drain()
            events, subscription = await running.engine.bus.subscribe(after=0)
            running.engine.bus.unsubscribe(subscription)
            told = {event.kind: event.actor for event in events if event.actor}
            assert told["pin.cued"] == told["pad.admitted"] == "mei@desk-3"
            assert "admin" not in told.values()

    asyncio.run(story())


@pytest.mark.parametrize(
    ("by", "name"),
    [
        ("Mei Tan", "Mei Tan"),
        ("  ", "admin"),
        ("mei\n2026-01-01 ERROR all is lost", "mei 2026-01-01 ERROR all is lost"),
        ("\x1b[2J\u202ekim", "[2J kim"),
    ],
)
def test_a_name_that_is_told_is_one_harmless_line(by: str, name: str) -> None:
    assert Caller("admin", "admin").name_for(by) == name
    assert Caller("producer", "Ana", token="user").name_for(by) == "Ana"
