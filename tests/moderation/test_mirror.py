"""The queue's mirror ends up as the service's newest copies say, whatever comes twice or not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedesk.core.moderation import Comment, Decision, Effect, EffectState, Item, Verdict
from livedesk.moderation.items import decided, new_item, with_effect
from livedesk.moderation.mirror import Mirror

HIDE = Verdict("hide", "r", "l", "why", ())
REVIEW = replace(HIDE, action="review")


def item(name: str = "c", verdict: Verdict = REVIEW, utc_ns: int = 1) -> Item:
    return new_item("glow", Comment(name, "a", "A", name, utc_ns), verdict)


def decision(kind: str, key: str = "k", by: str = "ann") -> Decision:
    return Decision(kind, by, 10, key)  # type: ignore[arg-type]


def done(given: Item, state: EffectState = "done", at: int = 0) -> Effect:
    return replace(given.effects[at], state=state)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=20))
def test_copies_that_repeat_or_come_late_change_nothing(order: list[int]) -> None:
    first = item()
    hidden = decided(first, decision("hide"))
    copies = [first, hidden]
    for key in range(3):
        kind = "approve" if key % 2 == 0 else "hide"
        copies.append(decided(copies[-1], decision(kind, f"k{key}")))
    mirror = Mirror("glow")
    for at in order:
        mirror.take(copies[at])
    shown = mirror.get(first.id)
    assert shown is not None
    assert shown == copies[max(order)]
    assert mirror.waiting == (shown.state == "waiting")


def test_what_the_engine_did_is_not_forgotten_for_an_older_copy_of_the_service() -> None:
    mirror, hidden = Mirror("glow"), item(verdict=HIDE)
    mirror.take(hidden)
    mirror.effect(hidden.id, done(hidden))
    mirror.take(replace(hidden, revision=2))
    shown = mirror.get(hidden.id)
    assert shown is not None
    assert shown.effects[0].state == "done"
    assert [effect.key for effect in mirror.lacking(hidden.id)] == ["hide:1:c"]


def test_an_effect_that_was_done_after_it_was_undone_is_turned_back() -> None:
    mirror, hidden = Mirror("glow"), item(verdict=HIDE)
    mirror.take(hidden)
    mirror.effect(hidden.id, done(hidden, "sent"))
    mirror.take(decided(hidden, decision("approve")))
    changed = mirror.effect(hidden.id, done(hidden))
    assert changed is not None
    effects = [(each.key, each.state) for each in changed.after.effects]
    assert effects == [("hide:1:c", "done"), ("unhide:1:c", "wanted")]


def test_until_the_service_was_told_its_copies_wait() -> None:
    mirror, first = Mirror("glow"), item()
    mirror.take(first)
    ours = decided(first, decision("hide", "ours"))
    mirror.change(ours)
    theirs = replace(decided(first, decision("approve", "theirs", "bob")), revision=5)
    assert mirror.take(theirs) is None
    mirror.told(first.id, theirs)
    shown = mirror.get(first.id)
    assert shown is not None
    assert shown.state == "approved"


def test_a_full_mirror_keeps_who_waits_and_says_what_is_gone() -> None:
    mirror = Mirror("glow", most_open=2, most_others=1)
    others = [with_effect(each, done(each)) for each in (item(f"o{n}", HIDE, n) for n in range(3))]
    for each in (*others, *(item(f"w{n}", REVIEW, n) for n in range(3))):
        mirror.take(each)
    assert {each.comment.id for each in mirror.after(None)} == {"w1", "w2", "o2"}
    assert (mirror.waiting, mirror.dropped, len(mirror)) == (2, 1, 3)
    change = mirror.news()
    assert change is not None
    assert len(change.items) == 3
    assert len(change.gone) == 3
    assert mirror.news() is None


def test_changes_join_by_their_revisions_and_many_at_once_are_fetched_anew() -> None:
    mirror = Mirror("glow", revision=100)
    mirror.take(item("a"))
    first = mirror.news()
    mirror.take(item("b"))
    second = mirror.news()
    assert first is not None
    assert second is not None
    assert (first.since, first.revision, second.since) == (100, 101, 101)
    for number in range(2_500):
        mirror.take(item(f"c{number}"))
    many = mirror.news()
    assert many is not None
    assert many.since > second.revision
    assert not many.items


@pytest.mark.parametrize(
    ("since", "before", "count"), [(0, 30, 3), (10, 30, 2), (10, 20, 1), (30, 9, 0)]
)
def test_who_waits_for_how_long_is_counted(since: int, before: int, count: int) -> None:
    mirror = Mirror("glow")
    for utc_ns in (5, 15, 25):
        mirror.take(item(f"c{utc_ns}", REVIEW, utc_ns))
    assert mirror.waiting_between(since, before) == count
    assert mirror.oldest_waiting_ns(10) == 15
