"""A session on record, opened: calm, in its worst moment, playing, and while it is being read."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QColor, QImage, QImageWriter, QLinearGradient, QPainter
from PySide6.QtWidgets import QWidget

from livedesk.ui.sessions.replay import ReplayPage
from livedesk.ui.sessions.scrubber import Stretch
from livedesk.ui.window import ConsoleWindow
from tests.ui.sessions.record_stage import LUMEN, SESSIONS, StageRecords, figures_of
from tests.ui.sessions.replay_stage import BAD_S, StageReplay
from tests.ui.stage import on_air
from tools.scenes.records import FOLDER
from tools.scenes.stage import Screen, attached, opened


def _opened(screen: Screen) -> tuple[ConsoleWindow, ReplayPage, StageReplay]:
    stage, records = attached(on_air(), seconds=4), StageRecords(SESSIONS)
    records.tell_figures(figures_of(LUMEN))
    stage.records = records
    window = opened(screen, "sessions", stage)
    page = window.pages.sessions
    page.choice.folder = FOLDER
    page.list.choose(LUMEN.id)
    page.open_session()
    replay = page.replay
    assert isinstance(replay, ReplayPage)
    (source,) = records.replays
    source.jpeg = _picture()
    return window, replay, source


def _picture() -> bytes:
    image = QImage(320, 180, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    light = QLinearGradient(0, 0, 320, 180)
    light.setColorAt(0, QColor("#5a3d6b"))
    light.setColorAt(1, QColor("#d9a06b"))
    painter.fillRect(image.rect(), light)
    painter.end()
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(content.data())


def replay(screen: Screen) -> QWidget:
    window, page, source = _opened(screen)
    source.seek(source.begin_s + 3_000)
    page.refresh()
    return window


def incident(screen: Screen) -> QWidget:
    """In the spell in which the primary uplink failed, with the whole show in the plots."""
    window, page, source = _opened(screen)
    source.seek(source.begin_s + BAD_S + 4)
    page.refresh()
    return window


def playing(screen: Screen) -> QWidget:
    """Ten times as fast, with a stretch that was chosen."""
    window, page, source = _opened(screen)
    source.seek(source.begin_s + 2_500)
    source.play(10)
    page.choose(Stretch(source.begin_s + 2_400, source.begin_s + 2_820))
    return window


def reading(screen: Screen) -> QWidget:
    window, page, source = _opened(screen)
    source.reads = False
    page.refresh()
    return window


def evidence(screen: Screen) -> QWidget:
    window, page, source = _opened(screen)
    page.choose(Stretch(source.begin_s + 720, source.begin_s + 900))
    page.ask_evidence()
    return window
