"""The fast views and those with places say the same, and places are places of the original."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedesk.moderation.views import View, Views, squeezed, squeezed_view

_VIEWS = Views()
_ANY = st.text(
    st.one_of(
        st.characters(),
        st.characters(min_codepoint=0xD800, max_codepoint=0xDFFF, categories=["Cs"]),
        st.sampled_from("aei10!@$. -\u200b\u0301\u0327<b>ﾞｶ微信ไส์жᏚ🔥ﬁßİ\x1b[\x00\n"),
    ),
    max_size=40,
)


def _views(text: str) -> list[View]:
    folded = _VIEWS.folded_view(text)
    recipes = _VIEWS.readings(text).values()
    readings = [_VIEWS.reading_view(_VIEWS.letters_view(text), recipe) for recipe in recipes]
    return [folded, _VIEWS.words_view(folded), *readings, *map(squeezed_view, readings)]


@given(_ANY)
def test_fast_and_placed_readings_are_the_same(text: str) -> None:
    for fast, recipe in _VIEWS.readings(text).items():
        placed = _VIEWS.reading_view(_VIEWS.letters_view(text), recipe)
        assert placed.text == fast
        assert squeezed_view(placed).text == squeezed(fast)


@given(_ANY)
def test_every_place_lies_in_the_original_and_in_order(text: str) -> None:
    for view in _views(text):
        assert len(view.text) == len(view.starts) == len(view.ends)
        for at, char in enumerate(view.text):
            if char != " ":
                assert 0 <= view.starts[at] < view.ends[at] <= len(text)
                span = view.span(at, at + 1)
                assert (span.start, span.end) == (view.starts[at], view.ends[at])


@given(st.text(st.characters(max_codepoint=0x2FFF), max_size=40))
def test_folding_cluster_by_cluster_is_folding_the_whole(text: str) -> None:
    folded = _VIEWS.folded_view(text)
    assert folded.text == _VIEWS.folded(text)
    assert _VIEWS.words_view(folded).text == _VIEWS.words(folded.text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Free  MONEY!", " free money "),
        ("ｆｒｅｅ", " free "),
        ("fr\u200bee", " free "),
        ("e\u0301te\u0301", " été "),
        ("加微信vx123", " 加微信 vx123 "),
        ("half \ud800 pair", " half pair "),
        ("!!!", " "),
        ("", " "),
    ],
)
def test_words_stand_between_single_spaces(text: str, words: str) -> None:
    assert _VIEWS.words(_VIEWS.folded(text)) == words


@pytest.mark.parametrize(
    "text",
    [
        "fr33 m0n3y",
        "frее mоney",
        "ƒřëë mőńęÿ",
        "🅵🆁🅴🅴 𝓶𝓸𝓷𝓮𝔂",
        "f̷r̷e̷e̷ m̷o̷n̷e̷y̷",
        "f.r.e.e m-o-n-e-y",
        "ꜰʀᴇᴇ mo🔥ney",
        "fr<b>ee</b> money",
    ],
)
def test_a_skeleton_is_what_a_disguise_looks_like(text: str) -> None:
    assert " free money " in _VIEWS.readings(text)


def test_letters_drawn_out_are_one() -> None:
    (reading,) = _VIEWS.readings("freeeee moneyyyy")
    assert _VIEWS.is_drawn_out(reading)
    assert squeezed(reading) == " fre money "
    assert not any(map(_VIEWS.is_drawn_out, _VIEWS.readings("see all")))
