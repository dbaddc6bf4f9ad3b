"""What does a moderator see and do on the page of the queue?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

pytest.importorskip("PySide6")

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from livedesk.core.clock import NS_PER_S
from livedesk.core.moderation import (
    ChatStatus,
    Claim,
    Faq,
    Item,
    RuleServiceStatus,
    RuleStatistics,
)
from livedesk.core.status import AlarmStatus
from livedesk.ui.feed.strip import CardPanel
from livedesk.ui.moderation.listmodel import ROW
from livedesk.ui.moderation.pen import Pen
from livedesk.ui.moderation.rowdelegate import AGE, MARK, outcome, short_age
from livedesk.ui.pins.byhand import WhyNot
from livedesk.ui.theme import Theme
from livedesk.ui.window import ConsoleWindow
from tests.ui.queue_stage import moderation
from tests.ui.stage import Stage, on_air

Open = Callable[..., ConsoleWindow]
SHIFT = Qt.KeyboardModifier.ShiftModifier


def opened(open_window: Open, stage: Stage, **changes: object) -> ConsoleWindow:
    stage.attach()
    stage.tell(on_air(moderation=moderation(**changes)))
    window = open_window(stage)
    window.open_page("queue")
    return window


def press(window: ConsoleWindow, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    QTest.keyClick(window.focusWidget() or window, key, modifier or Qt.KeyboardModifier.NoModifier)
    window.refresh()


def texts(window: ConsoleWindow) -> list[str]:
    rows = window.queue.list.rows
    return [rows.row(at).text for at in range(rows.rowCount())]


def orders(stage: Stage) -> list[tuple[str, str]]:
    return [(order.act, order.item_id) for order in stage.moderation.out]


def test_keys_act_on_the_row_under_the_cursor_and_without_one_on_none(
    stage: Stage, open_window: Open
) -> None:
    window = opened(open_window, stage)
    queue = stage.moderation
    first, second = queue.comment("a fake", "fake", ago_s=9), queue.comment("a copy", "copy")
    window.refresh()
    press(window, Qt.Key.Key_H)
    assert orders(stage) == []
    assert "No comment is chosen" in window.queue.told.text.text()
    press(window, Qt.Key.Key_J)
    press(window, Qt.Key.Key_H)
    press(window, Qt.Key.Key_J)
    press(window, Qt.Key.Key_A)
    assert orders(stage) == [("hide", first.id), ("approve", second.id)]


def test_what_became_of_an_act_stands_in_its_row_and_undo_is_told(
    stage: Stage, open_window: Open
) -> None:
    window = opened(open_window, stage)
    item = stage.moderation.comment("a fake", "fake", author="lin")
    press(window, Qt.Key.Key_J)
    press(window, Qt.Key.Key_H)
    assert said(window) == "Sending: hide"
    (hidden,) = stage.moderation.answer()
    stage.moderation.settle(hidden)
    window.refresh()
    assert said(window) == "Hidden on the platform after 0.4 s"
    assert texts(window) == ["a fake"], "it stays while the cursor is on it"
    assert window.queue.told.text.text() == "U takes back: hide · lin: a fake"
    press(window, Qt.Key.Key_U)
    assert orders(stage) == [("undo", item.id)]


@pytest.mark.parametrize(("state", "words"), [
    ("by_hand", "Hide it by hand"), ("not_possible", "Hide it: not possible here"),
])  # fmt: skip
def test_what_the_platform_cannot_do_is_told_in_the_row(
    stage: Stage, open_window: Open, state: str, words: str
) -> None:
    window = opened(open_window, stage)
    stage.moderation.comment("a fake", "fake")
    press(window, Qt.Key.Key_J)
    press(window, Qt.Key.Key_H)
    stage.moderation.settle(stage.moderation.answer()[0], state)
    window.refresh()
    assert said(window) == words


def said(window: ConsoleWindow) -> str:
    row = window.queue.acts.chosen
    assert row is not None
    return outcome(row)[1]


def test_nothing_moves_under_the_cursor_until_it_is_let_in(stage: Stage, open_window: Open) -> None:
    window = opened(open_window, stage)
    queue = stage.moderation
    queue.comment("first fake", "fake", ago_s=5)
    window.refresh()
    press(window, Qt.Key.Key_J)
    queue.comment("older fake", "fake", ago_s=20)
    window.refresh()
    assert texts(window) == ["first fake"]
    assert window.queue.choices.news.text() == "1 new (N)"
    press(window, Qt.Key.Key_N)
    assert texts(window) == ["older fake", "first fake"]
    chosen = window.queue.acts.chosen
    assert chosen is not None
    assert chosen.text == "first fake", "the cursor stays with its message, not with its place"
    assert window.queue.list.currentIndex().row() == 1


def test_going_on_past_the_last_row_lets_in_what_is_new(stage: Stage, open_window: Open) -> None:
    window = opened(open_window, stage)
    stage.moderation.comment("first fake", "fake", ago_s=5)
    window.refresh()
    press(window, Qt.Key.Key_J)
    stage.moderation.comment("second fake", "fake")
    window.refresh()
    press(window, Qt.Key.Key_J)
    chosen = window.queue.acts.chosen
    assert chosen is not None
    assert chosen.text == "second fake"


def test_the_pointer_holds_the_list_too(stage: Stage, open_window: Open) -> None:
    window = opened(open_window, stage)
    stage.moderation.comment("first fake", "fake", ago_s=5)
    window.refresh()
    QTest.mouseMove(window.queue.list.viewport(), QPoint(60, 20))
    window.refresh()
    stage.moderation.comment("older fake", "fake", ago_s=20)
    window.refresh()
    assert texts(window) == ["first fake"]


def test_who_is_at_an_item_is_told_and_keeps_others_off(stage: Stage, open_window: Open) -> None:
    window = opened(open_window, stage)
    item = stage.moderation.comment("a fake", "fake")
    until = stage.clock.utc_ns() + 20 * NS_PER_S
    stage.moderation.tell(replace(item, claim=Claim("Noor", until), revision=2))
    window.refresh()
    press(window, Qt.Key.Key_J)
    assert window.queue.acts.chosen is None
    assert "Others are at all of them" in window.queue.told.text.text()
    window.queue.list.place(item.id)
    press(window, Qt.Key.Key_H)
    assert said(window) == "Noor is at it"
    assert orders(stage) == []
    assert window.queue.told.text.text() == "Noor is at it."
    assert not window.queue.detail.buttons.acts["hide"].isEnabled()
    mine = stage.moderation.comment("a copy", "copy")
    window.queue.leave()
    press(window, Qt.Key.Key_J)
    assert window.queue.view.cursor == mine.id, "the next that nobody is at"


def test_a_claim_is_taken_and_given_back_with_one_key(stage: Stage, open_window: Open) -> None:
    window = opened(open_window, stage)
    item = stage.moderation.comment("a fake", "fake")
    press(window, Qt.Key.Key_J)
    press(window, Qt.Key.Key_C)
    assert orders(stage) == [("claim", item.id)]


def test_what_is_looked_at_is_attended_to_and_nothing_on_another_page(
    stage: Stage, open_window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = opened(open_window, stage)
    attended: list[tuple[str | None, float]] = []
    monkeypatch.setattr(stage.moderation, "attend", lambda *at: attended.append(at))
    item = stage.moderation.comment("a fake", "fake")
    press(window, Qt.Key.Key_J)
    stage.clock.advance(7)
    window.refresh()
    assert attended[-1] == (item.id, 7.0), "and for so long nobody touched anything"
    window.open_page("feed")
    assert attended[-1][0] is None


@pytest.mark.parametrize(("seconds", "words"), [
    (None, "–"), (0.04, "0.0 s"), (17.3, "17 s"), (162, "2:42 min"), (7_290, "121 min"),
])  # fmt: skip
def test_an_age_has_room_beside_its_shape(seconds: float | None, words: str) -> None:
    assert short_age(seconds) == words
    theme = Theme()
    assert Pen(theme).metrics("strong").horizontalAdvance(words) <= theme.px(AGE - MARK - 2)


def test_one_digit_replies_and_a_repetition_asks_for_a_second_press(
    stage: Stage, open_window: Open
) -> None:
    window = opened(open_window, stage)
    queue = stage.moderation
    for at, text in enumerate(("how fast is shipping", "shipping??")):
        queue.comment(text, "shipping", ago_s=9 - at)
    press(window, Qt.Key.Key_J)
    press(window, Qt.Key.Key_1)
    assert [order.faq_id for order in queue.out] == ["shipping"]
    queue.settle(queue.answer()[0], after_s=0.1)
    stage.clock.advance(1)
    press(window, Qt.Key.Key_J)
    press(window, Qt.Key.Key_1)
    assert orders(stage) == []
    assert "got this answer 1 s ago" in window.queue.told.text.text()
    stage.clock.advance(1)
    press(window, Qt.Key.Key_1)
    assert [order.again for order in queue.out] == [True]


def test_one_key_or_button_brings_the_next_nine_answers(stage: Stage, open_window: Open) -> None:
    faq = tuple(Faq(f"a{n}", f"Answer {n}") for n in range(11))
    window = opened(open_window, stage, faq=faq)
    stage.moderation.comment("how fast is shipping", "shipping")
    press(window, Qt.Key.Key_J)
    answers = window.queue.detail.answers
    assert answers.heading.text() == "REPLY WITH ONE KEY: 1 TO 9 OF 11"
    answers.others.click()
    assert answers.heading.text() == "REPLY WITH ONE KEY: 10 TO 11 OF 11"
    press(window, Qt.Key.Key_R)
    press(window, Qt.Key.Key_R)
    press(window, Qt.Key.Key_2)
    assert [order.faq_id for order in stage.moderation.out] == ["a10"]


def test_what_concerns_many_tells_how_many_and_wants_two_presses(
    stage: Stage, open_window: Open
) -> None:
    window = opened(open_window, stage)
    items = [stage.moderation.comment("Buy a COPY", "COPY", author=f"v{n}") for n in range(3)]
    press(window, Qt.Key.Key_J)
    press(window, Qt.Key.Key_H, SHIFT)
    assert orders(stage) == []
    assert window.queue.told.text.text() == "Press it again: it hides 3 comments."
    stage.clock.advance(1)
    press(window, Qt.Key.Key_H, SHIFT)
    assert sorted(orders(stage)) == sorted(("hide", item.id) for item in items)
    assert "Press it again" not in window.queue.told.text.text()


def test_a_first_press_counts_for_its_own_row_only(stage: Stage, open_window: Open) -> None:
    window = opened(open_window, stage)
    for n in range(2):
        for text in ("buy a copy", "sell a fake"):
            stage.moderation.comment(text, text[-4:], author=f"v{n}")
    press(window, Qt.Key.Key_J)
    press(window, Qt.Key.Key_H, SHIFT)
    press(window, Qt.Key.Key_J)
    stage.clock.advance(1)
    press(window, Qt.Key.Key_H, SHIFT)
    assert orders(stage) == []


def by_hand(stage: Stage, text: str, author: str) -> Item:
    item = stage.moderation.comment(text, action="hide", author=author, ago_s=3)
    return stage.moderation.settle(item, "by_hand")


def test_what_is_to_be_done_by_hand_is_finished_by_key_once_it_was_seen(
    stage: Stage, open_window: Open
) -> None:
    window = opened(open_window, stage)
    item = by_hand(stage, "buy followers", "spam")
    window.refresh()
    press(window, Qt.Key.Key_D)
    assert orders(stage) == [], "the row came under the finger just now"
    stage.clock.advance(1)
    press(window, Qt.Key.Key_D)
    assert [(order.act, order.item_id, order.done) for order in stage.moderation.out] == [
        ("done", item.id, True)
    ]


def test_what_could_not_be_done_by_hand_is_told_with_its_reason(
    stage: Stage, open_window: Open
) -> None:
    window = opened(open_window, stage)
    item = by_hand(stage, "buy followers", "spam")
    window.refresh()
    stage.clock.advance(1)
    press(window, Qt.Key.Key_D, SHIFT)
    assert orders(stage) == [], "it is asked why first"
    why = window.findChild(WhyNot)
    assert isinstance(why, WhyNot)
    QTest.keyClicks(why.reason, "No such button.")
    QTest.keyClick(why.reason, Qt.Key.Key_Return)
    (order,) = stage.moderation.out
    assert (order.item_id, order.done, order.text) == (item.id, False, "No such button.")


def test_the_window_fits_a_small_screen_whatever_is_to_be_told(
    stage: Stage, open_window: Open
) -> None:
    """1600 x 900 at 150 % are 1066 x 600."""
    away = RuleServiceStatus("down", "connection refused", version="42", local=True, unsent=12)
    window = opened(open_window, stage, service=away)
    window.resize(1066, 600)
    for n in range(3):
        by_hand(stage, f"text {n}", f"v{n}")
    stage.moderation.comment("a fake", "fake")
    press(window, Qt.Key.Key_J)
    window.refresh()
    QApplication.processEvents()
    least = window.minimumSizeHint()
    assert (least.width() <= 1066, least.height() <= 600) == (True, True), least
    window.open_page("feed")
    assert window.minimumSizeHint().height() <= 600, "other pages are scrolled"


def test_what_rules_hid_is_shown_again_from_its_own_list(stage: Stage, open_window: Open) -> None:
    window = opened(open_window, stage)
    item = stage.moderation.comment("what a killer deal", "killer", action="hide")
    stage.moderation.settle(item)
    window.refresh()
    assert texts(window) == []
    press(window, Qt.Key.Key_V)
    assert texts(window) == ["what a killer deal"]
    press(window, Qt.Key.Key_J)
    assert window.queue.detail.buttons.acts["approve"].text() == "Show again (A)"
    press(window, Qt.Key.Key_A)
    assert orders(stage) == [("approve", item.id)]


def test_several_stores_stand_in_one_list_and_each_has_its_own(
    stage: Stage, open_window: Open
) -> None:
    window = opened(open_window, stage)
    stage.tell(on_air("glow", "Glow Beauty", moderation=moderation()))
    stage.moderation.comment("one fake", "fake", ago_s=9)
    stage.moderation.comment("two fake", "fake", store="glow")
    window.refresh()
    assert texts(window) == ["one fake", "two fake"]
    assert window.queue.list.delegate.stores
    window.choose("glow")
    press(window, Qt.Key.Key_S)
    assert texts(window) == ["two fake"]
    window.choose("lumen")
    assert texts(window) == ["one fake"]


def test_markup_is_text_and_the_found_span_is_lit_at_its_place(
    stage: Stage, open_window: Open
) -> None:
    window = opened(open_window, stage)
    stage.moderation.comment("👨‍👩‍👧 <b>送料</b> fake\x1b[31m", "fake")
    press(window, Qt.Key.Key_J)
    shown = window.queue.detail.text
    assert "<b>送料</b>" in shown.toPlainText()
    assert "\x1b" not in shown.toPlainText()
    (lit,) = shown.extraSelections()
    assert lit.cursor.selectedText() == "fake"


def test_a_long_message_shows_what_was_found(stage: Stage, open_window: Open) -> None:
    window = opened(open_window, stage)
    stage.moderation.comment("word " * 5000 + "a fake thing" + " tail" * 5000, "fake")
    press(window, Qt.Key.Key_J)
    (lit,) = window.queue.detail.text.extraSelections()
    assert lit.cursor.selectedText() == "fake"
    window.queue.list.grab()


@pytest.mark.parametrize(("before", "found", "behind"), [
    ("word " * 80, "fake", " tail" * 80), ("كلمة " * 80, "مقلد", " ذيل" * 80),
    ("言葉" * 100, "偽物", "です" * 100), ("👨‍👩‍👧" * 40, "e\u0301vil", "🎉" * 60),
])  # fmt: skip
def test_what_was_found_is_in_sight_in_the_row_whatever_stands_before_it(
    stage: Stage, open_window: Open, before: str, found: str, behind: str
) -> None:
    window = opened(open_window, stage)
    stage.moderation.comment(f"{before}{found}{behind}", found)
    window.refresh()
    view = window.queue.list
    image = view.grab(view.visualRect(view.rows.index(0))).toImage()
    lit = QColor(Theme().colours.notice_ground).rgb()
    places = [x for x in range(image.width()) if image.pixel(x, 16) == lit]
    assert places, "its ground is drawn"
    assert places[0] > 90, "and not under the age"


def test_a_rule_service_that_is_away_is_told_on_the_page(stage: Stage, open_window: Open) -> None:
    away = RuleServiceStatus("down", "connection refused", version="42", local=True, unsent=12)
    window = opened(open_window, stage, service=away)
    (line, _) = window.queue.health.lines
    assert line.isVisible()
    assert "The rule service is away" in line.text.text()
    assert "rules 42" in line.text.text()
    assert window.queue.counters.health.word.text() == "Judged here"


def test_what_an_alarm_tells_is_told_once(stage: Stage, open_window: Open) -> None:
    away = RuleServiceStatus("down", "connection refused", version="42", local=True, unsent=12)
    window = opened(open_window, stage, service=away)
    alarm = AlarmStatus("moderation.service", "medium", "The rule service is away.", "Go on.", 1)
    stage.tell(on_air(moderation=moderation(service=away), alarms=(alarm,)))
    window.refresh()
    assert not window.queue.health.isVisible()
    assert window.queue.counters.health.word.text() == "Judged here"
    assert "away" not in window.queue.counters.health.note.text()


def test_what_an_engine_said_that_is_gone_is_not_known_any_more(
    stage: Stage, open_window: Open
) -> None:
    window = opened(open_window, stage)
    health = window.queue.counters.health
    assert health.word.text() == "Rules and chat: up"
    stage.clock.advance(10)
    window.refresh()
    assert "not known" in health.note.text()


def test_a_chat_that_is_down_is_told_on_the_page_and_in_the_strip(
    stage: Stage, open_window: Open
) -> None:
    window = opened(open_window, stage, chat=ChatStatus("shopee", "down", "HTTP 503"))
    assert "No comments come in" in window.queue.counters.health.note.text()
    window.open_page("feed")
    card = window.page.strip.findChild(CardPanel, "card-moderation")
    assert card is not None
    assert card.card is not None
    assert "No comments come in" in card.card.note


def test_figures_tell_how_many_wait_and_how_old_the_oldest_is(
    stage: Stage, open_window: Open
) -> None:
    window = opened(open_window, stage)
    stage.moderation.comment("old fake", "fake", ago_s=30)
    stage.moderation.comment("new fake", "fake", ago_s=1)
    window.refresh()
    counters = window.queue.counters
    assert counters.waiting.accessibleName() == "Waiting: 2 1 overdue"
    assert counters.oldest.accessibleName() == "Oldest: 30 s of 22 s"


def test_a_rule_that_people_take_back_is_lit(stage: Stage, open_window: Open) -> None:
    window = opened(open_window, stage)
    assert "take back one" in window.queue.choices.rules.accessibleName()
    press(window, Qt.Key.Key_Y)
    first = window.queue.rules.rows[0]
    assert (first.name.text(), first.mark.look) == ("brands-2 · counterfeit", "warning")
    assert first.share.text() == "15 of 22"


def test_one_of_two_taken_back_says_nothing_of_a_rule(stage: Stage, open_window: Open) -> None:
    few = RuleStatistics("insults", "insults", 2, 0, 2, 1)
    window = opened(open_window, stage, rules=(few,))
    assert "take back" not in window.queue.choices.rules.accessibleName()


def test_a_store_without_moderation_says_how_to_get_it(stage: Stage, open_window: Open) -> None:
    stage.attach()
    stage.tell(on_air())
    window = open_window(stage)
    window.open_page("queue")
    assert window.queue.setup.isVisible()
    press(window, Qt.Key.Key_J)
    press(window, Qt.Key.Key_H)
    assert orders(stage) == []


def test_a_click_chooses_a_row_and_its_buttons_act_on_it(stage: Stage, open_window: Open) -> None:
    window = opened(open_window, stage)
    stage.moderation.comment("one fake", "fake", ago_s=9)
    second = stage.moderation.comment("two fake", "fake")
    window.refresh()
    view = window.queue.list
    place = view.visualRect(view.model().index(1, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    window.queue.detail.buttons.acts["hide"].click()
    assert orders(stage) == [("hide", second.id)]


def test_a_view_of_a_closed_window_is_told_nothing_more(
    stage: Stage, open_window: Open, qapp: QApplication
) -> None:
    window = opened(open_window, stage)
    stage.moderation.comment("one fake", "fake")
    window.refresh()
    window.close_for_good()
    stage.moderation.comment("two fake", "fake")
    assert window.queue.view.refresh(window.queue.list.rows) is False


def test_rows_are_read_out_with_their_state_and_reason(stage: Stage, open_window: Open) -> None:
    window = opened(open_window, stage)
    stage.moderation.comment("a fake", "fake", author="lin")
    window.refresh()
    index = window.queue.list.rows.index(0)
    told = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert index.data(ROW).item_id
    assert "lin" in told
    assert "Speaks of a counterfeit" in told
