"""Whatever a condition does, does its alarm come three times a minute?"""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from livedesk.alarms.life import AlarmRule, Alarms, Finding
from livedesk.core.clock import NS_PER_S

STEP_NS = NS_PER_S // 4
SPELLS = st.lists(st.tuples(st.sampled_from([True, False, None]), st.integers(1, 80)), max_size=40)
"""What is seen, and for how many quarters of a second."""
DELAYS_S = st.sampled_from([0.0, 0.25, 1.0, 2.0, 5.0])


def begins_ns(spells: list[tuple[bool | None, int]], on_s: float, off_s: float) -> list[int]:
    alarms, now_ns, begun = Alarms(), 0, []
    rule = AlarmRule("medium", on_s, off_s, "Look at it.")
    for present, quarters in spells:
        for _ in range(quarters):
            now_ns += STEP_NS
            changes = alarms.update(now_ns, now_ns, {"a": Finding(rule, present, "Cause.")})
            begun += [now_ns for change in changes if change.tripped]
    return begun


def test_the_delays_of_the_engine_are_those_that_are_tried() -> None:
    assert len(begins_ns([(True, 4), (False, 40), (True, 4)], 0.0, 1.0)) == 2


@settings(max_examples=150, deadline=None)
@given(SPELLS, DELAYS_S, st.sampled_from([0.25, 1.0, 5.0]))
def test_no_condition_makes_an_alarm_that_chatters(
    spells: list[tuple[bool | None, int]], on_s: float, off_s: float
) -> None:
    """After ISA-18.2: never three times of one alarm within a minute."""
    begun = begins_ns(spells, on_s, off_s)
    assert all(
        third - first >= 60 * NS_PER_S for first, third in zip(begun, begun[2:], strict=False)
    )


@settings(max_examples=150, deadline=None)
@given(SPELLS, SPELLS, st.booleans())
@example([(False, 2), (True, 2), (False, 8), (True, 1), (False, 80)], [(True, 90)], False)
def test_what_a_greater_fault_takes_in_again_and_again_does_not_chatter(
    greater: list[tuple[bool | None, int]], lesser: list[tuple[bool | None, int]], keeps_up: bool
) -> None:
    alarms, begun = Alarms(), dict[str, list[int]]()
    rule = AlarmRule("medium", 0.0, 1.0, "Look at it.")
    for step, (above, below) in enumerate(zip(_seen(greater), _seen(lesser), strict=False)):
        now_ns = step * STEP_NS
        found = {
            "above": Finding(rule, above, "Greater."),
            "below": Finding(rule, below, "Lesser.", part_of=("above",), keeps_up=keeps_up),
        }
        for change in alarms.update(now_ns, now_ns, found):
            if change.tripped:
                begun.setdefault(change.alarm.id, []).append(now_ns)
    for times in begun.values():
        within = zip(times, times[2:], strict=False)
        assert all(third - first >= 60 * NS_PER_S for first, third in within)


def _seen(spells: list[tuple[bool | None, int]]) -> list[bool | None]:
    return [present for present, quarters in spells for _ in range(quarters)]
