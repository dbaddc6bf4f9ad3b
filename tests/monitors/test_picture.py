"""Black and frozen: a real freeze is found, a still shot with life in it is left alone."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from livedesk.core.clock import NS_PER_S
from livedesk.core.status import PictureStatus
from livedesk.monitors.facts import PictureFact
from livedesk.monitors.picture import PictureMeter

FPS = 30
GOP = 60
SHAPE = (135, 240)
Luma = NDArray[np.uint8]


def still(seed: int = 1) -> Luma:
    return np.random.default_rng(seed).integers(40, 200, SHAPE, np.uint8)


class Camera:
    """Hands pictures to a meter in real time, with a keyframe each two seconds."""

    def __init__(self, fps: float = FPS) -> None:
        self.meter = PictureMeter()
        self.fps = fps
        self.shown = 0
        self.noise = np.random.default_rng(7)

    @property
    def now_ns(self) -> int:
        return round(self.shown / self.fps * NS_PER_S)

    def show(self, luma: Luma, *, keyframe: bool | None = None, full_range: bool = False) -> None:
        is_key = self.shown % GOP == 0 if keyframe is None else keyframe
        fact = PictureFact(self.now_ns, None, luma, is_key, full_range)
        self.meter.picture(fact)
        self.shown += 1

    def read(self) -> PictureStatus:
        return self.meter.read(self.now_ns)

    def noisy(self, luma: Luma, share: float, levels: int = 2) -> Luma:
        """What noise an encoder lets through: some points are a little off in each picture."""
        some = self.noise.random(SHAPE) < share
        return np.where(some, luma + levels, luma).astype(np.uint8)


def test_a_freeze_is_found_within_two_seconds_and_over_with_the_first_motion() -> None:
    camera = Camera()
    for n in range(90):
        camera.show(np.roll(still(), 3 * n, axis=1))
    assert camera.read().state == "ok"
    frozen_from = camera.now_ns
    while camera.read().state != "frozen":
        camera.show(np.roll(still(), 3 * 89, axis=1))
        assert camera.now_ns - frozen_from < 1.75 * NS_PER_S, "a reading more is due within 2 s"
    while camera.now_ns - frozen_from < 5 * NS_PER_S:
        camera.show(np.roll(still(), 3 * 89, axis=1))
    frozen = camera.read()
    assert frozen.state == "frozen"
    assert frozen.for_s == pytest.approx(5, abs=0.1)
    camera.show(still(2))
    assert camera.read().state == "ok"


def test_what_the_encoder_does_to_a_frozen_picture_is_no_life() -> None:
    """It draws the picture anew with each keyframe and refines it afterwards."""
    camera = Camera()
    camera.show(still(3))
    for n in range(240):
        pulse = 40 if n % GOP == 0 else 0
        refined = camera.noisy(still(), share=0.05 if n % GOP < 20 else 0.002, levels=1)
        camera.show((refined + pulse).astype(np.uint8), keyframe=n % GOP in (0, 1))
    assert camera.read().state == "frozen"


def test_a_point_that_is_mended_after_a_keyframe_does_not_end_a_freeze() -> None:
    """The picture after a keyframe corrects single points by up to 28 levels."""
    camera = Camera()
    for n in range(240):
        mended = still()
        mended[40, 40] += 28 if n % GOP == 1 else 0
        camera.show(mended)
        assert n < 2 * FPS or camera.read().state == "frozen"


def test_a_still_shot_with_the_cameras_noise_is_not_frozen() -> None:
    camera = Camera()
    for _ in range(300):
        camera.show(camera.noisy(still(), share=0.06))
        assert camera.read().state != "frozen"
    assert camera.read().state == "ok"


def test_a_camera_that_freezes_while_it_looks_at_a_still_shot_is_found() -> None:
    camera = Camera()
    for _ in range(90):
        camera.show(camera.noisy(still(), share=0.10))
    for _ in range(round(1.75 * FPS)):
        camera.show(still())
    assert camera.read().state == "frozen"


def test_a_clock_in_a_corner_is_life() -> None:
    camera = Camera()
    for n in range(300):
        luma = still()
        luma[4:7, 220:223] = 40 if n // FPS % 2 else 200
        camera.show(luma)
        assert camera.read().state != "frozen"


def test_pictures_that_are_shown_twice_are_no_freeze() -> None:
    camera = Camera()
    for n in range(120):
        camera.show(np.roll(still(), n // 2, axis=1))
        assert camera.read().state in ("ok", "unknown")
    assert camera.read().state == "ok"


@pytest.mark.parametrize(("level", "full_range"), [(16, False), (20, False), (0, True), (6, True)])
def test_black_with_its_duration_in_either_range(level: int, full_range: bool) -> None:
    camera = Camera()
    for _ in range(61):
        camera.show(np.full(SHAPE, level, np.uint8), full_range=full_range)
    black = camera.meter.read(2 * NS_PER_S)
    assert black.state == "black"
    assert black.for_s == pytest.approx(2)
    assert black.luma_pct == pytest.approx(0, abs=3)
    camera.show(still(), full_range=full_range)
    assert camera.read().state == "ok"


def test_a_letterbox_with_content_and_a_dark_scene_are_not_black() -> None:
    for luma in (np.full(SHAPE, 16, np.uint8), np.full(SHAPE, 34, np.uint8)):
        luma[60:75] = 120
        camera = Camera()
        camera.show(luma)
        assert camera.read().state != "black"


def test_brightness_is_per_cent_of_the_range() -> None:
    camera = Camera()
    camera.show(np.full(SHAPE, 126, np.uint8))
    assert camera.read().luma_pct == pytest.approx(50, abs=0.5)
    camera.show(np.full(SHAPE, 235, np.uint8))
    assert camera.read().luma_pct == pytest.approx(100)


def test_nothing_is_known_before_the_second_picture_and_a_second_after_the_last() -> None:
    camera = Camera()
    assert camera.read() == PictureStatus()
    camera.show(still())
    assert camera.read().state == "unknown"
    camera.show(still(2))
    assert camera.read().state == "ok"
    assert camera.meter.read(camera.now_ns + NS_PER_S) == PictureStatus()


def test_keyframes_alone_show_black_and_motion_but_no_freeze() -> None:
    camera = Camera(fps=0.5)
    for _ in range(5):
        camera.show(still(), keyframe=True)
        assert camera.read().state == "unknown"
    assert camera.read().luma_pct is not None
    camera.show(still(2), keyframe=True)
    assert camera.read().state == "ok"
    camera.show(np.full(SHAPE, 16, np.uint8), keyframe=True)
    assert camera.read().state == "black"


def test_another_size_and_a_restart_begin_anew() -> None:
    camera = Camera()
    for _ in range(90):
        camera.show(still())
    assert camera.read().state == "frozen"
    camera.show(still()[:100])
    assert camera.read().state == "unknown"
    camera.meter.restart()
    assert camera.read() == PictureStatus()
