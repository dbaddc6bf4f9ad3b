"""What must not be said again, and which warnings still need somebody? In words; pure."""

from __future__ import annotations

from dataclasses import dataclass

from livedesk.core.moderation import ComplianceWarning
from livedesk.core.status import StoreStatus
from livedesk.desk.pin_words import title_of
from livedesk.desk.words import tr

_ALARM = "compliance."


@dataclass(frozen=True, slots=True)
class OpenWarning:
    """One that nobody saw to."""

    id: str
    text: str
    """What was said, of which product, and when."""


@dataclass(frozen=True, slots=True)
class ComplianceView:
    terms: str = ""
    """In one line, the newest first; empty when there are none."""
    open: tuple[OpenWarning, ...] = ()
    """The newest first."""


def compliance_of(status: StoreStatus) -> ComplianceView:
    moderation = status.moderation
    if moderation is None:
        return ComplianceView()
    alarms = {alarm.id for alarm in status.alarms}
    still = (each for each in moderation.warnings if f"{_ALARM}{each.id}" in alarms)
    return ComplianceView(
        terms_line(moderation.terms), tuple(OpenWarning(each.id, _told(each)) for each in still)
    )


def terms_line(terms: tuple[str, ...]) -> str:
    """`“cures acne” · “best on TikTok”`"""
    return " · ".join(f"“{title_of(term)}”" for term in terms)


def _told(warning: ComplianceWarning) -> str:
    minute = "" if warning.minute is None else tr("minute {n}").format(n=warning.minute)
    product = title_of(warning.product or warning.product_id)
    about = ", ".join(filter(None, (minute, product)))
    text = title_of(warning.text)
    return f"{text} ({about})" if about else text
