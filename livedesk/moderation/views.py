"""How is a text looked at, and where in the original is what was found?

Two views (docs/architecture.md, "Moderation"). *Folded*: NFKC, letter case folded, the invisible
left out; as it stands for expressions, and as words for terms: each word between two single spaces,
so that an automaton finds whole words and phrases and nothing else. *Skeleton*: what it looks
like, in several readings: signs between letters are gaps or nothing, single letters stand alone or
are joined. Most comments break no rule, so each view exists twice: as a bare string that is made
in microseconds, and, for the few in which that found something, with the place of each character.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import ahocorasick_rs

from livedesk.core.moderation import Span
from livedesk.moderation.confusables import (
    INVISIBLE,
    JOINT,
    PHRASES,
    SPACELESS,
    SPACELESS_LETTER,
    Letters,
)

_SCRIPT_EDGE: Final = re.compile(
    f"(?<=[{SPACELESS}])(?=[^ {SPACELESS}])|(?<=[^ {SPACELESS}])(?=[{SPACELESS}])"
)
_MARK: Final = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]"
_FLOOD: Final = re.compile(f"({_MARK}{{8}}){_MARK}+")
"""Nobody sets nine marks on one letter, and normalising takes the square of their number."""
_FLOODED: Final = 1_000
"""Code points; shorter texts are normalised in microseconds whatever they are."""
_PHRASE: Final = "\ufdfd"
"""Another such sign, which normalising leaves alone."""
_EXTENDS: Final = re.compile("[\uff9e\uff9f\u1160-\u11ff]")
"""Joins the character before it when normalised, although it is no mark."""
_NOT_FOLDED: Final = re.compile(f"{INVISIBLE.pattern[:-1]}\ud800-\udfff]")

_EYE: Final = re.compile(r"!(?=!?\w)")
_SIGN: Final = re.compile(re.escape(JOINT))
_SPACES: Final = re.compile("  +")
_HAN: Final = "[\u3005-\u3007\u3400-\u9fff]"
_ALONE: Final = re.compile(r" \w \w \w ")
_HAN_ALONE: Final = re.compile(f"{_HAN} {_HAN}")
_JOINS: Final = (
    re.compile(rf"(?<= \w) (?=\w )|(?<={_HAN}) (?={_HAN})"),
    re.compile(r"(?<= \w \w) (?=\w )"),
    re.compile(r"(?<= \w) (?=\w \w )"),
    re.compile(r"(?<= \w \w) (?=\w \w )"),
)
"""Gaps between letters that stand alone: all; all but the first or the last, which may be words,
as in "I f r e e u"; all but those two."""
_MARKUP: Final = re.compile("</?[A-Za-z][^<>]{0,60}>|\x1b\\[[0-9;]{0,20}[A-Za-z]")
"""HTML and colours of terminals; what they surround is shown as if they were not there."""
_STROKES: Final = {"\\/\\/": "w", "\\/": "v", "/\\": "a", "|_|": "u", "|-|": "h", "()": "o"}
"""Letters that are drawn with several signs."""
_DRAWN: Final = re.compile("|".join(map(re.escape, _STROKES)))
DRAWN_OUT: Final = tuple(
    3 * chr(code)
    for code in (
        *(ord(letter) for letter in "abcdefghijkmnopqrstuvwxyz"),
        *range(0x3B1, 0x3CA),
        *range(0x430, 0x450),
        *range(0x5D0, 0x5EB),
        *range(0x621, 0x64B),
    )
)
"""Letters that people repeat for emphasis: Latin, Greek, Cyrillic, Hebrew, Arabic."""
_RUN: Final = re.compile(r"(\w)\1+")


@dataclass(frozen=True, slots=True)
class View:
    """A text, and for each of its characters from where to where it was in the original."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def span(self, start: int, end: int) -> Span:
        """In code points of the original, for a stretch in which there is more than spaces."""
        while self.text[start] == " ":
            start += 1
        while self.text[end - 1] == " ":
            end -= 1
        return Span(min(self.starts[start:end]), max(self.ends[start:end]))


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a reading is made: what stands for a sign, and which gaps are closed."""

    sign: str
    gaps: re.Pattern[str] | None = None


_OPEN: Final = Recipe(" ")
_CLOSED: Final = Recipe("")


Readings = dict[str, Recipe]
"""Of a skeleton, none twice."""


class _Words(dict[int, str]):
    """Letters, digits and marks stay; everything else is a gap between words."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        stays = char.isalnum() or unicodedata.category(char)[0] == "M"
        self[code] = char if stays else " "
        return self[code]


