"""Does a person find a session, and does an act concern those that were chosen and no others?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QWidget

from livedesk.core.engine_status import Me
from livedesk.core.records import RecordedSession
from livedesk.core.roles import RIGHTS, Role
from livedesk.desk.order_files import KnownOrders
from livedesk.desk.records import RecordOrders
from livedesk.desk.rights import Rights
from livedesk.ui.allowing import Holder
from livedesk.ui.layouts import Layouts
from livedesk.ui.questions import Question
from livedesk.ui.sessions.choice import ExportChoice
from livedesk.ui.sessions.compare import CompareDialog
from livedesk.ui.sessions.deleting import DeleteDialog
from livedesk.ui.sessions.exportdialog import ExportDialog
from livedesk.ui.sessions.keeping import KeepDialog
from livedesk.ui.sessions.keys import session_shortcuts
from livedesk.ui.sessions.ordersdialog import OrdersDialog
from livedesk.ui.sessions.page import SessionsPage
from livedesk.ui.shortcuts import install
from livedesk.ui.theme import Theme
from tests.ui.sessions.record_stage import (
    KIRA,
    LUMEN,
    ORDERS,
    SESSIONS,
    StageRecords,
    figures_of,
)
from tests.ui.stage import Stage, on_air

Dialog = TypeVar("Dialog", bound=QDialog)
NORD, BAD, OPEN = SESSIONS[3], SESSIONS[4], SESSIONS[0]


class Play:
    """A page on a stage, driven by its keys."""

    def __init__(self, stage: Stage, theme: Theme, folder: Path) -> None:
        self.stage = stage
        self.records = StageRecords(SESSIONS)
        self.records.tell_figures(figures_of(LUMEN), figures_of(KIRA))
        self.rights = Rights()
        self.shown: list[Path] = []
        self.page = SessionsPage(
            self.records, theme, stage.now, UTC, folder, self.shown.append
        )  # fmt: skip
        install(self.page, session_shortcuts(self.page))
        stage.attach()
        stage.tell(on_air())
        self.page.resize(1200, 640)
        self.page.show()
        self.page.activateWindow()
        assert QTest.qWaitForWindowActive(self.page)
        self.refresh()
        self.page.focus_list()

    def refresh(self) -> None:
        self.page.show_records(self.stage.snapshot(), self.rights)

    def act_as(self, role: Role) -> None:
        self.rights = Rights(Me("Ida", role, tuple(RIGHTS[role]), named=True))
        self.refresh()

    def press(self, *keys: Qt.Key, shift: bool = False) -> None:
        for key in keys:
            modifier = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier(0)
            QTest.keyClick(self.page.list, key, modifier)
            self.refresh()

    def choose(self, *sessions: RecordedSession) -> None:
        self.page.list.choose(*(each.id for each in sessions))
        self.refresh()

    @property
    def chosen(self) -> list[str]:
        return [each.id for each in self.page.list.chosen]

    def dialog(self, kind: type[Dialog]) -> Dialog:
        (found,) = [each for each in self.page.findChildren(kind) if each.isVisible()]
        return found

    def dialogs(self) -> list[QDialog]:
        return [each for each in self.page.findChildren(QDialog) if each.isVisible()]


@pytest.fixture
def play(stage: Stage, theme: Theme, tmp_path: Path) -> Iterator[Play]:
    playing = Play(stage, theme, tmp_path)
    yield playing
    for dialog in playing.dialogs():
        dialog.close()
    playing.page.close()
    playing.page.deleteLater()


def words(part: QWidget) -> str:
    # What was put into a layout is shown with its next turn.
    QApplication.processEvents()
    return "\n".join(each.text() for each in part.findChildren(QLabel) if not each.isHidden())


def test_the_newest_is_chosen_first_and_keys_go_on_from_there(play: Play) -> None:
    assert play.chosen == [OPEN.id]
    play.press(Qt.Key.Key_J, Qt.Key.Key_Down)
    assert play.chosen == [LUMEN.id]
    play.press(Qt.Key.Key_Up, shift=True)
    assert play.chosen == [KIRA.id, LUMEN.id]


def test_a_session_is_told_by_its_marks_in_words_its_incidents_and_its_seal(play: Play) -> None:
    play.choose(LUMEN)
    told = words(play.page.details)
    for said in ("Kept: dispute with the brand, case 42", "one switch, which viewers saw",
                 "Worst skew", "+212 ms", "over the limit", "14 s were beyond it",
                 "Sound was 212 ms late", "(Mei Tan)", "The seal is intact"):  # fmt: skip
        assert said in told
    assert "2 h 15 min" in told


def test_the_search_keeps_what_it_finds_and_enter_goes_to_it(play: Play) -> None:
    play.press(Qt.Key.Key_Slash)
    QTest.keyClicks(play.page.search, "kira sep")
    QTest.keyClick(play.page.search, Qt.Key.Key_Return)
    play.refresh()
    assert len(play.page.list.rows.rows) == 2
    assert play.page.total.text().startswith("2 of 8 sessions")
    assert play.chosen == [KIRA.id]
    QTest.keyClicks(play.page.search, " nobody")
    play.refresh()
    assert "No session says" in play.page.details.nothing.text()
    QTest.keyClick(play.page.search, Qt.Key.Key_Escape)
    assert len(play.page.list.rows.rows) == len(SESSIONS)


def test_what_is_chosen_stays_chosen_while_others_come_and_go(play: Play) -> None:
    play.choose(KIRA, NORD)
    play.records.tell(replace(LUMEN, id="new"), *SESSIONS)
    play.refresh()
    assert play.chosen == [KIRA.id, NORD.id]
    play.records.tell(*(each for each in SESSIONS if each != KIRA))
    play.refresh()
    assert play.chosen == [NORD.id]


def test_what_was_chosen_is_chosen_again_when_the_list_comes_back(play: Play) -> None:
    play.choose(KIRA, NORD)
    play.records.sessions = None
    play.refresh()
    assert play.chosen == []
    play.records.tell(*SESSIONS)
    play.refresh()
    assert play.chosen == [KIRA.id, NORD.id]


def test_rows_speak(play: Play) -> None:
    index = play.page.list.rows.index_of(NORD.id)
    spoken = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Nord Outdoor, Sat 19 Sep 2026, 18:25, 24 min 00 s, 16.6 MB, Not signed off"


def test_one_is_opened_and_one_that_cannot_be_read_is_not(play: Play) -> None:
    asked: list[RecordedSession] = []
    play.page.open_asked.connect(asked.append)
    play.choose(BAD)
    play.press(Qt.Key.Key_Return)
    assert not play.page.details.open.isEnabled()
    assert "livedesk recover" in words(play.page.details)
    play.choose(LUMEN)
    play.press(Qt.Key.Key_Return)
    assert asked == [LUMEN]


def test_the_replay_stands_over_the_list_and_gives_it_back(play: Play) -> None:
    play.choose(NORD)
    replay = QWidget()
    play.page.show_replay(replay)
    assert replay.isVisible()
    assert not play.page.list.isVisible()
    play.page.close_replay()
    assert play.page.list.isVisible()
    assert play.chosen == [NORD.id]


def test_a_session_is_deleted_after_its_day_was_typed(play: Play) -> None:
    play.choose(NORD)
    play.press(Qt.Key.Key_Delete)
    dialog = play.dialog(DeleteDialog)
    assert "Nord Outdoor" in words(dialog)
    assert "24 min" in words(dialog)
    QTest.keyClick(dialog.typed, Qt.Key.Key_Return)
    assert play.records.asked == []


def test_a_wrong_day_deletes_nothing(play: Play) -> None:
    play.choose(NORD)
    play.press(Qt.Key.Key_Delete)
    dialog = play.dialog(DeleteDialog)
    QTest.keyClicks(dialog.typed, "2026-09-18")
    assert not dialog.delete.isEnabled()
    dialog.typed.clear()
    QTest.keyClicks(dialog.typed, "2026-09-19")
    dialog.delete.click()
    assert play.records.asked == [("delete", (NORD.id,), "")]


def test_enter_does_what_the_button_with_the_keys_says(play: Play) -> None:
    play.choose(NORD)
    play.press(Qt.Key.Key_Delete)
    dialog = play.dialog(DeleteDialog)
    QTest.keyClicks(dialog.typed, "2026-09-19")
    dialog.cancel.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(dialog.cancel, Qt.Key.Key_Return)
    assert play.records.asked == []
    assert play.dialogs() == []


def test_what_is_kept_or_being_written_stays_and_is_named(play: Play) -> None:
    play.choose(OPEN)
    play.press(Qt.Key.Key_Delete)
    assert play.dialogs() == []
    play.choose(OPEN, KIRA, LUMEN, NORD)
    play.press(Qt.Key.Key_Delete)
    dialog = play.dialog(DeleteDialog)
    assert "Stays, because it is being written or kept: Lumen Home, Lumen Home" in words(dialog)
    QTest.keyClicks(dialog.typed, "2")
    dialog.delete.click()
    assert play.records.asked == [("delete", (KIRA.id, NORD.id), "")]


def test_a_key_that_does_nothing_says_why(play: Play) -> None:
    told: list[str] = []
    play.page.refused.connect(told.append)
    play.choose(OPEN)
    play.press(Qt.Key.Key_Delete, Qt.Key.Key_C)
    play.choose(BAD)
    play.press(Qt.Key.Key_E)
    assert play.dialogs() == []
    assert told == [
        "What is being written or kept is not deleted.",
        "Choose two sessions: Shift or Ctrl.",
        "This file cannot be read.",
    ]


def test_keeping_asks_why_and_releasing_whether(play: Play) -> None:
    play.choose(KIRA)
    play.press(Qt.Key.Key_K)
    dialog = play.dialog(KeepDialog)
    assert not dialog.keep.isEnabled()
    QTest.keyClicks(dialog.why, "case 43")
    QTest.keyClick(dialog.why, Qt.Key.Key_Return)
    play.choose(LUMEN)
    play.press(Qt.Key.Key_K)
    question = play.dialog(Question)
    assert "case 42" in question.informativeText()
    next(push for push in question.buttons() if push.text() == "Release").click()
    assert play.records.asked == [("keep", (KIRA.id,), "case 43"), ("release", (LUMEN.id,), "")]


def test_what_was_refused_is_told_until_it_was_read(play: Play) -> None:
    play.records.now_orders = RecordOrders(frozenset({KIRA.id}), "nord: It is kept.")
    play.refresh()
    assert play.page.trouble.text() == "nord: It is kept."
    play.page.dismiss.click()
    play.refresh()
    assert not play.page.trouble.isVisible()


def test_two_are_compared_side_by_side_the_earlier_left(play: Play) -> None:
    play.choose(KIRA)
    play.press(Qt.Key.Key_C)
    assert play.dialogs() == []
    figures = figures_of(KIRA).figures
    better = tuple(
        replace(each, value=64.0, text="+64 ms", mark="good", word="good")
        if each.key == "worst_skew_ms" else each for each in figures
    )  # fmt: skip
    play.records.tell_figures(figures_of(KIRA, figures=better))
    play.choose(KIRA, LUMEN)
    play.press(Qt.Key.Key_C)
    dialog = play.dialog(CompareDialog)
    assert dialog.words.text().startswith("Left is better in 0, right in 1; 7 the same.")
    told = words(dialog)
    assert told.index("+212 ms · over the limit") < told.index("better ▶") < told.index("+64 ms")


def test_who_may_not_delete_reads_why(play: Play) -> None:
    play.act_as("analyst")
    play.choose(NORD)
    assert not play.page.details.delete.isEnabled()
    assert "It takes: admin" in play.page.details.delete.toolTip()
    play.press(Qt.Key.Key_Delete)
    assert play.dialogs() == []
    assert play.page.details.export.isEnabled()


def test_export_takes_what_was_chosen_and_ends_with_its_folder(play: Play, tmp_path: Path) -> None:
    play.choose(KIRA, BAD)
    play.press(Qt.Key.Key_E)
    dialog = play.dialog(ExportDialog)
    assert "1 of the chosen cannot be read" in dialog.state.text()
    for fmt in ("pdf", "xlsx"):
        dialog.ticks[fmt].click()
    assert not dialog.export.isEnabled()
    dialog.ticks["csv"].click()
    dialog.edition.push("brand").click()
    dialog.export.click()
    ((wish, folder),) = play.records.exports.started
    assert (wish.sessions, wish.formats, wish.edition, wish.orders, folder) == (
        (KIRA.id,), ("csv",), "brand", (), tmp_path,
    )  # fmt: skip
    assert dialog.cancel.isVisible()
    play.records.exports.goes(stage="running", share=0.4, doing="samples")
    dialog.refresh()
    assert dialog.state.text() == "40 % · samples"
    play.records.exports.goes(stage="done", saved=(tmp_path / "kira.csv.zip",))
    dialog.refresh()
    dialog.show_it.click()
    assert play.shown == [tmp_path]


def test_enter_exports_from_any_of_the_choices(play: Play) -> None:
    play.choose(KIRA)
    play.press(Qt.Key.Key_E)
    dialog = play.dialog(ExportDialog)
    QTest.keyClick(dialog.ticks["pdf"], Qt.Key.Key_Return)
    assert len(play.records.exports.started) == 1


def test_folder_and_formats_are_as_they_were_left_and_the_edition_is_asked_anew(
    play: Play, tmp_path: Path
) -> None:
    choice = play.page.choice
    choice.folder, choice.formats, choice.edition = tmp_path / "out", ("html", "edl"), "brand"
    layouts = Layouts(tmp_path / "console")
    choice.keep(layouts)
    layouts.save()
    again = ExportChoice(tmp_path)
    again.take(Layouts(tmp_path / "console"))
    assert again == ExportChoice(tmp_path / "out", ("html", "edl"), "full")
    usual = ExportChoice(tmp_path)
    usual.take(Layouts(None))
    assert usual == ExportChoice(tmp_path)


def test_who_loses_the_right_while_a_question_is_open_cannot_answer_it(play: Play) -> None:
    holder = Holder(play.page, lambda _text: None)
    play.choose(NORD)
    play.press(Qt.Key.Key_Delete)
    dialog = play.dialog(DeleteDialog)
    QTest.keyClicks(dialog.typed, "2026-09-19")
    play.act_as("analyst")
    holder.hold_back(play.rights)
    QTest.keyClick(dialog.typed, Qt.Key.Key_Return)
    assert not dialog.delete.isEnabled()
    assert "It takes: admin" in dialog.delete.toolTip()
    assert play.records.asked == []


def test_figures_are_not_asked_for_in_passing(play: Play) -> None:
    play.press(Qt.Key.Key_J, Qt.Key.Key_J, Qt.Key.Key_J)
    assert not play.records.looked[-1]
    play.stage.clock.advance(0.3)
    play.refresh()
    assert play.records.looked[-1] == (NORD.id,)


def test_a_hundred_refusals_leave_the_list_in_sight(play: Play) -> None:
    play.records.now_orders = RecordOrders(trouble="\n".join(["s: It is kept."] * 100))
    play.refresh()
    assert play.page.trouble.text().endswith("and 96 more")


def test_a_closed_export_goes_on_in_a_line_of_the_page(play: Play) -> None:
    play.choose(KIRA)
    play.press(Qt.Key.Key_E)
    dialog = play.dialog(ExportDialog)
    dialog.export.click()
    dialog.close_it.click()
    play.records.exports.goes(stage="running", share=0.5, doing="pins")
    play.refresh()
    line = play.page.export_line
    assert line.words.text() == "Export: 50 % · pins"
    line.cancel.click()
    assert play.records.exports.cancelled == 1
    play.records.exports.goes(stage="failed", problem="The disk is full.")
    play.refresh()
    assert line.words.text() == "Export: The disk is full."
    line.done.click()
    play.refresh()
    assert not line.isVisible()


def test_an_order_file_waits_for_its_columns_and_then_goes_along(play: Play) -> None:
    play.choose(LUMEN)
    play.press(Qt.Key.Key_E)
    dialog = play.dialog(ExportDialog)
    dialog.hand_in("/home/ana/settlement.csv")
    assert play.records.order_files.handed == [Path("/home/ana/settlement.csv")]
    assert not dialog.export.isEnabled()
    play.records.order_files.tell(replace(ORDERS, missing=("amount",), mapping={"sku": "SKU ID"}))
    dialog.refresh()
    assert "Say which columns" in dialog.export.toolTip()
    dialog.orders.columns.click()
    columns = play.dialog(OrdersDialog)
    assert columns.labels["amount"].text() == "Sale amount (needed)"
    assert columns.complaints.rowCount() == 3
    cell = columns.complaints.item(0, 0)
    assert cell is not None
    assert cell.text() == "17"
    columns.boxes["amount"].show_column("SKU ID")
    assert "cannot be two things" in columns.use.toolTip()
    columns.boxes["amount"].show_column("Settlement amount")
    columns.use.click()
    assert play.records.order_files.mapped == [
        {"sku": "SKU ID", "amount": "Settlement amount"}
    ]  # fmt: skip
    play.records.order_files.tell(ORDERS)
    columns.refresh()
    assert columns.state.text() == "1,204 of 1,210 rows can be used"
    columns.close_it.click()
    dialog.refresh()
    dialog.export.click()
    assert play.records.exports.started[0][0].orders == ("o1",)


def test_what_the_file_leaves_open_is_said_and_what_it_said_is_shown(play: Play) -> None:
    mapping = ORDERS.mapping | {"time_zone": "UTC+8", "date_order": "dmy"}
    play.records.order_files.now_known = KnownOrders(replace(ORDERS, mapping=mapping))
    play.choose(LUMEN)
    play.press(Qt.Key.Key_E)
    dialog = play.dialog(ExportDialog)
    dialog.orders.columns.click()
    columns = play.dialog(OrdersDialog)
    assert columns.mapping == mapping
    assert not columns.use.isEnabled()


def test_markup_in_names_is_text(play: Play) -> None:
    play.records.tell(replace(LUMEN, name="<b>Lumen</b> " + "é" * 10_000, kept=""))
    play.refresh()
    play.choose(LUMEN)
    assert play.page.details.name.text().startswith("<b>Lumen</b>")
    assert len(play.page.details.name.text()) <= 80
    assert play.page.details.name.textFormat() is Qt.TextFormat.PlainText


def test_without_sessions_and_without_an_engine_the_page_says_so(play: Play) -> None:
    play.records.tell()
    play.refresh()
    assert "No session is on record yet" in play.page.details.nothing.text()
    play.records.sessions = None
    play.refresh()
    assert "lists its sessions" in play.page.details.nothing.text()
