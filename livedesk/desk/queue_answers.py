"""In which order are a store's answers offered for an item, and which nine of them have keys? Pure.

The one that the verdict names stands first, then those that the live used last, then every topic
once in one language, then the other languages. Ids tell topic and language (`shipping-es`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from livedesk.core.moderation import Faq, Item
from livedesk.desk.queue_posts import Posts

DIGITS: Final = 9
"""Answers that a key posts at one time."""

_USED: Final = 3
"""Of those used last: rules answer in every language, and would fill the keys with one topic."""

_LANGUAGE_CHARS: Final = (2, 3)
"""Of a language's code, such as "pt" or "fil" (ISO 639)."""


@dataclass(slots=True)
class Offer:
    """The answers for the item that is looked at. Their order stays while it is, as digits must
    not change their meaning under the finger."""

    _item_id: str = ""
    _ids: tuple[str, ...] = ()
    _first: int = 0

    def of(self, item: Item, faq: tuple[Faq, ...], posts: Posts) -> tuple[tuple[Faq, int], ...]:
        """All answers in order, each with its digit; 0 where no key posts it now."""
        known = {each.id: each for each in faq}
        if item.id != self._item_id or known.keys() != set(self._ids):
            named = "" if item.verdict is None else item.verdict.reply
            self._ids = tuple(each.id for each in ordered(faq, named, _used(faq, posts)))
            self._item_id, self._first = item.id, 0
        digits = range(1, DIGITS + 1)
        return tuple(
            (known[faq_id], number if (number := at - self._first) in digits else 0)
            for at, faq_id in enumerate(self._ids, 1)
        )

    def turn(self) -> None:
        """The keys post the next nine; after the last ones, the first again."""
        self._first += DIGITS
        if self._first >= len(self._ids):
            self._first = 0


def ordered(faq: Sequence[Faq], named: str, used: Sequence[str]) -> tuple[Faq, ...]:
    """`named`: id of the answer that the verdict names, or empty; `used`: ids, the newest first."""
    parts = _parts([each.id for each in faq])
    wanted = parts[named][1] if named in parts else ""
    best: dict[str, str] = {}
    for faq_id, (topic, language) in parts.items():
        if topic not in best or language == wanted or (
            not language and parts[best[topic]][1] != wanted
        ):  # fmt: skip
            best[topic] = faq_id
    languages = list(dict.fromkeys(language for _, language in parts.values()))
    others = sorted(parts, key=lambda each: languages.index(parts[each][1]))
    first = (each for each in (named, *used) if each in parts)
    known = {each.id: each for each in faq}
    return tuple(known[each] for each in dict.fromkeys((*first, *best.values(), *others)))


def _used(faq: Sequence[Faq], posts: Posts) -> list[str]:
    last = {each.id: posts.last_ns(each.posted) for each in faq}
    found = sorted((ns, faq_id) for faq_id, ns in last.items() if ns is not None)
    return [faq_id for _, faq_id in reversed(found)][:_USED]


def _parts(ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Topic and language of each; an ending that no other id shares the topic of is none."""
    split = {each: _split(each) for each in ids}
    count = Counter(topic for topic, _ in split.values())
    return {each: (topic, lang) if count[topic] > 1 else (each, "")
            for each, (topic, lang) in split.items()}  # fmt: skip


def _split(faq_id: str) -> tuple[str, str]:
    topic, _, ending = faq_id.rpartition("-")
    is_language = ending.isalpha() and ending.islower() and len(ending) in _LANGUAGE_CHARS
    return (topic, ending) if topic and is_language else (faq_id, "")
