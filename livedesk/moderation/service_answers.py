"""What does the rule service answer? Its values, and its refusals in words.

What it sends may come from a service of a later version: of many, one that is not understood keeps
no other back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec

from livedesk.core.moderation import Item
from livedesk.core.one_line import one_line
from livedesk.core.secrets import Secret, redact

T = TypeVar("T")

_REDIRECTS: Final = 300
_NOT_LET_IN: Final = frozenset((401, 403))
_TRANSIENT: Final = frozenset((408, 425, 429))
"""With 5xx: nothing is wrong with what was sent, and it is wanted again later."""
_MOST_SAID: Final = 2**20
"""Characters of an error's text that are looked at: a token that is cut would not be known."""


class ServiceAwayError(Exception):
    """There was no answer that can be used; the text says why, without address and token."""


class ServiceRefusedError(Exception):
    """The service will not do it. `item`: as it is, when it told."""

    def __init__(self, status: int, code: str, text: str, item: Item | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.text = text
        self.item = item


@dataclass(frozen=True, slots=True)
class RulesDocument:
    content: bytes
    version: str


@dataclass(frozen=True, slots=True)
class JudgedComments:
    """One item for each comment on which a rule acts. `unread`: ids of those that are there, and
    that this version does not understand."""

    version: str
    items: tuple[Item, ...]
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemsPage:
    """`seq`: where to listen from. `after`: what to ask for next; None at the end."""

    seq: int
    items: tuple[Item, ...]
    after: str | int | None = None
    unread: int = 0
    """Items that this version does not understand."""


@dataclass(frozen=True, slots=True)
class _Named:
    id: str


@dataclass(frozen=True, slots=True)
class _Trouble:
    code: str = ""
    message: str = ""
    item: Item | None = None


@dataclass(frozen=True, slots=True)
class _Error:
    error: _Trouble
    item: Item | None = None


def check(status: int, body: bytes, token: Secret) -> None:
    """Raises ServiceAwayError or ServiceRefusedError, unless it did what it was asked to.

    What it says goes to people and into the record, and may repeat what it was sent: `token`.
    """
    if status < _REDIRECTS:
        return
    try:
        told = msgspec.json.decode(body, type=_Error)
        trouble, item = told.error, told.error.item or told.item
    except msgspec.MsgspecError:
        trouble, item = _Trouble(), None
    text = _said(trouble.message, 300, token) or f"The rule service answered HTTP {status}."
    if status in _NOT_LET_IN:
        raise ServiceAwayError(f"The rule service does not let this engine in. {text}")
    if status in _TRANSIENT or not 400 <= status < 500:
        raise ServiceAwayError(text)
    raise ServiceRefusedError(status, _said(trouble.code, 100, token), text, item)


def _said(words: str, longest: int, token: Secret) -> str:
    return one_line(redact(words[:_MOST_SAID], (token,)), longest)


def read(content: bytes, kind: type[T]) -> T:
    """Raises ServiceAwayError."""
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise ServiceAwayError("The rule service's answer cannot be understood.") from error


def read_each(told: Sequence[msgspec.Raw], kind: type[T]) -> tuple[tuple[T, ...], tuple[str, ...]]:
    """Each by itself: one that is not understood keeps no other back. Of those the ids."""
    found: list[T] = []
    unread: list[str] = []
    for raw in told:
        try:
            found.append(msgspec.json.decode(raw, type=kind))
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            unread.append(read(raw, _Named).id)
    return tuple(found), tuple(unread)
