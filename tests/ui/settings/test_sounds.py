"""Sounds are ticked, muted and tested; what does not work is said beside its button."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from livedesk.core.clock import ManualClock
from livedesk.desk.preferences import PreferenceBook
from livedesk.ui.notices import Notices
from livedesk.ui.settings.sounds import SoundsPage
from livedesk.ui.sound import Sounds
from livedesk.ui.theme import Theme
from tests.ui.test_sound import FakePlayer


@pytest.fixture
def book() -> PreferenceBook:
    return PreferenceBook()


@pytest.fixture
def player() -> FakePlayer:
    return FakePlayer()


@pytest.fixture
def page(theme: Theme, book: PreferenceBook, player: FakePlayer) -> Iterator[SoundsPage]:
    sounds = Sounds(book, ManualClock(), lambda: player)
    page = SoundsPage(theme, book, sounds, Notices(book, lambda: None, lambda: False))
    yield page
    page.deleteLater()


def test_each_sound_is_tested_by_its_button(page: SoundsPage, player: FakePlayer) -> None:
    for test in page.tests.values():
        test.click()
    assert player.played == ["high", "medium", "low", "over"]
    player.problem = "This computer has no sound output"
    page.tests["low"].click()
    assert page.sound_note.text() == player.problem


def test_what_is_ticked_holds(page: SoundsPage, book: PreferenceBook) -> None:
    page.ticks["low"].click()
    page.notices.click()
    assert book.now.low_sounds
    assert not book.now.notifications
    page.muted.click()
    assert book.now.muted
    assert not page.ticks["high"].isEnabled()
    assert page.ticks["high"].isChecked(), "it comes back as it was"


def test_a_notification_that_cannot_be_shown_is_told(page: SoundsPage) -> None:
    page.notice_test.click()
    assert "no notifications" in page.notice_note.text()
