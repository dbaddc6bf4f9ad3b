"""A real program beside livedesk: read, told, started again, and gone when livedesk goes."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from livedesk.core.clock import SystemClock
from livedesk.core.moderation import Comment, Effect, Verb
from livedesk.core.process import process_mark
from livedesk.moderation.chats.lines import LinesRoom
from tests.waiting import until

SAYS = """
import json, os, sys, time
def say(**line):
    print(json.dumps(line), flush=True)
"""
READS = """
for line in sys.stdin:
    order = json.loads(line)
"""


@dataclass
class Watch:
    room: LinesRoom
    got: list[Comment] = field(default_factory=list)

    def take(self, comments: Sequence[Comment]) -> None:
        self.got += comments


@asynccontextmanager
async def program(source: str, *arguments: str) -> AsyncIterator[Watch]:
    run = (sys.executable, "-S", "-c", SAYS + source, *arguments)
    async with running(run) as watch:
        yield watch


@asynccontextmanager
async def running(run: tuple[str, ...]) -> AsyncIterator[Watch]:
    watch = Watch(LinesRoom(run, SystemClock(), Random(1)))
    task = asyncio.create_task(watch.room.run(watch.take))
    try:
        yield watch
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await watch.room.close()


def order(verb: Verb, comment_id: str = "c1", text: str = "") -> Effect:
    return Effect(f"{verb}:1:{comment_id}", verb, text=text)


COMMENT = Comment("c1", "u1", "Ana", "hello", 0)


def test_comments_come_and_orders_are_carried_out() -> None:
    source = f"""
say(can=["hide", "reply"], keys=True)
say(id="c1", author_id="u1", author="Ana", text="hello")
say(id="c1", author_id="u1", author="Ana", text="hello")
print("no line at all", flush=True)
{READS}
    if order["do"] == "hide":
        say(did=order["key"], ok=True)
    else:
        say(did=order["key"], ok=False, text="not to " + order["author_id"])
"""

    async def run() -> None:
        async with program(source) as watch:
            assert watch.room.status().hide == "by_hand"
            await until(lambda: watch.room.status().unusable == 1, "all it has to say")
            assert [comment.id for comment in watch.got] == ["c1"]
            status = watch.room.status()
            assert (status.state, status.hide, status.ban) == ("up", "platform", "by_hand")
            assert "valid JSON" in status.reason
            assert watch.room.honours_keys
            hidden = await watch.room.act(order("hide"), COMMENT, 5.0)
            assert hidden.outcome == "done"
            refused = await watch.room.act(order("reply", text="Hi"), COMMENT, 5.0)
            assert (refused.outcome, refused.final) == ("none", True)
            assert refused.text == "The program could not do it: not to u1."
            banned = await watch.room.act(order("ban"), COMMENT, 5.0)
            assert banned.outcome == "by_hand"

    asyncio.run(run())


def test_an_order_without_an_answer_is_a_maybe() -> None:
    source = f"""
say(can=["hide", "ban"])
{READS}
    if order["do"] == "ban":
        break
"""

    async def run() -> None:
        async with program(source) as watch:
            await until(lambda: watch.room.status().hide == "platform")
            silent = await watch.room.act(order("hide"), COMMENT, 0.05)
            assert (silent.outcome, silent.code) == ("maybe", "no_answer")
            ended = await watch.room.act(order("ban"), COMMENT, 10.0)
            assert (ended.outcome, ended.text) == (
                "maybe",
                "The program ended before it answered.",
            )

    asyncio.run(run())


def test_a_program_that_reads_no_orders_cannot_fill_our_memory() -> None:
    async def run() -> None:
        async with program('say(can=["reply"])\ntime.sleep(60)') as watch:
            await until(lambda: watch.room.status().reply == "platform")
            outcomes = []
            for turn in range(60):
                wish = Effect(f"reply:{turn}:c1", "reply", text="x" * 20_000)
                outcomes.append((await watch.room.act(wish, COMMENT, 0.001)).outcome)
            assert outcomes[0] == "maybe"
            assert outcomes[-1] == "none"

    asyncio.run(run())


def test_it_is_started_again_and_its_last_words_are_told(tmp_path: Path) -> None:
    source = """
