"""Shopee's chat against the sandbox's shop: its ten seconds of comments, and its three verbs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest

from livedesk.core.clock import NS_PER_S, ManualClock
from livedesk.core.moderation import Comment, Effect, Verb
from livedesk.core.pin_settings import PinSettings, ShopeeGateway
from livedesk.core.pins import Product
from livedesk.moderation.chats.shopee import ShopeeChatRoom
from livedesk.pins.gateways.make import gateway_for
from livedesk.pins.gateways.shopee import ShopeeLive
from livedesk.platforms.call_budget import CallBudget
from livedesk.platforms.tokens import TokenShelf
from livedesk.sandbox.chat.room import Line
from livedesk.sandbox.shop.run import running_shop
from livedesk.sandbox.shop.shop import Shop, ShopJob
from tests.waiting import until


@dataclass
class Desk:
    """A shop, the pins that are signed in to it, and the chat that borrows their calls."""

    shop: Shop
    clock: ManualClock
    gateway: ShopeeLive
    room: ShopeeChatRoom
    got: list[Comment] = field(default_factory=list)
    polls: int = 0

    def take(self, comments: Sequence[Comment]) -> None:
        self.got += comments

    def write(self, *texts: str) -> None:
        self.shop.chat.say([Line(f"viewer-{len(text)}", "Ana", text) for text in texts])

    async def poll(self, after_s: float = 0.0) -> None:
        """One whole reading, so much later."""
        self.clock.advance(after_s)
        await self.room._poll(self.take)

    @property
    def texts(self) -> list[str]:
        return [comment.text for comment in self.got]


@asynccontextmanager
async def desk(tmp_path: Path, per_min: int = 500) -> AsyncIterator[Desk]:
    clock, rng = ManualClock(utc_ns=1_790_000_000 * NS_PER_S), Random(1)
    async with running_shop(ShopJob(), clock) as shop:
        who = shop.shopee_identity
        settings = ShopeeGateway(
            who.partner_id, who.partner_key, who.user_id, who.shop_id, who.session_id,
            who.refresh_token, shop.url,
        )  # fmt: skip
        shelf = TokenShelf(tmp_path / "sign-ins", clock, rng)
        gateway = gateway_for(
            PinSettings(settings), "glow", clock=clock, calls=CallBudget(per_min), shelf=shelf,
            rng=rng,
        )  # fmt: skip
        assert isinstance(gateway, ShopeeLive)
        room = ShopeeChatRoom(gateway.calls, clock, rng)
        try:
            await gateway.renew(clock.utc_ns() + 3600 * NS_PER_S)
            yield Desk(shop, clock, gateway, room)
        finally:
            await room.close()
            await gateway.close()
            await shelf.close()


def effect(verb: Verb, text: str = "") -> Effect:
    return Effect(f"{verb}:1:7", verb, text=text)


def test_each_comment_comes_once_while_the_window_slides(tmp_path: Path) -> None:
    async def run() -> None:
        async with desk(tmp_path) as at:
            wanted = []
            for turn in range(12):
                texts = [f"turn {turn} no {n}" for n in range(turn * 40)]
                at.write(*texts)
                wanted += texts
                await at.poll(2.8)
            assert at.texts == wanted
            status = at.room.status()
            assert (status.state, status.comments) == ("up", len(wanted))
            assert (status.unusable, status.lost_s) == (0, 0.0)

    asyncio.run(run())


def test_a_gap_is_told(tmp_path: Path) -> None:
    async def run() -> None:
        async with desk(tmp_path) as at:
            await at.poll()
            at.write("never seen")
            await at.poll(14.0)
            assert at.got == []
            status = at.room.status()
            assert status.lost_s == 4.0
            assert "unseen" in status.reason

    asyncio.run(run())


@pytest.mark.parametrize(
    "fault",
    [
        {"error_pct": 50, "calls": ["comments"]},
        {"drop_after_pct": 50, "calls": ["comments"]},
        {"malformed_pct": 50, "malformed": "truncated", "calls": ["comments"]},
        {"malformed_pct": 50, "malformed": "wrong_types", "calls": ["comments"]},
    ],
)
def test_faults_within_the_window_lose_nothing(tmp_path: Path, fault: dict[str, Any]) -> None:
    async def run() -> None:
        async with desk(tmp_path) as at:
            await at.shop.order(fault)
            wanted = []
            for turn in range(60):
                at.write(f"turn {turn}")
                wanted.append(f"turn {turn}")
                await at.poll(0.7)
            await at.shop.order({"clear": True})
            await at.poll(0.7)
            assert at.texts == wanted
            assert at.room.status().lost_s == 0.0

    asyncio.run(run())


def test_each_verb_as_far_as_the_platform_has_it(tmp_path: Path) -> None:
    async def run() -> None:
        async with desk(tmp_path) as at:
            at.write("buy followers")
            await at.poll()
            status = at.room.status()
            assert (status.hide, status.ban, status.reply_chars) == (
                "not_possible",
                "platform",
                150,
            )
            comment = at.got[0]
            hidden = await at.room.act(effect("hide"), comment, 2.0)
            assert (hidden.outcome, hidden.final) == ("not_possible", True)
            for verb in ("ban", "unban", "reply"):
                wish = effect(verb, "3 to 5 days." if verb == "reply" else "")
                assert (await at.room.act(wish, comment, 2.0)).outcome == "done", verb
            counts: Any = at.shop.chat.figures()
            assert counts["verbs"] == {"hide": 0, "unhide": 0, "reply": 1, "ban": 1, "unban": 1}
            await at.poll(2.8)
            assert at.texts == ["buy followers"], "what we post ourselves is no viewer's comment"
            long = await at.room.act(effect("reply", "x" * 151), comment, 2.0)
            assert (long.outcome, long.code, long.final) == ("none", "too_long", True)
            nobody = Comment("7", "no number", "Ana", "hi", 0)
            unknown = await at.room.act(effect("ban"), nobody, 2.0)
            assert (unknown.outcome, unknown.code) == ("none", "unknown_author")

    asyncio.run(run())


def test_what_a_fault_did_to_an_act(tmp_path: Path) -> None:
    faults: list[tuple[dict[str, Any], str, str]] = [
        ({"error_pct": 100}, "maybe", "server_error"),
        ({"drop_after_pct": 100}, "maybe", "no_answer"),
        ({"malformed_pct": 100, "malformed": "html"}, "maybe", "bad_answer"),
        ({"rate_per_min": 0}, "none", "rate_limited"),
    ]

    async def run() -> None:
        async with desk(tmp_path) as at:
            who = at.shop.shopee_identity
            for order, outcome, code in faults:
                await at.shop.order({"clear": True, "live": True, **order})
                acted = await at.room.act(effect("reply", "Hello"), at_any(), 2.0)
                assert (acted.outcome, acted.code) == (outcome, code), order
                assert acted.text.endswith(".")
                assert who.partner_key.reveal() not in acted.text
            at.clock.advance(2)
            at.shop.chat.live = False
            await at.shop.order({"clear": True})
            over = await at.room.act(effect("reply", "Hello"), at_any(), 2.0)
            assert (over.outcome, over.code, over.final) == ("none", "not_live", True)
            await at.shop.order({"revoked": True})
            refused = await at.room.act(effect("reply", "Hello"), at_any(), 2.0)
            assert (refused.outcome, refused.code) == ("none", "not_authorized")
            at.gateway.calls.budget.blocked(at.clock.mono_ns(), 5.0)
            spared = await at.room.act(effect("reply", "Hello"), at_any(), 2.0)
            assert (spared.outcome, spared.code) == ("none", "calls_spent")

    asyncio.run(run())


def at_any() -> Comment:
    return Comment("7", "700001", "Ana", "hi", 0)


def test_pins_keep_their_calls_where_the_chat_would_spend_them_all(tmp_path: Path) -> None:
    async def run() -> None:
        async with desk(tmp_path, per_min=10) as at:
            for _ in range(20):
                await at.poll(0.1)
            reply = await at.room.act(effect("reply", "Hello"), at_any(), 2.0)
            assert reply.outcome == "done"
            budget = at.gateway.calls.budget
            assert budget.take("pin", at.clock.mono_ns())
            product = Product(at.shop.room.goods[0].id, "A serum")
            assert (await at.gateway.pin(product, "k", 2.0)).ok
            assert at.room.status().state == "up"
            assert "kept for pins" in at.room.status().reason

    asyncio.run(run())


def test_without_access_the_chat_is_down_and_renews_it(tmp_path: Path) -> None:
    async def run() -> None:
        async with desk(tmp_path) as at:
            at.clock.advance(31)
            await at.shop.order({"expire_tokens": True})
            await at.poll()
            assert at.room.status().state == "down"
            at.write("back")

            async def is_back() -> bool:
                await at.poll()
                return bool(at.got)

            await until(is_back, "the access is renewed")
            assert (at.texts, at.room.status().state) == (["back"], "up")

    asyncio.run(run())
