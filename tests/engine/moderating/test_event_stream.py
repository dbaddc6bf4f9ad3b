"""Events that a stream leaves out are fetched; those that it repeats do nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import httpx
import msgspec
import pytest

from livedesk.core.clock import SystemClock
from livedesk.core.moderation import Comment, ComplianceWarning, Decision, Item, Verdict
from livedesk.core.moderation_settings import ModerationSettings
from livedesk.core.secrets import Secret
from livedesk.engine.moderating.moderating import Moderating, Parts
from livedesk.engine.moderating.rule_shelf import RuleShelf
from livedesk.moderation.items import new_item
from livedesk.moderation.service_client import RuleService
from tests.engine.moderating.conftest import FakeChat, FakeStage, is_up, items, opened
from tests.waiting import until


def item(name: str) -> Item:
    return new_item(
        "glow", Comment(name, "a", "A", name, 1), Verdict("review", "r", "l", "why", ())
    )


@dataclass
class Service:
    """A rule service whose stream sends pieces as they are put in; it knows all items."""

    items: list[Item] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """`Last-Event-ID` of each stream that was opened."""
    loads: int = 0
    seq: int = 10
    skips: bool = True
    """Streams leave out what happens while they are open and what was missed, but for the last."""
    streams: list[asyncio.Queue[bytes]] = field(default_factory=list)

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/v1/events":
            last = request.headers.get("last-event-id", "")
            self.asked.append(last)
            return httpx.Response(200, content=self._stream(int(last or self.seq)))
        if path == "/v1/items":
            self.loads += request.url.params["state"] == "all"
            told = [msgspec.to_builtins(each) for each in self.items]
            return httpx.Response(200, json={"seq": self.seq, "items": told, "after": None})
        if path == "/v1/rules":
            return httpx.Response(503)
        return httpx.Response(200, json={"items": [], "warnings": []})

    async def _stream(self, last: int) -> AsyncIterator[bytes]:
        pieces: asyncio.Queue[bytes] = asyncio.Queue()
        self.streams.append(pieces)
        if not self.skips:
            for seq in range(last + 1, self.seq + 1):
                yield self.piece(seq, seq - 1)
        yield b": alive\nafter: %d\n\n" % self.seq
        while True:
            try:
                yield await asyncio.wait_for(pieces.get(), 0.2)
            except TimeoutError:
                yield b": alive\n\n"

    def piece(self, seq: int, after: int) -> bytes:
        told = msgspec.json.encode(self.items[seq - 11])
        return b"id: %d\nafter: %d\nevent: item\ndata: %b\n\n" % (seq, after, told)

    def happens(self, name: str) -> None:
        self.items.append(item(name))
        self.seq += 1


@pytest.mark.parametrize("skips", [False, True], ids=["the stream brings it", "the queue does"])
def test_what_a_stream_left_out_is_fetched_and_what_it_repeats_does_nothing(
    folder: Path, skips: bool
) -> None:
    async def story() -> None:
        far = Service()
        stage = FakeStage()
        service = RuleService("http://127.0.0.1:1", Secret("t"), httpx.MockTransport(far.answer))
        parts = Parts(service, RuleShelf(folder / "rules"), FakeChat())
        settings = ModerationSettings("http://127.0.0.1:1", Secret("t"))
        desk = Moderating(stage, settings, parts, SystemClock(), Random(1))
        await desk.start(None)
        await until(lambda: desk.status().service.state == "up")
        assert (far.asked, far.loads) == (["10"], 1)
        far.happens("left out")
        far.happens("comes")
        far.skips = skips
        far.streams[-1].put_nowait(far.piece(12, 11))
        await until(lambda: len(items(desk)) == 2, "both items")
        assert far.asked[1] == "10", "from where nothing was missing"
        assert far.loads == (2 if skips else 1)
        told = len(stage.told("moderation.judged"))
        for seq, after in ((12, 11), (11, 10), (12, 11)):
            far.streams[-1].put_nowait(far.piece(seq, after))
        far.happens("new")
        far.streams[-1].put_nowait(far.piece(13, 12))
        await until(lambda: len(items(desk)) == 3)
        streams = len(far.asked)
        assert streams == (3 if skips else 2), "nothing was missing any more"
        assert len(stage.told("moderation.judged")) == told + 1
        assert "moderation.service_down" not in stage.kinds()
        await desk.close()

    asyncio.run(story())


def test_what_somebody_else_decided_is_learned_from_a_service_that_skips_it(folder: Path) -> None:
    async def story() -> None:
        async with opened(folder) as bench, bench.moderating() as desk:
            await is_up(desk)
            bench.write(desk, "too dear")
            await until(lambda: desk.status().waiting == 1)
            await until(lambda: desk.status().service.unsent == 0)
            await bench.server.order({"skip_pct": 100})
            other = RuleService(bench.server.url, bench.server.token("engine"))
            [known] = items(desk)
            await other.decide(known.id, Decision("hide", "bob", bench.clock.utc_ns(), "k0"))
            await other.close()
            await until(lambda: bench.chat.done == ["hide:1:c1"])
            assert "moderation.service_down" not in bench.stage.kinds()

    asyncio.run(story())


def test_a_warning_of_while_no_engine_listened_is_told_when_one_does(folder: Path) -> None:
    async def story() -> None:
        async with opened(folder) as bench:
            now_ns = bench.clock.utc_ns()
            token = bench.server.token("editor").reveal()
            async with httpx.AsyncClient(
                base_url=bench.server.url, headers={"Authorization": f"Bearer {token}"}
            ) as editor:
                for name, store in (("w1", "glow"), ("w2", "other"), ("w3", "glow")):
                    warning = ComplianceWarning(name, store, "other", f"Warned {name}", now_ns)
                    body = msgspec.to_builtins(warning)
                    (await editor.post("/v1/warnings", json=body)).raise_for_status()
            async with bench.moderating() as desk:
                await until(lambda: len(desk.status().warnings) == 2)
                told = [event.text for event in bench.stage.told("compliance.warning")]
                assert told == ["Warned w1", "Warned w3"]

    asyncio.run(story())
