"""Can every visible text be translated? Each is a literal of `tr`, and in the template."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import livedesk
from livedesk.core.figures import FIGURES
from livedesk.desk import words

pofile = pytest.importorskip("babel.messages.pofile")
mofile = pytest.importorskip("babel.messages.mofile")

PACKAGE = Path(livedesk.__path__[0])
TEMPLATE = PACKAGE / "locale" / "livedesk.pot"
Text = str | tuple[str, str]


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Each call of `tr` and `trn`, with its place."""
    for room in ("desk", "ui"):
        for file in sorted((PACKAGE / room).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_bytes())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("tr", "trn"):
                    yield f"{file.relative_to(PACKAGE)}:{node.lineno}", node


def literals(call: ast.Call) -> Text | None:
    """What is to be translated; None if it is only known at run time."""
    count = 1 if getattr(call.func, "id", "") == "tr" else 2
    texts = [arg.value for arg in call.args[:count] if isinstance(arg, ast.Constant)]
    if len(texts) < count or not all(isinstance(text, str) for text in texts):
        return None
    return str(texts[0]) if count == 1 else (str(texts[0]), str(texts[1]))


def test_every_text_is_a_literal_and_in_the_template() -> None:
    with TEMPLATE.open("rb") as file:
        known = {message.id for message in pofile.read_po(file) if message.id}
    used: set[Text] = {figure.label for figure in FIGURES.values()}
    unknown_texts = []
    for place, call in calls():
        text = literals(call)
        if text is None:
            unknown_texts.append(place)
        else:
            used.add(text)
    named_by_core = [place for place in unknown_texts if place.startswith("desk/details.py")]
    assert unknown_texts == named_by_core, "gettext finds literals only"
    assert len(named_by_core) == 1, "the name of a figure"
    # One text may be used alone in one place and with its plural in another.
    alone = {text if isinstance(text, str) else text[0] for text in known}
    missing = {text for text in used if text not in known and text not in alone}
    assert not missing, "run: make strings"


def test_a_catalogue_speaks_with_the_plurals_of_its_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Polish counts 1, 2 to 4, and 5: three forms."""
    folder = tmp_path / "pl" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue = pofile.Catalog(locale="pl")
    catalogue.add("Unknown", "Nie wiadomo")
    catalogue.add(("{n} issue", "{n} issues"), ("{n} problem", "{n} problemy", "{n} problemów"))
    with (folder / "livedesk.mo").open("wb") as file:
        mofile.write_mo(file, catalogue)
    monkeypatch.setenv("LANGUAGE", "pl")
    try:
        words.use_catalogues(tmp_path)
        assert words.tr("Unknown") == "Nie wiadomo"
        assert words.tr("not in it") == "not in it"
        said = [words.trn("{n} issue", "{n} issues", n).format(n=n) for n in (1, 3, 5)]
        assert said == ["1 problem", "3 problemy", "5 problemów"]
    finally:
        words.use_catalogues(PACKAGE / "locale")
        monkeypatch.undo()
    words.use_catalogues(PACKAGE / "locale")
    assert words.trn("{n} issue", "{n} issues", 2) == "{n} issues"
