"""What becomes of comments that come in: judged, kept as items, and remembered for a while."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import msgspec

from livedesk.core.moderation import Comment, Item, Verdict
from livedesk.moderation.items import RECENT, item_id, new_item
from livedesk.sandbox.rules.rulebook import InUse
from livedesk.sandbox.rules.transaction import Actor, Transaction

RECENT_CHARS: Final = 500
"""Of what an author wrote before; enough to judge him by."""


def judged(rules: InUse, store: str, comments: Sequence[Comment]) -> list[Verdict | None]:
    """Takes its time: for a thread."""
    return [rules.matcher.judge(store, comment.text) for comment in comments]


def taken(
    changes: Transaction,
    store: str,
    comments: Sequence[Comment],
    verdicts: Sequence[Verdict | None],
    rules: InUse,
    actor: Actor,
) -> list[Item]:
    """The items of these comments; those that are known are what they have become."""
    items: list[Item] = []
    memory = Memory(changes, store)
    for comment, verdict in zip(comments, verdicts, strict=True):
        known = changes.item(item_id(store, comment.id))
        if known is None and verdict is not None:
            known = new_item(store, comment, verdict, memory.before(comment), rules.faq)
            added(changes, known, actor, "judged")
        if known is not None:
            items.append(known)
        memory.add(comment)
    memory.keep()
    return items


def picked(changes: Transaction, store: str, comment: Comment, actor: Actor) -> Item:
    """The item of a comment in which no rule found anything; one that is known stays as it is."""
    known = changes.item(item_id(store, comment.id))
    if known is not None:
        return known
    item = new_item(store, comment, None, Memory(changes, store).before(comment))
    added(changes, item, actor, "picked")
    return item


def added(changes: Transaction, item: Item, actor: Actor, act: str) -> None:
    changes.save(item)
    verdict = item.verdict
    data = {"state": item.state, "comment_id": item.comment.id}
    if verdict is not None:
        data |= {"rule": verdict.rule, "version": verdict.version}
    changes.audit(actor, act, item.store, item.id, data)


class Memory:
    """What authors wrote last, of one store: read when first asked for, written once a call."""

    def __init__(self, changes: Transaction, store: str) -> None:
        self._changes = changes
        self._store = store
        self._known: dict[str, tuple[Comment, ...]] = {}
        self._touched: set[str] = set()

    def before(self, comment: Comment) -> tuple[Comment, ...]:
        """Newest first, without the comment itself."""
        return tuple(each for each in self._of(comment.author_id) if each.id != comment.id)[:RECENT]

    def add(self, comment: Comment) -> None:
        earlier = self._of(comment.author_id)
        if not comment.author_id or any(each.id == comment.id for each in earlier):
            return
        short = replace(comment, text=comment.text[:RECENT_CHARS], author=comment.author[:200])
        self._known[comment.author_id] = (short, *earlier)[: RECENT + 1]
        self._touched.add(comment.author_id)

    def keep(self) -> None:
        rows = [
            (self._store, author, self._changes.utc_ns, msgspec.json.encode(self._known[author]))
            for author in self._touched
        ]
        self._changes.connection.executemany(
            "INSERT OR REPLACE INTO recent VALUES (?, ?, ?, ?)", rows
        )

    def _of(self, author: str) -> tuple[Comment, ...]:
        if author not in self._known:
            self._known[author] = _read(self._changes.connection, self._store, author)
        return self._known[author]


def _read(connection: sqlite3.Connection, store: str, author: str) -> tuple[Comment, ...]:
    found = connection.execute(
        "SELECT data FROM recent WHERE store = ? AND author = ?", (store, author)
    ).fetchone()
    return () if found is None else msgspec.json.decode(found[0], type=tuple[Comment, ...])
