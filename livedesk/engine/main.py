"""How is an engine put together, and in which order is it taken apart again?"""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import os
import secrets
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from livedesk import __version__
from livedesk.core.clock import Clock, SystemClock
from livedesk.core.runtime import (
    EngineLock,
    EngineRuntime,
    engine_file,
    remove_runtime_file,
    write_runtime_file,
)
from livedesk.core.secrets import Safe, Secret
from livedesk.core.settings import Settings, StoreSettings
from livedesk.core.tasks import Tasks
from livedesk.engine.alarming.make import Alarming, open_alarming
from livedesk.engine.alarming.runbook_file import RunbookFile, runbook_path
from livedesk.engine.api.listener import PortTakenError, listen
from livedesk.engine.api.roles import Role
from livedesk.engine.bus import Bus
from livedesk.engine.checking.make import checking_maker
from livedesk.engine.engine import Engine, LoopLag, StopOrder
from livedesk.engine.handles import (
    CheckHandle,
    ModeratingHandle,
    PinningHandle,
    ProbeHandle,
    RelayHandle,
    ReturnHandle,
)
from livedesk.engine.pace import hand_over_quickly, keep_what_is_loaded
from livedesk.engine.past import SessionFiles
from livedesk.engine.people.door import PeopleDoor, open_people
from livedesk.engine.probe import probe_for
from livedesk.engine.record_plan import RecordPlan, noting
from livedesk.engine.records.make import open_records
from livedesk.engine.records.records import Records
from livedesk.engine.relay_link import RelayLink
from livedesk.engine.relay_process import RELAY_COMMAND, relay_job
from livedesk.engine.services import Makers, Services
from livedesk.engine.session import SessionRules
from livedesk.engine.store import Store
from livedesk.journal.sessions import last_seq
from livedesk.paths import Paths

if TYPE_CHECKING:
    from livedesk.engine.moderating.make import ModerationWorkshop
    from livedesk.engine.pinning.make import Workshop

log = logging.getLogger(__name__)


class EngineRefusedError(Exception):
    """The engine cannot run as asked; the text says why and what to do."""


def _users_safe() -> Safe:
    from livedesk.keys import UsersSafe

    return UsersSafe(os.environ)


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """`admin_token` and `tokens` are accepted beside the engine's own of its runtime file."""

    settings: Settings
    paths: Paths
    host: str = "127.0.0.1"
    port: int = 0
    admin_token: Secret | None = None
    tokens: tuple[tuple[Secret, Role], ...] = ()
    rules: SessionRules = field(default_factory=SessionRules)
    relay_command: tuple[str, ...] = RELAY_COMMAND
    make_probe: Callable[[Store, Clock], ProbeHandle] = probe_for
    make_safe: Callable[[], Safe] = _users_safe


async def run_engine(
    options: EngineOptions,
    clock: Clock,
    on_ready: Callable[[Engine, EngineRuntime], None] | None = None,
) -> None:
    """Run until told to stop. Raises EngineRefusedError.

    What is opened first is closed last: the API goes before the stores, the stores before the
    line of events that they write to, the lock at the very end.
    """
    async with AsyncExitStack() as opened:
        _hold_lock(opened, options.paths)
        listener = _bind(opened, options)
        lag = LoopLag()
        bus = await _open_bus(opened, options.paths, clock, lag)
        data = options.paths.data
        runbook = RunbookFile(runbook_path(data))
        await runbook.open()
        alarming = await open_alarming(
            opened, options.settings, data, bus, clock, runbook.steps, options.make_safe()
        )
        engine = Engine(
            clock, bus, lag, alarming.overview, alarming.alarms, runbook, alarming.channels
        )
        _obey_signals(opened, engine)
        people = await opened.enter_async_context(
            open_people(options.paths, clock, options.settings.users, _failed)
        )
        alarming.follow(people)
        alarming.overview.runbook_problem = lambda: runbook.problem
        stop = _Stop()
        plan = RecordPlan(options.settings.record, noting(people.audit.note))
        await _open_stores(opened, engine, options, alarming, stop, plan)
        # Not before they have taken up the alarms that an earlier engine left.
        alarming.overview.stores = lambda: [store.status() for store in engine.stores()]
        records = await opened.enter_async_context(
            open_records(data, clock, engine.running, options.settings.record, people.audit)
        )
        runtime = await _open_api(opened, engine, options, listener, people, records)
        if on_ready is not None:
            on_ready(engine, runtime)
        stop.order = await engine.stop_ordered()
        log.info("stopping, relays %s", "too" if stop.order.relays else "go on")
        if stop.order.relays:
            await _sign_off(engine, stop.order.actor)


