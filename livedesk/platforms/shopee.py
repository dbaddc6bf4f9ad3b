"""How is Shopee's livestream module called? Signed for its user, with access renewed in time.

A store's pins and its chat call the same live room: they share one of these, with one sign-in, one
pair of warm connections and one minute of calls. What an answer means for their health is theirs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.pin_settings import ShopeeGateway
from livedesk.core.pins import GatewayState
from livedesk.core.secrets import Secret
from livedesk.core.tasks import Tasks
from livedesk.platforms.answers import (
    JsonObject,
    UnusableError,
    by_status,
    parsed,
    said,
    text,
    unanswered,
    whole,
)
from livedesk.platforms.call_budget import CallBudget, Counted
from livedesk.platforms.connection import Reply, Request
from livedesk.platforms.health import Health
from livedesk.platforms.lanes import ANSWER_BYTES, Lanes, NoReply
from livedesk.platforms.outcome import Answer, Departure
from livedesk.platforms.shopee_errors import is_sign_in_refused, is_token_refused, judged
from livedesk.platforms.shopee_sign import public_target, user_target
from livedesk.platforms.tokens import Access, NotRenewed, Renewed, not_renewed

_MODULE: Final = "/api/v2/livestream/"
_RENEWAL: Final = "/api/v2/auth/access_token/get"
_REFRESH_LIFE_S: Final = 30 * 24 * 3600
_NO_ACCESS: Final = "There is no access to Shopee now."
_JSON: Final = {"Content-Type": "application/json"}


def access_name(settings: ShopeeGateway) -> str:
    """One sign-in for a user of an app, whichever stores use it."""
    return f"shopee-{settings.partner_id}-{settings.user_id}"


class ShopeeCalls:
    """Calls about one live room. None raises but CancelledError."""

    def __init__(
        self,
        settings: ShopeeGateway,
        lanes: Lanes,
        clock: Clock,
        counted: Counted,
        access: Access,
    ) -> None:
        self._settings = settings
        self._lanes = lanes
        self._clock = clock
        self._counted = counted
        self._access = access
        self._until_utc_ns = 0
        self._tasks = Tasks()

    @property
    def budget(self) -> CallBudget:
        """Whoever calls takes the call from it first."""
        return self._counted.calls

    @property
    def user_id(self) -> int:
        """Who broadcasts, and posts what is posted from here."""
        return self._settings.user_id

    @property
    def round_trip_ms(self) -> float | None:
        return self._lanes.round_trip_ms

    @property
    def token_until_utc_ns(self) -> int | None:
        return self._access.until_utc_ns

    @property
    def token_covers_show(self) -> bool | None:
        return self._access.covers(self._until_utc_ns)

    def seen(self, health: Health) -> tuple[GatewayState, str]:
        """State and reason, by what became of the caller's calls, the connections, the access."""
        state, reason = health.seen(self._lanes.trouble)
        if self._access.token() is None and not self._lanes.trouble:
            return "down", self._access.reason or _NO_ACCESS
        if self._access.reason and state != "down":
            return "degraded", self._access.reason
        return state, reason

    async def read(
        self,
        name: str,
        query: Mapping[str, str | int],
        limit_s: float,
        max_bytes: int = ANSWER_BYTES,
    ) -> JsonObject | Answer:
        """An answer without an error in it; else what became of the call."""
        values = {"session_id": self._settings.session_id, **query}
        return await self._call("GET", name, values, None, limit_s, max_bytes, None)

    async def write(
        self,
        name: str,
        values: Mapping[str, str | int],
        limit_s: float,
        departure: Departure | None = None,
    ) -> JsonObject | Answer:
        body = json.dumps({"session_id": self._settings.session_id, **values}).encode()
        return await self._call("POST", name, {}, body, limit_s, ANSWER_BYTES, departure)

    async def _call(
        self,
        method: str,
        name: str,
        query: Mapping[str, str | int],
        body: bytes | None,
        limit_s: float,
        max_bytes: int,
        departure: Departure | None,
    ) -> JsonObject | Answer:
        access = self._access.token()
        if access is None:
            self._renew_soon()
            return Answer("none", "no_access", self._access.reason or _NO_ACCESS, final=True)
        target = user_target(
            _MODULE + name,
            query,
            partner_id=self._settings.partner_id,
            partner_key=self._settings.partner_key,
            user_id=self._settings.user_id,
            access=access,
            timestamp_s=self._clock.utc_ns() // NS_PER_S,
        )
        request = Request(method, target, _JSON if body is not None else {}, body)
        reply = await self._lanes.ask(request, limit_s, max_bytes, departure)
        return await self._answer(reply, access)

    async def _answer(self, reply: Reply | NoReply, access: Secret) -> JsonObject | Answer:
        if not isinstance(reply, Reply):
            return unanswered(reply)
        utc_ns = self._clock.utc_ns()
        try:
            found = await parsed(reply)
            error, words = text(found, "error"), text(found, "message", "")
            if not error and reply.status != 200:
                raise UnusableError(f"an answer of the unexpected status {reply.status}")
        except UnusableError as problem:
            return by_status(reply, utc_ns, problem)
        if not error:
            return found
        if is_token_refused(error, words):
            self._access.refused(access)
            self._renew_soon()
        secrets = (access, self._settings.partner_key)
        return judged(said(error, secrets), said(words, secrets), reply, utc_ns)

    async def keep_warm(self) -> None:
        await self._lanes.keep_warm()

    async def renew(self, until_utc_ns: int) -> None:
        """Renew the access if it ends before then, or is past half of its life. Cheap if not."""
        self._until_utc_ns = until_utc_ns
        await self._access.renew(until_utc_ns, self._ask_renewal, self._counted.renewal)

    def _renew_soon(self) -> None:
        """Beside the call that found it out: a pin has no time to wait for it."""
        if self._access.may_try() and not self._access.is_renewing:
            self._tasks.spawn("renewal of Shopee's access", self.renew(self._until_utc_ns))

    async def _ask_renewal(self, refresh: Secret, limit_s: float) -> Renewed | NotRenewed:
        settings = self._settings
        target = public_target(
            _RENEWAL,
            partner_id=settings.partner_id,
            partner_key=settings.partner_key,
            timestamp_s=self._clock.utc_ns() // NS_PER_S,
        )
        body = {
            "refresh_token": refresh.reveal(),
            "partner_id": settings.partner_id,
            "user_id": settings.user_id,
        }
        request = Request("POST", target, _JSON, json.dumps(body).encode())
        reply = await self._lanes.ask(request, limit_s)
        if isinstance(reply, NoReply):
            return not_renewed(unanswered(reply))
        utc_ns = self._clock.utc_ns()
        try:
            found = await parsed(reply)
            if error := text(found, "error", ""):
                return self._renewal_refused(error, text(found, "message", ""), reply, refresh)
            life_s = whole(found, "expire_in")
            access, following = text(found, "access_token"), text(found, "refresh_token")
            if not (access and following and 0 < life_s <= _REFRESH_LIFE_S):
                raise UnusableError("an answer without tokens")
        except UnusableError as problem:
            return not_renewed(by_status(reply, utc_ns, problem))
        return Renewed(
            Secret(access),
            utc_ns + life_s * NS_PER_S,
            Secret(following),
            utc_ns + _REFRESH_LIFE_S * NS_PER_S,
        )

    def _renewal_refused(self, error: str, words: str, reply: Reply, refresh: Secret) -> NotRenewed:
        secrets = (refresh, self._settings.partner_key)
        utc_ns = self._clock.utc_ns()
        answer = judged(said(error, secrets), said(words, secrets), reply, utc_ns)
        if is_sign_in_refused(error, words):
            return NotRenewed("sign_in", answer.text)
        return not_renewed(answer)

    async def close(self) -> None:
        await self._access.settled()
        await self._tasks.close()
        await self._lanes.close()
