"""Is the queue in the order in which it must be worked off, and still while somebody is at it?"""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from livedesk.core.moderation import (
    ChatStatus,
    Claim,
    Item,
    QueueChange,
    RuleServiceStatus,
    RuleStatistics,
    Span,
    Verdict,
)
from livedesk.desk import queue_view
from livedesk.desk.queue_orders import QueueOrder
from livedesk.desk.queue_view import QueueFilter
from tests.desk.queue_data import CHAT, T0, UP, Page, S, at, decided, effect, item, status


def test_what_waits_stands_by_the_time_left_to_its_own_stores_target() -> None:
    page = Page(item("a", 10), item("b", 0), item("c", 5, store="calm"))
    assert page.keys == "bca"
    page.book.status(status("calm", review_s=60), at(0))
    page.refresh()
    assert page.keys == "bac", "the calm store has another minute"


def test_each_list_holds_what_it_says() -> None:
    by_hand = replace(item("h", 3, "hidden"), effects=(effect("hide", "by_hand", 4),))
    unclear = replace(item("u", 4, "hidden"), effects=(effect("hide", "unknown", 3),))
    page = Page(
        item("w", 1), item("r", 2, "hidden"), by_hand, unclear,
        decided(item("d", 5, store="calm"), "hide", 6), replace(item("q", 0), state="replied"),
    )  # fmt: skip
    assert page.show(QueueFilter("waiting")) == "w"
    assert page.show(QueueFilter("hidden")) == "uhr", "the newest first, by rules only"
    assert page.show(QueueFilter("by_hand")) == "uh", "the longest waiting first"
    assert page.show(QueueFilter("decided")) == "d"
    assert page.show(QueueFilter("open")) == "wuhrq"
    assert page.show(QueueFilter("all")) == "wuhrqd"
    assert page.show(QueueFilter("all", "calm")) == "d"
    counts = page.view.counts(at(30))
    assert (counts.waiting, counts.by_hand, counts.hidden) == (0, 0, 0), "of the calm store"
    page.show(QueueFilter("waiting"))
    counts = page.view.counts(at(30))
    assert (counts.waiting, counts.overdue, counts.by_hand, counts.hidden) == (1, 1, 2, 3)
    assert counts.oldest_s == pytest.approx(29)


def test_ages_are_by_the_engines_clock_and_turn_at_half_four_fifths_and_all() -> None:
    page = Page(item("a", 0))
    shares = [(at(s), step) for s, step in ((10.9, 0), (11, 50), (17.6, 80), (22, 100))]
    for moment, step in shares:
        row = page.view.row(0, moment)
        assert (row.measure, row.step) == ("review", step)
    row = page.view.row(0, at(33))
    assert (row.age_s, row.share, row.left_s) == (33, 1.5, -11)


def test_a_status_that_came_late_does_not_set_the_clock_back() -> None:
    page = Page(item("a", 0))
    page.book.status(status(second=9.8), at(10))
    assert page.view.row(0, at(10)).age_s == 10


@pytest.mark.parametrize("set_s", [90, -90])
def test_an_engines_clock_that_is_set_changes_no_age_and_no_order(set_s: float) -> None:
    page = Page(item("a", 0))
    page.book.status(status(second=11 + set_s), at(11))
    page.take(item("b", 10 + set_s))
    assert (page.keys, page.view.counts(at(12)).oldest_s) == ("ab", 12)
    assert [page.view.row(n, at(12)).age_s for n in range(2)] == [12, 2]
    page.book.attached()
    page.book.status(status(second=13), at(13))
    page.take(item("c", 12))
    assert [page.view.row(n, at(14)).age_s for n in range(3)] == [14, 4, 2]


