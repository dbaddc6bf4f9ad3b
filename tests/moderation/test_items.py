"""What becomes of an item, whatever people decide, in whatever order news come."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedesk.core.clock import NS_PER_S
from livedesk.core.moderation import (
    Claim,
    Comment,
    Decision,
    DecisionKind,
    Effect,
    EffectState,
    Faq,
    Item,
    RuleAction,
    Span,
    Verdict,
)
from livedesk.moderation.items import (
    CLAIM_S,
    MOST_CLAIM_S,
    ItemError,
    claimed,
    decided,
    holder,
    is_open,
    item_id,
    lapsed,
    merged,
    new_item,
    on_its_own,
    released,
    same_key,
    with_effect,
)

T0 = 1_700_000_000 * NS_PER_S
FAQ = (Faq("shipping", "Three days.", "https://example.com/s"), Faq("size", "True to size."))
HIDDEN = ("hidden", "banned")


def comment(text: str = "dm me for free cash") -> Comment:
    return Comment("c1", "u1", "Ann", text, T0)


def verdict(action: RuleAction = "hide", reply: str = "") -> Verdict:
    return Verdict(action, "scam-1", "scams", "Scam", (Span(0, 5),), reply=reply)


def found(action: RuleAction | None = "hide") -> Item:
    """As the service makes it; None: a person picked it."""
    if action is None:
        return new_item("glow", comment(), None)
    reply = "shipping" if action == "reply" else ""
    return new_item("glow", comment(), verdict(action, reply), (), FAQ)


def decision(kind: DecisionKind, key: str, by: str = "ann", at_s: float = 1) -> Decision:
    reply = "size" if kind == "reply" else ""
    return Decision(kind, by, T0 + round(at_s * NS_PER_S), key, reply)


def after(item: Item, *kinds: DecisionKind) -> Item:
    for kind in kinds:
        item = decided(item, decision(kind, f"k{len(item.decisions)}"), FAQ)
    return item


def news(item: Item, key: str, state: EffectState) -> Effect:
    effect = next(each for each in item.effects if each.key == key)
    return replace(effect, state=state, settled_utc_ns=T0 + NS_PER_S, code="", reason="")


def told(item: Item, key: str, *states: EffectState) -> Item:
    for state in states:
        item = with_effect(item, news(item, key, state))
    return item


def states(item: Item) -> dict[str, str]:
    return {effect.key.removesuffix(":c1"): effect.state for effect in item.effects}


@dataclass
class World:
    """A platform, and an engine that acts there upon its own copy, which may be an old one."""

    copy: Item
    hidden: bool = False
    banned: bool = False
    posted: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    outbox: list[Effect] = field(default_factory=list)

    def act(self, outcome: EffectState) -> bool:
        """Carry out the first thing that is wanted; False when there is none."""
        wanted = [effect for effect in self.copy.effects if effect.state == "wanted"]
        if not wanted:
            return False
        self._tell(replace(wanted[0], state="sent"))
        if outcome not in ("failed", "not_possible"):
            self._carry_out(wanted[0])
        self._tell(replace(wanted[0], state=outcome, settled_utc_ns=T0))
        return True

    def _tell(self, effect: Effect) -> None:
        self.copy = with_effect(self.copy, effect)
        self.outbox.append(effect)

    def _carry_out(self, effect: Effect) -> None:
        self.done.append(effect.key)
        if effect.verb in ("hide", "unhide"):
            self.hidden = effect.verb == "hide"
        elif effect.verb in ("ban", "unban"):
            self.banned = effect.verb == "ban"
        else:
            self.posted.append(effect.text)

    def deliver(self, item: Item, count: int = 10_000) -> Item:
        """The service is told what was done, and answers with the item."""
        for effect in self.outbox[:count]:
            item = with_effect(item, effect)
        del self.outbox[:count]
        return item

    def follow(self, item: Item) -> None:
        """The engine takes the service's item; what it knows better stays, and is told again."""
        for effect in self.outbox:
            item = with_effect(item, effect)
        for effect in self.copy.effects:
            better = with_effect(item, effect)
            if better != item:
                self.outbox.append(effect)
            item = better
        self.copy = item

    def drain(self, item: Item) -> Item:
        """Until nothing is wanted any more and all is told."""
        for _ in range(200):
            item = self.deliver(item)
            self.follow(item)
            if not self.act("done"):
                return self.deliver(item)
        raise AssertionError(f"it never ends: {states(item)}")

    def check(self, item: Item, *, is_sure: bool) -> None:
        """The platform shows what the state says; where it does not, an effect says why."""
        failed = {effect.verb for effect in item.effects if effect.state == "failed"}
        if self.hidden != (item.state in HIDDEN):
            assert not is_sure
            assert ("unhide" if self.hidden else "hide") in failed
        if self.banned != (item.state == "banned"):
            assert not is_sure
            assert ("unban" if self.banned else "ban") in failed
        if item.state == "replied" and not self.posted:
            assert not is_sure
            assert "reply" in failed
        assert len(self.done) == len(set(self.done)), "an effect was carried out twice"


