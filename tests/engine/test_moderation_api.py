"""The calls of moderation as others may send them: again, malformed, without the right, late."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, cast

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import StreamingResponse

from livedesk.core.moderation import QueueChange
from livedesk.engine.api.app import build_app
from livedesk.engine.api.auth import Keyring
from livedesk.engine.api.events import stream_events
from livedesk.engine.api.pad_calls import PadDoor
from livedesk.engine.api.queue_pace import PAUSE_NS, QueuePace
from livedesk.engine.api.roles import Role
from tests.engine.moderation_double import OneEngine, an_item, no_people, no_records

S = "/v1/stores/glow"
M = f"{S}/moderation"


def asked(
    story: Callable[[httpx.AsyncClient, OneEngine], Coroutine[Any, Any, None]],
    role: Role | None = "live_operations",
) -> OneEngine:
    engine = OneEngine()

    async def play() -> None:
        async with engine.called_by(role) as http:
            await story(http, engine)

    asyncio.run(play())
    return engine


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_the_queue_is_told_to_all_but_hosts_and_changed_by_operations_only() -> None:
    async def read(http: httpx.AsyncClient, engine: OneEngine) -> None:
        page = (await http.get(f"{M}/queue", params={"state": "waiting", "limit": 7})).json()
        assert [it["id"] for it in page["items"]] == ["i1"]
        assert (page["revision"], page["faq"][0]["id"]) == (3, "shipping")
        assert engine.moderated.calls == [("queue", "waiting", "", 7)]
        assert code_of(await http.post(f"{M}/i1/hide")) == (403, "role")
        assert code_of(await http.post(f"{S}/comments", content=b"{}")) == (403, "role")

    async def refused(http: httpx.AsyncClient, _engine: OneEngine) -> None:
        assert (await http.get(f"{S}/status")).json()["moderation"] == {"terms": ["cures"]}
        assert code_of(await http.get(f"{M}/queue")) == (403, "role")
        assert code_of(await http.get("/v1/events?queue=1")) == (403, "role")

    asked(read, "analyst")
    asked(refused, "host")


def test_a_decision_says_who_and_the_same_key_again_is_one() -> None:
    async def story(http: httpx.AsyncClient, engine: OneEngine) -> None:
        body = {"by": "mei@desk-3", "key": "k1"}
        first = (await http.post(f"{M}/i1/hide", json=body)).json()
        again = (await http.post(f"{M}/i1/hide", json=body)).json()
        assert first == again
        assert (first["state"], first["decisions"][0]["by"]) == ("hidden", "mei@desk-3")
        shown = (await http.post(f"{M}/i1/approve")).json()
        assert [d["by"] for d in shown["decisions"]] == ["mei@desk-3", "live_operations"]
        assert shown["decisions"][1]["key"]
        undone = (await http.post(f"{M}/i1/undo", json={"by": "kim"})).json()
        assert undone["state"] == "hidden"

    asked(story)


def test_who_has_not_seen_the_newest_decision_does_not_overrule_it() -> None:
    async def story(http: httpx.AsyncClient, engine: OneEngine) -> None:
        await http.post(f"{M}/i1/hide", json={"by": "mei", "seen": 0})
        late = await http.post(f"{M}/i1/approve", json={"by": "kim", "seen": 0})
        assert code_of(late) == (409, "already")
        assert late.json()["error"]["item"]["state"] == "hidden"
        body = {"faq": "shipping", "by": "kim", "again": True, "seen": 0}
        assert code_of(await http.post(f"{M}/i1/reply", json=body)) == (409, "already")
        looked = await http.post(f"{M}/i1/approve", json={"by": "kim", "seen": 1})
        assert looked.json()["state"] == "approved"
        wrong = await http.post(f"{M}/i1/hide", json={"seen": -1})
        assert code_of(wrong) == (422, "wrong_value")

    asked(story)


def test_what_is_refused_holds_the_item_as_it_is() -> None:
    async def story(http: httpx.AsyncClient, engine: OneEngine) -> None:
        engine.moderated.held("i1", "kim")
        answer = await http.post(f"{M}/i1/hide", json={"by": "mei"})
        assert code_of(answer) == (409, "claimed")
        error = answer.json()["error"]
        assert error["message"] == "kim is at it."
        assert error["item"]["claim"]["by"] == "kim"
        assert code_of(await http.post(f"{M}/i1/claim", json={"by": "mei"})) == (409, "claimed")
        assert (await http.post(f"{M}/i1/release", json={"by": "kim"})).json()["claim"] is None
        assert (await http.post(f"{M}/i1/claim", json={"by": "mei"})).json()["claim"]["by"] == "mei"
        assert code_of(await http.post(f"{M}/none/hide")) == (404, "unknown_item")

    asked(story)


def test_an_answer_that_was_just_posted_is_posted_again_only_if_asked() -> None:
    async def story(http: httpx.AsyncClient, engine: OneEngine) -> None:
        body: dict[str, Any] = {"faq": "shipping", "by": "mei", "key": "k"}
        assert code_of(await http.post(f"{M}/i1/reply", json=body)) == (409, "duplicate_reply")
        answer = await http.post(f"{M}/i1/reply", json=body | {"again": True})
        assert answer.json()["effects"][0]["text"] == "Shipping takes 3 days."
        body = {"effect": "hide:1:1", "done": True, "by": "mei"}
        assert code_of(await http.post(f"{M}/i1/done", json=body)) == (404, "unknown_effect")
        assert engine.moderated.calls[-1] == ("done", "hide:1:1", True, "mei", "")
        body |= {"done": False, "text": " No such button. "}
        assert code_of(await http.post(f"{M}/i1/done", json=body)) == (404, "unknown_effect")
        assert engine.moderated.calls[-1] == ("done", "hide:1:1", False, "mei", "No such button.")

    asked(story)


@pytest.mark.parametrize(
    ("act", "body"),
    [
        ("hide", {"by": ""}),
        ("hide", {"by": "x" * 61}),
        ("hide", {"who": "mei"}),
        ("hide", {"key": "x" * 101}),
        ("hide", ["mei"]),
        ("reply", {"by": "mei"}),
        ("reply", {"faq": "shipping", "again": "yes"}),
        ("done", {"effect": "hide:1:1"}),
        ("done", {"effect": "hide:1:1", "done": False, "text": "x" * 201}),
        ("claim", {"key": "k"}),
    ],
)
def test_a_body_that_does_not_fit_is_refused_and_nothing_is_done(act: str, body: Any) -> None:
    async def story(http: httpx.AsyncClient, _engine: OneEngine) -> None:
        assert code_of(await http.post(f"{M}/i1/{act}", json=body)) == (422, "wrong_value")

    assert asked(story).moderated.items["i1"] == an_item()


def test_wrong_addresses_and_parameters_are_told_apart() -> None:
    async def story(http: httpx.AsyncClient, _engine: OneEngine) -> None:
        assert code_of(await http.get(f"{M}/queue?state=old")) == (422, "wrong_value")
        assert code_of(await http.get(f"{M}/queue?limit=5001")) == (422, "wrong_value")
        assert code_of(await http.post(f"{M}/i1/shout")) == (404, "not_found")
        elsewhere = "/v1/stores/calm/moderation"
        assert code_of(await http.get(f"{elsewhere}/queue")) == (404, "no_moderation")
        assert code_of(await http.post("/v1/stores/no/comments")) == (404, "unknown_store")

    asked(story)


def test_comments_come_as_lines_up_to_the_bodys_limit() -> None:
    async def story(http: httpx.AsyncClient, _engine: OneEngine) -> None:
        lines = b'{"id": "1", "text": "hi"}\nnonsense\n{"id": "2", "text": "ho"}\n'
        answer = await http.post(f"{S}/comments", content=lines)
        assert answer.json() == {"taken": 2, "unusable": 1}
        too_long = await http.post(f"{S}/comments", content=b"x" * 65_537)
        assert code_of(too_long) == (413, "too_large")

    asked(story)


def test_who_saw_to_a_warning_says_so_under_a_name() -> None:
    async def story(http: httpx.AsyncClient, engine: OneEngine) -> None:
        done = await http.post(f"{S}/warnings/done", json={"warning": "w1", "by": "Ana"})
        assert (done.status_code, done.json()["terms"]) == (200, ["cures"])
        assert engine.moderated.calls == [("warning done", "w1", "Ana")]
        gone = await http.post(f"{S}/warnings/done", json={"warning": "w2"})
        assert code_of(gone) == (404, "unknown_warning")

    asked(story, "producer")


def test_who_sends_a_warning_needs_a_signature_and_no_token_and_learns_of_no_store() -> None:
    async def story(http: httpx.AsyncClient, engine: OneEngine) -> None:
        answers = [
            await http.post(f"/v1/hooks/{store}/warnings", content=b"{}")
            for store in ("glow", "calm", "none")
        ]
        assert {answer.status_code for answer in answers} == {401}
        assert len({answer.content for answer in answers}) == 1
        assert engine.moderated.hooks == [b"{}"]

    asked(story, None)


def test_prometheus_sees_what_waits_and_how_long_hiding_takes() -> None:
    async def story(http: httpx.AsyncClient, _engine: OneEngine) -> None:
        text = (await http.get("/metrics")).text
        assert 'livedesk_moderation_waiting{store="glow"} 2.0' in text
        assert 'livedesk_moderation_hidden_total{store="glow"} 4.0' in text
        assert 'livedesk_moderation_hide_seconds{quantile="0.99",store="glow"} 0.85' in text
        assert 'store="calm"' not in "".join(
            line for line in text.splitlines() if line.startswith("livedesk_moderation")
        )

    asked(story, "analyst")


def test_changes_are_streamed_to_who_wants_them_and_join_while_nobody_reads() -> None:
    async def told(query: bytes) -> list[bytes]:
        engine = OneEngine()
        app = build_app(
            engine, Keyring({}), frozenset(), cast(PadDoor, None), no_people(), no_records()
        )
        scope = {"type": "http", "method": "GET", "path": "/v1/events", "query_string": query,
                 "headers": [], "app": app, "role": "analyst", "store": None}  # fmt: skip
        answer = await stream_events(Request(scope))
        assert isinstance(answer, StreamingResponse)
        stream = cast(AsyncIterator[bytes], answer.body_iterator)
        pieces = [await anext(stream) for _ in range(4)]
        kinds = [piece.split()[1] for piece in pieces]
        assert kinds == [b"500", b"engine", b"status", b"status"]
        for revision in range(1, 5):
            change = QueueChange("glow", revision - 1, revision, (an_item(str(revision)),))
            engine.bus.publish_queue(change)
        engine.bus.close()
        return [piece async for piece in stream]

    [piece] = asyncio.run(told(b"queue=1"))
    assert piece.startswith(b"event: queue\ndata: {")
    change = json.loads(piece.split(b"data: ")[1])
    assert (change["since"], change["revision"], len(change["items"])) == (0, 4, 4)
    assert asyncio.run(told(b"")) == []


def test_a_burst_of_changes_is_told_twenty_times_a_second_and_nothing_is_left_out() -> None:
    pace, told, now_ns = QueuePace(), [], 0
    for revision in range(1, 201):
        now_ns += PAUSE_NS // 10
        change = QueueChange("glow", revision - 1, revision, (an_item(str(revision)),))
        paced = pace.take(change, now_ns)
        told += [*pace.due(now_ns), *([] if paced is None else [paced])]
    wait_s = pace.wait_s(now_ns)
    assert wait_s is not None
    assert 0 < wait_s <= 0.05
    told += pace.due(now_ns + PAUSE_NS)
    assert pace.wait_s(now_ns) is None
    assert len(told) == 21
    assert [change.since for change in told] == [0, *(change.revision for change in told[:-1])]
    assert sum(len(change.items) for change in told) == 200
    other = QueueChange("calm", 0, 1)
    assert pace.take(other, now_ns + PAUSE_NS) is other, "stores do not wait for each other"
