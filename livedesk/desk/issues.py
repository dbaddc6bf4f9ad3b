"""Do the encoder's settings fit the platform? Loud before the show, quiet on air."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from livedesk.core.status import Severity
from livedesk.desk.failover import away_words, missing_standbys
from livedesk.desk.looks import Card, Look, feed_flows, is_delivering, is_running, lost
from livedesk.desk.model import StoreView
from livedesk.desk.words import platform_name, tr, trn

SIGN_ON_S = 120.0
"""A session begins with the first media, so the check before the show falls into its first
minutes: that long it stays in front."""

_BEFORE: dict[Severity, Look] = {"info": "notice", "warning": "warning", "error": "critical"}
_ON_AIR: dict[Severity, Look] = {"info": "idle", "warning": "idle", "error": "warning"}
_ORDER: tuple[Severity, ...] = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class IssueRow:
    """One mismatch as it is listed: how bad, in a word and a look; what; what to do."""

    look: Look
    severity: str
    reason: str
    action: str


@dataclass(frozen=True, slots=True)
class GoLine:
    """What stands in the room of the alarms while there is none."""

    look: Look
    text: str
    issues: bool = False
    """Whether it speaks of settings, so that it leads to their list."""


def severity_word(severity: Severity) -> str:
    return {"info": tr("Hint"), "warning": tr("Warning"), "error": tr("Error")}[severity]


def issue_rows(view: StoreView) -> tuple[IssueRow, ...]:
    """The worst first."""
    found = sorted(view.status.issues, key=lambda issue: _ORDER.index(issue.severity))
    return tuple(
        IssueRow(_BEFORE[i.severity], severity_word(i.severity), i.reason, i.description)
        for i in found
    )


def is_sign_on(view: StoreView) -> bool:
    """Before the show, or so shortly after its first media that settings can still be changed."""
    return not is_running(view) or (view.on_air_s is not None and view.on_air_s < SIGN_ON_S)


def settings_card(view: StoreView) -> Card:
    key, title = "settings", tr("Settings")
    if view.stale:
        return lost(key, title, view, small=True)
    look, word = _settings_words(view)
    return Card(key, title, look, word, hint=issues_sentence(view), small=True)


def _settings_words(view: StoreView) -> tuple[Look, str]:
    issues = view.status.issues
    if issues:
        count = len(issues)
        return _look(view), trn("{n} issue", "{n} issues", count).format(n=count)
    if view.status.issues_checked:
        return "ok", tr("As wished")
    # A probe that is down has a card of its own: one cause is one fault.
    wanted = is_delivering(view) and view.status.probe.state == "up"
    return ("unknown", tr("Checking")) if wanted else ("idle", tr("Unchecked"))


def _look(view: StoreView) -> Look:
    worst = min((i.severity for i in view.status.issues), key=_ORDER.index)
    return (_BEFORE if is_sign_on(view) else _ON_AIR)[worst]


def issues_sentence(view: StoreView) -> str:
    """`3 issues with what TikTok LIVE wishes`."""
    status = view.status
    platform = tr("the sandbox") if status.sandbox else platform_name(status.platform)
    count = len(view.status.issues)
    if count == 1:
        return tr("1 issue with what {platform} wishes").format(platform=platform)
    if count:
        return tr("{n} issues with what {platform} wishes").format(n=count, platform=platform)
    if view.status.issues_checked:
        return tr("The encoder's settings are what {platform} wishes").format(platform=platform)
    if feed_flows(view):
        return tr("The encoder's settings are being checked: that takes 10 s")
    return tr("The encoder's settings are checked once it sends")


def go_line(view: StoreView, zone: tzinfo | None = None) -> GoLine:
    """One line for the calm: what stands against going on air, else that nothing does."""
    status = view.status
    if view.stale:
        return GoLine("unknown", tr("No news from the engine"))
    away = away_words(view, zone)
    if away:
        return GoLine("notice", away)
    if status.issues and (is_sign_on(view) or _look(view) != "idle"):
        return GoLine(_look(view), issues_sentence(view), issues=True)
    missing = missing_standbys(view)
    if missing:
        return GoLine("notice", tr("Before going on air: {what}").format(what=missing))
    if not is_sign_on(view):
        return GoLine("ok", tr("No alarms"))
    if status.issues_checked:
        return GoLine("ok", f"{tr('No alarms')} · {issues_sentence(view)}")
    if feed_flows(view):
        return GoLine("idle", f"{tr('No alarms')} · {issues_sentence(view)}")
    return GoLine("idle", tr("No alarms"))
