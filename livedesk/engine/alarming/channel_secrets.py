"""How do the secrets of a channel that is set up over the API stay out of its file? Pure.

What was given plainly goes into the keyring, each time under a new name, so that the channel as it
was works until the change is kept; the file has references. A secret goes only where it went
before: who changes the server gives it again, and references lead to secrets of channels only.
Otherwise whoever may change channels could have any key of the engine sent to themselves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from livedesk.core.config_channels import PORTS
from livedesk.core.secrets import Secret, SecretResolver

SERVICE: Final = "livedesk-channel"
VARIABLES: Final = "LIVEDESK_CHANNEL_"

JsonTable = Mapping[str, object]

_SECRETS: Final[dict[str, tuple[str, ...]]] = {
    "slack": ("url",),
    "ntfy": ("url", "token"),
    "webhook": ("url", "secret", "headers"),
    "email": ("password",),
}

_REFERENCE: Final = re.compile(r"(env|keyring):.+")
_KEPT: Final = "given/"
"""Before the names of those that livedesk itself puts into the keyring, and takes out again."""
_OURS: Final = re.compile(
    rf"env:{VARIABLES}[A-Z0-9_]{{1,80}}|keyring:{SERVICE}/(?!{_KEPT}).{{1,200}}"
)
_INSIDE: Final = re.compile(r"(^|[\s/=])(env|keyring):")
_LONGEST: Final = 4_000


class SecretFault(ValueError):  # noqa: N818 - reads as the sentence it is
    """A secret cannot be taken as it was given. The text is for people, without the secret."""


@dataclass(slots=True)
class Parted:
    """`table`: with references only. `given`: what they stand for, by reference."""

    table: dict[str, object]
    given: dict[str, Secret] = field(default_factory=dict)

    def resolver(self, resolve: SecretResolver) -> SecretResolver:
        """Knows also what is not in the keyring yet."""

        def of_both(reference: str) -> Secret:
            return self.given.get(reference) or resolve(reference)

        return of_both


def parted(name: str, told: JsonTable, before: JsonTable | None, nonce: str) -> Parted:
    """`told`: a secret that is left out stays as it was `before`; null removes it.

    Raises SecretFault.
    """
    result = Parted({key: value for key, value in told.items() if value is not None})
    kind = str(told.get("kind"))
    same = before is not None and _goes_where_it_went(kind, told, before)
    for member in _SECRETS.get(kind, ()):
        if member in told:
            if member in result.table:
                where = f"{_KEPT}{name}/{member}-{nonce}"
                result.table[member] = _referred(result, member, told[member], where)
        elif before is not None and member in before:
            if not same:
                raise SecretFault(f"{member}: give it again; it would go to another server")
            result.table[member] = before[member]
    return result


def kept_in_keyring(table: JsonTable) -> frozenset[str]:
    """What livedesk put there for this channel: the names under its service."""
    values = [*table.values()]
    headers = table.get("headers")
    values += headers.values() if isinstance(headers, dict) else ()
    mark = f"keyring:{SERVICE}/"
    texts = (text.removeprefix(mark) for text in values if isinstance(text, str))
    return frozenset(text for text in texts if text.startswith(_KEPT))


def _goes_where_it_went(kind: str, told: JsonTable, before: JsonTable) -> bool:
    if kind != before.get("kind"):
        return False
    if kind != "email":
        return "url" not in told
    return _server(told) == _server(before)


def _server(mail: JsonTable) -> tuple[object, ...]:
    security = mail.get("security") or "starttls"
    port = mail.get("port") or PORTS.get(str(security))
    return mail.get("host"), security, port, mail.get("user") or ""


def _referred(result: Parted, member: str, value: object, where: str) -> object:
    """A text as the reference to it; what is no text is for the reader to refuse."""
    if isinstance(value, dict):
        return {
            key: _referred(result, f"{member}.{key}", each, f"{where}-{at}")
            for at, (key, each) in enumerate(value.items())
        }
    if not isinstance(value, str) or not value:
        return value
    if _REFERENCE.fullmatch(value):
        if _OURS.fullmatch(value):
            return value
        raise SecretFault(
            f"{member}: a reference has to be env:{VARIABLES}… or keyring:{SERVICE}/…, so that "
            "no other secret of the engine is sent there"
        )
    if _INSIDE.search(value) or len(value) > _LONGEST:
        raise SecretFault(f"{member}: expected a reference, or the whole secret without one in it")
    reference = f"keyring:{SERVICE}/{where}"
    result.given[reference] = Secret(value)
    return reference
