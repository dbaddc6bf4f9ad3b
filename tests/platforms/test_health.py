"""In which state the way to a platform is, and why."""

from __future__ import annotations

from livedesk.platforms.health import Health
from livedesk.platforms.outcome import Answer

WELL = Answer("done")
LOST = Answer("maybe", "no_answer", "No answer.")
BARRED = Answer("none", "not_authorized", "The token is not taken.")


def after(*answers: Answer) -> tuple[str, str]:
    health = Health()
    for answer in answers:
        health.take(answer)
    return health.seen("")


def test_before_the_first_call_nothing_is_known() -> None:
    assert after() == ("unknown", "")


def test_one_bad_call_of_five_degrades_it_and_says_why_until_it_is_forgotten() -> None:
    assert after(WELL, LOST) == ("degraded", "No answer.")
    state, reason = after(LOST, WELL, WELL)
    assert state == "degraded"
    assert "1 of the last 3 calls" in reason
    assert reason.endswith("No answer.")
    assert after(LOST, *[WELL] * 5) == ("up", "")


def test_it_is_down_after_five_bad_calls_or_when_every_call_would_be_refused() -> None:
    assert after(*[LOST] * 4)[0] == "degraded"
    assert after(*[LOST] * 5)[0] == "down"
    assert after(WELL, BARRED) == ("down", "The token is not taken.")


def test_what_a_platform_says_of_a_product_is_no_trouble() -> None:
    assert after(Answer("none", "out_of_stock", "Out of stock.", final=True)) == ("up", "")


def test_no_connection_is_down_whatever_came_before() -> None:
    health = Health()
    health.take(WELL)
    assert health.seen("Nobody listens.") == ("down", "Nobody listens.")
