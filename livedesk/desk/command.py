"""`livedesk failover`, `hold` and `drill`: orders to a running engine from the command line."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from livedesk.core.clock import SystemClock
from livedesk.core.command import AddParser, FailureError, UsageError, say
from livedesk.core.order_limits import LONGEST_REASON, LONGEST_STAY_S, USUAL_STAY_S
from livedesk.core.secrets import Secret
from livedesk.paths import find_paths

if TYPE_CHECKING:  # the command line imports this file for every command; HTTP takes a while
    from livedesk.desk.client import EngineClient
    from livedesk.desk.link import EngineAccess
    from livedesk.desk.orders import Orders

_LONGEST_TOKEN_BYTES = 4096


def add_orders(add_parser: AddParser) -> None:
    failover = add_parser(
        "failover",
        help="move the stream of a store to another uplink",
        description="Move the stream to another uplink, now, and say what it took. Ends with 1 if "
        "the stream did not move.",
    )
    failover.add_argument("--to", metavar="NAME", required=True, help="the uplink that is to carry")
    failover.add_argument("--reason", metavar="TEXT", default="", help="for the record")
    failover.set_defaults(run=_failover)
    hold = add_parser(
        "hold",
        help="keep the stream where it is, or let it move again",
        description="On hold nothing moves the stream by itself, not even an outage; people can.",
    )
    hold.add_argument("state", choices=("on", "off"), help="off also releases a latch")
    hold.set_defaults(run=_hold)
    drill = add_parser(
        "drill",
        help="try a switch there and back, before the show",
        description="Move the stream to the standby and back, and report what it took and what was "
        "lost. Ends with 1 if the drill failed.",
    )
    drill.add_argument(
        "--confirm", action="store_true", help="also while the platform is given media"
    )
    drill.add_argument(
        "--stay", type=_stay, default=USUAL_STAY_S, metavar="S",
        help="seconds on the other uplink (default: %(default)g)",
    )  # fmt: skip
    drill.add_argument("--json", action="store_true", help="the report as one line of JSON")
    drill.set_defaults(run=_drill)
    for parser in (failover, hold, drill):
        parser.add_argument(
            "--store", metavar="ID", help="may be left out where the engine has only one"
        )
        parser.add_argument(
            "--engine", metavar="URL", help="default: the engine that you run on this machine"
        )
        parser.add_argument(
            "--token-file", type=Path, metavar="FILE", help="its one line is a token of that engine"
        )


def _stay(text: str) -> float:
    expected = f"expected 0 to {LONGEST_STAY_S:g} seconds"
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f'{expected}; found "{text}"') from None
    if not 0 <= value <= LONGEST_STAY_S:
        raise argparse.ArgumentTypeError(expected)
    return value


def _failover(args: argparse.Namespace) -> int:
    from livedesk.desk.orders import switch_words

    if len(args.reason) > LONGEST_REASON:
        raise UsageError(f"--reason may have up to {LONGEST_REASON} characters")

    async def work(orders: Orders) -> int:
        switch = await orders.switch(args.to, args.reason)
        if switch["state"] == "failed":
            raise FailureError(switch_words(switch, await orders.obstacle(args.to)))
        say(switch_words(switch))
        return 0

    return _with_orders(args, work)


def _hold(args: argparse.Namespace) -> int:

    async def work(orders: Orders) -> int:
        await orders.hold(on=args.state == "on")
        if args.state == "on":
            say(f"{orders.store} stays where it is until: livedesk hold --store {orders.store} off")
        else:
            say(f"{orders.store} is released and moves again as its settings say.")
        return 0

    return _with_orders(args, work)


def _drill(args: argparse.Namespace) -> int:
    from livedesk.desk.errors import RefusedError
    from livedesk.desk.orders import drill_table, on_air_advice

    async def work(orders: Orders) -> int:
        try:
            report = await orders.drill(confirm=args.confirm, stay_s=args.stay)
        except RefusedError as error:
            raise FailureError(on_air_advice(error, confirm=args.confirm)) from error
        say(json.dumps(asdict(report)) if args.json else drill_table(orders.store, report))
        return 0 if report.state == "passed" else 1

    return _with_orders(args, work)


def _with_orders(args: argparse.Namespace, work: Callable[[Orders], Awaitable[int]]) -> int:
    """The exit status of what is done with the engine that is meant."""
    from livedesk.desk.client import EngineClient
    from livedesk.desk.errors import DeskError, UnreachableError
    from livedesk.desk.operator_name import this_operator
    from livedesk.desk.orders import Orders

    access = engine_access(args.engine, args.token_file)

    async def run() -> int:
        client = EngineClient(access.url, access.token)
        client.act_as(this_operator)
        try:
            store = await chosen_store(client, args.store)
            return await work(Orders(client, store, SystemClock()))
        finally:
            await client.close()

    try:
        return asyncio.run(run())
    except UnreachableError as error:
        raise FailureError(f"{error.where}: {error.what} Check that the engine runs.") from error
    except DeskError as error:
        raise FailureError(error.words) from error


async def chosen_store(client: EngineClient, named: str | None) -> str:
    """The one that is meant; without a name the only one. Raises UsageError, DeskError."""
    known = [status.store for status in await client.stores()]
    if named is None and len(known) == 1:
        return known[0]
    if named is None:
        raise UsageError(f"--store ID is needed; this engine has {', '.join(known) or 'no store'}")
    if named not in known:
        raise UsageError(f'this engine has no store "{named}"; it has {", ".join(known)}')
    return named


def engine_access(url: str | None, token_file: Path | None) -> EngineAccess:
    """The engine that is named, else this machine's. Raises UsageError, FailureError."""
    from livedesk.desk.engines import find_engine
    from livedesk.desk.link import EngineAccess

    if url is None and token_file is not None:
        raise UsageError("--token-file goes with --engine URL; without both, the engine is found")
    if url is None:
        found = find_engine(find_paths(os.environ).runtime)
        if found is None:
            raise FailureError(
                "no engine of yours runs on this machine; start one with livedesk engine "
                "--config FILE, or name another with --engine URL --token-file FILE"
            )
        return found
    if not url.startswith(("http://", "https://")):
        raise UsageError(
            f'--engine expects an address, such as http://127.0.0.1:8700; found "{url}"'
        )
    if token_file is None:
        raise UsageError("--engine needs --token-file FILE, whose one line is a token of it")
    return EngineAccess(url, _token(token_file))


def _token(path: Path) -> Secret:
    try:
        with path.open("rb") as file:
            lines = file.read(_LONGEST_TOKEN_BYTES).decode("ascii", "replace").split()
    except OSError as error:
        raise UsageError(f"the token file {path} cannot be read: {error.strerror}") from error
    if len(lines) != 1 or not lines[0].isprintable():
        raise UsageError(f"the token file {path} must hold one line with one token")
    return Secret(lines[0])
