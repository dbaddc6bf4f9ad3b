"""What is wrong, since when, and what is to be done? Loudest first; empty when nothing is."""

from __future__ import annotations

from dataclasses import dataclass

from livedesk.core.status import AlarmStatus, Priority
from livedesk.desk.cards import worst
from livedesk.desk.looks import LOUDNESS, Look, is_running
from livedesk.desk.model import DeskSnapshot, StoreView
from livedesk.desk.words import span, tr

_PRIORITY_LOOK: dict[Priority, Look] = {"low": "notice", "medium": "warning", "high": "critical"}


@dataclass(frozen=True, slots=True)
class Trouble:
    """One condition that needs a person."""

    id: str
    look: Look
    cause: str
    action: str
    since_utc_ns: int
    acknowledged_by: str | None = None
    store: str = ""
    """The store's name where the cause does not concern the one on screen."""
    over: bool = False
    """It is gone, and the alarm only waits whether it comes back."""


def troubles(snapshot: DeskSnapshot, store: str | None) -> tuple[Trouble, ...]:
    """Troubles of the connection, then of the store on screen, then of the others."""
    found = list(_link_trouble(snapshot))
    if snapshot.link.answering:
        found += [t for view in snapshot.stores for t in _store_troubles(view, store)]
    return tuple(sorted(found, key=_order))


def _order(trouble: Trouble) -> tuple[int, int]:
    return -LOUDNESS[trouble.look], trouble.since_utc_ns


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
    card = worst(view)
    alarms = () if view.stale else _store_troubles(view, view.status.store)
    alarm = max(alarms, key=lambda trouble: LOUDNESS[trouble.look], default=None)
    if alarm is not None and LOUDNESS[alarm.look] > LOUDNESS[card.look]:
        return alarm.look, alarm.cause
    if card.look in ("idle", "ok"):
        return ("ok" if is_running(view) else "idle"), ""
    return card.look, tr("{part}: {word}").format(part=card.title, word=card.word)


def _store_troubles(view: StoreView, store: str | None) -> tuple[Trouble, ...]:
    status = view.status
    elsewhere = "" if status.store == store else status.name
    return tuple(_of_alarm(alarm, status.store, elsewhere) for alarm in status.alarms)


def _of_alarm(alarm: AlarmStatus, store: str, elsewhere: str) -> Trouble:
    """A cause that is gone must not be read as what is so now, nor be louder than what is."""
    look, cause, over = _PRIORITY_LOOK[alarm.priority], alarm.cause, alarm.gone_s is not None
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
    )
