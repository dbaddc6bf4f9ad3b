"""Who is named in the settings file, with which role? Reads `[[user]]`."""

from __future__ import annotations

import re
from typing import Final

from livedesk.core.config_secret import Origin
from livedesk.core.config_table import Table, found
from livedesk.core.person_name import EXPECTED_NAME, MOST_USERS, is_name, same_name
from livedesk.core.roles import ROLES, Role
from livedesk.core.secrets import Secret, SecretUnavailable
from livedesk.core.settings import UserSettings

SHORTEST_TOKEN: Final = 32
"""Characters. Tokens are kept as plain digests, which is right for long random ones only."""

_TOKEN: Final = 'a reference, such as "env:MEI_TOKEN" or "keyring:livedesk/mei"'


def read_users(root: Table, origin: Origin) -> tuple[UserSettings, ...]:
    if not root.has("user"):
        return ()
    tables = root.tables("user", "[[user]]")
    users = [_user(table, origin) for table in tables]
    if len(users) > MOST_USERS:
        root.problem("user", f"expected at most {MOST_USERS} people; found {len(users)}")
    for at, (table, user) in enumerate(zip(tables, users, strict=True)):
        for first, other in enumerate(users[:at]):
            if user.name and same_name(user.name) == same_name(other.name):
                table.problem("name", f"expected a name of its own; user[{first}] has the same")
            if user.token.reveal() and user.token == other.token:
                table.problem("token", f"expected a token of its own; user[{first}] has the same")
    return tuple(users)


def _user(table: Table, origin: Origin) -> UserSettings:
    name = table.text("name", EXPECTED_NAME, r".+")
    if name and not is_name(name):
        table.problem("name", f"expected {EXPECTED_NAME}; found {found(name)}")
    user = UserSettings(name, _role(table), _token(table, origin))
    table.close()
    return user


def _role(table: Table) -> Role:
    named = table.text("role", f"one of {', '.join(ROLES)}", "|".join(ROLES))
    return next((role for role in ROLES if role == named), "host")


def _token(table: Table, origin: Origin) -> Secret:
    """Never plain in the file: it would be a password of a person that others read."""
    text = table.private_text("token", _TOKEN)
    if text is None:
        return Secret("")
    if not re.match(r"(env|keyring):", text):
        table.problem("token", f"expected {_TOKEN}; found the token itself, or another text")
        return Secret("")
    try:
        token = origin.resolve(text)
    except SecretUnavailable as error:
        table.problem("token", str(error))
        return Secret("")
    if not re.fullmatch(rf"[!-~]{{{SHORTEST_TOKEN},200}}", token.reveal()):
        table.problem(
            "token",
            f"expected behind {text} {SHORTEST_TOKEN} to 200 random letters, digits and signs "
            "without blanks; make one with: openssl rand -base64 33",
        )
    return token
