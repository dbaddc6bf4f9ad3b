"""The wall, as a person uses it: find who needs somebody, and go there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest

from livedesk.core.status import FeedStatus
from livedesk.ui.theme import Theme
from livedesk.ui.wall.grid import fit
from livedesk.ui.wall.tile import LEAST
from livedesk.ui.window import ConsoleWindow
from tests.ui.stage import Stage, on_air

Open = Callable[..., ConsoleWindow]


def stores(count: int) -> list[str]:
    return [f"s{n:02d}" for n in range(1, count + 1)]


def opened(stage: Stage, open_window: Open, count: int) -> ConsoleWindow:
    stage.attach()
    stage.play(1, *(on_air(store, f"Store {store}") for store in stores(count)))
    window = open_window(stage)
    QTest.qWait(0)
    return window


def move_on(stage: Stage, window: ConsoleWindow, seconds: float, *trouble: str) -> None:
    """Time goes by; these stores get no media."""
    stage.clock.advance(seconds)
    for store in window.pages.wall.canvas.tiles or stores(3):
        feed = FeedStatus("STALLED") if store in trouble else on_air().feed
        stage.tell(on_air(store, f"Store {store}", feed=feed))
    window.refresh()


def test_several_stores_begin_with_the_wall_and_one_with_its_feed(
    stage: Stage, open_window: Open
) -> None:
    assert opened(stage, open_window, 1).shown == "feed"
    move_on(stage, (window := open_window(stage)), 0.3)
    stage.tell(on_air("s02", "Second"))
    assert (window.shown, open_window(stage).shown) == ("feed", "wall")


@pytest.mark.parametrize("count", [2, 7, 20])
def test_up_to_twenty_tiles_stand_in_sight_on_a_small_screen(
    stage: Stage, open_window: Open, theme: Theme, count: int
) -> None:
    window = opened(stage, open_window, count)
    wall = window.pages.wall
    sight = wall.area.viewport().rect()
    tiles = list(wall.canvas.tiles.values())
    assert len(tiles) == count
    places = [tile.geometry() for tile in tiles]
    assert all(sight.contains(place) for place in places)
    assert not any(a.intersects(b) for n, a in enumerate(places) for b in places[:n])
    assert all(place.width() >= theme.px(LEAST[0]) for place in places)
    assert (window.width(), window.height()) == (1366, 768)


def test_the_store_in_trouble_comes_first_and_enter_opens_it(
    stage: Stage, open_window: Open
) -> None:
    window = opened(stage, open_window, 6)
    wall = window.pages.wall
    move_on(stage, window, 5, "s05")
    first = wall.canvas.tiles["s05"]
    assert first.geometry().topLeft() == QRect().topLeft()
    assert "Feed: Stalled" in first.accessibleDescription()
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Home)
    assert wall.marked == "s05"
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    assert (window.shown, window.chosen) == ("feed", "s05")
    QTest.keyClick(window, Qt.Key.Key_W)
    assert window.shown == "wall"


def test_keys_keep_the_tiles_where_they_are(stage: Stage, open_window: Open) -> None:
    window = opened(stage, open_window, 6)
    wall = window.pages.wall
    before = wall.canvas.tiles["s05"].geometry()
    stage.clock.advance(5)
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Right)
    move_on(stage, window, 0.5, "s05")
    assert wall.canvas.tiles["s05"].geometry() == before
    assert wall.canvas.tiles["s05"].frame[0] == Theme().colours.critical_ground
    move_on(stage, window, 5, "s05")
    assert wall.canvas.tiles["s05"].geometry() != before


def test_arrows_and_numbers_find_a_tile(stage: Stage, open_window: Open) -> None:
    window = opened(stage, open_window, 12)
    wall = window.pages.wall
    wall.mark("s01")
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Right)
    assert wall.marked == "s02"
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Down)
    below = wall.canvas.tiles[wall.marked or ""].geometry()
    assert below.left() == wall.canvas.tiles["s02"].geometry().left()
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_1)
    assert wall.marked == "s01"
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_2)
    assert wall.marked == "s12"


def test_only_what_needs_somebody_can_be_shown(stage: Stage, open_window: Open) -> None:
    window = opened(stage, open_window, 5)
    wall = window.pages.wall
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_N)
    assert wall.only.isChecked()
    assert wall.empty.isVisible()
    wall.toggle_only()
    move_on(stage, window, 5, "s03")
    wall.toggle_only()
    assert list(wall.canvas.tiles) == ["s03"]
    assert wall.only.text() == "Needs somebody: 1"


def test_a_second_wall_opens_stores_in_the_console_and_closes_with_it(
    stage: Stage, open_window: Open
) -> None:
    window = opened(stage, open_window, 3)
    window.open_wall()
    (second,) = window.beside.walls.open_ones
    window.refresh()
    assert len(second.page.canvas.tiles) == 3
    QTest.mouseClick(second.page.canvas.tiles["s02"], Qt.MouseButton.LeftButton)
    assert (window.shown, window.chosen) == ("feed", "s02")
    second.close()
    assert window.beside.walls.open_ones == ()
    window.open_wall()


def test_forty_tiles_fit_a_large_screen_and_are_scrolled_on_a_small_one() -> None:
    large = fit(40, (3800, 1950), 8, LEAST)
    assert -(-40 // large.columns) * (large.height + 8) <= 1958
    small = fit(40, (700, 500), 8, LEAST)
    assert (small.height, small.width >= LEAST[0]) == (LEAST[1], True)


def test_names_are_text_and_not_markup(stage: Stage, open_window: Open) -> None:
    stage.attach()
    names = {"s1": "Tom & Jerry", "s2": "<b>Bold</b> & <img src=x>"}
    stage.tell(*(on_air(store, name) for store, name in names.items()))
    tiles = open_window(stage).pages.wall.canvas.tiles
    assert tiles["s1"].accessibleName() == "2: Tom & Jerry"
    assert "Tom &amp; Jerry" in tiles["s1"].toolTip()
    assert "&lt;b&gt;Bold&lt;/b&gt; &amp;" in tiles["s2"].toolTip()


def test_the_tiles_do_not_all_draw_their_figures_at_once(stage: Stage, open_window: Open) -> None:
    window = opened(stage, open_window, 8)
    tiles = window.pages.wall.canvas.tiles.values()
    drawn = []
    for _ in range(8):
        before = [tile._second for tile in tiles]
        move_on(stage, window, 0.25)
        drawn.append(sum(tile._second != was for tile, was in zip(tiles, before, strict=True)))
    assert max(drawn) <= 4
    assert sum(drawn) == 16
