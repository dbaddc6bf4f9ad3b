"""How is the check before the show told? The verdict, its lines and all stores, in words and looks.

The lines' own sentences are the engine's; what is around them is in the operator's language.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from livedesk.core.check import CheckItem, CheckReport, CheckState, Sign
from livedesk.desk.checking import OTHERS_STALE_S, STALE_S, KnownCheck
from livedesk.desk.looks import Look
from livedesk.desk.words import age, tr, wall_clock

_LOOKS: Final[dict[CheckState, Look]] = {
    "go": "ok", "no_go": "warning", "unknown": "unknown", "waived": "notice", "not_used": "idle",
}  # fmt: skip
REASONS: Final = 3
"""More titles than that are counted."""


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line as it is shown. `can_waive`: somebody could take it on."""

    id: str
    look: Look
    word: str
    title: str
    text: str
    action: str
    can_waive: bool


@dataclass(frozen=True, slots=True)
class VerdictWords:
    """The first thing one reads. `signed`: who said what when, empty while nobody did."""

    look: Look
    word: str
    text: str
    signed: str = ""
    signed_look: Look = "idle"

    @property
    def spoken(self) -> str:
        return ". ".join(filter(None, (self.word, self.text, self.signed)))


def state_word(state: CheckState) -> str:
    return {
        "go": tr("Go"),
        "no_go": tr("No"),
        "unknown": tr("Not known"),
        "waived": tr("Waived"),
        "not_used": tr("Not used"),
    }[state]


def line_rows(report: CheckReport) -> tuple[LineRow, ...]:
    """In the order of the check; what the store does not have comes last."""
    ordered = sorted(report.items, key=lambda item: item.state == "not_used")
    return tuple(_row(item) for item in ordered)


def _row(item: CheckItem) -> LineRow:
    text = item.text
    if item.state == "waived":
        text = f"{tr('Taken on by {name}').format(name=item.waived_by)} · {text}"
    return LineRow(
        id=item.id,
        look=_LOOKS[item.state],
        word=state_word(item.state),
        title=item.title,
        text=text,
        action="" if item.state in ("go", "not_used") else item.action,
        can_waive=item.state in ("no_go", "unknown"),
    )


def verdict_words(
    known: KnownCheck, zone: tzinfo | None = None, *, stale_s: float = STALE_S
) -> VerdictWords:
    """GO or NO-GO, and what stands against it. Old news is neither."""
    report = known.report
    if report is None:
        waiting = known.trouble or tr("The check is being asked for.")
        return VerdictWords("unknown", tr("Unknown"), waiting)
    signed, signed_look = _signed(report, zone)
    if known.is_stale(stale_s):
        text = tr("No news of the check for {age}.").format(age=age(known.age_s))
        return VerdictWords("unknown", tr("Unknown"), text, signed, signed_look)
    if report.verdict == "no_go":
        return VerdictWords("warning", tr("NO-GO"), _against(report), signed, signed_look)
    return VerdictWords("ok", tr("GO"), _for(report), signed, signed_look)


def _against(report: CheckReport) -> str:
    named = ", ".join(report.against[:REASONS])
    more = len(report.against) - REASONS
    return tr("{names} and {n} more").format(names=named, n=more) if more > 0 else named


def _for(report: CheckReport) -> str:
    waived = [item for item in report.items if item.state == "waived"]
    if not waived:
        return tr("Nothing stands against going on air")
    named = ", ".join(item.title for item in waived[:REASONS])
    more = len(waived) - REASONS
    if more > 0:
        named = tr("{names} and {n} more").format(names=named, n=more)
    return tr("Waived: {names}").format(names=named)


def _signed(report: CheckReport, zone: tzinfo | None) -> tuple[str, Look]:
    """A GO that was signed before something went wrong is worth a look."""
    if report.sign is None:
        return "", "idle"
    is_late = report.sign.verdict == "go" and report.verdict == "no_go"
    words = sign_words(report.sign, zone)
    if is_late:
        words = f"{words} · {tr('not any more')}"
    return words, "notice" if is_late or report.sign.verdict == "no_go" else "ok"


def sign_words(sign: Sign, zone: tzinfo | None = None) -> str:
    """`GO signed by ana at 20:14:03: rehearsed twice`."""
    text = tr("GO signed by {name} at {time}") if sign.verdict == "go" else tr(
        "NO-GO signed by {name} at {time}"
    )  # fmt: skip
    words = text.format(name=sign.by, time=wall_clock(sign.utc_ns, zone))
    return f"{words}: {sign.text}" if sign.text else words


def store_words(known: KnownCheck, zone: tzinfo | None = None) -> VerdictWords:
    """Of one of many stores, whose check is not fetched as often."""
    return verdict_words(known, zone, stale_s=OTHERS_STALE_S)


def why_not_go(report: CheckReport | None, waive: frozenset[str]) -> str:
    """Why GO cannot be signed with these waivers; empty when it can."""
    if report is None:
        return tr("The check is not known yet.")
    left = [item.title for item in report.items
            if item.state in ("no_go", "unknown") and item.id not in waive]  # fmt: skip
    if not left:
        return ""
    return tr("These stand against it: {names}. Put them right, or waive them.").format(
        names=", ".join(left)
    )
