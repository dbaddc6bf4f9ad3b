"""How does an agency's own middleware pin? By the calls that the settings describe.

A 2xx answer means done, a 4xx one that nothing was done. What a 5xx one means nobody knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from livedesk.core.clock import Clock
from livedesk.core.http_template import content_type, fill, filled_body, in_url, secrets_in
from livedesk.core.pin_settings import HttpCallSettings, HttpGateway
from livedesk.core.pins import GatewayStatus, Product
from livedesk.pins.gateways.base import Abilities, Products, Shown, not_shown
from livedesk.platforms.answers import (
    TOO_MANY,
    UnusableError,
    by_status,
    parsed,
    retry_after_s,
    said,
    sentence,
    server_error,
    unanswered,
    unusable,
)
from livedesk.platforms.connection import Origin, Reply, Request, header_text, split_url
from livedesk.platforms.health import Health
from livedesk.platforms.lanes import Lanes
from livedesk.platforms.outcome import Answer, Departure

_TRY_AGAIN = frozenset((HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY))


class HttpWay:
    """Implements Gateway. `lanes` has those to every origin that the calls name."""

    def __init__(
        self, settings: HttpGateway, store: str, lanes: Mapping[Origin, Lanes], clock: Clock
    ) -> None:
        self._settings = settings
        self._store = store
        self._lanes = lanes
        self._clock = clock
        self._health = Health()

    @property
    def abilities(self) -> Abilities:
        settings = self._settings
        return Abilities(reads_back=settings.read is not None, honours_keys=settings.keys)

    def status(self) -> GatewayStatus:
        lanes = self._lanes[split_url(self._settings.pin.url.reveal())[0]]
        state, reason = self._health.seen(lanes.trouble)
        return GatewayStatus(
            "http",
            state,
            reason,
            reads_back=self.abilities.reads_back,
            round_trip_ms=lanes.round_trip_ms,
        )

    async def pin(
        self, product: Product, key: str, limit_s: float, departure: Departure | None = None
    ) -> Answer:
        return await self._write(self._settings.pin, product, key, limit_s, departure)

    async def unpin(self, key: str, limit_s: float, departure: Departure | None = None) -> Answer:
        if self._settings.unpin is None:
            return Answer("none", "no_unpin", "The settings name no call to unpin.", final=True)
        return await self._write(self._settings.unpin, None, key, limit_s, departure)

    async def shown(self, limit_s: float) -> Shown:
        call = self._settings.read
        if call is None:
            return Shown(False, code="no_read", text="The settings name no call to read back.")
        reply = await self._ask(call, self._values(None, ""), limit_s)
        if isinstance(reply, Answer):
            return not_shown(self._health.take(reply))
        try:
            product_id = _found(await parsed(reply), self._settings.product_at)
        except UnusableError as error:
            return not_shown(self._health.take(unusable(error)))
        self._health.take(Answer("done"))
        return Shown(True, product_id)

    async def products(self, limit_s: float) -> Products:
        words = "A gateway by HTTP lists no products; name a file as the source of the catalogue."
        return Products(False, code="no_list", text=words)

    async def keep_warm(self) -> None:
        for lanes in self._lanes.values():
            await lanes.keep_warm()

    async def renew(self, until_utc_ns: int) -> None:
        """Its tokens are those of the settings; there is nothing to renew."""

    async def close(self) -> None:
        for lanes in self._lanes.values():
            await lanes.close()

    async def _write(
        self,
        call: HttpCallSettings,
        product: Product | None,
        key: str,
        limit_s: float,
        departure: Departure | None,
    ) -> Answer:
        found = await self._ask(call, self._values(product, key), limit_s, departure)
        return self._health.take(Answer("done") if isinstance(found, Reply) else found)

    def _values(self, product: Product | None, key: str) -> dict[str, str]:
        return {
            "product_id": product.id if product else "",
            "sku": product.sku if product else "",
            "shop": product.shop if product else "",
            "key": key,
            "store": self._store,
        }

    async def _ask(
        self,
        call: HttpCallSettings,
        values: Mapping[str, str],
        limit_s: float,
        departure: Departure | None = None,
    ) -> Reply | Answer:
        """A 2xx answer, or what else became of it."""
        origin, target, user = split_url(fill(call.url.reveal(), values, in_url))
        kind = content_type(call.headers, call.body)
        body = filled_body(call.body, kind, values).encode() if call.body else None
        headers = user | ({"Content-Type": kind} if body is not None else {})
        for name, value in call.headers:
            headers = {k: v for k, v in headers.items() if k.lower() != name.lower()}
            headers[name] = fill(value.reveal(), values, header_text)
        request = Request(call.method, target, headers, body)
        reply = await self._lanes[origin].ask(request, limit_s, departure=departure)
        if not isinstance(reply, Reply):
            return unanswered(reply)
        return reply if 200 <= reply.status < 300 else self._refused(call, reply)

    def _refused(self, call: HttpCallSettings, reply: Reply) -> Answer:
        status, wait_s = reply.status, retry_after_s(reply, self._clock.utc_ns())
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            return Answer("none", "rate_limited", TOO_MANY, retry_after_s=wait_s)
        if status >= 500:
            return server_error(status, wait_s)
        if status < 400:
            unread = UnusableError(f"a redirect ({status}), which is not followed")
            return by_status(reply, self._clock.utc_ns(), unread)
        hidden = secrets_in(call.url, call.headers, call.body)
        words = said(reply.body.decode(errors="replace"), hidden)
        text = sentence(f"the call was refused with {status}" + (f": {words}" if words else ""))
        code = "not_authorized" if status in (401, 403) else "refused"
        if status in _TRY_AGAIN:
            return Answer("maybe", "server_error", text, retry_after_s=wait_s)
        return Answer("none", code, text, final=True)


def _found(answer: Mapping[str, Any], path: str) -> str | None:
    """The id at the path, as `data.item.id` or `items.0.id`. Raises UnusableError."""
    value: Any = answer
    for name in path.split("."):
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isdecimal() and len(name) < 6:
            value = value[int(name)] if int(name) < len(value) else None
        elif value is not None:
            raise UnusableError(f"nothing that has a {name} in it")
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise UnusableError(f"no product's id at {path}")
    return str(value)