VERDICTS = st.sampled_from(["hide", "review", "reply", None])
KINDS = st.sampled_from(["hide", "approve", "reply", "ban", "undo", "undo"])
STEPS = st.one_of(
    st.tuples(st.just("decide"), KINDS),
    st.tuples(st.just("act"), st.sampled_from(["done", "done", "unknown", "failed"])),
    st.tuples(st.just("deliver"), st.integers(1, 4)),
    st.tuples(st.just("follow"), st.none()),
)


@given(action=VERDICTS, steps=st.lists(STEPS, max_size=30))
def test_whatever_is_decided_the_platform_ends_as_the_state_says(
    action: RuleAction | None, steps: list[tuple[str, Any]]
) -> None:
    item = found(action)
    world = World(item)
    is_sure = True
    for at, (step, detail) in enumerate(steps):
        match step:
            case "decide":
                item = _tried(item, decision(detail, f"k{at}"))
            case "act":
                is_sure &= detail != "failed"
                world.act(detail)
            case "deliver":
                item = world.deliver(item, detail)
            case _:
                world.follow(item)
    item = world.drain(item)
    world.check(item, is_sure=is_sure)


def _tried(item: Item, wanted: Decision) -> Item:
    try:
        return decided(item, wanted, FAQ)
    except ItemError:
        return item


@given(
    action=VERDICTS,
    judged_alone=VERDICTS,
    before=st.lists(KINDS, max_size=3),
    ours=st.lists(KINDS, max_size=4),
    theirs=st.lists(STEPS, max_size=10),
    is_known=st.booleans(),
)
def test_copies_that_went_apart_become_one_and_nothing_done_is_wanted_again(
    action: RuleAction | None,
    judged_alone: RuleAction | None,
    before: list[DecisionKind],
    ours: list[DecisionKind],
    theirs: list[tuple[str, Any]],
    is_known: bool,
) -> None:
    """The engine knew the item before the service went away, or judged the comment by itself."""
    kept = found(action)
    for at, kind in enumerate(before):
        kept = _tried(kept, decision(kind, f"b{at}"))
    world = World(kept if is_known else found(judged_alone))
    for at, kind in enumerate(ours):
        kept = _tried(kept, decision(kind, f"o{at}"))
    is_sure = True
    for at, (step, detail) in enumerate(theirs):
        if step == "decide":
            world.copy = _tried(world.copy, decision(detail, f"t{at}", "bob"))
        elif step == "act":
            is_sure &= detail != "failed"
            world.act(detail)
    met = merged(kept, world.copy)
    assert merged(met, world.copy) == met
    assert merged(met, met) == met
    keys = [effect.key for effect in met.effects]
    assert len(keys) == len(set(keys))
    wanted = {effect.key for effect in met.effects if effect.state == "wanted"}
    assert not wanted & set(world.done)
    world.copy = met
    world.check(world.drain(met), is_sure=is_sure)


@given(st.sampled_from(["hide:1:c1"]), st.sampled_from(["sent", "unknown", "by_hand"]))
def test_news_in_any_order_come_to_the_same(key: str, early: EffectState) -> None:
    item = found()
    told_states = [
        states(told(item, key, *order)) for order in permutations(("wanted", early, "done"))
    ]
    assert all(each == {"hide:1": "done"} for each in told_states)


