"""The pad never says more than is known, and never less than matters."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import combinations
from typing import get_args

import pytest

from livedesk.core.pins import (
    GatewayStatus,
    PinState,
    PinStatus,
    Product,
    ProductList,
    RunOfShow,
    ShowCue,
)
from livedesk.desk.pad import PadView
from livedesk.desk.pad_signs import lasting, sign_of
from livedesk.desk.pad_view import PadFacts, PadFold
from livedesk.desk.pin_words import LONGEST_TITLE
from tests.desk.pad_stage import STORE, PadStage, some_products, status


@pytest.fixture
def stage() -> PadStage:
    return PadStage()


def shown(stage: PadStage) -> PadView:
    return stage.pad(STORE)


def head(stage: PadStage) -> str:
    line = shown(stage).line
    return f"{line.sign.word} {line.figure}".strip()


def pin(state: PinState, **changes: object) -> PinStatus:
    base = PinStatus("c", "pin", "p1", "Lamp", state, "pad", 0)
    return replace(base, **changes)  # type: ignore[arg-type]


SETTLED = {"settled_ms": 240.0}


@pytest.mark.parametrize(
    ("changes", "words", "detail"),
    [
        ({"state": "cued"}, "CUED 312 ms", ""),
        ({"state": "in_flight"}, "IN FLIGHT 312 ms", ""),
        ({"state": "in_flight", "by_hand": True}, "BY HAND 312 ms", "window"),
        ({"state": "accepted"}, "ACCEPTED 312 ms", ""),
        ({"state": "accepted", **SETTLED}, "ACCEPTED", "cannot be asked"),
        ({"state": "confirmed", "shown": True, "latency_ms": 240.0, **SETTLED},
         "PINNED 240 ms", ""),
        ({"state": "late", "shown": True, "latency_ms": 1234.0, **SETTLED}, "LATE 1.2 s", "late"),
        ({"state": "late", "shown": False, **SETTLED}, "NOT PINNED", "Too late"),
        ({"state": "failed", "reason": "not in the bag", **SETTLED}, "NOT PINNED", "not in the"),
        ({"state": "refused", "reason": "Out of stock.", **SETTLED}, "NOT PINNED", "Out of stock."),
        ({"state": "unknown"}, "UNKNOWN 312 ms", "Looking"),
        ({"state": "unknown", **SETTLED}, "UNKNOWN", "ask the desk"),
        ({"state": "superseded", **SETTLED}, "REPLACED", "newer cue"),
    ],
)  # fmt: skip
def test_every_state_has_its_words(
    stage: PadStage, changes: dict[str, object], words: str, detail: str
) -> None:
    stage.call("p1", 0.312, **changes)
    assert head(stage) == words
    assert detail in shown(stage).line.detail
    assert shown(stage).line.title == "Amber table lamp"


def test_no_two_states_look_alike_without_colour() -> None:
    pins = [pin(state, shown=state == "late") for state in get_args(PinState)]
    pins += [pin("in_flight", by_hand=True), pin("late", shown=False)]
    shapes = {one.state + str(one.by_hand) + str(one.shown): sign_of(one) for one in pins}
    for (one, a), (other, b) in combinations(shapes.items(), 2):
        assert (a.shape, a.word) != (b.shape, b.word), (one, other)
        assert a.shape != b.shape or {one[:4], other[:4]} == {"late"}, (one, other)


def test_a_cue_is_seen_before_anybody_answered(stage: PadStage) -> None:
    stage.fire(STORE, "p2", "pad", stage.now())
    assert head(stage) == "CUED 0 ms"
    tile = shown(stage).tile("p2")
    assert tile is not None
    assert tile.is_flying


def test_time_runs_on_the_pads_own_clock_and_past_the_budget_it_is_amber(stage: PadStage) -> None:
    stage.call("p1", state="in_flight")
    stage.wait(0.7)
    assert (head(stage), shown(stage).line.sign.tone) == ("IN FLIGHT 700 ms", "flying")
    stage.wait(0.2)
    assert (head(stage), shown(stage).line.sign.tone) == ("IN FLIGHT 900 ms", "late")


def test_what_is_settled_does_not_go_back_on_its_way(stage: PadStage) -> None:
    told = stage.call("p1", 0.2, state="confirmed", shown=True, latency_ms=190.0, settled_ms=190.0)
    stage.book.told(replace(told, state="in_flight", settled_ms=None), 0, stage.now())
    assert head(stage) == "PINNED 190 ms"


def test_another_pads_newer_cue_is_shown(stage: PadStage) -> None:
    stage.call("p1", 1.0, state="confirmed", shown=True, latency_ms=190.0, settled_ms=190.0)
    utc_ns = stage.clock.utc_ns()
    other = PinStatus("x", "pin", "p2", "Linen", "in_flight", "web_pad", utc_ns, age_ms=5.0)
    stage.book.told(other, utc_ns, stage.now())
    assert (head(stage), shown(stage).line.title) == ("IN FLIGHT 5 ms", "Linen")


class TestLostEngine:
    def test_a_broken_link_stops_the_pad_at_once_and_says_since_when(self, stage: PadStage) -> None:
        stage.model.lost("Nobody answers.\n", stage.now())
        stage.clock.advance(7)
        view = shown(stage)
        assert view.line.sign.word == "NO ENGINE"
        assert "7 s" in view.line.detail
        assert view.blocked
        assert view.seen == "not known"

    @pytest.mark.parametrize(("age_s", "blocked"), [(1.9, False), (2.0, True)])
    def test_an_old_status_is_no_status(self, stage: PadStage, age_s: float, blocked: bool) -> None:
        stage.clock.advance(age_s)
        assert bool(shown(stage).blocked) is blocked

    def test_a_cue_on_its_way_is_said_to_be_open(self, stage: PadStage) -> None:
        stage.call("p1", 0.1, state="in_flight")
        stage.model.lost("Nobody answers.\n", stage.now())
        assert "Amber table lamp is not known" in shown(stage).line.detail

    def test_it_is_back_with_the_next_status(self, stage: PadStage) -> None:
        stage.clock.advance(5)
        stage.tell()
        assert not shown(stage).blocked


def test_a_cue_without_an_answer_is_unknown_and_given_up_in_the_end(stage: PadStage) -> None:
    stage.fire(STORE, "p1", "pad", stage.now())
    stage.book.silent("cue-1", "The engine does not answer.")
    assert shown(stage).line.sign.word == "UNKNOWN"
    stage.wait(13)
    stage.book.look(stage.now())
    view = shown(stage)
    assert "ask the desk" in view.line.detail
    tile = view.tile("p1")
    assert tile is not None
    assert not tile.is_flying


@pytest.mark.parametrize("state", ["waiting", "ended"])
def test_nothing_is_fired_outside_a_live(stage: PadStage, state: str) -> None:
    stage.tell(state=state)
    assert shown(stage).blocked
    assert shown(stage).line.sign.word == "NOT LIVE"


def test_a_store_without_pins_says_so(stage: PadStage) -> None:
    stage.pins = None
    stage.tell()
    assert "[store.pins]" in shown(stage).line.detail


class TestTiles:
    def test_the_run_of_show_gives_the_order_and_the_rest_follows(self, stage: PadStage) -> None:
        cues = tuple(ShowCue(f"c{n}", f"p{n}") for n in (4, 2, 4))
        stage.show = RunOfShow(2, (replace(cues[0], state="done", pins=1), *cues[1:]))
        view = shown(stage)
        assert [tile.product_id for tile in view.tiles[:3]] == ["p4", "p2", "p1"]
        assert view.next_up is not None
        assert (view.next_up.product_id, view.tiles[0].pins) == ("p2", 1)

    def test_pages_of_nine_with_the_keys_of_each(self, stage: PadStage) -> None:
        view = shown(stage)
        assert (view.pages, len(view.page(0)), len(view.page(1))) == (2, 9, 2)
        assert [tile.number for tile in view.page(1)] == [1, 2]

    @pytest.mark.parametrize(
        ("product", "word", "why"),
        [
            (Product("x", "X", stock=0), "SOLD OUT", "Out of stock."),
            (Product("x", "X", state="restricted", reason="18+"), "RESTRICTED", "18+"),
            (Product("x", "X", state="flagged", reason="claim"), "FLAGGED", "claim"),
            (Product("x", "X", state="unlisted"), "NOT LISTED", "live"),
        ],
    )
    def test_what_cannot_be_fired_says_why(
        self, stage: PadStage, product: Product, word: str, why: str
    ) -> None:
        stage.products = ProductList(2, products=(product,))
        tile = shown(stage).tile("x")
        assert tile is not None
        assert tile.sign.word == word
        assert why in tile.refusal

    def test_a_stock_out_is_there_with_the_next_list(self, stage: PadStage) -> None:
        assert not shown(stage).tiles[0].refusal
        gone = replace(stage.products.products[0], stock=0)
        stage.products = ProductList(2, products=(gone, *stage.products.products[1:]))
        assert shown(stage).tiles[0].refusal == "Out of stock."

    def test_a_cue_for_a_product_that_is_not_in_the_catalogue(self, stage: PadStage) -> None:
        stage.show = RunOfShow(2, (ShowCue("c", "ghost"),))
        tile = shown(stage).tiles[0]
        assert (tile.title, tile.is_next) == ("ghost", True)
        assert tile.refusal

    def test_before_the_products_are_known_nothing_is_called_unlisted(
        self, stage: PadStage
    ) -> None:
        fold = PadFold()
        snapshot = stage.model.snapshot(stage.now())
        view = fold.view(PadFacts(STORE, snapshot.link, snapshot.store(STORE), None, stage.show,
                                  None, stage.now()))  # fmt: skip
        assert view.tiles == ()
        assert "fetched" in view.warning

    def test_long_titles_are_cut_and_odd_prices_are_left_out(self, stage: PadStage) -> None:
        long = Product("x", "wide  word\n" * 1_000, price=Decimal("NaN"))
        stage.products = ProductList(2, products=(long,))
        tile = shown(stage).tile("x")
        assert tile is not None
        assert len(tile.title) <= LONGEST_TITLE + 3
        assert "\n" not in tile.title
        assert tile.price == ""

    def test_ten_thousand_products_keep_their_tiles_between_views(self, stage: PadStage) -> None:
        stage.products = ProductList(2, products=some_products(10_000))
        first, second = shown(stage), shown(stage)
        assert first.tiles[5] is second.tiles[5]


class TestSeen:
    def test_viewers_see_what_was_read_back(self, stage: PadStage) -> None:
        assert shown(stage).seen == "Oak stool"
        tile = shown(stage).tile("p8")
        assert tile is not None
        assert (tile.is_shown, tile.sign.word) == (True, "ON SCREEN")

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"shown_age_ms": None}, "not known"),
            ({"shown_product_id": None, "shown_title": ""}, "nothing pinned"),
            ({"shown_age_ms": 42_000.0}, "Oak stool (read 42 s ago)"),
        ],
    )
    def test_and_how_old_that_is(
        self, stage: PadStage, changes: dict[str, object], words: str
    ) -> None:
        stage.pins = status(**changes)
        stage.tell()
        assert shown(stage).seen == words

    def test_a_confirmation_is_newer_than_the_last_status(self, stage: PadStage) -> None:
        stage.call("p1", 0.2, state="confirmed", shown=True, latency_ms=190.0, settled_ms=190.0)
        view = shown(stage)
        assert view.seen == "Amber table lamp"
        assert [tile.product_id for tile in view.tiles if tile.is_shown] == ["p1"]

    def test_a_pin_that_the_platform_no_longer_shows_is_not_called_pinned(
        self, stage: PadStage
    ) -> None:
        told = stage.call("p1", 5, state="confirmed", shown=True, latency_ms=190.0,
                          settled_ms=190.0)  # fmt: skip
        stage.clock.advance(1)
        stage.pins = status(newest=told, recent=(replace(told, age_ms=6_000.0),))
        stage.tell()
        view = shown(stage)
        assert view.line.sign.word == "NOT ON SCREEN"
        assert "Oak stool" in view.line.detail


@pytest.mark.parametrize(
    ("gateway", "words"),
    [
        (GatewayStatus("shopee", "down", reason="timeouts"), "does not answer: timeouts"),
        (GatewayStatus("shopee", "up", blocked_s=12.0), "pause: 12 s"),
        (GatewayStatus("shopee", "up", calls_left=0), "No call"),
        (GatewayStatus("shopee", "up", token_covers_show=False), "ends before the show"),
    ],
)
def test_what_can_go_wrong_with_the_next_cue_is_told_before_it(
    stage: PadStage, gateway: GatewayStatus, words: str
) -> None:
    stage.pins = status(gateway=gateway)
    stage.tell()
    assert words in shown(stage).warning
    assert not shown(stage).blocked


@pytest.mark.parametrize(
    ("ms", "words"),
    [(0, "0 ms"), (999.4, "999 ms"), (999.6, "1.0 s"), (61_000, "1 min 01 s"), (None, "")],
)
def test_times_are_short(ms: float | None, words: str) -> None:
    assert lasting(ms) == words
