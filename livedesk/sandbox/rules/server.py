"""How does the rule service start and end? Its parts, wired in one place."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from starlette.middleware import Middleware
from starlette.routing import Route

from livedesk.core.clock import Clock
from livedesk.core.events import Json
from livedesk.core.secrets import Secret
from livedesk.core.tasks import Tasks
from livedesk.sandbox.counter import Counter
from livedesk.sandbox.rules import pages
from livedesk.sandbox.rules.access import Keyring, Role, tokens_in
from livedesk.sandbox.rules.calls import Service, rules_app
from livedesk.sandbox.rules.database import Database
from livedesk.sandbox.rules.faults import Faults, FaultyService
from livedesk.sandbox.rules.housekeeping import Housekeeping
from livedesk.sandbox.rules.rulebook import Rulebook
from livedesk.sandbox.rules.stream import SIGN_OF_LIFE_S, Feed
from livedesk.sandbox.rules.transaction import Change
from livedesk.sandbox.serving import listening, served
from livedesk.sandbox.shop.server import Lines

SEED_RULES: Final = Path(__file__).with_name("seed.json")
DATABASE_FILE: Final = "rules.db"


@dataclass(frozen=True, slots=True)
class RulesSettings:
    """`data` is the service's folder; it is made if need be. `seed`: the rules of a new one; None:
    it begins without any. `tokens`: by role; what is missing is made, and kept in the folder."""

    data: Path
    port: int = 0
    seed: Path | None = SEED_RULES
    tokens: Mapping[Role, Secret] = field(default_factory=dict)
    keep_days: float = 30.0
    """After its last change an item that nobody needs to look at is kept so long; the audit is kept
    for ever."""
    fault_seed: int = 1
    sign_of_life_s: float = SIGN_OF_LIFE_S
    """An event stream without news says so that often."""


class RulesServer:
    """A rule service that runs. `close` ends it; nothing that was answered is lost before."""

    def __init__(self, url: str, service: Service, faults: Faults, stack: AsyncExitStack) -> None:
        self.url = url
        self._service = service
        self._faults = faults
        self._stack = stack

    def token(self, role: Role) -> Secret:
        return self._service.keyring.token(role)

    @property
    def version(self) -> str:
        """Of the rules in use."""
        return self._service.rulebook.now.version

    async def order(self, order: dict[str, Any]) -> None:
        """Faults, as for `POST /rules-faults` (`faults.py`). Raises OrderError."""
        self._faults.order(order)

    def figures(self) -> dict[str, Json]:
        return {
            "url": self.url,
            "version": self.version,
            "readers": self._service.feed.readers,
            "faults": self._faults.figures(),
        }

    def routes(self, counter: Counter) -> list[Route]:
        """What steers it, for the control of the sandbox."""
        return [Route("/rules-faults", counter.done(self.order), methods=["POST"])]

    async def close(self) -> None:
        await self._stack.aclose()


async def serve_rules(settings: RulesSettings, clock: Clock) -> RulesServer:
    """Raises NotOursError, RuleFileError, OSError, ValueError or sqlite3.Error."""
    async with AsyncExitStack() as stack:
        tokens = await asyncio.to_thread(_folder, settings)
        faults = Faults(clock, random.Random(settings.fault_seed))
        hearers = _Hearers()
        path = settings.data / DATABASE_FILE
        database = await Database.open(path, clock, hearers.published)
        stack.push_async_callback(database.close)
        rulebook = await Rulebook.open(database, settings.seed)
        feed = Feed(database, await database.read(pages.bounds), faults, settings.sign_of_life_s)
        hearers.rulebook, hearers.feed = rulebook, feed
        tasks = Tasks()
        stack.push_async_callback(tasks.close)
        keeper = Housekeeping(database, clock, feed, settings.keep_days)
        tasks.spawn("claims of the rule service", keeper.run())
        service = Service(database, rulebook, feed, Keyring(tokens), clock)
        lines = Lines()
        app = rules_app(service, [Middleware(FaultyService, faults=faults, lines=lines)])
        url = await stack.enter_async_context(
            served(app, listening(settings.port), lines.protocol())
        )
        stack.callback(lines.close)
        stack.callback(feed.close)
        return RulesServer(url, service, faults, stack.pop_all())


class _Hearers:
    """Those who are told what was written; the database is there before them."""

    def __init__(self) -> None:
        self.rulebook: Rulebook | None = None
        self.feed: Feed | None = None

    def published(self, changes: Sequence[Change]) -> None:
        if self.rulebook is not None and any(change.kind == "rules" for change in changes):
            self.rulebook.written()
        if self.feed is not None:
            self.feed.publish(changes)


def _folder(settings: RulesSettings) -> dict[Role, Secret]:
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if set(settings.tokens) >= {"engine", "editor", "reader"}:
        return dict(settings.tokens)
    return tokens_in(settings.data) | dict(settings.tokens)
