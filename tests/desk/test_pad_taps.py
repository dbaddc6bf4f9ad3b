"""A touch fires once, fires what was meant, and says why when it does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from livedesk.core.clock import NS_PER_MS
from livedesk.desk.model import Moment
from livedesk.desk.pad import PadLine, PadTile, PadView, Sign
from livedesk.desk.pad_taps import Hold, Tap, Taps, TouchClock

LAMP = PadTile("lamp", 1, "Lamp", "39")
THROW = PadTile("throw", 2, "Throw", "78")
SOLD_OUT = replace(THROW, refusal="Out of stock.")
VIEW = PadView("s", PadLine(Sign("READY", "none", "quiet")), (LAMP, THROW))
ARMING = replace(VIEW, arm_and_fire=True)


def at(ms: float) -> Moment:
    return Moment(round((1_000_000 + ms) * NS_PER_MS), round((9_000_000 + ms) * NS_PER_MS))


def tap(
    taps: Taps, ms: float, tile: PadTile | None = LAMP, view: PadView = VIEW, place: str = ""
) -> Tap:
    return taps.tap(view, tile, at(ms), place or (f"tile {tile.number}" if tile else "next"))


def test_one_touch_fires() -> None:
    assert tap(Taps(), 0) == Tap("fire", "lamp")


@pytest.mark.parametrize(("gap_ms", "kind"), [(30, "swallowed"), (399, "swallowed"), (401, "fire")])
def test_a_double_tap_on_one_tile_is_one_wish(gap_ms: float, kind: str) -> None:
    taps = Taps()
    tap(taps, 0)
    assert tap(taps, gap_ms).kind == kind
    assert taps.swallowed == (kind == "swallowed")


def test_a_key_that_chatters_for_seconds_fires_once() -> None:
    taps = Taps()
    kinds = [tap(taps, ms).kind for ms in range(0, 5_000, 10)]
    assert kinds.count("fire") == 1
    assert taps.swallowed == 499


def test_two_products_in_quick_succession_are_two_wishes() -> None:
    taps = Taps()
    assert tap(taps, 0).kind == "fire"
    assert tap(taps, 100, THROW) == Tap("fire", "throw")


def test_next_up_does_not_run_through_the_show_when_it_is_hit_twice() -> None:
    """The first touch makes another product the next one, in the same place."""
    taps = Taps()
    assert tap(taps, 0, LAMP, place="next").kind == "fire"
    assert tap(taps, 150, THROW, place="next").kind == "swallowed"


def test_one_product_by_its_tile_and_as_next_is_one_wish() -> None:
    taps = Taps()
    tap(taps, 0, LAMP, place="next")
    assert tap(taps, 200, LAMP, place="tile 1").kind == "swallowed"


def test_a_product_on_its_way_is_not_called_again_and_another_is() -> None:
    taps = Taps()
    flying = replace(LAMP, is_flying=True)
    swallowed = tap(taps, 0, flying)
    assert (swallowed.kind, taps.swallowed) == ("swallowed", 1)
    assert swallowed.text
    assert tap(taps, 50, THROW).kind == "fire"


def test_what_moved_under_the_finger_is_not_fired() -> None:
    assert Taps().tap(VIEW, LAMP, at(0), "tile 1", at(-250)).kind == "swallowed"
    assert Taps().tap(VIEW, LAMP, at(0), "tile 1", at(-350)).kind == "fire"


def test_a_refused_product_says_why_and_is_not_armed_either() -> None:
    taps = Taps()
    assert tap(taps, 0, SOLD_OUT, ARMING) == Tap("refused", "throw", "Out of stock.")
    assert taps.armed is None


def test_nothing_is_fired_while_the_pad_is_blocked() -> None:
    taps = Taps()
    blocked = replace(VIEW, blocked="No engine: nothing can be pinned.")
    assert tap(taps, 0, view=blocked) == Tap("refused", "lamp", blocked.blocked)


def test_nothing_happens_where_nothing_is() -> None:
    assert tap(Taps(), 0, None).kind == "refused"


class TestArmed:
    def test_the_first_touch_arms_and_the_second_fires(self) -> None:
        taps = Taps()
        assert tap(taps, 0, view=ARMING) == Tap("armed", "lamp")
        assert taps.armed_s(at(1_000)) == pytest.approx(2.0)
        assert tap(taps, 1_000, view=ARMING) == Tap("fire", "lamp")
        assert taps.armed is None

    def test_a_double_tap_is_no_second_thought(self) -> None:
        taps = Taps()
        tap(taps, 0, view=ARMING)
        assert tap(taps, 200, view=ARMING).kind == "swallowed"
        assert taps.armed == "lamp"

    def test_it_ends_by_itself(self) -> None:
        taps = Taps()
        tap(taps, 0, view=ARMING)
        assert taps.armed_s(at(3_001)) is None
        assert tap(taps, 3_001, view=ARMING).kind == "armed"

    def test_another_product_is_armed_in_its_place(self) -> None:
        taps = Taps()
        tap(taps, 0, view=ARMING)
        assert tap(taps, 500, THROW, ARMING) == Tap("armed", "throw")

    @pytest.mark.parametrize(
        "view",
        [
            replace(ARMING, blocked="No engine."),
            replace(ARMING, tiles=(replace(LAMP, refusal="Out of stock."), THROW)),
            replace(ARMING, tiles=(THROW,)),
        ],
        ids=["engine lost", "sold out", "gone"],
    )
    def test_it_ends_when_the_product_can_no_longer_be_fired(self, view: PadView) -> None:
        taps = Taps()
        tap(taps, 0, view=ARMING)
        taps.look(view, at(100))
        assert taps.armed is None


def test_taking_down_needs_a_long_press() -> None:
    hold = Hold()
    assert hold.share(at(0)) == 0
    hold.press(at(0))
    assert hold.share(at(300)) == pytest.approx(0.5)
    assert hold.share(at(700)) == 1
    hold.release()
    assert hold.share(at(9_000)) == 0


class TestTouchClock:
    def test_a_touch_that_is_handled_late_counts_from_when_it_was_made(self) -> None:
        clock = TouchClock()
        clock.instant(50_000, at(2))
        touched = clock.instant(51_000, at(1_302))
        assert touched == at(1_002)

    def test_without_a_stamp_it_is_now(self) -> None:
        assert TouchClock().instant(0, at(5)) == at(5)

    def test_stamps_that_begin_anew_are_not_believed(self) -> None:
        clock = TouchClock()
        clock.instant(4_294_967_000, at(0))
        assert clock.instant(120, at(500)) == at(500)

    def test_it_is_never_in_the_future(self) -> None:
        clock = TouchClock()
        clock.instant(1_000, at(300))
        assert clock.instant(2_000, at(1_000)) == at(1_000)
