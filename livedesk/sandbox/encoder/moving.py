"""What moves in the sandbox's picture besides the products: clock, flash, shades, lower third?

Each item owns a box of the picture and redraws nothing but that, from planes made beforehand.
"""

from __future__ import annotations

import numpy as np

from livedesk.core.clock import NS_PER_MS
from livedesk.sandbox.encoder import beat
from livedesk.sandbox.encoder.glyphs import Mask
from livedesk.sandbox.encoder.paint import (
    FULL,
    Box,
    Planes,
    Rgb,
    Scale,
    Wide,
    colour,
    ellipse,
    grid,
    halved,
    lay,
    ramp,
    rounded_box,
    to_planes,
    write,
)
from livedesk.sandbox.encoder.products import OFFERS, Offer
from livedesk.sandbox.encoder.studio import ACCENT, INK, NIGHT, PAPER, panel

CLOCK_PLACE = (816.0, 40.0, 416.0, 112.0)
PATCH_PLACE = (64.0, 40.0, 112.0, 112.0)
RAIL_PLACE = (1132.0, 186.0, 80.0, 420.0)
CARD_PLACE = (64.0, 548.0, 560.0, 124.0)
CARD_INSET = 14.0

_DIGIT_PX, _DIGIT_PITCH, _MARK_PITCH = 46.0, 36.0, 16.0
_SHADES = (
    "#b23a48", "#d9543f", "#e98a6d", "#f0b39a", "#c76b7e", "#8e2f4a",
    "#a4503c", "#d98c8c", "#733037", "#e26d5a", "#c98a6b", "#b0446a",
)  # fmt: skip


class ClockFace:
    """UTC with milliseconds, large enough to be read off a phone, and a sound level below it."""

    def __init__(self, picture: Rgb, scale: Scale, caption: str) -> None:
        x, y, width, height = CLOCK_PLACE
        panel(picture, scale, CLOCK_PLACE, NIGHT, 14)
        s = scale.factor
        at = ((x + width / 2) * s, (y + height - 17) * s)
        write(picture, caption, at, 9 * s, "#c9b3a8", stroke=0.12, tracking=0.36, anchor=0.5)
        self._digits = [_tile(digit, scale) for digit in "0123456789"]
        self._places: list[Box] = []
        left = x + 22
        for mark in "00:00:00.000":
            pitch = _DIGIT_PITCH if mark == "0" else _MARK_PITCH
            if mark == "0":
                self._places.append(scale.box(left, y + 8, _DIGIT_PITCH, 64))
            else:
                write(
                    picture, mark, ((left + 4) * s, (y + 18) * s), _DIGIT_PX * s, PAPER, stroke=0.13
                )
            left += pitch
        self._meter = _Meter(scale, x + 22, y + 76, width - 44)

    def draw(self, planes: Planes, utc_ns: int, level: float) -> None:
        day_ms = utc_ns // NS_PER_MS % 86_400_000
        seconds, ms = divmod(day_ms, 1000)
        text = f"{seconds // 3600:02d}{seconds // 60 % 60:02d}{seconds % 60:02d}{ms:03d}"
        for digit, place in zip(text, self._places, strict=True):
            window = planes.window(place)
            window.copy_from(_cut(self._digits[int(digit)], window))
        self._meter.draw(planes, level)


