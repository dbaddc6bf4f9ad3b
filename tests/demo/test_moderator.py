"""The chat's record judges the moderation, and the script's words are those that the rules mean."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from livedesk.demo.chat_verdict import figures, judge_chat
from livedesk.demo.moderator import ANSWER, SCRIPT, Moderated, Part
from livedesk.demo.stage import STORE
from livedesk.moderation.matcher import compile_rules
from livedesk.moderation.rule_file import read_rules
from livedesk.sandbox.chat.viewers import Viewers
from livedesk.sandbox.rules.server import SEED_RULES
from tests.demo.moderated import as_moderated, execution

HIDDEN = "every bad comment is hidden within 4.7 s, by the chat's own record"
ONCE = "nothing is hidden or answered twice"
BACK = "what a person takes back is visible again"
LEFT = "no clean comment is hidden, not even for a moment"
ANSWERED = "who asks is answered once"
CLAIMED = "while one moderator is at a comment, no other decides"

Spoil = Callable[[Moderated], object]


def _id(part: Part) -> str:
    return f"script-{[each for each, _ in SCRIPT].index(part) + 1}"


def _drop(seen: Moderated, verb: str, part: Part) -> None:
    wanted = (verb, _id(part))
    seen.executions = [each for each in seen.executions if (each["verb"], each["target"]) != wanted]


def _show(seen: Moderated, part: Part, *, visible: bool) -> None:
    for comment in seen.comments:
        if comment["id"] == _id(part):
            comment["visible"] = visible


def _add(seen: Moderated, verb: str, target: str, *, again: bool = False) -> None:
    seen.executions.append(execution(verb, target, again=again))


def test_a_show_as_scripted_passes() -> None:
    assert [check.name for check in judge_chat(as_moderated()) if not check.ok] == []


@pytest.mark.parametrize(
    ("spoil", "broken"),
    [
        (lambda seen: _drop(seen, "hide", "hidden"), [HIDDEN]),
        (lambda seen: _show(seen, "hidden", visible=True), [HIDDEN]),
        (lambda seen: _show(seen, "person hides", visible=True), [HIDDEN]),
        (lambda seen: _add(seen, "hide", _id("hidden"), again=True), [ONCE]),
        (lambda seen: _show(seen, "person takes back", visible=False), [BACK]),
        (lambda seen: _drop(seen, "hide", "person takes back"), [BACK]),
        (lambda seen: _add(seen, "hide", "glow-1"), [LEFT]),
        (lambda seen: _add(seen, "hide", _id("left")), [LEFT]),
        (lambda seen: _add(seen, "hide", _id("person approves")), [LEFT]),
        (lambda seen: _drop(seen, "reply", "answered"), [ANSWERED]),
        (lambda seen: _add(seen, "reply", _id("person answers")), [ANSWERED]),
        (lambda seen: setattr(seen, "refused", ""), [CLAIMED]),
        (lambda seen: _drop(seen, "hide", "person hides"), [CLAIMED]),
    ],
)
def test_each_broken_promise_is_named(spoil: Spoil, broken: list[str]) -> None:
    seen = as_moderated()
    spoil(seen)
    assert [check.name for check in judge_chat(seen) if not check.ok] == broken


def test_a_hide_that_took_too_long_is_late() -> None:
    (check,) = (check for check in judge_chat(as_moderated(hide_ms=4_800)) if not check.ok)
    assert check.name == HIDDEN


def test_a_script_that_broke_off_says_why() -> None:
    (check,) = judge_chat(Moderated(problem="nobody answers"))
    assert (check.ok, "nobody answers" in check.found) == (False, True)


def test_the_summary_counts_what_the_chat_saw() -> None:
    summary = figures(as_moderated())
    assert (summary["comments"], summary["hidden"]) == (len(SCRIPT) + 1, 8)
    assert summary["engine"]["hidden"] == 8
    assert len(summary["hide_ms"]) == 8


WANTED: dict[Part, str | None] = {
    "hidden": "hide",
    "answer lost": "hide",
    "person shows": "hide",
    "answered": "reply",
    "left": None,
}


def test_the_sandboxes_rules_act_on_the_script_and_leave_its_audience_alone() -> None:
    rules, _ = read_rules(SEED_RULES.read_bytes(), "1")
    matcher = compile_rules(rules)
    for part, text in SCRIPT:
        verdict = matcher.judge(STORE, text)
        action = None if verdict is None else verdict.action
        assert action == WANTED.get(part, "review"), (part, text)
    viewers = Viewers(1)
    for _ in range(3000):
        text = viewers.line(0).text
        verdict = matcher.judge(STORE, text)
        assert verdict is None or verdict.action == "reply", text
        # An answer that was just posted is not posted again to the script's viewer.
        assert verdict is None or verdict.reply not in (ANSWER, "tracking"), text
