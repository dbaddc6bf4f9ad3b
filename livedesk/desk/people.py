"""Who may call this engine, and what became of a change? The model of the tab of people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from livedesk.core.clock import NS_PER_S
from livedesk.core.engine_status import User
from livedesk.core.roles import Role
from livedesk.desk.listed import Known, ListDesk, Spawn
from livedesk.desk.people_client import NewToken, People, PeopleClient
from livedesk.desk.words import tr


@dataclass(frozen=True, slots=True)
class KnownPeople(Known):
    """What is known of them. None: not told yet."""

    people: People | None = None
    new: NewToken | None = None
    """Just made. It is shown once, and kept no longer than until it was seen."""


class PeopleSource(Protocol):
    """What a window needs to show and change the people; tests put a stage in its place."""

    def known(self) -> KnownPeople: ...

    def ask(self) -> None: ...

    def add(self, name: str, role: Role) -> None: ...

    def new_token(self, name: str) -> None: ...

    def give_role(self, name: str, role: Role) -> None: ...

    def revoke(self, name: str) -> None: ...

    def forget_new(self) -> None: ...


class PeopleDesk(ListDesk[PeopleClient, KnownPeople]):
    """The people of the engine that the desk is attached to."""

    def __init__(self, client: Callable[[], PeopleClient], spawn: Spawn) -> None:
        """`client` raises NotSentError while no engine is attached."""
        super().__init__(client, spawn, KnownPeople())

    async def _read(self, client: PeopleClient) -> KnownPeople:
        people = await client.users()
        return replace(self._known, people=people)

    def add(self, name: str, role: Role) -> None:
        async def add(client: PeopleClient) -> None:
            new = await client.add(name, role)
            self._known = replace(self._known, new=new)

        self._do("new person", add)

    def new_token(self, name: str) -> None:
        async def new_token(client: PeopleClient) -> None:
            new = await client.new_token(name)
            self._known = replace(self._known, new=new)

        self._do("new token", new_token)

    def give_role(self, name: str, role: Role) -> None:
        async def give_role(client: PeopleClient) -> None:
            await client.give_role(name, role)

        self._do("role", give_role)

    def revoke(self, name: str) -> None:
        async def revoke(client: PeopleClient) -> None:
            await client.revoke(name)
            new = self._known.new
            if new is not None and new.user.name == name:
                self.forget_new()

        self._do("revoke person", revoke)

    def forget_new(self) -> None:
        self._known = replace(self._known, new=None)


def seen_words(user: User, now_utc_ns: int) -> str:
    """When the person last called, so coarsely that it does not count on under the eye."""
    if user.seen_utc_ns is None:
        return tr("not seen yet")
    ago_min = (now_utc_ns - user.seen_utc_ns) // (60 * NS_PER_S)
    if ago_min < 1:
        return tr("here now")
    if ago_min < 60:
        return tr("seen {n} min ago").format(n=ago_min)
    if ago_min < 48 * 60:
        return tr("seen {n} h ago").format(n=ago_min // 60)
    return tr("seen {n} days ago").format(n=ago_min // (24 * 60))
