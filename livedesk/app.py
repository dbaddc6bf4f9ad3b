"""How is the console put together, started and taken apart? Everything it needs is wired here.

Closers stand beside their openers and run in reverse order; the window only asks to be closed.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path
from random import Random
from types import FrameType

# qasync takes the first Qt binding that it finds loaded, so PySide6 comes before it.
from PySide6.QtCore import QMessageLogContext, QSize, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

import qasync  # isort: skip

from livedesk.core.clock import Clock, SystemClock
from livedesk.core.tasks import Tasks
from livedesk.desk.desk import Desk, dial_engine
from livedesk.desk.engines import LocalEngine, engine_command
from livedesk.desk.errors import DeskError
from livedesk.desk.link import EngineAccess, Locate
from livedesk.desk.mishaps import Mishaps, caught
from livedesk.desk.pad_host import PadHost
from livedesk.desk.preferences import PreferenceBook, Preferences
from livedesk.desk.sandbox_client import Fault, SandboxAccess, SandboxClient
from livedesk.desk.words import use_catalogues
from livedesk.keys import keep_in_keyring
from livedesk.paths import Paths
from livedesk.ui.collector import forget_what_went, keep_what_stays, see_all
from livedesk.ui.dressing import theme_of, wear
from livedesk.ui.front import Fittings, Front
from livedesk.ui.layouts import Layouts
from livedesk.ui.pad.window import PadWindow
from livedesk.ui.photographs import Picture as Picture
from livedesk.ui.photographs import until_left
from livedesk.ui.theme import Theme
from livedesk.ui.welcome.run import Choice, welcome
from livedesk.ui.window import PLACE, ConsoleWindow

log = logging.getLogger(__name__)

WINDOW = (1600, 900)
WORKER_THREADS = 2
SETTLED_S = 1.0
"""So long after another look the windows of the one before are gone."""


@dataclass(frozen=True, slots=True)
class ConsoleSettings:
    """What one console is started with.

    `engine`: attach to this one; else to this machine's, which is started with `config` if none
    runs. `offscreen`: no display is needed. `close_after_s`: leave by itself.
    """

    paths: Paths
    config: Path | None = None
    engine: EngineAccess | None = None
    sandbox: SandboxAccess | None = None
    offscreen: bool = False
    pictures: tuple[Picture, ...] = ()
    close_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class PadSettings:
    """What one pad is started with. `engine`: attach to this one; else to this machine's."""

    paths: Paths
    store: str
    engine: EngineAccess | None = None
    full_screen: bool = False


def run_console(settings: ConsoleSettings) -> int:
    """Show the window until it is closed; returns an exit status."""
    app = _application(offscreen=settings.offscreen)
    # Pictures that are made without a display are alike on every machine.
    book = PreferenceBook(None if settings.offscreen else settings.paths.console)
    theme = dress(app, settings.offscreen, book.now)
    with asyncio.Runner(loop_factory=partial(make_loop, app)) as runner:
        return runner.run(console(settings, theme, SystemClock(), book))


def run_pad(settings: PadSettings) -> int:
    """Show a store's pad until it is closed; returns an exit status."""
    app = _application(offscreen=False)
    theme = dress(app, offscreen=False)
    with asyncio.Runner(loop_factory=partial(make_loop, app)) as runner:
        return runner.run(pad(settings, theme, SystemClock()))


def run_welcome(paths: Paths, file: Path) -> Choice:
    """Show who has no settings yet the ways on, until one is chosen; `file`: where settings go."""
    app = _application(offscreen=False)
    theme = dress(app, False, PreferenceBook(paths.console).now)

    async def show() -> Choice:
        leave = asyncio.Event()
        with _ended_by_signals(asyncio.get_running_loop(), leave):
            return await welcome(paths, file, keep_in_keyring, theme, SystemClock(), leave)

    with asyncio.Runner(loop_factory=partial(make_loop, app)) as runner:
        return runner.run(show())


