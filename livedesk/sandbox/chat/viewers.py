"""What do viewers of a beauty live write, and when? Invented ones; the same seed, the same chat.

They write in eight languages: questions, greetings, praise, jokes, orders, emoji; a few are here to
cheat or to insult, and most of those disguise the word that gives them away. These are `bad`: no
agency leaves them in its chat. Who is merely rude is not; whether that stays is for people to say.
A language is a share of the audience, and each viewer keeps to one. Pure: time is passed in.
"""

from __future__ import annotations

import heapq
import json
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any, Final

from livedesk.sandbox.chat.evasion import any_evasion
from livedesk.sandbox.chat.room import Line
from livedesk.sandbox.shop.goods import goods

AUDIENCE: Final = 400
DISGUISED_PCT: Final = 60
"""Of what is bad."""
RUDE_SHARE: Final = 0.25
"""So many are merely rude for each that is bad."""

_LANGUAGES: Final = {"en": 6, "es": 3, "pt": 2, "id": 4, "th": 2, "vi": 2, "zh": 1, "fil": 3}
_KINDS: Final = {
    "question": 34, "praise": 18, "emoji": 15, "order": 10, "joke": 9, "greeting": 8, "talk": 6,
}  # fmt: skip
_ODD_NAME_PCT: Final = 3
_TRIGGER: Final = re.compile(r"\[([^]]+)]")


@dataclass(frozen=True, slots=True)
class Burst:
    """So many comments in so many seconds, beside the rest; with `text`, all say the same."""

    count: int
    seconds: float
    bad_pct: float | None = None
    """None: as the rest."""
    text: str | None = None


class Viewers:
    """The audience of one live. `lines_until` is called with a time that only grows."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self._texts: Mapping[str, Any] = json.loads(
            files(__package__).joinpath("viewers.json").read_text(encoding="utf-8")
        )
        self._products = [good.title for good in goods()]
        self._names = [self._name() for _ in range(AUDIENCE)]
        self._speaks = self._rng.choices(
            list(_LANGUAGES), list(_LANGUAGES.values()), k=len(self._names)
        )
        self._next_s: float | None = None
        self._due: list[tuple[float, int, Burst]] = []
        self._ordered = 0
        self.rate_per_s = 0.0
        self.bad_pct = 4.0

    def burst(self, burst: Burst, now_s: float) -> None:
        """It begins now; evenly, as a rush comes."""
        step_s = burst.seconds / burst.count if burst.count else 0.0
        for at in range(burst.count):
            self._ordered += 1
            heapq.heappush(self._due, (now_s + at * step_s, self._ordered, burst))

    def order_rate(self, rate_per_s: float, now_s: float) -> None:
        """From now on; the time to the next comment is exponential, as of many who do not agree."""
        self.rate_per_s = rate_per_s
        self._next_s = now_s + self._rng.expovariate(rate_per_s) if rate_per_s > 0 else None

    def hush(self) -> None:
        """Nobody is about to write any more."""
        self.rate_per_s, self._next_s = 0.0, None
        self._due.clear()

    def next_s(self) -> float | None:
        """When the next comment is due; None: nobody is about to write."""
        times = [self._next_s] if self._next_s is not None else []
        return min([*times, self._due[0][0]] if self._due else times, default=None)

    def lines_until(self, now_s: float) -> list[Line]:
        """What is due by now, oldest first."""
        lines = []
        while (at_s := self.next_s()) is not None and at_s <= now_s:
            if self._due and self._due[0][0] == at_s:
                lines.append(self._of_burst(heapq.heappop(self._due)[2]))
            else:
                self._next_s = at_s + self._rng.expovariate(self.rate_per_s)
                lines.append(self.line(self.bad_pct))
        return lines

    def line(self, bad_pct: float) -> Line:
        """What the next viewer writes."""
        mood = self._rng.random() * 100
        if mood < bad_pct:
            return self._bad()
        return self._rude() if mood < bad_pct * (1 + RUDE_SHARE) else self._clean()

    def _of_burst(self, burst: Burst) -> Line:
        line = self.line(self.bad_pct if burst.bad_pct is None else burst.bad_pct)
        if burst.text is None:
            return line
        return replace(line, text=burst.text, kind="ordered", bad=False, evasion="")

    def _clean(self) -> Line:
        viewer, language = self._somebody()
        kind = self._rng.choices(list(_KINDS), list(_KINDS.values()))[0]
        texts = self._texts["emoji"] if kind == "emoji" else self._texts["clean"][language][kind]
        return self._written(viewer, self._rng.choice(texts), kind)

    def _bad(self) -> Line:
        """One viewer in ten; each comes back, as such people do."""
        viewer, language = self._somebody(AUDIENCE // 10)
        kinds = self._texts["bad"][language]
        kind = self._rng.choice(sorted(kinds))
        text, evasion = self._rng.choice(kinds[kind]), ""
        trigger = _TRIGGER.search(text)
        if trigger is not None:
            word = trigger[1]
            if self._rng.random() * 100 < DISGUISED_PCT:
                word, evasion = any_evasion(word, self._rng)
            text = text.replace(trigger[0], word)
        return replace(self._written(viewer, text, kind), bad=True, evasion=evasion)

    def _rude(self) -> Line:
        viewer, language = self._somebody(AUDIENCE // 10)
        return self._written(viewer, self._rng.choice(self._texts["rude"][language]), "rude")

    def _written(self, viewer: int, text: str, kind: str) -> Line:
        rng = self._rng
        filled = (
            text.replace("{product}", rng.choice(self._products))
            .replace("{city}", rng.choice(self._texts["cities"]))
            .replace("{shade}", rng.choice(self._texts["shades"]))
            .replace("{size}", rng.choice(self._texts["sizes"]))
            .replace("{digits}", f"{rng.randrange(100):02d}")
        )
        return Line(f"viewer-{viewer}", self._names[viewer], filled, kind)

    def _somebody(self, among: int = AUDIENCE) -> tuple[int, str]:
        viewer = self._rng.randrange(among)
        return viewer, self._speaks[viewer]

    def _name(self) -> str:
        is_odd = self._rng.random() * 100 < _ODD_NAME_PCT
        return str(self._rng.choice(self._texts["odd_names" if is_odd else "names"]))
