"""Which of our own instruments fails? That says nothing about the show, and is said apart. Pure."""

from __future__ import annotations

from dataclasses import replace

from livedesk.alarms.life import AlarmRule, Finding
from livedesk.core.status import PartStatus, StoreStatus

JOURNAL = AlarmRule(
    "high", 0.0, 1.0,
    "The show itself goes on, and so does its record once the disk takes it again.",
)  # fmt: skip
PROBE = AlarmRule(
    "low", 10.0, 5.0, "Picture and sync figures are missing; the show itself goes on."
)
RELAY = AlarmRule(
    "high", 3.0, 1.0,
    "Look at the platform's own picture. If the show is dead, end the engine with its relays "
    "(livedesk engine --stop) and start it again.",
)  # fmt: skip
RELAY_NOT_YET = replace(RELAY, on_s=15.0)
"""Twenty relays that start at once on a busy machine take their time; one that cannot start says so
by itself."""
RETURN = AlarmRule(
    "low", 30.0, 5.0,
    "Whether the platform shows the LIVE is not known; look at its own page, "
    "and check [store.return] in the settings.",
)  # fmt: skip


def instrument_findings(status: StoreStatus, flows: bool | None) -> dict[str, Finding]:
    """`flows`: whether media of a session comes in; None when that cannot be seen."""
    journal, probe, check = status.journal, status.probe, status.return_check
    found = {
        "journal": _journal(journal),
        "probe": Finding(
            PROBE,
            bool(flows) and probe.state != "up",
            f"The probe does not measure: {probe.reason}.",
        ),
        "relay": _relay(status.relay),
    }
    if check is not None:
        carries = any(uplink.state == "carrying" for uplink in status.uplinks)
        found["return"] = Finding(
            RETURN,
            bool(flows) and carries and check.state == "BLIND",
            f"The return check cannot see: {check.reason or 'it has not reported yet'}.",
        )
    return found


def _journal(journal: PartStatus) -> Finding:
    if journal.state == "stale":
        return Finding(JOURNAL, True, f"The record is written in part. {journal.reason}")
    text = f"The record is not being written. {journal.reason}"
    return Finding(JOURNAL, journal.state == "down", text)


def _relay(relay: PartStatus) -> Finding:
    """One that cannot run says itself what to do; of a silent one only the platform knows more."""
    reason, _, remedy = (relay.reason or "").partition("; ")
    if relay.state == "down" and remedy:
        rule = replace(RELAY, action=f"{remedy[0].upper()}{remedy[1:]}.")
        return Finding(rule, True, f"The relay does not run: {reason}.")
    rule = RELAY_NOT_YET if relay.state == "starting" else RELAY
    return Finding(rule, relay.state != "up", f"The relay does not report: {relay.reason}.")
