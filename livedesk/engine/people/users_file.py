"""How are people and the digests of their tokens kept, and what if the file is damaged?

A damaged file lets nobody in: it is set aside, and people are added anew with the machine's own
token. One that cannot be read is left alone, and nothing is written over it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from livedesk.core.engine_status import User
from livedesk.core.person_name import MOST_USERS, is_name, same_name
from livedesk.core.roles import Role
from livedesk.core.whole_file import write_whole

_LARGEST_BYTES: Final = 1_000_000
_VERSION: Final = 1


class KeptUser(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person as it stands in the file. `digest`: SHA-256 of the token, hexadecimal."""

    name: str
    role: Role
    digest: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    created_utc_ns: int
    created_by: str
    seen_utc_ns: int | None = None

    @classmethod
    def of(cls, user: User, digest: str) -> KeptUser:
        return cls(
            user.name, user.role, digest, user.created_utc_ns, user.created_by, user.seen_utc_ns
        )

    @property
    def user(self) -> User:
        return User(self.name, self.role, self.created_utc_ns, self.created_by, self.seen_utc_ns)


class _Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    users: tuple[KeptUser, ...]


class UsersFile:
    """`users.json`. The methods block: call them in a thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._is_unreadable = False

    def read(self) -> tuple[tuple[KeptUser, ...], str]:
        """The people, and what was wrong with the file."""
        try:
            known = self.path.stat()
            if known.st_size > _LARGEST_BYTES:
                return (), self._set_aside("it is too large")
            if _may_be_others(known):
                return (), self._set_aside("anybody may write it, or it is somebody else's")
            content = msgspec.json.decode(self.path.read_bytes(), type=_Content)
        except FileNotFoundError:
            return (), ""
        except OSError as error:
            self._is_unreadable = True
            reason = error.strerror or error
            return (), f"{self.path} cannot be read ({reason}): nobody of it is let in"
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return (), self._set_aside("it is damaged")
        if content.version != _VERSION:
            return (), self._set_aside("another version of livedesk wrote it")
        if fault := _fault(content.users):
            return (), self._set_aside(fault)
        return content.users, ""

    def write(self, users: Sequence[KeptUser]) -> None:
        """Raises OSError; also while there is a file that could not be read."""
        if self._is_unreadable:
            self.path.read_bytes()
            raise OSError("it could not be read when the engine started; restart the engine")
        write_whole(self.path, msgspec.json.encode(_Content(_VERSION, tuple(users))))

    def _set_aside(self, why: str) -> str:
        aside = self.path.with_suffix(".unusable.json")
        try:
            self.path.replace(aside)
        except OSError as error:
            self._is_unreadable = True
            return f"{self.path} cannot be used ({why}) nor set aside ({error.strerror or error})"
        return (
            f"{self.path} cannot be used ({why}): it is now {aside.name}, nobody of it is let in; "
            "add the people anew"
        )


def _may_be_others(known: os.stat_result) -> bool:
    """Who can write it could let themselves in. A group is often its owner alone (umask 002)."""
    if not hasattr(os, "getuid"):
        return False
    is_foreign = known.st_uid not in (os.getuid(), 0)
    return is_foreign or bool(known.st_mode & stat.S_IWOTH)


def _fault(users: Sequence[KeptUser]) -> str:
    """Which of two people a token or name means is not for us to choose."""
    if len({same_name(user.name) for user in users}) < len(users):
        return "a name stands in it twice"
    if len({user.digest for user in users}) < len(users):
        return "a token stands in it twice"
    if not all(is_name(user.name) for user in users):
        return "it holds a name that none can have"
    return "it names too many people" if len(users) > MOST_USERS else ""
