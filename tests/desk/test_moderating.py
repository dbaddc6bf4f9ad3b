"""Does an order reach the engine once, whatever happens on the way, and is no change missed?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from random import Random
from typing import Any, cast

import msgspec

from livedesk.core.clock import ManualClock
from livedesk.core.moderation import Claim, Item, QueueChange
from livedesk.desk.errors import DeskError, NotSentError, RefusedError, UnreachableError
from livedesk.desk.model import Moment
from livedesk.desk.moderating import Moderating
from livedesk.desk.moderation_client import ModerationClient
from livedesk.desk.operator_name import operator_name
from livedesk.desk.queue_orders import QueueOrder
from livedesk.desk.queue_view import QueueFilter, QueueRow
from livedesk.desk.wire import QueuePage
from tests.desk.fake_engine import FakeEngine, Script
from tests.desk.queue_data import FAQ, ME, T0, Rows, S, at, decided, effect, item, status
from tests.desk.test_desk import Address, attached
from tests.waiting import until


class Engine:
    """Answers calls as it is told to; counts what it carried out by key, as an engine does."""

    def __init__(self, *items: Item) -> None:
        self.items = {each.id: each for each in items}
        self.pages: list[QueuePage] = []
        self.before_page: Callable[[], None] = lambda: None
        self.faults: list[DeskError] = []
        """The next calls fail with these: a broken one after it was carried out."""
        self.given: list[QueueOrder] = []
        self.keys: dict[str, Item] = {}

    async def queue(self, store: str, after: str = "") -> QueuePage:
        self.before_page()
        if self.pages:
            return self.pages.pop(0)
        own = tuple(each for each in self.items.values() if each.store == store)
        return QueuePage(1, own, "", FAQ)

    async def give(self, order: QueueOrder, by: str) -> Item:
        self.given.append(order)
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, (NotSentError, RefusedError)):
            raise fault
        if order.key not in self.keys:
            self.items[order.item_id] = self._done(order, by)
            self.keys[order.key] = self.items[order.item_id]
        if fault is not None:
            raise fault
        return self.items[order.item_id]

    def _done(self, order: QueueOrder, by: str) -> Item:
        it = self.items[order.item_id]
        if order.kind is not None:
            return decided(it, order.kind, 5, by)
        return replace(it, claim=Claim(by, T0 + 40 * S), revision=it.revision + 1)


class Console:
    """A `Moderating` with an engine, in virtual time."""

    def __init__(self, engine: Engine, store: str = "glow") -> None:
        self.engine = engine
        self.second = 0.0
        self.tasks: set[asyncio.Task[None]] = set()
        self.desk = Moderating(
            self._client, self._spawn, self.now, Random(1), lambda: ME, wait=self._wait
        )  # fmt: skip
        self.is_there = True
        self.desk.status(status(store))

    def now(self) -> Moment:
        return at(self.second)

    def _client(self) -> ModerationClient:
        if not self.is_there:
            raise NotSentError("No engine is attached.", "console", "Wait until it is back.")
        return cast(ModerationClient, self.engine)

    def _spawn(self, _name: str, work: Coroutine[Any, Any, None]) -> None:
        self.tasks.add(asyncio.get_running_loop().create_task(work))

    async def _wait(self, seconds: float) -> None:
        self.second += seconds
        await asyncio.sleep(0)

    async def settled(self) -> None:
        while self.tasks:
            done, self.tasks = self.tasks, set()
            for result in await asyncio.gather(*done, return_exceptions=True):
                if isinstance(result, Exception):
                    raise result

    def row(self, item_id: str = "ia") -> QueueRow:
        row = self.desk.new_view().row_of(item_id, self.now())
        assert row is not None
        return row


def played(story: Callable[[Console], Coroutine[Any, Any, None]], *items: Item) -> Console:
    async def play() -> Console:
        console = Console(Engine(*items))
        await console.settled()
        await story(console)
        await console.settled()
        return console

    return asyncio.run(play())


BROKE = UnreachableError("The connection broke off.", "engine", "It is tried again.")
NOBODY = NotSentError("Nobody answers.", "engine", "It is tried again.")


def refusal(code: str, it: Item | None = None, status_code: int = 409) -> RefusedError:
    return RefusedError("kim is at it.", "engine", "Wait.", status_code, code, it)


def test_a_decision_is_shown_as_sending_until_the_engine_has_it() -> None:
    async def story(console: Console) -> None:
        console.desk.hide("ia")
        row = console.row()
        assert row.order is not None
        assert (row.order.state, row.state) == ("sending", "waiting")
        console.desk.hide("ia")
        await console.settled()
        row = console.row()
        assert (row.order, row.state, row.by) == (None, "hidden", ME)
        assert len(console.engine.given) == 1, "a double press is sent once"

    played(story, item("a"))


def test_an_order_whose_answer_was_lost_is_sent_again_under_its_key_and_done_once() -> None:
    async def story(console: Console) -> None:
        console.engine.faults = [NOBODY, BROKE, refusal("stopping", status_code=503), BROKE]
        console.desk.approve("ia")
        await console.settled()
        assert console.row().state == "approved"
        assert len(console.engine.given) == 5
        assert len(console.engine.keys) == 1

    played(story, item("a"))


def test_an_order_says_how_many_decisions_were_seen_so_that_it_overrules_no_others() -> None:
    async def story(console: Console) -> None:
        console.desk.hide("ia")
        await console.settled()
        console.desk.approve("ia")
        await console.settled()
        console.desk.undo()
        await console.settled()
        assert [order.seen for order in console.engine.given] == [0, 1, 2]

    played(story, item("a"))


def test_a_refused_order_says_why_and_who_holds_the_claim() -> None:
    held = replace(item("a"), claim=Claim("kim", T0 + 30 * S), revision=5)

    async def story(console: Console) -> None:
        console.engine.faults = [refusal("claimed", held)]
        console.desk.hide("ia")
        await console.settled()
        row = console.row()
        assert row.order is not None
        assert row.claim is not None
        assert (row.order.word, row.order.note) == ("Refused: hide", "kim is at it. Wait.")
        assert (row.claim.by, row.state) == ("kim", "waiting")
        assert console.desk.notes[0].text == "kim is at it. Wait."
        assert console.desk.undoable is None
        console.engine.items["ia"] = held
        console.desk.hide("ia")
        await console.settled()
        assert console.row().state == "hidden", "it may be asked for again"

    played(story, item("a"))


def keyed(engine: Engine) -> Item:
    """What the engine carried out, as its change tells it."""
    [(key, done)] = engine.keys.items()
    return replace(done, decisions=(replace(done.decisions[0], key=key),))


def test_an_order_without_any_answer_is_unknown_and_one_that_never_left_was_not_sent() -> None:
    async def story(console: Console) -> None:
        console.engine.faults = [BROKE] * 100
        console.desk.hide("ia")
        await console.settled()
        order = console.row().order
        assert order is not None
        assert order.state == "unknown"
        console.second += 60
        assert console.row().order is not None, "it stands until somebody knows"
        console.desk.changed(QueueChange("glow", 1, 2, (keyed(console.engine),)))
        assert (console.row().order, console.row().state) == (None, "hidden")
        assert console.desk.undoable is not None
        console.is_there = False
        console.desk.hide("ib")
        await console.settled()
        order = console.row("ib").order
        assert order is not None
        assert (order.state, order.word) == ("not_sent", "Not sent: hide")
        assert order.note.startswith("No engine is attached. It was not sent")

    played(story, item("a"), item("b"))


def test_what_an_engine_did_not_answer_is_sent_to_the_one_that_comes_back() -> None:
    async def story(console: Console) -> None:
        console.desk.hide("ia")
        [sending] = console.tasks
        await asyncio.sleep(0)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        console.tasks.clear()
        console.engine.items["ia"] = item("a")
        console.desk.attached()
        await console.settled()
        assert console.row().state == "hidden"
        assert len({order.key for order in console.engine.given}) == 1

    played(story, item("a"))


def test_the_last_act_is_taken_back_also_when_its_item_is_in_no_list_any_more() -> None:
    async def story(console: Console) -> None:
        console.desk.hide("ia")
        await console.settled()
        console.desk.approve("ib")
        await console.settled()
        console.desk.changed(QueueChange("glow", 1, 2, gone=("ib",)))
        told = console.desk.undoable
        assert told is not None
        assert (told.item_ids, told.kind) == (("ib",), "approve")
        console.desk.undo()
        await console.settled()
        assert [order.act for order in console.engine.given] == ["hide", "approve", "undo"]
        told = console.desk.undoable
        assert told is not None
        assert told.item_ids == ("ia",), "the one before"

    played(story, item("a"), item("b"))


def test_undo_takes_back_nothing_that_another_decided_since() -> None:
    async def story(console: Console) -> None:
        console.desk.hide("ia")
        await console.settled()
        theirs = decided(console.engine.items["ia"], "approve", 9, "kim")
        console.desk.changed(QueueChange("glow", 1, 2, (theirs,)))
        console.desk.undo()
        await console.settled()
        order = console.row().order
        assert order is not None
        assert order.note == "kim has decided about it since: it stays so."
        assert [each.act for each in console.engine.given] == ["hide"]
        assert console.desk.undoable is None

    played(story, item("a"))


def test_a_batch_is_one_act_that_tells_its_parts_and_is_taken_back_as_one() -> None:
    items = [item(f"{n}") for n in range(20)]

    async def story(console: Console) -> None:
        console.engine.faults = [refusal("claimed")]
        batch = console.desk.new_view().batch("i3")
        assert batch.count == 20
        console.desk.batch(batch, "hide")
        progress = console.desk.progress
        assert progress is not None
        assert not progress.is_over
        await console.settled()
        progress = console.desk.progress
        assert progress is not None
        assert (progress.done, progress.refused, progress.total) == (19, 1, 20)
        assert progress.why.startswith("kim is at it.")
        told = console.desk.undoable
        assert told is not None
        assert len(told.item_ids) == 19
        console.desk.undo()
        await console.settled()
        assert {each.state for each in console.engine.items.values()} == {"waiting"}
        assert console.desk.undoable is None

    played(story, *items)


def test_a_question_that_many_ask_is_answered_once_in_each_live() -> None:
    items = [item("a", 1), item("b", 2), item("c", 3, store="calm"), item("d", 4, store="calm")]

    async def story(console: Console) -> None:
        console.desk.status(status("calm"))
        await console.settled()
        batch = console.desk.new_view().batch("ia")
        console.desk.batch(batch, "reply", "shipping")
        await console.settled()
        acts = {order.item_id: order.act for order in console.engine.given}
        assert acts == {"ia": "reply", "ib": "approve", "ic": "reply", "id": "approve"}
        assert not any(order.again for order in console.engine.given)

    played(story, *items)


def test_what_was_done_by_hand_and_told_twice_is_no_refusal() -> None:
    by_hand = replace(item("a", state="hidden"), effects=(effect("hide", "by_hand", 1),))
    done = replace(by_hand, effects=(effect("hide", "done", 1),), revision=2)

    async def story(console: Console) -> None:
        console.engine.faults = [BROKE, refusal("not_by_hand", done)]
        console.desk.by_hand("ia", "hide:1:c", done=True)
        await console.settled()
        row = console.row()
        assert (row.order, row.by_hand) == (None, ())

    played(story, by_hand)


def test_a_queue_is_fetched_page_by_page_while_changes_come_in() -> None:
    engine = Engine()
    engine.pages = [
        QueuePage(4, (item("a"),), "ia", FAQ), QueuePage(6, (item("b"), item("c")), None),
    ]  # fmt: skip

    async def play() -> None:
        console = Console(engine)
        newer = decided(item("b"), "hide", 3, "kim")
        engine.before_page = lambda: console.desk.changed(QueueChange("glow", 4, 5, (newer,)))
        await console.settled()
        states = [console.row(item_id).state for item_id in ("ia", "ib", "ic")]
        assert states == ["waiting", "hidden", "waiting"]
        assert console.desk.book.queue("glow").revision == 5
        console.desk.changed(QueueChange("glow", 5, 6, (item("d"),)))
        assert not console.tasks

    asyncio.run(play())


def test_growth_is_told_by_the_page_and_not_by_the_item() -> None:
    told: list[int] = []

    async def story(console: Console) -> None:
        desk = console.desk
        desk.on_growth = lambda: told.append(len(desk.book))
        for n in range(1_100):
            desk.changed(QueueChange("glow", n, n + 1, (item(f"n{n}", n),)))

    played(story)
    assert told == [500, 1_000]


def test_a_change_that_does_not_follow_has_the_queue_fetched_anew() -> None:
    async def story(console: Console) -> None:
        rows = Rows()
        rows.view = view = console.desk.new_view(QueueFilter("waiting"))
        view.refresh(rows)
        assert rows.ids == ["ia", "ib"]
        console.engine.items = {"ib": item("b"), "ic": item("c")}
        console.desk.changed(QueueChange("glow", 8, 9, (item("b"),)))
        await console.settled()
        view.refresh(rows)
        assert rows.ids == ["ib", "ic"], "what is open no more has gone, and what was missed is in"

    played(story, item("a"), item("b"))


def test_a_new_engines_copies_are_taken_also_when_it_counts_less() -> None:
    before = replace(decided(item("a"), "hide", 3), revision=9)

    async def story(console: Console) -> None:
        console.desk.changed(QueueChange("glow", 1, 2, (before,)))
        console.desk.changed(QueueChange("glow", 2, 3, (item("a"),)))
        assert console.row().state == "hidden", "an older copy of the same engine"
        console.desk.attached()
        console.desk.status(status())
        await console.settled()
        assert console.row().state == "waiting"

    played(story, item("a"))


def test_the_console_follows_and_decides_over_http(
    clock: ManualClock, script: Script, engine: FakeEngine
) -> None:
    path = "/v1/stores/glow/moderation"
    first, held = item("a"), replace(item("b"), claim=Claim("kim", T0 + 9 * S), revision=3)
    page = {"revision": 1, "items": [first, item("b")], "after": "", "faq": FAQ}
    script.raw[f"{path}/queue"] = msgspec.json.encode(page)
    script.raw[f"{path}/ia/hide"] = msgspec.json.encode(decided(first, "hide", 4))
    script.statuses["glow"] = status()

    async def play() -> None:
        async with attached(Address(engine.access), clock) as desk:
            await until(lambda: len(desk.moderation.book) == 2, "the queue")
            desk.moderation.hide("ia")
            await until(lambda: desk.moderation.undoable is not None, "the decision")
            [body] = script.bodies(f"{path}/ia/hide")
            assert desk.moderation.book.item("ia") == decided(first, "hide", 4)
            assert body["by"] == desk.moderation.me
            assert body["key"]
            assert body["seen"] == 0
            error = {"code": "claimed", "message": "kim is at it.", "action": "Wait.", "item": held}
            script.refusal_bodies[f"{path}/ib/ban"] = (409, {"error": error})
            desk.moderation.ban("ib")
            await until(lambda: desk.moderation.notes, "the refusal")
            assert desk.moderation.book.item("ib") == held
            script.changes.append(QueueChange("glow", 1, 2, (item("n"),)))
            await until(lambda: desk.moderation.book.item("in"), "the change")

    asyncio.run(play())


def test_who_acts_is_told_in_one_short_line() -> None:
    assert operator_name("mei", "desk-3.example.com") == "mei@desk-3"
    assert operator_name("", "desk-3") == "desk-3"
    assert operator_name("m\x1bei\n", "") == "mei"
    assert operator_name("", "") == "console"
    assert len(operator_name("x" * 90, "y")) == 60


def test_what_the_engine_calls_us_by_is_ours() -> None:
    """With a person's own token the engine names the person, whatever the console calls itself."""
    names = [ME]
    engine = Engine(item("a"))

    def is_mine(console: Console) -> bool:
        claim = console.row().claim
        return claim is not None and claim.mine

    async def story() -> None:
        console = Console(engine)
        console.desk = Moderating(
            console._client, console._spawn, console.now, Random(1), lambda: names[0],
            wait=console._wait,
        )  # fmt: skip
        console.desk.status(status("glow"))
        await console.settled()
        before = engine.items["ia"]
        claim = Claim("Ana Lim", T0 + 40 * S)
        engine.items["ia"] = replace(before, claim=claim, revision=before.revision + 1)
        console.desk.book.take(engine.items["ia"])
        assert not is_mine(console)
        names[0] = "Ana Lim"
        assert is_mine(console)
        console.desk.hide("ia")
        await console.settled()
        assert engine.items["ia"].decisions[-1].by == "Ana Lim"
        console.desk.undo()
        await console.settled()
        assert [order.act for order in engine.given] == ["hide", "undo"]

    asyncio.run(story())
