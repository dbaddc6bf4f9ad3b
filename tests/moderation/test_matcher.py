"""Disguised terms are found, honest words that look like them are not, and spans are right."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.moderation_corpus import found, sandbox_matcher
from livedesk.core.moderation import RuleAction, Verdict
from livedesk.core.rules import Rule, RuleSet
from livedesk.moderation.matcher import LOOKED_AT, TOO_LONG, Matcher, compile_rules

_HONEST = Path(__file__).with_name("honest_comments.txt")


def _rule(name: str, *terms: str, action: RuleAction = "hide") -> Rule:
    reply = "shipping" if action == "reply" else ""
    return Rule(name, "list", action, f"Reason of {name}", terms=terms, reply=reply)


_RULES = RuleSet(
    "7",
    rules=(
        _rule("scam", "free money", "telegram", "whatsapp", "加微信", "lừa đảo", "cabrón", "🍆"),
        _rule("adult", "ass", "sex", "porn", "boob", "slut", "dick", "cock", "tit", "anal",
              "bitch", "fuck", "セックス", "しね", "хуй", "ano", "sik"),
        _rule("soft", "ugly host", action="review"),
        _rule("ask", "how much is shipping", action="reply"),
        Rule("phone", "away", "hide", "Number", expressions=(r"\b0\d{9}\b", r"t\.me/\w+")),
        Rule("ours", "own", "hide", "Ours", terms=("banana",), stores=("a",)),
        Rule("claim", "claims", "review", "Claim", terms=("cures acne",), fields=("products",)),
    ),
    allow={"*": ("dick van dyke", "money"), "a": ("sex appeal",)},
)  # fmt: skip
_MATCHER = compile_rules(_RULES)
_BACKWARDS = compile_rules(replace(_RULES, rules=_RULES.rules[::-1]))


@pytest.mark.parametrize(
    "text",
    [
        "get FREE money now",
        "fr33 m0n3y!!!",
        "f r e e  m o n e y",
        "f.r.e.e m-o-n-e-y",
        "freeeee moneyyy",
        "fr🔥ee mon🔥ey",
        "ｆｒｅｅ ｍｏｎｅｙ",
        "𝓯𝓻𝓮𝓮 𝔪𝔬𝔫𝔢𝔶",
        "fr\u200bee mo\u200dney",
        "frее mоney",
        "ƒřëë mőńęÿ",
        "🅵🆁🅴🅴 🅼🅾🅽🅴🆈",
        "f̷r̷e̷e̷ m̷o̷n̷e̷y̷",
        "\u202efree money\u202c",
        "teIegram",
        "t3l3gr4m",
        "w h a t s a p p me",
        "I f u c k u",
        "加 微 信",
        "加微信vx",
        "加.微.信",
        "f*ck",
        "sh b!tch",
        "хyй",
        "ѕех toys",
        "ᏚᎬX",
        "biiiitch",
        "lua dao",
        "cabron",
        "fr<b>ee</b> money",
        "セックス",
        "0912345678",
        "join t.me/abc",
        "🍆🍆",
        "fr ee mon ey",
        "wh at sap p",
        "f u c k f u c k",
        "t e l e g r a m t e l e g r a m",
        "fvck off",
        "teĺe\u200bgr@m",
        "\\/\\/hats/\\pp",
        "fr33\u200b \u200bm()ney",
        "f❤️r❤️e❤️e m.0.n.3.y",
        "ｗｈ4ｔｓаpp",
        "T-3-L-3-G-R-4-M",
    ],
)
def test_what_evades_is_found(text: str) -> None:
    verdict = _MATCHER.judge("b", text)
    assert verdict is not None
    assert verdict.action in ("hide", "review")


@pytest.mark.parametrize(
    "text",
    [
        "class assassin Scunthorpe Essex cocktail analysis title",
        "Bob bought a bass, as a boss",
        "3.5 oz, size 10, 5l, $12.99",
        "Oppo A5s and a55 phone",
        "call 555-0123",
        "vitamin a b c d e",
        "S M L XL",
        "tall fail hell",
        "año nuevo",
        "çok sık",
        "рука радость сор",
        "ユニセックス",
        "おいしいね",
        "lớn quá đẹp",
        "don't it's rock'n'roll e-mail",
        "sooooo cuteeee omggg",
        "http://example.com/class?x=1",
        "Dickens",
        "cures acne",
        "",
        "   ",
        "\ud800",
        "\x00\x1b[31m",
        "<3 <3",
        "SKU 4N4L-9912",
        "uva vvs",
        "a kanto't b",
        "is it me or is it he",
    ],
)
def test_honest_text_is_clean(text: str) -> None:
    assert _MATCHER.judge("b", text) is None


def test_honest_comments_of_many_languages_are_clean() -> None:
    """Names, sizes, prices, numbers of models and orders, and words that hold or resemble terms."""
    lines = _HONEST.read_text("utf-8").splitlines()
    sandbox = sandbox_matcher()
    flagged = [line for line in lines if _asks_for_more(sandbox.judge("any", line))]
    assert not flagged
    disguised = [
        line for line in lines if (found := _MATCHER.judge("b", line)) is not None and found.evasion
    ]
    assert not disguised


def _asks_for_more(verdict: Verdict | None) -> bool:
    return verdict is not None and verdict.action != "reply"


@given(st.text(st.sampled_from("free mony sx4@!. -uck\u200b\u0301加微信"), max_size=30))
def test_the_order_of_rules_and_stores_decides_nothing(text: str) -> None:
    for store in ("a", "b", "a"):
        one, two = _MATCHER.judge(store, text), _BACKWARDS.judge(store, text)
        assert (one and (one.action, one.evasion)) == (two and (two.action, two.evasion))


def test_a_message_of_too_much_that_looks_like_terms_is_for_a_person() -> None:
    decoys = "s3x-1 " * 100
    verdict = _MATCHER.judge("b", decoys)
    assert verdict is not None
    assert (verdict.action, verdict.rule) == ("review", TOO_LONG)
    assert "than is looked at" in verdict.reason


def test_nobody_gets_an_answer_to_what_was_not_read_to_its_end() -> None:
    question = "how much is shipping? "
    verdict = _MATCHER.judge("b", question + "a " * LOOKED_AT)
    assert verdict is not None
    assert verdict.rule == TOO_LONG


def test_a_verdict_says_why_and_where() -> None:
    text = "hey 🎉 get FR33 m0ney, free money"
    verdict = _MATCHER.judge("b", text)
    assert verdict is not None
    assert (verdict.action, verdict.rule, verdict.list) == ("hide", "scam", "list")
    assert (verdict.reason, verdict.term, verdict.version) == ("Reason of scam", "free money", "7")
    assert [text[span.start : span.end] for span in verdict.spans] == ["free money"]
    assert not verdict.evasion
    disguised = _MATCHER.judge("b", text[:21])
    assert disguised is not None
    assert disguised.evasion
    assert [text[span.start : span.end] for span in disguised.spans] == ["FR33 m0ney"]


def test_a_near_miss_of_a_rule_that_hides_is_for_a_person() -> None:
    for text in ("freemoney", "s3x", "cabron", "lnstagram telegrarn teiegram"):
        verdict = _MATCHER.judge("b", text)
        assert verdict is not None
        assert verdict.action == "review"
        assert verdict.evasion


def test_the_severest_rule_counts_then_the_longest_span() -> None:
    verdict = _MATCHER.judge("b", "how much is shipping, ugly host, sex or free money")
    assert verdict is not None
    assert verdict.term == "free money"
    softer = _MATCHER.judge("b", "ugly host, how much is shipping?")
    assert softer is not None
    assert softer.action == "review"
    answer = _MATCHER.judge("b", "How much is shipping?")
    assert answer is not None
    assert (answer.action, answer.reply) == ("reply", "shipping")
    assert _MATCHER.judge("b", "h0w much is sh1pping") is None


def test_allowed_words_take_their_span_and_no_more() -> None:
    assert _MATCHER.judge("b", "I met Dick van Dyke") is None
    assert _MATCHER.judge("a", "so much sex appeal") is None
    assert _MATCHER.judge("b", "so much sex appeal") is not None
    verdict = _MATCHER.judge("b", "dick van dyke, you dick")
    assert verdict is not None
    assert [span.start for span in verdict.spans] == [19]
    # "money" is allowed, "free money" is not: the longer stands beyond the allowed span.
    assert _MATCHER.judge("b", "free money") is not None


def test_a_rule_of_one_store_is_not_anothers() -> None:
    assert _MATCHER.judge("a", "banana") is not None
    assert _MATCHER.judge("b", "banana b4n4na") is None


def test_products_are_held_against_their_own_rules() -> None:
    verdict = _MATCHER.check_product("b", "Serum", "It cures acne. Sex.")
    assert verdict is not None
    assert verdict.rule == "claim"
    assert [(span.start, span.end) for span in verdict.spans] == [(9, 19)]
    assert _MATCHER.check_product("b", "Serum", "free money") is None


@pytest.mark.parametrize(
    "piece", ["a! ", "f r e e ", "\u0301", "free money ", "<b", "5$", "加 ", "f*", "\U000e0041"]
)
def test_a_message_of_64_kb_is_cut_and_goes_to_a_person(piece: str) -> None:
    text = piece * (65_536 // len(piece))
    verdict = _MATCHER.judge("b", text)
    assert verdict is not None
    if verdict.action == "review" and verdict.rule == TOO_LONG:
        assert (verdict.spans[0].start, verdict.spans[0].end) == (LOOKED_AT, len(text))
        assert "1,000" in verdict.reason


@given(
    st.text(st.one_of(st.characters(), st.sampled_from("fuck se x4!.*\u200b\u0301")), max_size=60)
)
def test_spans_are_sane_for_any_text(text: str) -> None:
    _check_spans(_MATCHER, text)


@given(
    st.sampled_from(["free money", "telegram", "加微信", "fuck", "🍆", "t.me/abc"]),
    st.text(max_size=20),
    st.text(max_size=20),
)
def test_spans_are_sane_around_a_term(term: str, before: str, after: str) -> None:
    _check_spans(_MATCHER, f"{before} {term} {after}")


def _check_spans(matcher: Matcher, text: str) -> None:
    verdict = matcher.judge("b", text)
    if verdict is None:
        return
    assert verdict.spans
    for span in verdict.spans:
        assert 0 <= span.start < span.end <= len(text)
    ends = [span.end for span in verdict.spans[:-1]]
    assert all(end <= span.start for end, span in zip(ends, verdict.spans[1:], strict=True))


def test_no_rules_find_nothing() -> None:
    empty = compile_rules(RuleSet("0"))
    assert empty.judge("b", "free money") is None
    assert empty.rules == RuleSet("0")
    assert empty.version == "0"


def test_the_corpora_stay_found_and_clean() -> None:
    matcher = sandbox_matcher()
    hits, of = found(matcher, "tuning", "evasion")
    assert hits >= 0.95 * of
    flagged, of = found(matcher, "tuning", "clean")
    assert flagged <= 0.001 * of


def test_capitals_in_an_expression_match_as_written() -> None:
    matcher = compile_rules(
        RuleSet("1", (Rule("r", "l", "hide", "R", expressions=(r"ID [A-Z]{3}",)),))
    )
    assert matcher.judge("any", "my ID ABC") is not None
