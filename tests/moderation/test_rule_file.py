"""Whatever is wrong with a rule file is told with its place, and what is right comes back whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedesk.core.rules import RuleSet
from livedesk.moderation.matcher import compile_rules
from livedesk.moderation.rule_file import LARGEST_BYTES, RuleFileError, read_rules, rules_json

_SEED = Path(__file__).parents[2] / "livedesk/sandbox/rules/seed.json"


def _document(**members: object) -> bytes:
    rule = {"id": "r", "list": "l", "action": "hide", "reason": "R", "terms": ["free money"]}
    return json.dumps({"rules": [{**rule, **members}]}).encode()


def _refused(document: bytes) -> str:
    with pytest.raises(RuleFileError) as refusal:
        read_rules(document, "v")
    assert any(problem.fatal for problem in refusal.value.problems)
    return "\n".join(f"{each.where}: {each.text}" for each in refusal.value.problems)


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (b"", "document: It is empty"),
        (b" \n\t", "document: It is empty"),
        (b"\xff\xfe", "not UTF-8"),
        (b'{"rules": [', "line 1, column"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"rules": [NaN]}', "NaN"),
        (b"[]", "has to be an object"),
        (b"{}", '"rules" is missing'),
        (b" " * (LARGEST_BYTES + 1), "bytes, and at most"),
        (_document(action="zap"), "rules[0] (r).action: It has to be one of hide, review, reply"),
        (_document(reason=""), "rules[0] (r).reason: It is missing or empty"),
        (_document(id="\x1b[31m"), "control characters"),
        (_document(terms=["  "]), "terms[0]: It is empty"),
        (_document(terms=["\u200b\u0000"]), "terms[0]: It is empty"),
        (_document(terms=["a\ud800b"]), "half characters"),
        (_document(terms=["\x1b[31mred"]), "terms[0]: There are control characters"),
        (_document(terms=["x\x00y"]), "terms[0]: There are control characters"),
        (b'{"rules": [], "allow": {}, "rules": []}', '"rules" stands twice in one object'),
        (_document(terms=["x" * 1_000_000]), "1,000,000 characters"),
        (_document(terms=[1]), "terms[0]: It has to be a text"),
        (_document(terms=[f"t{n}" for n in range(100_000)]), "100,000 entries"),
        (_document(expressions=[r"(a)\1"]), "expressions[0]: RE2 does not take it"),
        (_document(expressions=["(?=a)"]), "RE2 does not take it"),
        (_document(expressions=["a*"]), "matches the empty text"),
        (_document(expressions=["((a{100}){100}){100}"]), "expressions[0]"),
        (_document(expressions=["\ud800"]), "expressions[0]"),
        (_document(action="reply", reply="nothing"), "is not the id of a FAQ answer"),
        (_document(fields=["chats"]), "fields: It has to be one of comments, products"),
    ],
)
def test_a_bad_document_is_refused_in_words(document: bytes, told: str) -> None:
    assert told in _refused(document)


def test_all_that_is_wrong_is_told_at_once() -> None:
    told = _refused(_document(terms=["", "x" * 300], expressions=["("]))
    assert told.count("rules[0] (r)") == 3


def test_two_rules_of_one_name_are_refused() -> None:
    rule = json.loads(_document())["rules"][0]
    assert 'rules[1]: The id "r" stands there more than once: in rules[0] too' in _refused(
        json.dumps({"rules": [rule, rule]}).encode()
    )


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (_document(terms=["free money", "FREE  money"]), "stand there more than once"),
        (_document(terms=["x"]), "in which that stands alone"),
        (_document(terms=[]), "it finds nothing"),
        (_document(colour="red"), "Not known and not used: colour"),
        (b'{"rules": []}', "no comment is ever found"),
        (_document()[:-1] + b', "allow": {"*": ["Free Money"]}}', "it is allowed here"),
    ],
)
def test_what_is_odd_is_told_and_taken(document: bytes, told: str) -> None:
    rules, problems = read_rules(document, "v")
    assert rules.version == "v"
    assert any(told in problem.text and not problem.fatal for problem in problems)


def test_many_stores_times_many_terms_are_not_multiplied() -> None:
    """Was minutes and gigabytes: every term in every store was noted one by one."""
    stores = [f"store-{n}" for n in range(5_000)]
    rules, problems = read_rules(
        _document(terms=[f"t{n}" for n in range(5_000)], stores=stores), "v"
    )
    assert not problems
    assert compile_rules(rules).judge("store-7", "t77") is not None


def test_one_term_in_rules_of_different_stores_is_no_problem() -> None:
    rules = [{**json.loads(_document(stores=[store]))["rules"][0], "id": store} for store in "ab"]
    assert not read_rules(json.dumps({"rules": rules}).encode(), "v")[1]
    rules.append({**rules[0], "id": "c"})
    told = read_rules(json.dumps({"rules": rules}).encode(), "v")[1]
    assert [problem.text for problem in told] == [
        '"free money" stands in a too; the severer rule counts.'
    ]


def test_an_allowed_term_wins_over_the_same_blocked_one() -> None:
    document = _document()[:-1] + b', "allow": {"*": ["Free Money"]}}'
    matcher = compile_rules(read_rules(document, "v")[0])
    assert matcher.judge("any", "free money") is None


def test_a_catastrophic_expression_is_harmless() -> None:
    rules, _ = read_rules(_document(terms=[], expressions=["(a+)+$", "(x|xx)+y"]), "v")
    matcher = compile_rules(rules)
    assert matcher.judge("any", "a" * 999 + "b") is None
    assert matcher.judge("any", "b" + "a" * 900) is not None


def test_the_sandboxs_rules_come_back_as_they_were() -> None:
    rules, _ = read_rules(_SEED.read_bytes(), "1")
    assert rules.terms > 500
    assert read_rules(rules_json(rules), "1")[0] == rules
    assert compile_rules(rules).judge("any", "love it, which size is that?") is None


@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=4),
            st.dictionaries(
                st.sampled_from(["rules", "allow", "faq", "id", "terms", "expressions", "fields"]),
                inner,
                max_size=4,
            ),
        ),
        max_leaves=12,
    )
)
def test_any_json_is_taken_or_refused(document: object) -> None:
    try:
        rules, _ = read_rules(json.dumps(document).encode(), "v")
    except RuleFileError:
        return
    assert isinstance(rules, RuleSet)
