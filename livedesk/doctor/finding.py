"""How is one thing that was looked at told?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`fail` keeps livedesk from working, `warn` takes something away; `action` gets it back."""

    status: Status
    topic: str
    text: str
    action: str | None = None


def as_text(findings: Sequence[Finding]) -> str:
    """One finding a line, its action on the next, and a sum at the end."""
    lines: list[str] = []
    for finding in findings:
        lines.append(f"{finding.status:<5} {finding.topic:<10} {finding.text}")
        if finding.action:
            lines.append(f"{'':<16} → {finding.action}")
    counts = Counter(finding.status for finding in findings)
    lines += ["", f"{counts['ok']} ok, {counts['warn']} to look at, {counts['fail']} in the way"]
    return "\n".join(lines)


def exit_status(findings: Sequence[Finding]) -> int:
    return 1 if any(finding.status == "fail" for finding in findings) else 0
