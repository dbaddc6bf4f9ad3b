"""The run of show, as the desk changes it."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedesk.core.pins import Product, RunOfShow
from livedesk.pins import show
from livedesk.pins.show import ShowError


def three() -> RunOfShow:
    return show.from_products([Product(name, name) for name in "abc"])


def order(run: RunOfShow) -> str:
    return "".join(cue.product_id for cue in run.cues)


def test_it_begins_with_the_products_that_have_a_place() -> None:
    products = [
        Product("a", "A", position=2),
        Product("b", "B"),
        Product("c", "C", position=1),
    ]
    assert order(show.from_products(products)) == "ca"
    assert order(three()) == "abc"
    assert show.from_products([]).next_up is None


@pytest.mark.parametrize(
    ("cue", "to", "after"),
    [("c1", 2, "bca"), ("c3", 0, "cab"), ("c1", 99, "bca"), ("c2", -5, "bac")],
)
def test_a_line_moves(cue: str, to: int, after: str) -> None:
    assert order(show.move(three(), cue, to)) == after


def test_what_was_shown_is_done_and_the_next_is_up() -> None:
    run = show.shown(three(), "a")
    assert run.next_up is not None
    assert run.next_up.product_id == "b"
    run = show.shown(show.shown(run, "a"), "not in it")
    assert [(cue.state, cue.pins) for cue in run.cues] == [
        ("done", 2),
        ("waiting", 0),
        ("waiting", 0),
    ]


def test_a_skipped_line_is_not_up_until_it_is_unskipped() -> None:
    run = show.skip(three(), "c1")
    assert run.next_up is not None
    assert run.next_up.id == "c2"
    assert show.unskip(run, "c1").next_up == three().cues[0]
    assert show.unskip(run, "c2") is run


def test_a_repeat_is_a_line_of_its_own_behind_it() -> None:
    run = show.repeat(show.shown(three(), "a"), "c1")
    assert order(run) == "aabc"
    assert run.next_up is not None
    assert (run.next_up.product_id, run.next_up.id) == ("a", "c4")


def test_lines_come_and_go_and_all_begin_anew() -> None:
    run = show.add(three(), "d")
    run = show.remove(run, "c2")
    assert order(run) == "acd"
    run = show.reset(show.shown(run, "a"))
    assert {cue.state for cue in run.cues} == {"waiting"}


def test_the_revision_grows_with_changes_only() -> None:
    run = three()
    assert show.move(run, "c1", 0) is run
    assert show.skip(run, "c1").revision == run.revision + 1


def test_what_cannot_be_is_refused_with_a_code() -> None:
    with pytest.raises(ShowError, match="no line 'c9'") as refused:
        show.skip(three(), "c9")
    assert refused.value.code == "unknown_cue"
    full = show.from_products([Product(str(n), "") for n in range(3_000)])
    with pytest.raises(ShowError) as refused:
        show.add(full, "x")
    assert refused.value.code == "show_full"


@given(st.lists(st.tuples(st.sampled_from("maskdr"), st.integers(1, 9), st.integers(0, 9))))
def test_it_survives_the_file_and_never_has_an_id_twice(orders: list[tuple[str, int, int]]) -> None:
    run = three()
    for kind, cue, to in orders:
        with suppress(ShowError):
            match kind:
                case "m":
                    run = show.move(run, f"c{cue}", to)
                case "a":
                    run = show.add(run, f"\N{BED} {cue}", to)
                case "s":
                    run = show.shown(run, "abc"[cue % 3])
                case "k":
                    run = show.skip(run, f"c{cue}")
                case "d":
                    run = show.remove(run, f"c{cue}")
                case _:
                    run = show.repeat(run, f"c{cue}")
    assert len({cue.id for cue in run.cues}) == len(run.cues)
    assert show.from_json(show.to_json(run)) == run


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"revision": 1, "cues": [{"id": "c1"}]}',
        '{"revision": 1, "cues": [{"id": "c1", "product_id": "a", "state": "x", "pins": 0}]}',
        '{"revision": null, "cues": []}',
        '{"revision": Infinity, "cues": []}',
        "[" * 100_000,
    ],
)
def test_a_file_that_holds_none_is_told(text: str) -> None:
    with pytest.raises(ShowError) as refused:
        show.from_json(text)
    assert refused.value.code == "bad_show"
