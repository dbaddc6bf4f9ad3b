"""How many comments does one core judge in a second, with 20 stores and 10,000 terms?

Beside it, in turns in the same run: a union of the same terms as Python `re` makes it, and
Aho-Corasick alone on lower-cased text, both of which find no disguise, no span of the original,
know no stores and no allowed words. All times are processor time, so that what else runs on the
machine does not count.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import ahocorasick_rs

from benchmarks.rows import Row, percentile
from livedesk.core.rules import Rule, RuleSet
from livedesk.moderation.matcher import LOOKED_AT, Matcher, compile_rules

_STORES: Final = 20
_TERMS: Final = 500
"""Of each store."""
_STORE: Final = "store-7"
_CORPORA: Final = Path(__file__).with_name("corpora")
_GOAL: Final = "≥ 50,000 a second"
_EXPRESSIONS: Final = (
    r"whats ?app[^0-9\n]{0,12}\+?[0-9][0-9 -]{6,}",
    r"\b(?:t|wa|line)\.me/[a-z0-9_+]{3,}",
    r"\bhttps?://[^\s]{4,}",
    r"\b[a-z0-9._+-]{3,}@(?:gmail|yahoo|outlook)\.com\b",
)
_ASCII: Final = 0.70
_OTHER: Final = 0.25
"""Other scripts, accents, emoji. What is left holds a term, as it is or disguised."""
_DISGUISES: Final[tuple[Callable[[str], str], ...]] = (
    str,
    str.upper,
    str.title,
    lambda term: term.replace("o", "0").replace("e", "3"),
    " ".join,
    lambda term: term.replace("a", "а").replace("e", "е"),
)
_HOSTILE: Final[dict[str, Callable[[str], str]]] = {
    "nothing but hits": lambda term: f"{term} ",
    "nothing but disguised hits": lambda term: f"{'.'.join(term)} ",
    "64 kB": lambda term: "a! " * 22_000,
    "500 marks on one letter": lambda term: term + "\u0301" * 500,
    "10,000 emoji": lambda term: "😀" * 10_000,
}
"""What people send to make a filter stall; the first two are repeated up to 1,000 characters."""


def measure(comments: int) -> Iterator[Row]:
    """In turns of a tenth, so that a busy machine is busy for all."""
    rng = random.Random(6)
    rules = _rules(rng)
    texts = _comments(rng, rules, comments)
    begun_s = time.thread_time()
    matcher = compile_rules(rules)
    compiled_s = time.thread_time() - begun_s
    terms = [term for rule in rules.rules for term in rule.terms]
    union = re.compile(r"\b(?:" + "|".join(map(re.escape, terms)) + r")\b", re.IGNORECASE)
    plain = ahocorasick_rs.AhoCorasick(terms, store_patterns=False)
    turn = len(texts) // 10
    ours, single, bare = _Times(), _Times(), _Times()
    for at in range(0, turn * 10, turn):
        part = texts[at : at + turn]
        ours.run(lambda text: matcher.judge(_STORE, text), part)
        bare.run(lambda text: plain.find_matches_as_indexes(text.lower()), part)
        single.run(union.search, part[: max(1, turn // 100)])
    yield from _rows(ours, single, bare)
    yield Row(f"compiling {len(terms):,} terms, processor time", f"{compiled_s:.2f} s")
    yield from _hostile(matcher, rules.rules[7].terms)


def _rows(ours: _Times, union: _Times, plain: _Times) -> Iterator[Row]:
    mix = f"{_ASCII:.0%} ASCII, {_OTHER:.0%} other scripts and emoji, the rest with terms"
    yield Row("the mix", f"{len(ours.single_ms):,} comments in {ours.all_s:.2f} CPU-s", mix)
    what = "comments judged a second on one core, 20 stores, 10,000 terms"
    for name, peer in (("a `re` union", union), ("Aho-Corasick alone", plain)):
        ratio = f"×{ours.a_second / peer.a_second:.2f}"
        yield Row(what, f"{ours.a_second:,.0f}", f"{peer.a_second:,.0f} ({name})", ratio, _GOAL)
    for share, goal in ((0.5, "–"), (0.999, "≤ 1 ms")):
        figure = f"{percentile(ours.single_ms, share):.3f} ms"
        limit = f"{percentile(plain.single_ms, share):.3f} ms (Aho-Corasick alone)"
        yield Row(f"one judgement, p{100 * share:g}", figure, limit, goal=goal)


class _Times:
    """Of one way to judge, over several turns; each text is judged twice, as reading the clock
    for every single one costs as much as Aho-Corasick."""

    def __init__(self) -> None:
        self.single_ms: list[float] = []
        self._all_ns = 0

    @property
    def a_second(self) -> float:
        return len(self.single_ms) / self.all_s

    @property
    def all_s(self) -> float:
        return self._all_ns / 1e9

    def run(self, judge: Callable[[str], object], texts: Sequence[str]) -> None:
        begun_ns = time.thread_time_ns()
        for text in texts:
            judge(text)
        self._all_ns += time.thread_time_ns() - begun_ns
        for text in texts:
            begun_ns = time.thread_time_ns()
            judge(text)
            self.single_ms.append((time.thread_time_ns() - begun_ns) / 1e6)


def _rules(rng: random.Random) -> RuleSet:
    made: set[str] = set()
    while len(made) < _STORES * _TERMS:
        words = (
            "".join(rng.choice(("ba", "ko", "ri", "te", "zu", "ma", "shi", "lo", "fen", "gra"))
                    for _ in range(rng.randint(2, 4)))
            for _ in range(rng.choice((1, 1, 2, 3)))
        )  # fmt: skip
        made.add(" ".join(words))
    terms = sorted(made)
    rng.shuffle(terms)
    rules = tuple(
        Rule(
            f"rule-{n}",
            "bench",
            "hide",
            "A term of the benchmark",
            terms=tuple(terms[n * _TERMS : (n + 1) * _TERMS]),
            expressions=_EXPRESSIONS if n == 0 else (),
            stores=() if n % 4 == 0 else (f"store-{n}",),
        )
        for n in range(_STORES)
    )
    return RuleSet("bench", rules, allow={"*": tuple(terms[:50])})


def _comments(rng: random.Random, rules: RuleSet, comments: int) -> list[str]:
    """Sentences of the corpora's open half, in the shares above, in no order."""
    lines = (_CORPORA / "clean_tuning.jsonl").read_text("utf-8").splitlines()
    texts = [str(json.loads(line)["text"]) for line in lines]
    ascii_only = [text for text in texts if text.isascii()]
    other = [text for text in texts if not text.isascii()]
    terms = rules.rules[7].terms

    def one() -> str:
        dice = rng.random()
        if dice < _ASCII + _OTHER:
            return rng.choice(ascii_only if dice < _ASCII else other)
        return f"{rng.choice(texts)} {rng.choice(_DISGUISES)(rng.choice(terms))}"

    return [one() for _ in range(comments)]


def _hostile(matcher: Matcher, terms: Sequence[str]) -> Iterator[Row]:
    shortest = min(terms, key=len)
    for what, make in _HOSTILE.items():
        made = make(shortest)
        text = made * (LOOKED_AT // len(made)) if len(made) < 100 else made
        times = _Times()
        times.run(lambda each: matcher.judge(_STORE, each), [text] * 20)
        yield Row(f"{what}, p50", f"{percentile(times.single_ms, 0.5):.2f} ms", goal="a few ms")
