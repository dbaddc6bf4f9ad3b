"""What is shown of a pin between, before and without the engine's statuses?"""

from __future__ import annotations

from dataclasses import replace

from livedesk.core.pins import PinStatus
from livedesk.desk.pins import ANSWER_S, KEPT, SHOWN_S, Cue, PinBook, PinsView
from tests.desk.pin_data import at, engine_ns, pin, told, view

CUE = Cue("cue-1", "pin", "p1", "Day Cream")


def tell(book: PinBook, newest: PinStatus, at_s: float) -> None:
    book.status("lumen", told(newest, at_s), engine_ns(at_s), at(at_s))


def seen(book: PinBook, at_s: float, age_s: float = 0.1) -> PinsView:
    found = book.view(view(told(), age_s), at(at_s))
    assert found is not None
    return found


def test_elapsed_time_counts_on_between_statuses_by_the_desks_own_clock() -> None:
    book = PinBook()
    tell(book, pin("in_flight"), 0.2)
    newest = seen(book, 0.43).newest
    assert newest is not None
    assert (newest.word, newest.figure) == ("In flight", "+430 ms")


def test_a_status_that_was_slow_to_arrive_does_not_set_the_count_back() -> None:
    book = PinBook()
    tell(book, pin("in_flight"), 0.2)
    book.status("lumen", told(pin("in_flight"), 0.25), engine_ns(0.25), at(0.6))
    newest = seen(book, 0.6).newest
    assert newest is not None
    assert newest.elapsed_ms == 600


def test_an_event_is_shown_before_the_next_status_and_not_undone_by_an_older_one() -> None:
    book = PinBook()
    tell(book, pin("in_flight"), 0.2)
    done = pin("confirmed", latency_ms=212.0, settled_ms=212.0)
    book.event("lumen", done, engine_ns(0.212), at(0.213))
    book.status("lumen", told(pin("in_flight"), 0.21), engine_ns(0.21), at(0.22))
    newest = seen(book, 0.25).newest
    assert newest is not None
    assert (newest.word, newest.figure, newest.look) == ("Confirmed", "212 ms", "ok")


def test_without_news_a_pin_under_way_is_a_question_and_stops_counting() -> None:
    book = PinBook()
    tell(book, pin("in_flight"), 0.2)
    found = seen(book, 2.0, age_s=1.8)
    assert found.stale
    assert found.newest is not None
    assert found.newest.look == "unknown"
    assert found.newest.word == "In flight?"
    assert found.newest.figure == ""


def test_what_is_settled_stays_true_without_news() -> None:
    book = PinBook()
    tell(book, pin("late", latency_ms=1240.0, settled_ms=1240.0), 1.3)
    newest = seen(book, 9.0, age_s=7.7).newest
    assert newest is not None
    assert (newest.word, newest.figure) == ("Late", "1,240 ms")


def test_a_cue_is_shown_as_asked_until_the_engine_answers() -> None:
    book = PinBook()
    assert book.asked("lumen", CUE, at(0))
    asked = seen(book, 0.1).newest
    assert asked is not None
    assert (asked.word, asked.title) == ("Asked", "Day Cream")
    book.answered("lumen", CUE, pin("cued", age_ms=1.0), at(0.2))
    found = seen(book, 0.2)
    assert [each.word for each in found.recent] == ["Cued"]


def test_an_event_tells_of_a_cue_whose_answer_is_still_missing() -> None:
    book = PinBook()
    book.asked("lumen", CUE, at(0))
    book.event("lumen", pin("in_flight"), engine_ns(0.1), at(0.1))
    assert [each.word for each in seen(book, 0.2).recent] == ["In flight"]


def test_a_call_without_an_answer_is_unknown_and_never_failed() -> None:
    book = PinBook()
    book.asked("lumen", CUE, at(0))
    book.unanswered("lumen", CUE, "The connection broke off.")
    newest = seen(book, 0.5).newest
    assert newest is not None
    assert newest.look == "unknown"
    assert newest.word == "Unknown"
    assert "look before you fire again" in newest.note


def test_a_cue_of_which_nothing_is_heard_becomes_unknown() -> None:
    book = PinBook()
    book.asked("lumen", CUE, at(0))
    newest = seen(book, ANSWER_S + 0.1).newest
    assert newest is not None
    assert newest.word == "Unknown"


def test_a_refusal_is_shown_with_its_reason_and_goes_away() -> None:
    book = PinBook()
    book.asked("lumen", CUE, at(0))
    book.refused("lumen", CUE, "No calls are left this minute.")
    newest = seen(book, 1).newest
    assert newest is not None
    assert (newest.word, newest.note) == ("Refused", "No calls are left this minute.")
    assert seen(book, SHOWN_S + 1).newest is None


def test_a_double_press_is_one_cue_and_another_product_is_another() -> None:
    book = PinBook()
    assert book.asked("lumen", CUE, at(0))
    assert not book.asked("lumen", replace(CUE, cue_id="cue-2"), at(0.1))
    assert book.asked("lumen", Cue("cue-3", "pin", "p2", "Serum"), at(0.1))


def test_a_product_is_cued_again_after_another_and_not_while_it_is_on_its_way() -> None:
    book = PinBook()
    other = Cue("cue-2", "pin", "p2", "Serum")
    book.asked("lumen", CUE, at(0))
    book.answered("lumen", CUE, pin("in_flight", age_ms=20.0), at(0.02))
    assert not book.asked("lumen", replace(CUE, cue_id="cue-3"), at(0.6))
    assert book.asked("lumen", other, at(0.7))
    assert book.asked("lumen", replace(CUE, cue_id="cue-4"), at(0.8))


def test_a_double_press_is_one_cue_also_when_the_engine_was_fast() -> None:
    book = PinBook()
    book.asked("lumen", CUE, at(0))
    book.answered("lumen", CUE, pin("confirmed", latency_ms=20.0, age_ms=20.0), at(0.02))
    assert not book.asked("lumen", replace(CUE, cue_id="cue-2"), at(0.15))
    assert book.asked("lumen", replace(CUE, cue_id="cue-3"), at(2))


def test_what_is_to_be_done_by_hand_is_listed_oldest_first_until_it_is_done() -> None:
    book = PinBook()
    first = pin("in_flight", by_hand=True)
    second = pin("in_flight", 5.0, id="pin-2", product_id="p2", by_hand=True)
    tell(book, first, 1.0)
    tell(book, second, 6.0)
    assert [each.pin_id for each in seen(book, 7).by_hand] == ["pin-1", "pin-2"]
    done = replace(first, state="confirmed", latency_ms=7500.0)
    book.event("lumen", done, engine_ns(7.5), at(7.5))
    assert [each.pin_id for each in seen(book, 8).by_hand] == ["pin-2"]


def test_ten_thousand_pins_do_not_pile_up() -> None:
    book = PinBook()
    for n in range(10_000):
        book.event("lumen", pin("confirmed", n / 10, id=f"pin-{n}"), engine_ns(n / 10), at(n / 10))
    recent = seen(book, 1000).recent
    assert len(recent) == KEPT
    assert recent[0].pin_id == "pin-9999"


def test_a_store_without_pins_has_none() -> None:
    book = PinBook()
    tell(book, pin(), 0)
    book.status("lumen", None, engine_ns(1), at(1))
    assert book.view(view(None), at(1)) is None
