"""Sessions made by chance, to hold what is made of them against a second, naive count."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any, Final

import msgspec

from livedesk.core.events import Event
from livedesk.core.moderation import (
    Comment,
    Decision,
    Effect,
    EffectState,
    Item,
    Verdict,
)
from livedesk.core.pins import PinStatus
from livedesk.journal.values import SampleRow
from tests.journal.kit import START_UTC_NS, event, row

LENGTH_S: Final = 240


class Show:
    """Samples with holes and epochs, outages, pins, comments and alarms.

    `is_rough`: with a second uplink, switches, lost messages, a stretch without record, relay
    events that were told late, and now and then no sign-off.
    """

    def __init__(self, chance: random.Random, *, is_rough: bool = False) -> None:
        self._chance = chance
        self.events: list[Event] = []
        self.uplinks = ("primary", "bonded") if is_rough else ("primary",)
        self.rows = [*self._samples("feed_kbps", "", 2_900), *self._samples("skew_ms", "", 0)]
        self.rows += self._samples("goodput_kbps", "primary", 2_900)
        self._outages()
        for n in range(chance.randint(0, 25)):
            self._pin(n)
        for n in range(chance.randint(0, 40)):
            self._comment(n)
        for n in range(chance.randint(0, 12)):
            self._tell(chance.uniform(-5, LENGTH_S), "limit.trip", {"alarm": f"x{n}.y"})
        if is_rough:
            self._make_rough()
        if not is_rough or chance.random() < 0.7:
            self._tell(LENGTH_S, "session.end", {})
        self.events.sort(key=lambda told: told.mono_ns)
        if is_rough:
            self._delay()
        self.events = [replace(told, seq=n) for n, told in enumerate(self.events, 1)]

    def _tell(self, t_s: float, kind: str, data: dict[str, Any]) -> None:
        self.events.append(replace(event(1, t_s, kind), data=data))

    def _samples(self, figure: str, subject: str, about: float) -> list[SampleRow]:
        chance, found = self._chance, []
        for t_s in range(LENGTH_S):
            for epoch in range(1, 1 + chance.choice((0, 1, 1, 1, 1, 2))):
                value = about + chance.gauss(0, 300)
                spread = chance.random() * 50
                found.append(row(t_s, value, figure, subject, epoch=epoch, spread=spread))
        return found

    def _outages(self) -> None:
        t_s = 0.0
        while (t_s := t_s + self._chance.uniform(20, 90)) < LENGTH_S - 20:
            self._tell(t_s, "feed.lost", {})
            t_s += self._chance.uniform(0.2, 15)
            self._tell(t_s, "feed.up", {})

    def _pin(self, n: int) -> None:
        chance, at_s = self._chance, self._chance.uniform(0, LENGTH_S - 5)
        latency_ms = chance.uniform(100, 1_000)
        pin = PinStatus(
            f"p{n}", "pin", "sku", "Serum", "cued", "pad", START_UTC_NS + round(at_s * 1e9)
        )
        self._tell(at_s, "pin.cued", msgspec.to_builtins(pin))
        state = chance.choice(("confirmed", "confirmed", "failed", "refused"))
        known: dict[str, Any] = msgspec.to_builtins(pin) | {
            "state": state,
            "settled_ms": latency_ms,
        }
        if state == "confirmed":
            known |= {"latency_ms": latency_ms, "shown": True, "sent_ms": 20.0}
        self._tell(at_s + latency_ms / 1000, f"pin.{state}", known)

    def _comment(self, n: int) -> None:
        chance, at_s = self._chance, self._chance.uniform(0, LENGTH_S - 60)
        utc_ns = START_UTC_NS + round(at_s * 1e9)
        is_hide = chance.random() < 0.5
        verdict = Verdict("hide" if is_hide else "review", f"r{n % 3}", "scams", "Scam", ())
        effects = (Effect(f"hide:1:c{n}", "hide"),) if is_hide else ()
        comment = Comment(f"c{n}", "v", "Mia", "free money", utc_ns)
        item = Item(
            f"i{n}", "glow", comment, verdict, "hidden" if is_hide else "waiting", effects=effects
        )
        self._tell(at_s + 0.01, "moderation.judged", {"item": msgspec.to_builtins(item)})
        if is_hide:
            self._hide(item, at_s, chance.choice(("done", "done", "failed")))
        elif chance.random() < 0.8:
            self._decide(item, at_s, chance.uniform(1, 40))

    def _hide(self, item: Item, at_s: float, state: EffectState) -> None:
        took_ms = self._chance.uniform(300, 7_000)
        effect = Effect(item.effects[0].key, "hide", state)
        told = {"item_id": item.id, "effect": msgspec.to_builtins(effect), "latency_ms": took_ms}
        self._tell(at_s + took_ms / 1000, f"moderation.{state}", told)

    def _decide(self, item: Item, at_s: float, took_s: float) -> None:
        decision = Decision("approve", "sam", item.comment.utc_ns + round(took_s * 1e9), "k")
        known = msgspec.to_builtins(item) | {
            "revision": 2, "state": "approved", "decisions": [msgspec.to_builtins(decision)],
        }  # fmt: skip
        self._tell(
            at_s + took_s, "moderation.decided", {"item": known, "latency_ms": took_s * 1000}
        )

    def _make_rough(self) -> None:
        chance = self._chance
        self.rows += self._samples("goodput_kbps", "bonded", 300)
        hole_s = chance.randrange(20, LENGTH_S - 40)
        self.rows = [row for row in self.rows if row.t_s not in range(hole_s, hole_s + 12)]
        self._tell(0.3, "uplink.up", {"uplink": "primary"})
        for t_s in sorted(chance.uniform(3, LENGTH_S - 3) for _ in range(chance.randint(1, 6))):
            self._tell(t_s, "uplink.dropped", {"uplink": "primary", "messages": 7})
            self._tell(t_s + 1, "uplink.up", {"uplink": chance.choice(self.uplinks)})
        for t_s in range(30, LENGTH_S - 30, 60):
            self._switch(t_s + chance.uniform(0, 20), chance.choice(("silence", "operator")))
        tripped_s = chance.uniform(30, 100)
        for number in range(3):
            at_s = tripped_s + number * 40
            self._tell(at_s, "limit.trip", {"alarm": "path.none"})
            self._tell(at_s + chance.uniform(0.5, 20), "limit.clear", {"alarm": "path.none"})

    def _switch(self, t_s: float, cause: str) -> None:
        told = {
            "from": "primary", "to": "bonded", "cause": cause, "actor": "sam",
            "detect_ms": self._chance.uniform(50, 900) if cause == "silence" else None,
        }  # fmt: skip
        took_ms = self._chance.uniform(300, 4_000)
        self._tell(t_s, "failover.switch", told)
        self._tell(t_s + 0.1, "uplink.up", {"uplink": "bonded"})
        state = self._chance.choice(("done", "done", "failed"))
        ended = told | {"switch_ms": took_ms if state == "done" else None}
        self._tell(t_s + took_ms / 1000, f"failover.{state}", ended)

    def _delay(self) -> None:
        """What the relay told reached the record behind what happened after it."""
        for place in range(len(self.events) - 1):
            if self.events[place].kind.startswith(("uplink.", "failover.")):
                self.events.insert(place + self._chance.randint(0, 4), self.events.pop(place))
