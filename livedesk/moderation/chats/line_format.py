"""What does a line from any process say? One JSON object a line, of a comment most of all.

A comment has `id` and `text`, and may have `author_id`, `author` and `posted_utc_ms`. A program
that livedesk started may also say what it can do (`can`), and what became of an order (`did`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from livedesk.core.clock import NS_PER_MS
from livedesk.core.moderation import Comment, Verb
from livedesk.moderation.chats.comments import shown, usable
from livedesk.platforms.answers import UnusableError

LINE_BYTES: Final = 512 * 1024
"""64 kB of text are six times as much where each character is escaped."""
VERBS: Final[tuple[Verb, ...]] = ("hide", "unhide", "reply", "ban", "unban")
_MOST_PROBLEMS: Final = 20
_SHOWN: Final = 160


@dataclass(frozen=True, slots=True)
class Can:
    """What a program can do. `keys`: the same key sent twice has one effect."""

    verbs: frozenset[Verb]
    keys: bool = False
    reply_chars: int | None = None


@dataclass(frozen=True, slots=True)
class Did:
    """What became of an order. `key` is the order's."""

    key: str
    ok: bool
    text: str = ""


@dataclass(frozen=True, slots=True)
class Wrote:
    """A comment, and what of it was cleaned, empty if nothing."""

    comment: Comment
    cleaned: str = ""


@dataclass(frozen=True, slots=True)
class Lines:
    """What a body of lines holds."""

    comments: tuple[Comment, ...] = ()
    unusable: int = 0
    problems: tuple[tuple[int, str], ...] = ()
    """Number of the line from 1, and why it cannot be used; the first twenty."""
    cleaned: int = 0


def lines_of(body: bytes, utc_ns: int) -> Lines:
    """The comments of a body, in order. Empty lines are none; a line that cannot be used stops
    nothing. `utc_ns`: when it came."""
    comments: list[Comment] = []
    problems: list[tuple[int, str]] = []
    unusable = cleaned = 0
    for number, line in enumerate(body.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            found = read_line(line, utc_ns)
            if not isinstance(found, Wrote):
                raise UnusableError("it is no comment")
        except UnusableError as error:
            unusable += 1
            if len(problems) < _MOST_PROBLEMS:
                problems.append((number, str(error)))
        else:
            comments.append(found.comment)
            cleaned += bool(found.cleaned)
    return Lines(tuple(comments), unusable, tuple(problems), cleaned)


def read_line(line: bytes, utc_ns: int) -> Wrote | Can | Did:
    """Raises UnusableError, which never repeats what stands in the line."""
    if len(line) > LINE_BYTES:
        raise UnusableError(f"the line is longer than {LINE_BYTES // 1024} kB")
    try:
        found = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UnusableError("the line is not UTF-8") from None
    except (ValueError, RecursionError):
        raise UnusableError("the line is not whole, valid JSON") from None
    if not isinstance(found, dict):
        raise UnusableError("the line is JSON, and no object")
    if "can" in found:
        return _can(found)
    if "did" in found:
        return _did(found)
    return _wrote(found, utc_ns)


def _wrote(found: dict[str, Any], utc_ns: int) -> Wrote:
    posted = found.get("posted_utc_ms")
    is_time = isinstance(posted, int) and not isinstance(posted, bool)
    comment, cleaned = usable(
        id=found.get("id"),
        author_id=found.get("author_id"),
        author=found.get("author"),
        text=found.get("text"),
        utc_ns=utc_ns,
        posted_utc_ns=cast("int", posted) * NS_PER_MS if is_time else None,
    )
    return Wrote(comment, cleaned)


def _can(found: dict[str, Any]) -> Can:
    given = found["can"]
    if not isinstance(given, list):
        raise UnusableError("can is no list")
    most = found.get("reply_chars")
    is_number = isinstance(most, int) and not isinstance(most, bool) and most > 0
    return Can(
        frozenset(verb for verb in VERBS if verb in given),
        found.get("keys") is True,
        most if is_number else None,
    )


def _did(found: dict[str, Any]) -> Did:
    key, ok, text = found["did"], found.get("ok"), found.get("text")
    if not isinstance(key, str):
        raise UnusableError("did is no key of an order")
    if not isinstance(ok, bool):
        raise UnusableError("ok is neither true nor false")
    return Did(key, ok, shown(text, _SHOWN).strip() if isinstance(text, str) else "")


class LineSplitter:
    """Makes lines of what comes in any pieces. A line that is too long is left out and counted."""

    def __init__(self, most: int = LINE_BYTES) -> None:
        self._most = most
        self._kept = bytearray()
        self._is_skipping = False
        self.too_long = 0

    def feed(self, data: bytes) -> Sequence[bytes]:
        """Whole lines without their ends; those that are empty are left out."""
        *ended, rest = data.split(b"\n")
        lines = []
        for piece in ended:
            self._keep(piece)
            if not self._is_skipping and self._kept.strip():
                lines.append(bytes(self._kept))
            self._kept.clear()
            self._is_skipping = False
        self._keep(rest)
        return lines

    def _keep(self, piece: bytes) -> None:
        if self._is_skipping:
            return
        if len(self._kept) + len(piece) > self._most:
            self._kept.clear()
            self._is_skipping = True
            self.too_long += 1
        else:
            self._kept += piece
