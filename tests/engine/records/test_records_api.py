"""Sessions on record over real HTTP, with the engine's real workers."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from livedesk.core.clock import NS_PER_S
from livedesk.core.records import ExportJob, RecordedSession, SessionFigures
from tests.engine.conftest import ANALYST_TOKEN, GOOD, Bench, Running, client
from tests.engine.records.bench import session_file
from tests.journal.kit import START_UTC_NS
from tests.waiting import until

Story = Callable[[Running], Awaitable[None]]
START_S = START_UTC_NS / NS_PER_S


def _within(bench: Bench, story: Story) -> None:
    async def run() -> None:
        async with bench.engine() as running:
            await story(running)

    asyncio.run(run())


def _code(answer: httpx.Response) -> tuple[int, str]:
    error = answer.json()["error"]
    assert error["message"]
    assert error["action"]
    return answer.status_code, error["code"]


async def _ended(http: httpx.AsyncClient, job: dict[str, Any]) -> dict[str, Any]:
    async def over() -> dict[str, Any] | None:
        told: dict[str, Any] = (await http.get(f"/v1/exports/{job['id']}")).json()
        return None if told["state"] in ("queued", "running") else told

    ended: dict[str, Any] = await until(over)
    return ended


def test_an_export_is_asked_for_followed_and_fetched(bench: Bench) -> None:
    first = session_file(bench.paths.data)
    session_file(bench.paths.data, "calm", "s2")
    broken = session_file(bench.paths.data, "glow", "s3", later_s=60)
    broken.write_bytes(b"no session")

    async def story(running: Running) -> None:
        async with client(running.runtime.url, ANALYST_TOKEN) as http:
            wish = {"sessions": ["s1", "s2"], "formats": ["csv", "jsonl"], "by": "Kim"}
            asked = await http.post("/v1/exports", json=wish)
            assert asked.status_code == 202
            job = await _ended(http, asked.json())
            assert (job["state"], job["done"], job["problem"]) == ("done", 1.0, None)
            assert job["by"] == "Kim"
            names = {file["name"]: file["bytes"] for file in job["files"]}
            assert {f"{store}-{first.stem}-csv.zip" for store in ("glow", "calm")} < set(names)
            for name, size in names.items():
                answer = await http.get(f"/v1/exports/{job['id']}/files/{name}")
                assert len(answer.content) == size
                assert answer.headers["content-disposition"].startswith("attachment")
            table = await http.get(f"/v1/exports/{job['id']}/files/glow-{first.stem}-csv.zip")
            assert "README.txt" in zipfile.ZipFile(io.BytesIO(table.content)).namelist()
            for odd in ("other", "..%2F..%2Fpads.json"):
                assert (await http.get(f"/v1/exports/{job['id']}/files/{odd}")).status_code == 404
            listed = (await http.get("/v1/exports")).json()["exports"]
            assert [each["id"] for each in listed] == [job["id"]]
            assert set(listed[0]) == set(ExportJob.__dataclass_fields__)
            metrics = (await http.get("/metrics")).text
            assert 'livedesk_exports_total{outcome="done"} 1.0' in metrics
            assert (await http.delete(f"/v1/exports/{job['id']}")).status_code == 204
            gone = await http.get(f"/v1/exports/{job['id']}")
            assert _code(gone) == (404, "unknown_export")
            assert not list((bench.paths.data / "exports").iterdir())

    _within(bench, story)


def test_what_cannot_be_exported_is_refused_in_words(bench: Bench) -> None:
    session_file(bench.paths.data)
    broken = session_file(bench.paths.data, "glow", "s3", later_s=60)
    broken.write_bytes(b"no session")

    async def story(running: Running) -> None:
        one = {"sessions": ["s1"]}
        stretch = {"from": START_S + 1, "to": START_S + 5, "reason": "strike"}
        for body, expected in (
            ({"sessions": ["other"], "formats": ["html"]}, (404, "unknown_session")),
            ({"sessions": [f"glow-{broken.stem}"], "formats": ["html"]}, (409, "unreadable")),
            ({"sessions": [], "formats": ["html"]}, (422, "wrong_value")),
            (one, (422, "wrong_value")),
            (one | {"formats": ["doc"]}, (422, "wrong_value")),
            (one | {"formats": ["html"], "edition": "secret"}, (422, "wrong_value")),
            (one | {"evidence": stretch | {"to": START_S - 5}}, (422, "wrong_value")),
            (
                one | {"evidence": stretch | {"from": START_S + 500, "to": START_S + 900}},
                (422, "wrong_value"),
            ),
            (one | {"evidence": stretch | {"reason": ""}}, (422, "wrong_value")),
            (one | {"formats": ["edl"], "start_timecode": "1:00"}, (422, "wrong_value")),
            (one | {"formats": ["edl"], "start_timecode": "24:00:00:00"}, (422, "wrong_value")),
        ):
            assert _code(await running.http.post("/v1/exports", json=body)) == expected, body
        assert (await running.http.get("/v1/exports")).json() == {"exports": []}

    _within(bench, story)


def test_a_session_says_what_it_amounts_to_and_what_happened(bench: Bench) -> None:
    session_file(bench.paths.data)

    async def story(running: Running) -> None:
        http, one = running.http, "/v1/sessions/s1"
        told = (await http.get(f"{one}/summary")).raise_for_status().json()
        assert set(told) == set(SessionFigures.__dataclass_fields__)
        assert (told["session"], told["store"], told["length_ms"]) == ("s1", "glow", 10_000)
        assert {"on_air_s"} <= {figure["key"] for figure in told["figures"]}
        history = (await http.get(f"{one}/history")).raise_for_status().json()
        feed = next(s for s in history["series"] if s["figure"] == "feed_kbps")
        assert [mean for mean in feed["mean"] if mean is not None] == [4000.0] * 10
        assert feed["t"][0] == START_S
        part: dict[str, float] = {"from": START_S + 2, "to": START_S + 5, "points": 3}
        few = (await http.get(f"{one}/history", params=part)).json()
        assert all(START_S + 2 <= t < START_S + 5 for s in few["series"] for t in s["t"])
        events = (await http.get(f"{one}/events")).raise_for_status().json()["events"]
        assert [e["kind"] for e in events] == ["feed.connected", "operator.note", "session.end"]
        some: dict[str, str | float] = {"kinds": "operator,session", "to": START_S + 9}
        noted = (await http.get(f"{one}/events", params=some)).json()["events"]
        assert [(e["kind"], e["actor"]) for e in noted] == [("operator.note", "Kim")]
        newest = (await http.get(f"{one}/events", params={"limit": 1})).json()["events"]
        assert [e["kind"] for e in newest] == ["session.end"]
        for what in ("events", "history"):
            assert (await http.get(f"{one}/{what}?from=0&to=9e9")).status_code == 200
        backwards = await http.get(f"{one}/history?from=9&to=1")
        assert _code(backwards) == (422, "wrong_value")
        for what in ("summary", "history", "events"):
            missing = await http.get(f"/v1/sessions/other/{what}")
            assert _code(missing) == (404, "unknown_session")

    _within(bench, story)


def test_a_session_is_kept_until_it_need_not_be_and_then_deleted(bench: Bench) -> None:
    path = session_file(bench.paths.data)

    async def story(running: Running) -> None:
        http, one = running.http, "/v1/sessions/s1"
        no_reason = await http.post(f"{one}/keep", json={"on": True})
        assert _code(no_reason) == (422, "wrong_value")
        wish = {"on": True, "why": "dispute 17", "by": "Kim"}
        kept = (await http.post(f"{one}/keep", json=wish)).raise_for_status().json()
        assert set(kept) == set(RecordedSession.__dataclass_fields__)
        assert kept["kept"] == "dispute 17"
        confirmed = {"confirm": "s1", "by": "Kim"}
        refused = await http.request("DELETE", one, json=confirmed)
        assert _code(refused) == (409, "kept")
        freed = (await http.post(f"{one}/keep", json={"on": False})).raise_for_status().json()
        assert freed["kept"] == ""
        unsure = await http.request("DELETE", one, json={"confirm": "s2"})
        assert _code(unsure) == (422, "wrong_value")
        assert path.exists()
        assert (await http.request("DELETE", one, json=confirmed)).status_code == 204
        assert not path.exists()
        assert (await http.get("/v1/sessions")).json() == {"sessions": []}
        trail = (await http.get("/v1/audit")).json()["entries"]
        [lost] = [entry for entry in trail if entry["act"] == "session.deleted"]
        assert (lost["actor"], lost["store"], lost["data"]["session"]) == ("Kim", "glow", "s1")
        assert int(lost["data"]["bytes"]) > 0
        assert (len(lost["data"]["head"]), lost["data"]["events"]) == (64, "3")

    _within(bench, story)


def test_a_session_that_is_open_can_be_exported_and_not_deleted(bench: Bench) -> None:
    async def story(running: Running) -> None:
        http = running.http

        async def open_one() -> str | None:
            listed = (await http.get("/v1/sessions")).json()["sessions"]
            return next((s["id"] for s in listed if s["open"]), None)

        session = await until(open_one)
        refused = await http.request("DELETE", f"/v1/sessions/{session}", json={"confirm": session})
        assert _code(refused) == (409, "open")
        made = await http.get(f"/v1/sessions/{session}/export", params={"format": "jsonl"})
        assert made.status_code == 200
        assert made.content.startswith(b"{")

        async def forgotten() -> bool:
            return not (await http.get("/v1/exports")).json()["exports"]

        await until(forgotten)

    bench.say(GOOD)
    _within(bench, story)
