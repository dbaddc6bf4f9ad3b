"""Whose eyes is a text for? In the brand edition nobody is named, and no machine is.

People become "operator 1" or "host 1", the same one in every format and place; addresses, host
names, paths and the handles of viewers become a word that says what stood there.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from typing import Final

from livedesk.core.events import Json
from livedesk.core.records import Edition
from livedesk.journal.reader import SessionReader

ADDRESS: Final = "(address)"
PATH: Final = "(path)"
VIEWER: Final = "a viewer"
SOMEBODY: Final = "somebody"

# Who acts without being a person.
_MACHINES: Final = frozenset(
    ("", "engine", "livedesk", "relay", "probe", "rules", "rule", "signal", "system")
)

_PERSONAL_KEYS: Final = frozenset(
    ("actor", "by", "owner", "claimed_by", "acked_by", "shelved_by", "signed_by", "operator")
)
_VIEWER_KEYS: Final = frozenset(("author", "author_id"))
_MACHINE_KEYS: Final = frozenset(
    ("peer", "address", "host", "hostname", "machine", "url", "path", "file", "folder", "bind")
)

_TELLTALE: Final = re.compile(r"[./\\:@]|localhost", re.IGNORECASE)
_INTERNAL: Final = re.compile(
    r"(?P<url>\b[a-z][a-z0-9+.-]{1,20}://[^\s\"'<>”’)\]]+)"
    r"|(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<handle>(?<!\w)@\w[\w.]{1,40})"
    r"|(?P<path>(?<![\w/\\.])(?:~?/[\w.@+-]+(?:/[\w.@+-]*)+|[A-Za-z]:\\[^\s\"']+|\\\\[\w.-]+\\[^\s\"']+))"
    r"|(?P<v4>(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?(?![\w.]*\d))"
    r"|(?P<v6>(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?:%\w+)?(?![\w:]))"
    r"|(?P<name>(?<![\w.-])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}(?::\d{1,5})?(?![\w-])"
    r"|\blocalhost\b(?::\d{1,5})?)",
    re.IGNORECASE,
)


class AsWritten:
    """The full edition: every text as it stands in the record."""

    is_brand = False

    def edit(self, text: str) -> str:
        """A free text: of an event, a reason, a note."""
        return text

    def name(self, actor: str | None) -> str:
        """Who did something; empty where nobody did."""
        return actor or ""

    def author(self, author: str) -> str:
        """Who wrote a comment."""
        return author

    def data(self, value: Json) -> Json:
        """The figures behind an event, with all that is in them."""
        return value


class Edited(AsWritten):
    """The brand edition. `people`: who acted, in the order of their first acts, and whether as a
    host at a pad."""

    is_brand = True

    def __init__(self, people: Sequence[tuple[str, bool]] = ()) -> None:
        self._names = _aliases(people)
        folded = {name.casefold(): alias for name, alias in self._names.items()}
        self._folded: Mapping[str, str] = folded
        longest_first = sorted(self._names, key=len, reverse=True)
        either = "|".join(map(re.escape, longest_first))
        self._people = re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE) if either else None

    def edit(self, text: str) -> str:
        if _TELLTALE.search(text):
            text = _INTERNAL.sub(_hidden, text)
        return text if self._people is None else self._people.sub(self._renamed, text)

    def name(self, actor: str | None) -> str:
        if not actor or actor.casefold() in _MACHINES:
            return actor or ""
        return self._names.get(actor) or self._folded.get(actor.casefold(), SOMEBODY)

    def author(self, author: str) -> str:
        return VIEWER if author else ""

    def data(self, value: Json) -> Json:
        if isinstance(value, str):
            return self.edit(value)
        if isinstance(value, list):
            return [self.data(each) for each in value]
        if isinstance(value, dict):
            return {key: self._under(key, each) for key, each in value.items()}
        return value

    def _under(self, key: str, value: Json) -> Json:
        if not isinstance(value, str):
            return self.data(value)
        if key in _PERSONAL_KEYS:
            return self.name(value)
        if key in _VIEWER_KEYS:
            return self.author(value)
        if key in _MACHINE_KEYS and value:
            return ADDRESS
        return self.edit(value)

    def _renamed(self, found: re.Match[str]) -> str:
        return self._folded.get(found[0].casefold(), SOMEBODY)


AS_WRITTEN: Final = AsWritten()


def edited(reader: SessionReader, edition: Edition) -> AsWritten:
    """The words of an edition, for one session: names are numbered by the whole record, so that
    one person is the same in every format."""
    return Edited(reader.people()) if edition == "brand" else AS_WRITTEN


def _aliases(people: Sequence[tuple[str, bool]]) -> dict[str, str]:
    aliases: dict[str, str] = {}
    numbers = {"host": 0, "operator": 0}
    for person, is_host in people:
        if person.casefold() in _MACHINES or person in aliases:
            continue
        role = "host" if is_host else "operator"
        numbers[role] += 1
        aliases[person] = f"{role} {numbers[role]}"
    return aliases


def _hidden(found: re.Match[str]) -> str:
    text = found[0]
    match found.lastgroup:
        case "handle":
            return VIEWER
        case "path":
            return PATH
        case "v6":
            return ADDRESS if _is_address(text.partition("%")[0]) else text
        case "v4":
            return ADDRESS if _is_address(text.partition(":")[0]) else text
    # A sentence's full stop is not the address's.
    return ADDRESS + text[len(text.rstrip(".,;:!?")) :]


def _is_address(text: str) -> bool:
    """Not every row of numbers is one: 0:12:00 is a time, 1.2.3.400 a version."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
