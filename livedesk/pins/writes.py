"""Which write may still take effect, although nobody waits for it any more?"""

from __future__ import annotations

from collections import deque
from typing import Final

from livedesk.pins.facts import EFFECT_NS, Rival
from livedesk.platforms.outcome import Answer

_KEPT: Final = 64
_KEPT_NS: Final = 4 * EFFECT_NS


class Write:
    """One write of a pin; `over_ns`: since when nothing more can become of it, None: it can."""

    __slots__ = ("key", "over_ns", "product_id", "sent_ns")

    def __init__(self, key: str, product_id: str | None, sent_ns: int) -> None:
        self.key = key
        self.product_id = product_id
        self.sent_ns = sent_ns
        self.over_ns: int | None = None


class Writes:
    """The last writes of a store, over all its pins."""

    def __init__(self, *, honours_keys: bool) -> None:
        self._honours_keys = honours_keys
        self._writes: deque[Write] = deque(maxlen=_KEPT)

    def sent(self, key: str, product_id: str | None, mono_ns: int) -> Write:
        while self._writes and self._writes[0].sent_ns < mono_ns - _KEPT_NS:
            self._writes.popleft()
        write = Write(key, product_id, mono_ns)
        self._writes.append(write)
        return write

    def answered(self, write: Write, answer: Answer, mono_ns: int) -> None:
        if answer.effect == "maybe":
            return
        self._end(write, write.sent_ns if answer.effect == "none" else mono_ns)
        if answer.ok:
            self.took_effect(write.key, mono_ns)

    def took_effect(self, key: str, mono_ns: int) -> None:
        """Where keys are honoured, the others of the same key now do nothing."""
        if self._honours_keys:
            for write in self._writes:
                if write.key == key:
                    self._end(write, mono_ns)

    def is_over(self, key: str, mono_ns: int) -> bool:
        """Nothing more becomes of any write of this key."""
        mine = [write for write in self._writes if write.key == key]
        return all(self._over_ns(write, mono_ns) is not None for write in mine)

    def last_asked_for(self, product_id: str | None) -> bool:
        return bool(self._writes) and self._writes[-1].product_id == product_id

    def rivals(self, key: str, product_id: str | None, mono_ns: int) -> tuple[Rival, ...]:
        """Writes of others that may take effect, or may have, after the first one of this key."""
        first = next((write for write in self._writes if write.key == key), None)
        if first is None:
            return ()
        found = []
        for write in self._writes:
            over_ns = self._over_ns(write, mono_ns)
            if write.key == key or write.product_id == product_id:
                continue
            if write.sent_ns <= first.sent_ns and (over_ns is None or over_ns >= first.sent_ns):
                found.append(Rival(write.product_id, over_ns))
        return tuple(found)

    def _end(self, write: Write, mono_ns: int) -> None:
        if write.over_ns is None:
            write.over_ns = min(mono_ns, write.sent_ns + EFFECT_NS)

    def _over_ns(self, write: Write, mono_ns: int) -> int | None:
        if write.over_ns is None and mono_ns >= write.sent_ns + EFFECT_NS:
            write.over_ns = write.sent_ns + EFFECT_NS
        return write.over_ns
