"""Which people may call this engine, in which role, and since when were they last here?

Only digests of their tokens are kept, in memory and in the data folder: who reads the file cannot
call. It is read once, before anybody is let in. What cannot be kept is refused, save revoking: that
holds at once, and whoever asked is told that a restart would undo it.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from livedesk.core.clock import Clock
from livedesk.core.engine_status import User
from livedesk.core.person_name import MOST_USERS, is_name, same_name
from livedesk.core.roles import Role
from livedesk.core.secrets import Secret
from livedesk.core.settings import UserSettings
from livedesk.engine.people.identity import Caller, digest_of
from livedesk.engine.people.users_file import KeptUser, UsersFile

log = logging.getLogger(__name__)


class UserError(Exception):
    """A change of the people that is refused. `code` is for programs, `action` says what helps."""

    def __init__(self, code: str, text: str, action: str) -> None:
        super().__init__(text)
        self.code = code
        self.action = action


@dataclass(slots=True)
class _Person:
    user: User
    digest: bytes
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when what was let in by the token is no longer so: a new token, another role, none."""


class Users:
    """The people of one engine. `load` them once, before anybody calls."""

    def __init__(self, file: Path, clock: Clock, named: Sequence[UserSettings] = ()) -> None:
        """`named`: those of the settings file, which only that file changes."""
        self._file = UsersFile(file)
        self._clock = clock
        self._changing = asyncio.Lock()
        self._people: dict[str, _Person] = {}
        self._revoked_unkept: set[str] = set()
        """Gone, and still in the file because it could not be written."""
        self.problem = ""
        """What is wrong with the file, for people; empty when nothing is."""
        for each in named:
            user = User(each.name, each.role, clock.utc_ns(), "settings", from_settings=True)
            self._people[same_name(each.name)] = _Person(user, digest_of(each.token.reveal()))

    def __len__(self) -> int:
        return len(self._people)

    async def load(self) -> None:
        """Take up those whom an earlier engine let in.

        A name or token that the settings file has as well counts as it stands there.
        """
        kept, self.problem = await asyncio.to_thread(self._file.read)
        if self.problem:
            log.warning("%s", self.problem)
        digests = {person.digest.hex() for person in self._people.values()}
        for each in kept:
            key = same_name(each.name)
            if key in self._people or each.digest in digests:
                where = self._file.path
                log.warning("%s is in %s and in the settings, which count", each.name, where)
                continue
            self._people[key] = _Person(each.user, bytes.fromhex(each.digest))

    def list(self) -> tuple[User, ...]:
        """By name."""
        return tuple(self._people[key].user for key in sorted(self._people))

    def find(self, token: str) -> Caller | None:
        """Compares with all digests in constant time. Notes that the person was here."""
        given = digest_of(token)
        found: _Person | None = None
        for person in self._people.values():
            if hmac.compare_digest(given, person.digest):
                found = person
        if found is None:
            return None
        found.user = replace(found.user, seen_utc_ns=self._clock.utc_ns())
        return Caller(found.user.role, found.user.name, None, "user", partial(_end_of, found.ended))

    async def add(self, name: str, role: Role, by: str) -> tuple[User, Secret]:
        """A new person, and the token, which is told this once. Raises UserError."""
        async with self._changing:
            if not is_name(name):
                raise ValueError(f"not a name: {name!r}")
            if same_name(name) in self._people:
                raise UserError(
                    "name_taken",
                    f"There is somebody called {name} already.",
                    "Choose another name, or give this person a new token.",
                )
            if len(self._people) >= MOST_USERS:
                raise UserError(
                    "too_many_users",
                    f"There are {MOST_USERS} people already, which is the most.",
                    "Revoke somebody who no longer works here.",
                )
            token = _new_token()
            user = User(name, role, self._clock.utc_ns(), by)
            person = _Person(user, digest_of(token.reveal()))
            await self._keep(same_name(name), person)
            return user, token

    async def give_token(self, name: str) -> tuple[User, Secret]:
        """A new token; the old one ends. Raises UserError, KeyError."""
        async with self._changing:
            person = self._changeable(name)
            token = _new_token()
            await self._keep(same_name(name), _Person(person.user, digest_of(token.reveal())))
            return person.user, token

    async def give_role(self, name: str, role: Role) -> User:
        """The token stays, and what is open with it ends: it was let in with other rights.

        Raises UserError, KeyError.
        """
        async with self._changing:
            person = self._changeable(name)
            user = replace(person.user, role=role)
            await self._keep(same_name(name), _Person(user, person.digest))
            return user

    async def revoke(self, name: str) -> None:
        """From now on the token is nobody's. Raises UserError, KeyError."""
        key = same_name(name)
        # Before any wait: the disk may hang under another change.
        if key in self._people or key not in self._revoked_unkept:
            person = self._changeable(name)
            del self._people[key]
            person.ended.set()
            self._revoked_unkept.add(key)
        async with self._changing:
            try:
                await self._write(self._people)
            except OSError as error:
                raise UserError(
                    "not_kept",
                    f"{name} is revoked, but only until the engine restarts: {self.problem}.",
                    "Free the folder, and revoke again.",
                ) from error

    async def save(self) -> None:
        """Keep when each was last seen; a disk that is away costs no more than that."""
        async with self._changing:
            if all(person.user.from_settings for person in self._people.values()):
                return
            try:
                await self._write(self._people)
            except OSError:
                log.warning("%s", self.problem)

    def _changeable(self, name: str) -> _Person:
        person = self._people[same_name(name)]
        if person.user.from_settings:
            raise UserError(
                "in_settings",
                f"{person.user.name} is named in the settings file.",
                "Change [[user]] there and restart the engine.",
            )
        return person

    async def _keep(self, key: str, person: _Person) -> None:
        """On the disk first: a token that was told must not be forgotten by a restart."""
        before = self._people.get(key)
        try:
            await self._write({**self._people, key: person})
        except OSError as error:
            raise UserError(
                "not_kept", f"Nothing was changed: {self.problem}.", "Free the folder, try again."
            ) from error
        if self._people.get(key) is not before:
            raise KeyError(key)  # revoked meanwhile
        if before is not None:
            before.ended.set()
        self._people[key] = person
        self._revoked_unkept.discard(key)

    async def _write(self, people: dict[str, _Person]) -> None:
        kept = [
            KeptUser.of(person.user, person.digest.hex())
            for person in people.values()
            if not person.user.from_settings
        ]
        leaving = self._revoked_unkept - people.keys()
        try:
            await asyncio.to_thread(self._file.write, kept)
        except OSError as error:
            self.problem = f"{self._file.path} cannot be written ({error.strerror or error})"
            raise
        self.problem = ""
        self._revoked_unkept -= leaving


async def _end_of(ended: asyncio.Event) -> None:
    await ended.wait()


def _new_token() -> Secret:
    """256 random bits."""
    return Secret(secrets.token_urlsafe(32))
