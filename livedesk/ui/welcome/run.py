"""From nothing to an engine: what is behind the welcome, put together and taken apart."""

from __future__ import annotations

import asyncio
import os
import secrets
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from random import Random
from typing import Literal

from PySide6.QtCore import QSize

from livedesk.core.clock import Clock
from livedesk.core.secrets import Secret
from livedesk.core.tasks import Tasks
from livedesk.desk.desk import Desk
from livedesk.desk.engines import LocalEngine, engine_command, find_engine
from livedesk.desk.mishaps import Mishaps, caught
from livedesk.desk.starting import FirstRun, Keep
from livedesk.paths import Paths
from livedesk.ui.theme import Theme
from livedesk.ui.welcome.window import WelcomeWindow

Choice = Literal["sandbox", "console", "leave"]

SIZE = (1180, 820)
_KEY_BYTES = 12


async def welcome(
    paths: Paths, file: Path, keep: Keep, theme: Theme, clock: Clock, leave: asyncio.Event
) -> Choice:
    """Show the welcome until somebody has chosen a way on. `file`: where settings are written.

    An engine that was started here runs on.
    """
    chosen: asyncio.Future[Choice] = asyncio.get_running_loop().create_future()
    mishaps = Mishaps()
    async with AsyncExitStack() as closers:
        closers.enter_context(caught(mishaps, asyncio.get_running_loop()))
        tasks, calls = Tasks(mishaps.task), Tasks(mishaps.task)
        engine = LocalEngine(paths.runtime, None, paths.data / "engine.log")
        desk = Desk(engine.locate, clock, tasks, Random(), calls=calls, is_local=True)
        mishaps.show = desk.note
        closers.push_async_callback(desk.close)
        closers.push_async_callback(tasks.close)
        run = FirstRun(file, keep, _lend, _Own(engine, desk, paths.runtime), tasks.spawn)
        window = WelcomeWindow(theme, run, _new_key, desk.snapshot)
        closers.callback(window.deleteLater)
        closers.callback(window.close_for_good)
        window.sandbox_asked.connect(partial(_choose, chosen, "sandbox"))
        window.console_asked.connect(partial(_choose, chosen, "console"))
        window.leave_asked.connect(leave.set)
        window.resize(_fitting(window, theme))
        window.show()
        desk.start()
        left = asyncio.create_task(leave.wait())
        await asyncio.wait((chosen, left), return_when=asyncio.FIRST_COMPLETED)
        left.cancel()
    return chosen.result() if chosen.done() else "leave"


class _Own:
    """The engine of this machine, as a first run starts and ends it."""

    def __init__(self, engine: LocalEngine, desk: Desk, runtime: Path) -> None:
        self._engine = engine
        self._desk = desk
        self._runtime = runtime

    @property
    def is_starting(self) -> bool:
        return self._engine.is_starting

    def start(self, file: Path) -> None:
        self._engine.start_with(engine_command(file))

    async def stop(self) -> None:
        if find_engine(self._runtime) is not None:
            await self._desk.end_and_stop()


def _choose(chosen: asyncio.Future[Choice], way: Choice) -> None:
    if not chosen.done():
        chosen.set_result(way)


def _new_key() -> Secret:
    """What an encoder has to know to be let in."""
    return Secret(secrets.token_urlsafe(_KEY_BYTES))


def _lend(variable: str, secret: Secret) -> None:
    """An engine that is started from here finds it in its environment."""
    os.environ[variable] = secret.reveal()


def _fitting(window: WelcomeWindow, theme: Theme) -> QSize:
    return (QSize(*SIZE) * theme.scale).boundedTo(window.screen().availableSize())
