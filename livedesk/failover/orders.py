"""May a person's order be carried out? The checks, and the words of a refusal."""

from __future__ import annotations

from dataclasses import dataclass

from livedesk.core.order_limits import LONGEST_STAY_S
from livedesk.failover import words
from livedesk.failover.book import PathBook
from livedesk.failover.facts import FeedFacts, Refusal


@dataclass(frozen=True, slots=True)
class Order:
    """A person's switch, accepted."""

    to: str
    reason: str
    actor: str
    at_ns: int


def refuse_switch(
    to: str, active: str, is_busy: bool, feed: FeedFacts, book: PathBook
) -> Refusal | None:
    """`is_busy`: whether a switch is decided or running."""
    if to not in book.names:
        return Refusal(
            "unknown_uplink", f"There is no uplink {to}.", f"Name one of {', '.join(book.names)}."
        )
    if is_busy:
        return _busy()
    if to == active:
        return Refusal("already_carrying", f"{to} carries already.", "Nothing is to be done.")
    facts = book.facts(to)
    if feed.flows and not facts.ready:
        return Refusal(
            "not_ready",
            f"{to} could not take over now: it is {words.unready(facts)}.",
            f"Wait until {to} is ready, or look at its address and network.",
        )
    return None


def refuse_drill(
    stay_s: float, active: str, is_busy: bool, is_held: bool, feed: FeedFacts, book: PathBook
) -> Refusal | None:
    if not 0 <= stay_s <= LONGEST_STAY_S:
        return Refusal(
            "bad_stay",
            f"A drill cannot stay for {stay_s:g} s.",
            f"Ask for 0 to {LONGEST_STAY_S:.0f} s.",
        )
    if len(book.names) < 2:
        return single("A drill needs a second uplink.")
    if is_busy:
        return _busy()
    if is_held:
        return Refusal("held", "The stream is held where it is.", "Release the hold first.")
    if not feed.flows:
        return Refusal("no_feed", "There is nothing to carry.", "Start the encoder first.")
    if not book.ready_others(active):
        return Refusal(
            "not_ready",
            f"{words.none_ready(book.others(active)).capitalize()}.",
            "Look at the address and network of the uplink that should be ready.",
        )
    return None


def single(problem: str) -> Refusal:
    return Refusal("single_uplink", problem, "Add an uplink to the store's settings.")


def _busy() -> Refusal:
    return Refusal(
        "switch_running", "A switch or a drill is running.", "Ask again when it is done."
    )
