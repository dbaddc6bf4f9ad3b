"""Calls are made again until there is an answer."""

from __future__ import annotations

import asyncio

import pytest

from livedesk.engine.moderating.hedging import Patience, hedged
from livedesk.moderation.service_answers import ServiceAwayError, ServiceRefusedError


def test_a_call_that_hangs_or_fails_is_made_again_and_the_first_answer_counts() -> None:
    async def story() -> None:
        made = 0

        async def call() -> int:
            nonlocal made
            made += 1
            mine = made
            if mine == 1:
                await asyncio.Event().wait()
            if mine == 2:
                raise ServiceAwayError("busy")
            return mine

        assert await hedged(call, Patience(0.02, 5.0)) == 3

    asyncio.run(story())


def test_without_any_answer_the_last_reason_is_told_and_a_refusal_is_final() -> None:
    async def story() -> None:
        made = 0

        async def away() -> int:
            raise ServiceAwayError("Nobody answers.")

        async def refused() -> int:
            nonlocal made
            made += 1
            raise ServiceRefusedError(409, "claimed", "Bob is at it.")

        with pytest.raises(ServiceAwayError, match="Nobody answers"):
            await hedged(away, Patience(0.01, 0.1))
        with pytest.raises(ServiceRefusedError):
            await hedged(refused, Patience(0.01, 0.1))
        assert made == 1

    asyncio.run(story())
