"""Who may call what? Bearer tokens, roles, and the checks before any call is looked at."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from livedesk.core.secrets import Secret
from livedesk.engine.api.answers import ApiError
from livedesk.engine.api.roles import Role

BODY_LIMIT = 64 * 1024


class Keyring:
    """The tokens that are accepted. Only their digests are kept and compared."""

    def __init__(self, tokens: Mapping[Secret, Role]) -> None:
        self._roles = [(_digest(token.reveal()), role) for token, role in tokens.items()]

    def role(self, token: str) -> Role | None:
        """Compares with every token in constant time, so that timing tells nothing."""
        given = _digest(token)
        found: Role | None = None
        for known, role in self._roles:
            if hmac.compare_digest(given, known):
                found = role
        return found


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


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
            scope["role"] = self._admit(Headers(scope=scope))
        except ApiError as error:
            await error.response()(scope, receive, send)
            return
        await self._app(scope, _bounded(receive), send)

    def _admit(self, headers: Headers) -> Role:
        if not self._known_host(headers.get("host", "")):
            raise ApiError(
                403,
                "wrong_host",
                "The engine does not answer under this host name.",
                "Call it by its address, as in http://127.0.0.1:PORT.",
            )
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > BODY_LIMIT:
            raise _too_large()
        scheme, _, token = headers.get("authorization", "").partition(" ")
        role = self._keyring.role(token.strip()) if scheme.lower() == "bearer" else None
        if role is None:
            raise ApiError(
                401,
                "no_access",
                "The token is missing or not known to this engine.",
                "Send Authorization: Bearer with the token of the engine's runtime file.",
            )
        return role

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


def _bounded(receive: Receive) -> Receive:
    """A body without a length is counted as it comes."""
    left = BODY_LIMIT

    async def bounded() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise _too_large()
        return message

    return bounded


def _too_large() -> ApiError:
    return ApiError(413, "too_large", f"The body is larger than {BODY_LIMIT} bytes.", "Send less.")


def demand(role: Role, allowed: frozenset[Role]) -> None:
    """Raises ApiError when the role may not make this call."""
    if role not in allowed:
        raise ApiError(
            403,
            "role",
            f"The role {role} may not do this; it takes one of: {', '.join(sorted(allowed))}.",
            "Use a token with such a role.",
        )
