"""How many comments does one core judge in a second, with 20 stores and 10,000 terms?

Beside it, in turns in the same run: a union of the same terms as Python `re` makes it, and
Aho-Corasick alone on lower-cased text, both of which find no disguise, no span of the original,
know no stores and no allowed words. All times are processor time, so that what else runs on the
machine does not count.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import ahocorasick_rs

from benchmarks.rows import Row, percentile
from livedesk.core.rules import Rule, RuleSet
from livedesk.moderation.matcher import compile_rules

_STORES: Final = 20
_TERMS: Final = 500
"""Of each store."""
_GOAL: Final = "≥ 50,000 a second"
_EXPRESSIONS: Final = (
    r"whats ?app[^0-9\n]{0,12}\+?[0-9][0-9 -]{6,}",
    r"\b(?:t|wa|line)\.me/[a-z0-9_+]{3,}",
    r"\bhttps?://[^\s]{4,}",
    r"\b[a-z0-9._+-]{3,}@(?:gmail|yahoo|outlook)\.com\b",
)
_CLEAN: Final = (
    "love this so much where can I get the lashes from the last live",
    "how much is the blue one in size M?",
    "hi from Manila 👋 first time here",
    "is it 3.5 oz or 100ml, and do you ship to Texas?",
    "OMG sooooo cute!!! 😍😍",
    "I bought it last week and it's really good, thanks!",
    "¿cuánto cuesta el envío a Guadalajara?",
    "đẹp quá shop ơi, cho em hỏi giá bao nhiêu vậy ạ",
    "สีนี้มีไซส์ไหนบ้างคะ ราคาเท่าไหร่",
    "ada warna hitam ga kak? mau dong 2",
    "这个颜色还有货吗？多少钱",
    "just ordered! order #48213 😀",
    "can you show the back of it please",
    "the host is so funny today hahaha",
    "quero o kit completo, tem frete grátis?",
    "W",
)
_DISGUISES: Final[tuple[Callable[[str], str], ...]] = (
    str,
    str.upper,
    lambda term: term.replace("o", "0").replace("e", "3"),
    " ".join,
    lambda term: term.replace("a", "а").replace("e", "е"),
)


def measure(comments: int) -> Iterator[Row]:
    """In turns of a tenth, so that a busy machine is busy for all."""
    rng = random.Random(6)
    rules = _rules(rng)
    texts = _comments(rng, rules, comments)
    begun_s = time.perf_counter()
    matcher = compile_rules(rules)
    compiled_s = time.perf_counter() - begun_s
    terms = [term for rule in rules.rules for term in rule.terms]
    union = re.compile(r"\b(?:" + "|".join(map(re.escape, terms)) + r")\b", re.IGNORECASE)
    plain = ahocorasick_rs.AhoCorasick(terms, store_patterns=False)
    turn = len(texts) // 10
    ours, single, bare = _Times(), _Times(), _Times()
    for at in range(0, turn * 10, turn):
        part = texts[at : at + turn]
        ours.run(lambda text: matcher.judge("store-7", text), part)
        bare.run(lambda text: plain.find_matches_as_indexes(text.lower()), part)
        single.run(union.search, part[: max(1, turn // 100)])
    yield from _rows(ours, single, bare)
    yield Row(f"compiling {len(terms):,} terms", f"{compiled_s:.2f} s")


def _rows(ours: _Times, union: _Times, plain: _Times) -> Iterator[Row]:
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
        return 1e9 * len(self.single_ms) / self._all_ns

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
    """Three in a hundred hold a term, most of them disguised."""
    terms = rules.rules[7].terms
    return [
        f"{rng.choice(_CLEAN)} {rng.choice(_DISGUISES)(rng.choice(terms))}"
        if rng.random() < 0.03
        else rng.choice(_CLEAN)
        for _ in range(comments)
    ]