def test_an_automatic_hide_is_measured_until_the_platform_has_done_it() -> None:
    hidden = replace(item("a", 0, "hidden"), effects=(effect("hide", "sent", 0.1),))
    page = Page(hidden, show=QueueFilter("hidden"))
    row = page.view.row(0, at(4.7))
    assert (row.measure, row.target_s, row.step) == ("hide", 4.7, 100)
    done = effect("hide", "done", 0.1, settled_utc_ns=T0 + S)
    page.take(replace(hidden, effects=(done,), revision=2))
    row = page.view.row(0, at(60))
    assert (row.age_s, row.step, row.effects[0].word) == (1, 0, "Hidden on the platform")


def test_what_was_asked_of_a_chat_that_does_not_answer_is_not_told_as_on_its_way() -> None:
    sent = replace(item("a", 0, "hidden"), effects=(effect("hide", "sent", 0),))
    page = Page(sent, show=QueueFilter("hidden"))
    told = [(at(1), "Hide it: sent", ""),
            (at(5), "Hide it: not done yet", "the platform has not confirmed it")]  # fmt: skip
    for moment, word, note in told:
        shown = page.view.row(0, moment).effects[0]
        assert (shown.word, shown.note) == (word, note)
    page.book.status(status(chat=replace(CHAT, state="down")), at(0))
    assert page.view.row(0, at(1)).effects[0].note == "the chat does not answer"


def test_nothing_moves_under_the_cursor_and_what_is_new_is_counted() -> None:
    page = Page(item("a", 1), item("b", 2), item("c", 3))
    page.view.place("ib")
    page.take(item("n", 0), item("m", 9), decided(item("a", 1), "hide", 4, "kim"))
    assert (page.keys, page.view.news) == ("abc", 2)
    first = page.view.row(0, at(5))
    assert first.left
    assert (first.word, first.by) == ("Hidden", "kim")
    page.take(decided(item("m", 9), "approve", 10, "kim"))
    assert page.view.news == 1, "one that is no longer new is not counted"
    page.view.place(None)
    page.refresh()
    assert (page.keys, page.view.news) == ("nbc", 0)


def test_the_pointer_holds_the_list_too_and_the_news_can_be_asked_for() -> None:
    page = Page(item("a", 1), item("b", 2))
    page.view.point("ia")
    page.take(item("n", 0))
    assert page.keys == "ab"
    page.view.settle(page.rows)
    assert (page.keys, page.view.news, page.view.is_held) == ("nab", 0, True)
    page.take(item("x", 0.5))
    page.view.point(None)
    page.refresh()
    assert page.keys == "nxab"


def test_a_row_whose_item_the_engine_forgot_still_stands_while_the_list_is_held() -> None:
    page = Page(item("a", 1), item("b", 2))
    page.view.place("ib")
    page.book.change(QueueChange("glow", 0, 1, gone=("ia",)))
    assert page.view.row(0, at(3)).author == "Ana", "also before the page has looked"
    page.refresh()
    assert (page.keys, page.view.row(0, at(3)).left) == ("ab", True)
    page.view.settle(page.rows)
    assert page.keys == "b"


def test_the_cursor_passes_over_rows_that_left_and_lets_go_at_the_end() -> None:
    page = Page(item("a", 1), item("b", 2), item("c", 3))
    assert page.view.step(1, at(5)) == "ia"
    page.take(decided(item("b", 2), "hide", 4))
    assert page.view.step(1, at(5)) == "ic"
    assert page.view.step(1, at(5)) == "ic", "the last one"
    assert page.view.step(-5, at(5)) == "ia"
    page.take(decided(item("a", 1), "hide", 5), decided(item("c", 3), "hide", 5))
    assert page.view.step(1, at(5)) is None
    page.refresh()
    assert page.keys == "", "nothing is held any more"


def test_the_cursor_passes_over_what_another_operator_is_at() -> None:
    kim = Claim("kim@desk-1", T0 + 30 * S)
    page = Page(replace(item("a", 1), claim=kim), item("b", 2), replace(item("c", 3), claim=kim))
    assert page.view.step(1, at(5)) == "ib"
    assert page.view.step(1, at(5)) == "ib", "all others are being looked at"
    assert page.view.step(1, at(31)) == "ic", "until the claim runs out"


