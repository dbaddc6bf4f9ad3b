"""Which troubles of stores may have one cause, and how are they told then? Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from livedesk.alarms.life import Finding
from livedesk.alarms.track import RANK


@dataclass(frozen=True, slots=True)
class Common:
    """Alarms of stores of these `kinds` may be one alarm of the engine, `id`.

    `words`: what is wrong. `settle_s`: a store waits at least so long with an alarm of its own, to
    see whether others have the same. `part_of`: alarms of the engine that have this for a
    consequence.
    """

    id: str
    kinds: tuple[str, ...]
    words: str
    settle_s: float = 0.0
    part_of: tuple[str, ...] = ()


DISK: Final = "disk.low"
RECORDS: Final = "records.away"
_PATHS: Final = "paths.away"
_OFF_S: Final = 5.0

COMMONS: Final = (
    Common(_PATHS, ("path.none", "uplink.down"), "Nothing gets out"),
    # Each store asks the service for itself, some seconds apart.
    Common("rules.away", ("moderation.service",), "The rule service is away", 5.0, (_PATHS,)),
    Common("chats.away", ("moderation.chat",), "No comments come in", 0.0, (_PATHS,)),
    Common("gateways.away", ("pins.gateway",), "Pins cannot be sent", 0.0, (_PATHS,)),
    Common("platforms.dark", ("platform.dark",), "Platforms show nothing", 0.0, (_PATHS,)),
    # A disk that is full says so within that time, and is what a person can do something about.
    Common(RECORDS, ("journal",), "Records are not being written", 8.0, (DISK,)),
    Common("probes.away", ("probe",), "Probes do not measure"),
)


def common_finding(
    common: Common, stores: Sequence[str], told: Sequence[Finding], *, is_there: bool
) -> Finding:
    """`stores`: the names of those that have the trouble; `told`: what each of them has found.

    Of twenty stores the reason is the same: the first one's is told. The gravest says what to do.
    """
    rule = max((found.rule for found in told), key=lambda each: RANK[each.priority])
    where = f"{stores[0]}: {told[0].cause}"
    others = f" Also: {listed(stores[1:])}." if stores[1:] else ""
    return Finding(
        replace(rule, off_s=max(rule.off_s, _OFF_S)),
        is_there,
        f"{common.words} at {counted(len(stores))}. {where}{others}",
        part_of=common.part_of,
    )


def listed(names: Sequence[str], most: int = 3) -> str:
    """The first of them, and how many more."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def counted(stores: int) -> str:
    return "1 store" if stores == 1 else f"{stores} stores"