class _Meter:
    """A row of segments, lit from the left as far as the sound is loud."""

    def __init__(self, scale: Scale, x: float, y: float, width: float) -> None:
        self._box = scale.box(x, y, width, 8)
        self._count = 46
        unlit, lit = (self._strip(light) for light in (0.16, 1.0))
        self._unlit, self._lit = to_planes(unlit), to_planes(lit)

    def _strip(self, light: float) -> Rgb:
        height, width = self._box.height, self._box.width
        _, columns = grid(height, width)
        stops = [(0.0, "#e9b08f"), (0.7, "#ee8a62"), (1.0, "#f2553d")]
        tint = np.repeat(ramp(stops, columns / width), height, axis=1)
        bars = (columns / width * self._count) % 1 < 0.62
        return (colour(NIGHT) + (tint - colour(NIGHT)) * (bars * np.float32(light))).astype(
            np.float32
        )

    def draw(self, planes: Planes, level: float) -> None:
        window = planes.window(self._box)
        segments = round(min(max(level, 0.0), 1.0) * self._count)
        edge = 2 * round(segments / self._count * self._box.width / 2)
        window.copy_from(self._unlit)
        window.y[:, :edge] = self._lit.y[:, :edge]
        window.u[:, : edge // 2] = self._lit.u[:, : edge // 2]
        window.v[:, : edge // 2] = self._lit.v[:, : edge // 2]


class FlashPatch:
    """A patch that turns white with the beep, and a bar under it that runs up to that moment."""

    def __init__(self, picture: Rgb, scale: Scale) -> None:
        x, y, width, _ = PATCH_PLACE
        panel(picture, scale, PATCH_PLACE, NIGHT, 14)
        s = scale.factor
        for line, text in enumerate(("FLASH + BEEP", "EVERY 2 SECONDS")):
            at = ((x + width + 20) * s, (y + 82 + 18 * line) * s)
            write(picture, text, at, 9 * s, INK, stroke=0.12, tracking=0.36)
        self.box = scale.box(x + 16, y + 12, width - 32, 72)
        self._bar = scale.box(x + 16, y + 94, width - 32, 6)
        self._planes = {on: to_planes(self._face(on)) for on in (False, True)}
        self._run = {on: to_planes(self._rail(on)) for on in (False, True)}

    def _face(self, on: bool) -> Rgb:
        face = np.repeat(np.repeat(colour(NIGHT), self.box.height, axis=1), self.box.width, axis=2)
        size = self.box.height
        middle = (self.box.width / 2, size / 2)
        if on:
            lay(face, rounded_box(size, self.box.width, size * 0.12), colour("#ffffff"), 0, 0)
            return face
        for share, tint in ((0.94, "#4a3634"), (0.86, NIGHT), (0.40, "#5d4541"), (0.32, NIGHT)):
            radius = size / 2 * share
            mask = ellipse(size, self.box.width, middle, (radius, radius), 1)
            lay(face, mask, colour(tint), 0, 0)
        return face

    def _rail(self, on: bool) -> Rgb:
        tint = colour("#ee8a62" if on else "#4a3634")
        return np.repeat(np.repeat(tint, self._bar.height, axis=1), self._bar.width, axis=2)

    def draw(self, planes: Planes, t_s: float) -> None:
        planes.window(self.box).copy_from(self._planes[beat.is_on(t_s)])
        window = planes.window(self._bar)
        edge = 2 * round(beat.since_beat_s(t_s) / beat.PERIOD_S * self._bar.width / 2)
        window.copy_from(self._run[False])
        window.y[:, :edge] = self._run[True].y[:, :edge]
        window.u[:, : edge // 2] = self._run[True].u[:, : edge // 2]
        window.v[:, : edge // 2] = self._run[True].v[:, : edge // 2]


class ShadeRail:
    """Colour swatches that pass upwards and fade at both ends."""

    _PITCH, _PX_PER_S = 70.0, 42.0

    def __init__(self, picture: Rgb, scale: Scale) -> None:
        x, y, width, height = RAIL_PLACE
        s = scale.factor
        at = ((x + width / 2) * s, (y + height + 16) * s)
        write(picture, "12 SHADES", at, 11 * s, INK, stroke=0.12, tracking=0.34, anchor=0.5)
        self._box = scale.box(x, y, width, height)
        self._speed = self._PX_PER_S * s
        self._turn = scale.even(self._PITCH) * len(_SHADES)
        strip, cover = self._strip(scale.even(self._PITCH))
        rows, _ = grid(self._box.height, 1)
        fade = np.clip(np.minimum(rows, self._box.height - rows) / (54 * s), 0, 1)
        view = picture[:, self._box.y : self._box.bottom, self._box.x : self._box.right]
        still = to_planes(view)
        moving = to_planes(strip)
        covers = (cover, halved(cover), halved(cover))
        fades = (fade, fade[0::2], fade[0::2])
        self._channels = [
            (part.astype(np.int16), over.astype(np.int16), _weights(mask), _weights(soft))
            for part, over, mask, soft in zip(
                (still.y, still.u, still.v),
                (moving.y, moving.u, moving.v),
                covers,
                fades,
                strict=True,
            )
        ]

    def _strip(self, pitch: int) -> tuple[Rgb, Mask]:
        """All swatches below one another, with as many again as the window is high."""
        width = self._box.width
        rows, columns = grid(pitch, width)
        middle, radius = (width / 2, pitch / 2), pitch * 0.41
        disc = ellipse(pitch, width, middle, (radius, radius), 1)
        gloss_at = (middle[0] - radius * 0.3, middle[1] - radius * 0.42)
        gloss = ellipse(pitch, width, gloss_at, (radius * 0.52, radius * 0.34), radius * 0.5)
        shade = 1.08 - 0.30 * (rows * 0.7 + columns * 0.3) / pitch
        chips = []
        for text in _SHADES:
            chip = np.clip(colour(text) * shade, 0, 1)
            chips.append(chip + (1 - chip) * gloss * np.float32(0.5))
        once = np.concatenate(chips, axis=1).astype(np.float32)
        more = self._box.height
        cover = np.concatenate([disc] * (len(_SHADES) + -(-more // pitch)), axis=0)
        return np.concatenate([once, once[:, :more]], axis=1), cover[: once.shape[1] + more]

    def draw(self, planes: Planes, t_s: float) -> None:
        offset = 2 * int(t_s * self._speed / 2) % self._turn
        window = planes.window(self._box)
        for step, out, (still, strip, cover, fade) in zip(
            (1, 2, 2), (window.y, window.u, window.v), self._channels, strict=True
        ):
            part = slice(offset // step, offset // step + still.shape[0])
            weight = (cover[part] * fade) >> 7
            out[:] = still + (((strip[part] - still) * weight) >> 7)


class LowerThird:
    """The card that names and prices the product shown; the next one rolls in from below."""

    SHOWN_S, ROLL_S = 6.0, 0.7

    def __init__(self, picture: Rgb, scale: Scale) -> None:
        x, y, width, height = CARD_PLACE
        panel(picture, scale, CARD_PLACE, PAPER, 18)
        inset = CARD_INSET
        self._box = scale.box(x + inset, y + inset, width - 2 * inset, height - 2 * inset)
        cards = [self._card(index, offer, scale) for index, offer in enumerate(OFFERS)]
        self._strip = to_planes(np.concatenate([*cards, cards[0]], axis=1))

    def _card(self, index: int, offer: Offer, scale: Scale) -> Rgb:
        s = scale.factor
        shape = (self._box.height, self._box.width)
        card = np.repeat(np.repeat(colour(PAPER), shape[0], axis=1), shape[1], axis=2)
        badge = f"NOW SHOWING {index + 1}/{len(OFFERS)}"
        write(card, badge, (12 * s, 10 * s), 9 * s, ACCENT, stroke=0.13, tracking=0.36)
        write(card, offer.name, (12 * s, 33 * s), 21 * s, INK, stroke=0.115, tracking=0.2)
        write(card, offer.detail, (12 * s, 72 * s), 10.5 * s, "#9a7263", stroke=0.115, tracking=0.3)
        tag = rounded_box(round(54 * s), round(138 * s), 12 * s)
        lay(card, tag, colour(ACCENT), shape[1] - round(142 * s), round(4 * s))
        right = shape[1] - 73 * s
        write(card, offer.price, (right, 19 * s), 24 * s, "#ffffff", stroke=0.12, anchor=0.5)
        old_at = (shape[1] - 134 * s, 72 * s)
        old = write(card, offer.before, old_at, 12 * s, "#9a7263", stroke=0.11)
        strike = np.ones((max(1, round(1.6 * s)), round(old + 8 * s)), np.float32)
        lay(card, strike, colour("#9a7263"), round(old_at[0] - 4 * s), round(old_at[1] + 5.4 * s))
        write(card, offer.saving, (shape[1] - 8 * s, 71 * s), 14 * s, ACCENT, stroke=0.13, anchor=1)
        return card

    def draw(self, planes: Planes, t_s: float) -> None:
        index, into_s = int(t_s // self.SHOWN_S) % len(OFFERS), t_s % self.SHOWN_S
        roll = min(max((into_s - self.SHOWN_S + self.ROLL_S) / self.ROLL_S, 0.0), 1.0)
        eased = roll * roll * (3 - 2 * roll)
        height = self._box.height
        offset = 2 * round((index + eased) * height / 2)
        strip = self._strip
        half = slice(offset // 2, (offset + height) // 2)
        visible = Planes(strip.y[offset : offset + height], strip.u[half], strip.v[half])
        planes.window(self._box).copy_from(visible)


def _weights(mask: Mask) -> Wide:
    return np.rint(mask * FULL).astype(np.int16)


def _tile(digit: str, scale: Scale) -> Planes:
    height, width = scale.even(64) + 2, scale.even(_DIGIT_PITCH) + 2
    tile = np.repeat(np.repeat(colour(NIGHT), height, axis=1), width, axis=2)
    s = scale.factor
    write(tile, digit, (4 * s, 10 * s), _DIGIT_PX * s, PAPER, stroke=0.13)
    return to_planes(tile)


def _cut(tile: Planes, window: Planes) -> Planes:
    """Boxes of one design size may differ by a pixel pair once scaled."""
    (height, width), (half_height, half_width) = window.y.shape, window.u.shape
    return Planes(
        tile.y[:height, :width],
        tile.u[:half_height, :half_width],
        tile.v[:half_height, :half_width],
    )
