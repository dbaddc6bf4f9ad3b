"""What stands in the report about comments?"""

from __future__ import annotations

from heapq import nsmallest
from typing import Final

from livedesk.core.clock import iso_utc
from livedesk.core.moderation import Effect, EffectState, Item, Verdict
from livedesk.core.records import Mark
from livedesk.journal.fold.queue import QueueRow
from livedesk.journal.fold.summary import Summary
from livedesk.journal.report.edition import AsWritten
from livedesk.journal.report.grid import Cell, Chapter, Column, Grid, Row, left_out
from livedesk.journal.report.words import joined, seconds, tenths
from livedesk.journal.text import percent, shortened, show_time

MAX_ITEMS: Final = 60
MAX_RULES: Final = 20
MAX_WARNINGS: Final = 50
_LONGEST: Final = 160
_BEFORE: Final = 60
"""So much of a long text stands before what was found in it."""

_STATES: Final[dict[EffectState, str]] = {
    "by_hand": "to be done by hand",
    "not_possible": "not possible on this platform",
    "failed": "failed",
    "unknown": "nobody knows whether it was done",
    "wanted": "not done",
    "sent": "not answered",
}
_BAD: Final[frozenset[EffectState]] = frozenset(("failed", "unknown", "wanted", "sent"))

_COUNTS: Final = (
    "Comments", "Acted on", "Hidden by rules", "Done", "50 % s", "99 % s", "For review",
    "Reviewed", "50 % s", "90 % s", "Overturned", "Replied", "Banned", "Judged locally",
)  # fmt: skip
_WARNINGS: Final = (
    Column("At", 9, "number"),
    Column("UTC", 9, "number"),
    Column("Warning", 36),
    Column("Product", 21),
    Column("Not to be said again", 25),
)
_RULES: Final = (
    Column("Rule", 30, "strong"),
    Column("List", 18),
    Column("Hits", 10, "number"),
    Column("Hidden", 10, "number"),
    Column("Decided", 10, "number"),
    Column("Overturned", 11, "number"),
    Column("Share", 11, "number"),
)
_ITEMS: Final = (
    Column("At", 10, "number"),
    Column("UTC", 9, "number"),
    Column("Viewer", 12),
    Column("Comment", 27),
    Column("State", 13, "strong"),
    Column("Took s", 7, "number"),
    Column("By", 12),
    Column("Why", 20),
)


def comments_chapter(summary: Summary, words: AsWritten) -> Chapter:
    grids = [_counts(summary)]
    if summary.warnings:
        grids.append(_warnings(summary, words))
    if summary.queue_figures.rules:
        grids.append(_rules(summary))
    if summary.queue:
        listed = listed_items(summary)
        which = "Those that failed, then those that took long or were overturned, then the newest,"
        notes = [
            "Took: from the comment until it was hidden on the platform, or until a person first "
            "decided. What was found is marked; disguised: look-alike letters, gaps, figures for "
            "letters or invisible characters hid it. Overturned: a person approved what a rule had "
            "found, or had it shown again.",
            *left_out(len(listed), len(summary.queue), which),
        ]
        rows = [_item(row, item, words) for row, item in listed]
        grids.append(Grid("Comments on which rules or people acted", _ITEMS, rows, notes))
    return Chapter("comments", "Comments", grids=grids)


def _counts(summary: Summary) -> Grid:
    q = summary.queue_figures
    row = (
        f"{q.comments:,}", f"{q.items:,}", f"{q.hidden:,}", f"{q.hidden_done:,}",
        seconds(q.hide_p50_ms), seconds(q.hide_p99_ms), f"{q.for_review:,}", f"{q.reviewed:,}",
        tenths(q.review_p50_s), tenths(q.review_p90_s), f"{q.overturned:,}", f"{q.replied:,}",
        f"{q.banned:,}", f"{q.local:,}",
    )  # fmt: skip
    columns = [Column(name, 10, "number") for name in _COUNTS]
    return Grid("What became of the comments", columns, [row])


def _warnings(summary: Summary, words: AsWritten) -> Grid:
    rows: list[Row] = [
        (
            show_time(t_ms),
            iso_utc(warning.utc_ns)[11:19],
            shortened(words.edit(warning.text), 300),
            shortened(warning.product or warning.product_id),
            ", ".join(warning.terms[:10]),
        )
        for t_ms, warning in summary.warnings[-MAX_WARNINGS:]
    ]
    notes = left_out(len(rows), len(summary.warnings), "The newest")
    return Grid("Compliance warnings", _WARNINGS, rows, notes)


