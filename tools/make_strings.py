"""Which texts of the windows are there to be translated? Writes them to livedesk/locale.

A translation begins with `pybabel init -i livedesk/locale/livedesk.pot -d livedesk/locale
-D livedesk -l LANGUAGE`; `pybabel compile -d livedesk/locale -D livedesk` makes it usable.
Run: python -m tools.make_strings
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from livedesk.core.figures import FIGURES

ROOT = Path(__file__).parent.parent
TEMPLATE = ROOT / "livedesk" / "locale" / "livedesk.pot"
ROOMS = ("livedesk/desk", "livedesk/ui")
"""Texts for people at a screen are written in these rooms; names of figures in core/figures.py."""

LITERALS = {"tr": 1, "trn": 2}
"""Calls whose first so many arguments are texts."""

CHANGING = (b'"POT-Creation-Date', b'"Generated-By')
"""Lines of the header which change by themselves."""

Text = str | tuple[str, str]
"""One that counts has two forms in English."""


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Each call that asks for a text, with its file. Those within f-strings are found as well,
    which babel's own search finds only from Python 3.12 on."""
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            place = file.relative_to(ROOT).as_posix()
            for node in ast.walk(ast.parse(file.read_bytes())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in LITERALS:
                    yield place, node


def literals(call: ast.Call) -> Text | None:
    """What is to be translated; None if it is only known at run time."""
    count = LITERALS[getattr(call.func, "id", "")]
    texts = [arg.value for arg in call.args[:count] if isinstance(arg, ast.Constant)]
    strings = [text for text in texts if isinstance(text, str)]
    if len(strings) < count:
        return None
    return strings[0] if count == 1 else (strings[0], strings[1])


def catalogue() -> Catalog:
    """All texts, each with the files in which it stands."""
    found = Catalog(
        project="livedesk",
        version=version("livedesk"),
        charset="utf-8",
        header_comment="# Texts of livedesk, to be translated. Written by: make strings",
        fuzzy=False,
    )
    for figure in FIGURES.values():
        found.add(figure.label, locations=[("livedesk/core/figures.py", 0)])
    for place, call in calls():
        text = literals(call)
        if text is not None:
            found.add(text, locations=[(place, 0)])
    return found


def template(found: Catalog) -> bytes:
    """As a file that changes only when a text does."""
    buffer = io.BytesIO()
    write_po(buffer, found, sort_output=True, include_lineno=False, width=100)
    lines = buffer.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(CHANGING))


def main() -> None:
    found = catalogue()
    TEMPLATE.parent.mkdir(exist_ok=True)
    TEMPLATE.write_bytes(template(found))
    print(f"{TEMPLATE.relative_to(ROOT)}: {len(found)} texts")


if __name__ == "__main__":
    main()
