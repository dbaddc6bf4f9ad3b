"""Settings against the platform's wishes: loud before the show, quiet on air."""

from __future__ import annotations

from dataclasses import replace

import pytest

from livedesk.core.status import (
    ConfigurationIssue,
    FeedStatus,
    PartStatus,
    Severity,
    StoreStatus,
    UplinkStatus,
)
from livedesk.desk.issues import go_line, issue_rows, issues_sentence, settings_card
from livedesk.desk.model import StoreView

LIVE = StoreStatus(
    "lumen", "Lumen", 1, state="live", platform="TikTok LIVE", feed=FeedStatus("OK", 4000),
    probe=PartStatus("up"), uplinks=(UplinkStatus("primary", "carrying"),), issues_checked=True,
)  # fmt: skip


def issue(severity: Severity) -> ConfigurationIssue:
    return ConfigurationIssue("gopSizeLong", severity, f"reason {severity}", f"do {severity}")


def view(*severities: Severity, on_air_s: float = 3600, **changes: object) -> StoreView:
    issues = tuple(issue(severity) for severity in severities)
    status = replace(LIVE, issues=issues, **changes)  # type: ignore[arg-type]
    return StoreView(status, 0.1, False, on_air_s)


@pytest.mark.parametrize(
    ("severity", "before", "on_air"),
    [("info", "notice", "idle"), ("warning", "warning", "idle"), ("error", "critical", "warning")],
)
def test_an_issue_is_loud_before_the_show_and_quiet_on_air(
    severity: Severity, before: str, on_air: str
) -> None:
    assert settings_card(view(severity, on_air_s=20)).look == before
    assert settings_card(view(severity)).look == on_air


def test_a_platform_is_named_as_it_names_itself() -> None:
    found = replace(view("warning", on_air_s=20).status, platform="tiktok")
    assert issues_sentence(StoreView(found, 0.1, False, 20)).endswith("what TikTok wishes")
    found = replace(found, platform="sandbox", sandbox=True)
    assert issues_sentence(StoreView(found, 0.1, False, 20)).endswith("what the sandbox wishes")


def test_the_line_counts_and_names_the_platform() -> None:
    line = go_line(view("info", "warning", "error", on_air_s=20))
    assert (line.text, line.issues) == ("3 issues with what TikTok LIVE wishes", True)
    assert go_line(view("warning", on_air_s=20)).text == "1 issue with what TikTok LIVE wishes"


def test_on_air_only_an_error_takes_the_line() -> None:
    assert go_line(view("warning")).text == "No alarms"
    assert go_line(view("error")).issues


def test_what_was_not_checked_is_not_called_right() -> None:
    unchecked = view(on_air_s=20, issues_checked=False)
    assert (settings_card(unchecked).look, settings_card(unchecked).word) == (
        "unknown", "Checking",
    )  # fmt: skip
    assert go_line(unchecked).look == "idle"
    blind = view(on_air_s=20, issues_checked=False, probe=PartStatus("down"))
    assert settings_card(blind).look == "idle"


def test_the_worst_is_listed_first_with_what_to_do() -> None:
    rows = issue_rows(view("info", "error", "warning"))
    assert [row.severity for row in rows] == ["Error", "Warning", "Hint"]
    assert (rows[0].reason, rows[0].action) == ("reason error", "do error")
