"""AMF 0 values ↔ bytes, for commands and metadata (AMF 0 specification, Adobe 2007).

Objects, typed objects and ECMA arrays become `dict`, dates become their milliseconds, undefined
becomes None.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Final

from livedesk.rtmp.errors import ProtocolError

Value = None | bool | float | str | list["Value"] | dict[str, "Value"]
Encodable = None | bool | float | int | str | Sequence["Encodable"] | Mapping[str, "Encodable"]

MAX_DEPTH: Final = 16
MAX_VALUES: Final = 4096


class _Marker(IntEnum):
    NUMBER = 0
    BOOLEAN = 1
    STRING = 2
    OBJECT = 3
    NULL = 5
    UNDEFINED = 6
    ECMA_ARRAY = 8
    OBJECT_END = 9
    STRICT_ARRAY = 10
    DATE = 11
    LONG_STRING = 12
    UNSUPPORTED = 13
    XML = 15
    TYPED_OBJECT = 16


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._values = 0

    @property
    def at_end(self) -> bool:
        return self._at >= len(self._data)

    def _take(self, count: int) -> bytes:
        part = self._data[self._at : self._at + count]
        if len(part) < count:
            raise ProtocolError(f"AMF0 ends early: {count} bytes expected, {len(part)} left")
        self._at += count
        return part

    def _uint(self, count: int) -> int:
        return int.from_bytes(self._take(count), "big")

    def _text(self, length_bytes: int) -> str:
        return self._take(self._uint(length_bytes)).decode("utf-8", "replace")

    def _double(self) -> float:
        return float(struct.unpack(">d", self._take(8))[0])

    def value(self, depth: int = 0) -> Value:
        self._values += 1
        if depth > MAX_DEPTH or self._values > MAX_VALUES:
            raise ProtocolError(f"AMF0 deeper than {MAX_DEPTH} or more than {MAX_VALUES} values")
        marker = self._uint(1)
        match marker:
            case _Marker.NUMBER:
                return self._double()
            case _Marker.BOOLEAN:
                return self._uint(1) != 0
            case _Marker.STRING:
                return self._text(2)
            case _Marker.LONG_STRING | _Marker.XML:
                return self._text(4)
            case _Marker.NULL | _Marker.UNDEFINED | _Marker.UNSUPPORTED:
                return None
            case _Marker.DATE:
                milliseconds = self._double()
                self._take(2)  # time zone, reserved and always zero
                return milliseconds
            case _Marker.STRICT_ARRAY:
                return self._array(depth)
            case _Marker.OBJECT:
                return self._pairs(depth)
            case _Marker.ECMA_ARRAY:
                self._take(4)  # the count is a hint; the end marker decides
                return self._pairs(depth)
            case _Marker.TYPED_OBJECT:
                self._text(2)
                return self._pairs(depth)
        raise ProtocolError(f"AMF0 marker {marker:#04x} is not supported")

    def _array(self, depth: int) -> list[Value]:
        count = self._uint(4)
        if count > MAX_VALUES:
            raise ProtocolError(f"AMF0 array of {count} values, allowed are {MAX_VALUES}")
        return [self.value(depth + 1) for _ in range(count)]

    def _pairs(self, depth: int) -> dict[str, Value]:
        pairs: dict[str, Value] = {}
        while True:
            name = self._text(2)
            if not name and self._data[self._at : self._at + 1] == bytes((_Marker.OBJECT_END,)):
                self._at += 1
                return pairs
            pairs[name] = self.value(depth + 1)


def decode(data: bytes) -> list[Value]:
    """All values in `data`; raises `ProtocolError` for bytes that are not AMF 0."""
    reader = _Reader(data)
    values: list[Value] = []
    while not reader.at_end:
        values.append(reader.value())
    return values


def encode(*values: Encodable) -> bytes:
    """The values one after the other. Mappings become objects, sequences strict arrays."""
    return b"".join(_encode(value) for value in values)


def _encode(value: Encodable) -> bytes:
    if value is None:
        return bytes((_Marker.NULL,))
    if isinstance(value, bool):
        return bytes((_Marker.BOOLEAN, value))
    if isinstance(value, int | float):
        return bytes((_Marker.NUMBER,)) + struct.pack(">d", value)
    if isinstance(value, str):
        return _encode_text(value)
    if isinstance(value, Mapping):
        pairs = b"".join(_name(name) + _encode(entry) for name, entry in value.items())
        return bytes((_Marker.OBJECT,)) + pairs + bytes((0, 0, _Marker.OBJECT_END))
    body = b"".join(_encode(entry) for entry in value)
    return bytes((_Marker.STRICT_ARRAY,)) + len(value).to_bytes(4, "big") + body


def _name(name: str) -> bytes:
    raw = name.encode()
    return len(raw).to_bytes(2, "big") + raw


def _encode_text(text: str) -> bytes:
    raw = text.encode()
    if len(raw) <= 0xFFFF:
        return bytes((_Marker.STRING,)) + len(raw).to_bytes(2, "big") + raw
    return bytes((_Marker.LONG_STRING,)) + len(raw).to_bytes(4, "big") + raw
