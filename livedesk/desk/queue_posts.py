"""Which FAQ answers were posted lately, so that the same one is not posted twice in a row? Pure.

The engine decides (docs/architecture.md, "Moderation"); this tells it before the key is pressed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

from livedesk.core.clock import NS_PER_S
from livedesk.core.moderation import (
    SAME_ANSWER_AUTHOR_S,
    SAME_ANSWER_LIVE_S,
    EffectState,
    Item,
)

_KEPT = 2_000
K = TypeVar("K")
_NOT_POSTED: frozenset[EffectState] = frozenset(("dropped", "failed", "not_possible"))


@dataclass(frozen=True, slots=True)
class Repeated:
    """An answer that was posted `ago_s` before."""

    ago_s: float
    to_author: bool


@dataclass(slots=True)
class Posts:
    """Of one store: by text, when it was last posted in the live, and to each author."""

    _in_live: dict[str, int] = field(default_factory=dict)
    _to_author: dict[tuple[str, str], int] = field(default_factory=dict)

    def note(self, item: Item) -> None:
        for effect in item.effects:
            if effect.verb != "reply" or effect.state in _NOT_POSTED:
                continue
            _later(self._in_live, effect.text, effect.wanted_utc_ns)
            _later(self._to_author, (effect.text, item.comment.author_id), effect.wanted_utc_ns)

    def last_ns(self, text: str) -> int | None:
        """When it was last posted in the live; None when it was not, or long ago."""
        return self._in_live.get(text)

    def repeated(self, text: str, author_id: str, utc_ns: int) -> Repeated | None:
        to_author_s = _ago_s(self._to_author.get((text, author_id)), utc_ns)
        if to_author_s is not None and to_author_s < SAME_ANSWER_AUTHOR_S:
            return Repeated(to_author_s, to_author=True)
        in_live_s = _ago_s(self._in_live.get(text), utc_ns)
        if in_live_s is not None and in_live_s < SAME_ANSWER_LIVE_S:
            return Repeated(in_live_s, to_author=False)
        return None


def _later(posts: dict[K, int], key: K, utc_ns: int) -> None:
    posts[key] = max(posts.pop(key, 0), utc_ns)
    if len(posts) > _KEPT:
        del posts[next(iter(posts))]


def _ago_s(utc_ns: int | None, now_ns: int) -> float | None:
    return None if utc_ns is None else max(0.0, (now_ns - utc_ns) / NS_PER_S)
