"""What do viewers write, and how do some of them disguise it? Makes the corpora from their parts.

`python -m benchmarks.corpora.make` writes the four files beside this one; README.md says how they
came about, who may look at which and why. Sentences and terms are written by hand in `parts/`; this
file only puts disguises on terms, and words into sentences. It judges nothing.
"""

from __future__ import annotations

import itertools
import json
import random
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
HALVES: Final = ("tuning", "held")
RULES: Final = HERE.parents[1] / "livedesk" / "sandbox" / "rules" / "seed.json"

_DISGUISES_OF_A_TERM: Final = 3
_LINES_OF_A_SENTENCE: Final = 24
_ALPHABETIC: Final = frozenset(("en", "es", "id", "vi", "pt", "ms", "fil"))


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    lang: str
    kind: str
    term: str = ""

    def json(self) -> str:
        known = {"text": self.text, "lang": self.lang, "kind": self.kind, "term": self.term}
        return json.dumps({name: of for name, of in known.items() if of}, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Alphabets:
    """With what the people of one half disguise words."""

    invisible: str
    alike: dict[int, str]
    mathematical: tuple[int, int, bool]
    """Code points of the letters A and a; whether the whole text is set so."""
    figures: dict[int, str]
    gaps: tuple[str, ...]
    marks: str
    emoji: str


def _table(pairs: str) -> dict[int, str]:
    return {ord(pair[0]): pair[1:] for pair in pairs.split()}


ALPHABETS: Final = {
    "tuning": Alphabets(
        invisible="\u200b\u200c\u00ad",
        alike=_table("aа eе oо pр cс xх yу iі sѕ jј"),
        mathematical=(0x1D400, 0x1D41A, False),
        figures=_table("a4 e3 i1 o0 s5 t7"),
        gaps=(" ", "  "),
        marks=".-_",
        emoji="🔥💰✨",
    ),
    "held": Alphabets(
        invisible="\u200d\u2060\ufeff\u2063",
        alike=_table("oο aα vν pρ iι uυ kκ cϲ gɡ nո"),
        mathematical=(0x1D670, 0x1D68A, True),
        figures=_table("a@ e3 i! o0 s$ b8 g9"),
        gaps=("\u00a0", "\u2009", "   "),
        marks="~*/·",
        emoji="💋👉🌸",
    ),
}
Disguise = Callable[[str, Alphabets, random.Random], str]


def _plain(term: str, _: Alphabets, __: random.Random) -> str:
    return term


def _case(term: str, _: Alphabets, rng: random.Random) -> str:
    if rng.random() < 0.5:
        return term.upper()
    return "".join(c.upper() if at % 2 else c for at, c in enumerate(term))


def _zero_width(term: str, its: Alphabets, rng: random.Random) -> str:
    mark = rng.choice(its.invisible)
    return _between(term, mark)


def _full_width(term: str, _: Alphabets, __: random.Random) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in term)


def _look_alike(term: str, its: Alphabets, _: random.Random) -> str:
    return term.translate(its.alike)


def _math(term: str, its: Alphabets, _: random.Random) -> str:
    capital, small, is_whole = its.mathematical
    text = term if is_whole else term.title()
    return "".join(
        chr(capital + ord(c) - ord("A"))
        if "A" <= c <= "Z"
        else chr(small + ord(c) - ord("a"))
        if "a" <= c <= "z"
        else c
        for c in text
    )


def _leet(term: str, its: Alphabets, _: random.Random) -> str:
    return term.translate(its.figures)


def _spaced(term: str, its: Alphabets, rng: random.Random) -> str:
    """A wider gap stays between words."""
    gap = rng.choice(its.gaps)
    return f"{gap}{gap} ".join(_between(word, gap) for word in term.split())


def _repeated(term: str, _: Alphabets, rng: random.Random) -> str:
    """A letter of each word, as people draw a word out."""
    return " ".join(_drawn_out(word, rng) for word in term.split())


def _drawn_out(word: str, rng: random.Random) -> str:
    places = [at for at, c in enumerate(word) if c.isalpha()]
    at = rng.choice(places) if places else 0
    return word[:at] + word[at] * rng.randint(3, 5) + word[at + 1 :]


def _punctuation(term: str, its: Alphabets, rng: random.Random) -> str:
    mark = rng.choice(its.marks)
    return " ".join(_between(word, mark) for word in term.split())


def _emoji(term: str, its: Alphabets, rng: random.Random) -> str:
    """Between words; in a single word between its letters."""
    emoji = rng.choice(its.emoji)
    return term.replace(" ", emoji) if " " in term else _between(term, emoji)


def _mixed(term: str, its: Alphabets, rng: random.Random) -> str:
    return rng.choice(
        (
            lambda: _zero_width(_look_alike(term, its, rng), its, rng),
            lambda: _look_alike(_leet_once(term, its), its, rng),
            lambda: _full_width(_case(term, its, rng), its, rng),
            lambda: _repeated(_look_alike(term, its, rng), its, rng),
        )
    )()


