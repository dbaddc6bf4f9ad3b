"""What does the sandbox show? A small live-shopping set, drawn frame by frame into YUV planes."""

from __future__ import annotations

from dataclasses import dataclass

from livedesk.sandbox.encoder import studio
from livedesk.sandbox.encoder.moving import ClockFace, FlashPatch, LowerThird, ShadeRail
from livedesk.sandbox.encoder.paint import Box, Planes, Scale, to_planes
from livedesk.sandbox.encoder.products import OFFERS, SECONDS_PER_TURN, build

MIN_HEIGHT = 180
"""Below this the clock cannot be read."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What a frame depends on: seconds since the first frame, wall time, sound level 0 to 1."""

    t_s: float
    utc_ns: int
    level: float


class Scene:
    """The still picture once, then only what moves: about a tenth of the picture per frame."""

    def __init__(self, width: int, height: int, caption: str) -> None:
        if width * 9 != height * 16 or height < MIN_HEIGHT or height % 2 or width % 2:
            raise ValueError(
                f"the sandbox draws 16:9 pictures with even sides, at least {MIN_HEIGHT} lines; "
                f"got {width}×{height}"
            )
        scale = Scale(height / 720)
        picture = studio.background(width, height, scale)
        self._clock = ClockFace(picture, scale, caption)
        self._patch = FlashPatch(picture, scale)
        self._rail = ShadeRail(picture, scale)
        self._card = LowerThird(picture, scale)
        self._products = [build(index, picture, scale) for index in range(len(OFFERS))]
        self._still = to_planes(picture, grain=True)

    @property
    def flash_box(self) -> Box:
        """Where the flash is, for those who measure it."""
        return self._patch.box

    def start(self, planes: Planes) -> None:
        """Fill planes that were not drawn to before."""
        planes.copy_from(self._still)

    def draw(self, planes: Planes, moment: Moment) -> None:
        """Bring planes that `start` filled to this moment."""
        for product, turn_s in zip(self._products, SECONDS_PER_TURN, strict=True):
            product.draw(planes, moment.t_s / turn_s)
        self._clock.draw(planes, moment.utc_ns, moment.level)
        self._patch.draw(planes, moment.t_s)
        self._rail.draw(planes, moment.t_s)
        self._card.draw(planes, moment.t_s)
