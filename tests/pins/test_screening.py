"""Products that the rules object to are told with what, where and by which rule."""

from __future__ import annotations

from dataclasses import replace

from livedesk.core.moderation import RuleAction, Span, Verdict
from livedesk.core.pins import Product
from livedesk.pins.screening import Screen

SERUM = Product("a", "Miracle serum", description="For the evening.")
BALM = Product("b", "Balm", description="It cures acne.", stock=0, state="out_of_stock")
BANNED = Product("c", "Miracle drops", state="flagged", reason="under review")


class Rules:
    """`miracle` and `cures`, with what is to be done about each."""

    def __init__(self, **actions: RuleAction) -> None:
        self.actions = actions
        self.asked: list[str] = []

    def judge(self, title: str, description: str) -> Verdict | None:
        self.asked.append(title)
        text = f"{title}\n{description}"
        for term, action in self.actions.items():
            at = text.casefold().find(term)
            if at >= 0:
                spans = (Span(at, at + len(term)),)
                return Verdict(action, "r1", "claims", "No healing is promised", spans, term)
        return None


def screen(rules: Rules) -> Screen:
    return Screen().with_rules(rules.judge)


def test_what_is_to_be_hidden_cannot_be_pinned_and_says_why() -> None:
    all_of_them = (SERUM, BALM, BANNED)
    looked = screen(Rules(miracle="hide", cures="hide")).looked_at(all_of_them)
    (serum, balm, banned), problems = looked.over(all_of_them)
    assert serum.refusal == (
        'Flagged by compliance: "Miracle" in the title. No healing is promised (rule r1, claims).'
    )
    assert '"cures" in the description' in balm.refusal
    assert (banned, problems) == (BANNED, ())


def test_what_a_person_should_look_at_can_be_pinned_and_is_a_problem() -> None:
    looked = screen(Rules(miracle="review")).looked_at((SERUM, BALM))
    products, [problem] = looked.over((SERUM, BALM))
    assert products == (SERUM, BALM)
    assert problem.where == 'product a "Miracle serum"'
    assert "can be pinned" in problem.text


def test_each_text_is_looked_at_once_and_again_when_it_or_the_rules_change() -> None:
    rules = Rules(miracle="hide")
    first = screen(rules).looked_at((SERUM, BALM)).looked_at((replace(SERUM, stock=3), BALM))
    assert len(rules.asked) == 2
    renamed = replace(SERUM, title="Serum")
    assert first.over((renamed,))[0][0].state == "flagged"  # until it is looked at
    assert first.looked_at((renamed,)).over((renamed,))[0] == (renamed,)
    assert len(rules.asked) == 3
    lenient = first.with_rules(Rules().judge)
    assert lenient.over((SERUM,))[0][0].state == "flagged"
    assert lenient.looked_at((SERUM,)).over((SERUM,))[0] == (SERUM,)


def test_thousands_of_problems_are_counted_not_listed() -> None:
    many = tuple(replace(SERUM, id=str(n)) for n in range(1_000))
    _, problems = screen(Rules(miracle="review")).looked_at(many).over(many)
    assert len(problems) == 201
    assert problems[-1].text == "and 800 more products for a person to look at"
