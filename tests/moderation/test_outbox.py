"""What the service has to be told waits in order, once each, and what is too much is counted."""

from __future__ import annotations

from livedesk.core.moderation import Comment, Effect
from livedesk.moderation.authors import Authors
from livedesk.moderation.outbox import Lane, Outbox
from livedesk.moderation.reply_guard import ReplyGuard

S = 1_000_000_000


def test_what_is_put_in_anew_while_it_is_sent_is_sent_again() -> None:
    lane: Lane[str] = Lane()
    lane.put("a", "first")
    lane.put("b", "first")
    parcel = lane.parcel()
    assert parcel.entries == ("first", "first")
    lane.put("a", "second")
    lane.sent(parcel)
    assert lane.parcel().entries == ("second",)


def test_only_the_newest_of_an_effect_is_sent() -> None:
    outbox = Outbox()
    outbox.outcome("i", Effect("hide:1:c", "hide", "sent"))
    outbox.outcome("i", Effect("hide:1:c", "hide", "done"))
    [outcome] = outbox.outcomes.parcel().entries
    assert (outcome.effect.state, len(outbox)) == ("done", 1)


def test_a_full_line_loses_its_oldest_and_counts() -> None:
    outbox = Outbox(most=2)
    gone = [outbox.comment(Comment(f"c{n}", "a", "A", "text", n)) for n in range(4)]
    assert [[each.id for each in some] for some in gone] == [[], [], ["c0"], ["c1"]]
    assert (len(outbox), outbox.dropped) == (2, 2)


def test_long_texts_fill_a_line_sooner_and_make_smaller_calls() -> None:
    lane: Lane[int] = Lane(100, most_weight=3_000_000)
    for number in range(5):
        lane.put(number, number, 700_000)
    assert (len(lane), lane.dropped) == (4, 1)
    assert lane.parcel().entries == (1,)


def test_an_author_is_known_by_the_last_five_comments() -> None:
    authors = Authors(most=6)
    for number in range(7):
        before = authors.take(Comment(f"c{number}", "a", "A", "text", number))
    assert [each.id for each in before] == ["c5", "c4", "c3", "c2", "c1"]
    authors.take(Comment("x", "b", "B", "text", 1))
    assert len(authors.take(Comment("x", "b", "B", "text", 1))) == 0, "the same comment again"
    authors.take(Comment("y", "c", "C", "text", 1))
    assert authors.take(Comment("z", "a", "A", "text", 1)) == (), "who wrote longest ago is gone"
    assert [each.id for each in authors.take(Comment("w", "b", "B", "text", 1))] == ["x"]


def test_an_answer_is_not_posted_again_too_soon() -> None:
    guard = ReplyGuard()
    guard.posted("Three days.", "ann", 100 * S)
    assert guard.refusal("Three days.", "bob", 110 * S)
    assert not guard.refusal("Three days.", "bob", 121 * S)
    assert guard.refusal("Three days.", "ann", 399 * S)
    assert not guard.refusal("Three days.", "ann", 401 * S)
    assert not guard.refusal("No.", "ann", 101 * S)
    assert guard.refusal("Three days.", "bob", 90 * S), "a clock that was set back"
