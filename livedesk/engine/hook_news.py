"""What is put on record of webhooks? Each kind of news once a minute, however often it comes.

Anybody who reaches the API may send a webhook that is refused: that may neither fill the record,
nor push other events out of the line for it.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NoReturn, Protocol

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.events import Json, Level
from livedesk.core.secrets import Secret
from livedesk.platforms.webhook import HookRefused, SeenHooks, genuine

AGAIN_AFTER_S: Final = 60.0
_MOST_KINDS: Final = 100


class Tell(Protocol):
    """Puts an event in line for the record."""

    def __call__(self, kind: str, level: Level, text: str, data: dict[str, Json]) -> object: ...


def refuse(headers: Mapping[str, str], body: bytes, utc_ns: int) -> NoReturn:
    """As of a store whose secret is not known: so who asks does not learn which stores there are,
    nor which of them take webhooks. Raises HookRefused."""
    nobody_s = Secret("whsec_" + base64.b64encode(secrets.token_bytes(32)).decode())
    genuine(nobody_s, headers, body, utc_ns, SeenHooks())
    raise HookRefused("bad_signature", "Its signature does not fit.")


@dataclass(slots=True)
class _Told:
    mono_ns: int
    since: int = 0
    """So many more of the kind have come and were not told."""


class HookNews:
    """`about`: what the webhooks tell of, such as "products"."""

    def __init__(self, clock: Clock, tell: Tell, about: str) -> None:
        self._clock = clock
        self._tell = tell
        self._about = about
        self._told: dict[str, _Told] = {}

    def refused(self, refusal: HookRefused) -> None:
        text = f"A webhook about {self._about} was refused. {refusal.text}"
        self.say("hook.refused", "warning", text, {"code": refusal.code}, refusal.code)

    def say(self, kind: str, level: Level, text: str, data: dict[str, Json], what: str) -> None:
        """`what`: what is news of one kind; the same again waits for its minute."""
        mono_ns, name = self._clock.mono_ns(), f"{kind} {what}"
        told = self._told.get(name)
        if told is not None and mono_ns - told.mono_ns < AGAIN_AFTER_S * NS_PER_S:
            told.since += 1
            return
        more = 0 if told is None else told.since
        self._told.pop(name, None)
        self._told[name] = _Told(mono_ns)
        if len(self._told) > _MOST_KINDS:
            del self._told[next(iter(self._told))]
        before = f" {more:,} more before it." if more else ""
        self._tell(kind, level, text + before, {**data, "more": more})
