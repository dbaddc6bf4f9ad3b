"""The picture: what a viewer must be able to see in it."""

from __future__ import annotations

import numpy as np
import pytest

from livedesk.sandbox.encoder.glyphs import text_mask
from livedesk.sandbox.encoder.moving import CARD_PLACE, CLOCK_PLACE, RAIL_PLACE
from livedesk.sandbox.encoder.paint import Planes, Samples, Scale
from livedesk.sandbox.encoder.products import BASE_Y, STANDS_AT
from livedesk.sandbox.encoder.scene import Moment, Scene

WIDTH, HEIGHT = 640, 360


def _planes() -> Planes:
    half = (HEIGHT // 2, WIDTH // 2)
    return Planes(
        np.zeros((HEIGHT, WIDTH), np.uint8), np.zeros(half, np.uint8), np.zeros(half, np.uint8)
    )


@pytest.fixture(scope="module")
def scene() -> Scene:
    return Scene(WIDTH, HEIGHT, "SANDBOX")


def _drawn(scene: Scene, t_s: float, utc_ns: int = 0) -> Planes:
    planes = _planes()
    scene.start(planes)
    scene.draw(planes, Moment(t_s, utc_ns, 0.5))
    return planes


def _part(planes: Planes, place: tuple[float, float, float, float]) -> Samples:
    return planes.window(Scale(HEIGHT / 720).box(*place)).y


def test_the_flash_lasts_a_tenth_of_each_second_second(scene: Scene) -> None:
    lit = [
        frame for frame in range(150)
        if _drawn(scene, frame / 30).window(scene.flash_box).y.mean() > 150
    ]  # fmt: skip
    assert lit == [30, 31, 32, 90, 91, 92]


def test_the_clock_changes_with_the_millisecond_and_with_nothing_else(scene: Scene) -> None:
    digits = (*CLOCK_PLACE[:3], 70.0)
    now = _part(_drawn(scene, 0.2, 12_345_000_000), digits)
    assert (now == _part(_drawn(scene, 0.6, 12_345_000_000), digits)).all()
    assert (now != _part(_drawn(scene, 0.2, 12_346_000_000), digits)).any()


def test_everything_moves_that_should(scene: Scene) -> None:
    before, after = _drawn(scene, 5.5), _drawn(scene, 5.7)
    products = [(x - r, BASE_Y - h / 2, 2 * r, h / 2) for x, r, h in STANDS_AT]
    for place in (RAIL_PLACE, CARD_PLACE, *products):
        assert (_part(before, place) != _part(after, place)).any(), place


def test_samples_stay_in_the_limited_range(scene: Scene) -> None:
    for t_s in (0.0, 1.0, 3.3):
        planes = _drawn(scene, t_s)
        assert planes.y.min() >= 15
        assert planes.y.max() <= 236
        for chroma in (planes.u, planes.v):
            assert 16 <= chroma.min() <= chroma.max() <= 240


def test_drawing_again_leaves_no_trace_of_the_frame_before(scene: Scene) -> None:
    planes = _drawn(scene, 1.0, 5_000_000_000)
    scene.draw(planes, Moment(8.25, 77_000_000_000, 0.5))
    fresh = _drawn(scene, 8.25, 77_000_000_000)
    for drawn, expected in zip(
        (planes.y, planes.u, planes.v), (fresh.y, fresh.u, fresh.v), strict=True
    ):
        assert (drawn == expected).all()


@pytest.mark.parametrize("size", [(1280, 721), (800, 600), (160, 90)])
def test_an_impossible_size_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="16:9"):
        Scene(*size, "SANDBOX")


def test_a_letter_the_font_lacks_is_named() -> None:
    with pytest.raises(ValueError, match="'ß'"):
        text_mask("GROß", 20, 2)