seen = sys.argv[1]
if os.path.exists(seen):
    say(id="c1", text="once"); say(id="c2", text="again"); time.sleep(60)
open(seen, "w").close()
say(id="c1", text="once")
print("first words\\n\\x1b[31mthe room is gone\\n", file=sys.stderr, flush=True)
sys.exit(3)
"""

    async def run() -> None:
        async with program(source, str(tmp_path / "ran")) as watch:
            reason = await until(lambda: watch.room.status().reason, "its end is told")
            assert "ended with status 3; it said:" in reason
            assert reason.endswith("[31mthe room is gone.")
            assert watch.room.status().state == "down"
            away = await watch.room.act(order("hide"), COMMENT, 1.0)
            assert away.outcome == "by_hand"
            await until(lambda: len(watch.got) == 2, "it runs again")
            assert [comment.id for comment in watch.got] == ["c1", "c2"]
            status = watch.room.status()
            assert status.state == "up"
            assert 0 < status.lost_s < 30

    asyncio.run(run())


@pytest.mark.parametrize("run", [("/nowhere/chat",), ("a\x00b",), (str(Path(__file__)),)])
def test_a_program_that_cannot_be_started_is_told(run: tuple[str, ...]) -> None:
    async def story() -> None:
        async with running(run) as watch:
            await until(lambda: watch.room.status().state == "down")
            assert "cannot be started" in watch.room.status().reason

    asyncio.run(story())


def test_floods_and_endless_lines_are_counted_and_do_not_pile_up() -> None:
    source = """
sys.stdout.write("x" * 3_000_000 + "\\n")
for n in range(4_000):
    sys.stdout.write('{"id": %d, "text": "hi"}\\n' % n)
sys.stdout.flush()
time.sleep(60)
"""

    async def run() -> None:
        async with program(source) as watch:
            await until(lambda: len(watch.got) == 4_000, "all of them")
            status = watch.room.status()
            assert (status.comments, status.unusable) == (4_000, 1)

    asyncio.run(run())


def test_it_goes_with_all_that_it_started(tmp_path: Path) -> None:
    source = """
import subprocess
child = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"])
open(sys.argv[1], "w").write("%d %d" % (os.getpid(), child.pid))
say(id="c1", text="ready")
import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)
time.sleep(600)
"""

    async def run() -> None:
        async with program(source, str(tmp_path / "pids")) as watch:
            await until(lambda: watch.got)
        pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
        await until(lambda: all(process_mark(pid) is None for pid in pids), "both are gone")

    asyncio.run(run())


def test_one_that_comes_back_unable_is_asked_for_nothing(tmp_path: Path) -> None:
    source = """
is_second = os.path.exists(sys.argv[1])
open(sys.argv[1], "w").close()
if not is_second:
    say(can=["hide"], keys=True)
say(id=f"c{is_second:d}", text="hello")
if is_second:
    time.sleep(60)
"""

    async def run() -> None:
        async with program(source, str(tmp_path / "ran")) as watch:
            await until(lambda: watch.room.status().hide == "platform")
            await until(lambda: len(watch.got) == 2, "the second")
            assert watch.room.status().hide == "by_hand"
            assert not watch.room.honours_keys

    asyncio.run(run())


@pytest.mark.parametrize("stays_s", [60, 0])
def test_a_program_that_floods_us_waits_and_nobody_else_does(stays_s: int) -> None:
    """The last lines of one that ends at once are taken too."""
    source = f"""
for n in range(3000):
    print(json.dumps({{"id": n, "text": "hello"}}))
sys.stdout.flush()
time.sleep({stays_s})
"""

    async def run() -> None:
        together: list[int] = []
        async with program(source) as watch:
            take = watch.room.lines

            def counted(lines: Sequence[bytes], too_long: int) -> None:
                together.append(len(lines))
                take(lines, too_long)

            watch.room.lines = counted  # type: ignore[method-assign]
            await until(lambda: len(watch.got) == 3_000, "all lines")
            assert [comment.id for comment in watch.got] == [str(n) for n in range(3_000)]
            assert not stays_s or max(together) == 100

    asyncio.run(run())
