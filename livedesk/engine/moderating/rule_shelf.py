"""Which rules does this engine have at hand? Those of one rule service, for all of its stores.

They are kept on disk, so that an engine that starts without the service judges all the same, and
compiled in a thread; new ones that cannot be used change nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from livedesk.core.rules import RuleProblem, RuleSet
from livedesk.core.tasks import give_way
from livedesk.core.whole_file import write_whole
from livedesk.engine.moderating.hedging import LONG, hedged
from livedesk.moderation.matcher import Matcher, compile_rules
from livedesk.moderation.rule_file import RuleFileError, read_rules
from livedesk.moderation.service_answers import RulesDocument
from livedesk.moderation.service_client import RuleService

log = logging.getLogger(__name__)

_MOST_KEPT: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class RulesNews:
    """`version` is in use from now on; or was `refused`, and why."""

    version: str
    rules: RuleSet | None = None
    refused: tuple[RuleProblem, ...] = ()
    problems: tuple[RuleProblem, ...] = ()


class RuleShelf:
    """`file` holds the version in its first line, then the document."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = asyncio.Lock()
        self._is_loaded = False
        self._seen = ""
        """The newest version that was fetched, usable or not."""
        self._listeners: list[Callable[[RulesNews], None]] = []
        self.matcher: Matcher | None = None
        self.terms = 0
        """Of the rules in use; many rules take a while to count."""

    @property
    def rules(self) -> RuleSet | None:
        return None if self.matcher is None else self.matcher.rules

    def listen(self, listener: Callable[[RulesNews], None]) -> None:
        self._listeners.append(listener)

    async def load(self) -> None:
        """What an earlier engine kept."""
        async with self._lock:
            if self._is_loaded:
                return
            self._is_loaded = True
            kept = await asyncio.to_thread(_kept, self._file)
            if kept is not None:
                await self._use(kept)

    async def refresh(self, service: RuleService, version: str = "") -> None:
        """Have the service's present rules, or `version` at least.

        Raises ServiceAwayError and ServiceRefusedError.
        """
        async with self._lock:
            if version and version == self._seen:
                return
            document = await hedged(lambda: service.rules(self._seen), LONG)
            if document is None or document.version == self._seen:
                return
            if await self._use(document):
                await asyncio.to_thread(_keep, self._file, document)

    async def _use(self, document: RulesDocument) -> bool:
        self._seen = document.version
        try:
            matcher, problems = await asyncio.to_thread(_prepare, document)
        except RuleFileError as error:
            self._tell(RulesNews(document.version, refused=tuple(error.problems)))
            return False
        self.matcher, self.terms = matcher, matcher.rules.terms
        self._tell(RulesNews(document.version, matcher.rules, problems=problems))
        return True

    def _tell(self, news: RulesNews) -> None:
        for listener in self._listeners:
            listener(news)


def _prepare(document: RulesDocument) -> tuple[Matcher, tuple[RuleProblem, ...]]:
    rules, problems = read_rules(document.content, document.version)
    return compile_rules(rules, give_way), problems


def _kept(file: Path) -> RulesDocument | None:
    try:
        if file.stat().st_size > _MOST_KEPT:
            return None
        version, _, content = file.read_bytes().partition(b"\n")
        return RulesDocument(content, version.decode())
    except FileNotFoundError:
        return None
    except (OSError, UnicodeError) as error:
        log.warning("the rules kept in %s cannot be read: %s", file, error)
        return None


def _keep(file: Path, document: RulesDocument) -> None:
    """Without them the next engine waits for the service, and says so; this one has them."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        version = " ".join(document.version.split())
        write_whole(file, version.encode() + b"\n" + document.content)
    except OSError as error:
        log.warning("the rules cannot be kept in %s: %s", file, error)
