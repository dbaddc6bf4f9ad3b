"""How does a message get to an address of HTTP, and what does the answer mean for the next try?

Redirects are not followed: an address that lets anybody write to a channel is for its own host
only. Texts of the transport may hold the address, so they are put into words of our own.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from livedesk.alarms.channels.delivery import Delivery, HttpPost
from livedesk.alarms.channels.message import Message
from livedesk.core.clock import NS_PER_S

PATIENCE_S: Final = 10.0
"""For the whole answer: one that drips in slowly is given up too."""

_LONGEST_WAIT_S: Final = 86_400
_REFUSALS: Final[dict[int, str]] = {
    400: "it did not understand the message",
    401: "it does not accept the token",
    403: "it does not let us in: check token and address",
    404: "there is nothing at its address, or the address was revoked",
    410: "its address was revoked, or the channel is archived",
    413: "the message is too large for it",
}
_AGAIN: Final = (408, 425, 429)

MakePost = Callable[[Message, int], HttpPost]


class HttpCourier:
    """One channel's way over HTTP. `make` writes the call, at the time it is given."""

    def __init__(
        self, make: MakePost, patience_s: float = PATIENCE_S, verify: ssl.SSLContext | None = None
    ) -> None:
        # At INFO httpx writes out every URL it calls, at DEBUG httpcore what it is answered.
        for library in ("httpx", "httpcore"):
            logging.getLogger(library).setLevel(logging.WARNING)
        self._make = make
        self._patience_s = patience_s
        self._verify = verify
        self._http: httpx.AsyncClient | None = None

    async def deliver(self, message: Message, utc_ns: int) -> Delivery:
        post = self._make(message, utc_ns)
        if self._http is None:
            # A certificate store takes 30 ms to load, which belongs to no start of an engine.
            verify = self._verify
            if verify is None:
                verify = await asyncio.to_thread(ssl.create_default_context)
            self._http = httpx.AsyncClient(
                headers={"User-Agent": "livedesk"},
                timeout=self._patience_s,
                trust_env=False,
                verify=verify,
                follow_redirects=False,
            )
        try:
            async with asyncio.timeout(self._patience_s):
                return await self._ask(self._http, post, utc_ns)
        except (TimeoutError, httpx.TimeoutException):
            return Delivery(False, f"no answer within {self._patience_s:g} s", again=True)
        except httpx.HTTPError as error:
            return Delivery(False, _words(error), again=True)
        except (httpx.InvalidURL, UnicodeError):
            return Delivery(False, "its address is not valid")

    async def _ask(self, http: httpx.AsyncClient, post: HttpPost, utc_ns: int) -> Delivery:
        headers = {name: value.reveal() for name, value in post.headers}
        async with http.stream(
            "POST", post.url.reveal(), content=post.body, headers=headers
        ) as answer:
            # Nothing of the body is read: it may hold the address, and it decides nothing.
            return judged(answer.status_code, answer.headers, utc_ns)

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()


def judged(status: int, headers: Mapping[str, str], utc_ns: int) -> Delivery:
    """What an answer means (RFC 9110, section 15; RFC 6585 for 429)."""
    if 200 <= status < 300:
        return Delivery(True)
    if 300 <= status < 400:
        return Delivery(
            False, f"it redirects ({status}), which is not followed: correct its address"
        )
    after_s = retry_after_s(headers.get("retry-after", ""), utc_ns)
    if status == 429:
        return Delivery(
            False,
            "it takes no more messages for now (429)",
            again=True,
            limited=True,
            after_s=after_s,
        )
    if status >= 500 or status in _AGAIN:
        return Delivery(False, f"it answered {status}", again=True, after_s=after_s)
    words = _REFUSALS.get(status, "it does not take the message")
    return Delivery(False, f"{words} ({status})")


def retry_after_s(text: str, utc_ns: int) -> float | None:
    """Seconds or a date (RFC 9110, section 10.2.3); None for anything else."""
    text = text.strip()
    if text.isascii() and text.isdecimal():
        return min(float(text[:10]), _LONGEST_WAIT_S)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    when = when if when.tzinfo is not None else when.replace(tzinfo=UTC)
    left_s = (when - datetime.fromtimestamp(utc_ns // NS_PER_S, UTC)).total_seconds()
    return min(max(left_s, 0.0), _LONGEST_WAIT_S)


def _words(error: BaseException) -> str:
    """Of a connection that failed; a certificate is a cause somewhere below."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not accepted ({cause.verify_message})"
        if isinstance(cause, ssl.SSLError):
            return "it speaks no TLS that we understand"
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.ConnectError):
        return "nobody answers at its address"
    return "the connection broke off"
