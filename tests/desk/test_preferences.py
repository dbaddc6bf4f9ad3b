"""Preferences outlive the console, and a broken file costs no more than themselves."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from livedesk.desk.preferences import (
    FILE,
    PreferenceBook,
    Preferences,
    preferences_json,
    read_preferences,
)

UNUSUAL = Preferences("light", 1.75, "reduced", True, False, True, False, True, False)


def test_they_are_there_after_a_restart(tmp_path: Path) -> None:
    PreferenceBook(tmp_path / "console").change(UNUSUAL)
    again = PreferenceBook(tmp_path / "console")
    assert again.now == UNUSUAL
    assert again.note == ""


def test_listeners_are_told_what_was_before_and_only_of_changes() -> None:
    book, told = PreferenceBook(), list[tuple[Preferences, Preferences]]()
    book.on_change.append(lambda before, after: told.append((before, after)))
    book.change(Preferences())
    book.change(UNUSUAL)
    assert told == [(Preferences(), UNUSUAL)]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 10_000])
def test_a_broken_file_means_the_usual_and_a_note(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    book = PreferenceBook(tmp_path)
    assert book.now == Preferences()
    assert "could not be read" in book.note


@pytest.mark.parametrize(
    ("name", "value"),
    [("look", "pink"), ("look", ["dark"]), ("scale", 7), ("scale", True), ("scale", "big"),
     ("scale", float("nan")), ("muted", 1), ("motion", None)],
)  # fmt: skip
def test_one_wrong_value_costs_only_itself(name: str, value: object) -> None:
    content = json.dumps({**json.loads(preferences_json(UNUSUAL)), name: value})
    kept = read_preferences(content.encode())
    assert kept.preferences == replace(UNUSUAL, **{name: getattr(Preferences(), name)})
    assert name in kept.note


def test_what_a_later_version_wrote_is_passed_over() -> None:
    content = json.dumps({"look": "light", "hologram": True}).encode()
    assert read_preferences(content) == read_preferences(b'{"look": "light"}')
    assert read_preferences(content).note == ""


def test_a_folder_that_cannot_be_written_is_told_and_the_choice_holds(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    book = PreferenceBook(tmp_path / "file")
    book.change(UNUSUAL)
    assert book.now == UNUSUAL
    assert "cannot be written" in book.note
    assert str(tmp_path) in book.note


def test_mute_stands_above_all_sounds() -> None:
    loud = Preferences(low_sounds=True)
    assert loud.sounds_for("low")
    assert loud.sounds_when_over
    muted = replace(loud, muted=True)
    assert not any(muted.sounds_for(priority) for priority in ("low", "medium", "high"))
    assert not muted.sounds_when_over
