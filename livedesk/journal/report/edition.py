"""Whose eyes is a text for? In the brand edition nobody is named, and no machine is.

People become "operator 1" or "host 1", the same one in every format and place; addresses, host
names, paths and the handles of viewers become a word that says what stood there. What a person
typed as a reason or a note is left out whole: it may name people of whom the record knows nothing.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from livedesk.core.events import Json
from livedesk.core.records import Edition
from livedesk.journal.reader import SessionReader

ADDRESS: Final = "(address)"
PATH: Final = "(path)"
VIEWER: Final = "a viewer"
SOMEBODY: Final = "somebody"
NOTE: Final = "(a note)"

# Who acts without being a person.
_MACHINES: Final = frozenset(
    ("", "engine", "livedesk", "relay", "probe", "rules", "rule", "signal", "system")
)

_PERSONAL_KEYS: Final = frozenset(
    ("actor", "by", "owner", "claimed_by", "acked_by", "shelved_by", "signed_by", "operator")
)
_VIEWER_KEYS: Final = frozenset(("author", "author_id"))
_MACHINE_KEYS: Final = frozenset(
    ("peer", "address", "host", "hostname", "machine", "url", "path", "file", "folder", "bind",
     "listen", "pull")
)  # fmt: skip

_WORD_KEYS: Final = frozenset(
    ("act", "code", "figure", "kind", "level", "priority", "side", "state", "verb")
)
"""Words of ours stand there, which nobody is named by."""

_TYPED_KINDS: Final = ("order.failover", "alarm.shelved", "check.signed", "check.standing")
_TYPED_KEYS: Final = ("reason", "why", "note")
"""Where the words of a person stand in what is on record of an act."""

_FILE_ENDINGS: Final = frozenset(
    ("csv", "doc", "docx", "edl", "flv", "gif", "htm", "html", "jpeg", "jpg", "json", "jsonl",
     "livedesk", "log", "m4a", "mkv", "mov", "mp3", "mp4", "parquet", "pdf", "png", "ppt", "pptx",
     "svg", "toml", "tsv", "txt", "vtt", "wav", "webm", "webp", "xls", "xlsx", "xml", "yaml", "yml",
     "zip")
)  # fmt: skip
"""A name that ends so is that of a file: it tells of no machine."""

_OUR_WORDS: Final = re.compile(
    r"(?:alarms?|audit|catalogue|channels?|chats?|check|clock|compliance|configuration|disk|engine"
    r"|failover|feed|gateways?|journal|limits?|moderation|operator|order|pads?|paths?|people|picture"
    r"|pins?|platforms?|probes?|products?|record|records|relay|return|rules|session|show|sound|sync"
    r"|uplinks?|versions)(?:\.[a-z0-9]+){1,2}"
)
"""Kinds of events, ids of alarms and names of settings look as hosts do."""

_HOST_ENDINGS: Final = frozenset(
    ("arpa", "com", "corp", "example", "home", "internal", "invalid", "io", "lan", "live", "local",
     "localdomain", "localhost", "net", "org", "shop", "test", "tv")
)  # fmt: skip

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

    def setting(self, name: str, value: str) -> str:
        """The value of a setting; `name` is its dotted path."""
        return value

    def data(self, value: Json) -> Json:
        """The figures behind an event, with all that is in them."""
        return value


class Edited(AsWritten):
    """The brand edition. `people`: who acted, in the order of their first acts, and whether as a
    host at a pad. `typed`: reasons and notes in their own words."""

    is_brand = True

    def __init__(self, people: Sequence[tuple[str, bool]] = (), typed: Iterable[str] = ()) -> None:
        self._typed = [
            (words, _as_said(words))
            for words in sorted(set(typed), key=lambda each: (-len(each), each))
        ]
        self._names = _aliases(people)
        folded = {name.casefold(): alias for name, alias in self._names.items()}
        self._folded: Mapping[str, str] = folded
        longest_first = sorted(self._names, key=len, reverse=True)
        either = "|".join(map(re.escape, longest_first))
        self._people = re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE) if either else None

    def edit(self, text: str) -> str:
        for words, said in self._typed:
            if words in text:
                text = said.sub(NOTE, text)
        if _TELLTALE.search(text):
            text = _INTERNAL.sub(_hidden, text)
        return text if self._people is None else self._people.sub(self._renamed, text)

    def name(self, actor: str | None) -> str:
        if not actor or actor.casefold() in _MACHINES:
            return actor or ""
        known = self._names.get(actor) or self._folded.get(actor.casefold())
        if known is None and ", " in actor:  # several, as an incident names them
            return ", ".join(map(self.name, actor.split(", ")))
        return known or SOMEBODY

    def author(self, author: str) -> str:
        return VIEWER if author else ""

    def setting(self, name: str, value: str) -> str:
        is_machine = value and not _MACHINE_KEYS.isdisjoint(name.split("."))
        return ADDRESS if is_machine else self.edit(value)

    def data(self, value: Json) -> Json:
        if isinstance(value, str):
            return self.edit(value)
        if isinstance(value, (list, tuple)):
            return [self.data(each) for each in value]
        if isinstance(value, dict):
            return {key: self._under(key, each) for key, each in value.items()}
        return value

    def _under(self, key: str, value: Json) -> Json:
        if not isinstance(value, str):
            return self.data(value)
        if key in _WORD_KEYS:
            return value
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
    if edition != "brand":
        return AS_WRITTEN
    acts = (timed.event.data for timed in reader.events(kinds=_TYPED_KINDS))
    told = (data.get(key) for data in acts for key in _TYPED_KEYS)
    typed = (each.strip() for each in told if isinstance(each, str))
    return Edited(reader.people(), filter(None, typed))


def _as_said(words: str) -> re.Pattern[str]:
    """Where they stand in a sentence. One word alone may be any word of ours, so it counts only
    where it is all that is told, or ends what is told after a colon."""
    said = re.escape(words)
    return re.compile(rf"(?<!\w){said}(?!\w)" if " " in words else rf"(?:^|(?<=: )){said}(?=\.?$)")


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
    if found.lastgroup == "name" and _is_no_host(text):
        return text
    # A sentence's full stop is not the address's.
    return ADDRESS + text[len(text.rstrip(".,;:!?")) :]


def _is_no_host(name: str) -> bool:
    ending = name.rpartition(".")[2].casefold()
    is_ours = _OUR_WORDS.fullmatch(name) is not None and ending not in _HOST_ENDINGS
    return is_ours or ending in _FILE_ENDINGS


def _is_address(text: str) -> bool:
    """Not every row of numbers is one: 0:12:00 is a time, 1.2.3.400 a version."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
