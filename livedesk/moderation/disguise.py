"""A skeleton shows a term: is it the term in disguise, or an ordinary word that looks like it?

The skeleton is generous; here each letter of the original is held against the term's. "sure" is
nothing that honest text does. "likely" is for a person to look at. None: it is another word.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from livedesk.moderation.confusables import INVISIBLE, LEET, MAYBE_I
from livedesk.moderation.views import View, Views, is_spaceless, without_markup

Likeness = Literal["sure", "likely"]
_Kind = Literal[
    "same", "leet", "sign", "script", "shape", "odd", "mark", "bare", "turn", "old", "other"
]

_LEAST_LETTERS: Final = 3
_LEAST_TURNED: Final = 6
_LEAST_BARE: Final = 6
"""Letters of a term that is written without its marks; shorter ones are often other words."""
_LEAST_ONE_WORD: Final = 7
"""Letters of a phrase that is written as one word."""
_LONG: Final = 8
"""So many letters do not become another word by their marks alone."""
_SENTENCE_SIGNS: Final = frozenset(".,;:!?/&…")
_APOSTROPHES: Final = frozenset("'’")
"""Before a last letter they are spelling: "it's", Filipino "kanto't"."""
_LETTER_SIGNS: Final = frozenset("@$€£¢¥₩" + MAYBE_I)
_VOWELS: Final = frozenset("aeiou")
_MOST_DIGITS: Final = 0.84
"""Of a term's letters: five of six."""
_OWN_LETTERS: Final = frozenset("ıñ")
"""To those who write them, no i and no n at all."""
_LATIN_OF_LANGUAGES_END: Final = 0x250
"""Latin letters below are everyday letters somewhere: Turkish ı, Polish ł, Vietnamese đ."""


@dataclass(frozen=True, slots=True)
class Found:
    """A stretch of a reading of `text` that equals the shape of a term, but for spaces."""

    text: str
    view: View
    start: int
    end: int
    squeezed: bool


class _Letter(NamedTuple):
    """One of the skeleton's: the text's piece and the term's that it stands for. A named tuple, as
    these are made by the hundred, and three times faster than frozen values."""

    letter: str
    ours: str
    term: str
    kind: _Kind


def likeness(views: Views, found: Found, term: str, shape: View) -> Likeness | None:
    """`shape` is the term's own reading, squeezed if the text's is."""
    at = [i for i in range(found.start, found.end) if found.view.text[i] != " "]
    of = [i for i, char in enumerate(shape.text) if char != " "]
    size = sum(2 if is_spaceless(found.view.text[i]) else 1 for i in at)
    if size < _LEAST_LETTERS or len(at) != len(of):
        return None
    letters = [_letter(found, i, term, shape, j) for i, j in zip(at, of, strict=True)]
    opinions = [
        _by_letters(found, letters, size),
        _by_digits(found, letters, size),
        _by_tokens(found, letters, at, size),
        _by_runs(views, found, letters, size),
        _by_gaps(found, at, shape, of, size),
    ]
    if None in opinions:
        return None
    return "likely" if "likely" in opinions else "sure"


def _letter(found: Found, i: int, term: str, shape: View, j: int) -> _Letter:
    ours = found.text[found.view.starts[i] : found.view.ends[i]]
    theirs = term[shape.starts[j] : shape.ends[j]]
    if ours == theirs and ours.isascii():
        return _Letter(found.view.text[i], ours, theirs, "same")
    before = found.text[found.view.starts[i] - 1 : found.view.starts[i]]
    kind: _Kind = "shape" if ours == "I" and before.islower() else _kind(_fold(ours), _fold(theirs))
    return _Letter(found.view.text[i], ours, theirs, kind)


def _fold(piece: str) -> str:
    if piece.isascii():
        return piece.lower()
    return INVISIBLE.sub("", unicodedata.normalize("NFKC", piece).casefold())


def _kind(ours: str, theirs: str) -> _Kind:
    """In what the two differ. A run of one letter is looked at by its first."""
    a, b = ours[:1], theirs[:1]
    if a == b:
        return "odd" if _stray_mark(ours) else "same"
    if not a or not b or b in LEET or b in _LETTER_SIGNS:
        return "other"
    if a in _LETTER_SIGNS or (a.isascii() and not a.isalnum()):
        return "sign"
    if a in LEET:
        return "leet"
    if {a, b} == {"i", "l"}:
        return "turn"
    if {_bare(a), _bare(b)} == {"u", "v"}:
        return "old" if a == "v" else "other"
    if script(a) != script(b):
        return "script"
    return _by_mark(a, b)


def _by_mark(a: str, b: str) -> _Kind:
    plain_a, plain_b = not _is_marked(a), not _is_marked(b)
    if plain_a and plain_b:
        return "shape"
    if plain_a:
        return "bare"
    return "mark" if plain_b else "other"


def _bare(char: str) -> str:
    return char if char.isascii() else unicodedata.normalize("NFD", char)[0]


def _is_marked(char: str) -> bool:
    """An everyday letter with a mark or a stroke."""
    if char.isascii():
        return False
    return len(unicodedata.normalize("NFD", char)) > 1 or ord(char) < _LATIN_OF_LANGUAGES_END


def _stray_mark(piece: str) -> bool:
    return any(unicodedata.combining(char) for char in piece[1:])


def script(char: str) -> str:
    """LATIN, CYRILLIC, …: the first word of a letter's name."""
    return unicodedata.name(char, "?").split(" ", 1)[0]


