"""Which calls of the engine's API are there for people and for the trail of what they did?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

import msgspec

from livedesk.core.engine_status import AuditEntry, User
from livedesk.core.roles import Role
from livedesk.core.secrets import Secret
from livedesk.desk import wire
from livedesk.desk.pin_client import Door

_USERS = "/v1/users"
_AUDIT = "/v1/audit"


@dataclass(frozen=True, slots=True)
class People:
    """Who may call the engine. `problem`: what is wrong with its file of them; "" if nothing is."""

    users: tuple[User, ...]
    limit: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class NewToken:
    """Told once: who loses it needs another."""

    user: User
    token: Secret


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A part of the trail. `head` stands for all of it; `broken_at`: where it was changed."""

    entries: tuple[AuditEntry, ...]
    intact: bool
    head: str
    count: int = 0
    broken_at: int | None = None
    problem: str = ""


class _NewToken(msgspec.Struct):
    user: User
    token: str


class PatientDoor(Door, Protocol):
    async def get_patiently(self, path: str, params: dict[str, str | float]) -> bytes: ...


class PeopleClient:
    """The calls that have to do with people (docs/architecture.md, "API"). All raise DeskError."""

    def __init__(self, door: PatientDoor) -> None:
        self._door = door

    async def users(self) -> People:
        return wire.read_as(await self._door.get_bytes(_USERS), People, self._door.where + _USERS)

    async def add(self, name: str, role: Role) -> NewToken:
        return self._token(await self._door.post(_USERS, {"name": name, "role": role}), _USERS)

    async def new_token(self, name: str) -> NewToken:
        path = f"{_path(name)}/token"
        return self._token(await self._door.post(path, {}), path)

    async def give_role(self, name: str, role: Role) -> User:
        path = f"{_path(name)}/role"
        answer = await self._door.post(path, {"role": role})
        return wire.read_as(answer, User, self._door.where + path)

    async def revoke(self, name: str) -> None:
        await self._door.delete(_path(name))

    async def audit(self, after: int, limit: int) -> AuditPage:
        """The engine looks through all of the trail with the first page."""
        answer = await self._door.get_patiently(_AUDIT, {"after": after, "limit": limit})
        return wire.read_as(answer, AuditPage, self._door.where + _AUDIT)

    def _token(self, body: bytes, path: str) -> NewToken:
        answer = wire.read_as(body, _NewToken, self._door.where + path)
        return NewToken(answer.user, Secret(answer.token))


def _path(name: str) -> str:
    return f"{_USERS}/{quote(name, safe='')}"
