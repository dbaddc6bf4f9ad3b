"""What can be typed? Reads the command line and hands over; whatever is heavy is imported there.

Exit status: 0 done, 1 it did not work, 2 it was asked for wrongly (usage, settings, a port in use).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from livedesk import __version__
from livedesk.core.clock import SystemClock
from livedesk.core.command import (
    CONFIG_HELP,
    DEFAULT_CONFIG,
    AddParser,
    FailureError,
    UsageError,
    seconds,
    usual_config,
    warn,
)
from livedesk.core.config_table import ConfigError
from livedesk.core.display import has_display
from livedesk.desk.command import add_orders, engine_access
from livedesk.desk.pad_command import add_pad_options, pad_engine
from livedesk.desk.people_command import add_people
from livedesk.engine.command import add_engine
from livedesk.journal.command import add_record
from livedesk.paths import FolderError, Paths, find_paths
from livedesk.sandbox.command import add_sandbox


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    args = _parser().parse_args(arguments)
    try:
        if args.run is not _console and (args.console_engine or args.console_token):
            # Before the command they would be the console's, and the command go elsewhere.
            raise UsageError("--engine and --token-file stand behind the command that they are for")
        return int(args.run(args))
    except (ConfigError, FolderError, UsageError) as error:
        return _say(str(error), 2)
    except FailureError as error:
        return _say(str(error), 1)
    except KeyboardInterrupt:
        return 130


def _say(text: str, status: int) -> int:
    warn(text)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="livedesk",
        description="Live-stream operations console for live shopping. "
        "Without a command the console opens.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"livedesk {__version__}")
    parser.add_argument("--config", type=Path, metavar="FILE", help=CONFIG_HELP)
    parser.add_argument(
        "--engine", dest="console_engine", metavar="URL", help="open the console on this engine"
    )
    parser.add_argument(
        "--token-file", dest="console_token", type=Path, metavar="FILE",
        help="its one line is your token of that engine",
    )  # fmt: skip
    parser.set_defaults(run=_console)
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")
    for add in (
        _add_demo, add_engine, add_orders, add_people, _add_pad, add_sandbox, _add_probe,
        _add_slate, add_record, _add_doctor,
    ):  # fmt: skip
        add(commands.add_parser)
    return parser


def _add_demo(add_parser: AddParser) -> None:
    demo = add_parser("demo", help="a scripted show with encoder, platform and console")
    demo.add_argument("--headless", action="store_true", help="without a display")
    demo.add_argument("--seconds", type=seconds, metavar="N", help="end after so long")
    demo.add_argument("--out", type=Path, metavar="DIR", help="keep the record and exports there")
    demo.add_argument("--json", action="store_true", help="one JSON summary at the end")
    demo.set_defaults(run=_demo)


def _add_pad(add_parser: AddParser) -> None:
    pad = add_parser("pad", help="the host's pad: products to pin with one touch")
    add_pad_options(pad)
    pad.set_defaults(run=_pad)


def _add_probe(add_parser: AddParser) -> None:
    probe = add_parser("probe", help="measure any feed or file")
    probe.add_argument("source", metavar="URL|FILE", help="- reads it from standard input")
    probe.add_argument("--seconds", type=seconds, metavar="N", help="end after so long")
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


def _add_slate(add_parser: AddParser) -> None:
    slate = add_parser("slate", help="a flash-and-beep clip to film before the show")
    slate.add_argument("--out", type=Path, metavar="FILE", help="write the clip there")
    slate.add_argument("--seconds", type=seconds, metavar="N", help="length of clip and showing")
    slate.add_argument("--fps", type=int, default=30, metavar="N", help="default: %(default)s")
    slate.add_argument("--no-show", action="store_true", help="only write the clip")
    slate.set_defaults(run=_slate)


def _add_doctor(add_parser: AddParser) -> None:
    doctor = add_parser("doctor", help="what is missing, and how to get it")
    doctor.add_argument("--config", type=Path, metavar="FILE", help=CONFIG_HELP)
    doctor.set_defaults(run=_doctor)


def _paths() -> Paths:
    return find_paths(os.environ).prepare()


def _console(args: argparse.Namespace) -> int:
    _need_display("open the console", "run without a window: livedesk engine --config FILE")
    try:
        from livedesk.app import ConsoleSettings, run_console, run_welcome
        from livedesk.desk.engines import find_engine
    except ImportError as error:
        raise _no_qt("the console", error) from error
    named = args.console_engine is not None or args.console_token is not None
    engine = engine_access(args.console_engine, args.console_token) if named else None
    paths, config = _paths(), usual_config(args.config)
    if config is None and not named and find_engine(paths.runtime) is None:
        choice = run_welcome(paths, DEFAULT_CONFIG.absolute())
        if choice == "sandbox":
            return _show_demo()
        if choice == "leave":
            return 0
        config = usual_config(None)
    return run_console(ConsoleSettings(paths, config, engine))


def _show_demo() -> int:
    from livedesk.demo import run_demo

    return run_demo(json=False)


def _pad(args: argparse.Namespace) -> int:
    _need_display("open the pad", "use the web pad on a phone or tablet")
    access, store = pad_engine(args)
    try:
        from livedesk.app import PadSettings, run_pad
    except ImportError as error:
        raise _no_qt("the pad", error) from error
    engine = access if args.engine is not None else None
    return run_pad(PadSettings(_paths(), store, engine, full_screen=args.full_screen))


def _need_display(what: str, instead: str) -> None:
    if not has_display(os.environ):
        raise UsageError(
            f"there is no display here (DISPLAY is not set): {what} in a desktop session, "
            f"or {instead}"
        )


def _no_qt(what: str, error: ImportError) -> FailureError:
    return FailureError(
        f"{what} needs Qt, which cannot be loaded ({error}); "
        "run livedesk doctor, which says how to get it"
    )


def _demo(args: argparse.Namespace) -> int:
    from livedesk.demo import run_demo

    headless, out = args.headless, args.out
    if not headless and not has_display(os.environ):
        headless, out = True, out or Path("out")
        print(f"There is no display here: the show runs without one, its picture is kept in {out}.")
    return run_demo(headless=headless, seconds=args.seconds, out=out, json=args.json)


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


def _doctor(args: argparse.Namespace) -> int:
    from livedesk.doctor import as_text, exit_status, run_doctor

    findings = run_doctor(
        find_paths(os.environ), usual_config(args.config), os.environ, SystemClock()
    )
    print(as_text(findings))
    return exit_status(findings)
