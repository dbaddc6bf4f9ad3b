"""Can it be read in both looks, and are signals told apart by people who see few colours?"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from pathlib import Path
from typing import get_args

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

import livedesk.ui
from livedesk.desk.looks import LIT, Look
from livedesk.ui.shapes import draw_shape
from livedesk.ui.theme import Theme
from livedesk.ui.tokens import DARK, LIGHT, Colours
from tests.ui.sight import SIGHTS, Sight, contrast, distance

TEXT = 4.5
"""WCAG 2.2, 1.4.3 (AA), for text of any size."""
GRAPHICS = 3.0
"""WCAG 2.2, 1.4.11."""
APART = 0.05
"""In OKLab; more than twice what is just seen."""

SETS = pytest.mark.parametrize("colours", [DARK, LIGHT], ids=["dark", "light"])
INKS = ("text", "muted", "faint", "focus", "good", "notice", "warning", "critical", "sandbox")


def grounds(colours: Colours) -> tuple[str, ...]:
    return colours.ground, colours.panel, colours.raised


def bands(colours: Colours) -> tuple[str, ...]:
    return colours.notice_band, colours.warning_band, colours.critical_band


@SETS
@pytest.mark.parametrize("ink", INKS)
def test_texts_can_be_read_on_every_ground_and_band(colours: Colours, ink: str) -> None:
    for ground in (*grounds(colours), *bands(colours)):
        assert contrast(getattr(colours, ink), ground) >= TEXT, (ink, ground)


@SETS
@pytest.mark.parametrize("look", LIT)
def test_lit_panels_and_filled_signals_can_be_read(colours: Colours, look: Look) -> None:
    theme = Theme(colours)
    ground, signal = theme.ground(look), theme.colour(look)
    for ink in (signal, colours.text, colours.muted, colours.faint):
        assert contrast(ink, ground) >= TEXT, (ink, ground)
    assert contrast(colours.on_signal, signal) >= TEXT


@SETS
def test_buttons_can_be_read(colours: Colours) -> None:
    for ground in (colours.text, colours.focus, colours.muted):
        assert contrast(colours.on_signal, ground) >= TEXT
    for ink in (colours.text, colours.muted):
        assert contrast(ink, colours.line) >= TEXT, "pressed, and checked"


@SETS
def test_focus_and_edges_of_buttons_in_dialogs_are_seen(colours: Colours) -> None:
    for ground in grounds(colours):
        assert contrast(colours.focus, ground) >= GRAPHICS
        assert contrast(colours.faint, ground) >= GRAPHICS


@SETS
def test_curves_stand_out_from_every_band(colours: Colours) -> None:
    grounds_of_plots = (colours.panel, *bands(colours), colours.critical_ground)
    for curve, ground in itertools.product(colours.curves, grounds_of_plots):
        assert contrast(curve, ground) >= GRAPHICS, (curve, ground)


@SETS
@pytest.mark.parametrize("sight", SIGHTS)
def test_signals_differ_for_who_sees_few_colours(colours: Colours, sight: Sight) -> None:
    theme = Theme(colours)
    signals = [theme.colour(look) for look in ("ok", *LIT)]
    for one, other in itertools.combinations(signals, 2):
        assert distance(one, other, sight) >= APART, (one, other)


@SETS
@pytest.mark.parametrize("sight", SIGHTS)
def test_the_first_two_curves_differ_for_who_sees_few_colours(
    colours: Colours, sight: Sight
) -> None:
    """Feed against each uplink. Uplinks among themselves also have dash patterns and names."""
    feed, *uplinks = colours.curves
    for uplink in uplinks:
        assert distance(feed, uplink, sight) >= APART, uplink


@SETS
def test_every_look_has_a_shape_of_its_own(colours: Colours) -> None:
    """Never by colour alone: drawn in one ink, no two looks are alike."""
    drawn: defaultdict[bytes, list[Look]] = defaultdict(list)
    for look in get_args(Look):
        drawn[_silhouette(look, Theme(colours))].append(look)
    assert all(len(looks) == 1 for looks in drawn.values()), drawn


def _silhouette(look: Look, theme: Theme) -> bytes:
    """Where a shape has ink, without which."""
    image = QImage(48, 48, QImage.Format.Format_ARGB32)
    image.fill(QColor(0, 0, 0, 0))
    painter = QPainter(image)
    draw_shape(painter, QRectF(0, 0, 48, 48), look, theme)
    painter.end()
    own = QColor(theme.colour(look)).rgb()
    pixels = (image.pixel(x, y) for y in range(48) for x in range(48))
    return bytes(pixel == own for pixel in pixels)


def test_colours_are_written_in_one_place() -> None:
    """The pad has its own inks, which are read from two metres."""
    room = Path(livedesk.ui.__path__[0])
    allowed = {room / "tokens.py", room / "pad" / "look.py"}
    written = re.compile(r"#[0-9A-Fa-f]{6}\b|QColor\(\d")
    found = [
        f"{file.relative_to(room)}: {match.group()}"
        for file in sorted(set(room.rglob("*.py")) - allowed)
        for match in written.finditer(file.read_text())
    ]
    assert not found


def test_green_is_for_the_first_run_only() -> None:
    """At work what is normal is grey, so that a colour always means that something is not."""
    room = Path(livedesk.ui.__path__[0])
    users = {file.parent.name for file in room.rglob("*.py") if "colours.good" in file.read_text()}
    assert users == {"welcome"}
