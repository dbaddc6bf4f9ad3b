"""What stands behind `env:NAME` and `keyring:service/user` in the settings file?"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping

import keyring
from keyring.errors import KeyringError, NoKeyringError

from livedesk.core.secrets import Secret, SecretResolver, SecretUnavailable

log = logging.getLogger(__name__)

_NO_BACKEND = (
    "no keyring is available on this machine (a headless Linux often has none); "
    "use env:NAME instead and set that variable"
)


def secret_resolver(environ: Mapping[str, str]) -> SecretResolver:
    """Looks references up in the given environment and in the user's keyring."""

    def resolve(reference: str) -> Secret:
        source, _, name = reference.partition(":")
        if source == "env":
            return _from_environment(name, environ)
        if source == "keyring":
            return _from_keyring(name)
        raise SecretUnavailable("expected env:NAME or keyring:service/user")

    return resolve


def keyring_name() -> str | None:
    """The keyring that this user's references are looked up in; None when there is none."""
    try:
        backend = keyring.get_keyring()
        usable = backend.priority > 0
    except Exception:  # noqa: BLE001 - backends are plugins and fail in ways of their own
        return None
    return str(backend.name) if usable else None


def keep_in_keyring(service: str, user: str, secret: Secret) -> bool:
    """Put a secret where `keyring:service/user` finds it. False where there is no keyring, or it
    takes nothing. May ask the person to unlock it, so it blocks: call it in a thread."""
    if keyring_name() is None:
        return False
    try:
        keyring.set_password(service, user, secret.reveal())
    except KeyringError:
        return False
    return True


def forget_in_keyring(service: str, user: str) -> None:
    """Take a secret out again. One that cannot be taken out stays, and nobody asks for it."""
    try:
        keyring.delete_password(service, user)
    except KeyringError as error:
        log.warning("keyring:%s/%s was not deleted (%s)", service, user, type(error).__name__)


class UsersSafe:
    """The user's keyring, and the environment of this program."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.resolve = secret_resolver(environ)

    def keep(self, service: str, user: str, secret: Secret) -> bool:
        return keep_in_keyring(service, user, secret)

    def forget(self, service: str, user: str) -> None:
        forget_in_keyring(service, user)


def _from_environment(name: str, environ: Mapping[str, str]) -> Secret:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise SecretUnavailable("expected a variable's name after env:, such as env:GLOW_KEY")
    if value := environ.get(name, "").strip():
        return Secret(value)
    state = "is empty" if name in environ else "is not set"
    raise SecretUnavailable(
        f"env:{name} refers to the environment variable {name}, which {state}; "
        f"set it before livedesk starts, such as: export {name}=…"
    )


def _from_keyring(name: str) -> Secret:
    service, _, user = name.partition("/")
    if not service or not user:
        raise SecretUnavailable(
            "expected service and user after keyring:, such as keyring:glow/stream-key"
        )
    try:
        value = keyring.get_password(service, user)
    except NoKeyringError:
        raise SecretUnavailable(f"keyring:{name} cannot be read: {_NO_BACKEND}") from None
    except KeyringError as error:
        raise SecretUnavailable(
            f"keyring:{name} cannot be read ({type(error).__name__}); "
            "unlock the keyring and try again"
        ) from None
    if not value:
        raise SecretUnavailable(
            f"the keyring has no entry for keyring:{name}; "
            f"store it with: keyring set {service} {user}"
        )
    return Secret(value)
