"""Can every visible text be translated? Each is a literal of `tr`, and in the template."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog

from livedesk.desk import words
from tools.make_strings import TEMPLATE, calls, catalogue, literals


def test_every_text_is_a_literal() -> None:
    """A catalogue has what stands in the source, not what is made at run time."""
    made = [place for place, call in calls() if literals(call) is None]
    assert made == ["livedesk/desk/details.py"], "the name of a figure, from core/figures.py"


def test_every_text_is_in_the_template() -> None:
    with TEMPLATE.open("rb") as file:
        known = {message.id for message in pofile.read_po(file)}
    missing = {message.id for message in catalogue()} - known
    assert not missing, "run: make strings"


def test_a_catalogue_speaks_with_the_plurals_of_its_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Polish counts 1, 2 to 4, and 5: three forms."""
    folder = tmp_path / "pl" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue = Catalog(locale="pl")
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
        words.use_catalogues(TEMPLATE.parent)
        monkeypatch.undo()
    words.use_catalogues(TEMPLATE.parent)
    assert words.trn("{n} issue", "{n} issues", 2) == "{n} issues"
