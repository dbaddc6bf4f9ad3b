"""Which compliance warnings came, and which of them still need somebody?

Each is told once, with the minute of the session. It is open until a person saw to it, for ten
minutes at most; its terms stand for an hour.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.events import Json
from livedesk.core.moderation import ComplianceWarning
from livedesk.core.secrets import Secret
from livedesk.engine.api.moderation_view import ModerationError
from livedesk.engine.hook_news import HookNews, refuse
from livedesk.engine.moderating.recall import RecalledWarning
from livedesk.engine.moderating.stage import Tell
from livedesk.moderation.compliance import (
    WARNING_TYPE,
    WarningRefusedError,
    in_session,
    recent_terms,
    tidied,
    warning_of,
)
from livedesk.platforms.webhook import HookRefused, SeenHooks, genuine

MOST_SHOWN: Final = 10
MOST_TERMS_SHOWN: Final = 40
OPEN_S: Final = 600.0
"""Then it is history: what was said so long ago is corrected by now, or never."""
_MOST_KNOWN: Final = 1_000
_MOST_KEPT: Final = 200


@dataclass(frozen=True, slots=True)
class _Told:
    """`open_until_ns`: by the monotonic clock. `session`: when it began; None: between two."""

    warning: ComplianceWarning
    open_until_ns: int
    session: int | None


class Alerts:
    """Of one store. `started_utc_ns`: of the session that is open."""

    def __init__(
        self,
        store: str,
        secret: Secret | None,
        clock: Clock,
        tell: Tell,
        started_utc_ns: Callable[[], int | None],
    ) -> None:
        self._store = store
        self._secret = secret
        self._clock = clock
        self._tell = tell
        self._started_utc_ns = started_utc_ns
        self.title: Callable[[str], str] = str
        """Of a product, where its title is known."""
        self._seen = SeenHooks(clock.utc_ns())
        self._known: dict[str, None] = {}
        self._earlier: tuple[ComplianceWarning, ...] = ()
        self._told: tuple[_Told, ...] = ()
        """Of this session, the newest first."""
        self._news = HookNews(clock, tell, "compliance")

    @property
    def newest(self) -> tuple[ComplianceWarning, ...]:
        return tuple(told.warning for told in self._told[:MOST_SHOWN])

    def open(self) -> tuple[ComplianceWarning, ...]:
        """Those that nobody saw to, the newest first."""
        mono_ns = self._clock.mono_ns()
        still = (told.warning for told in self._told if mono_ns < told.open_until_ns)
        return tuple(still)[:MOST_SHOWN]

    def terms(self) -> tuple[str, ...]:
        """What must not be said again, the newest first."""
        warnings = tuple(told.warning for told in self._told)
        return recent_terms(warnings, self._clock.utc_ns())[:MOST_TERMS_SHOWN]

    def begin(self) -> None:
        """A new session: what was wrong with the one before is over.

        What came since it began, or between the two, is of the new one, as in the record.
        """
        session = self._started_utc_ns()
        of_this = (told for told in self._told if told.session in (None, session))
        self._told = tuple(replace(told, session=session) for told in of_this)
        self._take_earlier()

    def recalled(self, recalled: RecalledWarning) -> None:
        """What an earlier engine told is not told again, and is open no longer than it was."""
        since_s = max(0.0, (self._clock.utc_ns() - recalled.told_utc_ns) / NS_PER_S)
        self._keep(recalled.warning, 0.0 if recalled.is_done else OPEN_S - since_s)

    def take(self, told: ComplianceWarning) -> None:
        tidy = tidied(told, self._clock.utc_ns())
        if tidy.id in self._known:
            return
        product = tidy.product or (self.title(tidy.product_id) if tidy.product_id else "")
        warning = in_session(replace(tidy, product=product), self._started_utc_ns())
        self._keep(warning, OPEN_S)
        about = f" ({warning.product})" if warning.product else ""
        data: dict[str, Json] = {"warning": msgspec.to_builtins(warning)}
        self._tell("compliance.warning", "warning", f"{warning.text}{about}", data)

    def earlier(self, told: Sequence[ComplianceWarning]) -> None:
        """What the rule service was told while no engine listened, the newest first.

        Of it the session's own are taken; those of a session of which this engine has yet to hear,
        when it begins.
        """
        self._earlier = tuple(told)
        self._take_earlier()

    def _take_earlier(self) -> None:
        started_utc_ns = self._started_utc_ns()
        if started_utc_ns is None:
            return
        earlier, self._earlier = self._earlier, ()
        for warning in reversed(earlier):
            if warning.utc_ns >= started_utc_ns:
                self.take(warning)

    def done(self, warning_id: str, by: str) -> ComplianceWarning:
        """Somebody saw to it: it needs nobody any more. Raises ModerationError."""
        found = next((told for told in self._told if told.warning.id == warning_id), None)
        if found is None:
            raise ModerationError("unknown_warning", "This session has no such warning.")
        mono_ns = self._clock.mono_ns()
        if mono_ns < found.open_until_ns:
            over = replace(found, open_until_ns=mono_ns)
            self._told = tuple(over if told is found else told for told in self._told)
            text = f"Seen to by {by}: {found.warning.text}"
            self._tell("compliance.done", "info", text, {"warning_id": warning_id}, by)
        return found.warning

    def _keep(self, warning: ComplianceWarning, open_s: float) -> None:
        self._known[warning.id] = None
        if len(self._known) > _MOST_KNOWN:
            del self._known[next(iter(self._known))]
        until_ns = self._clock.mono_ns() + round(open_s * NS_PER_S)
        told = _Told(warning, until_ns, self._started_utc_ns())
        ordered = sorted((told, *self._told), key=lambda each: -each.warning.utc_ns)
        self._told = tuple(ordered[:_MOST_KEPT])

    def hook(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raises HookRefused."""
        utc_ns = self._clock.utc_ns()
        if self._secret is None:
            refuse(headers, body, utc_ns)
        try:
            signed = genuine(self._secret, headers, body, utc_ns, self._seen)
            if signed.type != WARNING_TYPE or signed.repeated:
                return
            self.take(_warning(self._store, signed.data, signed.id, signed.utc_ns))
        except HookRefused as refusal:
            self._news.refused(refusal)
            raise


def _warning(
    store: str, data: Mapping[str, object], hook_id: str, utc_ns: int
) -> ComplianceWarning:
    try:
        return warning_of(store, data, hook_id, utc_ns)
    except WarningRefusedError as error:
        raise HookRefused("bad_body", str(error)) from None
