"""Times in the forms that exports have."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedesk.journal.commerce.times import Moment, TimeError, date_orders, moment_of, zone_of

LOCAL = datetime(2026, 6, 5)  # noqa: DTZ001  as spreadsheets have them


def ns(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> int:
    return round(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()) * 10**9


@pytest.mark.parametrize(
    "cell",
    [
        "2026-06-05 19:30:11", "2026-06-05T19:30:11Z", "2026/06/05 19:30:11", "05/06/2026 19:30:11",
        "5.6.2026 19:30:11", "05-06-2026 7:30:11 PM", "5 Jun 2026 19:30:11",
        "June 5, 2026 7:30:11 pm",
        "2026-06-05T21:30:11+02:00", "2026-06-06 03:30:11 UTC+8", "1780687811", "1780687811000",
        "05/06/2026 19:30:11\t", LOCAL.replace(hour=19, minute=30, second=11),
    ],
)  # fmt: skip
def test_one_instant_in_many_ways(cell: object) -> None:
    assert moment_of(cell, UTC, "dmy") == Moment(ns(2026, 6, 5, 19, 30, 11))


def test_the_month_is_first_where_the_file_proves_it() -> None:
    assert date_orders(["05/06/2026", "06/25/2026 10:00"]) == {"mdy"}
    assert date_orders(["25/06/2026"]) == {"dmy"}
    assert date_orders(["05/06/2026"]) == frozenset()
    assert moment_of("05/06/2026 10:00", UTC, "mdy") == Moment(ns(2026, 5, 6, 10))
    with pytest.raises(TimeError, match="date_order"):
        moment_of("05/06/2026", UTC, None)


def test_a_day_without_a_time_says_so() -> None:
    assert moment_of("2024/04/12", UTC, None) == Moment(ns(2024, 4, 12), day_only=True)


@pytest.mark.parametrize(
    "cell", ["soon", "2026-13-01", "31/02/2026", "2026-06-05 25:00", "1926-06-05", "13:00"]
)  # fmt: skip
def test_what_is_no_time_is_refused(cell: str) -> None:
    with pytest.raises(TimeError):
        moment_of(cell, UTC, "dmy")


def test_zones_by_offset_and_by_name() -> None:
    assert zone_of("UTC+8") == timezone(timedelta(hours=8))
    assert zone_of("GMT-03:30") == timezone(-timedelta(hours=3, minutes=30))
    assert zone_of("Asia/Jakarta") is not None
    for wrong in ("UTC+99", "Mars/Olympus", "../../etc/passwd", "", "8"):
        assert zone_of(wrong) is None


def test_an_hour_that_happens_twice_is_said_to_be_doubtful() -> None:
    berlin = zone_of("Europe/Berlin")
    assert berlin is not None
    moment = moment_of("2026-10-25 02:30:00", berlin, None)
    assert moment is not None
    assert moment.utc_ns == ns(2026, 10, 25, 0, 30)
    assert moment.doubt


@given(
    st.datetimes(LOCAL.replace(year=2001), LOCAL.replace(year=2099)),
    st.sampled_from(["%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%d.%m.%Y %I:%M:%S %p"]),
    st.integers(-12, 14),
)
def test_every_time_comes_back(when: datetime, form: str, hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    whole = when.replace(microsecond=0, tzinfo=zone)
    moment = moment_of(whole.strftime(form), zone, "dmy")
    assert moment == Moment(round(whole.timestamp()) * 10**9)


@given(st.text(max_size=40))
def test_no_text_does_harm(text: str) -> None:
    with suppress(TimeError):
        moment_of(text, UTC, "dmy")
