"""Which texts of the windows are there to be translated? Writes them to livedesk/locale.

A translation begins with `pybabel init -i livedesk/locale/livedesk.pot -d livedesk/locale
-D livedesk -l LANGUAGE`; `pybabel compile -d livedesk/locale -D livedesk` makes it usable.
Run: python -m tools.make_strings
"""

from __future__ import annotations

import io
from importlib.metadata import version
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from livedesk.core.figures import FIGURES

ROOT = Path(__file__).parent.parent
TEMPLATE = ROOT / "livedesk" / "locale" / "livedesk.pot"
ROOMS = ("livedesk/desk", "livedesk/ui")
"""Texts for people at a screen are written in these rooms; names of figures in core/figures.py."""

CHANGING = (b'"POT-Creation-Date', b'"Generated-By')
"""Lines of the header which change by themselves."""

KEYWORDS = {"tr": None, "trn": (1, 2)}


def catalogue() -> Catalog:
    """All texts, each with the files in which it stands."""
    found = Catalog(
        project="livedesk",
        version=version("livedesk"),
        charset="utf-8",
        header_comment="# Texts of livedesk, to be translated. Written by: make strings",
        fuzzy=False,
    )
    for room in ROOMS:
        for name, _line, text, _comments, _context in extract_from_dir(
            ROOT / room, [("**.py", "python")], keywords=KEYWORDS
        ):
            found.add(text, locations=[(f"{room}/{name}", 0)])
    for figure in FIGURES.values():
        found.add(figure.label, locations=[("livedesk/core/figures.py", 0)])
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
