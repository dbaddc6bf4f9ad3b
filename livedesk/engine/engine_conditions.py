"""Which conditions of the engine itself need a person? Disk, clock, channels, records. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from livedesk.alarms.life import AlarmRule, Finding
from livedesk.core.engine_status import ChannelStatus
from livedesk.engine.machine import Machine

DISK = AlarmRule(
    "medium", 60.0, 60.0,
    "Free space on the engine's disk, or move old sessions away, before the record has to stop.",
)  # fmt: skip
DISK_FULL = AlarmRule(
    "high", 5.0, 30.0,
    "Free space on the engine's disk now: the record stops when it is full. The show goes on.",
)  # fmt: skip
CLOCK = AlarmRule(
    "low", 300.0, 60.0,
    "Turn on time synchronisation (sudo timedatectl set-ntp true): records and cues carry wrong "
    "times, and signed webhooks may be refused.",
)  # fmt: skip
CHANNEL = AlarmRule(
    "medium", 0.0, 0.0,
    "Check the channel's address and token, then send a test message. Until then, somebody has to "
    "look at the console.",
)  # fmt: skip
AUDIT = AlarmRule(
    "medium", 10.0, 10.0,
    "Free the data folder's disk or its permissions: acts wait in memory and are lost if the "
    "engine ends.",
)  # fmt: skip
PEOPLE = AlarmRule(
    "medium", 0.0, 0.0,
    "Let people in anew in the settings, under people, at a console on the engine's machine.",
)  # fmt: skip
AUDIT_ASIDE = AlarmRule(
    "medium", 0.0, 0.0,
    "Keep the file that was set aside: it has who did what until now. Find out who or what changed "
    "it, and copy it to where only few may write.",
)  # fmt: skip
RUNBOOK = AlarmRule(
    "low", 0.0, 0.0,
    "The default steps hold. Write the agency's steps anew in the settings, or mend the file and "
    "start the engine again.",
)  # fmt: skip

FULL_BYTES: Final = 300_000_000
"""Some hours of one store's record, and what SQLite needs beside it."""
LOW_BYTES: Final = 2_000_000_000
AMPLE_BYTES: Final = 20_000_000_000
"""With more free than that the rate of half an hour says little about a show."""
MOST_OFFSET_MS: Final = 500.0
"""Half a second is seen beside the platform's own times."""


def engine_findings(
    machine: Machine,
    channels: Iterable[ChannelStatus],
    show_hours: float,
    trail_problem: str = "",
    people_problem: str = "",
    trail_aside: str = "",
    runbook_problem: str = "",
) -> dict[str, Finding]:
    """`show_hours`: so long a show is planned, which the disk has to last. `trail_problem`,
    `people_problem`: why acts, or people, are not on the disk as they should be. `trail_aside`:
    what the trail is now that could not be used. `runbook_problem`: why its steps do not hold."""
    found = {
        "disk.low": _disk(machine, show_hours),
        "clock.off": _clock(machine),
        "audit.failing": Finding(
            AUDIT, bool(trail_problem), f"Who does what is not written down: {trail_problem}."
        ),
        "people.failing": Finding(
            PEOPLE, bool(people_problem), f"People may be locked out: {people_problem}."
        ),
        "audit.aside": Finding(
            AUDIT_ASIDE,
            bool(trail_aside),
            f"The audit trail could not be used. It is kept as {trail_aside}; a new one has begun.",
        ),
        "runbook.failing": Finding(
            RUNBOOK,
            bool(runbook_problem),
            f"The runbook's own steps do not hold: {runbook_problem}.",
        ),
    }
    for channel in channels:
        found[f"channel.failing/{channel.name}"] = Finding(
            CHANNEL,
            channel.state == "failing",
            f"Messages to {channel.name} ({channel.kind}) do not arrive: {channel.reason}.",
        )
    return found


def _disk(machine: Machine, show_hours: float) -> Finding:
    free_bytes, left_h = machine.disk_free_bytes, machine.disk_left_h
    if free_bytes is None:
        return Finding(DISK, None, "The engine's disk cannot be looked at.")
    text = f"{_room(free_bytes)} are free on the engine's disk"
    is_short = left_h is not None and left_h < show_hours and free_bytes < AMPLE_BYTES
    if left_h is not None and is_short:
        left = f"{left_h:.1f} h" if left_h >= 1 else f"{int(left_h * 60)} min"
        text += f", which last {left} as it fills now; a show takes {show_hours:g} h"
    if free_bytes < FULL_BYTES:
        return Finding(DISK_FULL, True, f"{text}.")
    return Finding(DISK, is_short or free_bytes < LOW_BYTES, f"{text}.")


def _room(free_bytes: int) -> str:
    return f"{free_bytes / 1e9:.1f} GB" if free_bytes >= 1e9 else f"{free_bytes / 1e6:.1f} MB"


def _clock(machine: Machine) -> Finding:
    time = machine.time
    if time.offset_ms is not None and abs(time.offset_ms) > MOST_OFFSET_MS:
        way = "ahead of" if time.offset_ms > 0 else "behind"
        text = f"The engine's clock is {abs(time.offset_ms):,.0f} ms {way} true time."
        return Finding(CLOCK, True, text)
    if time.synchronised is None:
        return Finding(CLOCK, None, "Nobody can say whether the engine's clock is right.")
    # One that was never kept, as in a container, is for the check before the show: an alarm that
    # always stands is noise.
    is_lost = machine.time_was_kept and not time.synchronised
    return Finding(CLOCK, is_lost, "The engine's clock is no longer synchronised.")
