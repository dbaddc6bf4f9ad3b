"""The page of one store: what happened lies over the plots, and its parts can be put elsewhere."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDockWidget, QTabBar
from pytestqt.qtbot import QtBot

from livedesk.core.clock import NS_PER_S
from livedesk.core.events import Event, Level
from livedesk.core.status import SoundStatus
from livedesk.desk.levels import levels
from livedesk.desk.plots import FEED
from livedesk.desk.timeline import Timeline
from livedesk.ui.feed.docks import Docks
from livedesk.ui.feed.page import FeedPage
from livedesk.ui.feed.readout import Readout
from livedesk.ui.feed.timeplot import TimeWindow
from livedesk.ui.layouts import Layouts
from tests.ui.feed.conftest import show
from tests.ui.stage import Stage, on_air, throttled

OpenPage = Callable[[], FeedPage]


def places(page: FeedPage) -> dict[str, QRect]:
    return {name: dock.geometry() for name, dock in page.docks.parts.items() if name != "alarms"}


def test_a_mark_stands_right_above_the_curve_it_is_about(open_page: OpenPage) -> None:
    page = open_page()
    lanes, plot = page.timeline.lanes, page.plots.rate
    switch = next(entry for entry in lanes.entries if entry.label)
    window = page.plots.stretch
    assert window is not None
    at = plot.box.mapViewToScene(plot.box.viewRect().center()).x()
    middle_s = (window.begin_s + window.end_s) / 2
    here = lanes.mapToGlobal(QPoint(round(lanes.x_of(middle_s)), 0)).x()
    assert here == pytest.approx(plot.view.mapToGlobal(QPoint(round(at), 0)).x(), abs=3)
    assert "→ bonded" in page.plots.rate.marks.labels
    assert lanes.x_of(switch.t) > lanes.x_of(middle_s)


def test_the_timeline_is_read_by_key_and_moves_the_cursor_of_the_plots(open_page: OpenPage) -> None:
    page = open_page()
    page.open_timeline()
    lanes = page.timeline.lanes
    assert "Switched to bonded." in page.timeline.words.text()
    QTest.keyClick(lanes, Qt.Key.Key_Left)
    assert "Primary is slow." in lanes.accessibleDescription()
    assert "for 10 s" in page.timeline.words.text()
    assert page.plots.rate.cursor_text.isVisible()
    QTest.keyClick(lanes, Qt.Key.Key_Home)
    assert "Pinned Silk Serum." in page.timeline.words.text()
    QTest.keyClick(lanes, Qt.Key.Key_Escape)
    assert not page.plots.rate.cursor_text.isVisible()


def test_pointing_at_a_mark_tells_it_and_leaving_it_does_not(open_page: OpenPage) -> None:
    page = open_page()
    lanes = page.timeline.lanes
    pin = lanes.entries[0]
    at = QPoint(round(lanes.x_of(pin.t)), round(lanes.lane_middle(pin.lane)))
    QTest.mouseMove(lanes, at)
    assert lanes.read == pin
    QTest.mouseMove(lanes, QPoint(at.x() + 100, at.y()))
    assert lanes.read is None


def test_the_table_has_the_values_of_the_curves(open_page: OpenPage, troubled: Stage) -> None:
    page = open_page()
    page.toggle_values()
    model = page.plots.table.model
    assert page.plots.table.isVisible()
    assert not page.plots.rate.isVisible()
    heads = [model.headerData(n, Qt.Orientation.Horizontal) for n in range(model.columnCount())]
    assert heads[1] == "Feed, kbps"
    newest = model.data(model.index(0, 1))
    _, values = troubled.plots("lumen")[FEED].window(0, 2**31)
    lowest = int(newest.split(" … ")[0].replace(",", ""))
    assert np.min(values[-10:]) - 1 <= lowest <= np.max(values[-10:]) + 1
    goodputs = [model.data(model.index(row, 2)) for row in range(model.rowCount())]
    assert any(words.startswith("1,") for words in goodputs), "the dip"
    unsaid = [model.data(model.index(0, n), Qt.ItemDataRole.AccessibleTextRole) for n in (1, 3)]
    assert unsaid == [f"Feed, kbps: {newest}", "Goodput bonded, kbps: no reading"]
    page.toggle_values()
    assert page.plots.rate.isVisible()


def test_the_alarms_part_says_what_to_do_and_leads_to_the_page(
    open_page: OpenPage, troubled: Stage
) -> None:
    page = open_page()
    asked: list[bool] = []
    page.alarms_asked.connect(lambda: asked.append(True))
    status = throttled(replace(on_air(), utc_ns=troubled.clock.utc_ns()), 1500, 4200)
    troubled.tell(status)
    show(page, troubled)
    page.open_alarms()
    (row,) = page.alarms.rows
    assert row.cause.text() == status.alarms[0].cause
    assert row.action.text() == status.alarms[0].action
    QTest.keyClick(row, Qt.Key.Key_Return)
    assert asked
    seen = replace(status.alarms[0], acknowledged_by="Mara")
    troubled.tell(replace(status, alarms=(seen,)))
    show(page, troubled)
    assert "seen by Mara" in page.alarms.rows[0].when.text()


def test_all_parts_fit_a_small_screen_and_no_two_overlap(open_page: OpenPage) -> None:
    page = open_page()
    assert page.minimumSizeHint().height() <= page.height()
    shown = [dock for name, dock in page.docks.parts.items() if name != "alarms"]
    for dock in shown:
        assert page.docks.rect().contains(dock.geometry()), dock.objectName()
        others = [other for other in shown if other is not dock]
        assert not any(dock.geometry().intersects(other.geometry()) for other in others)


def test_parts_move_only_while_one_arranges(open_page: OpenPage) -> None:
    page = open_page()
    dock = page.docks.parts["uplinks"]
    assert dock.features() == QDockWidget.DockWidgetFeature.NoDockWidgetFeatures
    page.toggle_arranging()
    assert dock.features() & QDockWidget.DockWidgetFeature.DockWidgetMovable
    assert page.arrange_bar.isVisible()
    page.arrange_bar.choices["uplinks"].click()
    assert not dock.isVisible()
    page.arrange_bar.done.click()
    assert not page.arrange_bar.isVisible()
    assert not dock.isVisible()
    page.reset_layout()
    assert dock.isVisible()


def test_an_arrangement_is_remembered_and_can_be_reset(
    open_page: OpenPage, tmp_path: Path, qtbot: QtBot
) -> None:
    page = open_page()
    usual = places(page)
    page.toggle_arranging()
    page.docks.removeDockWidget(page.docks.parts["timeline"])
    page.docks.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, page.docks.parts["timeline"])
    page.docks.show_part("timeline")
    page.toggle_arranging()
    layouts = Layouts(tmp_path)
    page.keep_layout(layouts)
    layouts.save()
    other = open_page()
    assert places(other) == usual
    other.take_layout(Layouts(tmp_path))
    assert other.docks.dockWidgetArea(other.docks.parts["timeline"]) == (
        Qt.DockWidgetArea.BottomDockWidgetArea
    )
    other.reset_layout()
    qtbot.waitUntil(lambda: places(other) == usual)


def test_no_tabs_of_an_arrangement_are_left_over_the_parts_after_a_reset(
    open_page: OpenPage, qtbot: QtBot
) -> None:
    docks = open_page().docks
    docks.arrange(True)
    parts = docks.parts
    docks.tabifyDockWidget(parts["plots"], parts["uplinks"])
    for _ in range(2):
        qtbot.waitUntil(lambda: {"Plots", "Uplinks"} in tabs(docks))
        docks.reset()
        qtbot.waitUntil(lambda: tabs(docks) == [{"Events, figures", "Alarms"}])
        docks.tabifyDockWidget(parts["plots"], parts["uplinks"])


def tabs(docks: Docks) -> list[set[str]]:
    bars = (bar for bar in docks.findChildren(QTabBar) if bar.isVisible())
    return [{bar.tabText(place) for place in range(bar.count())} for bar in bars]


@pytest.mark.parametrize("state", [b"", b"junk", b"\x00\x00\x00\xff" + bytes(40)])
def test_a_broken_arrangement_leaves_the_parts_in_their_usual_places(
    open_page: OpenPage, tmp_path: Path, state: bytes
) -> None:
    page = open_page()
    usual = places(page)
    kept = {"docks.feed": base64.b64encode(state).decode(), "place.feed": "%%%"}
    (tmp_path / "windows.json").write_text(json.dumps(kept))
    page.take_layout(Layouts(tmp_path))
    assert places(page) == usual
    assert page.docks.usual
    page.keep_layout(Layouts(tmp_path))


@pytest.mark.qt_log_ignore("propagateSizeHints", "support raise")
def test_a_part_with_a_window_of_its_own_comes_back(
    open_page: OpenPage, tmp_path: Path, qtbot: QtBot
) -> None:
    """After a restart it floats where it did; if its screen is gone, on one that is there."""
    page = open_page()
    page.toggle_arranging()
    page.docks.parts["timeline"].setFloating(True)
    page.docks.parts["timeline"].move(9_000, 9_000)
    page.toggle_arranging()
    layouts = Layouts(tmp_path)
    page.keep_layout(layouts)
    layouts.save()
    other = open_page()
    other.take_layout(Layouts(tmp_path))
    part = other.docks.parts["timeline"]
    qtbot.waitUntil(lambda: part.isFloating() and part.isVisible())
    assert part.screen().availableGeometry().intersects(part.frameGeometry())
    assert part.titleBarWidget() is None, "it needs a title to be moved by"
    other.reset_layout()
    qtbot.waitUntil(lambda: not part.isFloating())


def test_levels_are_told_or_said_to_be_unknown(open_page: OpenPage, troubled: Stage) -> None:
    page = open_page()
    loud = replace(on_air(), sound=SoundStatus("clipping", None, -0.3, -9.0, -10.0, 1.0))
    troubled.tell(loud)
    show(page, troubled)
    assert [level.text for level in page.meters.levels] == ["−9.0", "−0.3"]
    assert page.meters.levels[1].look == "notice"
    troubled.clock.advance(2)
    show(page, troubled)
    assert [level.value for level in page.meters.levels] == [None, None]
    assert "not measured" in page.meters.accessibleDescription()
    view = troubled.snapshot().store("lumen")
    assert view is not None
    assert levels(view) == page.meters.levels


def test_dragging_one_plot_takes_the_other_and_the_timeline_along(
    open_page: OpenPage, troubled: Stage, qtbot: QtBot
) -> None:
    """At once: not when the next news comes."""
    page = open_page()
    begin_s = (troubled.plots("lumen").first_t or 0.0) + 20
    page.plots.rate.moved.emit(begin_s, begin_s + 30)
    qtbot.waitUntil(lambda: page.plots.skew.box.viewRange()[0][1] == pytest.approx(50, abs=1))
    assert page.timeline.lanes.x_of(begin_s) < page.timeline.lanes.x_of(begin_s + 30)
    assert [entry.lane for entry in page.timeline.lanes.entries] == ["pins"]
    assert not page.plots.follow.isChecked()
    page.plots.follow_live()
    show(page, troubled)
    assert len(page.timeline.lanes.entries) > 1


def test_at_small_heights_the_read_outs_take_a_line_each_and_the_time_stands_once(
    open_page: OpenPage, troubled: Stage, qtbot: QtBot
) -> None:
    page = open_page()
    rate = page.plots.rate
    rate.setFixedHeight(rate.minimumHeight())
    qtbot.waitUntil(lambda: not rate.time_axis.isVisible())
    assert page.plots.skew.time_axis.isVisible()
    for readout in rate.readouts.findChildren(Readout):
        assert readout.height() >= readout.minimumSizeHint().height()
    show(page, troubled)
    assert not rate.marks.labels, "words would cover the curve"
    rate.setFixedHeight(300)
    qtbot.waitUntil(rate.time_axis.isVisible)
    show(page, troubled)
    assert "→ bonded" in rate.marks.labels


def test_a_narrow_bar_over_the_plots_stands_in_two_lines(open_page: OpenPage, qtbot: QtBot) -> None:
    bar = open_page().plots.bar
    bar.setParent(None)
    bar.resize(1200, 40)
    bar.show()
    qtbot.waitUntil(lambda: not bar.is_wrapped)
    bar.resize(bar.minimumSizeHint().width(), 80)
    qtbot.waitUntil(lambda: bar.is_wrapped)
    assert bar.arrange.geometry().right() <= bar.width()
    bar.close()
    bar.deleteLater()


def test_thousands_of_marks_are_drawn_as_what_is_seen_of_them(open_page: OpenPage) -> None:
    """The loudest of those in one place; a switch keeps its word where there is room."""
    page = open_page()
    line = Timeline()
    for n in range(3_000):
        level: Level = "critical" if n == 1_500 else "info"
        line.event(Event(n + 1, round((100 + n * 0.001) * NS_PER_S), 0, "lumen", None, "pin.shown",
                         level, "pins", f"Pin {n}"))  # fmt: skip
    line.event(Event(9_000, 110 * NS_PER_S, 0, "lumen", None, "failover.switch", "notice", "relay",
                     "Switched.", data={"to": "bonded"}))  # fmt: skip
    lanes = page.timeline.lanes
    lanes.show_window(TimeWindow(90.0, 150.0, 0.0, wall=False), line)
    assert len(lanes.entries) == 3_001
    assert len(lanes.drawn) < 60
    assert "Pin 1500" in {entry.text for entry in lanes.drawn}
    assert "Switched." in {entry.text for entry in lanes.drawn}
    lanes.grab()


def test_what_is_read_at_an_instant_is_read_whole_in_a_low_plot(
    open_page: OpenPage, troubled: Stage
) -> None:
    page = open_page()
    rate = page.plots.rate
    rate.setFixedHeight(rate.minimumHeight())
    page.plots.step_cursor(0)
    QCoreApplication.processEvents()
    page.plots.step_cursor(-1)
    text = rate.cursor_text
    assert len(text.text().splitlines()) >= 4
    assert rate.rect().contains(text.geometry())


def test_a_long_word_is_smaller_in_a_tight_card_rather_than_cut(open_page: OpenPage) -> None:
    page = open_page()
    strip = page.strip
    card = strip.large[0]
    unknown = replace(card.card, word="Not measured") if card.card is not None else None
    assert unknown is not None
    card.show_card(unknown)
    strip.setFixedWidth(820)
    QCoreApplication.processEvents()
    drawn = card.word.fontMetrics().horizontalAdvance("Not measured")
    assert drawn <= card.word.width(), (card.width(), strip.width())
