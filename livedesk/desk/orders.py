"""What came of an order? Gives it to an engine and waits for the outcome, for the command line."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.status import DrillStatus, FailoverStatus, LastSwitch
from livedesk.desk.client import EngineClient
from livedesk.desk.errors import DeskError, RefusedError, UnreachableError
from livedesk.desk.words import NOTHING, lost_words, number, tr

SWITCH_LIMIT_S: Final = 30.0
"""A refused switch is tried elsewhere after 5 s; an OBS that reconnects is waited for."""
_DRILL_LIMIT_S: Final = 2 * SWITCH_LIMIT_S
_LOOK_EVERY_S: Final = 0.1

Wait = Callable[[float], Awaitable[None]]
T = TypeVar("T")


class NoOutcomeError(DeskError):
    """The order was accepted, and nothing was heard of it."""


class Orders:
    """One store's orders. Raises DeskError."""

    def __init__(
        self, client: EngineClient, store: str, clock: Clock, wait: Wait = asyncio.sleep
    ) -> None:
        self._client = client
        self.store = store
        self._clock = clock
        self._wait = wait

    async def switch(self, to: str, reason: str) -> LastSwitch:
        """Returns when the new path carries, or when it failed to."""
        before = (await self._failover()).last
        await self._client.switch(self.store, to, reason)

        def ended(now: FailoverStatus) -> LastSwitch | None:
            is_new = now.last is not None and (
                before is None or now.last["utc_ns"] != before["utc_ns"]
            )
            return now.last if is_new and now.last and now.last["state"] != "running" else None

        return await self._outcome(ended, SWITCH_LIMIT_S)

    async def obstacle(self, name: str) -> str:
        """What is known of an uplink that did not take over."""
        status = await self._client.status(self.store)
        known = (uplink.reason for uplink in status.uplinks if uplink.name == name)
        return next(known, None) or tr("the record says why")

    async def hold(self, *, on: bool) -> None:
        await self._client.hold(self.store, on=on)

    async def drill(self, *, confirm: bool, stay_s: float) -> DrillStatus:
        """Returns the report of the drill that was ordered here."""
        before = (await self._failover()).drill
        await self._client.drill(self.store, confirm=confirm, stay_s=stay_s)

        def ended(now: FailoverStatus) -> DrillStatus | None:
            is_new = now.drill is not None and (before is None or now.drill.utc_ns != before.utc_ns)
            return now.drill if is_new and now.drill and now.drill.state != "running" else None

        return await self._outcome(ended, stay_s + _DRILL_LIMIT_S)

    async def _failover(self) -> FailoverStatus:
        return (await self._client.status(self.store)).failover

    async def _outcome(self, ended: Callable[[FailoverStatus], T | None], limit_s: float) -> T:
        """The relay does what was ordered even if the engine is away for a moment."""
        end_ns = self._clock.mono_ns() + round(limit_s * NS_PER_S)
        seen = tr("nothing was heard of it")
        while self._clock.mono_ns() < end_ns:
            await self._wait(_LOOK_EVERY_S)
            try:
                now = await self._failover()
            except UnreachableError as error:
                seen = error.what
                continue
            if (outcome := ended(now)) is not None:
                return outcome
            seen = (now.drill.step if now.drill is not None else "") or now.reason or seen
        raise NoOutcomeError(
            tr("The order was accepted, but has not ended within {n} s: {seen}").format(
                n=round(limit_s), seen=seen
            ),
            self._client.where,
            tr("Look at the console, or at the status of the store."),
        )


def on_air_advice(error: RefusedError, *, confirm: bool) -> str:
    """What the engine said to a drill, and how to say yes to it here."""
    if error.status == 409 and not confirm and "onfirm" in error.action:
        return f"{error.what} {tr('Add --confirm if viewers may see it.')}"
    return error.words


def switch_words(switch: LastSwitch, obstacle: str = "") -> str:
    """`primary → bonded: first keyframe after 412 ms, no frame lost.`

    `obstacle`: why it failed, if it did; the switch itself only knows why it was made.
    """
    way = f"{switch['from']} → {switch['to']}"
    if switch["state"] == "failed":
        because = f" ({obstacle})" if obstacle else ""
        text = tr("{way}: failed; {name} did not take over{because}.")
        return text.format(way=way, name=switch["to"], because=because)
    keyframe = _ms(switch["switch_ms"])
    return tr("{way}: first keyframe after {ms}, {lost}.").format(
        way=way, ms=keyframe, lost=lost_words(switch["frames_lost"])
    )


def drill_table(store: str, drill: DrillStatus) -> str:
    """The report of a drill as lines of text."""
    verdict = tr("passed") if drill.state == "passed" else tr("FAILED")
    lines = [
        tr("Drill of {store} {verdict}: {step}.").format(
            store=store, verdict=verdict, step=drill.step.rstrip(".")
        )
    ]
    head = (tr("switch"), tr("detected"), tr("published"), tr("first keyframe"), tr("lost"))
    rows = [head, *map(_row, drill.switches)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(head))]
    for row in rows if drill.switches else ():
        first, *others = (
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  ".join((first, *others)).rstrip())
    return "\n".join(lines)


def _row(switch: LastSwitch) -> tuple[str, ...]:
    way = f"{switch['from']} → {switch['to']}"
    if switch["state"] == "failed":
        way += f" ({tr('failed')})"
    times = (switch["detect_ms"], switch["publish_ms"], switch["switch_ms"])
    return (way, *map(_ms, times), lost_words(switch["frames_lost"]))


def _ms(value: float | None) -> str:
    return NOTHING if value is None else f"{number(value)} ms"
