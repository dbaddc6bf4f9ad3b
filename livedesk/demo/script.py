"""The scripted show: a healthy feed, a path that drops to 1,500 kbps, the switch away from it, its
recovery, and the way back by hand. Meanwhile the host shows products, and viewers write.

The script only acts and watches from outside, over the same APIs that everybody has.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from livedesk.core.status import StoreStatus
from livedesk.demo.host import SCRIPT, Host, Pinned
from livedesk.demo.moderator import SCRIPT as COMMENTS
from livedesk.demo.moderator import Moderated, Moderator
from livedesk.demo.operator import Seen, acknowledge
from livedesk.demo.record import Decided, read_acknowledged, read_signers, read_switches
from livedesk.demo.sign_on import SignedOn, sign_on
from livedesk.demo.stage import BONDED, PRIMARY, STORE, Stage
from livedesk.desk.client import EngineClient
from livedesk.desk.errors import DeskError
from livedesk.desk.sandbox_client import SandboxAccess, SandboxClient

THROTTLED_KBPS: Final = 1500
_LOOK_EVERY_S: Final = 0.1
_LONGEST_THROTTLE_S: Final = 10.0
_LONGEST_WAIT_S: Final = 10.0
_LONGEST_PAUSE_S: Final = 2.5
_START_LIMIT_S: Final = 15.0
_FINISH_S: Final = 4.0


@dataclass(frozen=True, slots=True)
class Cues:
    """When what happens, in seconds from the first media."""

    throttle_s: float
    heal_s: float
    back_s: float
    finish_s: float

    @property
    def between_s(self) -> float:
        """From one product of the host to the next: before, during and after the throttle."""
        return min(_LONGEST_PAUSE_S, self.finish_s * 0.6 / len(SCRIPT))

    @property
    def between_comments_s(self) -> float:
        """From one comment of the script to the next."""
        return min(_LONGEST_PAUSE_S, self.finish_s * 0.6 / len(COMMENTS))

    @classmethod
    def for_show(cls, seconds: float) -> Cues:
        throttle_s = seconds * 0.3
        heal_s = throttle_s + min(_LONGEST_THROTTLE_S, seconds * 0.225)
        back_s = heal_s + min(_LONGEST_WAIT_S, seconds * 0.125)
        return cls(throttle_s, heal_s, back_s, seconds - _FINISH_S)


@dataclass(slots=True)
class Observed:
    """What the engine's API and the sandbox said during the show."""

    healthy: list[StoreStatus] = field(default_factory=list)
    throttled: list[StoreStatus] = field(default_factory=list)
    healed: list[StoreStatus] = field(default_factory=list)
    """The primary path is good again, and the bonded one still carries."""
    back: list[StoreStatus] = field(default_factory=list)
    moved_after_s: float | None = None
    """From the throttle to the first status with a switch that was done."""
    sandbox: dict[str, Any] = field(default_factory=dict)
    session: str | None = None
    switches: tuple[Decided, ...] = ()
    """As they are on record."""
    pinned: Pinned = field(default_factory=Pinned)
    moderated: Moderated = field(default_factory=Moderated)
    signed_on: SignedOn = field(default_factory=SignedOn)
    alarm: Seen = field(default_factory=Seen)


class Show:
    """Runs the script once against a stage."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._engine = EngineClient(stage.engine_url, stage.engine_token)
        self._sandbox = SandboxClient(SandboxAccess(stage.control_url, stage.control_token))
        self.host = Host(stage, self._sandbox)
        self.moderator = Moderator(stage, self._sandbox)
        self.observed = Observed(pinned=self.host.pinned, moderated=self.moderator.moderated)

    async def close(self) -> None:
        await self.moderator.close()
        await self.host.close()
        await self._engine.close()
        await self._sandbox.close()

    async def start(self) -> None:
        """The encoder begins; returns when the feed's rate is known. Raises DeskError."""
        await self._sandbox.order("/encoder", {"start": self._stage.ingest_url.reveal()})
        await self._watch([], _START_LIMIT_S, lambda status: status.feed.kbps is not None)

    async def play(self, cues: Cues) -> None:
        """From the first media to the last frame at the platform. Raises DeskError."""
        beside = [
            asyncio.create_task(self.host.play(cues.between_s), name="host"),
            asyncio.create_task(self.moderator.play(cues.between_comments_s), name="moderator"),
        ]
        try:
            await self._move(cues)
            await asyncio.gather(*beside)
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
        await self._finish()

    async def _move(self, cues: Cues) -> None:
        """The path gets bad and good again, and the stream moves away and back."""
        seen = self.observed
        begun = time.monotonic()

        def left(until_s: float) -> float:
            return begun + until_s - time.monotonic()

        await self._watch(seen.healthy, left(cues.throttle_s))
        await self.sign_on()
        await self.throttle(left(cues.heal_s))
        await acknowledge(self._engine.alarms, seen.throttled, seen.alarm)
        await self._watch(seen.healed, left(cues.back_s))
        if seen.moved_after_s is not None:
            await self._engine.switch(STORE, PRIMARY, "the primary path is good again")
        await self._watch(seen.back, left(cues.finish_s))

    async def sign_on(self) -> None:
        """Once the feed has flowed for a while: the check wants ten good seconds."""
        await sign_on(self._engine.checks, self.observed.signed_on)

    async def throttle(self, seconds: float) -> None:
        throttled = time.monotonic()
        await self._sandbox.order("/path", {"rate_kbps": THROTTLED_KBPS})

        def note(status: StoreStatus) -> bool:
            if self.observed.moved_after_s is None and has_moved(status, BONDED):
                self.observed.moved_after_s = time.monotonic() - throttled
            return False

        await self._watch(self.observed.throttled, seconds, note)
        await self._sandbox.order("/path", {"clear": True})

    async def _finish(self) -> None:
        """The encoder signs off; what it sent must have reached the platform."""
        await self._sandbox.order("/encoder", {"stop": True})
        deadline = time.monotonic() + _FINISH_S
        while time.monotonic() < deadline:
            self.observed.sandbox = await self._sandbox.state()
            if all_arrived(self.observed.sandbox):
                break
            await asyncio.sleep(_LOOK_EVERY_S)
        self.observed.session = (await self._engine.status(STORE)).session
        await self._engine.end_session(STORE)
        data = self._stage.paths.data
        self.observed.switches = await asyncio.to_thread(read_switches, data, STORE)
        self.observed.signed_on.on_record = await asyncio.to_thread(read_signers, data, STORE)
        self.observed.alarm.on_record = await asyncio.to_thread(read_acknowledged, data, STORE)

    async def _watch(
        self,
        into: list[StoreStatus],
        seconds: float,
        done: Callable[[StoreStatus], bool] = lambda _: False,
    ) -> None:
        """Looks at the status again and again, until `done` or the time is over."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                status = await self._engine.status(STORE)
            except DeskError:
                await asyncio.sleep(_LOOK_EVERY_S)
                continue
            into.append(status)
            if done(status):
                return
            await asyncio.sleep(_LOOK_EVERY_S)


def has_moved(status: StoreStatus, to: str) -> bool:
    last = status.failover.last
    return last is not None and last["to"] == to and last["state"] == "done"


def all_arrived(sandbox: dict[str, Any]) -> bool:
    """Whether the platform has exactly the frames that the encoder sent, counted once each.

    The encoder's last report comes with its end.
    """
    frames = sandbox.get("frames") or {}
    has_ended = sandbox.get("encoder", {}).get("process") == "stopped"
    return has_ended and all(frames.get(track, {}).get("exact") for track in ("audio", "video"))
