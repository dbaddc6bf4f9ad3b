"""An engine that is killed between any two steps of an effect: the next does the rest, once.

The record is a real one. At the given step it takes nothing more, the platform hears nothing more,
and another engine takes it up, as after `kill -9`. The platform judges by what changed there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest

from livedesk.core.clock import SystemClock
from livedesk.core.events import Event, Json, Level
from livedesk.core.moderation import (
    ChatStatus,
    Comment,
    Effect,
    EffectState,
    Item,
    ModerationStatus,
)
from livedesk.engine.bus import Receipt
from livedesk.engine.moderating.moderating import Moderating
from livedesk.journal.errors import JournalError
from livedesk.journal.values import SessionInfo
from livedesk.journal.writer import JournalWriter
from livedesk.moderation.chats.base import Acted
from livedesk.moderation.service_client import RuleService
from tests.engine.moderating.conftest import Bench, FakeChat, FakeStage, is_up, items, opened
from tests.waiting import until


@dataclass
class Platform(FakeChat):
    """Hides, bans and posts for real; with keys, each but once."""

    changes: list[str] = field(default_factory=list)
    answers_before: bool = True
    dies_at: str = ""
    """The verb at which the engine that asks is killed: before it is carried out, or after."""
    dead: asyncio.Event = field(default_factory=asyncio.Event)
    _on: dict[str, bool] = field(default_factory=dict)
    _keys: set[str] = field(default_factory=set)

    async def act(self, effect: Effect, comment: Comment, limit_s: float) -> Acted:
        if self.dead.is_set():
            await asyncio.Event().wait()
        is_last = effect.verb == self.dies_at
        if not (is_last and self.answers_before):
            self._carry_out(effect, comment)
        if is_last:
            self.dead.set()
            await asyncio.Event().wait()
        return Acted("done")

    def _carry_out(self, effect: Effect, comment: Comment) -> None:
        opposite = {"unhide": "hide", "unban": "ban"}
        state = f"{opposite.get(effect.verb, effect.verb)} {comment.id}"
        if effect.verb == "reply":
            if not (self.honours_keys and effect.key in self._keys):
                self.changes.append(f"reply {effect.text}")
        elif self._on.get(state, False) != (effect.verb not in opposite):
            self._on[state] = effect.verb not in opposite
            self.changes.append(f"{effect.verb} {comment.id}")
        self._keys.add(effect.key)

    def status(self) -> ChatStatus:
        return replace(super().status(), state="up")


class RecordedStage(FakeStage):
    """Its events are written down, until the engine is killed `before` one of this kind."""

    def __init__(self, record: JournalWriter, platform: Platform, before: str = "") -> None:
        super().__init__()
        self._record = record
        self._platform = platform
        self._before = before
        self._writing: set[asyncio.Task[None]] = set()

    def session(self) -> SessionInfo | None:
        return self._record.info

    def moderation_event(
        self, kind: str, level: Level, text: str, data: dict[str, Json], actor: str = ""
    ) -> Receipt:
        if kind == self._before:
            self._platform.dead.set()
        receipt = Receipt()
        if self._platform.dead.is_set():
            return receipt
        clock, info = SystemClock(), self._record.info
        seq = clock.utc_ns() // 1_000 + len(self.events)
        event = Event(
            seq, clock.utc_ns(), clock.mono_ns(), "glow", info.session, kind, level, "moderation",
            text, actor, data,
        )  # fmt: skip
        self.events.append(event)
        task = asyncio.create_task(self._write(event, receipt))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)
        return receipt

    async def _write(self, event: Event, receipt: Receipt) -> None:
        try:
            await self._record.record(event)
            receipt.settle(is_recorded=True)
        except JournalError:
            receipt.settle(is_recorded=False)


class MortalTransport(httpx.AsyncHTTPTransport):
    """Of an engine that tells the service nothing more once it is killed."""

    def __init__(self, dead: asyncio.Event) -> None:
        super().__init__()
        self._dead = dead

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._dead.is_set():
            await asyncio.Event().wait()
        return await super().handle_async_request(request)


async def killed(
    bench: Bench, platform: Platform, before: str, orders: Callable[[Moderating], object]
) -> Path:
    """The record that an engine leaves; what it knew beside that is gone."""
    clock = SystemClock()
    info = SessionInfo("s1", "glow", "Glow", "tiktok", clock.utc_ns(), clock.mono_ns())
    path = bench.folder / "sessions" / "glow" / "20261122T100000Z.livedesk"
    record = JournalWriter.create(path, info, clock)
    bench.chat, bench.stage = platform, RecordedStage(record, platform, before)
    bench.transport = MortalTransport(platform.dead)
    async with bench.moderating() as moderating:
        await is_up(moderating)
        found = orders(moderating)
        if asyncio.iscoroutine(found):
            await found
        await until(platform.dead.is_set, "the end of the first engine")
    await record.close()
    return path


async def taken_up(bench: Bench, platform: Platform, path: Path) -> tuple[Item, list[str]]:
    """The item, and what was told, when the next engine has done what it can."""
    platform.dead, platform.dies_at = asyncio.Event(), ""
    bench.chat, bench.transport = platform, None
    record = await JournalWriter.resume(path, SystemClock())
    bench.stage = RecordedStage(record, platform)
    async with bench.moderating(path) as moderating:
        await is_up(moderating)

        def is_settled() -> bool:
            found = [effect for item in items(moderating) for effect in item.effects]
            is_told = moderating.status().service.unsent == 0
            return is_told and bool(found) and not _under_way(found)

        await until(is_settled, "the rest of the effects")
        [item] = items(moderating)
    await record.close()
    return item, bench.stage.kinds()


def _under_way(effects: list[Effect]) -> bool:
    return any(effect.state in ("wanted", "sent") for effect in effects)


def _states(item: Item) -> dict[str, EffectState]:
    return {effect.key.split(":")[0]: effect.state for effect in item.effects}


@pytest.mark.parametrize("before", [True, False], ids=["not carried out", "carried out"])
@pytest.mark.parametrize(
    ("text", "change", "honours_keys"),
    [
        ("free money", "hide c1", False),
        ("how long shipping", "reply Three days.", True),
    ],
    ids=["hide", "reply with keys"],
)
def test_killed_before_the_answer_it_is_asked_again_and_done_once(
    folder: Path, text: str, change: str, honours_keys: bool, before: bool
) -> None:
    async def story() -> None:
        async with opened(folder) as bench:
            verb = change.split()[0]
            platform = Platform(honours_keys, answers_before=before, dies_at=verb)
            path = await killed(bench, platform, "", lambda desk: bench.write(desk, text))
            item, told = await taken_up(bench, platform, path)
            assert platform.changes == [change]
            assert _states(item) == {verb: "done"}
            assert told.count("moderation.done") == 1
            assert "moderation.judged" not in told

    asyncio.run(story())


@pytest.mark.parametrize("before", [True, False], ids=["not carried out", "carried out"])
def test_a_reply_without_keys_is_never_sent_again_and_a_person_is_asked(
    folder: Path, before: bool
) -> None:
    async def story() -> None:
        async with opened(folder) as bench:
            platform = Platform(answers_before=before, dies_at="reply")
            path = await killed(
                bench, platform, "", lambda desk: bench.write(desk, "how long shipping")
            )
            item, told = await taken_up(bench, platform, path)
            assert platform.changes == ([] if before else ["reply Three days."])
            assert _states(item) == {"reply": "unknown"}
            assert told.count("moderation.unknown") == 1

    asyncio.run(story())


@pytest.mark.parametrize("before", [True, False], ids=["not carried out", "carried out"])
def test_killed_while_a_ban_is_taken_back_the_author_is_let_in_once(
    folder: Path, before: bool
) -> None:
    async def story() -> None:
        async with opened(folder) as bench:
            platform = Platform(answers_before=before, dies_at="unban")

            async def orders(desk: Moderating) -> None:
                bench.write(desk, "too dear")
                await until(lambda: desk.status().waiting == 1)
                [item] = items(desk)
                await desk.act(item.id, "ban", "ann", "k1")
                await until(lambda: "done" in _states(items(desk)[0]).values())
                await until(lambda: len(platform.changes) == 2)
                await desk.act(item.id, "undo", "ann", "k2")

            path = await killed(bench, platform, "", orders)
            item, _ = await taken_up(bench, platform, path)
            changes = ["hide c1", "ban c1", "unhide c1", "unban c1"]
            assert sorted(platform.changes) == sorted(changes)
            assert item.state == "waiting"
            assert [each.kind for each in item.decisions] == ["ban", "undo"]
            assert set(_states(item).values()) == {"done"}

    asyncio.run(story())


@pytest.mark.parametrize("step", ["moderation.judged", "moderation.sent", "moderation.done"])
@pytest.mark.parametrize(
    ("text", "change"), [("free money", "hide c1"), ("how long shipping", "reply Three days.")]
)
def test_killed_before_a_step_is_on_record_nothing_is_forgotten(
    folder: Path, text: str, change: str, step: str
) -> None:
    async def story() -> None:
        async with opened(folder) as bench:
            platform = Platform()
            path = await killed(bench, platform, step, lambda desk: bench.write(desk, text))
            item, _ = await taken_up(bench, platform, path)
            assert platform.changes == [change]
            # Of a reply the service may have been told before the record was.
            is_reply_left = step == "moderation.done" and change.startswith("reply")
            possible = {"unknown", "done"} if is_reply_left else {"done"}
            assert set(_states(item).values()) <= possible

    asyncio.run(story())


def test_killed_on_its_own_after_judging_the_next_does_it_and_tells_the_service(
    folder: Path,
) -> None:
    async def story() -> None:
        async with opened(folder, is_hasty=True) as bench:
            platform = Platform()

            async def orders(desk: Moderating) -> None:
                await bench.down(60)
                await until(lambda: desk.status().service.local, "the absence")
                bench.write(desk, "free money")

            path = await killed(bench, platform, "moderation.sent", orders)
            await bench.server.order({"clear": True, "down_s": 0})
            item, _ = await taken_up(bench, platform, path)
            assert platform.changes == ["hide c1"]
            assert _states(item) == {"hide": "done"}
            assert item.verdict is not None
            assert item.verdict.local

    asyncio.run(story())


def test_the_times_of_a_session_go_on_in_the_next_engine(folder: Path) -> None:
    async def story() -> None:
        async with opened(folder) as bench:
            platform = Platform()

            async def orders(desk: Moderating) -> None:
                bench.write(desk, "free money", "too dear")
                await until(lambda: desk.status().waiting == 1 and desk.status().hide_p99_ms)
                [item] = desk.queue("waiting", "", 5).items
                await desk.act(item.id, "approve", "ann", "k1")
                await until(lambda: desk.status().service.unsent == 0)
                before.append(desk.status())
                platform.dead.set()

            before: list[ModerationStatus] = []
            path = await killed(bench, platform, "", orders)
            platform.dead = asyncio.Event()
            record = await JournalWriter.resume(path, SystemClock())
            bench.stage = RecordedStage(record, platform)
            async with bench.moderating(path) as desk:
                after, [then] = desk.status(), before
                assert after.hide_p50_ms == pytest.approx(then.hide_p50_ms, abs=0.1)
                assert after.review_p90_s == pytest.approx(then.review_p90_s, abs=0.001)
                assert (after.hidden, after.decided, after.overturned) == (1, 1, 1)
            await record.close()

    asyncio.run(story())


def test_what_a_session_left_that_ended_while_the_service_was_away_is_made_up_for(
    folder: Path,
) -> None:
    async def story() -> None:
        async with opened(folder, is_hasty=True) as bench:
            platform = Platform(dies_at="reply", answers_before=False)

            async def orders(desk: Moderating) -> None:
                await bench.down(60)
                await until(lambda: desk.status().service.local, "the absence")
                bench.write(desk, "free money")
                await until(lambda: "hide c1" in platform.changes)
                await until(lambda: "moderation.done" in bench.stage.kinds())
                bench.write(desk, "how long shipping")

            path = await killed(bench, platform, "", orders)
            await bench.server.order({"clear": True, "down_s": 0})
            platform.dead, platform.dies_at, bench.transport = asyncio.Event(), "", None
            bench.stage = FakeStage(is_open=False)
            async with bench.moderating(path, is_over=True) as desk:
                await is_up(desk)
                await until(lambda: desk.status().service.unsent == 0)
                states = {each.comment.id: _states(each) for each in items(desk)}
                assert states == {"c1": {"hide": "done"}, "c2": {"reply": "unknown"}}
                assert platform.changes == ["hide c1", "reply Three days."]
                assert desk.status().hidden == 0, "another session's"
                service = RuleService(bench.server.url, bench.server.token("engine"))
                known = (await service.items("glow")).items
                await service.close()
                assert {each.comment.id: _states(each) for each in known} == states

    asyncio.run(story())