@given(
    for_s=st.floats(0.001, allow_nan=False),
    passed_s=st.floats(MOST_CLAIM_S, 1e9),
    set_back_s=st.floats(MOST_CLAIM_S + CLAIM_S, 1e9),
)
def test_no_claim_holds_others_for_ever(for_s: float, passed_s: float, set_back_s: float) -> None:
    item = claimed(found("review"), "ann", T0, for_s)
    later_ns = T0 + round(passed_s * NS_PER_S)
    assert holder(item, later_ns) is None
    assert lapsed(item, later_ns).claim is None
    assert claimed(item, "bob", later_ns).claim == Claim("bob", later_ns + round(CLAIM_S * 1e9))
    if for_s > CLAIM_S:
        back = claimed(item, "ann", T0 + round(set_back_s * NS_PER_S), for_s)
        assert holder(back, T0) is None, "a clock that was set back"


def test_a_claim_holds_others_off_and_can_be_renewed_and_released() -> None:
    item = claimed(found("review"), "ann", T0)
    with pytest.raises(ItemError, match="ann is at it") as refused:
        decided(item, decision("hide", "k", "bob"), FAQ)
    assert refused.value.code == "claimed"
    with pytest.raises(ItemError):
        released(item, "bob", T0)
    assert lapsed(item, T0) == item
    renewed = claimed(item, "ann", T0 + 20 * NS_PER_S)
    assert holder(renewed, T0 + 40 * NS_PER_S) == "ann"
    assert released(renewed, "ann", T0).claim is None
    assert decided(renewed, decision("hide", "k", "ann"), FAQ).claim is None


def test_a_wrong_clock_of_the_caller_neither_ends_nor_prolongs_a_claim() -> None:
    item = claimed(found("review"), "ann", T0)
    early = decision("hide", "k", "bob", at_s=3600)
    with pytest.raises(ItemError):
        decided(item, early, FAQ, now_utc_ns=T0 + NS_PER_S)
    late = decision("hide", "k", "bob", at_s=0)
    assert decided(item, late, FAQ, now_utc_ns=T0 + 31 * NS_PER_S).state == "hidden"


def test_a_decision_is_one_however_often_it_is_sent() -> None:
    once = decided(found("review"), decision("hide", "k"), FAQ)
    assert decided(once, decision("hide", "k"), FAQ) == once
    with pytest.raises(ItemError, match="hidden already, by ann"):
        decided(once, decision("hide", "other", "bob"), FAQ)


def test_what_has_not_left_is_dropped_and_what_has_is_turned_back() -> None:
    assert states(after(found(), "approve")) == {"hide:1": "dropped"}
    sent = told(found(), "hide:1:c1", "sent")
    assert states(after(sent, "approve")) == {"hide:1": "sent", "unhide:1": "wanted"}
    assert states(after(sent, "approve", "undo")) == {"hide:1": "sent", "unhide:1": "dropped"}


def test_a_dropped_hide_that_had_left_all_the_same_is_turned_back() -> None:
    dropped = after(found(), "approve")
    for late in ("sent", "unknown", "done"):
        known = with_effect(dropped, replace(found().effects[0], state=late))
        assert states(known) == {"hide:1": late, "unhide:1": "wanted"}


def test_a_hide_that_failed_under_a_waiting_unhide_is_wanted_again_by_the_next_hide() -> None:
    approved = after(told(found(), "hide:1:c1", "sent"), "approve")
    failed = told(approved, "hide:1:c1", "failed")
    assert states(after(failed, "hide"))["hide:2"] == "wanted"


def test_what_failed_can_be_decided_once_more() -> None:
    failed = told(found(), "hide:1:c1", "failed")
    assert states(after(failed, "hide")) == {"hide:1": "failed", "hide:2": "wanted"}
    replied = told(after(found("review"), "reply"), "reply:1:c1", "failed")
    assert states(after(replied, "reply"))["reply:2"] == "wanted"


