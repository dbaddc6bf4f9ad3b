"""The record: fetched while looked at, figures once a file, orders answered one by one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from dataclasses import asdict, replace
from typing import Any

import httpx
import pytest

from livedesk.core.clock import ManualClock
from livedesk.core.events import Event
from livedesk.core.records import RecordedSession, SessionFigures
from livedesk.core.secrets import Secret
from livedesk.desk.client import EngineClient
from livedesk.desk.model import Moment
from livedesk.desk.record_words import reading_words
from livedesk.desk.records import FIGURES_KEPT, Records

A = RecordedSession("a", "lumen", "/d/a.livedesk", started_utc_ns=1, ended_utc_ns=9, bytes=100)
B = RecordedSession("b", "kira", "/d/b.livedesk", started_utc_ns=2, ended_utc_ns=9, bytes=100)


class FakeRecord:
    """The engine's calls for sessions, over httpx."""

    def __init__(self, *sessions: RecordedSession) -> None:
        self.sessions = {each.id: each for each in sessions}
        self.seen: list[str] = []
        self.bodies: list[dict[str, Any]] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        method, path = request.method, request.url.path.removeprefix("/v1/sessions")
        self.seen.append(f"{method} {path}")
        self.bodies.append(json.loads(request.content) if request.content else {})
        _, session, act = (*path.split("/"), "", "")[:3]
        if not session:
            return httpx.Response(200, json={"sessions": list(map(asdict, self.sessions.values()))})
        if session not in self.sessions:
            return _refusal(404, "unknown_session", "There is no such session.")
        told = self.sessions[session]
        if act == "summary":
            return httpx.Response(
                200, json=asdict(SessionFigures(told.id, told.store, "", 1, 2, ""))
            )
        if method == "DELETE":
            if told.kept:
                return _refusal(409, "kept", "It is kept.")
            del self.sessions[session]
            return httpx.Response(204)
        self.sessions[session] = replace(told, kept=self.bodies[-1].get("why", ""))
        return httpx.Response(200, json=asdict(self.sessions[session]))


def _refusal(status: int, code: str, message: str) -> httpx.Response:
    error = {"code": code, "message": message, "action": "See there."}
    return httpx.Response(status, json={"error": error})


class Play:
    """A desk's record, whose calls are made when the test says so."""

    def __init__(self, *sessions: RecordedSession) -> None:
        self.fake = FakeRecord(*sessions)
        self.clock = ManualClock()
        self.engine = EngineClient("http://e", Secret("t"), httpx.MockTransport(self.fake.answer))
        self.out: list[Coroutine[Any, Any, None]] = []
        self.records = Records(
            lambda: self.engine.records, lambda _name, work: self.out.append(work), self.now
        )

    def now(self) -> Moment:
        return Moment(self.clock.mono_ns(), self.clock.utc_ns())

    def answer(self) -> None:
        async def all_of_them() -> None:
            while self.out:
                await self.out.pop(0)

        asyncio.run(all_of_them())

    def look(self, *sessions: str, after_s: float = 0.0) -> list[str]:
        """What the engine was asked for it."""
        self.clock.advance(after_s)
        before = len(self.fake.seen)
        self.records.look(sessions)
        self.answer()
        return self.fake.seen[before:]


@pytest.fixture
def play() -> Play:
    playing = Play(A, B)
    playing.look()
    return playing


def test_the_list_is_fetched_while_it_is_looked_at_and_no_oftener_than_worth(play: Play) -> None:
    assert play.records.known().sessions == (A, B)
    assert play.look(after_s=1) == []
    assert play.look(after_s=5) == ["GET "]


def test_a_session_that_begins_is_seen_at_once(play: Play) -> None:
    play.records.event(Event(1, 1, 1, "lumen", "c", "session.start", "info", "engine", "It began."))
    assert play.look() == ["GET "]


