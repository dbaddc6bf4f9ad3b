"""What is said to people who do not look at a screen? Alarms and their ends as plain words. Pure.

Times are those of the agency's clock, with their offset: who reads a message on a telephone may be
in another country than the engine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Final, Literal

from livedesk.core.clock import NS_PER_S
from livedesk.core.one_line import one_line
from livedesk.core.status import AlarmStatus, EndedAlarm, Priority

MessageKind = Literal["raised", "ended", "quiet", "standing", "heartbeat", "test", "joined"]

RANK: Final[dict[Priority, int]] = {"low": 0, "medium": 1, "high": 2}

_ITSELF: Final = "livedesk"
_LONGEST_TITLE: Final = 150
_LONGEST_LINE: Final = 400
_MOST_STEPS: Final = 12
_MOST_JOINED: Final = 20
"""Lines of a joined message: what fits on a telephone, and below every channel's limit."""
_FINE: Final[tuple[MessageKind, ...]] = ("ended", "heartbeat", "test")


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to tell. Of those that wait with the same `key`, the newest stands for all."""

    kind: MessageKind
    key: str
    title: str
    lines: tuple[str, ...]
    priority: Priority
    utc_ns: int
    agency: str = ""
    store: str = ""
    alarm: str = ""
    thread: str = ""
    """What the beginning and the end of one alarm have in common."""
    joined: tuple[Message, ...] = field(default=())

    @property
    def id(self) -> str:
        """The same for the same message, so that a receiver knows one that comes twice."""
        told = [self.kind, self.key, str(self.utc_ns), *(each.id for each in self.joined)]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()[:32]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def is_fine(self) -> bool:
        """Nobody has to do anything."""
        kinds = {each.kind for each in self.joined} or {self.kind}
        return kinds <= set(_FINE)


@dataclass(frozen=True, slots=True)
class Voice:
    """In whose name messages are written. `zone`: None for the clock of this machine."""

    agency: str = ""
    zone: tzinfo | None = None

    def time(self, utc_ns: int) -> str:
        """`21:14:05 +07:00`"""
        local = datetime.fromtimestamp(utc_ns // NS_PER_S, UTC).astimezone(self.zone)
        return local.isoformat(sep=" ")[11:].replace("+", " +").replace("-", " -")

    def raised(self, store: str, name: str, alarm: AlarmStatus, utc_ns: int) -> Message:
        lines = [f"Since {self.time(alarm.since_utc_ns)}. Priority: {alarm.priority}."]
        lines += [_line(f"To do: {alarm.action}")] if alarm.action else []
        steps = alarm.steps[:_MOST_STEPS]
        lines += [_line(f"{number}. {step}") for number, step in enumerate(steps, 1)]
        title = self._title(f"ALARM {name or _ITSELF}: {alarm.cause}")
        return self._of_alarm("raised", store, alarm, title, lines, utc_ns)

    def ended(self, store: str, name: str, ended: EndedAlarm, utc_ns: int) -> Message:
        """One that was taken in by a greater fault has not ended, and is not called so."""
        lasted = duration((ended.until_utc_ns - ended.since_utc_ns) / NS_PER_S)
        word = "Over" if ended.goes_on_as is None else "Part of a greater fault"
        title = self._title(f"{word} {name or _ITSELF}: {ended.cause}")
        begin, end = self.time(ended.since_utc_ns), self.time(ended.until_utc_ns)
        lines = [f"From {begin} to {end}, {lasted}."]
        if ended.goes_on_as is not None:
            lines.append(_line(f"It goes on as the alarm {ended.goes_on_as}."))
        if ended.count > 1:
            lines.append(f"It came {ended.count} times.")
        if ended.acknowledged_by is not None:
            lines.append(_line(f"Acknowledged by {ended.acknowledged_by}."))
        return self._of_alarm("ended", store, ended, title, lines, utc_ns)

    def quiet(self, store: str, name: str, count: int, utc_ns: int) -> Message:
        title = self._title(f"{name or _ITSELF}: {_alarms(count)} listed, not told one by one")
        lines = ("More alarms come than one person can follow. Look at the list in the console.",)
        key = f"quiet/{store}"
        return Message("quiet", key, title, lines, "medium", utc_ns, self.agency, store)

    def standing(
        self, store: str, name: str, alarms: Sequence[AlarmStatus], utc_ns: int
    ) -> Message:
        """After a restart of the engine: what it may have had no time to tell. One or more."""
        highest = max((alarm.priority for alarm in alarms), key=RANK.__getitem__)
        title = self._title(f"{name}: livedesk was restarted; {_alarms(len(alarms))} not seen to")
        lines = [
            _line(f"{alarm.cause} Since {self.time(alarm.since_utc_ns)}. {alarm.action}")
            for alarm in alarms[:_MOST_JOINED]
        ]
        key = f"standing/{store}"
        return Message("standing", key, title, tuple(lines), highest, utc_ns, self.agency, store)

    def heartbeat(self, names: Sequence[str], alarms: int, utc_ns: int) -> Message:
        """`names`: the stores that are on air. `alarms`: those that stand."""
        on_air = "1 store" if len(names) == 1 else f"{len(names)} stores"
        title = self._title(f"livedesk watches {on_air} on air; {_alarms(alarms) or 'no alarm'}")
        lines = (
            _line(", ".join(names)),
            f"Sent at {self.time(utc_ns)}, to show that this way works.",
        )
        return Message("heartbeat", "heartbeat", title, lines, "low", utc_ns, self.agency)

    def test(self, channel: str, by: str, utc_ns: int) -> Message:
        title = self._title(f"Test of the channel {channel}")
        lines = (_line(f"{by} sent this at {self.time(utc_ns)}. Nothing is wrong."),)
        return Message("test", f"test/{utc_ns}", title, lines, "low", utc_ns, self.agency)

    def _of_alarm(
        self,
        kind: MessageKind,
        store: str,
        alarm: AlarmStatus | EndedAlarm,
        title: str,
        lines: Sequence[str],
        utc_ns: int,
    ) -> Message:
        key = f"{store}/{alarm.id}"
        thread = f"{key}/{alarm.since_utc_ns}"
        return Message(
            kind, key, title, tuple(lines), alarm.priority, utc_ns, self.agency, store, alarm.id,
            thread,
        )  # fmt: skip

    def _title(self, text: str) -> str:
        return one_line(text, _LONGEST_TITLE)


def joined(messages: Sequence[Message], untold: int, utc_ns: int) -> Message:
    """Several as one. `untold`: further ones for which there was no room."""
    highest: Priority = "medium"
    if messages:
        highest = max((each.priority for each in messages), key=RANK.__getitem__)
    begun = sum(each.kind == "raised" for each in messages)
    over = sum(each.kind == "ended" for each in messages)
    parts = [_alarms(begun)] if begun else []
    parts += [f"{over} over"] if over else []
    total = len(messages) + untold
    title = f"{total} messages in one" + (f": {', '.join(parts)}" if parts else "")
    lines = [each.title for each in messages[:_MOST_JOINED]]
    if more := len(messages) - len(lines) + untold:
        lines.append(f"and {more} more, which are in the console's list")
    agency = messages[0].agency if messages else ""
    return Message(
        "joined", "joined", title, tuple(lines), highest, utc_ns, agency, joined=tuple(messages)
    )


def duration(seconds: float) -> str:
    """`45 s`, `3 min 20 s`, `1 h 05 min`"""
    whole = max(0, round(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes_left = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes_left:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def _alarms(count: int) -> str:
    if not count:
        return ""
    return "1 alarm" if count == 1 else f"{count} alarms"


def _line(text: str) -> str:
    return one_line(text, _LONGEST_LINE)
