"""Are the stores ready, as far as this console knows? Fetches their checks, and sends signatures.

A check is fetched while somebody looks at it, and no oftener than it is worth.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from livedesk.core.check import CheckReport
from livedesk.core.events import Event
from livedesk.desk.check_client import CheckClient, SignOrder
from livedesk.desk.errors import DeskError, RefusedError
from livedesk.desk.model import Moment
from livedesk.desk.words import tr

EVERY_S: Final = 2.0
"""A check of the store that is looked at is this old at most."""

OTHERS_EVERY_S: Final = 10.0
AT_ONCE: Final = 4
"""Checks that are fetched at one time."""

STALE_S: Final = 6.0
"""The engine did not answer three times: what it said then is no verdict any more."""

OTHERS_STALE_S: Final = 30.0

Spawn = Callable[[str, Coroutine[Any, Any, None]], None]


@dataclass(frozen=True, slots=True)
class KnownCheck:
    """What is known of a store's check. `trouble`: why it could not be fetched, or signed."""

    report: CheckReport | None = None
    age_s: float | None = None
    trouble: str = ""
    signing: bool = False

    def is_stale(self, limit_s: float = STALE_S) -> bool:
        return self.age_s is None or self.age_s > limit_s


@dataclass(slots=True)
class _Entry:
    report: CheckReport | None = None
    received: Moment | None = None
    asked: Moment | None = None
    fetching: bool = False
    signing: bool = False
    fetch_trouble: str = ""
    sign_trouble: str = ""
    turn: int = field(default=0)
    """Counts what was signed: an answer that was asked for before is older news."""


class Checks:
    """The checks of a desk's stores."""

    def __init__(
        self,
        client: Callable[[], CheckClient],
        spawn: Spawn,
        now: Callable[[], Moment],
        me: Callable[[], str],
    ) -> None:
        """`client` raises NotSentError while no engine is attached; `spawn` notes a DeskError.
        `me`: under which name this console acts, as far as the engine lets it say so."""
        self._client = client
        self._spawn = spawn
        self._now = now
        self._me = me
        self._entries: dict[str, _Entry] = {}

    @property
    def me(self) -> str:
        return self._me()

    # What windows read

    def known(self, store: str) -> KnownCheck:
        entry = self._entry(store)
        age_s = None if entry.received is None else self._now().since_s(entry.received)
        trouble = entry.sign_trouble or entry.fetch_trouble
        return KnownCheck(entry.report, age_s, trouble, entry.signing)

    def look(self, store: str, others: Iterable[str] = ()) -> None:
        """Somebody looks at the check of this store, and at the verdicts of others."""
        self._fetch_if_older(store, EVERY_S)
        for other in others:
            self._fetch_if_older(other, OTHERS_EVERY_S)

    # What a person does

    def sign(self, order: SignOrder) -> None:
        """Once at a time; what came of it is in the next report."""
        entry = self._entry(order.store)
        if not entry.signing:
            entry.signing, entry.sign_trouble = True, ""
            self._spawn("sign check", self._sign(order, entry))

    # What the desk tells

    def attached(self) -> None:
        """Another engine may answer now, and what was under way with the last one is over."""
        self._entries.clear()

    def keep_only(self, stores: frozenset[str]) -> None:
        self._entries = {s: entry for s, entry in self._entries.items() if s in stores}

    def event(self, event: Event) -> None:
        """A check that somebody signed elsewhere is looked at again at once."""
        if event.kind == "check.signed" and event.store in self._entries:
            self._entries[event.store].asked = None

    def _entry(self, store: str) -> _Entry:
        return self._entries.setdefault(store, _Entry())

    def _fetch_if_older(self, store: str, limit_s: float) -> None:
        entry, now = self._entry(store), self._now()
        is_due = entry.asked is None or now.since_s(entry.asked) >= limit_s
        is_busy = sum(each.fetching for each in self._entries.values()) >= AT_ONCE
        if is_due and not entry.fetching and not is_busy:
            entry.asked, entry.fetching = now, True
            self._spawn("check", self._fetch(store, entry))

    async def _fetch(self, store: str, entry: _Entry) -> None:
        """A failure is shown where the check is, and is no note: the next look tries again."""
        turn = entry.turn
        try:
            report = await self._client().report(store)
        except DeskError as error:
            entry.fetch_trouble = error.words
        else:
            entry.fetch_trouble = ""
            if turn == entry.turn:
                entry.report, entry.received = report, self._now()
        finally:
            entry.fetching = False

    async def _sign(self, order: SignOrder, entry: _Entry) -> None:
        entry.turn += 1
        try:
            entry.report = await self._client().sign(order, self._me())
            entry.received = self._now()
        except DeskError as error:
            entry.sign_trouble = _sign_words(error)
            entry.asked = None
        finally:
            entry.turn += 1
            entry.signing = False


def _sign_words(error: DeskError) -> str:
    if isinstance(error, RefusedError) and error.is_answer:
        return tr("Not signed: {why}").format(why=error.words)
    unknown = tr("Whether it was signed is not known: look at the check before you sign again.")
    return f"{error.what} {unknown}"
