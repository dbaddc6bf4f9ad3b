"""What does a compliance warning say? From a signed webhook, or from the rule service.

Webhooks (docs/moderation.md): the type `compliance.warning` with {id?, kind?, text, product_id?,
product?, terms?, utc?}. A kind that nobody knows is kept as `other`: no warning is refused for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from livedesk.core.clock import NS_PER_S, utc_ns_of
from livedesk.core.moderation import ComplianceWarning, WarningKind
from livedesk.core.one_line import one_line

WARNING_TYPE: Final = "compliance.warning"
MOST_TERMS: Final = 20
RECENT_S: Final = 3600.0
"""So long the terms of a warning stand beside the run of show."""

_LONGEST_TEXT: Final = 500
_LONGEST_TERM: Final = 80
_LONGEST_ID: Final = 120
_KINDS: Final[dict[str, WarningKind]] = {
    "policy": "policy",
    "policy_violation": "policy",
    "violation": "policy",
    "medical_claim": "medical_claim",
    "medical": "medical_claim",
    "unproven_claim": "unproven_claim",
    "superlative": "unproven_claim",
    "misleading": "unproven_claim",
}


class WarningRefusedError(Exception):
    """No warning could be made of it; the text says why."""


def warning_of(
    store: str, data: Mapping[str, object], hook_id: str, utc_ns: int
) -> ComplianceWarning:
    """`hook_id` stands in for an id that is not given. Raises WarningRefusedError."""
    words = _text(data.get("text"), _LONGEST_TEXT)
    if not words:
        raise WarningRefusedError('It has no "text" that says what was wrong.')
    return ComplianceWarning(
        id=_text(data.get("id"), _LONGEST_ID) or hook_id[:_LONGEST_ID],
        store=store,
        kind=_KINDS.get(_text(data.get("kind"), 40).lower(), "other"),
        text=words,
        utc_ns=_happened_utc_ns(data.get("utc"), utc_ns),
        product_id=_text(data.get("product_id"), _LONGEST_ID),
        product=_text(data.get("product"), _LONGEST_ID),
        terms=_terms(data.get("terms")),
    )


def tidied(warning: ComplianceWarning, utc_ns: int) -> ComplianceWarning:
    """One that another program made, as it may stand in alarms and on screens; never of a time to
    come, whatever that program's clock says."""
    at_ns = min(warning.utc_ns, utc_ns)
    return replace(
        warning,
        id=_text(warning.id, _LONGEST_ID) or f"at-{at_ns}",
        text=_text(warning.text, _LONGEST_TEXT) or "The platform warns of this live.",
        utc_ns=at_ns,
        product_id=_text(warning.product_id, _LONGEST_ID),
        product=_text(warning.product, _LONGEST_ID),
        terms=_terms(list(warning.terms[: MOST_TERMS * 2])),
        minute=None,
    )


def in_session(warning: ComplianceWarning, started_utc_ns: int | None) -> ComplianceWarning:
    """With the minute of the session in which it was said, where that is known."""
    if started_utc_ns is None or warning.utc_ns < started_utc_ns:
        return warning
    return replace(warning, minute=(warning.utc_ns - started_utc_ns) // (60 * NS_PER_S))


def recent_terms(warnings: tuple[ComplianceWarning, ...], utc_ns: int) -> tuple[str, ...]:
    """What must not be said again, newest first, each once."""
    since_ns = utc_ns - round(RECENT_S * NS_PER_S)
    recent = sorted(
        (warning for warning in warnings if warning.utc_ns >= since_ns),
        key=lambda warning: -warning.utc_ns,
    )
    return tuple(dict.fromkeys(term for warning in recent for term in warning.terms))


def _text(given: object, longest: int) -> str:
    """It stands in alarms and on screens."""
    if isinstance(given, bool) or not isinstance(given, str | int):
        return ""
    return one_line(str(given), longest)


def _terms(given: object) -> tuple[str, ...]:
    if not isinstance(given, list):
        return ()
    terms = (_text(term, _LONGEST_TERM) for term in given[: MOST_TERMS * 2])
    return tuple(dict.fromkeys(term for term in terms if term))[:MOST_TERMS]


def _happened_utc_ns(given: object, told_utc_ns: int) -> int:
    """ISO 8601; never later than it was told, whatever the sender's clock says."""
    happened_ns = utc_ns_of(given) if isinstance(given, str) else None
    return told_utc_ns if happened_ns is None else min(happened_ns, told_utc_ns)
