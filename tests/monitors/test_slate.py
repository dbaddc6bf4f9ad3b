"""What a camera and a microphone make of the slate, and what is none: synthetic throughout."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from heapq import merge
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.monitors.facts import PictureFact, SoundFact
from livedesk.monitors.slate import SlateMeter, SlateReading
from livedesk.monitors.slate_pattern import PULSE_MS, beats_ms, beep, in_rhythm

Floats = NDArray[np.float64]
Sound = Callable[[Floats], Floats]
"""Other sound, by the times of its samples in seconds."""


def _silence(t_s: Floats) -> Floats:
    return np.zeros(len(t_s))


def _nothing_moves(luma: NDArray[np.uint8], _: float) -> None:
    pass


@dataclass(frozen=True)
class Show:
    """A scene of 160 × 90 in which the slate is seen and heard, or not."""

    seconds: float = 9.0
    fps: float = 30.0
    sample_rate: int = 48_000
    offset_ms: float = 0.0
    first_ms: float = 0.0
    phase: float = 0.0
    """Of a frame: how much later than the slate's own pictures the camera takes its pictures."""
    exposure: float = 0.0
    """Of a frame: how long the camera looks; 0 sees an instant, as a screen grabber does."""
    box: tuple[slice, slice] = (slice(0, 90), slice(0, 160))
    lit: int = 235
    loudness: float = 0.4
    is_seen: bool = True
    is_heard: bool = True
    beats: tuple[float, ...] = field(default_factory=tuple)
    other_sound: Sound = _silence
    other_picture: Callable[[NDArray[np.uint8], float], None] = _nothing_moves

    @property
    def begins_ms(self) -> tuple[float, ...]:
        return self.beats or tuple(beats_ms(self.seconds * 1_000))

    def pictures(self) -> Iterator[PictureFact]:
        noise = np.random.default_rng(1)
        frame_ms = 1_000 / self.fps
        for index in range(int(self.seconds * self.fps)):
            at_ms = index * frame_ms
            luma = noise.integers(60, 64, (90, 160), np.uint8)
            self.other_picture(luma, at_ms)
            if self.is_seen:
                share = self._share(at_ms - self.phase * frame_ms, self.exposure * frame_ms)
                luma[self.box] = round(20 + (self.lit - 20) * share)
            pts_ms = at_ms + max(0.0, self.offset_ms)
            yield PictureFact(_ns(pts_ms), float(round(pts_ms + self.first_ms)), luma)

    def _share(self, at_ms: float, open_ms: float) -> float:
        """How much of the time in which the camera looked the flash was on."""
        open_ms = max(open_ms, 1e-3)
        return sum(
            max(0.0, min(at_ms + open_ms, begin + PULSE_MS) - max(at_ms, begin)) / open_ms
            for begin in self.begins_ms
        )

    def sounds(self) -> Iterator[SoundFact]:
        samples = round(self.seconds * self.sample_rate)
        track = self.other_sound(np.arange(samples) / self.sample_rate)
        for begin in self.begins_ms if self.is_heard else ():
            place = round(begin * self.sample_rate / 1_000)
            part = track[place : place + PULSE_MS * self.sample_rate // 1_000]
            part += self.loudness * beep(self.sample_rate)[: len(part)]
        for place in range(0, samples, 1_024):
            pts_ms = place * 1_000 / self.sample_rate + max(0.0, -self.offset_ms)
            block = np.stack([track[place : place + 1_024]] * 2).astype(np.float32)
            stamp_ms = float(round(pts_ms + self.first_ms))
            yield SoundFact(_ns(pts_ms), stamp_ms, block, self.sample_rate)

    def facts(self) -> Iterator[PictureFact | SoundFact]:
        return merge(self.pictures(), self.sounds(), key=lambda fact: fact.arrival_ns)


def _ns(ms: float) -> int:
    return NS_PER_S + round(ms * NS_PER_MS)


def _play(meter: SlateMeter, show: Show) -> int:
    last_ns = 0
    for fact in show.facts():
        last_ns = fact.arrival_ns
        _take(meter, fact)
    return last_ns


def _take(meter: SlateMeter, fact: PictureFact | SoundFact) -> None:
    if isinstance(fact, PictureFact):
        meter.picture(fact)
    else:
        meter.sound(fact)


def _read(show: Show) -> SlateReading:
    meter = SlateMeter()
    return meter.read(_play(meter, show))


def _offset_ms(show: Show) -> float:
    reading = _read(show)
    assert reading.offset_ms is not None, reading
    assert reading.pairs >= 3
    return reading.offset_ms


def _music(t_s: Floats) -> Floats:
    """Chords with overtones, and a drum of noise twice a second."""
    tones = [np.sin(2 * np.pi * hz * t_s) for hz in (220, 277, 330, 1_109, 1_661, 2_217)]
    drum = np.random.default_rng(2).normal(0, 0.4, len(t_s)) * np.exp(-((t_s % 0.5) * 20))
    return np.asarray(0.12 * sum(tones) + drum)


def _siren(t_s: Floats) -> Floats:
    """Glides over the beep's band, over and over, slower and faster than the beep does."""
    turns = np.cumsum(2_000 + 1_000 * np.sin(2 * np.pi * t_s * (0.5 + t_s / 10))) / 48_000
    return np.asarray(0.5 * np.sin(2 * np.pi * turns))


def test_sign_is_positive_when_sound_is_ahead() -> None:
    assert _offset_ms(Show(offset_ms=120)) == pytest.approx(120, abs=2)
    assert _offset_ms(Show(offset_ms=-120)) == pytest.approx(-120, abs=2)


@pytest.mark.parametrize("offset_ms", [-1_000, -500, -33, 0, 17, 300, 1_000])
def test_offset_is_read_over_a_second_either_way(offset_ms: float) -> None:
    assert _offset_ms(Show(seconds=10, offset_ms=offset_ms)) == pytest.approx(offset_ms, abs=2)


@pytest.mark.parametrize(
    ("fps", "sample_rate"),
    [(10, 48_000), (25, 44_100), (29.97, 44_100), (30, 16_000), (50, 48_000), (60, 48_000)],
)
def test_frame_and_sample_rates(fps: float, sample_rate: int) -> None:
    show = Show(fps=fps, sample_rate=sample_rate, offset_ms=80)
    half_frame_ms = 500 / fps
    assert _offset_ms(show) == pytest.approx(80, abs=half_frame_ms)


@pytest.mark.parametrize("phase", [0.1, 0.35, 0.6, 0.85])
def test_camera_that_integrates_is_read_finer_than_its_frames(phase: float) -> None:
    """A picture tells of the time before it; it is seen for the time after it."""
    show = Show(exposure=0.999, phase=phase)
    assert _offset_ms(show) == pytest.approx(phase * 1_000 / 30, abs=3)


@pytest.mark.parametrize(("row", "column"), [(0, 0), (79, 140), (33, 77)])
def test_flash_may_be_an_eighth_of_the_picture_each_way(row: int, column: int) -> None:
    box = (slice(row, row + 11), slice(column, column + 20))
    assert _offset_ms(Show(box=box, lit=120, offset_ms=60)) == pytest.approx(60, abs=2)


def test_upright_picture_is_read_too() -> None:
    meter = SlateMeter()
    for fact in Show(offset_ms=40, box=(slice(0, 11), slice(0, 20))).facts():
        if isinstance(fact, PictureFact):
            meter.picture(replace(fact, luma=np.repeat(fact.luma.T, 2, axis=0)))
        else:
            meter.sound(fact)
    assert meter.read(0).offset_ms == pytest.approx(40, abs=2)


@pytest.mark.parametrize("other_sound", [_music, _siren])
def test_beep_is_heard_under_other_sound(other_sound: Sound) -> None:
    show = Show(loudness=0.25, other_sound=other_sound, offset_ms=-45)
    assert _offset_ms(show) == pytest.approx(-45, abs=2)


def _cuts_and_lights(luma: NDArray[np.uint8], at_ms: float) -> None:
    """A cut every 700 ms, lights on the beat, a photographer now and then, something that moves."""
    luma += np.uint8(60 if at_ms // 700 % 2 else 0)
    if at_ms % 500 < 120:
        luma[:30] = 220
    if at_ms % 2_300 < 30:
        luma[:] = 255
    left = int(at_ms / 20) % 150
    luma[50:70, left : left + 10] = 200


@pytest.mark.parametrize(
    "show",
    [
        Show(is_heard=False, other_sound=_music),
        Show(is_seen=False, other_picture=_cuts_and_lights),
        Show(is_seen=False, is_heard=False, other_sound=_siren, other_picture=_cuts_and_lights),
        Show(seconds=12, beats=tuple(range(500, 11_500, 1_400))),
    ],
    ids=["flashes and music", "beeps and lights", "no slate", "another rhythm"],
)
def test_what_is_not_the_slate_is_no_reading(show: Show) -> None:
    assert _read(show) == SlateReading()


def test_age_is_that_of_the_last_pair_and_grows() -> None:
    meter = SlateMeter()
    last_ns = _play(meter, Show(seconds=9))
    last_flash_ns = _ns(6_800 + PULSE_MS / 2)
    assert meter.read(last_ns).age_s == pytest.approx((last_ns - last_flash_ns) / NS_PER_S, abs=0.1)
    later = meter.read(last_ns + 60 * NS_PER_S)
    assert later.age_s == pytest.approx(60 + (last_ns - last_flash_ns) / NS_PER_S, abs=0.1)


def test_nothing_is_carried_over_a_restart() -> None:
    meter = SlateMeter()
    last_ns = _play(meter, Show())
    assert meter.read(last_ns).offset_ms is not None
    meter.restart()
    assert meter.read(last_ns) == SlateReading()


@pytest.mark.parametrize("first_ms", [2**24 - 4_000, 2**32 - 4_000])
def test_high_timestamps_are_as_good_as_low_ones(first_ms: int) -> None:
    assert _offset_ms(Show(first_ms=first_ms, offset_ms=90)) == pytest.approx(90, abs=2)


def test_wrapped_timeline_is_read_again_after_a_round() -> None:
    """Without being told: the stamps begin anew in the middle of the show."""
    meter = SlateMeter()
    show = Show(seconds=16, offset_ms=70)
    for fact in show.facts():
        assert fact.pts_ms is not None
        _take(meter, replace(fact, pts_ms=(fact.pts_ms + 2**32 - 5_000) % 2**32))
    reading = meter.read(_ns(16_000))
    assert reading.offset_ms == pytest.approx(70, abs=2)
    assert reading.age_s is not None
    assert reading.age_s < 5


def test_facts_that_cannot_be_used_are_passed_over() -> None:
    meter = SlateMeter()
    meter.picture(PictureFact(0, None, np.zeros((90, 160), np.uint8)))
    meter.picture(PictureFact(0, 0.0, np.zeros((1, 1), np.uint8)))
    meter.sound(SoundFact(0, None, np.zeros((2, 1_024), np.float32), 48_000))
    meter.sound(SoundFact(0, 0.0, np.zeros((2, 0), np.float32), 48_000))
    for broken in (np.nan, np.inf):
        meter.sound(SoundFact(0, 0.0, np.full((2, 96_000), broken, np.float32), 48_000))
    meter.sound(SoundFact(0, 0.0, np.zeros((2, 1_024), np.float32), 2**31))
    assert meter.read(0) == SlateReading()


def test_rhythm_pairs_with_itself_at_one_offset_only() -> None:
    """Moved by anything else within two seconds, at most two of a round's beats meet another."""
    beats = beats_ms(24_000)
    second_round = [beat for beat in beats if 8_000 <= beat < 16_000]
    for moved_ms in range(PULSE_MS, 2_200, 10):
        meets = [min(abs(beat + moved_ms - other) for other in beats) for beat in second_round]
        assert sum(distance < PULSE_MS / 2 for distance in meets) <= 2
    assert all(after - before > 1_000 + PULSE_MS / 2 for before, after in pairwise(beats))


def test_a_missed_beep_does_not_break_the_rhythm() -> None:
    beats = [float(at) for at in beats_ms(9_000)]
    del beats[2]
    assert sum(heard for _, heard in in_rhythm(beats)) == len(beats)
