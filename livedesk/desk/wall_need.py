"""Does a store need somebody, or has somebody seen what is wrong with it?

What is wrong is told by its cards at once, and by its alarms once it lasts. Who has acknowledged an
alarm has seen its card too, and what was put aside is not told at all: neither calls any more. A
card of a part without an alarm is news, unless an alarm that was seen is as loud: one cause colours
several cards and makes one alarm. A fault of its own has its own alarm within seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from livedesk.desk.alarm_list import PRIORITY_LOOK, AlarmLine, Place
from livedesk.desk.cards import cards
from livedesk.desk.looks import LIT, LOUDNESS, Look, is_running
from livedesk.desk.model import StoreView
from livedesk.desk.troubles import Trouble, store_troubles
from livedesk.desk.words import tr

Need = Literal["now", "soon", "look", "over", "seen", "on_air", "off"]
"""`over`: an alarm ended and nobody saw it. `seen`: something is wrong and somebody said that they
know. `off`: no show."""

RANK: Final[dict[Need, int]] = {
    "now": 0, "soon": 1, "look": 2, "over": 3, "seen": 4, "on_air": 5, "off": 6,
}  # fmt: skip
NEEDS_ME: Final = RANK["over"]
"""Up to this rank a store is shown when only what needs somebody is wanted."""

_OF_LOOK: Final[dict[Look, Need]] = {"critical": "now", "warning": "soon"}
_PARTS: Final[dict[str, str]] = {
    "picture": "media", "sound": "media", "path": "uplink", "failover": "uplink",
    "platform": "uplink", "standby": "uplink", "return": "uplink", "paths": "uplink",
    "platforms": "uplink", "rules": "moderation", "chats": "moderation", "gateways": "pins",
}  # fmt: skip
"""Parts of the show by the first word of an alarm's id, or of a card's key, where it is another."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a store stands: what it needs, its loudest look, and why in a few words."""

    need: Need
    look: Look
    word: str = ""
    alarms: tuple[AlarmLine, ...] = ()
    """What stands or is over and unseen; nothing that was put aside."""


@dataclass(frozen=True, slots=True)
class _Sign:
    """Something wrong, and where it is on the list of alarms."""

    look: Look
    word: str
    place: Place


def standing(view: StoreView, lines: Sequence[AlarmLine]) -> Standing:
    """`lines`: the alarms of this store."""
    lines = () if view.stale else lines
    told = tuple(line for line in lines if line.place in ("active", "over", "seen"))
    signs = [*_cards(view, lines), *_alarms(view, lines)]
    calls = _loudest(sign for sign in signs if sign.place == "active")
    if calls is not None and (calls.look in LIT or is_running(view)):
        return Standing(_OF_LOOK.get(calls.look, "look"), calls.look, calls.word, told)
    calm: Look = "ok" if is_running(view) else "idle"
    over = next((line for line in told if line.needs_somebody), None)
    if over is not None:
        word = tr("Over: {cause}").format(cause=over.alarm.cause)
        return Standing("over", calm, word, told)
    seen = _loudest(sign for sign in signs if sign.place == "seen")
    if seen is not None:
        return Standing("seen", seen.look, seen.word, told)
    look = calls.look if calls is not None else calm
    return Standing("on_air" if is_running(view) else "off", look, "", told)


def _loudest(signs: Iterable[_Sign]) -> _Sign | None:
    return max(signs, key=lambda sign: LOUDNESS[sign.look], default=None)


def _cards(view: StoreView, lines: Sequence[AlarmLine]) -> list[_Sign]:
    there = [line for line in lines if line.until_utc_ns is None and line.alarm.gone_s is None]
    return [
        _Sign(card.look, tr("{part}: {word}").format(part=card.title, word=card.word),
              _place(_part(card.key), card.look, there))
        for card in cards(view) if LOUDNESS[card.look] > LOUDNESS["ok"]
    ]  # fmt: skip


def _place(part: str, look: Look, there: Sequence[AlarmLine]) -> Place:
    """Where the alarms about this part of the show are; `active` while nobody has seen one."""
    own = [line.place for line in there if _part(line.key.kind) == part]
    if "active" in own:
        return "active"
    loud = [line.place for line in there
            if LOUDNESS[PRIORITY_LOOK[line.alarm.priority]] >= LOUDNESS[look]]  # fmt: skip
    places = [place for place in own or loud if place != "active"]
    if not places:
        return "active"
    return "seen" if "seen" in places else "shelved"


def _alarms(view: StoreView, lines: Sequence[AlarmLine]) -> list[_Sign]:
    places: dict[object, Place] = {line.key: line.place for line in lines}
    found = (trouble for trouble in store_troubles(view) if not trouble.over)
    return [_Sign(each.look, each.cause, _place_of(each, places)) for each in found]


def _place_of(trouble: Trouble, places: dict[object, Place]) -> Place:
    return places.get(trouble.key, "active")


def _part(name: str) -> str:
    """`uplink` of `uplink:bonded`, `path.none` and `platform.dark`."""
    first = name.replace(":", ".").partition(".")[0]
    return _PARTS.get(first, first)
