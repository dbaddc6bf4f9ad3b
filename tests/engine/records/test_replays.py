"""Does a session on record say over the API how it stood, and is its file let go of again?"""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from livedesk.core.clock import NS_PER_S
from livedesk.core.status import StoreStatus
from livedesk.engine.records import replays
from livedesk.engine.records.library import Found, Library
from livedesk.engine.records.replays import Replays
from livedesk.journal.replay.replay import Replay
from livedesk.journal.writer import JournalWriter
from tests.engine.conftest import Bench
from tests.engine.records.bench import session_file
from tests.journal.kit import START_MONO_NS, START_UTC_NS, at, event
from tests.waiting import until

START_S = START_UTC_NS / NS_PER_S
JPEG = b"\xff\xd8 a picture"


def _with_still(path: Path) -> None:
    async def add() -> None:
        writer = await JournalWriter.resume(path, at(10))
        writer.still("pin", JPEG, START_MONO_NS + 6 * NS_PER_S, START_UTC_NS + 6 * NS_PER_S)
        await writer.close()

    asyncio.run(add())


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_status_and_picture_are_those_of_the_instant(bench: Bench) -> None:
    _with_still(session_file(bench.paths.data))
    session_file(bench.paths.data, session="s2", later_s=3_600)

    async def story() -> None:
        async with bench.engine() as running:
            http, one = running.http, "/v1/sessions/s1"
            told = (await http.get(f"{one}/status", params={"at": START_S + 4})).raise_for_status()
            status = told.json()
            assert set(status) == set(StoreStatus.__dataclass_fields__)
            assert (status["session"], status["state"]) == ("s1", "live")
            assert (status["feed"]["kbps"], status["utc_ns"]) == (4000, START_UTC_NS + 4 * NS_PER_S)
            end = (await http.get(f"{one}/status")).raise_for_status().json()
            assert (end["state"], end["feed"]["kbps"]) == ("ended", None)
            still = (await http.get(f"{one}/still", params={"at": START_S + 2})).raise_for_status()
            assert still.content == JPEG
            assert still.headers["x-utc-ns"] == str(START_UTC_NS + 6 * NS_PER_S)
            assert _code(await http.get("/v1/sessions/s2/still")) == (404, "no_still")
            for what in ("status", "still"):
                odd = await http.get(f"{one}/{what}", params={"at": "noon"})
                assert _code(odd) == (422, "wrong_value")
                gone = await http.get(f"/v1/sessions/none/{what}")
                assert _code(gone) == (404, "unknown_session")
            wish = {"confirm": "s1"}
            assert (await http.request("DELETE", one, json=wish)).status_code == 204

    asyncio.run(story())


def _found(data: Path, session: str = "s1") -> Found:
    found = Library(data).find(session, frozenset())
    assert found is not None
    return found


def test_dragging_opens_a_session_once_and_then_lets_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session_file(tmp_path)
    found, opened = _found(tmp_path), list[Path]()

    def open_counted(path: Path) -> Replay:
        opened.append(path)
        return real(path)

    real = Replay.open
    monkeypatch.setattr(Replay, "open", staticmethod(open_counted))

    async def story() -> None:
        held = Replays(kept_s=0.05)
        instants = [START_UTC_NS + n * NS_PER_S for n in range(10)]
        statuses = await asyncio.gather(*(held.status(found, ns) for ns in instants))
        assert [status.utc_ns for status in statuses] == instants
        assert opened == [found.path]
        await until(lambda: held.open_count == 0)
        await held.status(found, START_UTC_NS)
        assert len(opened) == 2
        await held.forget(found.path)
        assert held.open_count == 0
        await held.close()

    asyncio.run(story())


def _sign_off(path: Path) -> None:
    async def add() -> None:
        writer = await JournalWriter.resume(path, at(30))
        writer.note(event(9, 30, "session.end"))
        await writer.close()

    asyncio.run(add())


def test_a_session_that_is_held_open_can_go_on_and_is_read_anew(tmp_path: Path) -> None:
    path = session_file(tmp_path, signed=False)
    before = _found(tmp_path)

    async def story() -> None:
        held = Replays()
        late_ns = START_UTC_NS + 60 * NS_PER_S
        assert (await held.status(before, late_ns)).state == "live"
        await asyncio.to_thread(_sign_off, path)
        after = await asyncio.to_thread(_found, tmp_path)
        ended = await held.status(after, late_ns)
        assert (ended.state, ended.utc_ns) == ("ended", START_UTC_NS + 30 * NS_PER_S)
        await held.close()

    asyncio.run(story())


def test_few_sessions_are_open_at_a_time(tmp_path: Path) -> None:
    for number in range(6):
        session_file(tmp_path, session=f"s{number}", later_s=number * 60)

    async def story() -> None:
        held = Replays()
        for number in range(6):
            found = await asyncio.to_thread(_found, tmp_path, f"s{number}")
            await held.status(found, START_UTC_NS)
        assert held.open_count == replays.MOST_OPEN
        await held.close()
        assert held.open_count == 0

    asyncio.run(story())
