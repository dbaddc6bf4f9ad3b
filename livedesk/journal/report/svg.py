"""How is a series drawn as SVG that prints, scales and can be read without colour?

Values in, markup out. Text is escaped here; nothing in the markup points outside of it, and what
it looks like stands in it (`ink.py`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from livedesk.core.clock import NS_PER_S, iso_utc
from livedesk.journal.report.ink import FONT, look
from livedesk.journal.series import Point
from livedesk.journal.text import show_time

WIDTH = 1000
LEFT = 62
RIGHT = 124
TOP = 22
BOTTOM = 42
TEXT_SIZE = 13.5
PLOT_WIDTH = WIDTH - LEFT - RIGHT
"""Width of the drawing area; one bucket per unit keeps the points per pixel column bounded."""

AXIS_NAME_X = LEFT + PLOT_WIDTH + 36
LABEL_GAP = 16.0
HATCH_STEP = 7.0
MIN_FLAG_GAP = 20.0
FLAG_INSET = 9.0
"""A flag stands where its shade begins: several may last to the same end."""


@dataclass(frozen=True, slots=True)
class Line:
    """A curve: mean as a line, minimum to maximum as a tint around it."""

    style: str
    points: Sequence[Point]


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal line at a limit, with its name at the right edge."""

    value: float
    label: str
    style: str


@dataclass(frozen=True, slots=True)
class Shade:
    """A stretch of time to be seen behind the curves; with a flag if it has one."""

    from_s: float
    to_s: float
    style: Literal["trouble", "gap"]
    flag: str = ""


@dataclass(frozen=True, slots=True)
class Dot:
    """A single thing with a value, such as a pin; those that are not `good` are drawn hollow."""

    t_s: float
    value: float
    style: Literal["good", "bad"]


@dataclass(frozen=True, slots=True)
class Plot:
    """What is drawn. Bounds are those of the axes; `title` is for readers of the markup."""

    title: str
    started_utc_ns: int
    to_s: float
    low: float
    high: float
    lines: Sequence[Line]
    rules: Sequence[Rule] = ()
    shades: Sequence[Shade] = ()
    dots: Sequence[Dot] = ()
    height: int = 220
    signed: bool = False
    from_s: float = 0.0
    """Where the time axis begins, of a drawing of a stretch."""


def draw(plot: Plot) -> str:
    """One <svg> element."""
    scale = _Scale(plot)
    parts = [
        opened(plot.title, plot.height),
        *_shades(plot, scale),
        *_y_axis(plot, scale),
        *_x_axis(plot, scale),
        *_rules(plot, scale),
        *(part for line in plot.lines for part in _curve(line, scale)),
        *_dots(plot, scale),
        *_beyond(plot),
        *_flags(plot, scale),
        "</svg>",
    ]
    return "\n".join(parts)


def opened(title: str, height: float) -> str:
    """The start tag of a drawing of full width, with its name for who does not see it."""
    return (
        f'<svg class="plot" viewBox="0 0 {WIDTH} {at(height)}" role="img" '
        f'font-family="{FONT}" font-size="{TEXT_SIZE}" '
        f'xmlns="http://www.w3.org/2000/svg"><title>{escape(title)}</title>'
    )


def swatch(style: str) -> str:
    """A curve's line for the legend."""
    return (
        '<svg class="swatch" viewBox="0 0 34 10" width="34" height="10" aria-hidden="true">'
        f'<path {look(f"curve {style}")} d="M1 5H33"/></svg>'
    )


def box(style: Literal["trouble", "gap"]) -> str:
    """A shade for the legend."""
    return (
        '<svg class="swatch" viewBox="0 0 20 12" width="20" height="12" aria-hidden="true">'
        f"{''.join(hatched(style, 0.5, 0.5, 19, 11))}</svg>"
    )


def hatched(style: Literal["trouble", "gap"], x: float, y: float, w: float, h: float) -> list[str]:
    """A box with lines in it, slanted or upright: two of them differ on grey paper too.

    Lines and not a pattern: patterns are drawn differently by each renderer, or not at all.
    """
    if w < HATCH_STEP:
        size = f'x="{at(x)}" y="{at(y)}" width="{at(w)}" height="{at(h)}"'
        return [f"<rect {look(f'{style} narrow')} {size}/>"]
    lines: list[str] = []
    slant = h if style == "trouble" else 0.0
    for step in range(1, min(2_000, int((w + slant) / HATCH_STEP) + 1)):
        low = step * HATCH_STEP  # where it meets the floor, were the box wide enough
        x1, y1 = (low, h) if low <= w else (w, h - (low - w))
        x2, y2 = (low - slant, 0.0) if low >= slant else (0.0, h - low)
        if not slant:
            x2, y2 = low, 0.0
        lines.append(f"M{at(x + x1)} {at(y + y1)}L{at(x + x2)} {at(y + y2)}")
    size = f'x="{at(x)}" y="{at(y)}" width="{at(w)}" height="{at(h)}"'
    parts = [f"<rect {look(style)} {size}/>"]
    if lines:
        parts.append(f'<path {look(f"{style}-line")} d="{"".join(lines)}"/>')
    return parts


