"""What is put on record of webhooks? Each kind of news once a minute, however often it comes.

Anybody who reaches the API may send a webhook that is refused, and a shop may tell of things that
do not concern a live: neither may fill the record, nor push other events out of the line for it.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NoReturn

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.events import Json, Level
from livedesk.core.secrets import Secret
from livedesk.engine.pinning.stage import Tell
from livedesk.pins.webhook import HookEvent, verify
from livedesk.platforms.webhook import HookRefused, SeenHooks

AGAIN_AFTER_S: Final = 60.0
_MOST_KINDS: Final = 100


def refuse(headers: Mapping[str, str], body: bytes, utc_ns: int) -> NoReturn:
    """As of a store whose secret is not known: so who asks does not learn which stores there are,
    nor which of them take webhooks. Raises HookRefused."""
    nobody_s = Secret("whsec_" + base64.b64encode(secrets.token_bytes(32)).decode())
    verify(nobody_s, headers, body, utc_ns, SeenHooks())
    raise HookRefused("bad_signature", "Its signature does not fit.")


@dataclass(slots=True)
class _Told:
    mono_ns: int
    since: int = 0
    """So many more of the kind have come and were not told."""


class HookNews:
    def __init__(self, clock: Clock, tell: Tell) -> None:
        self._clock = clock
        self._tell = tell
        self._told: dict[str, _Told] = {}

    def refused(self, refusal: HookRefused) -> None:
        text = f"A webhook about products was refused. {refusal.text}"
        self._say("hook.refused", "warning", text, {"code": refusal.code}, refusal.code)

    def taken(self, event: HookEvent) -> None:
        """Only what is not as its sender will have thought: changes of products tell themselves."""
        if event.note and not event.repeated:
            text = f"A webhook about products changed nothing: {event.note}."
            self._say("hook.unused", "notice", text, {"type": event.type}, event.type)
        product_id = "" if event.product is None else event.product.id
        for problem in event.problems:
            text = f"A webhook was used in part. {problem.where}: {problem.text}"
            told: dict[str, Json] = {"where": problem.where, "product_id": product_id}
            self._say("hook.problem", "warning", text, told, f"{problem.where} {product_id}")

    def _say(self, kind: str, level: Level, text: str, data: dict[str, Json], what: str) -> None:
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
