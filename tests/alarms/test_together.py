"""One cause at several stores: who is of it, from when, until when."""

from __future__ import annotations

from livedesk.alarms.together import Together
from livedesk.core.clock import NS_PER_S


class Stores:
    """Stores on a clock of their own. Their alarm stands while it is there."""

    def __init__(self) -> None:
        self.together = Together()
        self.now_s = 0.0

    def see(self, after_s: float, **present: bool | None) -> set[str]:
        self.now_s += after_s
        for store, there in present.items():
            self.together.take(round(self.now_s * NS_PER_S), store, there)
        self.together.settle(stands=self.together.is_there)
        return set(self.together.members)


def test_three_at_once_are_one_and_two_are_two() -> None:
    stores = Stores()
    assert stores.see(1, a=True, b=True) == set()
    assert stores.see(1, c=True) == {"a", "b", "c"}
    assert stores.together.having() == ("a", "b", "c")


def test_what_began_over_a_minute_apart_has_no_common_cause() -> None:
    stores = Stores()
    stores.see(0, a=True)
    stores.see(40, b=True)
    assert stores.see(40, c=True) == set()
    assert stores.see(1, d=True) == {"b", "c", "d"}, "the first one is a fault of its own"


def test_one_that_follows_soon_joins_and_one_much_later_does_not() -> None:
    stores = Stores()
    stores.see(0, a=True, b=True, c=True)
    assert "d" in stores.see(30, d=True)
    assert "e" not in stores.see(120, e=True)


def test_who_gets_over_it_and_has_it_again_is_still_of_it() -> None:
    stores = Stores()
    stores.see(0, a=True, b=True, c=True)
    stores.see(100, a=False)
    assert stores.together.having() == ("b", "c")
    stores.see(100, a=True)
    assert set(stores.together.having()) == {"a", "b", "c"}


def test_the_last_one_has_it_alone() -> None:
    stores = Stores()
    stores.see(0, a=True, b=True, c=True)
    assert stores.see(10, a=False, b=False) == set()


def test_what_cannot_be_seen_is_as_it_was() -> None:
    stores = Stores()
    stores.see(0, a=True, b=True, c=True)
    assert stores.see(5, a=None, b=None, c=None) == {"a", "b", "c"}
    assert stores.together.is_there
