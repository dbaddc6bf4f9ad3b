"""How is a line of the check written? Short names for its states, and times in words."""

from __future__ import annotations

from livedesk.core.check import CheckItem


def go(item_id: str, title: str, text: str) -> CheckItem:
    return CheckItem(item_id, title, "go", text)


def no_go(item_id: str, title: str, text: str, action: str) -> CheckItem:
    return CheckItem(item_id, title, "no_go", text, action)


def unknown(item_id: str, title: str, text: str, action: str) -> CheckItem:
    """It could not be looked at, which is no go."""
    return CheckItem(item_id, title, "unknown", text, action)


def not_used(item_id: str, title: str, text: str) -> CheckItem:
    """The store's settings have no such thing."""
    return CheckItem(item_id, title, "not_used", text)


def hours(value_h: float) -> str:
    """`40 min`, `6 h 10 min`, `3 days`; whole minutes, rounded down so that nothing is promised."""
    minutes = max(0, int(value_h * 60))
    if minutes >= 72 * 60:
        return f"{minutes // (24 * 60)} days"
    whole_h, rest_min = divmod(minutes, 60)
    if not whole_h:
        return f"{rest_min} min"
    return f"{whole_h} h {rest_min:02d} min" if rest_min else f"{whole_h} h"


def sentence(text: str) -> str:
    """What somebody else wrote, with a full stop."""
    return f"{text.strip().rstrip('.')}."
