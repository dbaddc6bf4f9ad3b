"""The corpora are whole: every line can be read, is there once, and disguises a term of the rules.

No rule is run on them here, least of all on the half that is held back.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.corpora.make import HALVES, HERE, known_terms, write

KINDS = {
    "evasion": "plain case zero_width full_width look_alike math leet spaced repeated punctuation "
    "emoji mixed in_sentence",
    "clean": "product question price size name place order feeling link false_friend",
}
LEAST = {"evasion": 600, "clean": 4000}


def lines(name: str, half: str) -> list[dict[str, str]]:
    text = (HERE / f"{name}_{half}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("name", ["evasion", "clean"])
def test_there_are_enough_of_every_kind_and_none_twice(name: str) -> None:
    halves = [lines(name, half) for half in HALVES]
    for half in halves:
        assert set(KINDS[name].split()) == {line["kind"] for line in half}
        assert len(half) >= LEAST[name] / 2
    texts = Counter(line["text"] for half in halves for line in half)
    assert texts.most_common(1)[0][1] == 1
    assert texts.total() >= LEAST[name]


def test_the_halves_disguise_different_terms_and_all_are_in_the_rules() -> None:
    one, other = ({line["term"] for line in lines("evasion", half)} for half in HALVES)
    assert not one & other
    assert one | other <= known_terms()


def test_the_files_are_what_the_parts_make(tmp_path: Path) -> None:
    for file in write(tmp_path):
        assert (tmp_path / file).read_bytes() == (HERE / file).read_bytes(), file
