"""What can one transaction change? Items, numbers of changes, and the audit's next entries.

The audit is a chain: each entry's hash covers the one before, so an entry that is altered, taken
out or put in later shows (`broken_at`).
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from livedesk.core.moderation import Item
from livedesk.moderation.items import is_open

ChangeKind = Literal["item", "rules", "warning"]

_SAVE = """
INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, state = excluded.state,
  is_open = excluded.is_open, changed_ns = excluded.changed_ns, rule = excluded.rule,
  list = excluded.list, by_rule = excluded.by_rule, decided = excluded.decided,
  overturned = excluded.overturned,
  claim_until = excluded.claim_until, data = excluded.data
"""


@dataclass(frozen=True, slots=True)
class Change:
    """What the streams tell. `store` is empty where it concerns all."""

    seq: int
    kind: ChangeKind
    store: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: a person's name as the engine gives it, and the role of the token."""

    by: str
    role: str


SERVICE = Actor("service", "service")


@dataclass(slots=True)
class _Attempt:
    undo: bool = False


class Transaction:
    """Lives in the writing thread, for one commit."""

    def __init__(self, connection: sqlite3.Connection, utc_ns: int) -> None:
        self.connection = connection
        self.utc_ns = utc_ns
        self.changes: list[Change] = []
        self._seq = meta(connection, "seq")
        last = connection.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
        self._audited: tuple[int, str] = last.fetchone() or (0, "")

    @contextmanager
    def savepoint(self) -> Iterator[_Attempt]:
        """Set `undo` to have everything since then undone."""
        before = len(self.changes), self._seq, self._audited
        attempt = _Attempt()
        self.connection.execute("SAVEPOINT job")
        yield attempt
        if attempt.undo:
            self.connection.execute("ROLLBACK TO job")
            del self.changes[before[0] :]
            _, self._seq, self._audited = before
        self.connection.execute("RELEASE job")

    def finish(self) -> None:
        self.connection.execute("UPDATE meta SET value = ? WHERE name = 'seq'", (self._seq,))

    def change(self, kind: ChangeKind, store: str, data: bytes) -> int:
        """Have the streams tell it; its number."""
        self._seq += 1
        self.changes.append(Change(self._seq, kind, store, data))
        return self._seq

    def item(self, item_id: str) -> Item | None:
        found = self.connection.execute("SELECT data FROM items WHERE id = ?", (item_id,))
        row = found.fetchone()
        return None if row is None else msgspec.json.decode(row[0], type=Item)

    def save(self, item: Item) -> None:
        data = msgspec.json.encode(item)
        seq = self.change("item", item.store, data)
        verdict, claim = item.verdict, item.claim
        self.connection.execute(
            _SAVE,
            (
                item.id, item.store, seq, item.state, is_open(item), self.utc_ns,
                "" if verdict is None else verdict.rule,
                "" if verdict is None else verdict.list,
                "" if verdict is None else verdict.action,
                item.decision is not None, item.is_overturned,
                None if claim is None else claim.until_utc_ns, data,
            ),
        )  # fmt: skip

    def audit(
        self, actor: Actor, act: str, store: str, item_id: str, data: Mapping[str, Any]
    ) -> None:
        seq, before = self._audited[0] + 1, self._audited[1]
        row = (
            seq, self.utc_ns, actor.by, actor.role, act, store, item_id, msgspec.json.encode(data),
        )  # fmt: skip
        chained = _hash(before, row)
        self.connection.execute(
            "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, chained)
        )
        self._audited = seq, chained


def meta(connection: sqlite3.Connection, name: str) -> int:
    found = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return int(found[0])


def broken_at(connection: sqlite3.Connection) -> int | None:
    """The first entry of the audit that does not follow from those before; None: it is whole."""
    before, expected = "", 1
    for *row, chained in connection.execute("SELECT * FROM audit ORDER BY seq"):
        if row[0] != expected or chained != _hash(before, row):
            return expected
        before, expected = chained, expected + 1
    return None


def _hash(before: str, row: Any) -> str:
    return hashlib.sha256(msgspec.json.encode([before, *row])).hexdigest()
