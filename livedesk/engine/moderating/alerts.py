"""Which compliance warnings came, and when? Each is told once, with the minute of the session."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.events import Json
from livedesk.core.moderation import ComplianceWarning
from livedesk.core.secrets import Secret
from livedesk.engine.moderating.stage import Tell
from livedesk.engine.pinning.hook_news import AGAIN_AFTER_S, refuse
from livedesk.moderation.compliance import (
    WARNING_TYPE,
    WarningRefusedError,
    in_session,
    warning_of,
)
from livedesk.platforms.webhook import HookRefused, SeenHooks, genuine

MOST_SHOWN: Final = 10
_MOST_KNOWN: Final = 1_000
_OPEN_S: Final = 600.0


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
        self._seen = SeenHooks(clock.utc_ns())
        self._known: dict[str, None] = {}
        self._newest: tuple[ComplianceWarning, ...] = ()
        self._refusals: dict[str, int] = {}

    @property
    def newest(self) -> tuple[ComplianceWarning, ...]:
        return self._newest

    def open(self) -> tuple[ComplianceWarning, ...]:
        """Those of the last ten minutes."""
        since_ns = self._clock.utc_ns() - round(_OPEN_S * NS_PER_S)
        return tuple(warning for warning in self._newest if warning.utc_ns >= since_ns)

    def begin(self) -> None:
        """A new session: what was wrong with the one before is over."""
        self._newest = ()

    def recalled(self, warning: ComplianceWarning) -> None:
        self._keep(warning)

    def take(self, told: ComplianceWarning) -> None:
        if told.id in self._known:
            return
        warning = in_session(told, self._started_utc_ns())
        self._keep(warning)
        about = f" ({warning.product})" if warning.product else ""
        data: dict[str, Json] = {"warning": msgspec.to_builtins(warning)}
        self._tell("compliance.warning", "warning", f"{warning.text}{about}", data)

    def _keep(self, warning: ComplianceWarning) -> None:
        self._known[warning.id] = None
        if len(self._known) > _MOST_KNOWN:
            del self._known[next(iter(self._known))]
        ordered = sorted((warning, *self._newest), key=lambda each: -each.utc_ns)
        self._newest = tuple(ordered[:MOST_SHOWN])

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
            self._refused(refusal)
            raise

    def _refused(self, refusal: HookRefused) -> None:
        """Anybody may send one that is refused: each kind is told once a minute."""
        mono_ns = self._clock.mono_ns()
        told_ns = self._refusals.get(refusal.code)
        if told_ns is not None and mono_ns - told_ns < AGAIN_AFTER_S * NS_PER_S:
            return
        self._refusals[refusal.code] = mono_ns
        text = f"A webhook about compliance was refused. {refusal.text}"
        self._tell("hook.refused", "warning", text, {"code": refusal.code})


def _warning(
    store: str, data: Mapping[str, object], hook_id: str, utc_ns: int
) -> ComplianceWarning:
    try:
        return warning_of(store, data, hook_id, utc_ns)
    except WarningRefusedError as error:
        raise HookRefused("bad_body", str(error)) from None
