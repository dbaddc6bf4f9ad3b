"""Which sessions does somebody look for, and in which order do they stand?"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, Final, Literal

from livedesk.core.clock import NS_PER_S
from livedesk.core.records import RecordedSession
from livedesk.desk.record_words import day_of, started_ns, started_words, state_words
from livedesk.desk.words import platform_name

Sort = Literal["newest", "oldest", "store", "longest", "largest"]
SORTS: Final[tuple[Sort, ...]] = ("newest", "oldest", "store", "longest", "largest")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is typed into the search, and the order that is chosen."""

    text: str = ""
    sort: Sort = "newest"


def listed(
    sessions: Iterable[RecordedSession], wanted: Wanted, zone: tzinfo | None = None
) -> tuple[RecordedSession, ...]:
    """Those of which each typed word says something: store, name, day, state, id."""
    words = _plain(wanted.text).split()
    found = [each for each in sessions if _has(each, words, zone)]
    found.sort(key=lambda each: (-(started_ns(each) or 0), each.id))
    key = _KEYS[wanted.sort]
    return tuple(found if key is None else sorted(found, key=key))


def length_s(session: RecordedSession, now_utc_ns: int | None = None) -> float | None:
    """None where the file does not tell. One that is being written has lasted until now."""
    end = now_utc_ns if session.open else session.ended_utc_ns
    if session.started_utc_ns is None or end is None:
        return None
    return max(0.0, (end - session.started_utc_ns) / NS_PER_S)


def _has(session: RecordedSession, words: list[str], zone: tzinfo | None) -> bool:
    if not words:
        return True
    said = _plain(" ".join(_said(session, zone)))
    return all(word in said for word in words)


def _said(session: RecordedSession, zone: tzinfo | None) -> tuple[str, ...]:
    _, state = state_words(session)
    return (
        session.id, session.store, session.name, platform_name(session.platform),
        day_of(session, zone), started_words(session, zone), state, session.problem or "",
    )  # fmt: skip


def _plain(text: str) -> str:
    """Without accents and case, so that `cafe` finds `Café`."""
    parts = unicodedata.normalize("NFKD", text)
    return "".join(each for each in parts if not unicodedata.combining(each)).casefold()


_KEYS: Final[dict[Sort, Callable[[RecordedSession], Any] | None]] = {
    "newest": None,
    "oldest": lambda each: (started_ns(each) is None, started_ns(each) or 0),
    "store": lambda each: _plain(each.name or each.store),
    "longest": lambda each: -(length_s(each) or 0.0),
    "largest": lambda each: -each.bytes,
}
"""Upon the newest first, which holds among equals."""
