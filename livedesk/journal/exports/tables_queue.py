"""What was moderated, as tables: comments on which somebody acted, and what each rule caught."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from livedesk.core.events import Json
from livedesk.core.moderation import Effect, Item, Verb
from livedesk.journal.exports.table import Column, Row
from livedesk.journal.fold.summary import Summary

_ENCODE = msgspec.json.Encoder().encode

QUEUE = (
    Column("utc", "wall time at which the comment came in", "time"),
    Column("t_s", "session time of that", "number", "s"),
    Column("item", "its id"),
    Column("comment_id", "as the platform names it", who="author"),
    Column("author_id", "as the platform names the viewer", who="author"),
    Column("author", "the viewer's name", who="author"),
    Column("text", "what was written"),
    Column(
        "state",
        "waiting, hidden, approved, replied or banned, at the end of the record",
        is_word=True,
    ),
    Column(
        "action",
        "what the rule asked for: hide, review or reply; empty: a person picked it",
        is_word=True,
    ),
    Column("rule", "the rule's id"),
    Column("list", "the list that the rule stands in"),
    Column("reason", "of the rule, in words"),
    Column("found", "the term or expression that was found"),
    Column("span", "where: code points of the text, from and up to, not including"),
    Column("evasion", "yes: only found behind look-alikes, spacing and the like", "bool"),
    Column("rules_version", "version of the rule set"),
    Column("local", "yes: the engine judged, as the rule service could not be reached", "bool"),
    Column(
        "hide_ms", "from the comment until a rule's hiding was done on the platform", "number", "ms"
    ),
    Column("decision", "what a person decided last, and did not undo", is_word=True),
    Column("decided_by", "who", who="person"),
    Column("review_s", "from the comment until a person first decided", "number", "s"),
    Column(
        "overturned", "yes: a person approved what a rule had found, or had it shown again", "bool"
    ),
    Column(
        "hide",
        "what became of hiding it, the last time: done, by_hand, not_possible …",
        is_word=True,
    ),
    Column("reply", "the same of a reply", is_word=True),
    Column("ban", "the same of banning its author", is_word=True),
    Column("effects", "all that was asked of the platform, JSON", is_json=True),
)


def queue_lines(summary: Summary) -> Iterator[Row]:
    for row in summary.queue:
        item = row.item
        verdict, last = item.verdict, item.decision
        yield (
            item.comment.utc_ns,
            row.t_ms / 1000,
            item.id,
            item.comment.id,
            item.comment.author_id,
            item.comment.author,
            item.comment.text,
            item.state,
            "" if verdict is None else verdict.action,
            "" if verdict is None else verdict.rule,
            "" if verdict is None else verdict.list,
            "" if verdict is None else verdict.reason,
            "" if verdict is None else verdict.term,
            "" if verdict is None else " ".join(f"{s.start}:{s.end}" for s in verdict.spans),
            None if verdict is None else verdict.evasion,
            "" if verdict is None else verdict.version,
            None if verdict is None else verdict.local,
            row.hide_ms,
            "" if last is None else last.kind,
            "" if last is None else last.by,
            row.review_s_of(item),
            item.is_overturned,
            _last(item, "hide"),
            _last(item, "reply"),
            _last(item, "ban"),
            _ENCODE([_short(effect) for effect in item.effects]).decode(),
        )


RULES = (
    Column("rule", "the rule's id"),
    Column("list", "the list that it stands in"),
    Column("hits", "comments that it found", "int"),
    Column("hidden", "of those, hidden by the rule", "int"),
    Column("decided", "of those, decided by a person", "int"),
    Column("overturned", "of those decided: a person approved it, or had it shown again", "int"),
    Column("overturned_share", "of those decided", "number", "%"),
)


def rule_lines(summary: Summary) -> Iterator[Row]:
    for rule in summary.queue_figures.rules:
        share = rule.overturned_share
        yield (
            rule.rule,
            rule.list,
            rule.hits,
            rule.hidden,
            rule.decided,
            rule.overturned,
            None if share is None else share * 100,
        )


def _last(item: Item, verb: Verb) -> str:
    states = [effect.state for effect in item.effects if effect.verb == verb]
    return states[-1] if states else ""


def _short(effect: Effect) -> Json:
    return {
        "verb": effect.verb,
        "state": effect.state,
        "wanted_utc_ns": effect.wanted_utc_ns,
        "settled_utc_ns": effect.settled_utc_ns,
        "reason": effect.reason,
        "text": effect.text,
    }
