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
    matcher = sandbox_matcher()
    for half in halves:
        yield _row(matcher, half, "evasion", "disguised comments found", _FOUND_GOAL)
        yield _row(matcher, half, "clean", "clean comments flagged", _FLAGGED_GOAL)


def sandbox_matcher() -> Matcher:
    return compile_rules(read_rules(_RULES.read_bytes(), "seed")[0])


def found(matcher: Matcher, half: Half, name: Literal["evasion", "clean"]) -> tuple[int, int]:
    """How many of how many are hidden or brought before a person; an answer is neither."""
    lines = (_CORPORA / f"{name}_{half}.jsonl").read_text("utf-8").splitlines()
    verdicts = [matcher.judge(_STORE, json.loads(line)["text"]) for line in lines]
    hits = sum(verdict is not None and verdict.action != "reply" for verdict in verdicts)
    return hits, len(verdicts)


def _row(
    matcher: Matcher, half: Half, name: Literal["evasion", "clean"], what: str, goal: str
) -> Row:
    hits, of = found(matcher, half, name)
    return Row(f"{what}, {half} half", f"{100 * hits / of:.2f} % ({hits} of {of:,})", goal=goal)