def _by_letters(found: Found, letters: list[_Letter], size: int) -> Likeness | None:
    kinds = {each.kind for each in letters}
    if "other" in kinds:
        return None
    if {"mark", "bare"} <= kinds:
        # Its marks stand elsewhere, as in Greek, where that makes another word.
        return None
    opinion: Likeness = "sure"
    if "old" in kinds:
        if size <= _LEAST_LETTERS or not _are_unspeakable(letters):
            return None
        opinion = "likely"
    if "turn" in kinds:
        if size < _LEAST_TURNED:
            return None
        opinion = "likely"
    for kind in kinds & {"mark", "bare"} if size < _LONG else ():
        least = _LEAST_BARE if kind == "bare" else _least_marked(found)
        if size < least or _OWN_LETTERS & {_fold(each.ours) for each in letters}:
            return None
        opinion = "likely"
    return opinion


def _are_unspeakable(letters: list[_Letter]) -> bool:
    """Each v that stands for u has no vowel beside it: "fvck", and not "uva"."""
    around = ["", *(each.letter for each in letters), ""]
    return all(
        _VOWELS.isdisjoint((around[n], around[n + 2]))
        for n, each in enumerate(letters)
        if each.kind == "old"
    )


def _least_marked(found: Found) -> int:
    """Marks in the rest of a message say that its language has them."""
    span = found.view.span(found.start, found.end)
    rest = found.text[: span.start] + found.text[span.end :]
    return 5 if any(_is_marked(char) for char in set(rest)) else 4


def _by_tokens(found: Found, letters: list[_Letter], at: list[int], size: int) -> Likeness | None:
    opinion: Likeness = "sure"
    for token in _tokens(found.view.text, letters, at):
        one = _by_script(found, token, size)
        if one is None:
            return None
        if one == "likely":
            opinion = "likely"
    return opinion


def _tokens(text: str, letters: list[_Letter], at: list[int]) -> Iterator[list[_Letter]]:
    token: list[_Letter] = []
    for i, letter in zip(at, letters, strict=True):
        if token and text[i - 1] == " ":
            yield token
            token = []
        token.append(letter)
    yield token


def _by_digits(found: Found, letters: list[_Letter], size: int) -> Likeness | None:
    """ "m0n3y" is read; "a55", "5l" and "1990" are what they are, and so is "4N4L-9912". A long
    term does not come about by chance even where few of its letters are left: "455h0l3"."""
    digits = [each for each in letters if each.kind == "leet"]
    covered = len(digits) + sum(each.kind == "sign" for each in letters)
    if not covered:
        return "sure"
    if covered == len(letters) or len(digits) > size * (_MOST_DIGITS if size > 4 else 0.5):
        return None
    numbered = bool(digits) and _has_more_digits(found)
    if numbered and size < _LEAST_BARE:
        return None
    if numbered or len(digits) > size / 2:
        return "likely"
    if size > _LEAST_LETTERS:
        return "sure"
    return "likely" if all(each.letter in _VOWELS for each in digits) else None


def _has_more_digits(found: Found) -> bool:
    """What it hangs together with has other digits, as the numbers of models and parts do."""
    span = found.view.span(found.start, found.end)
    before, after = found.text[: span.start], found.text[span.end :]
    joined = before.rsplit(None, 1)[-1] if before[-1:].strip() else ""
    joined += after.split(None, 1)[0] if after[:1].strip() else ""
    return any(map(str.isdigit, joined))


def _by_script(found: Found, token: list[_Letter], size: int) -> Likeness | None:
    """Two scripts in one word are a disguise. A word all in another script may be an honest one,
    unless the rest of the message is in the script of the term."""
    foreign = [each for each in token if each.kind == "script"]
    if not foreign:
        return "sure"
    ours = {script(_fold(each.ours)[:1]) for each in token if each.ours.isalpha()}
    if len(ours) > 1:
        return "sure"
    span = found.view.span(found.start, found.end)
    rest = found.text[: span.start] + found.text[span.end :]
    around = {script(char) for char in set(rest) if char.isalpha()}
    wanted = {script(_fold(each.term)[:1]) for each in foreign}
    alone = bool(around & wanted) and not around & ours
    return "likely" if alone or (size >= 6 and not around & ours) else None


def _by_runs(views: Views, found: Found, letters: list[_Letter], size: int) -> Likeness | None:
    """ "freeee" is "free"; "bob" is not "boob", and neither is "boob" "bob"."""
    if not found.squeezed:
        return "sure"
    longer = False
    for each in letters:
        ours, theirs = len(views.letters_of(each.ours)), len(views.letters_of(each.term))
        if ours == theirs:
            continue
        if ours < max(3, theirs):
            return None
        longer = True
    return "sure" if longer and size > _LEAST_LETTERS else "likely"


def _by_gaps(found: Found, at: list[int], shape: View, of: list[int], size: int) -> Likeness | None:
    """What stands between letters that the reading has joined."""
    gaps, parts, joined = [], [1], False
    for n in range(1, len(at)):
        i, j = at[n], of[n]
        if found.view.text[i - 1] == " ":
            parts.append(1)
            continue
        gap = without_markup(found.text[found.view.ends[at[n - 1]] : found.view.starts[i]])
        new_word = shape.text[j - 1] == " "
        joined = joined or (new_word and not gap)
        if gap:
            gaps.append(gap)
            parts.append(1)
        else:
            parts[-1] += 1
    if joined and not gaps:
        return "likely" if size >= _LEAST_ONE_WORD else None
    if not gaps:
        return "sure"
    return _by_parts("".join(gaps), parts, size)


def _by_parts(gaps: str, parts: list[int], size: int) -> Likeness | None:
    if max(parts) == 1:
        return "sure" if size > _LEAST_LETTERS else "likely"
    if size <= _LEAST_LETTERS or (gaps in _APOSTROPHES and parts[-1] == 1):
        return None
    if size == _LEAST_LETTERS + 1 or any(sign in _SENTENCE_SIGNS for sign in gaps):
        return "likely"
    return "sure"
