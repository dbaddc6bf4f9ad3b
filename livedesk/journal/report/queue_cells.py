"""What stands in the report about comments?"""

from __future__ import annotations

from dataclasses import dataclass

from livedesk.core.clock import iso_utc
from livedesk.core.moderation import Effect, EffectState, Item, Verdict
from livedesk.journal.fold.queue import QueueRow
from livedesk.journal.fold.summary import Summary
from livedesk.journal.text import percent, shortened, show_time

MAX_ITEMS = 200
_LONGEST = 160
_BEFORE = 60
"""So much of a long text stands before what was found in it."""

_STATES: dict[EffectState, str] = {
    "by_hand": "to be done by hand",
    "not_possible": "not possible on this platform",
    "failed": "failed",
    "unknown": "nobody knows whether it was done",
    "wanted": "not done",
    "sent": "not answered",
}
_BAD: frozenset[EffectState] = frozenset(("failed", "unknown", "wanted", "sent"))


@dataclass(frozen=True, slots=True)
class ItemCells:
    """`text` in pieces; those that were found are marked."""

    time: str
    utc: str
    author: str
    text: tuple[tuple[str, bool], ...]
    state: str
    mark: str
    why: str
    took: str
    by: str
    trouble: str


@dataclass(frozen=True, slots=True)
class RuleCells:
    rule: str
    list: str
    hits: int
    hidden: int
    decided: int
    overturned: int
    share: str
    mark: str


@dataclass(frozen=True, slots=True)
class WarningCells:
    time: str
    utc: str
    text: str
    product: str
    terms: str


def listed_items(summary: Summary) -> list[QueueRow]:
    """In order of their comments: those that somebody will ask about first, then the newest."""
    if len(summary.queue) <= MAX_ITEMS:
        return list(summary.queue)
    asked = [row for row in summary.queue if _is_asked_about(row, summary)][-MAX_ITEMS // 2 :]
    kept = {row.item.id for row in asked}
    for row in reversed(summary.queue):
        if len(kept) >= MAX_ITEMS:
            break
        kept.add(row.item.id)
    return [row for row in summary.queue if row.item.id in kept]


def _is_asked_about(row: QueueRow, summary: Summary) -> bool:
    limits = summary.info.limits
    is_slow = (row.hide_ms or 0) > limits.hide_target_s * 1000 or (
        row.review_s or 0
    ) > limits.review_target_s
    return (
        row.item.is_overturned or is_slow or row.item.state == "waiting" or bool(_trouble(row.item))
    )


def item_cells(row: QueueRow) -> ItemCells:
    item, verdict = row.item, row.item.verdict
    trouble = _trouble(item)
    return ItemCells(
        time=show_time(row.t_ms, tenths=True),
        utc=iso_utc(item.comment.utc_ns)[11:19],
        author=shortened(item.comment.author, 40),
        text=_marked(item),
        state=_state(item),
        mark="bad" if item.state == "waiting" or _is_bad(item) else "good",
        why="picked by a person" if verdict is None else _why(verdict),
        took=_took(row),
        by=_by(row),
        trouble=trouble,
    )


def _state(item: Item) -> str:
    if item.state != "waiting":
        return item.state
    return "left undecided" if item.decisions else "never looked at"


def _why(verdict: Verdict) -> str:
    told = f"{verdict.reason} ({verdict.rule})"
    return f"{told}, disguised" if verdict.evasion else told


def _took(row: QueueRow) -> str:
    if row.hide_ms is not None:
        return f"{row.hide_ms / 1000:.1f}"
    return "–" if row.review_s is None else f"{row.review_s:.1f}"


def _by(row: QueueRow) -> str:
    last = row.item.decision
    if last is not None:
        return f"{last.by}, against the rule" if row.item.is_overturned else last.by
    if row.item.verdict is None or row.item.state == "waiting":
        return ""
    return "rule, by the engine itself" if row.item.verdict.local else "rule"


def _is_bad(item: Item) -> bool:
    return any(effect.state in _BAD for effect in item.effects)


def _trouble(item: Item) -> str:
    return "; ".join(filter(None, map(_came_of, item.effects)))


def _came_of(effect: Effect) -> str:
    """Nothing, if it was done or taken back."""
    if effect.state == "dropped" and effect.verb == "reply" and effect.reason:
        return f"reply: not posted. {effect.reason}"
    return f"{effect.verb}: {_STATES[effect.state]}" if effect.state in _STATES else ""


def _marked(item: Item) -> tuple[tuple[str, bool], ...]:
    """The text in pieces, cut to where the first thing was found."""
    text = item.comment.text
    spans = () if item.verdict is None else item.verdict.spans
    start = max(0, spans[0].start - _BEFORE) if spans and len(text) > _LONGEST else 0
    end = min(len(text), start + _LONGEST)
    pieces: list[tuple[str, bool]] = [("…", False)] if start else []
    at = start
    for span in sorted(spans, key=lambda each: each.start):
        found_from, found_to = max(at, span.start), min(end, span.end)
        if found_from >= found_to:
            continue
        pieces += [(text[at:found_from], False), (text[found_from:found_to], True)]
        at = found_to
    pieces += [(text[at:end], False), ("…" if end < len(text) else "", False)]
    return tuple(piece for piece in pieces if piece[0])


def rule_cells(summary: Summary) -> list[RuleCells]:
    return [
        RuleCells(
            rule=rule.rule,
            list=rule.list,
            hits=rule.hits,
            hidden=rule.hidden,
            decided=rule.decided,
            overturned=rule.overturned,
            share="–" if rule.overturned_share is None else percent(rule.overturned_share),
            mark="look" if rule.is_wrong else "",
        )
        for rule in summary.queue_figures.rules[:20]
    ]


def warning_cells(summary: Summary) -> list[WarningCells]:
    return [
        WarningCells(
            time=show_time(t_ms),
            utc=iso_utc(warning.utc_ns)[11:19],
            text=shortened(warning.text, 200),
            product=shortened(warning.product or warning.product_id),
            terms=", ".join(warning.terms[:10]),
        )
        for t_ms, warning in summary.warnings
    ]
