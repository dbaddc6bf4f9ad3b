"""Who may call, in which role? A token for each role, kept in a file that only this user reads."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal, get_args

from starlette.requests import Request

from livedesk.core.secrets import Secret
from livedesk.core.whole_file import write_whole
from livedesk.sandbox.rules.answers import Refusal

Role = Literal["engine", "editor", "reader"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
ANYONE: Final[frozenset[Role]] = frozenset(ROLES)
ENGINE: Final[frozenset[Role]] = frozenset(("engine",))
EDITOR: Final[frozenset[Role]] = frozenset(("editor",))
STAFF: Final[frozenset[Role]] = frozenset(("engine", "editor"))

TOKENS_FILE: Final = "tokens.json"


class Keyring:
    def __init__(self, tokens: Mapping[Role, Secret]) -> None:
        self._tokens = dict(tokens)

    def token(self, role: Role) -> Secret:
        return self._tokens[role]

    def role_of(self, request: Request) -> Role:
        """Raises Refusal. All tokens are compared, so that the time tells nothing."""
        given = request.headers.get("authorization", "").encode("utf-8", "replace")
        found: Role | None = None
        for role, token in self._tokens.items():
            if secrets.compare_digest(given, f"Bearer {token.reveal()}".encode()):
                found = role
        if found is None:
            raise Refusal(401, "unauthorized", "No valid token.", "Send a token of the service.")
        return found


def demand(role: Role, roles: frozenset[Role]) -> None:
    if role not in roles:
        wanted = " or ".join(each for each in ROLES if each in roles)
        raise Refusal(
            403, "forbidden", f"This call is for the role {wanted}.", "Use a token of that role."
        )


def tokens_in(folder: Path) -> dict[Role, Secret]:
    """Those of before, or new ones; the file has mode 0600. Blocks. Raises OSError, ValueError."""
    path = folder / TOKENS_FILE
    try:
        kept = json.loads(path.read_text("utf-8"))
        return {role: Secret(str(kept[role])) for role in ROLES}
    except FileNotFoundError:
        made = {role: secrets.token_urlsafe(32) for role in ROLES}
        write_whole(path, json.dumps(made).encode())
        return {role: Secret(text) for role, text in made.items()}
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{path} does not hold a token for each role: remove it") from None