def _qt_says(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    """Qt's own messages go where ours go; the offscreen platform's sighs are nobody's business."""
    loud = kind is not QtMsgType.QtDebugMsg and "propagateSizeHints" not in text
    logging.getLogger("qt").log(logging.WARNING if loud else logging.DEBUG, "%s", text)


def _application(*, offscreen: bool) -> QApplication:
    qInstallMessageHandler(_qt_says)
    use_catalogues(Path(str(files("livedesk"))) / "locale")
    arguments = ["livedesk", *(["-platform", "offscreen"] if offscreen else [])]
    app = QApplication.instance() or QApplication(arguments)
    assert isinstance(app, QApplication)
    return app


def make_loop(app: QApplication) -> asyncio.AbstractEventLoop:
    app.setQuitOnLastWindowClosed(False)
    loop: asyncio.AbstractEventLoop = qasync.QEventLoop(app)
    # Left to itself qasync starts ten threads.
    loop.set_default_executor(ThreadPoolExecutor(WORKER_THREADS, "livedesk"))
    return loop


def dress(app: QApplication, offscreen: bool, preferences: Preferences | None = None) -> Theme:
    """Give the application its look."""
    theme = theme_of(preferences or Preferences(), offscreen=offscreen)
    app.setApplicationName("livedesk")
    app.setDesktopFileName("livedesk")
    wear(app, theme)
    with as_file(files("livedesk.ui") / "icon.svg") as icon:
        app.setWindowIcon(QIcon(str(icon)))
    return theme


def fitting(room: QSize | None, scale: float) -> QSize:
    """The usual size at this scale, or all the room of a smaller screen."""
    usual = QSize(*WINDOW) * scale
    return usual if room is None else usual.boundedTo(room)


def _room(window: ConsoleWindow) -> QSize | None:
    """Offscreen there is no screen to fit."""
    is_offscreen = QGuiApplication.platformName() == "offscreen"
    return None if is_offscreen else window.screen().availableSize()


def _front(
    settings: ConsoleSettings, desk: Desk, theme: Theme, clock: Clock, book: PreferenceBook
) -> Front:
    """The window where it stood last time, or in the usual size."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    layouts = Layouts(None if settings.offscreen else settings.paths.console)
    sandbox = settings.sandbox is not None
    fittings = Fittings(clock, book, layouts, sandbox, quiet=settings.offscreen)
    front = Front(desk, theme, fittings, app)
    if not layouts.place(front.window, PLACE):
        front.window.resize(fitting(_room(front.window), theme.scale))
    front.window.show()
    front.window.beside.walls.open_again()
    return front


async def console(
    settings: ConsoleSettings, theme: Theme, clock: Clock, book: PreferenceBook | None = None
) -> int:
    """The console on a running Qt event loop; returns when its window was closed."""
    loop = asyncio.get_running_loop()
    leave = asyncio.Event()
    mishaps = Mishaps()
    async with AsyncExitStack() as closers:
        closers.enter_context(caught(mishaps, loop))
        closers.enter_context(_ended_by_signals(loop, leave))
        tasks = Tasks(mishaps.task)
        calls = Tasks(mishaps.task)
        desk = Desk(
            _locate(settings), clock, tasks, Random(), calls=calls, is_local=settings.engine is None
        )
        mishaps.show = desk.note
        desk.moderation.on_growth = keep_what_stays
        closers.push_async_callback(desk.close)
        closers.push_async_callback(tasks.close)
        front = _front(settings, desk, theme, clock, book or PreferenceBook())
        closers.callback(front.close)
        if settings.sandbox is not None:
            sandbox = SandboxClient(settings.sandbox)
            closers.push_async_callback(sandbox.close)
            front.fault_requested.connect(partial(_break, tasks, desk, sandbox))
        front.rebuilt.connect(partial(loop.call_later, SETTLED_S, forget_what_went))
        front.leave_requested.connect(leave.set)
        front.stop_requested.connect(partial(_stop, tasks, desk, leave))
        desk.start()
        keep_what_stays()
        closers.callback(see_all)
        await until_left(lambda: front.window, settings.pictures, leave, settings.close_after_s)
    return 0


async def pad(settings: PadSettings, theme: Theme, clock: Clock) -> int:
    """The pad on a running Qt event loop; returns when its window was closed."""
    loop = asyncio.get_running_loop()
    leave = asyncio.Event()
    mishaps = Mishaps()
    async with AsyncExitStack() as closers:
        closers.enter_context(caught(mishaps, loop))
        closers.enter_context(_ended_by_signals(loop, leave))
        tasks = Tasks(mishaps.task)
        host = PadHost(
            _locate_running(settings),
            clock,
            tasks,
            Random(),
            dial_engine,
            is_local=settings.engine is None,
            calls=Tasks(mishaps.task),
        )
        closers.push_async_callback(host.close)
        closers.push_async_callback(tasks.close)
        window = PadWindow(host.desk, theme, settings.store)
        closers.callback(window.deleteLater)
        closers.callback(window.close)
        window.closed.connect(leave.set)
        if settings.full_screen:
            window.showFullScreen()
        else:
            window.show()
        host.start()
        await leave.wait()
    return 0


def _locate_running(settings: PadSettings) -> Locate:
    """A pad starts no engine: without the console nobody would see what it says."""
    if settings.engine is not None:
        return partial(_known, settings.engine)
    paths = settings.paths.prepare()
    return LocalEngine(paths.runtime, None, paths.data / "engine.log").locate


def _locate(settings: ConsoleSettings) -> Locate:
    if settings.engine is not None:
        return partial(_known, settings.engine)
    start = engine_command(settings.config) if settings.config is not None else None
    paths = settings.paths.prepare()
    return LocalEngine(paths.runtime, start, paths.data / "engine.log").locate


async def _known(access: EngineAccess) -> EngineAccess:
    return access


def _stop(tasks: Tasks, desk: Desk, leave: asyncio.Event) -> None:
    tasks.spawn("stop", _stop_and_leave(desk, leave))


async def _stop_and_leave(desk: Desk, leave: asyncio.Event) -> None:
    """End the show; the window stays if that does not work, and says why."""
    try:
        await desk.end_and_stop()
    except DeskError as error:
        desk.note(str(error))
    else:
        leave.set()


def _break(tasks: Tasks, desk: Desk, sandbox: SandboxClient, fault: Fault) -> None:
    tasks.spawn(f"sandbox {fault.name}", _apply(desk, sandbox, fault))


async def _apply(desk: Desk, sandbox: SandboxClient, fault: Fault) -> None:
    try:
        await sandbox.apply(fault)
    except DeskError as error:
        desk.note(str(error))


@contextmanager
def _ended_by_signals(loop: asyncio.AbstractEventLoop, leave: asyncio.Event) -> Iterator[None]:
    """Ctrl+C and SIGTERM close the window, as its button does. Main thread only."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ended(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(leave.set)

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, ended) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
