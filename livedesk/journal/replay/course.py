"""What held at an instant? Values and counts that change at known times, found by bisection."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")


class Course(Generic[T]):
    """A value from each of its changes on, until the next. Times of the session in ms."""

    __slots__ = ("_times", "_values")

    def __init__(self) -> None:
        self._times: list[int] = []
        self._values: list[T] = []

    def add(self, t_ms: int, value: T) -> None:
        """A change that is told late goes to its place; of two at one time the later told holds."""
        place = bisect_right(self._times, t_ms)
        self._times.insert(place, t_ms)
        self._values.insert(place, value)

    def at(self, t_ms: int) -> T | None:
        """None before the first change."""
        place = bisect_right(self._times, t_ms)
        return self._values[place - 1] if place else None

    def since_ms(self, t_ms: int) -> int | None:
        """When what holds at `t_ms` began to."""
        place = bisect_right(self._times, t_ms)
        return self._times[place - 1] if place else None

    @property
    def first_ms(self) -> int | None:
        return self._times[0] if self._times else None


class Tally:
    """A count with the times at which it grew or shrank. Tens of thousands of steps are few bytes.

    Add all of them first; the first question puts them in order.
    """

    __slots__ = ("_steps", "_sums", "_times")

    def __init__(self) -> None:
        self._steps: list[tuple[int, int]] | None = []
        self._times: array[int] = array("q")
        self._sums: array[int] = array("q")

    def add(self, t_ms: int, by: int = 1) -> None:
        assert self._steps is not None, "it was asked already"
        if by:
            self._steps.append((t_ms, by))

    def at(self, t_ms: int) -> int:
        if self._steps is not None:
            self._steps.sort()
            self._times = array("q", (step[0] for step in self._steps))
            self._sums = array("q", accumulate(step[1] for step in self._steps))
            self._steps = None
        place = bisect_right(self._times, t_ms)
        return self._sums[place - 1] if place else 0


class Waits:
    """How long things took that were over by an instant."""

    __slots__ = ("_times", "_told", "_values")

    def __init__(self) -> None:
        self._told: list[tuple[int, float]] | None = []
        self._times: array[int] = array("q")
        self._values: array[float] = array("d")

    def add(self, t_ms: int, took: float) -> None:
        assert self._told is not None, "it was asked already"
        self._told.append((t_ms, took))

    def until(self, t_ms: int) -> list[float]:
        """In ascending order."""
        if self._told is not None:
            self._told.sort()
            self._times = array("q", (told[0] for told in self._told))
            self._values = array("d", (told[1] for told in self._told))
            self._told = None
        return sorted(self._values[: bisect_right(self._times, t_ms)])
