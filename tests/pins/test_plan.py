"""What is done next for a pin, whatever is known of it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from livedesk.core.clock import NS_PER_MS
from livedesk.pins import plan
from livedesk.pins.facts import Attempt, Facts, Read, Rival
from livedesk.pins.fate import GIVE_UP_NS, End
from livedesk.pins.gateways.base import Abilities, Shown
from livedesk.platforms.outcome import Answer

MS = NS_PER_MS
DEADLINE = 800 * MS

answers = st.one_of(
    st.none(),
    st.builds(
        Answer,
        effect=st.sampled_from(["done", "none", "maybe"]),
        code=st.sampled_from(["", "server_error", "rate_limited"]),
        final=st.booleans(),
    ),
)
sights = st.one_of(
    st.none(),
    st.builds(Shown, known=st.booleans(), product_id=st.sampled_from([None, "a", "b"])),
)


@st.composite
def attempts(draw: st.DrawFn) -> Attempt:
    sent_ns = draw(st.integers(0, 900)) * MS
    answer = draw(answers)
    took_ns = draw(st.integers(1, 2_500)) * MS
    ended_ns = None if answer is None else sent_ns + took_ns
    return Attempt(sent_ns, sent_ns + 130 * MS, answer, ended_ns, (ended_ns or 0) + 20 * MS)


@st.composite
def reads(draw: st.DrawFn) -> Read:
    sent_ns = draw(st.integers(0, 12_000)) * MS
    shown = draw(sights)
    ended_ns = None if shown is None else sent_ns + draw(st.integers(1, 2_500)) * MS
    return Read(sent_ns, sent_ns + 130 * MS, shown, ended_ns, (ended_ns or 0) + 20 * MS)


def without_the_future(f: Facts) -> Facts:
    """What is known at that instant, of what was drawn."""
    tries = [
        a if (a.ended_ns or 0) <= f.now_ns else replace(a, answer=None, ended_ns=None)
        for a in f.attempts
        if a.sent_ns <= f.now_ns
    ]
    looks = [
        r if (r.ended_ns or 0) <= f.now_ns else replace(r, shown=None, ended_ns=None)
        for r in f.reads
        if r.sent_ns <= f.now_ns
    ]
    return replace(f, attempts=tuple(tries), reads=tuple(looks))


facts = st.builds(
    Facts,
    now_ns=st.integers(0, 15_000).map(lambda ms: ms * MS),
    deadline_ns=st.just(DEADLINE),
    wanted=st.sampled_from([None, "a"]),
    abilities=st.builds(
        Abilities, can_pin=st.just(True), reads_back=st.booleans(), honours_keys=st.booleans()
    ),
    attempts=st.lists(attempts(), max_size=3).map(tuple),
    reads=st.lists(reads(), max_size=4).map(tuple),
    rivals=st.lists(
        st.builds(Rival, st.sampled_from([None, "b"]), st.none() | st.integers(0, 3_000 * MS)),
        max_size=2,
    ).map(tuple),
    need_ns=st.just(80 * MS),
    may_hedge=st.booleans(),
    is_failing=st.booleans(),
    repeats=st.booleans(),
    pin_wait_ns=st.sampled_from([0, 0, 100 * MS, 5_000 * MS]),
    read_wait_ns=st.sampled_from([0, 0, 100 * MS, 5_000 * MS]),
    calls_ample=st.booleans(),
).map(without_the_future)


@given(facts)
def test_nothing_is_sent_too_late_too_often_or_without_a_call(f: Facts) -> None:
    if not isinstance(plan.next_step(f), plan.Send):
        return
    assert f.now_ns + f.need_ns < f.deadline_ns
    assert f.pin_wait_ns == 0
    assert len(f.attempts) < (3 if f.abilities.honours_keys else 2)
    assert f.done_ns is None
    assert not f.is_denied


@given(facts)
def test_without_keys_a_second_attempt_follows_a_read_that_told_something(f: Facts) -> None:
    f = replace(f, abilities=replace(f.abilities, honours_keys=False))
    if isinstance(plan.next_step(f), plan.Send) and f.attempts:
        last = f.attempts[-1]
        assert any(r.shown and r.shown.known and r.sent_ns > last.sent_ns for r in f.reads)


@given(facts)
def test_nothing_is_called_confirmed_that_was_not_read_back_in_time(f: Facts) -> None:
    step = plan.next_step(f)
    if not isinstance(step, End) or not step.shown:
        return
    assert any(r.shown and r.shown.known and r.shown.product_id == f.wanted for r in f.reads)
    assert (step.state == "confirmed") == (step.at_ns <= f.deadline_ns)


@given(facts)
def test_a_pin_that_may_still_take_effect_has_not_failed(f: Facts) -> None:
    step = plan.next_step(f)
    if isinstance(step, End) and step.state == "failed" and not step.displaced:
        for attempt in f.attempts:
            ended = attempt.answer is not None and attempt.answer.effect != "maybe"
            assert ended or f.now_ns >= attempt.sent_ns + 2_500 * MS


@given(facts)
def test_waiting_always_ends(f: Facts) -> None:
    step = plan.next_step(f)
    if isinstance(step, plan.Wait):
        is_open = any(attempt.ended_ns is None for attempt in f.attempts)
        assert step.until_ns is not None or is_open
        assert step.until_ns is None or step.until_ns > f.now_ns
    if f.abilities.reads_back and f.now_ns > DEADLINE + GIVE_UP_NS:
        assert isinstance(step, End)


@given(facts)
def test_at_most_three_young_reads_run_at_once(f: Facts) -> None:
    if isinstance(plan.next_step(f), plan.ReadBack):
        young = [r for r in f.reads if r.ended_ns is None and 0 <= f.now_ns - r.sent_ns < 320 * MS]
        assert len(young) < plan.READS_AT_ONCE
        assert f.read_wait_ns == 0


def test_the_second_attempt_comes_at_the_earlier_of_failure_and_silence() -> None:
    f = Facts(10 * MS, DEADLINE, "a", Abilities(), (Attempt(0, 130 * MS),))
    assert plan.next_step(f) == plan.Wait(130 * MS)
    assert plan.next_step(replace(f, now_ns=130 * MS)) == plan.Send()
    down = Attempt(0, 130 * MS, Answer("none", "server_error"), 20 * MS, again_ns=45 * MS)
    f = replace(f, now_ns=20 * MS, attempts=(down,))
    assert plan.next_step(f) == plan.Wait(45 * MS)
    assert plan.next_step(replace(f, now_ns=45 * MS)) == plan.Send()


def test_a_refusal_beside_a_silent_attempt_is_read_back_first() -> None:
    """The silent one may have taken effect: only a read can tell."""
    silent = Attempt(0, 130 * MS)
    no = Attempt(130 * MS, 260 * MS, Answer("none", "not_live", "No.", final=True), 200 * MS)
    f = Facts(200 * MS, DEADLINE, "a", Abilities(), (silent, no))
    assert plan.next_step(f) == plan.ReadBack()
