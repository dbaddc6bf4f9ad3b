"""What can be typed? Reads the command line and hands over; whatever is heavy is imported there.

Exit status: 0 done, 1 it did not work, 2 it was asked for wrongly (usage, settings, a port in use).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import secrets
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from livedesk import __version__
from livedesk.core.clock import SystemClock
from livedesk.core.config_file import ConfigError, load_settings
from livedesk.core.display import has_display
from livedesk.core.secrets import Secret
from livedesk.core.settings import Settings
from livedesk.paths import FolderError, Paths, find_paths

LATER = {"pad": "The host's pad"}
DEFAULT_CONFIG = Path("livedesk.toml")


class UsageError(Exception):
    """Asked for wrongly; the text says what is wrong and what to type instead."""


class FailureError(Exception):
    """It did not work; the text says why and what to do."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments and arguments[0] in LATER:
        return _say(f"{LATER[arguments[0]]} is part of a later release of livedesk.", 2)
    args = _parser().parse_args(arguments)
    try:
        return int(args.run(args))
    except (ConfigError, FolderError, UsageError) as error:
        return _say(str(error), 2)
    except FailureError as error:
        return _say(str(error), 1)
    except KeyboardInterrupt:
        return 130


def _say(text: str, status: int) -> int:
    for line in text.splitlines():
        print(f"livedesk: {line}", file=sys.stderr)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="livedesk",
        description="Live-stream operations console for live shopping. "
        "Without a command the console opens.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"livedesk {__version__}")
    parser.add_argument("--config", type=Path, metavar="FILE", help=_CONFIG_HELP)
    parser.set_defaults(run=_console)
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")
    _add_demo(commands)
    _add_engine(commands)
    _add_sandbox(commands)
    _add_probe(commands)
    _add_slate(commands)
    _add_export(commands)
    _add_doctor(commands)
    return parser


_CONFIG_HELP = f"settings file (default: {DEFAULT_CONFIG}, if there is one)"
_Commands = argparse._SubParsersAction


def _add_demo(commands: _Commands[argparse.ArgumentParser]) -> None:
    demo = commands.add_parser("demo", help="a scripted show with encoder, platform and console")
    demo.add_argument("--headless", action="store_true", help="without a display")
    demo.add_argument("--seconds", type=_seconds, metavar="N", help="end after so long")
    demo.add_argument("--out", type=Path, metavar="DIR", help="keep the record and exports there")
    demo.add_argument("--json", action="store_true", help="one JSON summary at the end")
    demo.set_defaults(run=_demo)


def _add_engine(commands: _Commands[argparse.ArgumentParser]) -> None:
    engine = commands.add_parser("engine", help="the headless engine, for all or one of the stores")
    engine.add_argument("--config", type=Path, metavar="FILE", help=_CONFIG_HELP)
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
    engine.set_defaults(run=_engine)


def _add_sandbox(commands: _Commands[argparse.ArgumentParser]) -> None:
    sandbox = commands.add_parser("sandbox", help="an encoder, a network path and a platform")
    sandbox.add_argument(
        "--config", type=Path, metavar="FILE", help="push to the feed of a store in this file"
    )
    sandbox.add_argument("--store", metavar="ID", help="that store (default: the first)")
    sandbox.add_argument("--kbps", type=int, default=4000, metavar="N", help="video rate")
    sandbox.add_argument("--json", action="store_true", help="say where it is as one JSON line")
    sandbox.set_defaults(run=_sandbox)


def _add_probe(commands: _Commands[argparse.ArgumentParser]) -> None:
    probe = commands.add_parser("probe", help="measure any feed or file")
    probe.add_argument("source", metavar="URL|FILE", help="- reads it from standard input")
    probe.add_argument("--seconds", type=_seconds, metavar="N", help="end after so long")
    probe.add_argument("--json", action="store_true", help="a JSON line a second")
    probe.add_argument(
        "--platform", metavar="NAME", help="check it against the wishes of this platform"
    )
    probe.add_argument(
        "--against", metavar="URL|FILE", help="compare it, as the primary, with this bonded feed"
    )
    probe.add_argument(
        "--decode",
        choices=("all", "keyframes", "none"),
        default="all",
        help="black, frozen and slate need all pictures (default: %(default)s)",
    )
    probe.set_defaults(run=_probe)


