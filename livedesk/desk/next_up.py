"""What does a press for the next product fire, and what instead when that one cannot be pinned?

Pure. Nobody is switched to another product by one press: the host may hold up the first one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from livedesk.desk.showlines import ShowLine


@dataclass(frozen=True, slots=True)
class NextUp:
    """`line` is next up, as far as it stands in the lines."""

    line: ShowLine | None = None
    instead: ShowLine | None = None
    """What a second press fires: the first line to come that can be pinned. None while `line`
    itself can, and where no other can either."""
    refusal: str = ""
    """Why the line cannot be pinned; empty when it can."""


def next_up(lines: Sequence[ShowLine], cue_id: str, refusal: str = "") -> NextUp:
    """`cue_id` and `refusal`: of the line that is next, as the engine says; it may know better
    than the products that were fetched last."""
    line = next((each for each in lines if each.cue_id == cue_id), None) if cue_id else None
    if line is None:
        return NextUp()
    refusal = refusal or (line.stock if line.refused else "")
    if not refusal:
        return NextUp(line)
    instead = next(
        (each for each in lines[lines.index(line) :]
         if each is not line and each.state == "waiting" and not each.refused), None)  # fmt: skip
    return NextUp(line, instead, refusal)
