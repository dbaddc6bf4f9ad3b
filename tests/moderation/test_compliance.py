"""A warning reaches people whatever its sender left out, and does no harm whatever it put in."""

from __future__ import annotations

import pytest

from livedesk.core.clock import NS_PER_S
from livedesk.core.moderation import ComplianceWarning
from livedesk.moderation.compliance import WarningRefusedError, in_session, recent_terms, warning_of

NOW = 1_795_000_000 * NS_PER_S


def test_a_warning_of_a_kind_that_nobody_knows_is_still_a_warning() -> None:
    told = warning_of("glow", {"text": "Do not smoke on air.", "kind": "tobacco"}, "h1", NOW)
    assert (told.kind, told.text, told.id) == ("other", "Do not smoke on air.", "h1")


def test_what_the_platform_calls_superlative_is_an_unproven_claim() -> None:
    data = {"id": 77, "text": "best on TikTok", "kind": "Superlative", "terms": ["best on TikTok"]}
    told = warning_of("glow", data, "h1", NOW)
    assert (told.id, told.kind, told.terms) == ("77", "unproven_claim", ("best on TikTok",))


@pytest.mark.parametrize("data", [{}, {"text": ""}, {"text": "\x00\u202e"}, {"text": ["a"]}])
def test_a_warning_that_says_nothing_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(WarningRefusedError, match="text"):
        warning_of("glow", data, "h1", NOW)


def test_control_characters_and_huge_texts_do_not_reach_the_screen() -> None:
    data = {"text": "a\x1b[31mb\n" + "x" * 9_000, "terms": ["t" * 900, 5, "", None, "t" * 900]}
    told = warning_of("glow", data, "h1", NOW)
    assert "\x1b" not in told.text
    assert "\n" not in told.text
    assert len(told.text) <= 500
    assert [len(term) for term in told.terms] == [80, 1]


def test_a_sender_whose_clock_is_ahead_warns_of_now() -> None:
    told = warning_of("glow", {"text": "x", "utc": "2099-01-01T00:00:00Z"}, "h1", NOW)
    assert told.utc_ns == NOW


def test_the_minute_counts_from_the_first_media() -> None:
    told = ComplianceWarning("w", "glow", "policy", "x", NOW)
    assert in_session(told, NOW - 754 * NS_PER_S).minute == 12
    assert in_session(told, None).minute is None
    assert in_session(told, NOW + NS_PER_S).minute is None


def test_terms_of_recent_warnings_stand_newest_first_and_once() -> None:
    def at(name: str, ago_s: float, *terms: str) -> ComplianceWarning:
        utc_ns = NOW - round(ago_s * NS_PER_S)
        return ComplianceWarning(name, "glow", "policy", "x", utc_ns, terms=terms)

    warnings = (at("a", 600, "miracle", "cure"), at("b", 60, "cure"), at("c", 7200, "old"))
    assert recent_terms(warnings, NOW) == ("cure", "miracle")
