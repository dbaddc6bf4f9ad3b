from __future__ import annotations

import pytest

from livedesk.core.one_line import one_line


def test_blanks_and_line_ends_become_one_space() -> None:
    assert one_line(" is it\n\n  vegan?\t", 40) == "is it vegan?"


@pytest.mark.parametrize(
    "rude",
    [
        "\x1b[31m",  # ANSI: colours a terminal
        "\x9b31m",  # the same in one C1 character
        "\u202e",  # turns what follows
        "\u2066",
        "\x00",
    ],
)
def test_nothing_is_left_that_commands_a_screen(rude: str) -> None:
    line = one_line(f"Mia{rude}Rose", 40)
    assert line.isprintable()
    assert line.startswith("Mia")
    assert line.endswith("Rose")


def test_half_a_surrogate_pair_can_be_written_to_any_file() -> None:
    assert one_line("a\ud83d", 40).encode() == "a\ufffd".encode()


def test_a_cut_text_says_so_and_is_no_longer_than_asked_for() -> None:
    assert one_line("x" * 12, 10) == "x" * 9 + "…"
    assert one_line("x" * 10, 10) == "x" * 10
    assert one_line("x " * 30_000, 10) == "x x x x x…"


def test_a_long_run_of_blanks_does_not_hide_that_more_followed() -> None:
    assert one_line("Mia" + " " * 100 + "and more", 10).endswith("…")


def test_scripts_from_right_to_left_and_emoji_stay_as_they_are() -> None:
    text = "שלום 👩‍👩‍👧 مرحبا"
    assert one_line(text, 40) == text