def test_what_failed_is_not_tried_again_by_itself() -> None:
    shown = told(after(told(found(), "hide:1:c1", "done"), "approve"), "unhide:1:c1", "failed")
    assert merged(shown, shown) == shown


def test_an_undo_brings_back_a_reply_that_had_not_left() -> None:
    hidden = after(found("reply"), "hide")
    assert states(hidden) == {"reply:1": "dropped", "hide:1": "wanted"}
    again = after(hidden, "undo")
    assert again.state == "replied"
    assert again.effects[-1] == Effect(
        "reply:2:c1", "reply", "wanted", T0 + NS_PER_S, text="Three days. https://example.com/s"
    )
    posted = with_effect(again, replace(found("reply").effects[0], state="done"))
    assert states(posted)["reply:2"] == "dropped", "it was posted before all this"


def test_a_posted_reply_cannot_be_undone_and_a_failed_one_can() -> None:
    replied = after(found("review"), "reply")
    with pytest.raises(ItemError) as refused:
        after(told(replied, "reply:1:c1", "sent"), "undo")
    assert refused.value.code == "not_undoable"
    assert after(told(replied, "reply:1:c1", "failed"), "undo").state == "waiting"


def test_an_undo_while_the_service_was_away_reaches_it() -> None:
    ours = after(found("review"), "hide")
    met = merged(ours, after(told(ours, "hide:1:c1", "sent", "done"), "undo"))
    assert met.state == "waiting"
    assert states(met) == {"hide:1": "done", "unhide:1": "wanted"}


def test_where_both_decided_the_services_decision_stands() -> None:
    base = found("review")
    ours = decided(base, decision("approve", "o"), FAQ)
    theirs = told(decided(base, decision("hide", "t", "bob"), FAQ), "hide:1:c1", "sent", "done")
    met = merged(ours, theirs)
    assert (met.state, states(met)) == ("approved", {"hide:1": "done", "unhide:1": "wanted"})
    assert met.revision > max(ours.revision, theirs.revision)


def test_an_item_that_only_the_engine_knew_is_taken_over_with_what_it_did() -> None:
    theirs = told(found(), "hide:1:c1", "sent", "done")
    lying = replace(theirs, state="approved", same="x", claim=Claim("ann", 2**62))
    taken = on_its_own(lying, (comment("before"),), T0)
    assert (taken.state, taken.claim, states(taken)) == ("hidden", None, {"hide:1": "done"})
    assert taken.recent[0].text == "before"
    assert taken.same == same_key(theirs.comment.text)


def test_what_a_person_may_want_to_see_is_open() -> None:
    assert is_open(found())
    assert is_open(found("review"))
    assert not is_open(found(None))
    approved = after(told(found(), "hide:1:c1", "sent"), "approve")
    assert not is_open(approved)
    assert is_open(told(approved, "unhide:1:c1", "by_hand"))
    assert approved.is_overturned
    assert not after(found("review"), "hide").is_overturned
    assert not after(found(None), "hide", "undo").is_overturned


def test_a_reply_that_is_not_known_waits_for_a_person() -> None:
    item = new_item("glow", comment(), verdict("reply", "unknown"), (), FAQ)
    assert (item.state, item.effects) == ("waiting", ())
    with pytest.raises(ItemError) as refused:
        decided(item, replace(decision("reply", "k"), reply="unknown"), FAQ)
    assert refused.value.code == "unknown_reply"


def test_ids_and_sameness_stand_any_text() -> None:
    assert item_id("a", "b\ud800") != item_id("ab", "\ud800")
    assert same_key("ＦＲＥＥ  cash!!") == same_key("free cash")
    assert same_key("🎁🎁") == same_key("🎁🎁 ") != same_key("")


def test_who_decides_on_an_old_view_is_told_what_became_of_it() -> None:
    approved = after(found("review"), "approve")
    with pytest.raises(ItemError, match="approved meanwhile, by ann") as refused:
        decided(approved, decision("hide", "k", "bob"), FAQ, seen=0)
    assert refused.value.code == "already"
    assert decided(approved, decision("hide", "k", "bob"), FAQ, seen=1).state == "hidden"
