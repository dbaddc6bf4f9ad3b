"""Which token does the operator's token file hold? Made when missing, refused if others see it."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from livedesk.core.secrets import Secret

_LONGEST = 4_096


class TokenFileError(Exception):
    """The file cannot be used; the text says why and what to do."""


def read_token_file(path: Path) -> Secret:
    """The one line of the file. A missing file is made, mode 0600. Raises TokenFileError."""
    try:
        return _read(path) if path.exists() else _create(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise TokenFileError(
            f"the token file {path} cannot be used: {reason}; choose another --token-file"
        ) from error


def _create(path: Path) -> Secret:
    token = Secret(secrets.token_urlsafe(32))
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(token.reveal() + "\n")
    return token


def _read(path: Path) -> Secret:
    with path.open("rb") as file:
        if os.name == "posix" and os.fstat(file.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise TokenFileError(
                f"other users can read or write the token file {path}; run: chmod 600 {path}"
            )
        content = file.read(_LONGEST + 1)
    lines = content.decode("utf-8", "replace").strip().splitlines()
    if len(content) > _LONGEST or len(lines) != 1 or " " in lines[0]:
        raise TokenFileError(
            f"the token file {path} must hold one line with one token; "
            "remove it, and livedesk makes a new one"
        )
    return Secret(lines[0])
