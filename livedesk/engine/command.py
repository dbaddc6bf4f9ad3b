"""`livedesk engine`: the headless engine, watched; or the end of everything that runs here."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import threading
from pathlib import Path

from livedesk.core.command import (
    CONFIG_HELP,
    AddParser,
    FailureError,
    UsageError,
    chosen_stores,
    say,
    usual_config,
    warn,
)
from livedesk.paths import find_paths


def add_engine(add_parser: AddParser) -> None:
    engine = add_parser("engine", help="the headless engine, for all or one of the stores")
    engine.add_argument("--config", type=Path, metavar="FILE", help=CONFIG_HELP)
    engine.add_argument("--store", metavar="ID", help="only this store")
    engine.add_argument("--api", metavar="HOST:PORT", help="default: a free port on loopback")
    engine.add_argument(
        "--token-file", type=Path, metavar="FILE", help="its one line is an admin token as well"
    )
    engine.add_argument(
        "--no-watch", action="store_true", help="do not restart the engine when it dies"
    )
    engine.add_argument(
        "--stop", action="store_true", help="end this machine's engine, relays and probes"
    )
    engine.add_argument(
        "--end-with-input", action="store_true", help="end when standard input closes, for scripts"
    )
    engine.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    if args.stop:
        return _stop(find_paths(os.environ).prepare().runtime)
    config = usual_config(args.config)
    if config is None:
        raise UsageError("the engine needs a settings file; name it with --config FILE")
    if args.no_watch:
        return _engine_process(args, config)
    if args.end_with_input:
        _end_with_input()
    from livedesk.engine.watch import run_watched

    options = [f"--config={config}"]
    options += [f"--store={args.store}"] if args.store is not None else []
    options += [f"--api={args.api}"] if args.api is not None else []
    options += [f"--token-file={args.token_file}"] if args.token_file is not None else []
    command = [sys.executable, "-P", "-m", "livedesk", "engine", "--no-watch", *options]
    return run_watched(command, find_paths(os.environ).prepare().runtime)


def _end_with_input() -> None:
    """Whoever started us holds the other end; when they die, however they die, we end in order."""

    def wait() -> None:
        while os.read(0, 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="standard input", daemon=True).start()


def _engine_process(args: argparse.Namespace, config: Path) -> int:
    from livedesk.engine.main import EngineOptions, engine_process
    from livedesk.engine.token_file import TokenFileError, read_token_file
    from livedesk.keys import secret_resolver

    settings = chosen_stores(config, args.store, secret_resolver(os.environ))
    for notice in settings.notices:
        warn(notice)
    host, port = _address(args.api) if args.api is not None else ("127.0.0.1", 0)
    try:
        token = read_token_file(args.token_file) if args.token_file is not None else None
    except TokenFileError as error:
        raise UsageError(str(error)) from error
    paths = find_paths(os.environ).prepare()
    return engine_process(EngineOptions(settings, paths, host, port, admin_token=token))


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isdecimal() or int(port) > 65_535:
        raise UsageError(f'--api expects HOST:PORT, such as 127.0.0.1:8700; found "{text}"')
    return host, int(port)


def _stop(runtime: Path) -> int:
    from livedesk.engine.stop import end_everything

    report = asyncio.run(end_everything(runtime))
    for what in report.ended:
        say(f"ended {what}")
    if report.failed:
        raise FailureError(f"still running: {', '.join(report.failed)}; end it by hand with kill")
    if not report.ended:
        say("nothing of livedesk was running")
    return 0
