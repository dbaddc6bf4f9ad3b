"""What does a server's statistics page say about one stream? nginx-rtmp's XML, read with care.

The page comes from another machine: it may be of any size, broken or hostile. Expat reads it with
document types and entities refused, so that nothing in it can be expanded or fetched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from xml.parsers import expat

_MOST_DEPTH: Final = 32
_MOST_TEXT: Final = 512
_STREAM: Final = ("application", "live", "stream")


class StatisticsError(Exception):
    """The page cannot be had or is none of nginx-rtmp's; the text holds no address and no key."""


@dataclass(frozen=True, slots=True)
class StreamStatistics:
    """`bytes_in` grows while somebody publishes the stream."""

    bytes_in: int
    is_published: bool


def read_statistics(page: bytes, app: str, stream: str) -> StreamStatistics | None:
    """One stream of `rtmp_stat all`; None when the server does not know it.

    Raises StatisticsError. The elements are those of nginx-rtmp's ngx_rtmp_stat_module.c.
    """
    reader = _Reader(app, stream)
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refused
    parser.EntityDeclHandler = _refused
    parser.ExternalEntityRefHandler = _refused
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(page, True)
    except (expat.ExpatError, LookupError, ValueError):
        raise StatisticsError("the statistics page is not XML; check its address") from None
    if not reader.is_nginx_rtmp:
        raise StatisticsError("the page is not one of nginx-rtmp's statistics; check its address")
    return reader.found


def _refused(*_: object) -> int:
    raise StatisticsError("the statistics page declares a document type, which is refused")


class _Reader:
    """Follows the elements down to the stream that is looked for."""

    def __init__(self, app: str, stream: str) -> None:
        self._wanted = (app, stream)
        self._path: list[str] = []
        self._text = ""
        self._app = ""
        self._facts: dict[str, str] = {}
        self.is_nginx_rtmp = False
        self.found: StreamStatistics | None = None

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self._path.append(name)
        if len(self._path) > _MOST_DEPTH:
            raise StatisticsError("the statistics page is nested too deeply; check its address")
        self.is_nginx_rtmp = self.is_nginx_rtmp or self._path == ["rtmp"]
        self._text = ""
        if self._ends_with(*_STREAM):
            self._facts = {}

    def text(self, piece: str) -> None:
        self._text = (self._text + piece)[:_MOST_TEXT]

    def end(self, name: str) -> None:
        if self._ends_with("application", "name"):
            self._app = self._text.strip()
        elif self._ends_with(*_STREAM):
            self._close_stream()
        elif len(self._path) > len(_STREAM) and tuple(self._path[-4:-1]) == _STREAM:
            self._facts[name] = self._text.strip()
        self._path.pop()
        self._text = ""

    def _ends_with(self, *names: str) -> bool:
        return tuple(self._path[-len(names) :]) == names

    def _close_stream(self) -> None:
        if (self._app, self._facts.get("name", "")) != self._wanted:
            return
        count = self._facts.get("bytes_in", "")
        if not (count.isascii() and count.isdecimal()):
            raise StatisticsError("the statistics page has no bytes_in for the stream")
        self.found = StreamStatistics(int(count), "publishing" in self._facts)