def _add_slate(commands: _Commands[argparse.ArgumentParser]) -> None:
    slate = commands.add_parser("slate", help="a flash-and-beep clip to film before the show")
    slate.add_argument("--out", type=Path, metavar="FILE", help="write the clip there")
    slate.add_argument("--seconds", type=_seconds, metavar="N", help="length of clip and showing")
    slate.add_argument("--fps", type=int, default=30, metavar="N", help="default: %(default)s")
    slate.add_argument("--no-show", action="store_true", help="only write the clip")
    slate.set_defaults(run=_slate)


def _add_export(commands: _Commands[argparse.ArgumentParser]) -> None:
    export = commands.add_parser("export", help="turn a session's record into files for others")
    export.add_argument("session", metavar="SESSION", help="a session file or the session's id")
    export.add_argument("--format", default="csv,jsonl,html", metavar="LIST", help="%(default)s")
    export.add_argument("--out", type=Path, default=Path(), metavar="DIR", help="here by default")
    export.set_defaults(run=_export)


def _add_doctor(commands: _Commands[argparse.ArgumentParser]) -> None:
    doctor = commands.add_parser("doctor", help="what is missing, and how to get it")
    doctor.add_argument("--config", type=Path, metavar="FILE", help=_CONFIG_HELP)
    doctor.set_defaults(run=_doctor)


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value <= 86_400:
        raise argparse.ArgumentTypeError("expected a number of seconds above 0")
    return value


def _paths() -> Paths:
    return find_paths(os.environ).prepare()


def _config(given: Path | None) -> Path | None:
    """The settings file that was named, or the usual one if it is there."""
    if given is not None:
        return given
    return DEFAULT_CONFIG if DEFAULT_CONFIG.is_file() else None


def _console(args: argparse.Namespace) -> int:
    if not has_display(os.environ):
        raise UsageError(
            "there is no display here (DISPLAY is not set): open the console in a desktop session, "
            "or run without a window: livedesk engine --config FILE"
        )
    try:
        from livedesk.app import ConsoleSettings, run_console
    except ImportError as error:
        raise FailureError(
            f"the console needs Qt, which cannot be loaded ({error}); "
            "run livedesk doctor, which says how to get it"
        ) from error
    return run_console(ConsoleSettings(_paths(), config=_config(args.config)))


def _demo(args: argparse.Namespace) -> int:
    from livedesk.demo import run_demo

    headless, out = args.headless, args.out
    if not headless and not has_display(os.environ):
        headless, out = True, out or Path("out")
        print(f"There is no display here: the show runs without one, its picture is kept in {out}.")
    return run_demo(headless=headless, seconds=args.seconds, out=out, json=args.json)


def _engine(args: argparse.Namespace) -> int:
    if args.stop:
        return _stop(_paths().runtime)
    config = _config(args.config)
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
    return run_watched(command, _paths().runtime)


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

    settings = _stores(config, args.store)
    for notice in settings.notices:
        _say(notice, 0)
    host, port = _address(args.api) if args.api is not None else ("127.0.0.1", 0)
    try:
        token = read_token_file(args.token_file) if args.token_file is not None else None
    except TokenFileError as error:
        raise UsageError(str(error)) from error
    options = EngineOptions(settings, _paths(), host, port, admin_token=token)
    return engine_process(options)


def _stores(config: Path, named: str | None) -> Settings:
    """The settings, of all stores or of the one that is named."""
    from livedesk.keys import secret_resolver

    settings = load_settings(config, secret_resolver(os.environ))
    if named is None:
        return settings
    stores = tuple(store for store in settings.stores if store.id == named)
    if not stores:
        known = ", ".join(store.id for store in settings.stores)
        raise UsageError(f'{config} has no store "{named}"; it has {known}')
    return replace(settings, stores=stores)


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
        print(f"ended {what}")
    if report.failed:
        raise FailureError(f"still running: {', '.join(report.failed)}; end it by hand with kill")
    if not report.ended:
        print("nothing of livedesk was running")
    return 0


