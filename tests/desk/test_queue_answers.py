"""Have the answers that fit an item the nine keys, and do the digits keep their meaning?"""

from __future__ import annotations

from dataclasses import replace

from livedesk.core.moderation import Faq
from livedesk.desk.queue_answers import ordered
from tests.desk.queue_data import Page, decided, effect, item, status
from tests.desk.queue_data import at as moment

IDS = (
    "shipping",
    "shipping-es",
    "shipping-pt",
    "sizes",
    "sizes-es",
    "sizes-pt",
    "code-x",
    "live-es",
)
FAQ = tuple(Faq(each, f"Text of {each}") for each in IDS)


def ids_of(named: str = "", used: tuple[str, ...] = ()) -> list[str]:
    return [each.id for each in ordered(FAQ, named, used)]


def test_each_topic_stands_once_in_one_language_before_the_others() -> None:
    assert ids_of() == ["shipping", "sizes", "code-x", "live-es", "shipping-es", "sizes-es",
                        "shipping-pt", "sizes-pt"]  # fmt: skip


def test_what_the_verdict_names_stands_first_and_brings_its_language() -> None:
    assert ids_of("shipping-pt", ("sizes-es",)) == [
        "shipping-pt", "sizes-es", "sizes-pt", "code-x", "live-es", "shipping", "sizes",
        "shipping-es",
    ]  # fmt: skip


def test_an_answer_that_is_named_and_not_there_changes_nothing() -> None:
    assert ids_of("gone") == ids_of()


def test_the_keys_go_through_all_answers_and_stay_while_an_item_is_looked_at() -> None:
    faq = tuple(Faq(f"a{n}", f"Answer {n}") for n in range(11))
    page = Page(item("a"), item("b", 1), item("c", 2))
    page.book.status(status(faq=faq), moment(3))

    def keyed(item_id: str) -> list[str]:
        return [each.id for each in page.view.faq(item_id) if each.digit is not None]

    first = [each.id for each in faq[:9]]
    assert (keyed("ia"), len(page.view.faq("ia"))) == (first, 11)
    posted = effect("reply", "done", 4, text="Answer 10")
    page.take(replace(decided(item("c", 2), "reply", 4), effects=(posted,)))
    assert keyed("ia") == first, "under the finger nothing moves"
    assert keyed("ib") == ["a10", *first[:8]], "what the live used last"
    page.view.turn_answers()
    assert keyed("ib") == ["a8", "a9"]
    page.view.turn_answers()
    assert keyed("ib") == ["a10", *first[:8]]
    page.view.turn_answers()
    assert keyed("ia") == ["a10", *first[:8]], "another item begins with its first"
