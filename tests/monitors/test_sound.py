"""Silence and clipping: found in time, not cried without need, not fluttering."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.status import SoundStatus
from livedesk.monitors.facts import SoundFact
from livedesk.monitors.sound import SoundMeter

RATE = 48_000
BLOCK_MS = 100
Sound = NDArray[np.float32]


def tone(gain: float, hz: float = 1_000) -> Sound:
    at_s = np.arange(RATE * BLOCK_MS // 1_000) / RATE
    wave = gain * np.sin(2 * np.pi * hz * at_s)
    return np.stack((wave, wave)).astype(np.float32)


class Line:
    def __init__(self) -> None:
        self.meter = SoundMeter()
        self.now_ns = 0

    def play(self, sound: Sound, seconds: float, lufs: float | None = None) -> None:
        for _ in range(round(seconds * 1_000 / BLOCK_MS)):
            self.now_ns += BLOCK_MS * NS_PER_MS
            self.meter.sound(SoundFact(self.now_ns, None, sound, RATE, lufs, lufs))

    def read(self) -> SoundStatus:
        return self.meter.read(self.now_ns)


def test_silence_is_told_after_two_seconds_with_its_whole_duration() -> None:
    line = Line()
    line.play(tone(0.2), 1)
    line.play(tone(0.0009), 1.9)
    assert line.read().state == "ok"
    line.play(tone(0.0009), 1.1)
    silent = line.read()
    assert silent.state == "silent"
    assert silent.for_s == pytest.approx(2.9, abs=0.15)


def test_faint_sound_and_pauses_of_speech_are_no_silence() -> None:
    line = Line()
    line.play(tone(0.0012), 5)
    assert line.read().state == "ok"
    for _ in range(5):
        line.play(tone(0.3), 0.3)
        line.play(tone(0), 1.5)
        assert line.read().state == "ok"


def test_a_click_does_not_end_a_silence_and_sound_does() -> None:
    line = Line()
    line.play(tone(0), 3)
    line.play(tone(0.5), 0.1)
    line.play(tone(0), 1)
    assert line.read().state == "silent"
    line.play(tone(0.5), 0.3)
    assert line.read().state == "ok"


def test_cut_off_peaks_are_clipping_until_the_sound_was_whole_for_some_seconds() -> None:
    line = Line()
    line.play(np.clip(tone(2.0), -1, 1), 0.5)
    assert line.read().state == "clipping"
    line.play(tone(0.5), 2.5)
    held = line.read()
    assert held.state == "clipping"
    assert held.for_s == pytest.approx(2.9, abs=0.2)
    line.play(tone(0.5), 2)
    assert line.read().state == "ok"


def test_loud_sound_that_only_touches_full_scale_is_not_clipping() -> None:
    line = Line()
    noise = np.random.default_rng(3).uniform(-0.97, 0.97, (2, 4_800)).astype(np.float32)
    noise[:, ::100] = 1
    line.play(noise, 3)
    assert line.read().state == "ok"
    line.play(tone(0.97), 3)
    assert line.read().state == "ok"


def test_one_short_overload_is_not_worth_a_word() -> None:
    line = Line()
    line.play(tone(0.5), 1)
    overloaded = tone(0.5)
    overloaded[:, 100:110] = 1
    line.play(overloaded, 0.1)
    line.play(tone(0.5), 1)
    assert line.read().state == "ok"


def test_the_peak_is_that_since_the_last_reading_and_loudness_is_the_newest() -> None:
    line = Line()
    line.play(tone(0.5), 0.1, lufs=-20)
    line.play(tone(0.1), 0.1, lufs=-23)
    first = line.read()
    assert first.peak_dbfs == pytest.approx(-6.02, abs=0.05)
    assert (first.momentary_lufs, first.short_term_lufs) == (-23, -23)
    line.play(tone(0.1), 0.1)
    assert line.read().peak_dbfs == pytest.approx(-20, abs=0.05)
    assert line.read().peak_dbfs is None


def test_without_sound_for_a_second_nothing_is_known() -> None:
    line = Line()
    assert line.read() == SoundStatus()
    line.play(tone(0), 4)
    assert line.read().state == "silent"
    assert line.meter.read(line.now_ns + NS_PER_S + 1) == SoundStatus()
    line.meter.restart()
    assert line.read() == SoundStatus()
