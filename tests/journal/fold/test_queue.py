"""A record tells of every comment that was acted on: why, how long it took, what came of it."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from livedesk.core.events import Event, Json
from livedesk.core.moderation import (
    Comment,
    ComplianceWarning,
    Decision,
    DecisionKind,
    Effect,
    EffectState,
    Item,
    ItemState,
    RuleAction,
    Span,
    Verdict,
)
from livedesk.journal.exports.export import export
from livedesk.journal.fold.queue import Queue
from livedesk.journal.reader import TimedEvent
from tests.journal.kit import START_UTC_NS, event, steady, summary_of, write

TEXTS: dict[RuleAction, str] = {
    "hide": "get FREE MONEY now",
    "review": "is it real?",
    "reply": "how long is shipping",
}
STATES: dict[RuleAction, ItemState] = {"hide": "hidden", "review": "waiting", "reply": "replied"}


def item(name: str, t_s: float, action: RuleAction, rule: str = "scam-1") -> Item:
    comment = Comment(name, "v1", "Mia", TEXTS[action], START_UTC_NS + round(t_s * 1e9))
    verdict = Verdict(action, rule, "scams", "Advance-fee scam", (Span(4, 14),), "free money", "7")
    effects = (Effect(f"hide:1:{name}", "hide"),) if action == "hide" else ()
    return Item(f"i-{name}", "glow", comment, verdict, STATES[action], effects=effects)


def told(seq: int, t_s: float, kind: str, data: dict[str, Json]) -> Event:
    return replace(event(seq, t_s, kind), source="moderation", data=data)


def judged(seq: int, t_s: float, it: Item) -> Event:
    return told(seq, t_s, "moderation.judged", {"item": msgspec.to_builtins(it)})


def acted(seq: int, t_s: float, it: Item, state: EffectState, **more: Json) -> Event:
    effect = replace(it.effects[0], state=state, settled_utc_ns=START_UTC_NS + round(t_s * 1e9))
    data: dict[str, Json] = {"item_id": it.id, "effect": msgspec.to_builtins(effect), **more}
    return told(seq, t_s, f"moderation.{state}", data)


def decided(
    seq: int, t_s: float, it: Item, kind: DecisionKind, after: ItemState, by: str = "anna"
) -> Event:
    decision = Decision(kind, by, START_UTC_NS + round(t_s * 1e9), f"k{seq}")
    new = replace(it, state=after, revision=it.revision + 1, decisions=(*it.decisions, decision))
    return told(seq, t_s, "moderation.decided", {"item": msgspec.to_builtins(new)})


def recorded(tmp_path: Path, events: list[Event]) -> Path:
    return write(tmp_path / "a.livedesk", steady(range(60)), events)


def only_row(path: Path, folder: Path) -> dict[str, str]:
    (table,) = (file for file in export(path, ["csv"], folder) if file.name == "queue.csv")
    with table.open(encoding="utf-8", newline="") as lines:
        (row,) = csv.DictReader(lines)
    return row


def test_times_count_from_the_comment_to_the_platform_and_to_the_person(tmp_path: Path) -> None:
    quick, slow, asked, left = (
        item("a", 10, "hide"), item("b", 20, "hide"), item("c", 30, "review"),
        item("d", 31, "review"),
    )  # fmt: skip
    events = [
        judged(1, 10.1, quick),
        acted(2, 10.5, quick, "done", latency_ms=500.0),
        judged(3, 20.1, slow),
        acted(4, 26.0, slow, "done"),
        judged(5, 30.1, asked),
        decided(6, 42, asked, "approve", "approved"),
        judged(7, 31.1, left),
        told(8, 50, "moderation.minute", {"comments": 640}),
    ]
    figures = summary_of(recorded(tmp_path, events)).queue_figures
    assert (figures.comments, figures.items) == (640, 4)
    assert (figures.hidden, figures.hidden_done, figures.hidden_within) == (2, 2, 1)
    assert (figures.hide_p50_ms, figures.hide_p99_ms) == (500, 6_000)
    assert (figures.for_review, figures.reviewed, figures.never_looked_at) == (2, 1, 1)
    assert figures.review_p90_s == 12
    assert figures.overturned == 1


def test_a_bad_rule_is_found_by_what_people_overturned(tmp_path: Path) -> None:
    good, bad = item("a", 10, "hide"), item("b", 11, "hide", rule="class")
    events = [judged(1, 10, good), judged(2, 11, bad), decided(3, 15, bad, "approve", "approved")]
    rules = {rule.rule: rule for rule in summary_of(recorded(tmp_path, events)).queue_figures.rules}
    assert rules["class"].overturned_share == 1
    assert rules["scam-1"].overturned_share is None


def test_what_was_undone_is_not_counted_as_overturned(tmp_path: Path) -> None:
    it = item("a", 10, "hide")
    approve = Decision("approve", "anna", START_UTC_NS + 15 * 10**9, "k1")
    shown_again = replace(it, state="approved", revision=2, decisions=(approve,))
    events = [judged(1, 10, it), decided(2, 20, shown_again, "undo", "hidden")]
    assert summary_of(recorded(tmp_path, events)).queue_figures.overturned == 0


def test_a_rule_is_wrong_once_ten_were_decided_and_half_of_them_taken_back(tmp_path: Path) -> None:
    events: list[Event] = []
    for n in range(10):
        it = item(f"c{n}", n, "hide")
        events.append(judged(2 * n + 1, n, it))
        if n < 9:
            after: ItemState = "approved" if n < 5 else "banned"
            kind: DecisionKind = "approve" if n < 5 else "ban"
            events.append(decided(2 * n + 2, n + 1, it, kind, after))
    (rule,) = summary_of(recorded(tmp_path, events)).queue_figures.rules
    assert (rule.hits, rule.decided, rule.overturned) == (10, 9, 5)
    assert not rule.is_wrong
    events.append(decided(99, 50, item("c9", 9, "hide"), "ban", "banned"))
    (rule,) = summary_of(recorded(tmp_path / "later", events)).queue_figures.rules
    assert rule.is_wrong


def test_an_answer_to_what_a_rule_put_before_a_person_does_not_make_the_rule_wrong(
    tmp_path: Path,
) -> None:
    it = item("a", 10, "review")
    events = [judged(1, 10, it), decided(2, 12, it, "reply", "replied")]
    assert summary_of(recorded(tmp_path, events)).queue_figures.overturned == 0


def test_an_answer_counts_once_it_is_posted(tmp_path: Path) -> None:
    answer = Effect("reply:1:a", "reply", text="3 to 5 days.")
    posted, dropped = (
        replace(item(name, t_s, "reply"), effects=(replace(answer, key=f"reply:1:{name}"),))
        for name, t_s in (("a", 10), ("b", 11))
    )
    events = [
        judged(1, 10, posted),
        acted(2, 10.5, posted, "done"),
        judged(3, 11, dropped),
        acted(4, 11.5, dropped, "dropped"),
    ]
    assert summary_of(recorded(tmp_path, events)).queue_figures.replied == 1


def test_an_older_copy_of_an_item_does_not_take_back_what_is_known(tmp_path: Path) -> None:
    it = item("a", 10, "review")
    events = [judged(1, 10, it), decided(2, 12, it, "hide", "hidden"), judged(3, 13, it)]
    (row,) = summary_of(recorded(tmp_path, events)).queue
    assert row.item.state == "hidden"


def test_the_report_marks_what_was_found_and_says_what_failed(tmp_path: Path) -> None:
    failed, waiting = item("a", 10, "hide"), item("b", 11, "review")
    warning = ComplianceWarning(
        "w1", "glow", "medical_claim", "The host made a medical claim.", START_UTC_NS,
        product="Rose serum", terms=("cures acne",), minute=0,
    )  # fmt: skip
    data: dict[str, Json] = {"warning": msgspec.to_builtins(warning)}
    events = [
        judged(1, 10, failed),
        acted(2, 12, failed, "failed"),
        judged(3, 11, waiting),
        told(4, 30, "compliance.warning", data),
    ]
    (page,) = export(recorded(tmp_path, events), ["html"], tmp_path)
    text = page.read_text(encoding="utf-8")
    assert "<mark>FREE MONEY</mark>" in text
    assert "hide: failed" in text
    assert "never looked at" in text
    assert "cures acne" in text
    assert "0 of 1 done on the platform" in text


def test_a_name_with_html_and_a_formula_does_no_harm(tmp_path: Path) -> None:
    it = item("a", 10, "hide")
    rude = replace(
        it, comment=replace(it.comment, author="<b>x</b>\x1b[31m", text="=1+1" + "x" * 9)
    )
    path = recorded(tmp_path, [judged(1, 10, rude)])
    (page,) = export(path, ["html"], tmp_path)
    assert "<b>x</b>" not in page.read_text(encoding="utf-8")
    row = only_row(path, tmp_path)
    assert row["text"].startswith("'=1+1")
    assert "\x1b" not in row["author"]


def test_csv_and_json_lines_hold_the_same_items(tmp_path: Path) -> None:
    it = item("a", 10, "hide")
    path = recorded(
        tmp_path, [judged(1, 10, it), acted(2, 10.5, it, "done", latency_ms=500.0),
                   decided(3, 14, it, "approve", "approved")]
    )  # fmt: skip
    row = only_row(path, tmp_path)
    lines, _ = export(path, ["jsonl"], tmp_path)
    told_of = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
    (line,) = [each for each in told_of if each["type"] == "item"]
    assert (row["item"], row["hide_ms"], row["overturned"]) == ("i-a", "500", "yes")
    assert (line["id"], line["hide_ms"], line["overturned"]) == ("i-a", 500.0, True)
    assert row["span"] == "4:14"


def test_an_event_of_a_later_livedesk_or_without_sense_harms_nothing(tmp_path: Path) -> None:
    events = [
        told(1, 10, "moderation.judged", {"item": {"id": 5}}),
        told(2, 11, "moderation.done", {"item_id": "none", "effect": None}),
        told(3, 12, "moderation.minute", {"comments": "many"}),
    ]
    summary = summary_of(recorded(tmp_path, events))
    assert summary.queue == ()
    assert not summary.has_moderation


@pytest.mark.parametrize("open_items", [1, 2, 100])
def test_what_is_told_late_counts_however_few_items_are_kept_open(open_items: int) -> None:
    """A show has more items than are kept unpacked; what is told of an old one still finds it."""
    items = [item(f"c{n}", n, "hide") for n in range(5)]
    events = [judged(n, n, it) for n, it in enumerate(items)]
    events += [acted(10 + n, 20 + n, it, "sent") for n, it in enumerate(items)]
    events += [
        acted(20 + n, 30 + n, it, "done", latency_ms=100.0 * n) for n, it in enumerate(items)
    ]
    events += [decided(30, 40, items[0], "approve", "approved")]
    queue = Queue(open_items)
    for each in events:
        queue.take(TimedEvent((each.utc_ns - START_UTC_NS) // 10**6, each))
    rows = queue.result()
    assert [row.t_ms for row in rows] == [0, 1_000, 2_000, 3_000, 4_000]
    assert [row.hide_ms for row in rows] == [0, 100, 200, 300, 400]
    assert [row.item.state for row in rows] == ["approved", *["hidden"] * 4]
    assert [effect.state for row in rows[1:] for effect in row.item.effects] == ["done"] * 4
