"""What do people and engines do to items? Each function is one job of a transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from livedesk.core.moderation import ComplianceWarning, Decision, Effect, Faq, Item
from livedesk.moderation.items import (
    CLAIM_S,
    ItemError,
    claimed,
    decided,
    item_id,
    lapsed,
    merged,
    on_its_own,
    released,
    with_effect,
)
from livedesk.sandbox.rules.answers import Refusal, conflict, unknown_item, wrong
from livedesk.sandbox.rules.intake import Memory, added
from livedesk.sandbox.rules.transaction import SERVICE, Actor, Transaction
from livedesk.sandbox.rules.wire import EffectNews


def claim(changes: Transaction, wanted: str, actor: Actor, for_s: float | None) -> Item:
    item = _known(changes, wanted)
    try:
        after = claimed(item, actor.by, changes.utc_ns, CLAIM_S if for_s is None else for_s)
    except ItemError as fault:
        raise conflict(fault.code, fault.text, item) from None
    return _kept(changes, item, after, actor, "claimed")


def release(changes: Transaction, wanted: str, actor: Actor) -> Item:
    item = _known(changes, wanted)
    try:
        after = released(item, actor.by, changes.utc_ns)
    except ItemError as fault:
        raise conflict(fault.code, fault.text, item) from None
    return _kept(changes, item, after, actor, "released")


def lapse(changes: Transaction, ids: Sequence[str]) -> None:
    """End the claims of these items that have run out, and still have when it is their turn."""
    for wanted in ids:
        item = changes.item(wanted)
        if item is not None:
            _kept(changes, item, lapsed(item, changes.utc_ns), SERVICE, "lapsed")


def decide(
    changes: Transaction,
    wanted: str,
    decision: Decision,
    faq: Sequence[Faq],
    actor: Actor,
    seen: int | None = None,
) -> Item:
    """Whether a claim has run out is told by the service's clock; the caller's may be wrong."""
    item = _known(changes, wanted)
    if _is_known_key(changes, item, decision):
        return item
    try:
        after = decided(item, decision, faq, now_utc_ns=changes.utc_ns, seen=seen)
    except ItemError as fault:
        raise conflict(fault.code, fault.text, item) from None
    _remember_key(changes, item, decision)
    data = {"kind": decision.kind, "key": decision.key, "utc_ns": decision.utc_ns}
    if decision.reply:
        data["reply"] = decision.reply
    return _kept(changes, item, after, actor, "decided", data)


def settle(
    changes: Transaction, store: str, news: Sequence[EffectNews], actor: Actor
) -> list[Item]:
    """Items that are not known, or of another store, are left out of the answer."""
    found: dict[str, Item] = {}
    for each in news:
        item = found.get(each.item_id) or changes.item(each.item_id)
        if item is None or item.store != store:
            continue
        found[item.id] = _kept(
            changes, item, with_effect(item, each.effect), actor, "effect", _of(each.effect)
        )
    return list(found.values())


def meet(changes: Transaction, store: str, items: Sequence[Item], actor: Actor) -> list[Item]:
    """What an engine judged and decided by itself, and what is here, become one."""
    memory = Memory(changes, store)
    met = []
    for theirs in items:
        if theirs.store != store or theirs.id != item_id(store, theirs.comment.id):
            raise wrong("Each item", "of the store of the call, with the id of its comment")
        met.append(_met(changes, theirs, memory, actor))
        memory.add(theirs.comment)
    memory.keep()
    return met


def _met(changes: Transaction, theirs: Item, memory: Memory, actor: Actor) -> Item:
    ours = changes.item(theirs.id)
    data = {"decisions": [decision.key for decision in theirs.decisions]}
    if ours is not None:
        item = _kept(changes, ours, merged(ours, theirs), actor, "merged", data)
    else:
        item = on_its_own(theirs, memory.before(theirs.comment), changes.utc_ns)
        added(changes, item, actor, "judged_local")
    for decision in item.decisions:
        _remember_key(changes, item, decision)
    return item


def warn(
    changes: Transaction, warning: ComplianceWarning, actor: Actor
) -> tuple[ComplianceWarning, bool]:
    """As it is kept, and whether it is new."""
    found = changes.connection.execute("SELECT data FROM warnings WHERE id = ?", (warning.id,))
    if (known := found.fetchone()) is not None:
        return msgspec.json.decode(known[0], type=ComplianceWarning), False
    data = msgspec.json.encode(warning)
    seq = changes.change("warning", warning.store, data)
    changes.connection.execute(
        "INSERT INTO warnings VALUES (?, ?, ?, ?, ?)",
        (warning.id, warning.store, seq, warning.utc_ns, data),
    )
    told = {"id": warning.id, "kind": warning.kind}
    changes.audit(actor, "warned", warning.store, "", told)
    return warning, True


def _known(changes: Transaction, wanted: str) -> Item:
    item = changes.item(wanted)
    if item is None:
        raise unknown_item()
    return item


def _kept(
    changes: Transaction,
    before: Item,
    after: Item,
    actor: Actor,
    act: str,
    data: Mapping[str, object] | None = None,
) -> Item:
    """What has not changed is not written, and nobody is told."""
    if after == before:
        return before
    changes.save(after)
    changes.audit(actor, act, after.store, after.id, {**(data or {}), "state": after.state})
    return after


def _of(effect: Effect) -> dict[str, object]:
    return {"key": effect.key, "effect": effect.state, "code": effect.code}


def _is_known_key(changes: Transaction, item: Item, decision: Decision) -> bool:
    """Raises Refusal when the key was used for something else (draft-ietf-httpapi-idempotency-key,
    section 2.7)."""
    found = changes.connection.execute(
        "SELECT item_id, kind, reply, by FROM keys WHERE key = ?", (decision.key,)
    ).fetchone()
    if found is None:
        return False
    if tuple(found) != (item.id, decision.kind, decision.reply, decision.by):
        raise Refusal(
            422, "key_reused", "This Idempotency-Key stands for another decision.",
            "Make a key for each decision.",
        )  # fmt: skip
    return True


def _remember_key(changes: Transaction, item: Item, decision: Decision) -> None:
    changes.connection.execute(
        "INSERT OR IGNORE INTO keys VALUES (?, ?, ?, ?, ?, ?)",
        (
            decision.key, item.id, decision.kind, decision.reply, decision.by, changes.utc_ns,
        ),
    )  # fmt: skip
