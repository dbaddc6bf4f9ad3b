"""How does a store stay signed in? Renews its access, and loses no refresh token while doing so.

A refresh token is good for one renewal, whose answer brings the next one. So that a new token is on
disk before its access is used, and that a renewal has begun is on disk before it is sent: whoever
starts after a crash knows that the token may be spent.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from random import Random
from typing import Any, Final, Literal

from livedesk.core.clock import NS_PER_S, Clock, iso_utc
from livedesk.core.secrets import Secret
from livedesk.core.tasks import Tasks
from livedesk.core.whole_file import write_whole
from livedesk.platforms.outcome import Answer

log = logging.getLogger(__name__)

RENEWAL_S: Final = 10.0
"""For one renewal; it is not given up earlier, because its answer would be lost."""
_MARGIN_S: Final = 30.0
"""Access is not used in its last seconds: it would end on its way."""
_FIRST_PAUSE_S: Final = 5.0
_LONGEST_PAUSE_S: Final = 60.0
_PAUSE_AFTER_SUCCESS_S: Final = 30.0
"""Access that is refused although it is new is not renewed at once again."""
_CLOSE_S: Final = 900.0
"""With so little of the access left, one that could not be renewed needs a person."""
_MAX_BYTES: Final = 64_000


@dataclass(frozen=True, slots=True)
class Renewed:
    """What a platform gave. Without a `refresh` the one before stays good."""

    access: Secret
    access_until_utc_ns: int
    refresh: Secret | None = None
    refresh_until_utc_ns: int | None = None


@dataclass(frozen=True, slots=True)
class NotRenewed:
    """`none`: the refresh token is as good as before. `maybe`: sent, and no answer that can be
    read. `sign_in`: the platform does not take the refresh token."""

    effect: Literal["none", "maybe", "sign_in"]
    text: str
    """A sentence for people, without any secret."""
    retry_after_s: float | None = None


def not_renewed(answer: Answer) -> NotRenewed:
    """Of a renewal that ended as this answer says."""
    effect: Literal["none", "maybe"] = "none" if answer.effect == "none" else "maybe"
    return NotRenewed(effect, f"The access was not renewed. {answer.text}", answer.retry_after_s)


AskRenewal = Callable[[Secret, float], Awaitable[Renewed | NotRenewed]]
"""Given the refresh token and the seconds there are; never raises but CancelledError."""


@dataclass(frozen=True, slots=True)
class RenewalNews:
    """Told when a renewal succeeded or failed, for the record."""

    name: str
    ok: bool
    text: str
    until_utc_ns: int | None


@dataclass(frozen=True, slots=True)
class _Kept:
    """What stands in the file."""

    first: str
    """Digest of the settings' token that it began with: another one there is a new sign-in."""
    refresh: Secret
    refresh_until_utc_ns: int | None = None
    access: Secret | None = None
    access_from_utc_ns: int = 0
    access_until_utc_ns: int = 0
    sent_utc_ns: int | None = None
    """A renewal with this refresh token was sent, and no answer to it is known."""


class TokenShelf:
    """Where refresh tokens are kept: one 0600 file for each identity, shared by all its stores."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        rng: Random,
        tell: Callable[[RenewalNews], None] = lambda news: None,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._rng = rng
        self._tell = tell
        self._all: dict[str, Access] = {}

    def access(self, name: str, first: Secret) -> Access:
        """The access of an identity; `name` is a file's name. It reads a small file."""
        if name not in self._all:
            path = self._folder / f"{name}.json"
            self._all[name] = Access(name, first, path, self._clock, self._rng, self._tell)
        return self._all[name]

    async def close(self) -> None:
        for access in self._all.values():
            await access.close()


