"""Which charts does the workbook have? Rates, sync and pins, over the time of the session.

Lines differ in their dashes too, so that they can be told apart without colour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from livedesk.journal.fold.summary import Summary
from livedesk.journal.text import label, plain, unit

Names = Mapping[str, Sequence[str]]
"""Columns by table."""

_SIZE: Final = {"width": 1100, "height": 380}
_ROWS_APART: Final = 20
_LAST_COLUMN: Final = 15
"""The last one under the charts."""
_LINES: Final = (
    ("#1F5FA8", "solid"),
    ("#B3541E", "dash"),
    ("#3B7D3B", "square_dot"),
    ("#7A4A9E", "long_dash_dot"),
)
_LIMIT: Final = {"color": "#808080", "width": 1, "dash_type": "round_dot"}
_STEPS_S: Final = (10, 30, 60, 300, 600, 1_800, 3_600, 7_200, 14_400)
_DAY_S: Final = 86_400


def add_sheet(book: Any, summary: Summary, names: Names, counts: Mapping[str, int]) -> None:
    """`counts`: rows by table. A chart of which nothing was measured is left out."""
    sheet = book.add_worksheet("Charts")
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 24)
    _set_up_print(sheet)
    sheet.write_string(0, 0, "Over session time, h:mm:ss from the first media.")
    limits = _limits(book, sheet, summary)
    figures = [(stats.figure, stats.subject) for stats in summary.figures]
    rates = [key for key in figures if key[0] in ("feed_kbps", "goodput_kbps")]
    skews = [key for key in figures if key[0] == "skew_ms"]
    at = 2
    for title, keys, limit_rows in (
        ("Feed and goodput, kbps", rates, limits[:1]),
        ("A/V skew, ms; positive: sound early", skews, limits[1:3]),
    ):
        if keys and counts.get("samples", 1):
            chart = _chart(book, title, summary)
            for place, key in enumerate(keys):
                _add_samples(chart, key, place, names["samples"], counts.get("samples", 1))
            _add_limits(chart, limit_rows)
            sheet.insert_chart(at, 0, chart)
            at += _ROWS_APART
    if summary.pins and counts.get("pins", 1):
        chart = _chart(book, "Pins, ms from cue to read-back", summary)
        _add_pins(chart, names["pins"], counts.get("pins", 1))
        _add_limits(chart, limits[3:])
        sheet.insert_chart(at, 0, chart)


def _set_up_print(sheet: Any) -> None:
    """On one page, without the small table beside the charts."""
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 1)
    sheet.print_area(0, 0, 2 + 3 * _ROWS_APART, _LAST_COLUMN)


def _limits(book: Any, sheet: Any, summary: Summary) -> list[tuple[str, int]]:
    """A small table beside the charts: a line needs cells. Name and row of each."""
    limits, to_day = summary.info.limits, summary.length_ms / 1000 / _DAY_S
    elapsed = book.add_format({"num_format": "[h]:mm:ss"})
    sheet.set_column(20, 20, 26)
    for place, text in enumerate(("Limits", "from", "to", "value", "value")):
        sheet.write_string(0, 20 + place, text)
    listed: list[tuple[str, int]] = []
    for row, (name, value) in enumerate(
        (
            ("minimum, kbps", limits.min_kbps),
            ("sound early, ms", limits.max_skew_ms),
            ("sound late, ms", -limits.max_skew_ms),
            ("budget of a pin, ms", limits.pin_budget_ms),
        ),
        1,
    ):
        sheet.write_string(row, 20, name)
        sheet.write_number(row, 21, 0, elapsed)
        sheet.write_number(row, 22, to_day, elapsed)
        sheet.write_number(row, 23, value)
        sheet.write_number(row, 24, value)
        listed.append((name, row))
    return listed


def _chart(book: Any, title: str, summary: Summary) -> Any:
    chart = book.add_chart({"type": "scatter", "subtype": "straight"})
    length_s = max(1, summary.length_ms // 1000)
    step_s = next((step for step in _STEPS_S if length_s <= step * 12), _STEPS_S[-1])
    chart.set_title({"name": title, "name_font": {"size": 12}, "overlay": False})
    chart.set_x_axis(
        {
            "num_format": "[h]:mm:ss",
            "min": 0,
            "max": -(-length_s // step_s) * step_s / _DAY_S,
            "major_unit": step_s / _DAY_S,
            "label_position": "low",
            "num_font": {"size": 9},
        }
    )
    chart.set_y_axis({"num_format": "#,##0", "major_gridlines": {"visible": True, "line": _GRID}})
    chart.set_legend({"position": "bottom"})
    chart.show_blanks_as("gap")
    chart.set_size(_SIZE)
    return chart


_GRID: Final = {"color": "#D9D9D9", "width": 0.5}


def _add_samples(
    chart: Any, key: tuple[str, str], place: int, names: Sequence[str], count: int
) -> None:
    figure, subject = key
    colour, dash = _LINES[place % len(_LINES)]
    column = names.index(f"{figure} {subject}".strip())
    chart.add_series(
        {
            "name": plain(f"{label(figure, subject)}, {unit(figure)}"),
            "categories": ["Samples", 1, names.index("time"), count, names.index("time")],
            "values": ["Samples", 1, column, count, column],
            "line": {"color": colour, "width": 1.25, "dash_type": dash},
        }
    )


def _add_pins(chart: Any, names: Sequence[str], count: int) -> None:
    times, column = names.index("time"), names.index("latency_ms")
    chart.add_series(
        {
            "name": "Pins that were shown",
            "categories": ["Pins", 1, times, count, times],
            "values": ["Pins", 1, column, count, column],
            "line": {"none": True},
            "marker": {"type": "diamond", "size": 5, "fill": {"color": _LINES[0][0]}},
        }
    )


def _add_limits(chart: Any, rows: Sequence[tuple[str, int]]) -> None:
    for name, row in rows:
        chart.add_series(
            {
                "name": name,
                "categories": ["Charts", row, 21, row, 22],
                "values": ["Charts", row, 23, row, 24],
                "line": _LIMIT,
            }
        )
