"""How does the settings file name a program to run? `run`, a list of it and its arguments."""

from __future__ import annotations

from typing import Final

from livedesk.core.config_http import LONGEST_TEXT
from livedesk.core.config_table import Table, found

_MOST_ARGUMENTS: Final = 64


def read_run(table: Table, example: str) -> tuple[str, ...]:
    """Empty, and a problem, if it is no such list."""
    given = table.values.get("run") if table.has("run") else None
    run: tuple[str, ...] = ()
    if isinstance(given, list) and 0 < len(given) <= _MOST_ARGUMENTS and all(map(_is_text, given)):
        run = tuple(given)
    else:
        what = f"found {found(given)}" if "run" in table.values else "the key is missing"
        expected = f"a list of the program and its arguments as texts, such as {example}"
        table.problem("run", f"expected {expected}; {what}")
    if run and (not run[0] or "{" in run[0]):
        table.problem("run", f"expected a program first, such as {example}")
    if any(entry.startswith(("env:", "keyring:")) for entry in run):
        table.problem(
            "run",
            "may hold no secret: this machine shows arguments to everyone on it, and the program's "
            "last line is shown here; let the program fetch the secret itself",
        )
    return run


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_TEXT and "\0" not in value
