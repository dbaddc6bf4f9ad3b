"""Which names may people have, so that no two of them look the same in a record?"""

from __future__ import annotations

import unicodedata

import pytest

from livedesk.core.person_name import LONGEST_NAME, is_name, same_name
from livedesk.core.roles import ROLES


@pytest.mark.parametrize(
    "name",
    ["Mei", "Mei Tan", "O'Brien-Smith", "ana.lim+night@desk_3", "Nguyễn Thị Minh", "王小明",
     "สมชาย ใจดี", "محمد", "Анна Каренина", "Ελένη", "佐藤 さくら", "Zoë 2", "김민지", "मीरा",
     "x" * LONGEST_NAME],
)  # fmt: skip
def test_people_have_the_names_that_they_have(name: str) -> None:
    assert is_name(unicodedata.normalize("NFC", name))


@pytest.mark.parametrize(
    "name",
    [
        "", " ", " Mei", "Mei ", "Mei  Tan", "x" * (LONGEST_NAME + 1), "a/b", "a\\b", "<b>", "-x",
        "Mei\n", "Mei\x00", "Mei\x1b[2J", "Mei\x7f", "Mei\x85", "Mei\u2028Tan", "Mei\tTan",
        "Mei\u200b", "Mei\u200d", "\u202eieM", "Mei\u2066", "Mei\ufeff", "Mei\u00ad", "\ud800",
        "Mei\u034f", "Mei\ufe0f", "Mei\U000e0100", "\u3164", "\u115f", "\uffa0", "a\u180b",
        "M\u0435i", "\u041cei", "\u039fscar", "Ana\u0301\u034f",
        *ROLES, "ADMIN", "\uff41dmin",
    ],
)  # fmt: skip
def test_what_looks_like_another_or_commands_a_screen_is_no_name(name: str) -> None:
    """Control and format characters, unseen letters, letters of two scripts that look alike."""
    assert not is_name(name)


def test_two_spellings_of_one_name_are_one() -> None:
    assert same_name("MEI tan") == same_name("Mei Tan") == same_name("\uff2dei Tan")