class _Folds(dict[int, str]):
    """Leaves out the invisible; a lone surrogate, which no encoding has, becomes U+FFFD."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        self[code] = "\ufffd" if 0xD800 <= code < 0xE000 else INVISIBLE.sub("", char)
        return self[code]


class _Ascii:
    """What tables make of ASCII, in one sweep over bytes: ten times faster than `str.translate`."""

    def __init__(self, *tables: dict[int, str]) -> None:
        made = [chr(code) for code in range(128)]
        for table in tables:
            made = [char.translate(table) for char in made]
        self._gone = bytes(code for code, char in enumerate(made) if not char)
        self._table = "".join(char or " " for char in made).encode().ljust(256)

    def read(self, text: str) -> str:
        return text.encode().translate(self._table, self._gone).decode()


class Views:
    """Makes them. The tables fill themselves, so keep one for many texts."""

    def __init__(self) -> None:
        self._words = _Words()
        self._folds = _Folds()
        self._letters = Letters()
        self._ascii_words = _Ascii(self._words)
        self._ascii_letters = _Ascii(self._letters)
        # Far faster than an expression with a backreference.
        self._runs = ahocorasick_rs.AhoCorasick(DRAWN_OUT, store_patterns=False)

    def folded(self, text: str) -> str:
        if text.isascii():
            folded = text.lower()
            # Printable ASCII has nothing invisible, and saying so is faster than looking for it.
            return folded if folded.isprintable() else folded.translate(self._folds)
        return self._folded(text)

    def _folded(self, text: str) -> str:
        calm = _FLOOD.sub(r"\1", text) if len(text) > _FLOODED else text
        for phrase in PHRASES:
            calm = calm.replace(phrase, _PHRASE)
        folded = unicodedata.normalize("NFKC", calm).casefold()
        return folded.translate(self._folds) if _NOT_FOLDED.search(folded) else folded

    def words(self, folded: str) -> str:
        if folded.isascii():
            return _spaced(self._ascii_words.read(folded))
        return _spaced(folded.translate(self._words))

    def readings(self, text: str) -> Readings:
        shown = _MARKUP.sub("", text) if "<" in text or "\x1b" in text else text
        if "\\" in shown or "|" in shown or "()" in shown:
            shown = _DRAWN.sub(lambda drawn: _STROKES[drawn[0]], shown)
        ascii_only = shown.isascii()
        read = self._ascii_letters.read(shown) if ascii_only else shown.translate(self._letters)
        raw = self._signs(read)
        found = {_spaced(raw.replace(JOINT, " ")): _OPEN}
        # A sign that a space follows leaves the same words, whether it is a gap or nothing.
        if JOINT in raw and JOINT in raw.rstrip(JOINT).replace(f"{JOINT} ", " "):
            found.setdefault(_spaced(raw.replace(JOINT, "")), _CLOSED)
        for reading in filter(_stand_alone, tuple(found)):
            for gaps in _JOINS:
                found.setdefault(gaps.sub("", reading), Recipe(found[reading].sign, gaps))
        return found

    def is_drawn_out(self, readings: str) -> bool:
        """Some letter stands three times in a row: they are to be looked at `squeezed` too."""
        return bool(self._runs.find_matches_as_indexes(readings))

    def folded_view(self, text: str) -> View:
        """`folded`, character by character."""
        folded = self.folded(text)
        calm = unicodedata.is_normalized("NFKC", text) and not _NOT_FOLDED.search(text)
        if calm and len(folded) == len(text):
            # Folding the case alone never makes a text shorter, so nothing has moved.
            return View(folded, range(len(text)), range(1, len(text) + 1))
        chars: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        for start, end in _clusters(text):
            piece = self.folded(text[start:end])
            chars.append(piece)
            starts.extend([start] * len(piece))
            ends.extend([end] * len(piece))
        return View("".join(chars), starts, ends)

    def words_view(self, folded: View) -> View:
        view = View(folded.text.translate(self._words), folded.starts, folded.ends)
        return _spaced_view(view)

    def reading_view(self, raw: View, recipe: Recipe) -> View:
        """One of `readings`, with places, from the text's `letters_view`."""
        if recipe.sign:
            raw = View(raw.text.replace(JOINT, recipe.sign), raw.starts, raw.ends)
        else:
            raw = _replaced(raw, _SIGN, _nothing)
        view = _spaced_view(raw)
        return view if recipe.gaps is None else _replaced(view, recipe.gaps, _nothing)

    def letters_of(self, piece: str) -> str:
        """What a stretch of an original looks like: its letters alone."""
        read = piece.translate(self._letters)
        return read.replace("!", "i").replace(JOINT, "").replace(" ", "")

    def _signs(self, raw: str) -> str:
        return _EYE.sub("i", raw).replace("!", JOINT) if "!" in raw else raw

    def letters_view(self, text: str) -> View:
        """Of a skeleton, before signs and gaps are read."""
        size = len(text)
        shown = View(text, range(size), range(1, size + 1))
        if "<" in text or "\x1b" in text:
            shown = _replaced(shown, _MARKUP, _nothing)
        shown = _replaced(shown, _DRAWN, lambda drawn: _STROKES[drawn[0]])
        if shown.text.isascii():
            read = self._ascii_letters.read(shown.text)
            if len(read) == len(shown.text):
                return View(self._signs(read), shown.starts, shown.ends)
        pieces = [self._letters[ord(char)] for char in shown.text]
        starts = [at for at, piece in zip(shown.starts, pieces, strict=True) for _ in piece]
        return View(self._signs("".join(pieces)), starts, [at + 1 for at in starts])