class Access:
    """One identity's access to a platform, and its renewal, one at a time."""

    def __init__(
        self,
        name: str,
        first: Secret,
        path: Path,
        clock: Clock,
        rng: Random,
        tell: Callable[[RenewalNews], None],
    ) -> None:
        self._name = name
        self._path = path
        self._clock = clock
        self._rng = rng
        self._tell = tell
        self._tasks = Tasks()
        self._renewing: asyncio.Task[None] | None = None
        self._again: asyncio.Task[None] | None = None
        self._until_utc_ns = 0
        self._failures = 0
        self._not_before_mono_ns = 0
        self._next_try_utc_ns: int | None = None
        self._trouble = ""
        self._sign_in = False
        self._is_saved = True
        self._kept = self._loaded(first)

    def _loaded(self, first: Secret) -> _Kept:
        fresh = _Kept(_digest(first), first)
        try:
            kept = _read(self._path)
        except (
            OSError,
            ArithmeticError,
            LookupError,
            RecursionError,
            TypeError,
            ValueError,
        ) as error:
            why = type(error).__name__
            self._trouble = f"The kept sign-in {self._path.name} cannot be read ({why})."
            return fresh
        if kept is None or kept.first != fresh.first:
            return fresh
        if kept.sent_utc_ns is not None:
            self._trouble = _lost(kept.sent_utc_ns)
        return kept

    def token(self) -> Secret | None:
        """What a call is made with; None while there is no access that lasts."""
        ends_utc_ns = self._kept.access_until_utc_ns - round(_MARGIN_S * NS_PER_S)
        return self._kept.access if self._clock.utc_ns() < ends_utc_ns else None

    @property
    def until_utc_ns(self) -> int | None:
        return self._kept.access_until_utc_ns if self._kept.access is not None else None

    @property
    def reason(self) -> str:
        """What is wrong and when it is tried again; empty when all is well."""
        if not self._trouble or self._sign_in or self._next_try_utc_ns is None:
            return self._trouble
        return f"{self._trouble} It is tried again at {iso_utc(self._next_try_utc_ns)[11:19]}Z."

    def covers(self, until_utc_ns: int) -> bool | None:
        """Whether the access lasts until then, or can be renewed.

        None: not known, because there was none yet, or because a renewal failed that is tried again
        while the access still lasts for a while. A platform that is away for a minute is no alarm.
        """
        if self._kept.access is None:
            return False if self._sign_in else None
        if self._kept.access_until_utc_ns >= until_utc_ns:
            return True
        refresh_utc_ns = self._kept.refresh_until_utc_ns
        lasts = refresh_utc_ns is None or refresh_utc_ns >= until_utc_ns
        is_lost = self._kept.sent_utc_ns is not None and not self.is_renewing
        if not lasts or self._sign_in or is_lost:
            return False
        if not self._trouble:
            return True
        left_ns = self._kept.access_until_utc_ns - self._clock.utc_ns()
        return None if left_ns > _CLOSE_S * NS_PER_S else False

    def refused(self, token: Secret) -> None:
        """The platform does not take this access (any more)."""
        if token == self._kept.access:
            self._kept = replace(self._kept, access_until_utc_ns=0)

    def is_due(self, until_utc_ns: int) -> bool:
        """Whether the access ends before then although a new one would not, or is half over."""
        kept, now_utc_ns = self._kept, self._clock.utc_ns()
        if self.token() is None:
            return True
        life_ns = kept.access_until_utc_ns - kept.access_from_utc_ns
        if now_utc_ns - kept.access_from_utc_ns >= life_ns / 2:
            return True
        return kept.access_until_utc_ns < until_utc_ns <= now_utc_ns + life_ns

    @property
    def is_renewing(self) -> bool:
        return self._renewing is not None

    def may_try(self) -> bool:
        return not self._sign_in and self._clock.mono_ns() >= self._not_before_mono_ns

    async def renew(self, until_utc_ns: int, ask: AskRenewal, take: Callable[[], bool]) -> None:
        """Renew if it is due; joins a renewal under way. `take` counts the call, or says no."""
        self._until_utc_ns = until_utc_ns
        if self._renewing is None and not self._is_saved:
            await self._save(self._kept)
        if self._renewing is None:
            if not self.is_due(until_utc_ns) or not self.may_try() or not take():
                return
            self._renewing = self._tasks.spawn(f"renewal of {self._name}", self._renew(ask, take))
            self._renewing.add_done_callback(self._renewed)
        await asyncio.wait([self._renewing])

    def _renewed(self, _: asyncio.Task[None]) -> None:
        self._renewing = None

    async def _renew(self, ask: AskRenewal, take: Callable[[], bool]) -> None:
        pause_s = await self._renewal(ask)
        if pause_s is not None and self._again is None:
            self._again = self._tasks.spawn(
                f"next renewal of {self._name}", self._renew_after(pause_s, ask, take)
            )

    async def _renew_after(self, pause_s: float, ask: AskRenewal, take: Callable[[], bool]) -> None:
        await asyncio.sleep(pause_s + _FIRST_PAUSE_S / 100)
        self._again = None
        await self.renew(self._until_utc_ns, ask, take)

    async def _renewal(self, ask: AskRenewal) -> float | None:
        """Seconds until it is to be tried again; None when there is no need or no use."""
        before = self._kept
        was_lost_utc_ns = before.sent_utc_ns
        if not await self._save(replace(before, sent_utc_ns=self._clock.utc_ns())):
            return self._failed(
                "The access cannot be renewed, because the folder of the sign-ins cannot be "
                f"written to ({self._path.parent}); make room there, or let livedesk write to it."
            )
        try:
            outcome = await ask(before.refresh, RENEWAL_S)
        except Exception as error:
            # Whatever went wrong went wrong after the token may have left.
            log.exception("renewal of %s", self._name)
            outcome = NotRenewed("maybe", f"The renewal broke ({type(error).__name__}).")
        if isinstance(outcome, Renewed):
            await self._take(outcome)
            return None
        match outcome.effect:
            case "none":
                # A token that may be spent since an earlier try is no less so now.
                await self._save(replace(self._kept, sent_utc_ns=was_lost_utc_ns))
                return self._failed(outcome.text, outcome.retry_after_s)
            case "maybe":
                sent_utc_ns = self._kept.sent_utc_ns or self._clock.utc_ns()
                words = f"{outcome.text} {_lost(sent_utc_ns)}"
                return self._failed(words, outcome.retry_after_s)
            case "sign_in":
                self._sign_in = True
                self._failed(_sign_in(outcome.text, was_lost_utc_ns))
                return None

    async def _take(self, new: Renewed) -> None:
        kept = replace(
            self._kept,
            refresh=new.refresh or self._kept.refresh,
            refresh_until_utc_ns=new.refresh_until_utc_ns,
            access=new.access,
            access_from_utc_ns=self._clock.utc_ns(),
            access_until_utc_ns=new.access_until_utc_ns,
            sent_utc_ns=None,
        )
        saved = await self._save(kept)
        # The old token is spent in any case: not to use the new access would save nothing.
        self._kept = kept
        self._failures = 0
        self._next_try_utc_ns = None
        self._not_before_mono_ns = self._clock.mono_ns() + round(_PAUSE_AFTER_SUCCESS_S * NS_PER_S)
        words = f"The access was renewed until {iso_utc(kept.access_until_utc_ns)[:19]}Z."
        self._trouble = "" if saved else _unsaved(self._path)
        self._tell(RenewalNews(self._name, saved, self._trouble or words, self.until_utc_ns))

    def _failed(self, text: str, retry_after_s: float | None = None) -> float:
        """Note why; the seconds until it is tried again."""
        pause_s = min(_FIRST_PAUSE_S * 2.0**self._failures, _LONGEST_PAUSE_S)
        pause_s = max(pause_s * self._rng.uniform(0.75, 1.25), retry_after_s or 0.0)
        self._failures = min(self._failures + 1, 16)
        self._not_before_mono_ns = self._clock.mono_ns() + round(pause_s * NS_PER_S)
        self._next_try_utc_ns = self._clock.utc_ns() + round(pause_s * NS_PER_S)
        self._trouble = text
        self._tell(RenewalNews(self._name, False, self.reason, self.until_utc_ns))
        return pause_s

    async def _save(self, kept: _Kept) -> bool:
        """On disk, and only then true for the next renewal."""
        try:
            await asyncio.to_thread(_write, self._path, kept)
        except OSError:
            self._is_saved = False
            return False
        if not self._is_saved and self._trouble == _unsaved(self._path):
            self._trouble = ""
        self._is_saved = True
        self._kept = kept
        return True

    async def settled(self) -> None:
        """Until no renewal is under way."""
        if self._renewing is not None:
            await asyncio.wait([self._renewing])

    async def close(self) -> None:
        """Wait for a renewal under way: to cancel it would lose its answer."""
        await self.settled()
        await self._tasks.close()


