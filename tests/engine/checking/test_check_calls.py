"""The check over real HTTP: told, refused, signed, and in the record of the session."""

from __future__ import annotations

import asyncio
from typing import Any

from livedesk.journal.reader import SessionReader
from livedesk.journal.sessions import list_sessions
from tests.engine.conftest import ANALYST_TOKEN, GONE, GOOD, HOST_TOKEN, Bench, Running, client
from tests.waiting import until

PATH = "/v1/stores/glow/check"


async def _check(running: Running) -> dict[str, Any]:
    return dict((await running.http.get(PATH)).raise_for_status().json())


async def _stands_first(running: Running, title: str) -> bool:
    """Until the relay has told of it, a line is not known, and those that are no come before."""
    return bool((await _check(running))["against"][0] == title)


async def _is(running: Running, state: str) -> bool:
    return bool((await running.status())["state"] == state)


def test_a_check_that_was_signed_before_the_session_is_in_its_record(bench: Bench) -> None:
    async def story() -> None:
        bench.say(GONE)
        async with bench.engine() as running:
            await until(lambda: _stands_first(running, "Encoder"))
            report = await _check(running)
            assert report["verdict"] == "no_go"
            assert report["sign"] is None

            refused = await running.http.post(PATH, json={"verdict": "go"})
            assert refused.status_code == 409
            error = refused.json()["error"]
            assert error["code"] == "not_go"
            assert "Encoder" in error["against"]

            lines = [i["id"] for i in report["items"] if i["state"] in ("no_go", "unknown")]
            body = {"verdict": "go", "waive": lines, "by": "ana", "text": "Dress\nrehearsal."}
            signed = await running.http.post(PATH, json=body)
            assert signed.status_code == 200
            assert signed.json()["sign"]["by"] == "ana"
            assert signed.json()["sign"]["text"] == "Dress rehearsal."

            bench.say(GOOD)
            await until(lambda: _is(running, "live"))
        [entry] = list_sessions(bench.paths.data, "glow")
        with SessionReader.open(entry.path) as reader:
            told = [timed.event for timed in reader.events() if "check." in timed.event.kind]
        assert [event.kind for event in told] == ["check.signed", "check.standing"]
        assert {event.actor for event in told} == {"ana"}
        assert {event.session for event in told} == {entry.info.session if entry.info else ""}
        async with bench.engine() as later:
            assert (await _check(later))["sign"] is None, "it ended with its session"

    asyncio.run(story())


def test_who_may_look_and_who_may_sign(bench: Bench) -> None:
    async def story() -> None:
        bench.say(GONE)
        async with bench.engine() as running:
            url, no = running.runtime.url, {"verdict": "no_go"}
            async with client(url, HOST_TOKEN) as host, client(url, ANALYST_TOKEN) as analyst:
                assert (await host.get(PATH)).status_code == 403
                assert (await analyst.get(PATH)).status_code == 200
                assert (await analyst.post(PATH, json=no)).status_code == 403
            for body in ({}, {"verdict": "maybe"}, no | {"waive": ["weather"]}, no | {"x": 1}):
                assert (await running.http.post(PATH, json=body)).status_code == 422
            assert (await running.http.post(PATH, json=no)).status_code == 200

    asyncio.run(story())
