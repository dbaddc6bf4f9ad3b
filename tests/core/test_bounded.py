from __future__ import annotations

import asyncio

import pytest

from livedesk.core.bounded import DropOldest


def test_a_full_queue_drops_its_oldest_entries_and_counts_them() -> None:
    async def main() -> tuple[list[int], int]:
        queue: DropOldest[int] = DropOldest(3)
        for number in range(5):
            queue.put(number)
        return [await queue.get() for _ in range(len(queue))], queue.dropped

    assert asyncio.run(main()) == ([2, 3, 4], 2)


def test_a_reader_waits_for_the_next_entry() -> None:
    async def main() -> list[int]:
        queue: DropOldest[int] = DropOldest(2)
        reader = asyncio.create_task(queue.get())
        await asyncio.sleep(0)
        assert not reader.done()
        queue.put(7)
        return [await reader]

    assert asyncio.run(main()) == [7]


def test_a_queue_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        DropOldest(0)
