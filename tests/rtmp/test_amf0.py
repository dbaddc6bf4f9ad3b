"""Commands and metadata keep their values; depth bombs and garbage are refused."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedesk.rtmp import amf0
from livedesk.rtmp.errors import ProtocolError

scalars = st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=30)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(st.lists(values, max_size=5))
def test_values_come_back_as_they_were(sent: list[amf0.Value]) -> None:
    assert amf0.decode(amf0.encode(*sent)) == sent


def test_long_strings_and_names_from_other_alphabets() -> None:
    sent: list[amf0.Value] = ["ü" * 70_000, {"名前": "グロー"}]
    assert amf0.decode(amf0.encode(*sent)) == sent


def test_ecma_arrays_dates_and_typed_objects_are_read() -> None:
    ecma = b"\x08\x00\x00\x00\x01\x00\x05width\x00\x40\x94\x00\x00\x00\x00\x00\x00\x00\x00\x09"
    date = b"\x0b\x40\x8f\x40\x00\x00\x00\x00\x00\x00\x00"
    typed = b"\x10\x00\x01C\x00\x01a\x01\x01\x00\x00\x09"
    assert amf0.decode(ecma + date + typed) == [{"width": 1280.0}, 1000.0, {"a": True}]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"\x03\x00\x01a" * 100, "deeper than"),
        (b"\x0a\x7f\xff\xff\xff", "allowed are"),
        (b"\x0a\x00\x00\x0f\xff" + b"\x0a\x00\x00\x00\x00" * 4095 + b"\x05" * 9, "more than 4096"),
        (b"\x02\x00\x10abc", "ends early"),
        (b"\x11", "not supported"),
        (b"\x07\x00\x01", "not supported"),
    ],
)
def test_what_cannot_be_read_is_named(data: bytes, problem: str) -> None:
    with pytest.raises(ProtocolError, match=problem):
        amf0.decode(data)


@given(st.binary(max_size=400))
def test_hostile_bytes_raise_nothing_but_protocol_errors(data: bytes) -> None:
    with contextlib.suppress(ProtocolError):
        amf0.decode(data)
