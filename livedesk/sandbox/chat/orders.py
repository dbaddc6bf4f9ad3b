"""What does an order to the chat (`POST /chat`) ask for? JSON read into checked values.

* `room`: for that one only; without it for all.
* The viewers: `rate_per_s` (0 is silence) with `bad_pct` (the share of spam, scams and insults;
  beside them a quarter as many are merely rude); `burst` ({"count", "seconds"} and perhaps
  "bad_pct" or "text": all say the same), beside the rest; `say` (a list of at most 200 {"text"}
  with any of "id", "author", "author_id", "kind", "bad"), at once and in this order: an `id` that
  is there already is left out.
* How it serves: all faults of the shop (`shop/orders.py`), `calls` being any of "comments" and
  "act"; `skew_ms` (the rooms' clock is wrong by so much).
* `live` (true or false), `honours_keys` (false: the same key twice is done twice), `revoked` (true
  or false: nobody is let in), `seed` (chance of the faults begins anew), `forget` (true: so does
  the journal), `clear` (true: all as at the start, and the viewers are silent).

What was really done is told by `GET /chat/executions?room=&after=` (`number`, `key`, `verb`,
`target`, `text`, `utc_ns`, `mono_ns`, `repeated`, `again`, `after_ms`), at most 1,000 after that
number, and what was written by `GET /chat/comments?room=&after=`, with what the script knows of it
(`kind`, `bad`, `evasion`) and whether it is `visible`. Without `room` it is that of the first room.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any, Final

from livedesk.sandbox.chat.room import Line
from livedesk.sandbox.chat.viewers import Burst
from livedesk.sandbox.orders import MAX_TIME_S, OrderError, flag, number, only
from livedesk.sandbox.shop.faults import Faults
from livedesk.sandbox.shop.orders import FAULT_ORDERS, faults_ordered

MAX_RATE_PER_S: Final = 20_000
MAX_BURST: Final = 100_000
MAX_SAY: Final = 200
MAX_SKEW_MS: Final = 86_400_000
CALLS: Final = ("comments", "act")
CHAT_ORDERS: Final = (
    "room", "rate_per_s", "bad_pct", "burst", "say", *FAULT_ORDERS, "skew_ms", "live",
    "honours_keys", "revoked", "seed", "forget", "clear",
)  # fmt: skip
_ID: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
_TEXTS: Final = ("text", "author", "author_id", "kind", "id")


@dataclass(frozen=True, slots=True)
class ChatFaults:
    calls: Faults = field(default_factory=lambda: Faults(calls=("comments", "act")))
    skew_ms: int = 0


@dataclass(frozen=True, slots=True)
class ChatOrder:
    """An order that is understood. None: that stays as it is."""

    faults: ChatFaults
    room: str | None = None
    rate_per_s: float | None = None
    bad_pct: float | None = None
    burst: Burst | None = None
    say: tuple[Line, ...] = ()
    live: bool | None = None
    honours_keys: bool | None = None
    revoked: bool | None = None
    seed: int | None = None
    hush: bool = False
    forget: bool = False


def chat_ordered(
    order: dict[str, Any], before: ChatFaults, rooms: frozenset[str], mono_ns: int
) -> ChatOrder:
    """Raises OrderError."""
    only(order, CHAT_ORDERS)
    start = ChatOrder(before)
    if flag(order, "clear"):
        start = ChatOrder(ChatFaults(), live=True, honours_keys=True, revoked=False, hush=True)
    room = order.get("room")
    if room is not None and (not isinstance(room, str) or room not in rooms):
        raise OrderError(f"room: one of {', '.join(sorted(rooms))} is needed")

    def switch(name: str, default: bool | None) -> bool | None:
        return flag(order, name) if name in order else default

    def figure(name: str, most: float, default: float | None) -> float | None:
        return number(order, name, 0, most) if name in order else default

    seed = figure("seed", 2**53, None)
    return replace(
        start,
        faults=_faults(order, start.faults, mono_ns),
        room=room,
        rate_per_s=figure("rate_per_s", MAX_RATE_PER_S, start.rate_per_s),
        bad_pct=figure("bad_pct", 100, None),
        burst=_burst(order["burst"]) if "burst" in order else None,
        say=_lines(order["say"]) if "say" in order else (),
        live=switch("live", start.live),
        honours_keys=switch("honours_keys", start.honours_keys),
        revoked=switch("revoked", start.revoked),
        seed=None if seed is None else round(seed),
        forget=flag(order, "forget"),
    )


def _faults(order: dict[str, Any], before: ChatFaults, mono_ns: int) -> ChatFaults:
    calls = faults_ordered(order, before.calls, mono_ns)
    if not set(calls.calls) <= set(CALLS):
        raise OrderError(f"calls: a list of any of {', '.join(CALLS)} is needed")
    changed: dict[str, Any] = {"calls": calls}
    if "skew_ms" in order:
        changed["skew_ms"] = round(number(order, "skew_ms", -MAX_SKEW_MS, MAX_SKEW_MS))
    return replace(before, **changed)


def _burst(wish: object) -> Burst:
    if not isinstance(wish, dict) or not {"count", "seconds"} <= set(wish):
        raise OrderError("burst: an object with count and seconds is needed")
    only(wish, ("count", "seconds", "bad_pct", "text"))
    text = wish.get("text")
    if not isinstance(text, str | None):
        raise OrderError("burst: text: a text is needed")
    count, seconds = number(wish, "count", 0, MAX_BURST), number(wish, "seconds", 0, MAX_TIME_S)
    bad_pct = number(wish, "bad_pct", 0, 100) if "bad_pct" in wish else None
    return Burst(round(count), seconds, bad_pct, text)


def _lines(wish: object) -> tuple[Line, ...]:
    if not isinstance(wish, list) or len(wish) > MAX_SAY:
        raise OrderError(f"say: a list of at most {MAX_SAY} objects is needed")
    return tuple(_line(each) for each in wish)


def _line(wish: object) -> Line:
    if not isinstance(wish, dict) or not isinstance(wish.get("text"), str):
        raise OrderError("say: an object with text is needed for each")
    only(wish, (*_TEXTS, "bad"))
    texts = {name: wish.get(name, "") for name in _TEXTS}
    if not all(isinstance(text, str) for text in texts.values()):
        raise OrderError(f"say: {', '.join(_TEXTS)}: texts are needed")
    author = texts["author"] or "Somebody"
    author_id = texts["author_id"] or f"guest-{sum(author.encode(errors='replace'))}"
    if not all(_ID.fullmatch(each) for each in (author_id, texts["id"] or "-")):
        raise OrderError("say: id, author_id: letters, digits and hyphens, at most 64")
    kind, bad = texts["kind"] or "ordered", flag(wish, "bad")
    return Line(author_id, author, texts["text"], kind, bad, id=texts["id"])
