"""How does one HTTP call move the stream?

A 2xx answer means that it was accepted. A redirect is not followed: it would carry the headers,
and so the secrets in them, to a place that nobody named.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from typing import Final

import httpx

from livedesk.core.clock import Clock
from livedesk.core.http_template import (
    JSON,
    content_type,
    fill,
    filled_body,
    in_url,
    secrets_in,
)
from livedesk.core.secrets import Secret, redact
from livedesk.core.settings import HttpActuator, UplinkSettings
from livedesk.engine.actuators.base import Outcome, SenderFacts, Stopwatch, SwitchOrder, seconds
from livedesk.engine.actuators.template import fields

_ANSWER_BYTES: Final = 4096
_SHOWN_CHARACTERS: Final = 160
_SAMPLE: Final = {"to": "bonded", "from": "primary", "store": "store", "reason": "a check"}
_FIX: Final = 'look at "url" in [store.failover.http]'


class HttpCall:
    """Sends the call that the settings describe. Implements Actuator."""

    def __init__(self, settings: HttpActuator, clock: Clock) -> None:
        # At INFO httpx writes out every URL it calls.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._settings = settings
        self._clock = clock
        self._kind = content_type(settings.headers, settings.body)
        self._http = httpx.AsyncClient(
            timeout=settings.timeout_s,
            trust_env=False,
            follow_redirects=False,
            # A certificate store takes 30 ms to load, which plain HTTP has no use for.
            verify=settings.url.reveal().lower().startswith("https:"),
        )

    async def check(self) -> str | None:
        """Whether the server can be reached and the body is what its type says. Nothing is sent."""
        try:
            url = httpx.URL(self._filled_url(_SAMPLE))
        except (httpx.InvalidURL, UnicodeError):
            return f"The address of the HTTP call is not valid; {_FIX}."
        if url.scheme not in ("http", "https") or not url.host:
            return f"The HTTP call's address does not begin with http:// or https://; {_FIX}."
        if problem := self._body_problem():
            return problem
        port = url.port or (443 if url.scheme == "https" else 80)
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                _, writer = await asyncio.open_connection(url.host, port)
        except (OSError, UnicodeError) as error:
            return (
                f"The server of the HTTP call, {url.host}:{port}, cannot be reached "
                f"({_why(error)}); start it, or {_FIX}."
            )
        writer.close()
        return None

    def _body_problem(self) -> str | None:
        if not self._settings.body or not self._kind.startswith(JSON):
            return None
        try:
            json.loads(self._filled_body(_SAMPLE))
        except ValueError as error:
            return (
                f"The body of the HTTP call is not JSON ({error}); "
                f'look at "body" in [store.failover.http].'
            )
        return None

    async def switch(self, order: SwitchOrder) -> Outcome:
        watch = Stopwatch(self._clock)
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                ok, words = await self._call(fields(order))
        except (TimeoutError, httpx.TimeoutException):
            limit = seconds(self._settings.timeout_s)
            ok, words = False, f"The HTTP call was not answered within {limit}."
        except httpx.HTTPError as error:
            ok, words = False, f"The HTTP call's server cannot be reached ({type(error).__name__})."
        except (httpx.InvalidURL, UnicodeError):
            ok, words = False, f"The address of the HTTP call is not valid; {_FIX}."
        watch.step("call")
        return watch.outcome(ok, words)

    async def _call(self, values: Mapping[str, str]) -> tuple[bool, str]:
        headers = {name: secret.reveal() for name, secret in self._settings.headers}
        content = self._filled_body(values).encode() if self._settings.body else None
        if content is not None:
            headers = {"Content-Type": self._kind, **headers}
        method, url = self._settings.method, self._filled_url(values)
        async with self._http.stream(method, url, content=content, headers=headers) as answer:
            if answer.is_success:
                return True, f"The HTTP call was accepted with {answer.status_code}."
            if answer.has_redirect_location:
                return False, (
                    f"The HTTP call was answered {answer.status_code}, a redirect, which is not "
                    "followed; name the place it leads to in the settings."
                )
            said = await self._beginning(answer)
        return False, f"The HTTP call was refused with {answer.status_code}{said}."

    async def _beginning(self, answer: httpx.Response) -> str:
        """What the server said to it, shortened; it may repeat what it was sent."""
        body = b""
        async for piece in answer.aiter_bytes():
            body += piece
            if len(body) >= _ANSWER_BYTES:
                break
        text = redact(body[:_ANSWER_BYTES].decode(errors="replace"), self._secrets())
        line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        return f": {line[:_SHOWN_CHARACTERS].rstrip('.')}" if line else ""

    def _secrets(self) -> list[Secret]:
        settings = self._settings
        return secrets_in(settings.url, settings.headers, settings.body)

    def _filled_url(self, values: Mapping[str, str]) -> str:
        return fill(self._settings.url.reveal(), values, in_url)

    def _filled_body(self, values: Mapping[str, str]) -> str:
        return filled_body(self._settings.body, self._kind, values)

    async def sender(self) -> SenderFacts | None:
        return None

    async def carrying(self, uplinks: tuple[UplinkSettings, ...]) -> str | None:
        return None

    async def close(self) -> None:
        await self._http.aclose()


def _why(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return getattr(error, "strerror", None) or type(error).__name__
