"""Each way that the settings can name, and what can be done there before anything is asked."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from livedesk.core.clock import ManualClock
from livedesk.core.moderation import Comment, Effect
from livedesk.core.moderation_settings import ChatSettings, LinesChat, SandboxChat, ShopeeChat
from livedesk.core.secrets import Secret
from livedesk.moderation.chats.base import Chat
from livedesk.moderation.chats.make import chat_for
from livedesk.platforms.connection import AddressError

SANDBOX = SandboxChat("http://127.0.0.1:9", "glow", Secret("t"))


def made(settings: ChatSettings | None) -> Chat:
    return chat_for(settings, "glow", clock=ManualClock(), rng=Random(1))


def test_what_can_be_done_is_known_from_the_beginning() -> None:
    async def run() -> None:
        wanted: dict[ChatSettings | None, tuple[str, ...]] = {
            SANDBOX: ("sandbox", "platform", "platform", "unknown"),
            LinesChat(("chat",)): ("lines", "by_hand", "by_hand", "unknown"),
            None: ("none", "by_hand", "by_hand", "up"),
        }
        for settings, abilities in wanted.items():
            chat = made(settings)
            status = chat.status()
            assert (status.kind, status.hide, status.ban, status.state) == abilities
            await chat.close()

    asyncio.run(run())


def test_where_there_is_no_chat_a_person_acts() -> None:
    async def run() -> None:
        chat = made(None)
        acted = await chat.act(Effect("hide:1:c", "hide"), Comment("c", "a", "Ana", "x", 0), 1.0)
        assert acted.outcome == "by_hand"
        assert not chat.honours_keys

    asyncio.run(run())


def test_what_cannot_be_made_is_said_at_once() -> None:
    async def run() -> None:
        with pytest.raises(ValueError, match="sign-in of its pins"):
            made(ShopeeChat())
        with pytest.raises(AddressError):
            made(SandboxChat("ftp://nowhere", "glow", Secret("t")))

    asyncio.run(run())
