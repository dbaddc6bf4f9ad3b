"""A chat in trouble is down when it is, and says what could not be used and what was missed."""

from __future__ import annotations

from livedesk.core.clock import ManualClock
from livedesk.core.moderation import ChatStatus
from livedesk.moderation.chats.standing import Standing


def test_one_failed_call_is_no_news_and_a_silence_is() -> None:
    clock = ManualClock()
    standing = Standing(ChatStatus("sandbox", hide="platform"), clock, silent_s=3.0)
    assert standing.status().state == "unknown"
    standing.alive()
    standing.failed("The platform failed with 503.")
    clock.advance(2.9)
    assert standing.status().state == "up"
    clock.advance(0.2)
    status = standing.status()
    assert (status.state, status.reason) == ("down", "The platform failed with 503.")
    assert (status.hide, status.age_ms) == ("platform", 3_100)
    standing.alive()
    assert (standing.status().state, standing.status().reason) == ("up", "")


def test_what_was_never_reached_is_unknown_for_a_moment_and_then_down() -> None:
    clock = ManualClock()
    standing = Standing(ChatStatus("sandbox"), clock, silent_s=3.0)
    for _ in range(3):
        standing.failed("It cannot be reached.")
        status = standing.status()
        assert (status.state, status.reason) == ("unknown", "It cannot be reached.")
        clock.advance(1.1)
    assert standing.status().state == "down"


def test_what_every_call_would_be_told_is_down_at_once() -> None:
    standing = Standing(ChatStatus("sandbox"), ManualClock(), silent_s=3.0)
    standing.alive()
    standing.failed("The platform does not take this token.", barred=True)
    assert standing.status().state == "down"


def test_counts_stay_and_reasons_fade() -> None:
    clock = ManualClock()
    standing = Standing(ChatStatus("lines", hide="by_hand"), clock)
    standing.alive()
    standing.took(7)
    standing.unusable("id is missing")
    standing.cleaned("")
    standing.cleaned("a time more than a day off was left out")
    standing.lost(1.25, "1 s of the chat passed unseen.")
    standing.can(ChatStatus("lines", hide="platform"))
    status = standing.status()
    assert (status.hide, status.comments, status.unusable) == ("platform", 7, 1)
    assert (status.cleaned, status.lost_s) == (1, 1.25)
    assert status.reason == "1 s of the chat passed unseen."
    clock.advance(61)
    assert standing.status().reason == ""


def test_one_and_many_are_told_in_a_sentence() -> None:
    standing = Standing(ChatStatus("lines"), ManualClock())
    standing.alive()
    reasons = []
    for note in (standing.unusable, standing.unusable, standing.cleaned):
        note("a text is missing")
        reasons.append(standing.status().reason)
    assert reasons == [
        "1 comment could not be used: a text is missing.",
        "2 comments could not be used; the last: a text is missing.",
        "1 comment had to be cleaned: a text is missing.",
    ]
