"""What did an earlier engine leave of a session's queue? Reads its record: call it in a thread."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from livedesk.core.moderation import SETTLED, ComplianceWarning, Effect, Item
from livedesk.journal.errors import JournalError
from livedesk.journal.fold.queue import (
    EFFECT_EVENTS,
    QueueRow,
    comments_counted,
    queue_rows,
    warnings_told,
)
from livedesk.journal.reader import SessionReader, TimedEvent

log = logging.getLogger(__name__)

_KINDS: Final = (
    "moderation.judged", "moderation.decided", *EFFECT_EVENTS, "compliance.warning",
    "compliance.done", "moderation.minute",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Posted:
    """An answer that viewers have read, or may have."""

    text: str
    author_id: str
    utc_ns: int


@dataclass(frozen=True, slots=True)
class RecalledWarning:
    """`is_done`: a person saw to it."""

    warning: ComplianceWarning
    told_utc_ns: int
    is_done: bool = False


@dataclass(frozen=True, slots=True)
class Recalled:
    """`keys`: of all effects that were begun, also of items of which nothing else is on record."""

    rows: tuple[QueueRow, ...] = ()
    keys: tuple[str, ...] = ()
    posted: tuple[Posted, ...] = ()
    warnings: tuple[RecalledWarning, ...] = ()
    comments: int = 0
    """Up to the last whole minute, as clean ones are counted then."""
    judged_local: int = 0


def recall(record: Path) -> Recalled:
    """A record that cannot be read has nothing to tell; the journal's own alarm says so."""
    try:
        with SessionReader.open(record) as reader:
            return recalled(list(reader.events(kinds=_KINDS)))
    except JournalError as error:
        log.error("the queue of %s cannot be taken up: %s", record, error)
        return Recalled()


def recalled(events: Iterable[TimedEvent]) -> Recalled:
    events = list(events)
    rows = tuple(queue_rows(events))
    keys = dict.fromkeys(_keys(events))
    begun = [
        (row.item, effect)
        for row in rows
        for effect in row.item.effects
        if effect.state != "wanted"
    ]
    keys.update(dict.fromkeys(effect.key for _, effect in begun))
    posted = [_posted(item, effect) for item, effect in begun if _is_posted(effect)]
    return Recalled(
        rows,
        tuple(keys),
        tuple(posted),
        tuple(_warnings(events)),
        comments_counted(events),
        max(map(_judged_local, events), default=0),
    )


def _judged_local(timed: TimedEvent) -> int:
    # Of the session so far.
    told = timed.event.data.get("judged_local")
    return told if timed.event.kind == "moderation.minute" and isinstance(told, int) else 0


def _warnings(events: list[TimedEvent]) -> Iterable[RecalledWarning]:
    done = {
        timed.event.data.get("warning_id")
        for timed in events
        if timed.event.kind == "compliance.done"
    }
    told = [timed for timed in events if timed.event.kind == "compliance.warning"]
    utc_ns = {timed.t_ms: timed.event.utc_ns for timed in told}
    for t_ms, warning in warnings_told(told):
        yield RecalledWarning(warning, utc_ns[t_ms], warning.id in done)


def _keys(events: Iterable[TimedEvent]) -> Iterable[str]:
    for timed in events:
        effect = timed.event.data.get("effect")
        if timed.event.kind in EFFECT_EVENTS and isinstance(effect, dict):
            yield str(effect.get("key"))


def _is_posted(effect: Effect) -> bool:
    return effect.verb == "reply" and effect.state in ("sent", "done", "by_hand", "unknown")


def _posted(item: Item, effect: Effect) -> Posted:
    at_ns = effect.settled_utc_ns or effect.wanted_utc_ns
    return Posted(effect.text, item.comment.author_id, at_ns)


def ended(item: Item) -> Item:
    """As it is when its session is over: nothing of it is on its way."""
    return replace(item, effects=tuple(map(_ended, item.effects)))


def _ended(effect: Effect) -> Effect:
    if effect.state in SETTLED or effect.state == "unknown":
        return effect
    if effect.state == "sent":
        reason = "An earlier engine sent it and ended before there was an answer."
        return replace(effect, state="unknown", code="restarted", reason=reason)
    reason = "The session was over before it was done."
    return replace(
        effect,
        state="dropped",
        settled_utc_ns=effect.wanted_utc_ns,
        code="signed_off",
        reason=reason,
    )
