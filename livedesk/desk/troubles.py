"""What is wrong, since when, and what is to be done? Loudest first; empty when nothing is."""

from __future__ import annotations

from dataclasses import dataclass

from livedesk.core.status import Priority
from livedesk.desk.cards import LOUDNESS, Look
from livedesk.desk.model import DeskSnapshot, LinkView, StoreView
from livedesk.desk.words import tr

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


def troubles(snapshot: DeskSnapshot, store: str | None) -> tuple[Trouble, ...]:
    """Troubles of the connection, then of the store on screen, then of the others."""
    found = list(_link_trouble(snapshot.link))
    if snapshot.link.answering:
        found += [t for view in snapshot.stores for t in _store_troubles(view, store)]
    return tuple(sorted(found, key=_order))


def _order(trouble: Trouble) -> tuple[int, int]:
    return -LOUDNESS[trouble.look], trouble.since_utc_ns


def _link_trouble(link: LinkView) -> tuple[Trouble, ...]:
    if link.answering:
        return ()
    if link.state == "connecting":
        return ()
    cause = tr("Engine not answering")
    action = tr(
        "The stream is carried by the relay. livedesk tries again by itself; all figures are old."
    )
    return (Trouble("link", "warning", cause, action, link.since_utc_ns),)


def _store_troubles(view: StoreView, store: str | None) -> tuple[Trouble, ...]:
    status = view.status
    elsewhere = "" if status.store == store else status.name
    return tuple(
        Trouble(
            f"{status.store}/{alarm.id}",
            _PRIORITY_LOOK[alarm.priority],
            alarm.cause,
            alarm.action,
            alarm.since_utc_ns,
            alarm.acknowledged_by,
            elsewhere,
        )
        for alarm in status.alarms
    )
