from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from livedesk.journal.report.svg import (
    Line,
    Plot,
    Rule,
    Shade,
    draw,
    nice_step,
    spread,
    time_step_s,
)
from livedesk.journal.series import Point


def plot(points: list[Point], *, rules: tuple[Rule, ...] = (), flags: int = 0) -> str:
    return draw(
        Plot(
            title='Rates <of> & "all"',
            started_utc_ns=0,
            to_s=100,
            low=0,
            high=100,
            lines=[Line("feed", points)],
            rules=rules,
            shades=[Shade(n, n + 1, "trouble", str(n)) for n in range(flags)],
        )
    )


def curves(markup: str) -> list[str]:
    return [
        element.attrib["d"]
        for element in ElementTree.fromstring(markup).iter()
        if element.attrib.get("class") == "curve feed"
    ]


def test_a_gap_is_a_break_in_the_line() -> None:
    points = [
        Point(0, 0, 1, 1, 1, 1, 1),
        Point(1, 0, 1, 1, 2, 2, 2),
        Point(5, 0, 1),
        Point(5, 0, 1, 1, 3, 3, 3),
    ]
    first, second = curves(plot(points))
    assert first.count("L") == 1
    assert second.count("L") == 0


def test_markup_is_well_formed_whatever_the_labels() -> None:
    hostile = (Rule(50, '<script>"&', "critical"), Rule(500, "outside", "critical"))
    root = ElementTree.fromstring(plot([], rules=hostile))
    texts = [element.text for element in root.iter() if element.text]
    assert '<script>"&' in texts
    assert "outside" not in texts


def test_flags_do_not_lie_on_one_another() -> None:
    root = ElementTree.fromstring(plot([], flags=50))
    places = [
        float(e.attrib["cx"])
        for e in root.iter()
        if e.attrib.get("class") == "flag" and "cx" in e.attrib
    ]
    assert len(places) > 5
    assert all(b - a >= 18 for a, b in pairwise(places))


@given(st.lists(st.floats(-1e3, 1e3), max_size=8), st.floats(1, 40))
def test_labels_keep_their_order_and_their_distance(wanted: list[float], gap: float) -> None:
    placed = spread(sorted(wanted), gap)
    assert all(b - a >= gap - 1e-6 for a, b in pairwise(placed))


@given(st.floats(1e-6, 1e9), st.integers(2, 12))
def test_axes_get_round_steps_and_not_too_many(span: float, most: int) -> None:
    step = nice_step(span, most)
    assert span / step <= most * (1 + 1e-9)
    assert f"{step:.0e}"[0] in "125"


def test_clock_steps_are_those_of_clocks() -> None:
    assert [time_step_s(span, 9) for span in (0, 40, 600, 14_400, 10**6)] == [
        1,
        5,
        120,
        1800,
        86_400,
    ]