def nice_step(span: float, most: int) -> float:
    """The smallest of 1, 2, 5 × 10ⁿ that divides `span` into at most `most` steps."""
    if not span > 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(span / most))
    return next(power * k for k in (1, 2, 5, 10, 20) if span / (power * k) <= most)


def time_step_s(span_s: float, most: int) -> int:
    """Steps at which people read a clock."""
    steps = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)
    return next((step for step in steps if span_s / step <= most), 86_400)


def spread(wanted: Sequence[float], gap: float) -> list[float]:
    """Move label positions, sorted upwards, apart so that none is nearer than `gap` to another."""
    placed: list[float] = []
    for position in wanted:
        placed.append(max(position, placed[-1] + gap) if placed else position)
    excess = (placed[-1] - wanted[-1]) / 2 if placed else 0.0
    return [position - excess for position in placed]


class _Scale:
    """From seconds and values to places in the drawing."""

    def __init__(self, plot: Plot) -> None:
        self._from_s = plot.from_s
        self._per_s = PLOT_WIDTH / max(plot.to_s - plot.from_s, 1)
        self._low, self._high = plot.low, plot.high
        self._per_unit = (plot.height - TOP - BOTTOM) / max(plot.high - plot.low, 1e-9)
        self.floor = plot.height - BOTTOM

    def x(self, t_s: float) -> float:
        return LEFT + (t_s - self._from_s) * self._per_s

    def y(self, value: float) -> float:
        """What lies beyond the plot is drawn at its edge; `_beyond` says how far it went."""
        return self.floor - (min(max(value, self._low), self._high) - self._low) * self._per_unit


def at(value: float) -> str:
    """A place in the drawing, to a tenth."""
    return f"{value:.1f}".removesuffix(".0")


def _shades(plot: Plot, scale: _Scale) -> list[str]:
    parts: list[str] = []
    for shade in plot.shades:
        x = scale.x(shade.from_s)
        width = max(2.0, scale.x(shade.to_s) - x)
        parts += hatched(shade.style, x, TOP, width, scale.floor - TOP)
    return parts


def _flags(plot: Plot, scale: _Scale) -> list[str]:
    """Numbers above the shades, left out where they would lie on one another."""
    parts: list[str] = []
    last_x = -math.inf
    for shade in plot.shades:
        left = scale.x(shade.from_s)
        x = left + min(FLAG_INSET, (scale.x(shade.to_s) - left) / 2)
        if shade.flag and x - last_x >= MIN_FLAG_GAP:
            parts.append(f'<circle {look("flag")} cx="{at(x)}" cy="10" r="9.5"/>')
            parts.append(
                f'<text {look("flag-name")} x="{at(x)}" y="14.3">{escape(shade.flag)}</text>'
            )
            last_x = x
    return parts


def _y_axis(plot: Plot, scale: _Scale) -> list[str]:
    step = nice_step(plot.high - plot.low, 5)
    parts: list[str] = []
    for index in range(math.ceil(plot.low / step), math.floor(plot.high / step) + 1):
        value = index * step
        y = at(scale.y(value))
        sign = "+" if plot.signed and value > 0 else ""
        words = f"{sign}{value:,.10g}".replace("-", "−")
        parts.append(f'<path {look("grid")} d="M{LEFT} {y}H{LEFT + PLOT_WIDTH}"/>')
        parts.append(f'<text {look("tick end")} x="{LEFT - 8}" y="{y}" dy="4.5">{words}</text>')
    return parts


