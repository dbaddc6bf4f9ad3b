"""Who calls? What a token that was let in stands for, and how tokens are told apart."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, Literal

from livedesk.core.one_line import one_line
from livedesk.core.roles import Role

LONGEST_BY: Final = 60
"""Characters of the name that a call says it is by."""

Token = Literal["machine", "user", "pad", "none"]
"""Whose it is: the machine's own (its runtime file, `--token-file`), a person's, a pad's."""


Until = Callable[[], Coroutine[Any, Any, None]]
"""Returns when a token is no longer accepted."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who was let in. `store`: the only one it may see; None: all."""

    role: Role
    actor: str
    store: str | None = None
    token: Token = "machine"
    until: Until | None = None
    """None: it holds as long as the engine runs."""

    def name_for(self, by: str) -> str:
        """Whose act a call is that says `by` whom.

        A person is who the token says. At the machine's own token sits whoever says so.
        """
        return one_line(by, LONGEST_BY) or self.actor if self.token == "machine" else self.actor


NOBODY = Caller("host", "", token="none")
"""Of the calls that need no token: what they tell or take is not a matter of who asks."""


def digest_of(token: str) -> bytes:
    """SHA-256: tokens are 256 random bits, so there is nothing that a slow hash would protect."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
