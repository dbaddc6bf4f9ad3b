"""The link: a probe that dies, freezes or hangs is back soon, and never believed meanwhile."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from livedesk.core.clock import NS_PER_S, SystemClock
from livedesk.core.secrets import Secret
from livedesk.core.status import PartState
from livedesk.monitors.probe.job import ProbeJob
from livedesk.monitors.probe.lines import EventLine, PreviewLine, SampleLine
from livedesk.monitors.probe.link import PROBE_COMMAND, ProbeLink, wait_before_start_s
from tests.monitors.probe.conftest import Media
from tests.waiting import until


class Engine:
    """What an engine would do with a link: keep what it hears."""

    def __init__(self, command: tuple[str, ...] = PROBE_COMMAND, silent_s: float = 5.0) -> None:
        self.samples: list[SampleLine] = []
        self.previews: list[PreviewLine] = []
        self.events: list[EventLine] = []
        self.link = ProbeLink(
            ProbeJob,
            SystemClock(),
            on_sample=self.samples.append,
            on_preview=self.previews.append,
            on_event=self.events.append,
            command=command,
            silent_s=silent_s,
        )

    async def until(self, condition: Callable[[], bool]) -> None:
        await until(condition)

    async def until_part(self, state: PartState) -> None:
        await self.until(lambda: self.link.part().state == state)


def run(
    story: Callable[[Engine], Awaitable[None]],
    command: tuple[str, ...] = PROBE_COMMAND,
    silent_s: float = 5.0,
) -> Engine:
    async def told() -> Engine:
        engine = Engine(command, silent_s)
        try:
            await story(engine)
        finally:
            await engine.link.close()
        return engine

    return asyncio.run(told())


def test_samples_pictures_and_events_come(media: Media) -> None:
    async def story(engine: Engine) -> None:
        assert engine.link.part().state == "down"
        engine.link.play(Secret(str(media.flv)))
        await engine.until(lambda: len(engine.previews) >= 1 and len(engine.samples) >= 3)
        await engine.until_part("up")
        assert engine.link.part().reason is None

    engine = run(story)
    assert engine.events[0].event == "probe.opened"
    assert engine.link.part().state == "down"


def test_an_engine_that_stood_still_believes_the_lines_that_waited(media: Media) -> None:
    async def story(engine: Engine) -> None:
        engine.link.play(Secret(str(media.flv)))
        await engine.until_part("up")
        pid, heard = engine.link.pid, len(engine.samples)
        time.sleep(1.5)  # noqa: ASYNC251 - the loop stands still, as in a stopped process
        await engine.until(lambda: len(engine.samples) > heard + 6)
        assert (engine.link.pid, engine.link.restarts) == (pid, 0)

    run(story, silent_s=1.0)


def test_a_killed_probe_is_back(media: Media) -> None:
    async def story(engine: Engine) -> None:
        engine.link.play(Secret(str(media.flv)))
        await engine.until_part("up")
        pid = engine.link.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await engine.until(lambda: engine.link.part().state != "up")
        await engine.until_part("up")
        assert engine.link.pid != pid
        assert engine.link.restarts == engine.link.part().restarts == 1

    died = next(line for line in run(story).events if line.event == "probe.died")
    assert died.data["status"] == -signal.SIGKILL


def test_a_frozen_probe_is_stale_and_then_replaced(media: Media) -> None:
    async def story(engine: Engine) -> None:
        engine.link.play(Secret(str(media.flv)))
        await engine.until_part("up")
        pid = engine.link.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        await engine.until_part("stale")
        assert "nothing" in str(engine.link.part().reason)
        await engine.until_part("up")
        assert engine.link.pid != pid

    run(story, silent_s=1.8)


def test_an_input_that_is_not_there_is_the_inputs_fault_and_not_the_probes(tmp_path: Path) -> None:
    async def story(engine: Engine) -> None:
        engine.link.play(Secret(str(tmp_path / "absent.flv")))
        await engine.until(lambda: "no such file" in str(engine.link.part().reason))
        assert engine.link.part().state == "starting"
        assert engine.link.restarts == 0

    run(story)


def test_another_address_replaces_the_child_and_none_rests_it(media: Media) -> None:
    async def story(engine: Engine) -> None:
        engine.link.play(Secret(str(media.flv)))
        await engine.until_part("up")
        first = engine.link.pid
        engine.link.play(Secret(str(media.flv)))
        assert engine.link.pid == first
        engine.link.play(Secret(str(media.b_frames)))
        await engine.until(lambda: engine.link.pid not in (None, first))
        await engine.until_part("up")
        engine.link.play(None)
        assert engine.link.part().state == "down"
        await engine.until(lambda: engine.link.pid is None)
        assert engine.link.restarts == 0

    run(story)


def test_a_child_that_only_crashes_is_tried_ever_more_rarely() -> None:
    async def story(engine: Engine) -> None:
        engine.link.play(Secret("x"))
        await engine.until(lambda: engine.link.restarts >= 2)
        part = engine.link.part()
        assert part.state in ("down", "starting")
        assert part.age_ms is None

    run(story, command=(sys.executable, "-c", "raise SystemExit(7)"))


def test_a_child_that_does_not_exist_is_said() -> None:
    async def story(engine: Engine) -> None:
        engine.link.play(Secret("x"))
        await engine.until_part("down")
        assert "cannot be started" in str(engine.link.part().reason)

    run(story, command=("/nonexistent/probe",))


def test_lines_that_mean_nothing_are_counted() -> None:
    async def story(engine: Engine) -> None:
        engine.link.play(Secret("x"))
        await engine.until(lambda: engine.link.unreadable_lines >= 2)

    script = "print('hello'); print('{}', flush=True); input(); input()"
    run(story, command=(sys.executable, "-c", script))


def test_closing_while_it_starts_leaves_nothing(media: Media) -> None:
    async def story(engine: Engine) -> None:
        engine.link.play(Secret(str(media.flv)))
        await asyncio.sleep(0)

    run(story)


def test_a_frozen_probe_does_not_hold_up_the_end(media: Media) -> None:
    async def story(engine: Engine) -> None:
        engine.link.play(Secret(str(media.flv)))
        await engine.until_part("up")
        assert engine.link.pid is not None
        os.kill(engine.link.pid, signal.SIGSTOP)
        engine.link.play(None)
        await engine.until(lambda: engine.link.pid is None)

    run(story, silent_s=60)


def test_a_probe_that_measured_for_a_while_is_back_sooner_than_one_that_dies_at_its_start() -> None:
    proven = wait_before_start_s(0, 10 * NS_PER_S)
    fresh = wait_before_start_s(0, 9 * NS_PER_S)
    assert proven < fresh
    waits = [wait_before_start_s(failures, 60 * NS_PER_S) for failures in range(1, 9)]
    assert waits == sorted(waits)
    assert waits[0] > fresh
