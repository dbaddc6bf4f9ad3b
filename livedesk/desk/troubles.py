"""What is wrong, since when, and what is to be done? Loudest first; empty when nothing is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from livedesk.core.status import AlarmStatus, FailoverStatus
from livedesk.desk.alarm_list import ENGINE, PRIORITY_LOOK, AlarmKey, is_shelved, key_of
from livedesk.desk.cards import worst
from livedesk.desk.failover import is_dark, switching_words
from livedesk.desk.looks import LOUDNESS, Look, is_running
from livedesk.desk.model import DeskSnapshot, StoreView
from livedesk.desk.words import span, tr

_DARK_TOLD = ("path.none", "uplink.down", "failover.held", "paths.away")

AsAsked = Callable[[str, AlarmStatus], AlarmStatus]
"""A store's alarm as it will be once what a person asked for is done (`Alarming.as_asked`)."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One condition that needs a person."""

    id: str
    look: Look
    cause: str
    action: str
    since_utc_ns: int | None
    """None where it is not known."""
    acknowledged_by: str | None = None
    store: str = ""
    """The store's name where the cause does not concern the one on screen."""
    over: bool = False
    """It is gone, and the alarm only waits whether it comes back."""
    key: AlarmKey | None = None
    """The engine's alarm, which can be acknowledged; None for what the console sees by itself."""

    @property
    def quiet(self) -> bool:
        """Somebody has seen it: it is listed after the others, and nothing lights up for it."""
        return self.acknowledged_by is not None


def as_told(_store: str, alarm: AlarmStatus) -> AlarmStatus:
    """Nothing was asked for."""
    return alarm


def troubles(
    snapshot: DeskSnapshot, store: str | None, as_asked: AsAsked = as_told
) -> tuple[Trouble, ...]:
    """Of the connection, the stores and the engine: the loudest first, what nobody has seen before
    what somebody has. What is shelved is not among them (`shelved`)."""
    found = list(_link_trouble(snapshot))
    if snapshot.link.answering:
        found += [t for view in snapshot.stores for t in _store_troubles(view, store, as_asked)]
        found += _engine_troubles(snapshot, as_asked)
    return tuple(sorted(found, key=_order))


def shelved(snapshot: DeskSnapshot, as_asked: AsAsked = as_told) -> int:
    """How many alarms were put aside: they are not shown, and not forgotten."""
    asides = [(v.status.store, alarm) for v in snapshot.stores for alarm in v.status.alarms]
    if snapshot.engine is not None:
        asides += [(ENGINE, alarm) for alarm in snapshot.engine.alarms]
    return sum(is_shelved(as_asked(store, alarm)) for store, alarm in asides)


def _order(trouble: Trouble) -> tuple[bool, int, int]:
    return trouble.quiet, -LOUDNESS[trouble.look], trouble.since_utc_ns or 0


def _link_trouble(snapshot: DeskSnapshot) -> tuple[Trouble, ...]:
    """What the engine's silence means for viewers, as far as it can be seen from here."""
    link = snapshot.link
    if link.answering or link.state == "connecting":
        return ()
    look, cause, action = _without_engine(snapshot)
    return (Trouble("link", look, cause, action, link.since_utc_ns),)


def _without_engine(snapshot: DeskSnapshot) -> tuple[Look, str, str]:
    carrying = snapshot.link.carrying
    on_air = {view.status.store: view.status.name for view in snapshot.on_air}
    again = tr("livedesk tries again by itself; all figures here are old.")
    if carrying is None:
        goes_on = tr(
            "The relay carries the stream without it; the platform's picture is the proof."
        )
        return "warning", tr("Engine not answering"), f"{goes_on} {again}"
    start = tr("Start it with: livedesk engine --config FILE")
    dark = [name for store, name in on_air.items() if store not in carrying]
    if dark:
        cause = tr("Nothing carries {stores}: engine and relay have ended")
        return "critical", cause.format(stores=", ".join(dark)), start
    if on_air:
        goes_on = tr("The relay runs and carries the stream without it.")
        return "warning", tr("Engine not answering"), f"{goes_on} {again}"
    return "notice", tr("The engine has ended; no show is on air"), start


