"""Where does an exception go that nobody caught? Into the log, and before the operator.

A console that hides a fault of its own looks like a quiet show.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from livedesk.desk.words import tr

log = logging.getLogger(__name__)


AGAIN_S = 60.0
MOST_KINDS = 100


@dataclass(slots=True)
class _Told:
    count: int = 0
    last_s: float | None = None


class Mishaps:
    """Reports faults of the console itself. `show` is called on the event loop's thread.

    What is drawn ten times a second can fail ten times a second: the same fault is told once in
    AGAIN_S, with how often it came, so that the log stays readable and the disk stays free.
    """

    def __init__(self, mono_s: Callable[[], float] = time.monotonic) -> None:
        self.show: Callable[[str], None] | None = None
        self._mono_s = mono_s
        self._told: dict[tuple[str, str, int], _Told] = {}

    def task(self, name: str, error: BaseException) -> None:
        """A background task ended with an exception; its owner has logged it."""
        self._show(name, error)

    def report(self, place: str, error: BaseException) -> None:
        now_s, told = self._mono_s(), self._told.setdefault(_key(place, error), _Told())
        told.count += 1
        if told.last_s is not None and now_s - told.last_s < AGAIN_S:
            return
        told.last_s = now_s
        log.error("unexpected fault in %s, number %d of it", place, told.count, exc_info=error)
        self._show(place, error)
        if len(self._told) > MOST_KINDS:
            self._told.clear()

    def _show(self, place: str, error: BaseException) -> None:
        # The text of an unknown exception may hold anything, so only the log has it.
        if self.show is not None:
            text = tr("A fault in {place} ({kind}). The log has the details.")
            self.show(text.format(place=place, kind=type(error).__name__))


def _key(place: str, error: BaseException) -> tuple[str, str, int]:
    """Where it came from, and of which kind it is."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return place, type(error).__name__, trace.tb_lineno if trace is not None else 0


@contextmanager
def caught(mishaps: Mishaps, loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Send uncaught exceptions of slots, coroutines and threads to `mishaps`."""

    def in_slot(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        else:
            mishaps.report(tr("the window"), error)

    def in_thread(args: threading.ExceptHookArgs) -> None:
        name = args.thread.name if args.thread is not None else tr("a thread")
        error = args.exc_value or args.exc_type()
        loop.call_soon_threadsafe(mishaps.report, name, error)

    def in_loop(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception") or RuntimeError(context.get("message", ""))
        mishaps.report(tr("the event loop"), error)

    before = sys.excepthook, threading.excepthook
    sys.excepthook, threading.excepthook = in_slot, in_thread
    loop.set_exception_handler(in_loop)
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook = before
        loop.set_exception_handler(None)
