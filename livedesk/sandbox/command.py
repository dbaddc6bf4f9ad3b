"""`livedesk sandbox`: an encoder, a network path, a platform with shop and chat, a rule service."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import secrets
import signal
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

from livedesk.core.clock import SystemClock
from livedesk.core.command import AddParser, FailureError, UsageError, chosen_stores, say
from livedesk.core.secrets import Secret

_COMMENTS_PER_S: Final = 1.5
_BAD_PCT: Final = 6.0
"""Enough that each rule is seen at work within minutes."""

_STORE: Final = """\
# A store on this sandbox: a whole livedesk.toml, as long as the sandbox runs.
[[store]]
id = "sandbox"
name = "Sandbox"
platform = "sandbox"
sandbox = true

[store.feed]
listen = "rtmp://127.0.0.1:1935/live/sandbox"  # your encoder pushes here
"""

_Part = Callable[[Awaitable[object]], Awaitable[None]]
"""Runs until what it is given is done."""


def add_sandbox(add_parser: AddParser) -> None:
    sandbox = add_parser(
        "sandbox", help="an encoder, a network path, a platform with shop and chat, a rule service"
    )
    sandbox.add_argument(
        "--config", type=Path, metavar="FILE", help="push to the feed of a store in this file"
    )
    sandbox.add_argument("--store", metavar="ID", help="that store (default: the first)")
    sandbox.add_argument("--kbps", type=int, default=4000, metavar="N", help="video rate")
    sandbox.add_argument(
        "--shop-only", action="store_true", help="a live room to pin products into, and no more"
    )
    sandbox.add_argument("--json", action="store_true", help="say where it is as one JSON line")
    sandbox.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    from livedesk.sandbox.encoder.job import JobError

    part = _shop_alone(args) if args.shop_only else _whole(args)

    async def run() -> None:
        end = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, end.set)
        await part(end.wait())

    try:
        asyncio.run(run())
    except (JobError, OSError) as error:
        raise FailureError(f"the sandbox cannot start: {error}") from error
    return 0


def _whole(args: argparse.Namespace) -> _Part:
    from livedesk.sandbox.chat.chat import ChatJob
    from livedesk.sandbox.ruling import RulesJob
    from livedesk.sandbox.run import Ready, SandboxJob, run_sandbox

    def ready(where: Ready) -> None:
        if args.json:
            say(json.dumps(where.to_json()))
            return
        if args.config is None:
            say(_STORE)
        _say_uplinks(where.platform_urls)
        _say_shop(where.shop)
        if where.rules is not None:
            _say_moderation(where.rules, where.chat)
        _say_control(where.control_url)

    target = _feed_url(args.config, args.store) if args.config is not None else None
    key = Secret(secrets.token_urlsafe(16))
    chat = ChatJob(order={"rate_per_s": _COMMENTS_PER_S, "bad_pct": _BAD_PCT})
    job = SandboxJob("live", key, {"kbps": args.kbps}, target, chat=chat, rules=RulesJob())
    return lambda until: run_sandbox(job, SystemClock(), ready, until)


def _shop_alone(args: argparse.Namespace) -> _Part:
    from livedesk.sandbox.shop.run import run_shop
    from livedesk.sandbox.shop.shop import ShopJob

    def ready(where: Mapping[str, Any]) -> None:
        if args.json:
            say(json.dumps(where))
        else:
            _say_shop(where["shop"])
            _say_control(where["control_url"])

    return lambda until: run_shop(ShopJob(), SystemClock(), ready, until)


def _say_uplinks(urls: Mapping[str, Secret]) -> None:
    """As they stand in the settings of a store that streams here."""
    for name, url in urls.items():
        say(f'[[store.uplink]]\nname = "{name}"\nurl = "{url.reveal()}"\n')


def _say_shop(shop: Mapping[str, Any]) -> None:
    """As it stands in the settings of a store that pins there."""
    say('[store.pins]\ngateway = "sandbox"\n\n[store.pins.sandbox]')
    for name in ("url", "room", "token"):
        say(f'{name} = "{shop[name]}"')


def _say_moderation(rules: Mapping[str, Any], chat: Mapping[str, Any]) -> None:
    """As it stands in the settings of a store whose chat is moderated."""
    say(f'\n[store.moderation]\nurl = "{rules["url"]}"\ntoken = "{rules["token"]}"')
    say('chat = "sandbox"\n\n[store.moderation.sandbox]')
    for name in ("url", "room", "token"):
        say(f'{name} = "{chat[name]}"')


def _say_control(url: str) -> None:
    say(f"\n# control: {url}  (Ctrl+C ends the sandbox)")


def _feed_url(config: Path, named: str | None) -> Secret:
    """Where an encoder on this machine pushes to for a store of the settings."""
    from livedesk.keys import secret_resolver

    store = chosen_stores(config, named, secret_resolver(os.environ)).stores[0]
    feed = store.feed
    if feed.pull is not None:
        raise UsageError(
            f"the feed of {store.id} is pulled, so nothing can be pushed to it; "
            "name a store that has listen"
        )
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(feed.host, feed.host)
    return Secret(f"{feed.scheme}://{host}:{feed.port}/{feed.app}/{feed.key.reveal()}")
