"""When does the watch bring the engine back, and when does it give up?"""

from __future__ import annotations

import signal
from collections.abc import Iterator

from livedesk.engine.watch import Watch


class Child:
    """An engine that lives for a while and then ends with a status."""

    def __init__(self, world: World, pid: int, lives_s: float, status: int) -> None:
        self.pid = pid
        self._world = world
        self._ends_s = world.now_s + lives_s
        self._status = status
        self.killed = False

    def poll(self) -> int | None:
        if self.killed:
            return -9
        return self._status if self._world.now_s >= self._ends_s else None

    def send_signal(self, sig: int) -> None:
        self._world.signals.append(sig)
        if self._world.obeys:
            self._ends_s, self._status = self._world.now_s, 0

    def kill(self) -> None:
        self.killed = True


class World:
    """Time that moves only when the watch sleeps, and lives for the children to have."""

    def __init__(self, lives: list[tuple[float, int]], *, ready: bool = True) -> None:
        self.now_s = 0.0
        self.starts: list[float] = []
        self.signals: list[int] = []
        self.said: list[str] = []
        self.obeys = True
        self.stop_at_s: float | None = None
        self._lives: Iterator[tuple[float, int]] = iter(lives)
        self.watch = Watch(
            self._start, lambda _pid: ready, self.said.append, lambda: self.now_s, self._sleep
        )

    def _start(self) -> Child:
        self.starts.append(self.now_s)
        return Child(self, len(self.starts), *next(self._lives))

    def _sleep(self, seconds: float) -> None:
        self.now_s += seconds
        if self.stop_at_s is not None and self.now_s >= self.stop_at_s:
            self.stop_at_s = None
            self.watch.stop()


FOREVER = 1e9


def test_a_clean_end_is_the_end() -> None:
    world = World([(30, 0)])
    assert world.watch.run() == 0
    assert world.starts == [0.0]


def test_a_killed_engine_is_back_at_once_even_several_times_in_a_row() -> None:
    world = World([*[(5, -9)] * 20, *[(1, -11)] * 4, (5, 0)])
    assert world.watch.run() == 0
    assert world.now_s < 20 * 5 + 4 * 1 + 5 + 2
    assert len(world.starts) == 25


def test_an_engine_that_says_why_it_cannot_run_is_believed() -> None:
    world = World([(0.5, 2)])
    assert world.watch.run() == 2
    assert len(world.starts) == 1
    assert world.said == []


def test_an_engine_that_never_comes_up_is_given_up() -> None:
    world = World([(0.5, 1)] * 99, ready=False)
    assert world.watch.run() == 1
    assert len(world.starts) == 6
    assert "giving up" in world.said[-1]


def test_an_engine_that_ran_is_never_given_up_but_waited_for() -> None:
    world = World([(30, -9), *[(0.5, 1)] * 20, (30, 0)])
    assert world.watch.run() == 0
    assert len(world.starts) == 22
    assert world.now_s > 100


def test_a_signal_is_passed_on_and_ends_both() -> None:
    world = World([(FOREVER, 1)])
    world.stop_at_s = 5
    assert world.watch.run() == 0
    assert world.signals == [signal.SIGTERM]


def test_an_engine_that_does_not_end_is_killed() -> None:
    world = World([(FOREVER, 1)])
    world.stop_at_s, world.obeys = 5, False
    assert world.watch.run() == 1
    assert "killed" in world.said[-1]


def test_a_stop_while_waiting_starts_nothing_more() -> None:
    world = World([(0.5, 1)] * 99)
    world.stop_at_s = 5.5
    assert world.watch.run() == 0
    assert len(world.starts) == 7
    assert world.signals == []