async def _sign_off(engine: Engine, actor: str) -> None:
    """While the API still answers, so that consoles see an end and not a loss."""
    text = "The engine was stopped with its relays."
    await asyncio.gather(*(store.sign_off(actor, text) for store in engine.stores()))


class _Stop:
    """How it ends. Until somebody orders otherwise, a relay survives the engine: if this engine
    fails while starting, the show of an earlier one must go on."""

    order = StopOrder(relays=False, actor="")


def _hold_lock(opened: AsyncExitStack, paths: Paths) -> None:
    lock = EngineLock(paths.runtime)
    try:
        is_ours = lock.acquire()
    except OSError as error:
        raise _unusable(paths, error) from error
    if not is_ours:
        raise EngineRefusedError(
            "another engine of this user runs on this machine; "
            "attach to it with livedesk, or end it with livedesk engine --stop"
        )
    opened.callback(lock.release)


async def _open_bus(opened: AsyncExitStack, paths: Paths, clock: Clock, lag: LoopLag) -> Bus:
    last = await asyncio.to_thread(last_seq, paths.data)
    bus = Bus(clock, last, SessionFiles(paths.data))
    tasks = Tasks(_failed)
    opened.push_async_callback(tasks.close)
    opened.push_async_callback(bus.drain)
    tasks.spawn("bus", bus.run())
    tasks.spawn("loop lag", lag.run())
    return bus


def _failed(name: str, failure: BaseException) -> None:
    """Nothing works without these two: end at once and let the watch start anew."""
    log.critical("%s failed (%s); the engine ends", name, type(failure).__name__)
    os._exit(1)


