"""A slow reader of the queue gets one change for many, or learns that it has to fetch it anew."""

from __future__ import annotations

import asyncio

from livedesk.core.clock import ManualClock
from livedesk.core.events import Event
from livedesk.core.moderation import Comment, QueueChange
from livedesk.engine.bus import Bus, joined
from livedesk.moderation.items import new_item


class NoPast:
    def between(self, after: int, until: int) -> list[Event]:
        return []

    def newest(self, count: int, until: int) -> list[Event]:
        return []


def change(since: int, *names: str, gone: tuple[str, ...] = ()) -> QueueChange:
    items = tuple(new_item("glow", Comment(name, "a", "A", str(since), 1), None) for name in names)
    return QueueChange("glow", since, since + 1, items, gone)


def test_changes_that_follow_each_other_become_one() -> None:
    first, second = change(1, "a", "b", gone=("x",)), change(2, "b", gone=("y",))
    both = joined(joined(None, first), second)
    assert (both.since, both.revision, both.gone) == (1, 3, ("x", "y"))
    assert [item.comment.text for item in both.items] == ["1", "2"]
    assert joined(both, change(3, gone=(both.items[0].id,))).items == both.items[1:]


def test_changes_that_do_not_follow_are_not_joined() -> None:
    assert joined(change(1, "a"), change(5, "b")) == change(5, "b")
    many = change(1, *(f"c{n}" for n in range(4_999)))
    assert joined(many, change(2, "a", "b")).since == 2


def test_only_who_asked_for_the_queue_hears_of_it() -> None:
    async def story() -> None:
        bus = Bus(ManualClock(), 0, NoPast())
        _, plain = await bus.subscribe()
        _, queue = await bus.subscribe(queue=True)
        bus.publish_queue(change(1, "a"))
        bus.publish_queue(change(2, "a"))
        told = await queue.get()
        assert isinstance(told, QueueChange)
        assert (told.since, told.revision) == (1, 3)
        bus.close()
        assert await plain.get() is None
        assert await queue.get() is None

    asyncio.run(story())
