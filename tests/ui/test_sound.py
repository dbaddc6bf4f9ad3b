"""Sounds come once, by priority, as the operator wants them; without an output it is said so."""

from __future__ import annotations

import subprocess
import sys
import wave
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from PySide6.QtWidgets import QApplication

from livedesk.core.clock import ManualClock
from livedesk.desk.preferences import PreferenceBook
from livedesk.ui.sound import Cue, Sounds, sound_file
from livedesk.ui.sound_device import QtPlayer
from tools.make_sounds import MELODIES, sound, wav


class FakePlayer:
    def __init__(self) -> None:
        self.played: list[str] = []
        self.problem = ""

    def play(self, file: Path) -> None:
        self.played.append(file.stem)


class Desk:
    """Sounds with everything that they need."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.book = PreferenceBook()
        self.player = FakePlayer()
        self.sounds = Sounds(self.book, self.clock, lambda: self.player)


def test_alarms_that_come_together_are_one_sound_the_loudest() -> None:
    desk = Desk()
    desk.sounds.alarm("medium")
    desk.clock.advance(0.1)
    desk.sounds.alarm("medium")
    desk.sounds.alarm("high")
    desk.sounds.over()
    assert desk.player.played == ["medium", "high"]
    desk.clock.advance(2.1)
    desk.sounds.over()
    assert desk.player.played[2:] == ["over"]


def test_what_is_not_wanted_is_not_heard_but_a_test_is() -> None:
    desk = Desk()
    desk.sounds.alarm("low")
    desk.book.change(replace(desk.book.now, muted=True))
    desk.sounds.alarm("high")
    desk.sounds.over()
    assert desk.player.played == []
    desk.sounds.test("high")
    desk.sounds.test("low")
    assert desk.player.played == ["high", "low"], "one after the other, at once"


def test_the_device_is_not_looked_for_before_the_first_sound() -> None:
    def fail() -> FakePlayer:
        raise AssertionError("nothing is to be heard yet")

    quiet = Sounds(PreferenceBook(), ManualClock(), fail)
    quiet.alarm("low")
    assert quiet.problem == ""


@pytest.mark.parametrize("cue", get_args(Cue))
def test_the_files_are_those_of_the_script_short_and_never_at_full_scale(cue: Cue) -> None:
    assert sound_file(cue).read_bytes() == wav(sound(MELODIES[cue]))
    with wave.open(str(sound_file(cue))) as file:
        assert file.getnframes() / file.getframerate() < 2


@pytest.mark.qt_log_ignore("pipewire", "PulseAudio", "Pulse", "QSoundEffect")
def test_without_an_output_it_is_said_in_words(qapp: QApplication) -> None:
    player = QtPlayer()
    player.play(sound_file("low"))
    assert player.problem == "" or "sound output" in player.problem
    player.deleteLater()


def test_multimedia_is_not_loaded_before_the_first_sound() -> None:
    modules = "livedesk.ui.settings.sounds, livedesk.ui.sound_device"
    script = f"import sys, {modules}; print('PySide6.QtMultimedia' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert done.stdout.split() == [b"False"]
