"""How much of what evades is found, and how much that is clean is flagged?

By the rules of the sandbox, on the corpora of `benchmarks/corpora/` (its README says how they were
made). The figures that count are those of the held half, to which nothing is tuned.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from benchmarks.rows import Row
from livedesk.moderation.matcher import Matcher, compile_rules
from livedesk.moderation.rule_file import read_rules

_CORPORA: Final = Path(__file__).with_name("corpora")
_RULES: Final = Path(__file__).parents[1] / "livedesk/sandbox/rules/seed.json"
_STORE: Final = "any"
_FOUND_GOAL: Final = "≥ 95 %"
_FLAGGED_GOAL: Final = "≤ 0.1 %"

Half = Literal["tuning", "held"]


def measure(halves: tuple[Half, ...] = ("tuning", "held")) -> Iterator[Row]:
    rules, _ = read_rules(_RULES.read_bytes(), "seed")
    matcher = compile_rules(rules)
    for half in halves:
        yield _row(matcher, half, "evasion", "disguised comments found", _FOUND_GOAL)
        yield _row(matcher, half, "clean", "clean comments flagged", _FLAGGED_GOAL)


def _row(matcher: Matcher, half: Half, name: str, what: str, goal: str) -> Row:
    lines = (_CORPORA / f"{name}_{half}.jsonl").read_text("utf-8").splitlines()
    texts = [str(json.loads(line)["text"]) for line in lines]
    found = sum(_is_found(matcher, text) for text in texts)
    share = f"{100 * found / len(texts):.2f} % ({found} of {len(texts):,})"
    return Row(f"{what}, {half} half", share, goal=goal)


def _is_found(matcher: Matcher, text: str) -> bool:
    """Hidden, or before a person's eyes; an answer from the FAQ is neither."""
    verdict = matcher.judge(_STORE, text)
    return verdict is not None and verdict.action != "reply"
