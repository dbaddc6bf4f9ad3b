"""How does the whole show look at a glance: who carried it, what went wrong, what was pinned?

One lane for each kind of thing, one under the other on one time axis. It stands on the first page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from livedesk.core.clock import NS_PER_S, iso_utc
from livedesk.journal.report.ink import look
from livedesk.journal.report.svg import FLAG_INSET, WIDTH, at, hatched, opened, time_step_s
from livedesk.journal.text import shortened, show_time

LEFT = 112
SPAN = WIDTH - LEFT - 30
LANE = 27
BAR = 15
MIN_NAME_GAP = 19.0

BarStyle = Literal["carried", "gap", "trouble", "alarm"]


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of time; `name` is a number or so, left out where there is no room for it."""

    from_s: float
    to_s: float
    style: BarStyle
    name: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """An instant. Those that are `bad` are thicker and longer."""

    t_s: float
    style: Literal["good", "bad"] = "good"


@dataclass(frozen=True, slots=True)
class Lane:
    """`counts`: how many of something in each of so many equal parts of the show."""

    name: str
    bars: Sequence[Bar] = ()
    ticks: Sequence[Tick] = ()
    counts: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Strip:
    """`moves`: instants at which the stream moved to another uplink, drawn through all lanes."""

    title: str
    started_utc_ns: int
    to_s: float
    lanes: Sequence[Lane]
    moves: Sequence[float] = ()


def draw_strip(strip: Strip) -> str:
    """One <svg> element."""
    height = 8 + LANE * len(strip.lanes) + 40
    floor = 8.0 + LANE * len(strip.lanes)
    parts = [opened(strip.title, height)]
    for t_s in strip.moves:
        parts.append(f'<path {look("switch")} d="M{at(_x(strip, t_s))} 2V{at(floor)}"/>')
    for place, lane in enumerate(strip.lanes):
        parts += _lane(strip, lane, 8.0 + LANE * place)
    return "\n".join([*parts, *_axis(strip, floor), "</svg>"])


def counted(times_s: Sequence[float], to_s: float, parts: int = 180) -> list[int]:
    """How many fall into each part."""
    counts = [0] * parts
    for t_s in times_s:
        if 0 <= t_s < to_s:
            counts[int(t_s / to_s * parts)] += 1
    return counts


def _x(strip: Strip, t_s: float) -> float:
    return LEFT + min(max(t_s / max(strip.to_s, 1), 0.0), 1.0) * SPAN


def _lane(strip: Strip, lane: Lane, top: float) -> list[str]:
    middle = top + LANE / 2
    parts = [
        f'<path {look("grid")} d="M{LEFT} {at(middle)}H{LEFT + SPAN}"/>',
        f'<text {look("lane")} x="{LEFT - 12}" y="{at(middle)}" dy="4.5">'
        f"{escape(shortened(lane.name, 13))}</text>",
    ]
    for bar in lane.bars:
        parts += _bar(strip, bar, middle)
    return [*parts, *_names(strip, lane, middle), *_counts(lane, middle), *_ticks(strip, lane, top)]


def _bar(strip: Strip, bar: Bar, middle: float) -> list[str]:
    x = _x(strip, bar.from_s)
    width = max(2.5, _x(strip, bar.to_s) - x)
    top = middle - BAR / 2
    if bar.style in ("gap", "trouble"):
        return hatched(bar.style, x, top, width, BAR)
    size = f'x="{at(x)}" y="{at(top)}" width="{at(width)}" height="{BAR}"'
    return [f"<rect {look(bar.style)} {size}/>"]


def _names(strip: Strip, lane: Lane, middle: float) -> list[str]:
    parts: list[str] = []
    free_x = float(LEFT)
    for bar in lane.bars:
        left = _x(strip, bar.from_s)
        x = left + min(FLAG_INSET, (_x(strip, bar.to_s) - left) / 2)
        if not bar.name or x < free_x:
            continue
        parts.append(f'<circle {look("flag")} cx="{at(x)}" cy="{at(middle)}" r="9"/>')
        name = escape(bar.name)
        parts.append(f'<text {look("flag-name")} x="{at(x)}" y="{at(middle + 4.3)}">{name}</text>')
        free_x = x + MIN_NAME_GAP
    return parts


def _counts(lane: Lane, middle: float) -> list[str]:
    most = max(lane.counts, default=0)
    if not most:
        return []
    width = SPAN / len(lane.counts)
    boxes = "".join(
        f"M{at(LEFT + place * width)} {at(middle + BAR / 2)}"
        f"v-{at(max(1.5, BAR * count / most))}h{at(max(1.0, width - 0.6))}V{at(middle + BAR / 2)}z"
        for place, count in enumerate(lane.counts)
        if count
    )
    return [f'<path {look("count")} d="{boxes}"/>']


def _ticks(strip: Strip, lane: Lane, top: float) -> list[str]:
    """All of one look in one path: two thousand pins are no two thousand elements."""
    parts: list[str] = []
    for style, inset in (("good", 8.0), ("bad", 3.0)):
        places = dict.fromkeys(at(_x(strip, t.t_s)) for t in lane.ticks if t.style == style)
        if places:
            lines = "".join(f"M{x} {at(top + inset)}V{at(top + LANE - inset)}" for x in places)
            parts.append(f'<path {look(f"mark {style}")} d="{lines}"/>')
    return parts


def _axis(strip: Strip, floor: float) -> list[str]:
    y = at(floor)
    parts = [f'<path {look("axis")} d="M{LEFT} {y}H{LEFT + SPAN}"/>']
    for t_s in range(0, int(strip.to_s) + 1, time_step_s(strip.to_s, 8)):
        x = at(_x(strip, t_s))
        utc = iso_utc(strip.started_utc_ns + t_s * NS_PER_S)[11:19]
        parts.append(f'<path {look("axis")} d="M{x} {y}v5"/>')
        shown = show_time(t_s * 1000)
        parts.append(f'<text {look("tick middle")} x="{x}" y="{y}" dy="18">{shown}</text>')
        parts.append(f'<text {look("tick utc middle")} x="{x}" y="{y}" dy="34">{utc}</text>')
    parts.append(f'<text {look("tick end")} x="{LEFT - 42}" y="{y}" dy="18">show time</text>')
    parts.append(f'<text {look("tick end")} x="{LEFT - 42}" y="{y}" dy="34">UTC</text>')
    return parts
