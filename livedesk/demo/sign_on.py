"""The producer of the show: looks at the check, takes on what stands against it, and signs GO.

A show of the sandbox has filmed no slate and drilled nothing, and the machine may not know its own
clock; what comes in and goes out has to be good all the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from livedesk.core.check import CheckReport
from livedesk.demo.check import Check
from livedesk.demo.stage import STORE
from livedesk.desk.check_client import CheckClient, SignOrder
from livedesk.desk.errors import DeskError

PRODUCER: Final = "noor"
GOOD_LINES: Final[tuple[str, ...]] = ("encoder", "way", "rules", "chat", "catalogue")
"""Lines that nobody has to take on in the sandbox."""


@dataclass(slots=True)
class SignedOn:
    """What the engine said to the signature, and what is on record of it."""

    report: CheckReport | None = None
    problem: str = ""
    on_record: tuple[str, ...] = field(default_factory=tuple)
    """Who signed, by the session file."""


async def sign_on(checks: CheckClient, signed: SignedOn) -> None:
    """Sign once. What breaks it off is told in `problem`."""
    try:
        report = await checks.report(STORE)
        waive = tuple(item.id for item in report.items if item.state in ("no_go", "unknown"))
        order = SignOrder(STORE, "go", "The sandbox's show.", waive)
        signed.report = await checks.sign(order, PRODUCER)
    except DeskError as error:
        signed.problem = str(error)


def judge_sign_on(signed: SignedOn) -> Check:
    name = "a person signs the check before the show"
    report = signed.report
    if report is None or report.sign is None:
        return Check(name, False, signed.problem or "nobody signed")
    states = {item.id: item.state for item in report.items}
    waived = [item.title for item in report.items if item.state == "waived"]
    is_good = all(states.get(line) == "go" for line in GOOD_LINES)
    is_kept = signed.on_record == (PRODUCER,) and report.verdict == "go"
    found = f"{report.verdict} by {report.sign.by}, waived: {', '.join(waived) or 'nothing'}"
    return Check(name, is_good and is_kept, found)
