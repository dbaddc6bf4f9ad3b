"""Which rules are in use, and how do others take their place?

A rule set is read and compiled in a thread, written down, and only then takes the place of the one
before, between two calls with comments. Whatever goes wrong before that leaves the old one.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from livedesk.core.moderation import Faq
from livedesk.core.rules import RuleProblem
from livedesk.core.tasks import give_way
from livedesk.moderation.matcher import Matcher, compile_rules
from livedesk.moderation.rule_file import RuleFileError, read_rules
from livedesk.sandbox.rules.answers import Refusal
from livedesk.sandbox.rules.database import Database
from livedesk.sandbox.rules.transaction import SERVICE, Actor, Transaction

log = logging.getLogger(__name__)

EMPTY: Final = b'{"rules": [], "allow": {}, "faq": []}'
_VERSIONS_TOLD: Final = 100
_LISTED: Final = "number, version, utc_ns, by, rules, terms"


@dataclass(frozen=True, slots=True)
class InUse:
    """A rule set as it judges. One call with comments sees one of these throughout."""

    version: str
    document: bytes
    matcher: Matcher
    problems: tuple[RuleProblem, ...] = ()

    @property
    def faq(self) -> tuple[Faq, ...]:
        return self.matcher.rules.faq


@dataclass(frozen=True, slots=True)
class Version:
    number: int
    version: str
    utc_ns: int
    by: str
    rules: int
    terms: int


class Rulebook:
    def __init__(self, database: Database, first: InUse) -> None:
        self._database = database
        self._now = first
        self._next: InUse | None = None
        self._changing = asyncio.Lock()

    @property
    def now(self) -> InUse:
        return self._now

    @classmethod
    async def open(cls, database: Database, seed: Path | None) -> Rulebook:
        """With the newest version that is kept; the first is the seed. Raises OSError and
        RuleFileError when the seed cannot be used."""
        kept = await database.read(_newest)
        if kept is not None:
            return cls(database, await _made(kept[1], kept[0]))
        document = EMPTY if seed is None else await asyncio.to_thread(seed.read_bytes)
        first = await _made(document, _name(1, document))
        await database.write(lambda changes: _keep(changes, first, SERVICE))
        return cls(database, first)

    async def put(self, document: bytes, if_match: str, actor: Actor) -> InUse:
        """Raises Refusal: another has changed them, or they cannot be used."""
        async with self._changing:
            if document == self._now.document:  # also one whose answer was lost: RFC 9110, 13.1.1
                return self._now
            if if_match not in ("*", f'"{self._now.version}"'):
                raise _changed(self._now.version)
            number = 1 + await self._database.read(_last_number)
            try:
                made = await _made(document, _name(number, document))
            except RuleFileError as fault:
                raise _bad(fault.problems) from None
            self._next = made
            try:
                await self._database.write(lambda changes: _keep(changes, made, actor))
            finally:
                self._next = None
            return made

    def written(self) -> None:
        """The new ones are on the disk: they judge from now on, before anybody is told."""
        if self._next is not None:
            self._now = self._next

    async def check(self, document: bytes) -> dict[str, Any]:
        """What would be said of it; nothing changes."""
        try:
            made = await _made(document, "check")
        except RuleFileError as fault:
            return {"problems": fault.problems, "rules": 0, "terms": 0}
        rules = made.matcher.rules
        return {"problems": made.problems, "rules": len(rules.rules), "terms": rules.terms}

    async def document(self, version: str) -> bytes | None:
        if version == self._now.version:
            return self._now.document

        def kept(connection: sqlite3.Connection) -> bytes | None:
            found = connection.execute("SELECT document FROM rules WHERE version = ?", (version,))
            row = found.fetchone()
            return None if row is None else bytes(row[0])

        return await self._database.read(kept)

    async def versions(self) -> list[Version]:
        def listed(connection: sqlite3.Connection) -> list[Version]:
            query = f"SELECT {_LISTED} FROM rules ORDER BY number DESC LIMIT {_VERSIONS_TOLD}"
            return [Version(*row) for row in connection.execute(query)]

        return await self._database.read(listed)


async def _made(document: bytes, version: str) -> InUse:
    """Seconds for a large one. Raises RuleFileError."""

    def made() -> InUse:
        rules, problems = read_rules(document, version)
        return InUse(version, document, compile_rules(rules, give_way), tuple(problems))

    return await asyncio.to_thread(made)


def _name(number: int, document: bytes) -> str:
    """Engines keep rule sets by version, also beyond the life of this file: number and content."""
    return f"{number}-{hashlib.sha256(document).hexdigest()[:8]}"


def _keep(changes: Transaction, made: InUse, actor: Actor) -> None:
    rules = made.matcher.rules
    seq = changes.change("rules", "", msgspec.json.encode({"version": made.version}))
    number = int(made.version.partition("-")[0])
    changes.connection.execute(
        "INSERT INTO rules VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number, made.version, seq, changes.utc_ns, actor.by, len(rules.rules), rules.terms,
            made.document,
        ),
    )  # fmt: skip
    data = {"version": made.version, "rules": len(rules.rules), "terms": rules.terms}
    changes.audit(actor, "rules", "", "", data)


def _newest(connection: sqlite3.Connection) -> tuple[str, bytes] | None:
    found = connection.execute("SELECT version, document FROM rules ORDER BY number DESC LIMIT 1")
    row = found.fetchone()
    return None if row is None else (str(row[0]), bytes(row[1]))


def _last_number(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT coalesce(max(number), 0) FROM rules").fetchone()[0])


def _changed(version: str) -> Refusal:
    return Refusal(
        412, "changed", "The rules have been changed meanwhile.",
        "Fetch them, and make the change in those.", {"version": version},
    )  # fmt: skip


def _bad(problems: Sequence[RuleProblem]) -> Refusal:
    return Refusal(
        422, "bad_rules", "These rules cannot be used; the old ones stay.",
        "Correct what is named in problems.", {"problems": problems},
    )  # fmt: skip