def _sandbox(args: argparse.Namespace) -> int:
    from livedesk.sandbox.encoder.job import JobError
    from livedesk.sandbox.run import Ready, SandboxJob, run_sandbox

    def ready(where: Ready) -> None:
        if args.json:
            print(json.dumps(where.to_json()), flush=True)
            return
        print(f"platform, for an uplink's url: {where.platform_url.reveal()}")
        print(f"control: {where.control_url}  (Ctrl+C ends the sandbox)", flush=True)

    target = _feed_url(args.config, args.store) if args.config is not None else None
    key = Secret(secrets.token_urlsafe(16))
    job = SandboxJob("live", key, {"kbps": args.kbps}, target)

    async def run() -> None:
        end = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, end.set)
        await run_sandbox(job, SystemClock(), ready, end.wait())

    try:
        asyncio.run(run())
    except (JobError, OSError) as error:
        raise FailureError(f"the sandbox cannot start: {error}") from error
    return 0


def _feed_url(config: Path, named: str | None) -> Secret:
    """Where an encoder on this machine pushes to for a store of the settings."""
    feed = _stores(config, named).stores[0].feed
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(feed.host, feed.host)
    return Secret(f"{feed.scheme}://{host}:{feed.port}/{feed.app}/{feed.key.reveal()}")


def _probe(args: argparse.Namespace) -> int:
    from livedesk.monitors.probe.command import ProbeFailedError, ProbeOptions, main_probe

    options = ProbeOptions(
        seconds=args.seconds,
        as_json=args.json,
        platform=_platform(args.platform),
        against=args.against,
        decode=args.decode,
    )
    try:
        main_probe(args.source, options)
    except ProbeFailedError as error:
        raise FailureError(str(error)) from error
    return 0


def _platform(named: str | None) -> str | None:
    """A store's settings may name any platform; here a name that is not known is a typo."""
    from livedesk.monitors.wishes import PLATFORMS

    if named is None or named.lower() in PLATFORMS:
        return named
    known = ", ".join(sorted(PLATFORMS))
    raise UsageError(f'--platform expects one of {known}; found "{named}"')


def _slate(args: argparse.Namespace) -> int:
    from livedesk.slate.command import SlateError, main_slate

    try:
        main_slate(
            sys.stdout,
            path=args.out,
            seconds=args.seconds,
            fps=args.fps,
            with_show=not args.no_show,
        )
    except SlateError as error:
        raise FailureError(str(error)) from error
    return 0


def _export(args: argparse.Namespace) -> int:
    from livedesk.journal.errors import JournalError, UnknownFormatError
    from livedesk.journal.export import export

    formats = [name.strip() for name in args.format.split(",") if name.strip()]
    try:
        written = export(_session_file(args.session), formats, args.out)
    except UnknownFormatError as error:
        raise UsageError(str(error)) from error
    except (JournalError, OSError) as error:
        raise FailureError(str(error)) from error
    for path in written:
        print(path)
    return 0


def _session_file(named: str) -> Path:
    """A path as it is; else the file of the session with that id."""
    from livedesk.journal.sessions import list_sessions

    path = Path(named)
    if path.exists():
        return path
    data = find_paths(os.environ).data
    for entry in list_sessions(data):
        if entry.info is not None and entry.info.session == named:
            return entry.path
    raise UsageError(f'there is no session file "{named}", and no session of that id in {data}')


def _doctor(args: argparse.Namespace) -> int:
    from livedesk.doctor import as_text, exit_status, run_doctor

    findings = run_doctor(find_paths(os.environ), _config(args.config), os.environ, SystemClock())
    print(as_text(findings))
    return exit_status(findings)
