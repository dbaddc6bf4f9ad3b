"""How is an alarm worded: how urgent it is, since when, who has seen it, what was asked for?"""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Final

from livedesk.core.clock import NS_PER_S
from livedesk.core.status import Priority
from livedesk.desk.alarm_list import AlarmLine, Place
from livedesk.desk.alarm_orders import AskedAlarm
from livedesk.desk.looks import Look
from livedesk.desk.pin_words import title_of
from livedesk.desk.words import countdown, span, tr, wall_clock

NAME_MOST: Final = 60
"""Characters of a store's name beside an alarm, whatever it is made of."""


def place_name(store_name: str) -> str:
    """Whose alarm it is."""
    return title_of(store_name, NAME_MOST) if store_name else tr("This engine")


def priority_word(priority: Priority) -> str:
    return {
        "low": tr("worth a look"),
        "medium": tr("look soon"),
        "high": tr("act now"),
    }[priority]


def heading(place: Place, count: int) -> str:
    names: dict[Place, str] = {
        "active": tr("Needs you"),
        "over": tr("Over, seen by nobody"),
        "seen": tr("Acknowledged"),
        "shelved": tr("Shelved"),
        "past": tr("Earlier in this session"),
    }
    return f"{names[place]} · {count}"


def time_of(line: AlarmLine, utc_ns: int) -> str:
    """How long it has stood, or stood: what a row has room for."""
    end_utc_ns = line.until_utc_ns if line.until_utc_ns is not None else utc_ns
    return span((end_utc_ns - line.key.since_utc_ns) / NS_PER_S)


def state_words(line: AlarmLine, utc_ns: int, zone: tzinfo | None = None) -> str:
    """What has become of it, in a few words; empty where the place says all."""
    alarm = line.alarm
    if line.goes_on_as is not None:
        return tr("went on as a greater fault")
    if line.place == "shelved" and alarm.shelved_until_utc_ns is not None:
        left_s = (alarm.shelved_until_utc_ns - utc_ns) / NS_PER_S
        return tr("back in {time} · {name}").format(
            time=countdown(left_s), name=alarm.shelved_by or ""
        )
    if line.place == "over":
        return ended_at(line, zone)
    if line.place == "past" and not alarm.acknowledged_by:
        return tr("came again")
    if alarm.gone_s is not None:
        return tr("over for {time}").format(time=span(alarm.gone_s))
    return tr("seen by {name}").format(name=alarm.acknowledged_by) if alarm.acknowledged_by else ""


def ended_at(line: AlarmLine, zone: tzinfo | None = None) -> str:
    if line.until_utc_ns is None:
        return ""
    return tr("ended {time}").format(time=wall_clock(line.until_utc_ns, zone))


def life_words(line: AlarmLine, utc_ns: int, zone: tzinfo | None = None) -> tuple[str, ...]:
    """Its life in full, a sentence each."""
    alarm = line.alarm
    began, lasted = wall_clock(line.key.since_utc_ns, zone), time_of(line, utc_ns)
    if line.until_utc_ns is None:
        told = [tr("Since {time}, for {span}.").format(time=began, span=lasted)]
    else:
        ended = wall_clock(line.until_utc_ns, zone)
        told = [tr("From {time} to {end}, {span}.").format(time=began, end=ended, span=lasted)]
    if alarm.count > 1:
        told.append(tr("It came {n} times.").format(n=alarm.count))
    if alarm.gone_s is not None:
        told.append(
            tr("Its cause has been gone for {time}; it ends when that lasts.").format(
                time=span(alarm.gone_s)
            )
        )
    if line.goes_on_as is not None:
        told.append(tr("Its fault went on as a part of a greater one: {id}.").format(
            id=line.goes_on_as))  # fmt: skip
    if alarm.acknowledged_by:
        told.append(_seen(line, zone))
    if alarm.shelved_until_utc_ns is not None:
        told.append(
            tr("Shelved by {name} until {time}: {why}").format(
                name=alarm.shelved_by or tr("somebody"),
                time=wall_clock(alarm.shelved_until_utc_ns, zone),
                why=alarm.shelved_why,
            )
        )
    return tuple(told)


def _seen(line: AlarmLine, zone: tzinfo | None) -> str:
    alarm = line.alarm
    if alarm.acknowledged_utc_ns is None:
        return tr("Acknowledged by {name}.").format(name=alarm.acknowledged_by)
    return tr("Acknowledged by {name} at {time}.").format(
        name=alarm.acknowledged_by, time=wall_clock(alarm.acknowledged_utc_ns, zone)
    )


def order_words(asked: AskedAlarm | None) -> tuple[Look, str]:
    """What becomes of what was asked for; nothing once it is done."""
    if asked is None or asked.state == "done":
        return "idle", ""
    if asked.state == "failed":
        return "warning", tr("Not done: {why}").format(why=asked.text)
    words = {
        "ack": tr("Acknowledging…"),
        "shelve": tr("Shelving…"),
        "unshelve": tr("Taking it off the shelf…"),
    }
    return "busy", words[asked.order.act]


def spoken(line: AlarmLine, utc_ns: int, zone: tzinfo | None = None) -> str:
    """A row for a screen reader."""
    parts = (
        priority_word(line.alarm.priority),
        place_name(line.store_name),
        line.alarm.cause,
        time_of(line, utc_ns),
        state_words(line, utc_ns, zone),
    )
    return ", ".join(filter(None, parts))


def until_words(minutes: int, utc_ns: int, zone: tzinfo | None = None) -> str:
    """`15 min, until 14:20`."""
    end = datetime.fromtimestamp(utc_ns / NS_PER_S + minutes * 60, zone)
    return tr("{n} min, until {time}").format(n=minutes, time=end.strftime("%H:%M"))