def test_many_changes_are_one_reset_and_few_are_told_one_by_one() -> None:
    many = [item(f"{n:05}", random.Random(n).random() * 1000) for n in range(3_000)]
    page = Page(*many)
    assert (page.rows.resets, len(page.rows.ids)) == (1, 3_000)
    page.take(*[replace(each, revision=2) for each in many[:10]])
    assert (page.rows.resets, len(page.rows.changed_ids)) == (1, 10)
    waiting = sorted(many, key=lambda each: (each.comment.utc_ns, each.id))
    assert page.rows.ids == [each.id for each in waiting]


def test_random_changes_leave_the_list_as_if_it_had_been_sorted_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queue_view, "ANEW_FROM", 20)
    rng, page = random.Random(5), Page()
    page.book.status(status("calm"), at(0))
    known: dict[str, Item] = {}
    for turn in range(400):
        for _ in range(rng.choice((1, 1, 1, 30))):
            key = str(rng.randrange(80))
            old = known.get(key) or item(key, rng.random() * 50, store=rng.choice(("glow", "calm")))
            new = rng.choice((old, decided(old, rng.choice(("hide", "approve", "undo")), turn)))
            known[key] = replace(new, revision=old.revision + 1, decisions=new.decisions[-3:])
            page.book.take(known[key])
        page.view.place(rng.choice((None, *page.rows.ids[:5])))
        page.refresh()
    page.view.place(None)
    page.refresh()
    waiting = [each for each in known.values() if each.state == "waiting"]
    assert page.rows.ids == [
        each.id for each in sorted(waiting, key=lambda i: (i.comment.utc_ns, i.id))
    ]
    assert page.view.counts(at(1)).waiting == len(waiting)


def test_what_a_viewer_wrote_cannot_turn_its_row_and_marks_stay_in_place() -> None:
    scotland = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
    text = f"a\x1b[31m\u202eb\ud800 {scotland}\U0001f1fa\U0001f1f8\x7f send me\na dm"
    start = text.index("send")
    found = Verdict("review", "r", "l", "why", (Span(start, len(text)),))
    page = Page(replace(item("a", text=text), verdict=found))
    row = page.view.row(0, at(1))
    head = f"a\u241b[31m\ufffdb\ufffd {scotland}\U0001f1fa\U0001f1f8\u2421 "
    assert row.text == f"{head}send me\u21b5a dm"
    [mark] = row.marks
    assert row.text[mark.start : mark.start + mark.length] == "send me\u21b5a dm"
    beyond = len(scotland) + 2
    assert (mark.utf16_start, mark.utf16_length) == (mark.start + beyond, mark.length)
    text, marks = page.view.message("ia")
    assert (text, marks) == (f"{head}send me\na dm", row.marks), "its lines are its own"


def test_a_lone_end_of_a_flag_is_shown_and_not_obeyed() -> None:
    row = Page(item("a", text="\U0001f3f4\U000e007f \U000e0067x")).view.row(0, at(1))
    assert row.text == "\U0001f3f4\ufffd \ufffdx"


def test_of_a_long_message_the_part_with_the_mark_is_shown() -> None:
    text = "x" * 60_000 + " send me a dm " + "y" * 4_000
    found = Verdict("review", "r", "l", "why", (Span(60_001, 60_013),))
    page = Page(replace(item("a", text=text), verdict=found))
    row = page.view.row(0, at(1))
    assert len(row.text) <= 502
    assert row.text.startswith("…")
    assert row.text.endswith("…")
    [mark] = row.marks
    assert row.text[mark.start : mark.start + mark.length] == "send me a dm"
    whole, [mark] = page.view.message("ia")
    assert len(whole) <= 4_002
    assert whole[mark.start : mark.start + mark.length] == "send me a dm"


def test_a_claim_is_shown_with_its_holder_until_it_runs_out() -> None:
    page = Page(replace(item("a"), claim=Claim("kim@desk-1", T0 + 30 * S)))
    claim = page.view.row(0, at(10)).claim
    assert claim is not None
    assert (claim.by, claim.mine, claim.left_s) == ("kim@desk-1", False, 20)
    assert page.view.row(0, at(30)).claim is None


