"""What did a test leave behind? Threads, processes, sockets and tasks, each with a name."""

from __future__ import annotations

import asyncio
import asyncio.runners
import contextlib
import gc
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

PATIENCE_S = 3.0
"""How long something may take to end by itself after its test."""

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Running:
    """What runs in and under this process at one moment."""

    threads: frozenset[threading.Thread]
    children: frozenset[int]
    sockets: frozenset[str]

    @classmethod
    def now(cls) -> Running:
        threads = (t for t in threading.enumerate() if not isinstance(t, threading._DummyThread))
        return cls(frozenset(threads), frozenset(_children()), frozenset(_sockets()))

    def without(self, earlier: Running) -> Running:
        return Running(
            self.threads - earlier.threads,
            self.children - earlier.children,
            self.sockets - earlier.sockets,
        )

    def __bool__(self) -> bool:
        return bool(self.threads or self.children or self.sockets)

    def describe(self) -> list[str]:
        inodes = _sockets()
        return [
            *(f"thread {thread.name}" for thread in self.threads),
            *(f"process {pid}: {command_line(pid)}" for pid in self.children),
            *(f"open socket {_address(inodes[link])}" for link in self.sockets if link in inodes),
        ]


def left_since(earlier: Running) -> Running:
    """What was started since and does not end within the time given to it."""
    deadline = time.monotonic() + PATIENCE_S
    while left := Running.now().without(earlier):
        if left.sockets and not left.threads and not left.children:
            gc.collect()  # an object that nobody refers to warns by itself that it was not closed
            left = Running.now().without(earlier)
        if time.monotonic() > deadline:
            break
        time.sleep(0.01)
    return left


def processes_that_use(folder: Path) -> list[int]:
    """Processes with the folder in their environment, also those that left our process tree."""
    mark = os.fsencode(folder)
    found = []
    for entry in _PROC.glob("[0-9]*/environ"):
        pid = int(entry.parent.name)
        with contextlib.suppress(OSError):
            if pid != os.getpid() and mark in entry.read_bytes():
                found.append(pid)
    return found


def kill(pid: int) -> None:
    """End a left-over process, so that later tests are not blamed for it."""
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(OSError):
        os.waitpid(pid, 0)


def command_line(pid: int) -> str:
    try:
        text = (_PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    except OSError:
        return "(ended)"
    return text or "(ended, but nobody waited for it)"


@contextlib.contextmanager
def tasks_left_by_asyncio_run() -> Iterator[list[str]]:
    """The names of tasks that `asyncio.run` had to cancel, because their owner had not."""
    left: list[str] = []
    cancel_all = asyncio.runners._cancel_all_tasks  # type: ignore[attr-defined]

    def note_and_cancel(loop: asyncio.AbstractEventLoop) -> None:
        if tasks := asyncio.all_tasks(loop):
            _, pending = loop.run_until_complete(asyncio.wait(tasks, timeout=0.2))
            left.extend(f"task {task.get_name()}: {task.get_coro()}" for task in pending)
        cancel_all(loop)

    with mock.patch.object(asyncio.runners, "_cancel_all_tasks", note_and_cancel):
        yield left


def _children() -> Iterator[int]:
    """Processes whose parent we are; multiprocessing's own helper stays until the end."""
    us = str(os.getpid())
    for entry in _PROC.glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if entry.read_text(errors="replace").rpartition(")")[2].split()[1] == us:
                pid = int(entry.parent.name)
                if "multiprocessing.resource_tracker" not in command_line(pid):
                    yield pid


def _sockets() -> dict[str, int]:
    """Our open sockets: the kernel's name for each, and its file descriptor."""
    found = {}
    for entry in _PROC.glob("self/fd/*"):
        with contextlib.suppress(OSError):
            if (link := os.readlink(entry)).startswith("socket:"):  # noqa: PTH115 - no path
                found[link] = int(entry.name)
    return found


def _address(descriptor: int) -> str:
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as probe:
        return f"{probe.getsockname()} {probe.type.name}"
    return "(closed)"