def _x_axis(plot: Plot, scale: _Scale) -> list[str]:
    step_s = time_step_s(plot.to_s - plot.from_s, 9)
    first_s = math.ceil(plot.from_s / step_s) * step_s
    floor = at(scale.floor)
    parts = [f'<path {look("axis")} d="M{LEFT} {floor}H{LEFT + PLOT_WIDTH}"/>']
    for t_s in range(first_s, int(plot.to_s) + 1, step_s):
        x = at(scale.x(t_s))
        parts.append(f'<path {look("axis")} d="M{x} {floor}v5"/>')
        utc = iso_utc(plot.started_utc_ns + t_s * NS_PER_S)[11:19]
        shown = show_time(t_s * 1000)
        parts.append(
            f'<text {look("tick middle")} x="{x}" y="{floor}" dy="18">{shown}</text>'
            f'<text {look("tick utc middle")} x="{x}" y="{floor}" dy="35">{utc}</text>'
        )
    parts.append(f'<text {look("tick")} x="{AXIS_NAME_X}" y="{floor}" dy="18">show time</text>')
    parts.append(f'<text {look("tick utc")} x="{AXIS_NAME_X}" y="{floor}" dy="35">UTC</text>')
    return parts


def _rules(plot: Plot, scale: _Scale) -> list[str]:
    inside = [rule for rule in plot.rules if plot.low <= rule.value <= plot.high]
    ordered = sorted(inside, key=lambda rule: scale.y(rule.value))
    right = LEFT + PLOT_WIDTH
    labels = spread([scale.y(rule.value) for rule in ordered], LABEL_GAP)
    parts: list[str] = []
    for rule, label_y in zip(ordered, labels, strict=True):
        y = at(scale.y(rule.value))
        parts.append(f'<path {look(f"rule {rule.style}")} d="M{LEFT} {y}H{right}"/>')
        parts.append(f'<path {look("leader")} d="M{right} {y}L{right + 7} {at(label_y)}"/>')
        parts.append(
            f'<text {look(f"rule-name {rule.style}")} x="{right + 10}" y="{at(label_y)}" dy="4.5">'
            f"{escape(rule.label)}</text>"
        )
    return parts


def _curve(line: Line, scale: _Scale) -> list[str]:
    parts: list[str] = []
    for run in _runs(line.points):
        parts.append(f'<path {look(f"range {line.style}")} d="{_envelope(run, scale)}"/>')
        parts.append(f'<path {look(f"curve {line.style}")} d="{_path(run, scale)}"/>')
    return parts


def _beyond(plot: Plot) -> list[str]:
    peak = max(
        (
            *(p.max for line in plot.lines for p in line.points if p.max is not None),
            *(dot.value for dot in plot.dots),
        ),
        default=0.0,
    )
    if peak <= plot.high:
        return []
    words = f"cut off: peaks reach {peak:,.0f}"
    return [
        f'<text {look("tick end")} x="{LEFT + PLOT_WIDTH - 6}" y="{TOP}" dy="15">{words}</text>'
    ]


def _dots(plot: Plot, scale: _Scale) -> list[str]:
    """Good ones in one path of points with round caps, where thousands of circles would make the
    page twice as large; those that are not good lie on them, one by one."""
    places = dict.fromkeys(
        (dot.style, at(round(scale.x(dot.t_s))), at(round(scale.y(dot.value)))) for dot in plot.dots
    )
    points = "".join(f"M{x} {y}h.01" for style, x, y in places if style == "good")
    bad = [
        f'<circle {look("dot bad")} cx="{x}" cy="{y}" r="3.6"/>'
        for style, x, y in places
        if style == "bad"
    ]
    return [f'<path {look("dot good")} d="{points}"/>' if points else "", *bad]


def _runs(points: Sequence[Point]) -> list[list[tuple[float, float, float, float]]]:
    """Stretches without a break, as (t_s, min, mean, max)."""
    runs: list[list[tuple[float, float, float, float]]] = [[]]
    for point in points:
        if point.min is None or point.mean is None or point.max is None:
            runs.append([])
        else:
            runs[-1].append((point.t_s + 0.5, point.min, point.mean, point.max))
    return [run for run in runs if run]


def _path(run: Sequence[tuple[float, float, float, float]], scale: _Scale) -> str:
    places = [f"{at(scale.x(t))} {at(scale.y(mean))}" for t, _, mean, _ in run]
    # A single second has no length; with round caps this draws it as a dot.
    return "M" + "L".join(places) + ("h.01" if len(run) == 1 else "")


def _envelope(run: Sequence[tuple[float, float, float, float]], scale: _Scale) -> str:
    over = [f"{at(scale.x(t))} {at(scale.y(high))}" for t, _, _, high in run]
    under = [f"{at(scale.x(t))} {at(scale.y(low))}" for t, low, _, _ in reversed(run)]
    return "M" + "L".join(over + under) + "Z"
