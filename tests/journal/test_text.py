from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from livedesk.core.secrets import Secret
from livedesk.journal.rows import clean, to_json
from livedesk.journal.text import cell, duration, number, percent, show_time, shown


@given(st.text())
def test_a_cell_is_never_a_formula(text: str) -> None:
    assert not cell(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@given(st.floats(-1e12, 1e12))
def test_numbers_for_programs_read_back(value: float) -> None:
    assert abs(float(number(value)) - value) <= 0.0005 + abs(value) * 1e-12
    assert "e" not in number(value)


def test_numbers_for_people() -> None:
    assert shown("skew_ms", -1234.4, signed=True) == "−1,234"
    assert shown("skew_ms", 12.0, signed=True) == "+12"
    assert shown("skew_ms", -0.2, signed=True) == "0"
    assert shown("feed_kbps", None) == "–"
    assert number(-0.0001) == "0"
    assert percent(0.99999).replace("\u00a0", " ") == "99.9 %"
    assert percent(1.0).replace("\u00a0", " ") == "100 %"


def test_times_for_people() -> None:
    assert show_time(14_399_999) == "3:59:59"
    assert show_time(-1_250, tenths=True) == "−0:00:01.2"
    spans = {0.026: "26 ms", 0.4: "0.4 s", 11: "11 s", 59.6: "1 min", 252: "4 min 12 s"}
    spans |= {14_280: "3 h 58 min"}
    for seconds, words in spans.items():
        assert duration(seconds).replace("\u00a0", " ") == words


def test_a_stream_address_loses_its_key() -> None:
    told = clean("to rtmp://user:pass@h.example:1935/live/KEY?t=1 and SRT://h:9/KEY again")
    assert told == "to rtmp://h.example:1935/••• and SRT://h:9/••• again"
    assert clean("rtmp://h:1935") == "rtmp://h:1935"


def test_text_that_utf8_cannot_hold_is_stored_anyway() -> None:
    assert clean("a\ud800b") == "a?b"


def test_a_secret_that_strays_into_data_stays_masked() -> None:
    masked = to_json({"url": Secret("KEY")})  # type: ignore[dict-item]
    assert "KEY" not in masked
