"""Is a record shown as it was, does it say that it is one, and does nothing live get in?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from livedesk.desk.record_client import EvidenceWish
from livedesk.desk.rights import Rights
from livedesk.ui.sessions.evidence import EvidenceDialog
from livedesk.ui.sessions.keys import session_shortcuts
from livedesk.ui.sessions.page import SessionsPage
from livedesk.ui.sessions.replay import ReplayPage
from livedesk.ui.sessions.scrubber import Stretch
from livedesk.ui.shortcuts import install
from livedesk.ui.theme import Theme
from tests.ui.sessions.record_stage import LUMEN, SESSIONS, StageRecords
from tests.ui.sessions.replay_stage import BAD_S, StageReplay
from tests.ui.stage import Stage, on_air


class Play:
    """A session that was opened from the list."""

    def __init__(self, stage: Stage, theme: Theme, folder: Path) -> None:
        self.stage, self.records = stage, StageRecords(SESSIONS)
        self.page = SessionsPage(self.records, theme, stage.now, UTC, folder)
        install(self.page, session_shortcuts(self.page))
        stage.attach()
        stage.tell(on_air())
        self.page.resize(1340, 640)
        self.page.show()
        self.page.activateWindow()
        assert QTest.qWaitForWindowActive(self.page)
        self.page.show_records(stage.snapshot(), Rights())
        self.page.list.choose(LUMEN.id)
        self.page.open_session()
        replay = self.page.replay
        assert isinstance(replay, ReplayPage)
        self.replay = replay
        (self.source,) = self.records.replays

    @property
    def at_s(self) -> float:
        return self.source.at_s - self.source.begin_s

    def press(self, key: Qt.Key, *, shift: bool = False) -> None:
        modifier = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier(0)
        QTest.keyClick(self.replay.controls.scrubber, key, modifier)

    def refresh(self) -> None:
        self.page.show_records(self.stage.snapshot(), Rights())


@pytest.fixture
def play(stage: Stage, theme: Theme, tmp_path: Path) -> Iterator[Play]:
    playing = Play(stage, theme, tmp_path)
    yield playing
    playing.page.close()
    playing.page.deleteLater()


def words(play: Play) -> str:
    return "\n".join(each.text() for each in play.replay.findChildren(QLabel) if each.isVisible())


def test_keys_move_the_instant_and_the_page_follows(play: Play) -> None:
    source = play.source
    for key, shift, expected in (
        (Qt.Key.Key_Right, True, 10), (Qt.Key.Key_Right, False, 11), (Qt.Key.Key_Left, False, 10),
        (Qt.Key.Key_End, False, 8_100), (Qt.Key.Key_Left, True, 8_090), (Qt.Key.Key_Home, False, 0),
    ):  # fmt: skip
        play.press(key, shift=shift)
        assert play.at_s == expected
    play.press(Qt.Key.Key_N)
    play.press(Qt.Key.Key_N, shift=True)
    play.press(Qt.Key.Key_M)
    assert source.steps == [(1, True), (-1, True), (1, False)]
    speeds = []
    for _ in range(2):
        play.press(Qt.Key.Key_Space)
        speeds.append(source.speed)
    assert speeds == [1, 0]
    source.seek(source.begin_s + BAD_S + 2)
    play.refresh()
    assert play.replay.feed.uplinks.tiles["primary"].isVisible()
    assert "1,500" in words(play)
    assert "0:12:13 / 2:15:00" in play.replay.controls.clock.text()


def test_it_says_that_it_is_a_record_and_nothing_live_gets_in(play: Play) -> None:
    told = words(play)
    assert "RECORD" in told
    assert "Lumen Home · Sun 20 Sep 2026" in told
    assert "not live" in told
    # The engine falls silent; the record does not grow old by that.
    play.stage.clock.advance(60)
    play.refresh()
    told = words(play).lower()
    for live in ("no news", "last known", "on air", "does not answer", "follow live"):
        assert live not in told
    assert play.replay.feed.plots.follow.text() == "Follow"


def test_nothing_can_be_ordered_in_a_record(play: Play) -> None:
    uplinks = play.replay.feed.uplinks
    pushes: list[QPushButton] = [uplinks.head.hold, uplinks.head.drill]
    pushes += [push for tile in uplinks.tiles.values() for push in tile.findChildren(QPushButton)]
    shown = [push for push in pushes if push.isVisible()]
    assert len(shown) == 3
    for push in shown:
        assert not push.isEnabled()
        assert "record" in push.toolTip()
        QTest.mouseClick(push, Qt.MouseButton.LeftButton)
    play.press(Qt.Key.Key_Delete)
    play.press(Qt.Key.Key_K)
    assert (play.stage.orders, play.records.asked) == ([], [])
    assert play.page.list.chosen[0].id == LUMEN.id


def test_the_scrubber_goes_where_it_is_pressed_and_chooses_a_stretch(play: Play) -> None:
    scrubber, source = play.replay.controls.scrubber, play.source

    def place(t_s: float) -> QPoint:
        return QPoint(round(scrubber.x_of(source.begin_s + t_s)), 10)

    QTest.mouseClick(scrubber, Qt.MouseButton.LeftButton, pos=place(4_000))
    assert play.at_s == pytest.approx(4_000, abs=10)
    assert "primary carried 1,500 kbps" in scrubber.words_at(place(BAD_S).x())
    assert play.replay.stretch is None
    assert not play.replay.banner.evidence.isEnabled()
    play.press(Qt.Key.Key_BracketLeft)
    source.seek(source.begin_s + 4_100)
    play.refresh()
    play.press(Qt.Key.Key_BracketRight)
    assert "to 1:08:20" in play.replay.controls.hint.text()
    assert play.replay.banner.evidence.isEnabled()
    play.press(Qt.Key.Key_Escape)
    assert not play.replay.banner.evidence.isEnabled()
    assert play.page.replay is play.replay


def test_evidence_is_packed_for_a_reason(play: Play, tmp_path: Path) -> None:
    begin_s = play.source.begin_s
    play.replay.choose(Stretch(begin_s + 720, begin_s + 900))
    play.replay.ask_evidence()
    (dialog,) = play.replay.findChildren(EvidenceDialog)
    assert not dialog.pack.isEnabled()
    QTest.keyClicks(dialog.reason, "policy strike")
    QTest.mouseClick(dialog.pack, Qt.MouseButton.LeftButton)
    ((wish, folder),) = play.records.exports.started
    assert (wish.sessions, wish.formats, folder) == ((LUMEN.id,), (), tmp_path)
    assert wish.evidence == EvidenceWish(begin_s + 720, begin_s + 900, "policy strike")
    assert play.replay.export_line.isVisible()


def test_closed_it_gives_the_list_back_and_fetches_nothing_more(play: Play) -> None:
    source: StageReplay = play.source
    source.play(10)
    play.press(Qt.Key.Key_Escape)
    assert play.page.replay is None
    assert source.closed
    assert source.speed == 0
    assert play.page.list.isVisible()


def test_a_record_that_cannot_be_read_says_why(play: Play) -> None:
    play.source.reads, play.source.trouble = False, "The file is damaged. Keep it."
    play.refresh()
    assert "The file is damaged" in play.replay.message.text()
    assert play.replay.message.isVisible()
    assert not play.replay.feed.isVisible()
