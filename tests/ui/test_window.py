"""The window, played by hand: what a person sees and does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from livedesk.core.status import (
    ConfigurationIssue,
    FeedStatus,
    PartStatus,
    ReturnStatus,
    SoundStatus,
    SyncStatus,
)
from livedesk.desk.looks import Look
from livedesk.desk.plots import AUDIO_WALL, SKEW, VIDEO_WALL
from livedesk.ui.feed.plotspanel import live_window
from livedesk.ui.shapes import shape_icon
from livedesk.ui.shortcuts import ShortcutSheet
from livedesk.ui.theme import Theme
from livedesk.ui.window import ConsoleWindow
from tests.ui.stage import Stage, on_air, throttled, waiting

OpenWindow = Callable[..., ConsoleWindow]


@pytest.fixture
def live(stage: Stage) -> Stage:
    """A show that has run for ten seconds."""
    stage.attach()
    stage.play(10, on_air())
    return stage


def looks(window: ConsoleWindow) -> dict[str, Look]:
    return {key: panel.mark.look for key, panel in window.page.strip.panels.items()}


def shown_texts(window: QWidget) -> str:
    labels = window.findChildren(QLabel)
    return "\n".join(f"{label.text()} {label.toolTip()}" for label in labels if label.isVisible())


def box(window: QWidget) -> QMessageBox:
    return next(child for child in window.findChildren(QMessageBox) if child.isVisible())


def choose(question: QMessageBox, text: str) -> None:
    next(push for push in question.buttons() if push.text() == text).click()


def test_a_good_show_is_quiet(live: Stage, open_window: OpenWindow) -> None:
    window = open_window(live)
    assert set(looks(window).values()) == {"ok"}
    assert not window.top.banner.alarmed
    assert window.top.header.state.text() == "ON AIR"
    assert window.top.header.clock.text() == "0:00:10"
    assert not window.top.header.badge.isVisible()
    assert not window.stores.isVisible()


def test_what_is_wrong_is_said_with_cause_time_and_action(
    live: Stage, open_window: OpenWindow
) -> None:
    window = open_window(live)
    status = throttled(replace(on_air(), utc_ns=live.clock.utc_ns()), 1500, 4200)
    live.play(12, status)
    window.refresh()
    row = window.top.banner.rows[0]
    assert window.top.banner.alarmed
    assert row.cause.text() == status.alarms[0].cause
    assert row.action.text() == status.alarms[0].action
    assert row.since.text().endswith("12 s")
    assert looks(window)["uplink:primary"] == "critical"
    assert looks(window)["feed"] == "ok"


def test_figures_grey_out_within_a_second_and_a_half_without_news(
    live: Stage, open_window: OpenWindow
) -> None:
    window = open_window(live)
    live.clock.advance(1.4)
    window.refresh()
    assert set(looks(window).values()) == {"ok"}
    live.clock.advance(0.1)
    window.refresh()
    assert set(looks(window).values()) == {"unknown"}
    assert all(plot.stale_note.text() for plot in window.page.plots.plots)
    assert window.top.header.state.text() == "ON AIR?"
    live.tell(on_air())
    window.refresh()
    assert set(looks(window).values()) == {"ok"}
    assert not any(plot.stale_note.text() for plot in window.page.plots.plots)


def test_an_engine_that_is_away_is_said_once_and_forgotten_when_it_is_back(
    live: Stage, open_window: OpenWindow
) -> None:
    window = open_window(live)
    live.model.lost("Nobody answers.", live.now())
    live.clock.advance(37)
    window.refresh()
    assert window.top.banner.rows[0].cause.text() == "Engine not answering"
    assert "relay" in window.top.banner.rows[0].action.text()
    assert window.top.banner.rows[0].since.text().endswith("37 s")
    assert not window.top.banner.rows[1].isVisible()
    assert not window.top.header.end.isEnabled()
    live.attach()
    live.tell(on_air())
    window.refresh()
    assert not window.top.banner.alarmed
    assert window.top.header.end.isEnabled()


def test_colours_follow_the_state_there_and_back(live: Stage, open_window: OpenWindow) -> None:
    window = open_window(live)
    card = window.page.strip.panels["uplink:primary"]
    colours = Theme().colours

    def colour() -> str:
        return card.word.palette().color(card.word.foregroundRole()).name().upper()

    for _ in range(2):
        live.tell(throttled(on_air(), 1500, 4200))
        window.refresh()
        assert (colour(), card.frame[0]) == (colours.critical, colours.critical_ground)
        live.tell(on_air())
        window.refresh()
        assert (colour(), card.frame[0]) == (colours.muted, colours.panel)


@pytest.mark.parametrize(
    ("now_s", "first_s", "span_s", "window"),
    [
        (1010.0, 1000.0, 120.0, (1000.0, 1030.0)),
        (1060.0, 1000.0, 120.0, (1000.0, 1060.0)),
        (1500.0, 1000.0, 120.0, (1380.0, 1500.0)),
        (1500.0, 1000.0, None, (1000.0, 1500.0)),
        (1500.0, None, 120.0, (1380.0, 1500.0)),
    ],
)
def test_a_young_show_fills_the_plot(
    now_s: float, first_s: float | None, span_s: float | None, window: tuple[float, float]
) -> None:
    begin_s, end_s = live_window(now_s, first_s, span_s, 600)
    assert (begin_s, end_s) == pytest.approx(window, abs=1)


@pytest.mark.parametrize("look", ["idle", "ok", "unknown", "notice", "warning", "critical"])
def test_every_look_has_a_shape_of_its_own(look: Look, theme: object, qtbot: QtBot) -> None:
    """Told apart with colour taken away: the shapes differ as outlines."""
    plain = Theme()
    masks = {
        other: shape_icon(other, plain, 18, 1.0).pixmap(18, 18).toImage().createAlphaMask()
        for other in ("idle", "ok", "unknown", "notice", "warning", "critical")
    }
    assert all(masks[look] != mask for other, mask in masks.items() if other != look)


def test_each_card_says_its_state_in_words_too(live: Stage, open_window: OpenWindow) -> None:
    window = open_window(live)
    live.tell(on_air(feed=FeedStatus("STALLED", 0), sync=SyncStatus(-150, state="warning"),
                     journal=PartStatus("down", "disk full")))  # fmt: skip
    window.refresh()
    words = {key: panel.word.text() for key, panel in window.page.strip.panels.items()}
    assert words["feed"] == "Stalled"
    assert words["sync"] == "Sound late"
    assert words["journal"] == "Down · disk full"
    described = window.page.strip.panels["journal"].accessibleDescription()
    assert "disk full" in described
    assert "look soon" in described


def test_a_peak_of_catching_up_is_cut_off_and_named(live: Stage, open_window: OpenWindow) -> None:
    window = open_window(live)
    burst = replace(on_air().uplinks[0], goodput_kbps=35_000.0)
    live.clock.advance(0.25)
    live.tell(on_air(uplinks=(burst,)))
    live.clock.advance(0.25)
    live.tell(on_air())
    window.refresh()
    top_kbps = window.page.plots.rate.box.viewRange()[1][1]
    assert top_kbps < 6_000
    assert "35,000" in window.page.plots.rate.hint.text()


def test_closing_on_air_asks_and_enter_closes_only_the_window(
    live: Stage, open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window(live)
    stops: list[bool] = []
    window.stop_requested.connect(lambda: stops.append(True))
    window.close()
    assert window.isVisible()
    question = box(window)
    assert "goes on without this window" in question.text()
    assert not question.isModal() or question.windowModality() == Qt.WindowModality.WindowModal
    with qtbot.waitSignal(window.leave_requested):
        QTest.keyClick(question, Qt.Key.Key_Return)
    assert stops == []
    assert live.ended == []


def test_closing_can_be_taken_back(live: Stage, open_window: OpenWindow) -> None:
    window = open_window(live)
    window.close()
    choose(box(window), "Cancel")
    window.refresh()
    assert window.isVisible()


def test_the_show_is_only_stopped_after_a_second_yes(
    live: Stage, open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window(live)
    window.close()
    choose(box(window), "End and stop the engine…")
    second = box(window)
    assert "stop the engine?" in second.text()
    default = second.defaultButton()
    assert isinstance(default, QPushButton)
    assert default.text() == "Cancel"
    with qtbot.waitSignal(window.stop_requested):
        choose(second, "End and stop")


def test_closing_without_a_show_asks_nothing(
    stage: Stage, open_window: OpenWindow, qtbot: QtBot
) -> None:
    stage.attach()
    stage.tell(waiting())
    window = open_window(stage)
    with qtbot.waitSignal(window.leave_requested):
        window.close()


def test_a_session_is_ended_only_after_yes(live: Stage, open_window: OpenWindow) -> None:
    window = open_window(live)
    window.top.header.end.click()
    choose(box(window), "Cancel")
    assert live.ended == []
    window.top.header.end.click()
    choose(box(window), "End session")
    assert live.ended == ["lumen"]


def test_keys_do_what_the_sheet_says(live: Stage, open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window(live)
    plots = window.page.plots
    QTest.keyClick(window, Qt.Key.Key_2)
    assert plots.ranges[1].isChecked()
    QTest.keyClick(window, Qt.Key.Key_3)
    assert plots.ranges[2].isChecked()
    QTest.keyClick(window, Qt.Key.Key_T)
    assert plots.bar.wall_time.isChecked()
    plots.rate.moved.emit(1.0, 60.0)
    assert not plots.follow.isChecked()
    QTest.keyClick(window, Qt.Key.Key_L)
    assert plots.follow.isChecked()
    QTest.keyClick(window, Qt.Key.Key_F1)
    sheet = next(iter(window.findChildren(ShortcutSheet)))
    text = shown_texts(sheet)
    for shortcut in window.shortcuts:
        assert shortcut.text in text
        assert all(not QKeySequence(key).isEmpty() for key in shortcut.keys)


def test_several_stores_are_listed_with_words_and_shapes(
    stage: Stage, open_window: OpenWindow, qtbot: QtBot
) -> None:
    stage.attach()
    slow = throttled(on_air("lumen", "Lumen Home"), 1500, 4200)
    stage.play(2, on_air("aurora", "Aurora"), slow, waiting("nord", "Nordlys"))
    window = open_window(stage)
    window.open_page("feed")
    rows = window.stores.rows
    assert window.stores.isVisible()
    assert {name: row.mark.look for name, row in rows.items()} == {
        "aurora": "ok", "lumen": "critical", "nord": "idle",
    }  # fmt: skip
    assert rows["lumen"].words.text() == "Uplink primary: Low"
    assert window.chosen == "aurora"
    assert window.top.banner.rows[0].cause.text().startswith("Lumen Home: ")
    QTest.mouseClick(rows["lumen"], Qt.MouseButton.LeftButton)
    assert window.top.header.name.text() == "Lumen Home"
    QTest.keyClick(window, Qt.Key.Key_PageDown)
    assert stage.watched[-1] == "nord"


def test_without_a_store_the_window_says_what_to_do(stage: Stage, open_window: OpenWindow) -> None:
    stage.attach()
    window = open_window(stage)
    assert "[[store]]" in window.pages.message.text()
    assert not window.top.header.end.isEnabled()


def test_a_failed_start_is_shown_in_full(stage: Stage, open_window: OpenWindow) -> None:
    stage.model.lost("The engine did not start. livedesk.toml:12: url", stage.now())
    window = open_window(stage)
    assert "livedesk.toml:12" in window.pages.message.text()


def test_names_from_outside_are_text_and_not_markup(stage: Stage, open_window: OpenWindow) -> None:
    stage.attach()
    stage.tell(on_air(name="<b>Lumen</b> & <img src=x>"))
    window = open_window(stage)
    assert window.top.header.name.text() == "<b>Lumen</b> & <img src=x>"
    for label in window.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText or not label.text()


def test_events_are_newest_first_and_of_this_store(live: Stage, open_window: OpenWindow) -> None:
    window = open_window(live)
    for place in range(3):
        live.happen(f"event {place}")
    live.happen("elsewhere", store="other")
    window.refresh()
    model = window.page.side.events.model
    texts = [model.data(model.index(row)).split("  ")[1] for row in range(model.rowCount())]
    assert texts == ["event 2", "event 1", "event 0"]
    live.happen("event 3", "critical")
    window.refresh()
    assert model.data(model.index(0)).endswith("event 3")
    assert model.rowCount() == 4


def test_every_control_has_a_name_for_screen_readers(live: Stage, open_window: OpenWindow) -> None:
    window = open_window(live, sandbox=True)
    for push in window.findChildren(QPushButton):
        assert push.accessibleName() or push.text()
    assert window.page.preview.accessibleName()
    for panel in window.page.strip.panels.values():
        assert panel.accessibleDescription()


def test_the_sandbox_wears_its_badge_and_offers_faults(
    stage: Stage, open_window: OpenWindow, qtbot: QtBot
) -> None:
    stage.attach()
    stage.tell(on_air(sandbox=True))
    window = open_window(stage, sandbox=True)
    assert window.top.header.badge.isVisible()
    assert window.dock is not None
    with qtbot.waitSignal(window.fault_requested) as asked:
        next(
            b for b in window.dock.findChildren(QPushButton) if b.objectName() == "throttle"
        ).click()
    assert asked.args[0].name == "throttle"


@pytest.mark.parametrize("sandbox", [False, True])
@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1600, 900), (3840, 2160)])
def test_it_fits_the_screen(
    live: Stage, open_window: OpenWindow, width: int, height: int, sandbox: bool
) -> None:
    window = open_window(live, sandbox=sandbox)
    window.resize(width, height)
    window.refresh()
    assert (window.width(), window.height()) == (width, height)
    assert window.minimumSizeHint().width() <= 1366
    assert window.minimumSizeHint().height() <= 728


def test_an_ended_session_that_is_still_sent_says_so(live: Stage, open_window: OpenWindow) -> None:
    window = open_window(live)
    live.tell(on_air(state="ended"))
    window.refresh()
    assert window.top.header.state.text() == "ENDED, STILL SENDING"
    live.tell(on_air(state="ended", feed=FeedStatus("GONE")))
    window.refresh()
    assert window.top.header.state.text() == "ENDED"


def test_events_need_the_same_lines_with_and_without_a_scroll_bar(
    live: Stage, open_window: OpenWindow
) -> None:
    window = open_window(live)
    sentence = "The session started with the first media from the encoder, as it should be."
    for _ in range(60):
        live.happen(sentence)
        window.refresh()
    view = window.page.side.events.view
    rows = [view.visualRect(window.page.side.events.model.index(row)) for row in range(5)]
    assert view.verticalScrollBar().isVisible()
    hints = [view.sizeHintForIndex(window.page.side.events.model.index(row)) for row in range(5)]
    assert [row.height() for row in rows] == [hint.height() for hint in hints]


def test_an_alarm_moves_nothing(live: Stage, open_window: OpenWindow) -> None:
    window = open_window(live)
    before = window.page.strip.mapTo(window, window.page.strip.rect().topLeft())
    size = window.page.plots.size()
    live.tell(throttled(on_air(), 1500, 4200))
    window.refresh()
    QTest.qWait(0)
    assert window.top.banner.alarmed
    assert window.page.strip.mapTo(window, window.page.strip.rect().topLeft()) == before
    assert window.page.plots.size() == size


def test_issues_stand_in_the_room_of_the_alarms_and_lead_to_their_list(
    live: Stage, open_window: OpenWindow
) -> None:
    window = open_window(live)
    issue = ConfigurationIssue("gopSizeLong", "warning", "Keyframes come every 4 s.", "Set 2 s.")
    live.tell(on_air(issues=(issue,)))
    window.refresh()
    assert window.top.banner.go.text.text() == "1 issue with what TikTok LIVE wishes"
    window.top.banner.go.show_list.click()
    assert window.page.side.page is window.page.side.issues
    panel = window.page.side.issues.panels[0]
    assert panel.accessibleName() == "Warning: Keyframes come every 4 s."
    assert panel.accessibleDescription() == "Set 2 s."


def test_the_figures_are_reached_by_key_and_have_the_focus(
    live: Stage, open_window: OpenWindow
) -> None:
    window = open_window(live)
    QTest.keyClick(window, Qt.Key.Key_D)
    live.tell(on_air())
    window.refresh()
    table = window.page.side.details.table
    assert table.hasFocus()
    items = [[table.item(row, column) for column in range(3)] for row in range(table.rowCount())]
    rows = {cells[0].text(): cells[1].text() for cells in items if cells[0] and cells[1]}
    assert rows["Frame rate"] == "30.0 fps"
    assert rows["B-frame delay"] == "66 ms"
    QTest.keyClick(window, Qt.Key.Key_E)
    assert window.page.side.page is window.page.side.events


def test_the_clocks_are_drawn_on_demand(live: Stage, open_window: OpenWindow) -> None:
    window = open_window(live)
    skew = window.page.plots.skew
    assert len(skew.keys) == 1
    QTest.keyClick(window, Qt.Key.Key_K)
    live.clock.advance(0.25)
    live.tell(on_air(sync=replace(on_air().sync, audio_wall_ms=840.0, video_wall_ms=820.0)))
    live.clock.advance(0.25)
    live.tell(on_air())
    window.refresh()
    assert list(skew.keys) == [SKEW, AUDIO_WALL, VIDEO_WALL]
    low, high = skew.box.viewRange()[1]
    assert low == pytest.approx(-260)
    assert high >= 840
    QTest.keyClick(window, Qt.Key.Key_K)
    window.refresh()
    assert len(skew.keys) == 1
    assert skew.box.viewRange()[1][1] == pytest.approx(260)


def test_values_are_read_at_the_same_instant_in_both_plots(
    live: Stage, open_window: OpenWindow
) -> None:
    window = open_window(live, zone=UTC)
    plots = window.page.plots
    QTest.keyClick(window, Qt.Key.Key_C)
    for plot in plots.plots:
        assert plot.cursor_text.isVisible()
        assert "0:00:10" in plot.cursor_text.text()
        assert "14:13:30" in plot.cursor_text.text()
    assert "Feed" in plots.rate.cursor_text.text()
    assert "kbps" in plots.rate.cursor_text.text()
    assert "Skew" in plots.skew.cursor_text.text()
    assert plots.rate.view.accessibleDescription() == plots.rate.cursor_text.text()
    for _ in range(20):
        QTest.keyClick(window, Qt.Key.Key_Left)
    assert "0:00:05" in plots.rate.cursor_text.text() or "0:00:06" in plots.rate.cursor_text.text()
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not any(plot.cursor_text.isVisible() for plot in plots.plots)


def test_the_mouse_moves_the_cursor_of_both_plots_and_takes_it_away(
    live: Stage, open_window: OpenWindow
) -> None:
    window = open_window(live)
    plots = window.page.plots
    middle = plots.rate.box.sceneBoundingRect().center()
    plots.rate.view.scene().sigMouseMoved.emit(middle)
    assert all(plot.cursor_text.isVisible() for plot in plots.plots)
    plots.rate.view.left.emit()
    assert not any(plot.cursor_text.isVisible() for plot in plots.plots)


def test_blind_is_hatched_and_says_that_nothing_was_measured(
    live: Stage, open_window: OpenWindow
) -> None:
    window = open_window(live)
    live.tell(on_air(feed=FeedStatus("BLIND"), sync=SyncStatus(), sound=SoundStatus()))
    window.refresh()
    for key in ("feed", "sync", "media"):
        panel = window.page.strip.panels[key]
        assert panel.hatched
        assert panel.word.text() == "Not measured"
    assert not window.page.strip.panels["uplink:primary"].hatched


def test_everything_at_once_fits_a_small_screen(stage: Stage, open_window: OpenWindow) -> None:
    stage.attach()
    bonded = replace(on_air().uplinks[0], name="bonded", state="standby")
    full = on_air(uplinks=(*on_air().uplinks, bonded), return_check=ReturnStatus("OK"))
    stage.play(2, full, on_air("aurora", "Aurora"))
    window = open_window(stage)
    window.choose("lumen")
    window.page.plots.clocks.setChecked(True)
    window.refresh()
    assert window.minimumSizeHint().width() <= 1366
    assert window.minimumSizeHint().height() <= 728


@pytest.mark.parametrize(("width", "has_source"), [(1366, False), (1920, True)])
def test_the_table_of_figures_shows_no_half_a_source(
    live: Stage, open_window: OpenWindow, width: int, has_source: bool
) -> None:
    window = open_window(live, sandbox=True)
    window.resize(width, 768)
    window.page.side.open_details()
    window.refresh()
    details = window.page.side.details
    assert details.table.isColumnHidden(2) is not has_source
    named = details.table.item(1, 0)
    assert named is not None
    assert "relay" in named.toolTip()


def test_an_alarm_that_is_over_is_quiet(live: Stage, open_window: OpenWindow) -> None:
    window = open_window(live)
    status = throttled(replace(on_air(), utc_ns=live.clock.utc_ns()), 1500, 4200)
    standing = status.alarms[0]
    live.play(5, status)
    window.refresh()
    lit = window.top.banner.rows[0].frame
    live.play(3, replace(on_air(), alarms=(replace(standing, gone_s=3.0),)))
    window.refresh()
    row = window.top.banner.rows[0]
    assert row.cause.text() == f"Over for 3 s: {standing.cause}"
    assert row.since.text().startswith("began ")
    assert row.frame != lit


def test_a_fault_of_one_part_is_told_though_it_stops_the_others(
    live: Stage, open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(live)

    def fail(*_told: object) -> None:
        raise KeyError("up")

    monkeypatch.setattr(window.top, "show_snapshot", fail)
    live.model.note("A fault in the window (KeyError).", live.now())
    with pytest.raises(KeyError):
        window.refresh()
    window._timer.stop()
    assert window.note.text().endswith("A fault in the window (KeyError).")