def loudest(view: StoreView) -> tuple[Look, str]:
    """What one store needs a look for, in a few words; nothing to say when all is well."""
    card, alarms = worst(view), store_troubles(view)
    alarm = max(alarms, key=lambda found: (LOUDNESS[found.look], not found.quiet), default=None)
    if alarm is not None and LOUDNESS[alarm.look] > LOUDNESS[card.look]:
        return alarm.look, alarm.cause
    if LOUDNESS[card.look] <= LOUDNESS["ok"]:
        return ("ok" if is_running(view) else "idle"), ""
    return card.look, tr("{part}: {word}").format(part=card.title, word=card.word)


def store_troubles(view: StoreView) -> tuple[Trouble, ...]:
    """Of one store by itself, also what it has together with others, while its figures are news."""
    if view.stale:
        return ()
    common = (_of_alarm(a, ENGINE, "") for a in view.status.common if not is_shelved(a))
    return (*_store_troubles(view, view.status.store, as_told), *common)


def _store_troubles(view: StoreView, store: str | None, as_asked: AsAsked) -> tuple[Trouble, ...]:
    status = view.status
    elsewhere = "" if status.store == store else status.name
    alarms = (as_asked(status.store, alarm) for alarm in status.alarms)
    told = (_of_alarm(a, status.store, elsewhere) for a in alarms if not is_shelved(a))
    return (*_failover_trouble(view, elsewhere), *told)


def _engine_troubles(snapshot: DeskSnapshot, as_asked: AsAsked) -> tuple[Trouble, ...]:
    alarms = () if snapshot.engine is None else snapshot.engine.alarms
    asked = (as_asked(ENGINE, alarm) for alarm in alarms)
    return tuple(_of_alarm(alarm, ENGINE, "") for alarm in asked if not is_shelved(alarm))


def _failover_trouble(view: StoreView, elsewhere: str) -> tuple[Trouble, ...]:
    """What the next second decides, and what somebody set and may forget.

    The engine's alarms wait until a condition lasts; a switch is over before that.
    """
    failover = view.status.failover
    if view.stale:
        return ()
    look: Look
    if failover.switching_to is not None:
        look, cause = "warning", switching_words(view)
        action = tr("The stream moves by itself.")
    elif is_dark(view) and not _is_told(view, *_DARK_TOLD):
        reason = failover.reason or tr("no uplink is open")
        look, action = "critical", _way_out(view)
        cause = tr("No path carries the stream: {reason}").format(reason=reason)
    elif failover.mode == "hold" and not _is_told(view, "failover.held"):
        look, cause = "notice", tr("On hold: nothing switches by itself")
        action = tr("Switch by hand if the path fails, or release the hold.")
    else:
        return ()
    since = _running_since(failover)
    return (Trouble(f"{view.status.store}/failover", look, cause, action, since, None, elsewhere),)


def _running_since(failover: FailoverStatus) -> int | None:
    last = failover.last
    return last["utc_ns"] if last is not None and last["state"] == "running" else None


def _is_told(view: StoreView, *ids: str) -> bool:
    """Whether an alarm of the engine says so already."""
    alarms = (*view.status.alarms, *view.status.common)
    return any(a.id.startswith(ids) and a.gone_s is None for a in alarms)


def _way_out(view: StoreView) -> str:
    if view.status.failover.next is not None:
        name = view.status.failover.next
        return tr("{name} is ready: switch to it.").format(name=name)
    return tr("Nothing is ready to take over: check the network paths.")


def _of_alarm(alarm: AlarmStatus, store: str, elsewhere: str) -> Trouble:
    """A cause that is gone must not be read as what is so now, nor be louder than what is."""
    look, cause, over = PRIORITY_LOOK[alarm.priority], alarm.cause, alarm.gone_s is not None
    if alarm.gone_s is not None:
        look = "idle"
        cause = tr("Over for {time}: {cause}").format(time=span(alarm.gone_s), cause=cause)
    return Trouble(
        f"{store}/{alarm.id}",
        look,
        cause,
        alarm.action,
        alarm.since_utc_ns,
        alarm.acknowledged_by,
        elsewhere,
        over,
        key_of(store, alarm),
    )
