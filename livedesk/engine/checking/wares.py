"""Can products be shown until the end of the show? Lines of the check. Pure."""

from __future__ import annotations

from typing import Final

from livedesk.core.check import CheckItem
from livedesk.core.clock import NS_PER_S
from livedesk.core.pins import PinsStatus
from livedesk.engine.checking.facts import CheckFacts
from livedesk.engine.checking.items import go, hours, no_go, not_used, sentence, unknown

_NO_PINS: Final = "This store shows no products from here."
_FRESH_ROUNDS: Final = 3
_FRESH_LEAST_S: Final = 300.0
"""A list that missed two of its rounds is still one that a show can begin with."""


def gateway(facts: CheckFacts) -> CheckItem:
    item = ("pins", "Product pins")
    pins = facts.status.pins
    if pins is None:
        return not_used(*item, _NO_PINS)
    way = pins.gateway
    if not way.can_pin:
        return go(*item, "A person pins in the platform's own window and confirms here.")
    why = sentence(way.reason or "it gives no reason")
    match way.state:
        case "up":
            return go(*item, "The platform answers.")
        case "unknown":
            return unknown(*item, "The platform was not asked yet.", "Wait a few seconds.")
        case "degraded":
            return no_go(*item, f"The platform answers with difficulty: {why}", _LOOK)
    return no_go(*item, f"The platform does not answer: {why}", _LOOK)


_LOOK: Final = "See its alarm; livedesk doctor tries the way."


def access(facts: CheckFacts) -> CheckItem:
    """Keys and sign-ins that end; a stream key that the platform changes is seen by `way`."""
    item = ("access", "Keys and sign-ins")
    pins = facts.status.pins
    if pins is None:
        return not_used(*item, "This store is signed in nowhere.")
    show = f"{hours(facts.show_hours)} of show"
    if facts.products_access:
        action = "Sign in anew for the product list, and put the new token in the settings."
        return no_go(*item, sentence(facts.products_access), action)
    way = pins.gateway
    left = _left(facts, way.token_until_utc_ns)
    if way.token_covers_show is False:
        text = f"The sign-in {left or 'ends'} and cannot be renewed; {show} are planned."
        return no_go(*item, text, "Sign in anew, and put the new token in the settings.")
    if way.token_covers_show:
        return go(*item, f"The sign-in lasts for the {show}, or is renewed by then.")
    if way.kind == "shopee":
        action = "Wait until the platform has answered."
        return unknown(*item, "How long the sign-in lasts is not known.", action)
    return go(*item, "What this store uses has no end that is known.")


def _left(facts: CheckFacts, until_utc_ns: int | None) -> str:
    if until_utc_ns is None:
        return ""
    left_h = (until_utc_ns - facts.utc_ns) / (3600 * NS_PER_S)
    return "has ended" if left_h <= 0 else f"ends in {hours(left_h)}"


def catalogue(facts: CheckFacts) -> CheckItem:
    item = ("catalogue", "Products")
    pins = facts.status.pins
    if pins is None:
        return not_used(*item, _NO_PINS)
    action = "Look at the list on the page Pins, and at where it comes from."
    if pins.products_age_s is None:
        why = sentence(pins.products_reason or "it was not read yet")
        return unknown(*item, f"The product list is not known: {why}", action)
    age = hours(pins.products_age_s / 3600)
    if pins.products_age_s > max(_FRESH_LEAST_S, _FRESH_ROUNDS * facts.refresh_s):
        why = f": {sentence(pins.products_reason)}" if pins.products_reason else "."
        return no_go(*item, f"The product list is {age} old{why}", action)
    if not pins.products:
        return no_go(*item, "The product list is empty.", action)
    return _next(item, pins, action)


def _next(item: tuple[str, str], pins: PinsStatus, action: str) -> CheckItem:
    """A run of show that begins with a product that cannot be shown is found out on air."""
    count = "1 product" if pins.products == 1 else f"{pins.products:,} products"
    if pins.next_refusal:
        name = pins.next_title or "The next product"
        return no_go(*item, f"{name} is next up: {sentence(pins.next_refusal)}", action)
    unusable = pins.product_problems
    doubts = f"; {unusable:,} could not be used as they stand" if unusable else ""
    return go(*item, f"{count}, up to date{doubts}.")
