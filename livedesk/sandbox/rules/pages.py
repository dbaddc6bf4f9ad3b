"""What is kept, page by page: items, statistics, the audit, and what streams have missed."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from livedesk.core.moderation import RuleStatistics
from livedesk.sandbox.rules.answers import raw_items
from livedesk.sandbox.rules.transaction import Change, meta

PAGE_BYTES: Final = 16 * 1024 * 1024

STATES: Final[dict[str, str]] = {
    "all": "1",
    "open": "is_open = 1",
    **{
        state: f"state = '{state}'"
        for state in ("waiting", "hidden", "approved", "replied", "banned")
    },
}
_CHANGES: Final = """
SELECT seq, 'item', store, data FROM items WHERE seq > :after {stores}
UNION ALL
SELECT seq, 'warning', store, data FROM warnings WHERE seq > :after {stores}
UNION ALL
SELECT max(seq), 'rules', '', json_object('version', version) FROM rules
  WHERE number = (SELECT max(number) FROM rules) AND seq > :after HAVING max(seq) IS NOT NULL
ORDER BY seq LIMIT :limit
"""
_STATISTICS: Final = """
SELECT rule, list, count(*), sum(by_rule = 'hide'), sum(decided), sum(overturned) FROM items
WHERE rule <> '' {store} GROUP BY rule, list ORDER BY count(*) DESC, rule
"""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The numbers of changes between which a stream can be resumed."""

    floor: int
    seq: int


def bounds(connection: sqlite3.Connection) -> Bounds:
    return Bounds(meta(connection, "floor"), meta(connection, "seq"))


def items(
    connection: sqlite3.Connection, store: str, state: str, after: int, limit: int
) -> dict[str, Any]:
    """In the order of their newest change: what changes between two pages comes again, and nothing
    is left out. At most `limit`, and about `PAGE_BYTES`."""
    where = "" if not store else "AND store = :store"
    query = (
        f"SELECT seq, data FROM items WHERE seq > :after AND {STATES[state]} {where} "
        "ORDER BY seq LIMIT :limit"
    )
    values = {"store": store, "after": after, "limit": limit + 1}
    page: list[bytes] = []
    size, last, goes_on = 0, after, False
    for seq, data in connection.execute(query, values):
        if goes_on := len(page) == limit or size > PAGE_BYTES:
            break
        page.append(data)
        size, last = size + len(data), seq
    return {
        "seq": meta(connection, "seq"),
        "items": raw_items(page),
        "after": str(last) if goes_on else None,
    }


def item(connection: sqlite3.Connection, item_id: str) -> bytes | None:
    found = connection.execute("SELECT data FROM items WHERE id = ?", (item_id,)).fetchone()
    return None if found is None else bytes(found[0])


def missed(
    connection: sqlite3.Connection, stores: Collection[str], after: int, limit: int
) -> list[Change]:
    """The changes after a number, each thing once and as it is now; none of other stores."""
    names = {f"store{at}": store for at, store in enumerate(sorted(stores))}
    where = f"AND store IN ({', '.join(f':{name}' for name in names)})" if names else ""
    query = _CHANGES.format(stores=where)
    values = {**names, "after": after, "limit": limit}
    return [
        Change(seq, kind, store, data.encode() if isinstance(data, str) else data)
        for seq, kind, store, data in connection.execute(query, values)
    ]


def warnings(connection: sqlite3.Connection, store: str, limit: int) -> list[msgspec.Raw]:
    """The newest first."""
    where = "WHERE store = :store" if store else ""
    found = connection.execute(
        f"SELECT data FROM warnings {where} ORDER BY seq DESC LIMIT :limit",
        {"store": store, "limit": limit},
    )
    return [msgspec.Raw(row[0]) for row in found]


def statistics(connection: sqlite3.Connection, store: str) -> list[RuleStatistics]:
    """Of the items that are kept, most hits first."""
    query = _STATISTICS.format(store="AND store = :store" if store else "")
    return [RuleStatistics(*row) for row in connection.execute(query, {"store": store})]


def audit(connection: sqlite3.Connection, after: int, limit: int) -> list[dict[str, Any]]:
    names = ("seq", "utc_ns", "by", "role", "act", "store", "item_id", "data", "hash")
    found = connection.execute(
        "SELECT * FROM audit WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit)
    )
    rows = [dict(zip(names, row, strict=True)) for row in found]
    return [{**row, "data": msgspec.Raw(row["data"])} for row in rows]
