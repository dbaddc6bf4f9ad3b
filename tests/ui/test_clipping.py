"""The check of the pictures finds what is cut off, covered or outside, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from livedesk.ui.basics import ElidedText, Text, button
from livedesk.ui.theme import Theme
from tools.clipping import remarks

WORDS = "Uplink primary carries 1,500 kbps of a 4,000 kbps feed"


@pytest.fixture
def window(theme: Theme) -> Iterator[QWidget]:
    window = QWidget()
    window.resize(600, 200)
    yield window
    window.close()
    window.deleteLater()


def kinds(window: QWidget) -> list[str]:
    window.show()
    return [remark.kind for remark in remarks(window)]


def text(theme: Theme, window: QWidget) -> Text:
    label = Text(theme)
    label.show_text(WORDS)
    label.setParent(window)
    return label


def test_a_layout_with_room_has_no_remarks(theme: Theme, window: QWidget) -> None:
    column = QVBoxLayout(window)
    column.addWidget(text(theme, window))
    column.addWidget(button(theme, "End the session…"))
    assert kinds(window) == []


def test_words_that_are_cut_are_found(theme: Theme, window: QWidget) -> None:
    text(theme, window).setGeometry(0, 0, 80, 20)
    push = button(theme, WORDS)
    push.setParent(window)
    push.setGeometry(0, 40, 80, 30)
    wrapped = text(theme, window)
    wrapped.setWordWrap(True)
    wrapped.setGeometry(0, 100, 80, 20)
    assert kinds(window) == ["clipped", "clipped", "clipped"]


def test_an_ellipsis_is_listed_and_no_fault(theme: Theme, window: QWidget) -> None:
    line = ElidedText(theme)
    line.show_text(WORDS)
    line.setParent(window)
    line.setGeometry(0, 0, 80, 20)
    window.show()
    (remark,) = remarks(window)
    assert (remark.kind, remark.what, remark.is_fault) == ("elided", WORDS, False)


def test_what_stands_outside_its_parent_is_found(theme: Theme, window: QWidget) -> None:
    text(theme, window).setGeometry(300, 0, 500, 20)
    assert kinds(window) == ["outside"]


def test_what_covers_another_part_of_a_layout_is_found(theme: Theme, window: QWidget) -> None:
    column = QVBoxLayout(window)
    first, second = text(theme, window), text(theme, window)
    column.addWidget(first)
    column.addWidget(second)
    window.show()
    second.setGeometry(first.geometry())
    assert kinds(window) == ["overlapping"]


def test_hidden_widgets_are_nobodys_business(theme: Theme, window: QWidget) -> None:
    hidden = text(theme, window)
    hidden.setGeometry(0, 0, 10, 10)
    hidden.hide()
    assert kinds(window) == []
