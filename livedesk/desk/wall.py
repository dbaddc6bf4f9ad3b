"""Which of all the stores needs somebody, and what is told of each? The wall, as values.

The order follows need, and does not move from under the eye: see `WallOrder`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from livedesk.core.clock import NS_PER_S
from livedesk.desk.alarm_list import ENGINE, AlarmLine, AlarmList, in_order, standing_line
from livedesk.desk.cards import cards
from livedesk.desk.looks import LOUDNESS, Card, Look, is_running
from livedesk.desk.model import DeskSnapshot, Moment, StoreView
from livedesk.desk.moderation_card import MODERATION
from livedesk.desk.pin_cards import PINS
from livedesk.desk.pin_words import pin_view
from livedesk.desk.troubles import Trouble, loudest
from livedesk.desk.uplinkcards import active_uplink
from livedesk.desk.wall_need import NEEDS_ME, RANK, Need, standing
from livedesk.desk.words import NOTHING, countdown, number, show_clock, span, tr

KEEPS_PLACE_S = 10.0
"""A store whose trouble is over stays so long where it was: it may come back, and somebody may be
reading it."""

REST_S = 2.0
"""So long no tile moves after some did."""

SPARK_S = 180.0
"""What the spark line of the rate shows."""

_UPLINKS = ("uplink:", "standby", "return")


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure of a tile, and how loud it is."""

    label: str
    value: str
    look: Look = "ok"


@dataclass(frozen=True, slots=True)
class WallTile:
    """One store on the wall."""

    store: str
    number: int
    """Its place by name, from 1: the same all day, so that it can be learned and typed."""
    name: str
    need: Need
    look: Look
    word: str
    """Its state, or what is wrong with it."""
    clock: str = ""
    """Time on air; empty without a show."""
    rate: str = ""
    limit_kbps: float = 0.0
    facts: tuple[Fact, ...] = ()
    alarm: str = ""
    """Since when, who is at it, and how many more there are."""
    sandbox: bool = False
    stale: bool = False

    @property
    def told(self) -> str:
        """All of it in one sentence, for screen readers and tool tips."""
        facts = [f"{fact.label} {fact.value}" for fact in self.facts]
        parts = (f"{self.number}", self.name, self.word, self.clock, self.rate, *facts, self.alarm)
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Wall:
    """The tiles in their order, and how many there are of what."""

    tiles: tuple[WallTile, ...]
    stores: int
    on_air: int
    needing: int


def tile(view: StoreView, place: int, utc_ns: int, lines: Sequence[AlarmLine]) -> WallTile:
    """`utc_ns`: now, by the clock that stamped the alarms; `lines`: the store's alarms."""
    status = view.status
    strip = {card.key: card for card in cards(view)}
    stands = standing(view, lines)
    on_air = view.on_air_s is not None and is_running(view)
    return WallTile(
        status.store,
        place,
        status.name,
        stands.need,
        stands.look,
        stands.word or _state_word(view),
        show_clock(view.on_air_s or 0.0) if on_air else "",
        _rate(strip["feed"]),
        status.limits.min_kbps,
        (_uplink(view, strip), _skew(strip["sync"]), _pin(view, strip), _queue(view, strip)),
        _alarm_line(stands.alarms, utc_ns),
        status.sandbox,
        view.stale,
    )


def _state_word(view: StoreView) -> str:
    return {
        "waiting": tr("Waiting"),
        "live": tr("On air"),
        "interrupted": tr("Interrupted"),
        "ended": tr("Ended"),
    }[view.status.state]


def _rate(feed: Card) -> str:
    return f"{feed.figure} {feed.unit}" if feed.figure not in ("", NOTHING) else NOTHING


def _uplink(view: StoreView, strip: dict[str, Card]) -> Fact:
    active = active_uplink(view)
    paths = [card for key, card in strip.items() if key.startswith(_UPLINKS)]
    look: Look = max((card.look for card in paths), key=lambda each: LOUDNESS[each], default="idle")
    name = active.name if active is not None else NOTHING
    return Fact(tr("Uplink"), name, look)


def _skew(sync: Card) -> Fact:
    value = f"{sync.figure} {sync.unit}".strip() if sync.figure else NOTHING
    return Fact(tr("Skew"), value, sync.look)


def _pin(view: StoreView, strip: dict[str, Card]) -> Fact:
    pins, card = view.status.pins, strip.get(PINS)
    if pins is None or card is None:
        return Fact(tr("Pin"), NOTHING, "idle")
    newest = pins.newest
    if newest is None:
        return Fact(tr("Pin"), NOTHING, card.look)
    age_ms = (newest.age_ms or 0.0) + view.age_s * 1000
    latency_ms = pin_view(newest, age_ms, view.status.limits.pin_budget_ms).latency_ms
    value = NOTHING if latency_ms is None else f"{number(latency_ms)} ms"
    return Fact(tr("Pin"), value, card.look)


def _queue(view: StoreView, strip: dict[str, Card]) -> Fact:
    queue, card = view.status.moderation, strip.get(MODERATION)
    if queue is None or card is None:
        return Fact(tr("Queue"), NOTHING, "idle")
    if not queue.waiting or queue.oldest_s is None:
        return Fact(tr("Queue"), number(queue.waiting), card.look)
    oldest = countdown(queue.oldest_s + view.age_s)
    return Fact(tr("Queue"), f"{number(queue.waiting)} · {oldest}", card.look)


