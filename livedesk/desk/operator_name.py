"""Who acts at this console? The user and machine, as others see it at a claim."""

from __future__ import annotations

import getpass
import socket
import unicodedata
from typing import Final

LONGEST: Final = 60


def operator_name(user: str, host: str) -> str:
    """`mei@desk-3`: one line of at most 60 characters, without the machine's domain."""
    name = "@".join(filter(None, (user.strip(), host.strip().partition(".")[0])))
    kept = "".join(c for c in name if unicodedata.category(c)[0] != "C")
    return kept[:LONGEST] or "console"


def this_operator() -> str:
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        # A container may run under a number that has no name.
        user = ""
    return operator_name(user, socket.gethostname())
