"""Each icon is there, can be drawn, and looks like no other."""

from __future__ import annotations

from importlib.resources import files
from typing import get_args

from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon, QImage

from livedesk.desk.looks import Look
from livedesk.ui.icons import IconName, icon
from livedesk.ui.pages import PAGES
from livedesk.ui.theme import Theme

NAMES: tuple[IconName, ...] = (*PAGES, *get_args(Look), "settings", "sound", "muted")


def drawn(name: IconName, theme: Theme, state: QIcon.State = QIcon.State.Off) -> QImage:
    made = icon(name, theme, 32)
    return made.pixmap(QSize(32, 32), QIcon.Mode.Normal, state).toImage()


def test_every_icon_is_drawn_and_differs_from_all_others(theme: Theme) -> None:
    images = [drawn(name, theme) for name in NAMES]
    for at, image in enumerate(images):
        assert any(image.pixelColor(x, y).alpha() for x in range(32) for y in range(32)), NAMES[at]
        assert image not in images[at + 1 :], NAMES[at]


def test_a_chosen_one_is_brighter(theme: Theme) -> None:
    assert drawn("wall", theme) != drawn("wall", theme, QIcon.State.On)


def test_no_file_is_without_a_use() -> None:
    kept = {file.name for file in (files("livedesk.ui") / "icons").iterdir()}
    assert kept == {f"{name}.svg" for name in NAMES}