def test_what_can_be_done_follows_from_the_item_and_its_platform() -> None:
    page = Page(item("a"))
    assert page.view.row(0, at(1)).possible == ("approve", "hide", "reply", "ban")
    chat = ChatStatus("lines", "up", hide="by_hand", unhide="by_hand")
    page.book.status(status(chat=chat), at(1))
    row = page.view.row(0, at(1))
    assert row.possible == ("approve", "hide")
    assert row.can.hide == "by_hand"
    assert page.view.health(at(1))[0].can == "hide by hand · reply, ban not possible here"
    order = QueueOrder("glow", "ia", "hide", "k")
    assert page.orders.asked(order, at(1))
    row = page.view.row(0, at(1))
    assert row.order is not None
    assert (row.order.word, row.possible) == ("Sending: hide", ())


def test_identical_messages_that_wait_are_one_batch_over_the_stores_that_are_shown() -> None:
    page = Page(
        item("a", 1), item("b", 2, store="calm"), item("x", 3, text="other"),
        item("h", 4, "hidden"), decided(item("d", 0), "hide", 5),
    )  # fmt: skip
    batch = page.view.batch("ia")
    assert (batch.item_ids, batch.stores) == (("ia", "ib"), 2)
    assert page.view.row(0, at(1)).same == 2
    page.show(QueueFilter("waiting", "glow"))
    assert page.view.batch("ia").item_ids == ("ia",)
    assert page.view.batch("ih").item_ids == ("ih",)


def test_a_repeated_answer_is_told_before_it_is_posted() -> None:
    page = Page(item("a"), item("b"))
    assert [faq.digit for faq in page.view.faq("ia")] == [1, 2]
    assert page.view.duplicate("ib", "shipping", at(5)) == ""
    text = "Shipping takes 3 days. https://example.com/s"
    posted = effect("reply", "done", 10, text=text)
    answered = replace(decided(item("a"), "reply", 10), effects=(posted,))
    page.take(answered)
    assert page.view.duplicate("ib", "shipping", at(12)) == "This author got this answer 2 s ago."
    assert page.view.duplicate("ib", "size", at(12)) == ""
    other = replace(item("o"), comment=replace(item("o").comment, author_id="bo"))
    page.take(other)
    assert page.view.duplicate("io", "shipping", at(12)) == "This answer was posted 2 s ago."
    assert page.view.duplicate("io", "shipping", at(31)) == ""


def test_a_rule_that_people_take_back_stands_first_summed_over_the_stores() -> None:
    page = Page(item("a"), item("b", store="calm"))
    good = RuleStatistics("ok", "spam", hits=90, hidden=90, decided=10, overturned=1)
    bad = RuleStatistics("class", "slurs", hits=6, hidden=6, decided=6, overturned=4)
    page.book.status(status(rules=(good, bad)), at(1))
    page.book.status(status("calm", rules=(bad,)), at(1))
    first, second = page.view.rules()
    assert (first.rule, first.decided, first.overturned, first.look) == ("class", 12, 8, "warning")
    assert (second.rule, second.look) == ("ok", "idle")


def test_a_service_that_is_away_is_told_with_what_judges_now() -> None:
    page = Page(item("a"))
    assert page.view.health(at(0))[0].look == "ok"
    away = RuleServiceStatus("down", "Nobody answers.", version="7", local=True, unsent=12)
    page.book.status(status(service=away), at(0))
    [store] = page.view.health(at(0))
    assert (store.look, store.local) == ("warning", True)
    assert store.problems == (
        "The rule service is away (Nobody answers): judged here with rules 7; "
        "12 wait to be told.",
    )  # fmt: skip
    page.book.status(status(service=UP, chat=replace(CHAT, state="down")), at(0))
    assert page.view.health(at(0))[0].problems == ("No comments come in.",)
    assert page.view.health(at(3))[0].stale
