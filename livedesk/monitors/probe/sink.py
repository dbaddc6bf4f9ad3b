"""What does a reader tell, to whom, and how does it end?"""

from __future__ import annotations

from typing import Literal, Protocol

from livedesk.core.events import Json, Level
from livedesk.monitors.facts import PacketFact, PictureFact, SoundFact, StreamFacts

Outcome = Literal["ended", "stopped", "reopen"]


class InputError(Exception):
    """The input cannot be read: what is wrong, where, and what to do, without the secret part."""


class NoMediaError(InputError):
    """Something answers there, but nothing came within the time that opening may take."""


class Sink(Protocol):
    """Who takes in what the reader sees. Called on the reader's thread; must not wait."""

    def opened(self, mono_ns: int, streams: StreamFacts) -> None: ...

    def changed(self, mono_ns: int, streams: StreamFacts) -> None: ...

    def packet(self, fact: PacketFact) -> None: ...

    def picture(self, fact: PictureFact) -> None: ...

    def sound(self, fact: SoundFact) -> None: ...

    def preview(self, mono_ns: int, jpeg: bytes, width: int, height: int) -> None: ...

    def decoding(self, load: float | None, errors: int) -> None: ...

    def note(self, event: str, level: Level, text: str, data: dict[str, Json]) -> None: ...
