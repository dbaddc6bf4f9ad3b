"""Which terms stand in a text? One automaton for the terms of all stores.

Aho-Corasick finds all patterns in one pass (Aho and Corasick, "Efficient string matching", CACM
18(6), 1975). As views and patterns have a space at each side of each word, it finds whole words
and phrases. In scripts that set no spaces a term is found wherever it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import ahocorasick_rs

from livedesk.core.moderation import Span
from livedesk.moderation.cuts import Cuts
from livedesk.moderation.disguise import Found, Likeness, likeness
from livedesk.moderation.masks import Masks
from livedesk.moderation.views import (
    DRAWN_OUT,
    Readings,
    Recipe,
    View,
    Views,
    is_spaceless,
    squeezed,
    squeezed_view,
)

Breathe = Callable[[], None]
"""Lets others run: rules are compiled in a thread beside an event loop."""

_Form = Literal["words", "skeleton", "sign"]
_KATAKANA: Final = re.compile("[\u30a1-\u30fa\u30fc]")
_HIRAGANA: Final = re.compile("[\u3041-\u3096]")
_TAIL: Final = re.compile(
    "[\u0e30-\u0e3a\u0e45\u0e47-\u0e4e\u0eb0-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u1056-\u1059\u17b4-\u17d3]"
)
"""Vowels and marks that belong to the letter before: Thai, Lao, Burmese, Khmer."""
_SHORT_KANA: Final = 3
_TURN: Final = 50
"""So many terms are compiled in one go, in a millisecond or two."""
_MOST_LOOKS: Final = 50
"""Of a text; each takes up to a tenth of a millisecond, on the engine's event loop. Nobody writes
a message by chance in which so much looks like a term."""


@dataclass(frozen=True, slots=True)
class Term:
    """Of the rule, or the allowed words, with this number."""

    text: str
    owner: int
    stores: frozenset[str] | None
    """None: all."""

    def holds_for(self, store: str) -> bool:
        return self.stores is None or store in self.stores


@dataclass(frozen=True, slots=True)
class Hit:
    span: Span
    owner: int
    term: str
    disguise: Likeness | None = None
    """None: it stands there as it is."""


class Looks:
    """A text in all its views, with places; each is made when it is asked for."""

    def __init__(self, views: Views, text: str, words: str, readings: Readings) -> None:
        """`words` and `readings` are those of `views`, without places: cheap to look at first."""
        self._views = views
        self._left = _MOST_LOOKS
        self.text = text
        self.sure: set[Term] = set()
        """Readings show most of what they show alike: what one is sure of, no other is asked."""
        self.bare_words = words
        self.readings = readings

    @cached_property
    def folded(self) -> View:
        return self._views.folded_view(self.text)

    @cached_property
    def words(self) -> View:
        return self._views.words_view(self.folded)

    @cached_property
    def _letters(self) -> View:
        return self._views.letters_view(self.text)

    def reading(self, recipe: Recipe) -> View:
        return self._views.reading_view(self._letters, recipe)

    def is_broken_off(self) -> bool:
        """There was more that looked like a term than was looked at."""
        return self._left < 0

    def likeness(self, found: Found, term: str, shape: View) -> Likeness | None:
        self._left -= 1
        return None if self.is_broken_off() else likeness(self._views, found, term, shape)


class _Automaton:
    """Patterns, each with the terms that it stands for."""

    def __init__(
        self, patterns: dict[str, list[tuple[Term, _Form]]], signals: Sequence[str] = ()
    ) -> None:
        """`signals` are looked for in the same pass, and belong to no term."""
        self._owners = tuple(patterns.values())
        self._stores = tuple(map(_stores, self._owners))
        self._finder = ahocorasick_rs.AhoCorasick((*patterns, *signals), store_patterns=False)

    def look(self, text: str, store: str) -> tuple[bool, bool]:
        """Whether a term of the store is in it; and if not, whether a signal is."""
        signalled = False
        for pattern, _, _ in self._finder.find_matches_as_indexes(text, overlapping=True):
            if pattern >= len(self._stores):
                signalled = True
                continue
            stores = self._stores[pattern]
            if stores is None or store in stores:
                return True, signalled
        return False, signalled

    def terms(self, text: str, store: str) -> set[Term]:
        """Whose skeletons are in it."""
        return {term for term, form, _, _ in self.find(text, store) if form == "skeleton"}

    def has_words(self, text: str, store: str) -> bool:
        return any(form == "words" for _, form, _, _ in self.find(text, store))

    def find(self, text: str, store: str) -> Iterator[tuple[Term, _Form, int, int]]:
        for pattern, start, end in self._finder.find_matches_as_indexes(text, overlapping=True):
            for term, form in self._owners[pattern] if pattern < len(self._owners) else ():
                if term.holds_for(store):
                    yield term, form, start, end


class Terms:
    """Compiled; with `disguises` also found in skeletons. `breathe` is called every millisecond
    or two of the work."""

    def __init__(
        self, views: Views, terms: Sequence[Term], breathe: Breathe, disguises: bool = True
    ) -> None:
        self._views = views
        words: dict[str, list[tuple[Term, _Form]]] = {}
        runs: dict[str, list[tuple[Term, _Form]]] = {}
        signs: dict[str, list[tuple[Term, _Form]]] = {}
        for term in _in_turns(terms, breathe):
            folded = views.folded(term.text)
            if has_bare_signs(views, folded):
                signs.setdefault(" ".join(folded.split()), []).append((term, "sign"))
                continue
            words.setdefault(_open_ended(views.words(folded)), []).append((term, "words"))
            if disguises:
                for shape in _shapes(views, term.text):
                    words.setdefault(shape, []).append((term, "skeleton"))
                    runs.setdefault(squeezed(shape), []).append((term, "skeleton"))
        self._plain = _automaton(words, DRAWN_OUT if disguises else ())
        self._runs, self._signs = _automaton(runs), _automaton(signs)
        self._known_shapes: dict[tuple[str, bool], View] = {}
        self._known = terms if disguises else ()
        folds = (
            views.words(views.folded(term.text)).strip() for term in _in_turns(self._known, breathe)
        )
        self._masks = Masks(enumerate(folds))
        self._cuts = Cuts(
            (n, _shape(views, term.text)) for n, term in enumerate(_in_turns(self._known, breathe))
        )

    def may_be_in(self, folded: str, words: str, readings: Readings, store: str) -> bool:
        """Fast; true also for what proves to be something else."""
        drawn_out = False
        if self._plain is not None:
            found, drawn_out = self._plain.look("".join((words, *readings)), store)
            if found:
                return True
        if drawn_out and self._runs is not None:
            found, _ = self._runs.look("".join(map(squeezed, readings)), store)
            if found:
                return True
        if self._signs is not None and self._signs.look(folded, store)[0]:
            return True
        if self._cuts.may_be_in(next(iter(readings))):
            return True
        return self._masks.may_be_in(folded)

    def plain(self, looks: Looks, store: str) -> Iterator[Hit]:
        """Those that stand there as they are."""
        if self._plain is not None and self._plain.has_words(looks.bare_words, store):
            yield from self._as_it_is(self._plain, looks.words, "words", store)
        if self._signs is not None:
            yield from self._as_it_is(self._signs, looks.folded, "sign", store)

    def disguised(self, looks: Looks, store: str) -> Iterator[Hit]:
        """Those that only the skeleton shows, and again those that stand there as they are."""
        yield from self._disguised(self._plain, looks, store, False)
        if self._views.is_drawn_out("".join(looks.readings)):
            yield from self._disguised(self._runs, looks, store, True)
        for number, start, end, how in self._masks.find(looks.folded.text):
            term = self._known[number]
            if term.holds_for(store):
                yield Hit(looks.folded.span(start, end), term.owner, term.text, how)

    def _as_it_is(
        self, automaton: _Automaton, view: View, wanted: _Form, store: str
    ) -> Iterator[Hit]:
        for term, form, start, end in automaton.find(view.text, store):
            if form == wanted and (form == "sign" or _stands_alone(view.text, start, end)):
                yield Hit(view.span(start, end), term.owner, term.text)

    def _disguised(
        self, automaton: _Automaton | None, looks: Looks, store: str, runs: bool
    ) -> Iterator[Hit]:
        if automaton is None:
            return
        for bare, recipe in looks.readings.items():
            if (
                looks.is_broken_off()
                or automaton.terms(squeezed(bare) if runs else bare, store) <= looks.sure
            ):
                continue
            view = squeezed_view(looks.reading(recipe)) if runs else looks.reading(recipe)
            settled = frozenset(looks.sure)
            for term, form, start, end in automaton.find(view.text, store):
                if form == "words" or term in settled or not _stands_alone(view.text, start, end):
                    continue
                found = Found(looks.text, view, start, end, runs)
                how = looks.likeness(found, term.text, self._shape(term.text, runs))
                if looks.is_broken_off():
                    return
                if how == "sure":
                    looks.sure.add(term)
                if how is not None:
                    yield Hit(view.span(start, end), term.owner, term.text, how)

    def cut(self, looks: Looks, store: str) -> Iterator[Hit]:
        """Those that are written in pieces: never more than likely, so asked for last."""
        bare, recipe = next(iter(looks.readings.items()))
        hits = [(self._known[number], start, end) for number, start, end in self._cuts.find(bare)]
        hits = [hit for hit in hits if hit[0].holds_for(store) and hit[0] not in looks.sure]
        view = looks.reading(recipe) if hits else looks.folded
        for term, start, end in hits:
            found = Found(looks.text, view, start, end, False)
            if looks.likeness(found, term.text, self._shape(term.text, False)) is not None:
                yield Hit(view.span(start, end), term.owner, term.text, "likely")

    def _shape(self, term: str, runs: bool) -> View:
        """Kept for what was asked for once: most terms never are."""
        shape = self._known_shapes.get((term, runs))
        if shape is None:
            plain = self._views.reading_view(self._views.letters_view(term), Recipe(" "))
            shape = squeezed_view(plain) if runs else plain
            self._known_shapes[term, runs] = shape
        return shape


def has_bare_signs(views: Views, folded: str) -> bool:
    """Somewhere between its spaces is nothing but signs: such a term is found as it stands."""
    return any(views.words(chunk) == " " for chunk in folded.split())


def _in_turns(terms: Sequence[Term], breathe: Breathe) -> Iterator[Term]:
    for number, term in enumerate(terms):
        if not number % _TURN:
            breathe()
        yield term


def _automaton(
    patterns: dict[str, list[tuple[Term, _Form]]], signals: Sequence[str] = ()
) -> _Automaton | None:
    return _Automaton(patterns, signals) if patterns else None


def _stores(owners: Sequence[tuple[Term, _Form]]) -> frozenset[str] | None:
    distinct = {term.stores for term, _ in owners}
    if len(distinct) == 1:
        return distinct.pop()
    known = [stores for stores in distinct if stores is not None]
    return frozenset().union(*known) if len(known) == len(distinct) else None


def _shape(views: Views, text: str) -> str:
    return next(iter(views.readings(text)))


def _shapes(views: Views, text: str) -> set[str]:
    """Its skeleton, and the same written as one word."""
    shape = _shape(views, text)
    return {_open_ended(shape), _open_ended(f" {shape.replace(' ', '')} ")} - {"", " ", "  "}


def _open_ended(pattern: str) -> str:
    """Without the space at an end where the script sets none."""
    if len(pattern) > 2 and is_spaceless(pattern[1]):
        pattern = pattern[1:]
    if len(pattern) > 1 and is_spaceless(pattern[-2]):
        pattern = pattern[:-1]
    return pattern


def _stands_alone(text: str, start: int, end: int) -> bool:
    """False where a term without spaces is but a piece of a longer word, as far as can be told:
    a run of katakana is one word, short hiragana begins where hiragana begin, and a letter is
    not cut from its vowel."""
    found, before, after = text[start:end], text[start - 1 : start], text[end : end + 1]
    if _TAIL.match(after) and is_spaceless(found[-1]):
        return False
    if _KATAKANA.match(found[-1]) and _KATAKANA.match(after):
        return False
    if _KATAKANA.match(found[0]) and _KATAKANA.match(before):
        return False
    if len(found) <= _SHORT_KANA and all(map(_HIRAGANA.match, found)):
        return not (_HIRAGANA.match(before) or _HIRAGANA.match(after))
    return True