def _obey_signals(opened: AsyncExitStack, engine: Engine) -> None:
    """SIGTERM and SIGINT leave nothing running; only a death without warning leaves the relays."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, lambda: engine.ask_to_stop(relays=True, actor="signal"))
        except (ValueError, RuntimeError, NotImplementedError):
            return  # not the main thread, as in tests
        opened.callback(loop.remove_signal_handler, number)


async def _open_stores(
    opened: AsyncExitStack,
    engine: Engine,
    options: EngineOptions,
    alarming: Alarming,
    stop: _Stop,
    plan: RecordPlan,
) -> None:
    clock = engine.clock
    workshop = _workshop(opened, options, clock)
    desk = _moderation_workshop(options, clock)
    hours = options.settings.agency.show_hours
    check = checking_maker(options.paths.data, clock, hours, engine.overview)
    for settings in options.settings.stores:
        engine.add(_make_store(settings, engine, options, alarming, workshop, desk, check, plan))

    async def close_all() -> None:
        ended = await asyncio.gather(
            *(store.close(relays=stop.order.relays) for store in engine.stores()),
            return_exceptions=True,
        )
        for store, outcome in zip(engine.stores(), ended, strict=True):
            if outcome is not True:
                log.error("store %s did not close cleanly: %s", store.settings.id, outcome)

    opened.push_async_callback(close_all)
    await asyncio.gather(*(store.start() for store in engine.stores()))


def _make_store(
    settings: StoreSettings,
    engine: Engine,
    options: EngineOptions,
    alarming: Alarming,
    workshop: Workshop | None,
    desk: ModerationWorkshop | None,
    make_checking: Callable[[Services], CheckHandle],
    plan: RecordPlan,
) -> Store:
    clock = engine.clock
    return Store(
        settings,
        options.paths.data,
        engine.bus,
        clock,
        _path_maker(settings, options, clock),
        lambda store: options.make_probe(store, clock),
        options.rules,
        _return_maker(settings, clock),
        Makers(
            _pinning_maker(settings, workshop),
            _moderating_maker(settings, desk, workshop),
            make_checking,
        ),
        alarming.telling,
        engine.runbook.steps,
        alarming.alarms.common,
        plan,
    )


def _path_maker(
    settings: StoreSettings, options: EngineOptions, clock: Clock
) -> Callable[[Store], RelayHandle]:
    if settings.feed.pull is None:
        job = relay_job(settings, options.paths.runtime)
        return lambda store: RelayLink(job, store, clock, options.relay_command, store.begin_on)
    # Its HTTP and WebSocket clients take a tenth of a second to load, as below.
    from livedesk.engine.external_path import external_path_for

    return lambda store: external_path_for(store, clock)


def _return_maker(settings: StoreSettings, clock: Clock) -> Callable[[Store], ReturnHandle] | None:
    check = settings.return_check
    if check is None:
        return None
    # The HTTP client takes a tenth of a second to load, which most engines have no use for.
    from livedesk.engine.returncheck import return_for

    return lambda store: return_for(store, check, clock)


def _workshop(opened: AsyncExitStack, options: EngineOptions, clock: Clock) -> Workshop | None:
    if all(settings.pins is None for settings in options.settings.stores):
        return None
    # The gateways' HTTP, too, is loaded for those only that have a use for it.
    from livedesk.engine.pinning.make import Workshop

    workshop = Workshop(options.paths, clock)
    opened.push_async_callback(workshop.close)
    return workshop


def _pinning_maker(
    settings: StoreSettings, workshop: Workshop | None
) -> Callable[[Services], PinningHandle] | None:
    pins = settings.pins
    if pins is None or workshop is None:
        return None
    return lambda services: workshop.pinning(services, pins)


def _moderation_workshop(options: EngineOptions, clock: Clock) -> ModerationWorkshop | None:
    if all(settings.moderation is None for settings in options.settings.stores):
        return None
    # Matcher and HTTP client, too, are loaded for those only that have a use for them.
    from livedesk.engine.moderating.make import ModerationWorkshop

    return ModerationWorkshop(options.paths, clock)


def _moderating_maker(
    settings: StoreSettings, desk: ModerationWorkshop | None, workshop: Workshop | None
) -> Callable[[Services], ModeratingHandle] | None:
    moderation = settings.moderation
    if moderation is None or desk is None:
        return None

    def make(services: Services) -> ModeratingHandle:
        shopee = None if workshop is None else workshop.shopee(settings.id)
        return desk.moderating(services, moderation, shopee)

    return make


def _bind(opened: AsyncExitStack, options: EngineOptions) -> socket.socket:
    """Before anything is started: a port in use is found out at once."""
    try:
        listener = listen(options.host, options.port)
    except PortTakenError as error:
        raise EngineRefusedError(str(error)) from error
    opened.callback(listener.close)
    return listener


async def _open_api(
    opened: AsyncExitStack,
    engine: Engine,
    options: EngineOptions,
    listener: socket.socket,
    people: PeopleDoor,
    records: Records,
) -> EngineRuntime:
    # The web stack is half of the start-up time: the relays are followed before it is loaded.
    await asyncio.to_thread(_load_api)
    from livedesk.engine.api.app import build_app
    from livedesk.engine.api.auth import Keyring
    from livedesk.engine.api.pad_wiring import open_pads
    from livedesk.engine.api.server import ApiServer

    own = Secret(secrets.token_urlsafe(32))
    admins = [token for token in (own, options.admin_token) if token is not None]
    door = await open_pads(engine, options.paths, (options.host, listener.getsockname()[1]))
    machine: dict[Secret, Role] = {**dict(options.tokens), **dict.fromkeys(admins, "admin")}
    keyring = Keyring(machine, door.tokens, people.users)
    hosts = frozenset({options.host})
    server = ApiServer(build_app(engine, keyring, hosts, door, people, records))
    tasks = Tasks(_failed)
    serving = tasks.spawn("api", server.serve(sockets=[listener]))

    async def close() -> None:
        engine.bus.close()
        for store in engine.stores():
            store.preview.close()
        server.should_exit = True
        await serving

    opened.push_async_callback(close)
    runtime = _describe(listener.getsockname(), own, engine.clock)
    path = engine_file(options.paths.runtime)
    await server.answering()
    try:
        write_runtime_file(path, runtime)
    except OSError as error:
        raise _unusable(options.paths, error) from error
    opened.callback(remove_runtime_file, path, os.getpid())
    return runtime


def _unusable(paths: Paths, error: OSError) -> EngineRefusedError:
    return EngineRefusedError(
        f"the runtime folder {paths.runtime} cannot be written: {error.strerror or error}; "
        "free it or set LIVEDESK_RUNTIME_DIR to another folder"
    )


def _load_api() -> None:
    for name in ("app", "server"):
        import_module(f"livedesk.engine.api.{name}")


def _describe(address: tuple[Any, ...], token: Secret, clock: Clock) -> EngineRuntime:
    """Where local consoles find the engine; a wildcard address is reached over loopback."""
    host, port = str(address[0]), int(address[1])
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    return EngineRuntime(os.getpid(), url, token, clock.utc_ns(), __version__)


def engine_process(options: EngineOptions) -> int:
    """The engine's process: returns its exit status."""
    faulthandler.enable()
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    try:
        asyncio.run(_main(options))
    except EngineRefusedError as error:
        sys.stderr.write(f"livedesk: {error}\n")
        return 2
    return 0


async def _main(options: EngineOptions) -> None:
    def on_exception(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        log.error("event loop: %s", context.get("message"), exc_info=context.get("exception"))

    def on_ready(_engine: Engine, runtime: EngineRuntime) -> None:
        keep_what_is_loaded()
        log.info("engine ready at %s", runtime.url)

    hand_over_quickly()
    asyncio.get_running_loop().set_exception_handler(on_exception)
    await run_engine(options, SystemClock(), on_ready)
