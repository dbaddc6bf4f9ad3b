"""Summaries: folded once for all who ask, and anew when the file has changed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from livedesk.core.clock import ManualClock
from livedesk.core.records import RecordedSession, SessionFigures
from livedesk.engine.records.library import Found
from livedesk.engine.records.summaries import OPEN_FRESH_S, NoSummaryError, Summaries
from livedesk.journal.work import Figures, SummaryWork, Trouble
from tests.engine.records.bench import Children
from tests.waiting import until

FIGURES = SessionFigures("s1", "glow", "Glow", 0, 1_000, "All was well.")
FOUND = Found(RecordedSession("s1", "glow", "f"), Path("f.livedesk"), ((1, 1),))


async def _folded(children: Children, count: int, figures: SessionFigures = FIGURES) -> None:
    await until(lambda: len(children.made) == count)
    await children.made[-1].begun.wait()
    children.made[-1].outcome.set_result(Figures(figures))


def test_who_asks_meanwhile_or_later_shares_the_answer() -> None:
    async def story() -> None:
        children = Children()
        summaries = Summaries(ManualClock(), children)
        both = asyncio.gather(summaries.of(FOUND), summaries.of(FOUND))
        await _folded(children, 1)
        assert children.made[0].work == SummaryWork("f.livedesk")
        assert set(map(id, await both)) == {id(FIGURES)}
        assert await summaries.of(FOUND) is FIGURES
        assert len(children.made) == 1
        changed = asyncio.create_task(summaries.of(replace(FOUND, fingerprint=((2, 2),))))
        longer = replace(FIGURES, length_ms=2_000)
        await _folded(children, 2, longer)
        assert await changed == longer
        await summaries.close()

    asyncio.run(story())


def test_an_open_session_is_not_folded_with_each_second() -> None:
    async def story() -> None:
        children, clock = Children(), ManualClock()
        summaries = Summaries(clock, children)
        opened = replace(FOUND, session=replace(FOUND.session, open=True))
        first = asyncio.create_task(summaries.of(opened))
        await _folded(children, 1)
        await first
        grown = replace(opened, fingerprint=((2, 2),))
        assert await summaries.of(grown) == FIGURES
        clock.advance(OPEN_FRESH_S + 1)
        second = asyncio.create_task(summaries.of(grown))
        await _folded(children, 2)
        await second
        await summaries.close()

    asyncio.run(story())


def test_what_goes_wrong_is_told_and_tried_again_by_the_next() -> None:
    async def story() -> None:
        children = Children()
        summaries = Summaries(ManualClock(), children)
        first = asyncio.create_task(summaries.of(FOUND))
        await until(lambda: children.made)
        children.made[0].outcome.set_result(Trouble("The file is damaged."))
        with pytest.raises(NoSummaryError, match="damaged"):
            await first
        second = asyncio.create_task(summaries.of(FOUND))
        await until(lambda: len(children.made) == 2)
        await summaries.close()
        assert children.made[1].ended
        with pytest.raises(NoSummaryError):
            await second

    asyncio.run(story())
