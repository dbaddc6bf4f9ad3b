"""Who may call what? Bearer tokens, roles, and the checks before any call is looked at.

The scope of an admitted call holds the `caller`, and of it `role`, `actor` (for the record: the
name of a person or pad, else the role) and `store`: the only one it may see, or None for all.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
from collections.abc import Mapping
from functools import partial
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from livedesk.core.secrets import Secret
from livedesk.engine.api.answers import ApiError
from livedesk.engine.api.pads import PadTokens
from livedesk.engine.api.roles import Role
from livedesk.engine.people.identity import NOBODY, Caller, Until, digest_of
from livedesk.engine.people.users import Users

BODY_LIMIT = 64 * 1024
BODY_WITHIN_S = 10.0
"""Who sends a body more slowly than that only holds a connection that others need."""

UPLOADS = frozenset(("/v1/orders",))
"""Where a body is a file, which is written down as it comes."""
UPLOAD_LIMIT = 64_000_000
UPLOAD_WITHIN_S = 300.0

PAD_CALLS = frozenset(("status", "products", "show", "cues", "pin"))
"""What a pad may call below its store; beside them only the clock, the events and who it is."""


class Keyring:
    """The tokens that are accepted: the machine's own, people's, pads'. Only digests are kept."""

    def __init__(
        self,
        tokens: Mapping[Secret, Role],
        pads: PadTokens | None = None,
        users: Users | None = None,
    ) -> None:
        """`tokens`: those that the machine gave to this engine."""
        self._roles = [(digest_of(token.reveal()), role) for token, role in tokens.items()]
        self._pads = pads
        self._users = users

    def caller(self, token: str) -> Caller | None:
        """Compares with every token in constant time, so that timing tells nothing."""
        given = digest_of(token)
        found: Caller | None = None
        for known, role in self._roles:
            if hmac.compare_digest(given, known):
                found = Caller(role, role)
        if found is None and self._users is not None:
            found = self._users.find(token)
        if found is None and self._pads is not None and (pad := self._pads.find(token)):
            until = partial(self._pads.ended, pad)
            found = Caller("host", pad.name, pad.store, "pad", until)
        return found


class Gate:
    """ASGI middleware: right host name, known token, a body of bounded size."""

    def __init__(self, app: ASGIApp, keyring: Keyring, hosts: frozenset[str]) -> None:
        self._app = app
        self._keyring = keyring
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            caller = self._admit(scope, Headers(scope=scope))
        except ApiError as error:
            await error.response()(scope, receive, send)
            return
        scope.update(caller=caller, role=caller.role, actor=caller.actor, store=caller.store)
        if caller.until is not None and scope["method"] == "GET":
            await self._while_accepted(caller.until, scope, receive, send)
        else:
            await self._app(scope, _bounded(scope, receive), send)

    async def _while_accepted(
        self,
        until: Until,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        """Ends the answer with the token: a stream of events could go on for days."""
        begun = complete = False

        async def noted(message: Message) -> None:
            nonlocal begun, complete
            begun = True
            is_body = message["type"] == "http.response.body"
            complete = is_body and not message.get("more_body", False)
            await send(message)

        async def answer() -> None:
            await self._app(scope, _bounded(scope, receive), noted)

        answering = asyncio.create_task(answer(), name="answer")
        revoked = asyncio.create_task(until(), name="end of a token")
        try:
            await asyncio.wait((answering, revoked), return_when=asyncio.FIRST_COMPLETED)
            if not answering.done():
                answering.cancel()
                await asyncio.wait((answering,))
                if complete:
                    return
                if begun:
                    await send({"type": "http.response.body", "body": b"", "more_body": False})
                else:
                    await _no_access().response()(scope, receive, send)
            elif not answering.cancelled():
                answering.result()
        finally:
            for task in (answering, revoked):
                task.cancel()
            await asyncio.gather(answering, revoked, return_exceptions=True)

    def _admit(self, scope: Scope, headers: Headers) -> Caller:
        if not self._known_host(headers.get("host", "")):
            raise ApiError(
                403,
                "wrong_host",
                "The engine does not answer under this host name.",
                "Call it by its address, as in http://127.0.0.1:PORT.",
            )
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > _limits(scope)[0]:
            raise _too_large(scope)
        if _is_open(scope["method"], scope["path"]):
            return NOBODY
        scheme, _, token = headers.get("authorization", "").partition(" ")
        caller = self._keyring.caller(token.strip()) if scheme.lower() == "bearer" else None
        if caller is None:
            raise _no_access()
        if caller.store is not None and not _is_of_store(scope["path"], caller.store):
            raise ApiError(
                403,
                "not_for_pads",
                "The token of a pad is for the pins of its store only.",
                "Use the token of a person who may do this.",
            )
        return caller

    def _known_host(self, host: str) -> bool:
        """A page that rebinds its own name to 127.0.0.1 still sends that name: names are refused.

        Addresses as such cannot be rebound.
        """
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if name in self._hosts or name == "localhost":
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True


def _is_open(method: str, path: str) -> bool:
    """The pad's page, which holds nothing secret, and calls that bring a signature of their own."""
    if method in ("GET", "HEAD"):
        return path.startswith("/pad/")
    return method == "POST" and path.startswith("/v1/hooks/")


def _is_of_store(path: str, store: str) -> bool:
    """Whether a token that is bound to the store may call this at all; its role is asked later."""
    if path in ("/v1/clock", "/v1/events", "/v1/me"):
        return True
    start = f"/v1/stores/{store}/"
    return path.startswith(start) and path.removeprefix(start).split("/")[0] in PAD_CALLS


def _no_access() -> ApiError:
    return ApiError(
        401,
        "no_access",
        "The token is missing or not known to this engine.",
        "Send Authorization: Bearer with the token of the engine's runtime file.",
    )


def _bounded(scope: Scope, receive: Receive) -> Receive:
    """A body without a length is counted as it comes, and has a time to be there."""
    left, within_s = _limits(scope)
    until_s: float | None = asyncio.get_running_loop().time() + within_s

    async def bounded() -> Message:
        nonlocal left, until_s
        try:
            async with asyncio.timeout_at(until_s):
                message = await receive()
        except TimeoutError:
            if scope["method"] in ("GET", "HEAD"):
                return {"type": "http.disconnect"}
            raise _too_slow(within_s) from None
        left -= len(message.get("body", b""))
        if left < 0:
            raise _too_large(scope)
        if not message.get("more_body", False):
            until_s = None
        return message

    return bounded


def _limits(scope: Scope) -> tuple[int, float]:
    """Bytes of a body, and seconds in which it has to be there."""
    if scope["path"] in UPLOADS and scope["method"] == "POST":
        return UPLOAD_LIMIT, UPLOAD_WITHIN_S
    return BODY_LIMIT, BODY_WITHIN_S


def _too_slow(within_s: float) -> ApiError:
    return ApiError(
        408, "too_slow", f"The body was not there after {within_s:g} s.", "Send it again."
    )


def _too_large(scope: Scope) -> ApiError:
    limit = _limits(scope)[0]
    return ApiError(413, "too_large", f"The body is larger than {limit} bytes.", "Send less.")


def demand(role: Role, allowed: frozenset[Role]) -> None:
    """Raises ApiError when the role may not make this call."""
    if role not in allowed:
        raise ApiError(
            403,
            "role",
            f"The role {role} may not do this; it takes one of: {', '.join(sorted(allowed))}.",
            "Use a token with such a role.",
        )