def test_figures_are_fetched_once_until_the_file_is_another(play: Play) -> None:
    assert play.look("a") == ["GET /a/summary"]
    assert play.records.figures("a").figures is not None
    assert "GET /a/summary" not in play.look("a", after_s=60)
    play.fake.sessions["a"] = replace(A, bytes=200)
    play.look("a", after_s=60)
    assert play.look("a", after_s=1) == ["GET /a/summary"]


def test_a_file_that_cannot_be_read_is_not_asked_about() -> None:
    play = Play(replace(A, problem="No session file."))
    play.look()
    assert play.look("a") == []


def test_figures_that_were_not_told_are_asked_for_again(play: Play) -> None:
    del play.fake.sessions["a"]
    play.look("a")
    assert play.records.figures("a").trouble == "There is no such session. See there."
    assert play.look("a", after_s=1) == []
    play.fake.sessions["a"] = A
    assert "GET /a/summary" in play.look("a", after_s=15)
    assert play.records.figures("a").trouble == ""


def test_only_so_many_figures_are_kept() -> None:
    many = [replace(A, id=f"s{n}") for n in range(FIGURES_KEPT + 10)]
    play = Play(*many)
    play.look()
    for each in many:
        play.look(each.id)
    known = [each.id for each in many if play.records.figures(each.id).figures is not None]
    assert known == [each.id for each in many[-FIGURES_KEPT:]]


def test_several_are_deleted_one_by_one_and_each_refusal_is_told() -> None:
    play = Play(A, replace(B, kept="case 42"))
    play.look()
    play.records.delete(("a", "b", "gone"))
    play.records.delete(("a",))
    assert play.records.orders().waiting == {"a", "b", "gone"}
    play.answer()
    deleted = [call for call in play.fake.seen if call.startswith("DELETE")]
    assert deleted == ["DELETE /a", "DELETE /b", "DELETE /gone"]
    assert play.fake.bodies[1]["confirm"] == "a"
    assert play.records.orders().waiting == frozenset()
    assert play.records.orders().trouble == "b: It is kept. See there."
    play.look()
    assert [each.id for each in play.records.known().sessions or ()] == ["b"]
    play.records.forget_trouble()
    assert play.records.orders().trouble == ""


def test_an_engine_that_cannot_delete_has_deleted_nothing(play: Play) -> None:
    old = httpx.MockTransport(lambda _request: _refusal(404, "not_found", "There is no /v1/x."))
    play.engine = EngineClient("http://e", Secret("t"), old)
    play.records.delete(("a",))
    play.answer()
    assert play.records.orders().trouble == (
        "a: This engine is older than the window, and cannot do that. Update it."
    )


def test_how_long_figures_take_is_told(play: Play) -> None:
    play.records.look(("a",))
    play.clock.advance(7.0)
    assert play.records.figures("a").waited_s == pytest.approx(7.0)
    assert "7 s so far" in reading_words(play.records.figures("a").waited_s)
    play.answer()
    assert play.records.figures("a").waited_s == 0


def test_keep_tells_why_and_release_takes_it_back(play: Play) -> None:
    play.records.keep(("a",), "case 42")
    play.answer()
    assert play.fake.sessions["a"].kept == "case 42"
    play.records.release(("a",))
    play.answer()
    assert play.fake.sessions["a"].kept == ""


def test_another_engine_has_another_record(play: Play) -> None:
    play.look("a")
    play.records.attached()
    assert play.records.known().sessions is None
    assert play.records.figures("a").figures is None


def test_a_list_that_cannot_be_had_says_why_and_keeps_what_was_told(play: Play) -> None:
    away = httpx.MockTransport(lambda _request: _refusal(503, "no", "The disk is away."))
    play.engine = EngineClient("http://e", Secret("t"), away)
    play.look(after_s=6)
    assert play.records.known().trouble == "The disk is away. See there."
    assert play.records.known().sessions == (A, B)
    assert play.records.known().age_s == pytest.approx(6)