def _alarm_line(alarms: Sequence[AlarmLine], utc_ns: int) -> str:
    if not alarms:
        return ""
    first = alarms[0]
    parts = [_since(first, utc_ns)]
    if first.alarm.acknowledged_by is not None:
        parts.append(tr("seen by {name}").format(name=first.alarm.acknowledged_by))
    if len(alarms) > 1:
        parts.append(tr("{n} more").format(n=len(alarms) - 1))
    return " · ".join(parts)


def _since(line: AlarmLine, utc_ns: int) -> str:
    if line.until_utc_ns is not None:
        return tr("{time} ago").format(time=span((utc_ns - line.until_utc_ns) / NS_PER_S))
    if line.alarm.gone_s is not None:
        return tr("{time} ago").format(time=span(line.alarm.gone_s))
    return tr("for {time}").format(time=span((utc_ns - line.key.since_utc_ns) / NS_PER_S))


@dataclass(slots=True)
class _Place:
    rank: int
    calmer: Moment | None = None
    """Since when it needs less than its rank says."""


class WallOrder:
    """Where each tile stands.

    Need goes first, and among equals the number, so two stores of one need never change places. A
    tile moves up as soon as its need grows, and down only when it has been calmer for
    KEEPS_PLACE_S. Nothing moves within REST_S of the last move, nor while somebody is at the wall
    (`held`): then a tile lights up where it is.
    """

    def __init__(self) -> None:
        self._places: dict[str, _Place] = {}
        self._order: tuple[str, ...] = ()
        self._moved: Moment | None = None

    def follow(self, tiles: Sequence[WallTile], now: Moment, *, held: bool) -> tuple[str, ...]:
        """The stores in their order."""
        numbers = {each.store: each.number for each in tiles}
        self._places = {each.store: self._placed(each, now) for each in tiles}
        wanted = tuple(sorted(numbers, key=lambda store: (self.rank(store), numbers[store])))
        others = set(wanted) != set(self._order)
        rests = self._moved is not None and now.since_s(self._moved) < REST_S
        if others or (wanted != self._order and not held and not rests):
            self._order, self._moved = wanted, now
        return self._order

    def rank(self, store: str) -> int:
        """By which it stands; it falls only when need has fallen for a while."""
        return self._places[store].rank

    def _placed(self, shown: WallTile, now: Moment) -> _Place:
        rank = RANK[shown.need]
        place = self._places.get(shown.store)
        if place is None or rank <= place.rank:
            return _Place(rank)
        calmer = place.calmer or now
        return _Place(rank) if now.since_s(calmer) >= KEEPS_PLACE_S else _Place(place.rank, calmer)


class WallDesk:
    """The wall of one window: what it shows, in which order."""

    def __init__(self) -> None:
        self._order = WallOrder()
        self.only_needing = False
        """Only stores that need somebody."""

    def wall(
        self, snapshot: DeskSnapshot, now: Moment, *, held: bool, alarms: AlarmList | None = None
    ) -> Wall:
        """`held`: somebody is at the wall, so nothing moves. Nor does it while the engine is away:
        then nobody knows who needs what. `alarms`: of all stores, with what is over; what the
        statuses tell without it."""
        lines = _by_store(alarms if alarms is not None else _standing(snapshot))
        by_name = sorted(snapshot.stores, key=lambda view: (view.status.name.casefold(),
                                                            view.status.store))  # fmt: skip
        tiles = {
            view.status.store: tile(view, place, snapshot.utc_ns, _of(view, lines))
            for place, view in enumerate(by_name, 1)
        }
        away = not snapshot.link.answering
        order = self._order.follow(tuple(tiles.values()), now, held=held or away)
        needing = {store for store in order if self._order.rank(store) <= NEEDS_ME}
        shown = [tiles[store] for store in order if not self.only_needing or store in needing]
        return Wall(tuple(shown), len(tiles), len(snapshot.on_air), len(needing))


def _standing(snapshot: DeskSnapshot) -> AlarmList:
    own = () if snapshot.engine is None else snapshot.engine.alarms
    lines = [standing_line(ENGINE, "", alarm) for alarm in own]
    lines += [
        standing_line(view.status.store, view.status.name, alarm)
        for view in snapshot.stores
        for alarm in view.status.alarms
    ]
    return in_order(lines)


def _by_store(alarms: AlarmList) -> dict[str, list[AlarmLine]]:
    found: dict[str, list[AlarmLine]] = {}
    for line in alarms.lines:
        found.setdefault(line.key.store, []).append(line)
    return found


def _of(view: StoreView, lines: Mapping[str, Sequence[AlarmLine]]) -> tuple[AlarmLine, ...]:
    """A store's own alarms, and those of the engine that it has together with other stores."""
    common = {alarm.id for alarm in view.status.common}
    shared = (line for line in lines.get(ENGINE, ()) if line.key.id in common)
    return (*lines.get(view.status.store, ()), *(one for one in shared if not one.until_utc_ns))


def wall_card(snapshot: DeskSnapshot) -> Card:
    """The loudest of all stores, for where the wall itself is not on screen."""
    told = [(*loudest(view), view.status.name) for view in snapshot.stores]
    look, words, name = max(told, key=lambda each: LOUDNESS[each[0]], default=("idle", "", ""))
    word = f"{name}: {words}" if words else tr("No store needs anybody.")
    return Card("wall", tr("Wall"), look, word)


def alarms_card(found: Sequence[Trouble]) -> Card:
    """How many troubles nobody has seen yet, and how loud the loudest is."""
    news = [trouble for trouble in found if not trouble.quiet]
    look: Look = max((each.look for each in news), key=lambda each: LOUDNESS[each], default="ok")
    word = tr("{n} that nobody has seen").format(n=len(news)) if news else tr("none unseen")
    return Card("alarms", tr("Alarms"), look, word)
