"""How is a change of an item told, as events of the record? Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from livedesk.core.events import Json, Level
from livedesk.core.moderation import Decision, Effect, EffectState, Item, Verb
from livedesk.core.one_line import one_line

_LONGEST_TEXT: Final = 60
_LOUDNESS: Final[dict[EffectState, Level]] = {
    "by_hand": "notice", "failed": "warning", "unknown": "warning",
}  # fmt: skip
_VERBS: Final[dict[Verb, str]] = {
    "hide": "Hiding", "unhide": "Showing again", "reply": "The reply to", "ban": "Banning",
    "unban": "Letting in again",
}  # fmt: skip
_STATES: Final[dict[EffectState, str]] = {
    "sent": "was sent",
    "done": "is done",
    "by_hand": "is to be done by hand in the platform's own window",
    "not_possible": "is not possible on this platform",
    "failed": "failed",
    "unknown": "is uncertain",
    "dropped": "was dropped",
}
_DECIDED: Final = {
    "hide": "hid", "approve": "approved", "reply": "answered", "ban": "banned the author of",
    "undo": "took back the decision on",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    kind: str
    level: Level
    text: str
    data: dict[str, Json]
    actor: str = ""


def changes_told(before: Item | None, after: Item, latency_ms: float) -> Iterator[Told]:
    """What is new about an item: that it came about, what was decided, what became of effects.

    `latency_ms`: since its comment came.
    """
    if before is None:
        yield judged_told(after)
    known = {decision.key for decision in before.decisions} if before is not None else set()
    for decision in after.decisions:
        if decision.key not in known:
            yield _decided(after, decision, latency_ms)
    states = {effect.key: effect.state for effect in before.effects} if before is not None else {}
    for effect in after.effects:
        if effect.state != "wanted" and states.get(effect.key) != effect.state:
            yield _effect(after, effect, latency_ms)


def judged_told(item: Item) -> Told:
    verdict = item.verdict
    if verdict is None:
        text = f"A person picked {_quoted(item)}."
    else:
        why = verdict.reason.rstrip(".") or verdict.rule
        text = f"{_STATE_WORDS[item.state]}: {_quoted(item)} ({why})."
    return Told("moderation.judged", "info", text, {"item": _json(item)})


_STATE_WORDS: Final = {
    "waiting": "A person is to look at a comment",
    "hidden": "A comment is to be hidden",
    "approved": "A comment stays",
    "replied": "A comment is answered",
    "banned": "The author of a comment is to be banned",
}


def _decided(item: Item, decision: Decision, latency_ms: float) -> Told:
    who = decision.by or "Somebody"
    away = ", while the rule service is away" if decision.local else ""
    text = f"{who} {_DECIDED[decision.kind]} {_quoted(item)}{away}."
    data: dict[str, Json] = {
        "item_id": item.id,
        "comment_id": item.comment.id,
        "decision": _json(decision),
        "item": _json(item),
        "latency_ms": latency_ms,
    }
    return Told("moderation.decided", "info", text, data, decision.by)


def _effect(item: Item, effect: Effect, latency_ms: float) -> Told:
    why = f": {effect.reason.rstrip('.')}" if effect.reason else ""
    text = f"{_VERBS[effect.verb]} {_quoted(item)} {_STATES.get(effect.state, effect.state)}{why}."
    data: dict[str, Json] = {
        "item_id": item.id,
        "comment_id": item.comment.id,
        "effect": _json(effect),
        "latency_ms": latency_ms,
    }
    return Told(f"moderation.{effect.state}", _LOUDNESS.get(effect.state, "info"), text, data)


def _quoted(item: Item) -> str:
    return f"“{one_line(item.comment.text, _LONGEST_TEXT)}”"


def _json(value: Item | Decision | Effect) -> dict[str, Json]:
    built: dict[str, Json] = msgspec.to_builtins(value)
    return built
