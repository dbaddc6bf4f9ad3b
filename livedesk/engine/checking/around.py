"""Is what stands around the show ready: rules, chat, disk, clock, alarms? Lines of the check."""

from __future__ import annotations

from typing import Final

from livedesk.core.check import CheckItem
from livedesk.engine.checking.facts import CheckFacts
from livedesk.engine.checking.items import go, hours, no_go, not_used, sentence, unknown

LEAST_FREE_BYTES: Final = 1_000_000_000
"""A store's record of a long show takes some 100 MB; below this one other program is enough."""

_BYTES_PER_GB: Final = 1e9
_UNMODERATED: Final = "This store is not moderated here."


def rules(facts: CheckFacts) -> CheckItem:
    item = ("rules", "Rules")
    moderation = facts.status.moderation
    if moderation is None:
        return not_used(*item, _UNMODERATED)
    service = moderation.service
    why = sentence(service.reason or "it gives no reason")
    action = "Look at the rule service; until it is back the engine judges with the rules it has."
    if not service.version:
        if service.state == "unknown":
            return unknown(*item, "The rule service was not asked yet.", "Wait a few seconds.")
        return no_go(*item, f"No rules are here: {why}", "Bring the rule service up.")
    version = f"Version {service.version}"
    if service.local or service.state == "down":
        return no_go(*item, f"{version}, but the rule service is away: {why}", action)
    if service.state == "unknown":
        return unknown(*item, f"{version}; the rule service was not asked yet.", "Wait.")
    return go(*item, f"{version}, {service.rules:,} rules and {service.terms:,} terms.")


def chat(facts: CheckFacts) -> CheckItem:
    item = ("chat", "Chat")
    moderation = facts.status.moderation
    if moderation is None:
        return not_used(*item, _UNMODERATED)
    now = moderation.chat
    if now.kind == "none":
        return not_used(*item, "Comments reach the rule service by another way.")
    why = sentence(now.reason or "it gives no reason")
    match now.state:
        case "up":
            return go(*item, "The chat is read.")
        case "down":
            action = "Is the LIVE started on the platform? See the alarm of the chat."
            return no_go(*item, f"The chat cannot be read: {why}", action)
    return unknown(*item, "The chat was not heard yet.", "Wait until the LIVE is started.")


def disk(facts: CheckFacts) -> CheckItem:
    item = ("disk", "Disk")
    free, left_h = facts.machine.disk_free_bytes, facts.machine.disk_left_h
    if free is None:
        return unknown(*item, "How much is free is not known.", "See the alarms of the engine.")
    room = f"{free / _BYTES_PER_GB:,.1f} GB are free"
    if free < LEAST_FREE_BYTES:
        return no_go(*item, f"Only {room}.", "Free the disk on which livedesk's data folder is.")
    if left_h is not None and left_h < facts.show_hours:
        lasts = f"{room}, which last for {hours(left_h)}"
        text = f"{lasts} at the present rate; {hours(facts.show_hours)} are planned."
        return no_go(*item, text, "Find out what fills the disk, and free it.")
    return go(*item, f"{room}: enough for {hours(facts.show_hours)} of show.")


def clock(facts: CheckFacts) -> CheckItem:
    """Signed calls and webhooks are refused by a clock that is off; times in records are wrong."""
    item = ("clock", "Clock")
    machine = facts.machine
    offset_ms = machine.clock_offset_ms
    off = "" if offset_ms is None else f", {abs(offset_ms):,.0f} ms off"
    if machine.clock_synchronised:
        return go(*item, f"Synchronised{off}.")
    action = "Turn on time synchronisation in the system's settings (on Linux: timedatectl)."
    if machine.clock_synchronised is None:
        return unknown(*item, "Whether it is synchronised is not known.", action)
    return no_go(*item, f"This machine's clock is not synchronised{off}.", action)


def unseen_alarms(facts: CheckFacts) -> CheckItem:
    """Shelved is seen: somebody gave a reason and a time for it. What several stores have in common
    stands against each of them."""
    item = ("alarms", "Alarms")
    active = [
        alarm.cause
        for alarm in (*facts.status.alarms, *facts.status.common)
        if alarm.acknowledged_by is None and alarm.shelved_by is None
    ]
    causes = [*active, *(alarm.cause for alarm in facts.unseen)]
    if not causes:
        return go(*item, "None that nobody has seen.")
    more = len(causes) - 1
    rest = f" And {more} more." if more else ""
    action = "Look at the page Alarms; see to each, or acknowledge it."
    return no_go(*item, f"{sentence(causes[0])}{rest}", action)
