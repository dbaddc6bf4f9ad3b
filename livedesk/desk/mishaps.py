"""Where does an exception go that nobody caught? Into the log, and before the operator.

A console that hides a fault of its own looks like a quiet show.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from livedesk.desk.words import tr

log = logging.getLogger(__name__)


class Mishaps:
    """Reports faults of the console itself. `show` is called on the event loop's thread."""

    def __init__(self) -> None:
        self.show: Callable[[str], None] | None = None

    def task(self, name: str, error: BaseException) -> None:
        """A background task ended with an exception; its owner has logged it."""
        self._show(name, error)

    def report(self, place: str, error: BaseException) -> None:
        log.error("unexpected fault in %s", place, exc_info=error)
        self._show(place, error)

    def _show(self, place: str, error: BaseException) -> None:
        # The text of an unknown exception may hold anything, so only the log has it.
        if self.show is not None:
            text = tr("A fault in {place} ({kind}). The log has the details.")
            self.show(text.format(place=place, kind=type(error).__name__))


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