def _leet_once(term: str, its: Alphabets) -> str:
    at = next((at for at, c in enumerate(term) if ord(c) in its.figures), None)
    return term if at is None else term[:at] + its.figures[ord(term[at])] + term[at + 1 :]


def _between(term: str, mark: str) -> str:
    """Between letters, and not between a letter and the marks that belong to it."""
    letters: list[str] = []
    for c in term:
        if letters and unicodedata.category(c).startswith("M"):
            letters[-1] += c
        else:
            letters.append(c)
    return mark.join(letters)


EVERYWHERE: Final[dict[str, Disguise]] = {
    "plain": _plain,
    "zero_width": _zero_width,
    "spaced": _spaced,
    "punctuation": _punctuation,
    "emoji": _emoji,
}
WITH_LETTERS: Final[dict[str, Disguise]] = EVERYWHERE | {
    "case": _case,
    "full_width": _full_width,
    "look_alike": _look_alike,
    "math": _math,
    "leet": _leet,
    "repeated": _repeated,
    "mixed": _mixed,
}


def evasion(half: str, rng: random.Random) -> Iterator[Line]:
    lang, say = "", [""]
    for row in _rows(HERE / "parts" / f"evasion_{half}.txt"):
        if row.startswith("="):
            kind, term, text = row[1:].split("|", 2)
            yield Line(text, lang, kind, term)
            continue
        head, _, rest = row.partition(": ")
        match head:
            case "lang":
                lang = rest
            case "say":
                say = rest.split(" | ")
            case "terms":
                yield from _disguised(lang, say, rest.split("; "), ALPHABETS[half], rng)


def _disguised(
    lang: str, say: list[str], terms: list[str], its: Alphabets, rng: random.Random
) -> Iterator[Line]:
    """Each term in some of the disguises; all of these are used about equally often."""
    disguises = WITH_LETTERS if lang in _ALPHABETIC else EVERYWHERE
    kinds = itertools.cycle(sorted(disguises))
    sentences = itertools.cycle(say)
    for term in terms:
        for kind in itertools.islice(kinds, _DISGUISES_OF_A_TERM):
            disguised = disguises[kind](term, its, rng)
            shown = kind if disguised != term or kind == "plain" else "plain"
            yield Line(next(sentences).replace("{}", disguised), lang, shown, term)


def clean(half: str, rng: random.Random) -> Iterator[Line]:
    """Sentences with `{words}` are filled with the words of their language."""
    words: dict[str, list[str]] = {}
    for row in _rows(HERE / "parts" / f"clean_{half}.txt"):
        if row.startswith("@"):
            name, _, rest = row[1:].partition(": ")
            words[name] = rest.split("; ")
            continue
        lang, kind, text = row.split("|", 2)
        for filled in _filled(text, lang, words, rng):
            yield Line(filled, lang, kind)


def _filled(text: str, lang: str, words: dict[str, list[str]], rng: random.Random) -> Iterable[str]:
    names = re.findall(r"\{(\w+)\}", text)
    if not names:
        return [text]
    choices = list(itertools.product(*(words[f"{lang}.{name}"] for name in names)))
    chosen = rng.sample(choices, min(len(choices), _LINES_OF_A_SENTENCE))
    return [_fill(text, names, values) for values in chosen]


def _fill(text: str, names: list[str], values: tuple[str, ...]) -> str:
    for name, value in zip(names, values, strict=True):
        text = text.replace(f"{{{name}}}", value, 1)
    return text


def _rows(path: Path) -> list[str]:
    rows = path.read_text(encoding="utf-8").splitlines()
    return [row for row in rows if row and not row.startswith("# ")]


def known_terms() -> frozenset[str]:
    """Of the rules that hide a comment or have a person look at it."""
    rules = json.loads(RULES.read_text(encoding="utf-8"))["rules"]
    return frozenset(
        term
        for rule in rules
        if rule["action"] != "reply" and "comments" in rule.get("fields", ["comments"])
        for term in rule.get("terms", ())
    )


def unique(lines: Iterable[Line], taken: set[str]) -> list[Line]:
    """The first of lines with the same text, also across the halves."""
    kept = []
    for line in lines:
        if line.text not in taken:
            taken.add(line.text)
            kept.append(line)
    return kept


def write(folder: Path) -> dict[str, int]:
    """The number of lines of each file."""
    counts = {}
    for name, made in (("evasion", evasion), ("clean", clean)):
        taken: set[str] = set()
        for half in HALVES:
            lines = unique(made(half, random.Random(f"{name} {half}")), taken)
            path = folder / f"{name}_{half}.jsonl"
            path.write_text("".join(f"{line.json()}\n" for line in lines), encoding="utf-8")
            counts[path.name] = len(lines)
    return counts


if __name__ == "__main__":
    print(write(HERE))
