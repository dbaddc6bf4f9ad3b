"""Windows stand where they stood; a file that is broken costs no more than that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow

from livedesk.ui.layouts import FILE, Layouts

Make = Callable[[], QMainWindow]


@pytest.fixture
def make(qapp: QApplication) -> Iterator[Make]:
    made: list[QMainWindow] = []

    def make_it() -> QMainWindow:
        window = QMainWindow()
        dock = QDockWidget("Plots", window)
        dock.setObjectName("plots")
        window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
        made.append(window)
        return window

    yield make_it
    for window in made:
        window.deleteLater()


def test_a_window_comes_back_to_its_place_with_its_docks(tmp_path: Path, make: Make) -> None:
    before, layouts = make(), Layouts(tmp_path / "console")
    before.setGeometry(QRect(40, 60, 400, 300))
    dock = before.findChild(QDockWidget, "plots")
    assert isinstance(dock, QDockWidget)
    before.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
    layouts.keep_place(before, "main")
    layouts.keep_arrangement(before, "feed", 1)
    layouts.save()

    again, after = Layouts(tmp_path / "console"), make()
    assert again.place(after, "main")
    assert after.geometry() == before.geometry()
    assert not again.arrange(after, "feed", 2)
    assert again.arrange(after, "feed", 1)
    moved = after.findChild(QDockWidget, "plots")
    assert isinstance(moved, QDockWidget)
    assert after.dockWidgetArea(moved) == Qt.DockWidgetArea.RightDockWidgetArea
    again.forget("feed")
    assert not again.arrange(after, "feed", 1)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"place.main": "?"}', b'{"place.main": 7}'])
def test_a_broken_file_means_the_usual_place(tmp_path: Path, make: Make, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    assert not Layouts(tmp_path).place(make(), "main")


def test_a_folder_that_cannot_be_written_breaks_nothing(
    tmp_path: Path, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    layouts = Layouts(tmp_path / "file")
    layouts.keep_place(make(), "main")
    layouts.save()
    assert "cannot be kept" in caplog.text
