"""Do pages stay whole on a small screen, also with large text, and can all of it be used by keys?

A few scenes; `make screens` plays all of them in every way.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QWidget

from livedesk.ui.basics import button
from livedesk.ui.dressing import wear
from livedesk.ui.theme import DARK, LIGHT, Theme
from tools.reaching import key_remarks
from tools.scenes.all import SCENES
from tools.screens import take

SMALL = QSize(1366, 768)
WAYS = (Theme(DARK, still=True), Theme(LIGHT, 2.0, still=True))


@pytest.fixture
def dressed(qapp: QApplication, theme: Theme) -> Iterator[QApplication]:
    yield qapp
    wear(qapp, theme)


@pytest.mark.parametrize("name", ["alarms-shelve", "settings-people", "sessions-orders", "keys"])
def test_nothing_is_clipped_covered_outside_or_out_of_reach(
    dressed: QApplication, name: str
) -> None:
    for way in WAYS:
        wear(dressed, way)
        _, found = take(dressed, SCENES[name], way, SMALL)
        assert not [remark for remark in found if remark.is_fault]


@pytest.fixture
def bare(theme: Theme) -> Iterator[QWidget]:
    """Two fields without names, and a button that Tab does not reach."""
    window = QWidget()
    row = QHBoxLayout(window)
    push = button(theme, "Only by mouse")
    for part in (QLineEdit(), QLineEdit(), push):
        row.addWidget(part)
    push.setFocusPolicy(push.focusPolicy().NoFocus)
    window.show()
    yield window
    window.close()
    window.deleteLater()


def test_what_has_no_name_and_what_keys_do_not_reach_is_found(bare: QWidget) -> None:
    found = [(remark.kind, remark.what) for remark in key_remarks(bare)]
    assert found == [("unnamed", ""), ("unnamed", ""), ("unreachable", "Only by mouse")]


def test_tab_that_goes_back_up_is_found(theme: Theme, bare: QWidget) -> None:
    first, second = bare.findChildren(QLineEdit)
    for place, field in enumerate((first, second)):
        field.setAccessibleName(f"Field {place}")
        field.setGeometry(0, 60 - 60 * place, 80, 20)
    assert [remark.kind for remark in key_remarks(bare)] == ["unreachable", "backwards"]