def _rules(summary: Summary) -> Grid:
    rules = summary.queue_figures.rules
    rows: list[Row] = [
        (
            shortened(rule.rule),
            shortened(rule.list),
            f"{rule.hits:,}",
            f"{rule.hidden:,}",
            f"{rule.decided:,}",
            f"{rule.overturned:,}",
            Cell(
                "–" if rule.overturned_share is None else percent(rule.overturned_share),
                mark="look" if rule.is_wrong else "",
            ),
        )
        for rule in rules[:MAX_RULES]
    ]
    notes = left_out(len(rows), len(rules), "Those with the most hits,")
    return Grid("Rules by their hits", _RULES, rows, notes)


def listed_items(summary: Summary) -> list[tuple[QueueRow, Item]]:
    """In order of their comments: those that somebody will ask about first, then the newest."""
    rows = summary.queue
    if len(rows) <= MAX_ITEMS:
        return [(row, row.item) for row in rows]
    ranks = ((_rank(row, row.item, summary), -place) for place, row in enumerate(rows))
    kept = sorted(-place for _, place in nsmallest(MAX_ITEMS, ranks))
    return [(rows[place], rows[place].item) for place in kept]


def _rank(row: QueueRow, item: Item, summary: Summary) -> int:
    """0 is asked about first: what failed or was left, what took long, where a rule was wrong."""
    if item.state == "waiting" or _trouble(item):
        return 0
    limits = summary.info.limits
    is_slow_hide = (row.hide_ms or 0) > limits.hide_target_s * 1000
    if is_slow_hide or (row.review_s_of(item) or 0) > limits.review_target_s:
        return 1
    return 2 if item.is_overturned else 3


def _item(row: QueueRow, item: Item, words: AsWritten) -> Row:
    verdict = item.verdict
    return (
        show_time(row.t_ms, tenths=True),
        iso_utc(item.comment.utc_ns)[11:19],
        shortened(words.author(item.comment.author), 40),
        Cell("", pieces=_marked(item, words)),
        Cell(_state(item), mark=_mark(item)),
        seconds(row.hide_ms) if row.hide_ms is not None else tenths(row.review_s_of(item)),
        _by(item, words),
        Cell("picked by a person" if verdict is None else _why(verdict), _trouble(item)),
    )


def _mark(item: Item) -> Mark:
    if item.state == "waiting" or any(effect.state in _BAD for effect in item.effects):
        return "bad"
    return "good"


def _state(item: Item) -> str:
    if item.state != "waiting":
        return item.state
    return "left undecided" if item.decisions else "never looked at"


def _why(verdict: Verdict) -> str:
    told = f"{verdict.reason} ({verdict.rule})"
    return f"{told}, disguised" if verdict.evasion else told


def _by(item: Item, words: AsWritten) -> str:
    last = item.decision
    if last is not None:
        return joined(words.name(last.by), "against the rule" if item.is_overturned else "")
    if item.verdict is None or item.state == "waiting":
        return ""
    return "rule, by the engine itself" if item.verdict.local else "rule"


def _trouble(item: Item) -> str:
    return joined(*map(_came_of, item.effects), sep="; ")


def _came_of(effect: Effect) -> str:
    """Nothing, if it was done or taken back."""
    if effect.state == "dropped" and effect.verb == "reply" and effect.reason:
        return f"reply: not posted. {effect.reason}"
    return f"{effect.verb}: {_STATES[effect.state]}" if effect.state in _STATES else ""


def _marked(item: Item, words: AsWritten) -> tuple[tuple[str, bool], ...]:
    """The text in pieces, cut to where the first thing was found."""
    text = item.comment.text
    spans = () if item.verdict is None else item.verdict.spans
    start = max(0, spans[0].start - _BEFORE) if spans and len(text) > _LONGEST else 0
    end = min(len(text), start + _LONGEST)
    pieces: list[tuple[str, bool]] = [("…", False)] if start else []
    place = start
    for span in sorted(spans, key=lambda each: each.start):
        found_from, found_to = max(place, span.start), min(end, span.end)
        if found_from >= found_to:
            continue
        pieces += [(text[place:found_from], False), (text[found_from:found_to], True)]
        place = found_to
    pieces += [(text[place:end], False), ("…" if end < len(text) else "", False)]
    return tuple((words.edit(piece), found) for piece, found in pieces if piece)