def squeezed(reading: str) -> str:
    return _RUN.sub(r"\1", reading)


def squeezed_view(reading: View) -> View:
    return _replaced(reading, _RUN, _first)


def without_markup(piece: str) -> str:
    """And without what is invisible."""
    return INVISIBLE.sub("", _MARKUP.sub("", piece))


def is_spaceless(char: str) -> bool:
    return SPACELESS_LETTER.match(char) is not None


def _stand_alone(reading: str) -> bool:
    """Some of its letters do, so that they may belong together."""
    if _ALONE.search(reading):
        return True
    return not reading.isascii() and _HAN_ALONE.search(reading) is not None


def _spaced(text: str) -> str:
    words = " ".join(text.split())
    spaced = f" {words} " if words else " "
    if spaced.isascii() or not SPACELESS_LETTER.search(spaced):
        return spaced
    return _SCRIPT_EDGE.sub(" ", spaced)


def _spaced_view(view: View) -> View:
    end = view.ends[-1] if view.ends else 0
    framed = View(f" {view.text} ", (0, *view.starts, end), (0, *view.ends, end))
    spaced = _replaced(framed, _SPACES, _space)
    return (
        _replaced(spaced, _SCRIPT_EDGE, _space) if SPACELESS_LETTER.search(spaced.text) else spaced
    )


def _replaced(view: View, what: re.Pattern[str], by: Callable[[re.Match[str]], str]) -> View:
    """`what.sub(by, …)`, by one character or none, which comes from all that it replaces."""
    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for match in what.finditer(view.text):
        start, end = match.span()
        put = by(match)
        chars += (view.text[at:start], put)
        starts += view.starts[at:start]
        ends += view.ends[at:start]
        if put:
            starts.append(view.starts[start])
            ends.append(view.ends[max(end - 1, start)])
        at = end
    if not at and not chars:
        return view
    chars.append(view.text[at:])
    return View("".join(chars), (*starts, *view.starts[at:]), (*ends, *view.ends[at:]))


def _nothing(_: re.Match[str]) -> str:
    return ""


def _space(_: re.Match[str]) -> str:
    return " "


def _first(match: re.Match[str]) -> str:
    return match[1]


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """From where to where characters have to be normalised together."""
    start = 0
    for at in range(1, len(text)):
        char = text[at]
        if char.isascii() or not (unicodedata.category(char)[0] == "M" or _EXTENDS.match(char)):
            yield start, at
            start = at
    if text:
        yield start, len(text)