def _lost(sent_utc_ns: int) -> str:
    return (
        f"The answer to the renewal of {iso_utc(sent_utc_ns)[11:19]}Z was lost, and the refresh "
        "token may be spent by it: sign in again, unless the next renewal succeeds."
    )


def _sign_in(text: str, was_lost_utc_ns: int | None) -> str:
    why = ""
    if was_lost_utc_ns is not None:
        why = f" The answer to the renewal of {iso_utc(was_lost_utc_ns)[11:19]}Z was lost."
    return f"Sign in again, and put the new refresh token in the settings. {text}{why}"


def _unsaved(path: Path) -> str:
    return (
        f"The new sign-in could not be written to {path.parent}; if livedesk ends before it is, "
        "you have to sign in again."
    )


def _digest(secret: Secret) -> str:
    return hashlib.sha256(secret.reveal().encode()).hexdigest()


def _write(path: Path, kept: _Kept) -> None:
    """As a whole and on the disk. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(path, json.dumps(_to_json(kept)).encode())


def _to_json(kept: _Kept) -> dict[str, object]:
    entry: dict[str, object] = {each.name: getattr(kept, each.name) for each in fields(kept)}
    return {
        name: value.reveal() if isinstance(value, Secret) else value
        for name, value in entry.items()
    }


def _read(path: Path) -> _Kept | None:
    """None when there is none. Raises OSError, and others when it is damaged."""
    try:
        with path.open("rb") as file:
            entry = json.loads(file.read(_MAX_BYTES))
    except FileNotFoundError:
        return None
    access = entry["access"]
    return _Kept(
        first=str(entry["first"]),
        refresh=Secret(str(entry["refresh"])),
        refresh_until_utc_ns=_ns_or_none(entry["refresh_until_utc_ns"]),
        access=None if access is None else Secret(str(access)),
        access_from_utc_ns=int(entry["access_from_utc_ns"]),
        access_until_utc_ns=int(entry["access_until_utc_ns"]),
        sent_utc_ns=_ns_or_none(entry["sent_utc_ns"]),
    )


def _ns_or_none(value: Any) -> int | None:
    return None if value is None else int(value)
