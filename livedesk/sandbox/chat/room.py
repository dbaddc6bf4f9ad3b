"""What stands in a live's chat, and what was really done there? Time is passed in.

The journal is the room's own: it tells from outside whether anything was done twice.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, Literal

from livedesk.core.clock import NS_PER_MS, NS_PER_S, Clock
from livedesk.core.events import Json

KEPT_COMMENTS: Final = 50_000
KEPT_EXECUTIONS: Final = 50_000
KEPT_KEYS: Final = 50_000
FIRST_AUTHOR: Final = 700_001
_SAME_REPLY_NS: Final = 20 * NS_PER_S

Verb = Literal["hide", "unhide", "reply", "ban", "unban"]
Refusal = Literal["unknown_comment", "unknown_author", "key_reused", "not_live"]
_WORDS: Final[dict[Refusal, str]] = {
    "unknown_comment": "There is no such comment in this room.",
    "unknown_author": "Nobody of that id has written in this room.",
    "key_reused": "This idempotency key was used for something else.",
    "not_live": "The live is not on.",
}


class RefusedError(Exception):
    """The room does not do it; nothing was changed."""

    def __init__(self, code: Refusal) -> None:
        super().__init__(_WORDS[code])
        self.code: Refusal = code


@dataclass(frozen=True, slots=True)
class Line:
    """What somebody is about to write. `kind` and `evasion` are what the script knows of it."""

    author_id: str
    author: str
    text: str
    kind: str = ""
    bad: bool = False
    evasion: str = ""
    """How it is disguised; empty: not at all."""
    id: str = ""
    """Of the comment, when who ordered it chose one."""


@dataclass(slots=True)
class Said:
    """A line that stands in the chat. `n` counts those of viewers, `seq` also those of the host."""

    n: int
    seq: int
    id: str
    line: Line
    utc_ns: int
    mono_ns: int
    visible: bool = True

    def to_json(self) -> dict[str, Json]:
        """For the witness: with what the script knows of it."""
        line = self.line
        return {
            "n": self.n,
            "id": self.id,
            "author_id": line.author_id,
            "author": line.author,
            "text": line.text,
            "kind": line.kind,
            "bad": line.bad,
            "evasion": line.evasion,
            "utc_ns": self.utc_ns,
            "mono_ns": self.mono_ns,
            "visible": self.visible,
        }


@dataclass(frozen=True, slots=True)
class Execution:
    """Something that came through; `repeated` ones had their answer before, and did nothing.

    `target` is a comment, or an author where the verb is ban or unban. `again`: it was so already,
    or the same was answered to it within 20 s. `after_ms`: since the comment was written.
    """

    number: int
    key: str
    verb: Verb
    target: str
    text: str
    utc_ns: int
    mono_ns: int
    repeated: bool
    again: bool
    after_ms: float | None

    def to_json(self) -> dict[str, Json]:
        return {
            "number": self.number,
            "key": self.key,
            "verb": self.verb,
            "target": self.target,
            "text": self.text,
            "utc_ns": self.utc_ns,
            "mono_ns": self.mono_ns,
            "repeated": self.repeated,
            "again": self.again,
            "after_ms": self.after_ms,
        }


@dataclass(slots=True)
class _Counts:
    """`doubles`: executions beyond the first of their key."""

    executions: int = 0
    repeats: int = 0
    doubles: int = 0
    again: int = 0
    verbs: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("hide", "unhide", "reply", "ban", "unban"), 0)
    )


class ChatRoom:
    """One live's chat."""

    def __init__(self, name: str, clock: Clock, host: str = "Glow Beauty") -> None:
        self._clock = clock
        self.began_utc_ms = clock.utc_ns() // NS_PER_MS
        self.epoch = f"{self.began_utc_ms:x}"
        """A room that is made later, for the same live, has another one, and other ids."""
        self._host = host
        self._comments: OrderedDict[str, Said] = OrderedDict()
        self._spoken: deque[Said] = deque(maxlen=KEPT_COMMENTS)
        self._authors: dict[str, int] = {}
        self._banned: set[str] = set()
        self._journal: deque[Execution] = deque(maxlen=KEPT_EXECUTIONS)
        self._keys: OrderedDict[str, tuple[tuple[Verb, str, str], Execution]] = OrderedDict()
        self._replies: dict[tuple[str, str], int] = {}
        self._number = self._seq = self._silenced = self._hidden = 0
        self._counts = _Counts()
        self.name = name
        self.last = 0
        self.live = True
        self.honours_keys = True

    @property
    def first(self) -> int:
        """The oldest number that is kept; 0 before there is any."""
        return next(iter(self._comments.values())).n if self._comments else 0

    @property
    def executed(self) -> int:
        """How much was carried out; repetitions do not count."""
        return self._counts.executions

    def say(self, lines: Iterable[Line]) -> list[Said]:
        """They stand in the chat from now on, but for those of banned authors."""
        if not self.live:
            return []
        return [self._add(line) for line in lines if not self._is_silenced(line)]

    def comments(self, after: int, limit: int) -> list[Said]:
        """Those with a higher number, oldest first."""
        if self.last <= after or not self._comments:
            return []
        newest = islice(reversed(self._comments.values()), self.last - max(after, self.first - 1))
        return list(reversed(list(newest)))[:limit]

    def since(self, mono_ns: int) -> Iterator[Said]:
        """What stands there since, the host's own included, newest first."""
        for said in reversed(self._spoken):
            if said.mono_ns < mono_ns:
                return
            yield said

    def author_number(self, author_id: str) -> int:
        """For protocols whose ids are numbers."""
        return self._authors.setdefault(author_id, FIRST_AUTHOR + len(self._authors))

    def author_of(self, number: int) -> str | None:
        return next((name for name, known in self._authors.items() if known == number), None)

    def show(self, comment_id: str, visible: bool, key: str = "") -> Execution:
        """Hide it, or show it again. Raises RefusedError."""
        verb: Verb = "unhide" if visible else "hide"
        if (known := self._known(key, verb, comment_id)) is not None:
            return known
        said = self._comments.get(comment_id)
        if said is None:
            raise RefusedError("unknown_comment")
        self._demand_live()
        is_so = said.visible is visible
        if not is_so:
            said.visible = visible
            self._hidden += -1 if visible else 1
        return self._note(key, verb, comment_id, again=is_so, since=said)

    def reply(self, comment_id: str, text: str, key: str = "") -> Execution:
        """The host answers; without a comment it is said to all. Raises RefusedError."""
        if (known := self._known(key, "reply", comment_id, text)) is not None:
            return known
        said = self._comments.get(comment_id)
        if said is None and comment_id:
            raise RefusedError("unknown_comment")
        self._demand_live()
        now_ns = self._clock.mono_ns()
        before_ns = self._replies.get((comment_id, text))
        is_same = before_ns is not None and now_ns - before_ns <= _SAME_REPLY_NS
        self._replies[(comment_id, text)] = now_ns
        self._speak(Line("host", self._host, text, "host"), 0)
        return self._note(key, "reply", comment_id, text, again=is_same, since=said)

    def ban(self, author_id: str, banned: bool, key: str = "") -> Execution:
        """Let them write no more, or again. Raises RefusedError."""
        verb: Verb = "ban" if banned else "unban"
        if (known := self._known(key, verb, author_id)) is not None:
            return known
        if author_id not in self._authors:
            raise RefusedError("unknown_author")
        self._demand_live()
        is_so = (author_id in self._banned) is banned
        (self._banned.add if banned else self._banned.discard)(author_id)
        return self._note(key, verb, author_id, again=is_so)

    def executions(self, after: int, limit: int) -> list[Execution]:
        """Those with a higher number, oldest first."""
        found = (execution for execution in self._journal if execution.number > after)
        return list(islice(found, limit))

    def forget(self) -> None:
        """The journal begins anew; comments and keys stay known."""
        self._journal.clear()
        self._counts = _Counts()

    def figures(self) -> dict[str, Json]:
        counts = self._counts
        return {
            "live": self.live,
            "comments": self.last,
            "hidden": self._hidden,
            "banned": [*sorted(self._banned)],
            "silenced": self._silenced,
            "executions": counts.executions,
            "repeats": counts.repeats,
            "doubles": counts.doubles,
            "again": counts.again,
            "verbs": dict(counts.verbs),
        }

    def _is_silenced(self, line: Line) -> bool:
        is_silenced = line.author_id in self._banned or line.id in self._comments
        self._silenced += is_silenced
        return is_silenced

    def _add(self, line: Line) -> Said:
        self.author_number(line.author_id)
        self.last += 1
        said = self._speak(line, self.last)
        self._comments[said.id] = said
        if len(self._comments) > KEPT_COMMENTS:
            _, gone = self._comments.popitem(last=False)
            self._hidden -= not gone.visible
        return said

    def _speak(self, line: Line, n: int) -> Said:
        self._seq += 1
        now = (self._clock.utc_ns(), self._clock.mono_ns())
        said = Said(n, self._seq, line.id or f"{self.name}-{self.epoch}-{n}", line, *now)
        self._spoken.append(said)
        return said

    def _demand_live(self) -> None:
        if not self.live:
            raise RefusedError("not_live")

    def _known(self, key: str, verb: Verb, target: str, text: str = "") -> Execution | None:
        """What was done for this key, noted as a repetition."""
        known = self._keys.get(key) if key and self.honours_keys else None
        if known is None:
            return None
        if known[0] != (verb, target, text):
            raise RefusedError("key_reused")
        first = known[1]
        self._note(key, verb, target, text, again=first.again, repeated=True)
        return first

    def _note(
        self,
        key: str,
        verb: Verb,
        target: str,
        text: str = "",
        *,
        again: bool,
        since: Said | None = None,
        repeated: bool = False,
    ) -> Execution:
        self._number += 1
        utc_ns, mono_ns = self._clock.utc_ns(), self._clock.mono_ns()
        after_ms = None if since is None else (mono_ns - since.mono_ns) / NS_PER_MS
        execution = Execution(
            self._number, key, verb, target, text, utc_ns, mono_ns, repeated, again, after_ms
        )
        self._journal.append(execution)
        counts = self._counts
        if repeated:
            counts.repeats += 1
            return execution
        counts.executions += 1
        counts.verbs[verb] += 1
        counts.again += again
        counts.doubles += key in self._keys
        if key:
            self._keys[key] = ((verb, target, text), execution)
            if len(self._keys) > KEPT_KEYS:
                self._keys.popitem(last=False)
        return execution
