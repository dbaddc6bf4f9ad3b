"""How does the console follow the checks, and what does it say of them?"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from livedesk.core.check import CheckItem, CheckReport, Sign
from livedesk.core.clock import NS_PER_S, ManualClock
from livedesk.core.events import Event, Json
from livedesk.desk.check_client import CheckClient, SignOrder
from livedesk.desk.check_words import line_rows, verdict_words, why_not_go
from livedesk.desk.checking import AT_ONCE, Checks, KnownCheck
from livedesk.desk.errors import DeskError, RefusedError, UnreachableError
from livedesk.desk.model import Moment

SLATE = CheckItem("slate", "Slate", "no_go", "No slate was seen.", "Film it.")
CLOCK = CheckItem("clock", "Clock", "unknown", "Not known.", "Turn it on.")
TAKEN = CheckItem("disk", "Disk", "waived", "0.4 GB are free.", "Free it.", "ben")
CHAT = CheckItem("chat", "Chat", "not_used", "Not moderated.")
GOOD = CheckItem("encoder", "Encoder", "go", "Media comes in.")
NO_GO = CheckReport("glow", 1, "no_go", (CHAT, GOOD, SLATE, CLOCK, TAKEN), ("Slate", "Clock"))


class ClientDouble(CheckClient):
    def __init__(self) -> None:
        self.report_now = NO_GO
        self.asked: list[str] = []
        self.signed: list[tuple[SignOrder, str]] = []
        self.fails: DeskError | None = None
        self.gate: asyncio.Event | None = None

    async def report(self, store: str) -> CheckReport:
        self.asked.append(store)
        if self.gate is not None:
            await self.gate.wait()
        if self.fails is not None:
            raise self.fails
        return self.report_now

    async def sign(self, order: SignOrder, by: str) -> CheckReport:
        self.signed.append((order, by))
        if self.fails is not None:
            raise self.fails
        return CheckReport("glow", 2, "go", (GOOD,), (), Sign(order.verdict, by, 5))


class Scene:
    def __init__(self) -> None:
        self.clock = ManualClock()
        self.client = ClientDouble()
        self.tasks: set[asyncio.Task[None]] = set()
        self.checks = Checks(lambda: self.client, self._spawn, self._now, lambda: "ana@desk-3")

    def _now(self) -> Moment:
        return Moment(self.clock.mono_ns(), self.clock.utc_ns())

    def _spawn(self, _name: str, work: Coroutine[Any, Any, None]) -> None:
        self.tasks.add(asyncio.get_running_loop().create_task(work))

    async def settle(self) -> None:
        await asyncio.gather(*self.tasks)
        self.tasks.clear()

    async def look(self, *others: str) -> KnownCheck:
        self.checks.look("glow", others)
        await self.settle()
        return self.checks.known("glow")


def test_a_check_is_fetched_no_oftener_than_it_is_worth() -> None:
    async def story() -> None:
        scene = Scene()
        for _ in range(8):
            await scene.look("noor")
            scene.clock.advance(0.5)
        assert scene.client.asked.count("glow") == 2
        assert scene.client.asked.count("noor") == 1

    asyncio.run(story())


def test_many_stores_are_asked_a_few_at_a_time() -> None:
    async def story() -> None:
        scene = Scene()
        scene.client.gate = asyncio.Event()
        scene.checks.look("glow", [f"s{n}" for n in range(40)])
        await asyncio.sleep(0)
        assert len(scene.client.asked) == AT_ONCE
        scene.client.gate.set()
        await scene.settle()

    asyncio.run(story())


def test_what_was_signed_elsewhere_is_looked_at_at_once() -> None:
    async def story() -> None:
        scene = Scene()
        await scene.look()
        scene.checks.event(Event(1, 1, 1, "glow", None, "check.signed", "info", "engine", ""))
        await scene.look()
        assert scene.client.asked == ["glow", "glow"]

    asyncio.run(story())


def test_a_failed_fetch_keeps_the_report_until_it_is_too_old() -> None:
    async def story() -> None:
        scene = Scene()
        await scene.look()
        scene.client.fails = UnreachableError("Nobody answers.", "here", "It tries again.")
        scene.clock.advance(3)
        known = await scene.look()
        assert known.trouble.startswith("Nobody answers.")
        assert verdict_words(known).word == "NO-GO"
        scene.clock.advance(10)
        assert verdict_words(scene.checks.known("glow")).word == "Unknown"

    asyncio.run(story())


def test_a_signature_is_sent_once_and_shown_when_it_was_taken() -> None:
    async def story() -> None:
        scene = Scene()
        await scene.look()
        order = SignOrder("glow", "go", "", ("slate",))
        scene.checks.sign(order)
        scene.checks.sign(order)
        assert scene.checks.known("glow").signing
        await scene.settle()
        assert scene.client.signed == [(order, "ana@desk-3")]
        words = verdict_words(scene.checks.known("glow"))
        assert words.word == "GO"
        assert "ana@desk-3" in words.signed

    asyncio.run(story())


def test_an_answer_from_before_the_signature_does_not_undo_it() -> None:
    async def story() -> None:
        scene = Scene()
        scene.client.gate = asyncio.Event()
        scene.checks.look("glow")
        await asyncio.sleep(0)
        scene.checks.sign(SignOrder("glow", "go"))
        await asyncio.sleep(0)
        scene.client.gate.set()
        await scene.settle()
        report = scene.checks.known("glow").report
        assert report is not None
        assert report.sign is not None

    asyncio.run(story())


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (RefusedError("These stand against it.", "here", "Waive.", 409, "not_go"), "Not signed"),
        (UnreachableError("The answer broke off.", "here", ""), "not known"),
    ],
)
def test_a_signature_that_failed_says_what_is_known_of_it(error: DeskError, words: str) -> None:
    async def story() -> None:
        scene = Scene()
        scene.client.fails = error
        scene.checks.sign(SignOrder("glow", "go"))
        await scene.settle()
        assert words in scene.checks.known("glow").trouble

    asyncio.run(story())


def test_the_calls_are_those_of_the_api() -> None:
    class DoorDouble:
        where = "http://here"

        def __init__(self) -> None:
            self.sent: list[tuple[str, dict[str, Json]]] = []

        async def get_bytes(self, path: str, params: object = None) -> bytes:
            return b'{"store":"a b","utc_ns":1,"verdict":"go","items":[]}'

        async def post(self, path: str, body: dict[str, Json]) -> bytes:
            self.sent.append((path, body))
            return await self.get_bytes(path)

        async def delete(self, path: str, body: dict[str, Json] | None = None) -> bytes:
            raise NotImplementedError

    async def story() -> None:
        door = DoorDouble()
        client = CheckClient(door)
        assert (await client.report("a b")).verdict == "go"
        await client.sign(SignOrder("a b", "no_go", "camera", ("clock",)), "ana")
        assert door.sent == [
            (
                "/v1/stores/a%20b/check",
                {"verdict": "no_go", "waive": ["clock"], "by": "ana", "text": "camera"},
            )
        ]

    asyncio.run(story())


def test_lines_keep_their_order_and_say_who_took_them_on() -> None:
    rows = line_rows(NO_GO)
    assert [row.id for row in rows] == ["encoder", "slate", "clock", "disk", "chat"]
    assert [row.look for row in rows] == ["ok", "warning", "unknown", "notice", "idle"]
    assert [row.can_waive for row in rows] == [False, True, True, False, False]
    assert rows[3].text.startswith("Taken on by ben")


def test_go_takes_every_line_that_stands_against_it() -> None:
    assert "Slate, Clock" in why_not_go(NO_GO, frozenset())
    assert "Slate" not in why_not_go(NO_GO, frozenset({"slate"}))
    assert why_not_go(NO_GO, frozenset({"slate", "clock"})) == ""


def test_a_go_of_before_is_not_one_any_more() -> None:
    sign = Sign("go", "ana", 20 * NS_PER_S, "all fine")
    report = CheckReport("glow", 1, "no_go", NO_GO.items, NO_GO.against, sign)
    words = verdict_words(KnownCheck(report, 0.5))
    assert words.text == "Slate, Clock"
    assert "all fine" in words.signed
    assert "not any more" in words.signed
    assert words.signed_look == "notice"
