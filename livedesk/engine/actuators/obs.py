"""How is OBS moved to another address? Stop, wait until it has stopped, set, start, see it send.

OBS takes new stream settings only while it does not stream, and answers StopStream when the stop
begins. What comes next is therefore always waited for, by events and by asking, never by a time.

Measured with OBS 29.0.2 on Linux: a stop takes milliseconds, but on a path that swallows everything
it takes until the socket's own 15 s are over, counted from when the path went dead. A second
StopStream, StopOutput and ToggleStream do not shorten that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.rtmp_address import parse_address
from livedesk.core.settings import ObsActuator, UplinkSettings
from livedesk.engine.actuators.base import Outcome, SenderFacts, Stopwatch, SwitchOrder, seconds
from livedesk.engine.actuators.obs_link import (
    OUTPUT_NOT_RUNNING,
    OUTPUT_RUNNING,
    ObsError,
    ObsLink,
)

STAND_DOWN_S: Final = 2.0
"""OBS waits 2 s before it connects again: by then it is back, or its first attempt failed."""

DRAIN_S: Final = 1.0
"""A stop sends what waits first; after this it is asked again, which makes OBS drop it."""

AGAIN_S: Final = (0.5, 1.0, 2.0, 4.0, 4.0)
"""Waits before OBS is told to start again. A slow path brings the end of the old publication to
the server after all that waited on it, and until then the server refuses a new one as busy. OBS
does not tell that from other refusals, and shows people a dialog for each."""

_PATIENCE_S: Final = 5.0
"""For one answer. OBS answers in milliseconds, but its window may be busy with a dialog."""

_ASK_EVERY_S: Final = 0.1
_SETTLE_S: Final = 0.5
_NEEDED: Final = frozenset(
    {"GetStreamStatus", "StopStream", "SetStreamServiceSettings", "StartStream"}
)


class ObsControl:
    """Keeps a connection to one OBS and moves its stream. Implements Actuator."""

    def __init__(
        self,
        settings: ObsActuator,
        clock: Clock,
        stand_down_s: float = STAND_DOWN_S,
        again_s: tuple[float, ...] = AGAIN_S,
    ) -> None:
        self._again_s = again_s
        self._settings = settings
        self._clock = clock
        self._stand_down_s = stand_down_s
        self._patience_s = min(_PATIENCE_S, settings.timeout_s)
        self._link: ObsLink | None = None
        self._opening = asyncio.Lock()
        self._changed = asyncio.Event()
        self._state = ""

    async def check(self) -> str | None:
        """Whether OBS answers, takes the password and knows what is needed."""
        try:
            version = await self._ask("GetVersion")
        except ObsError as error:
            return _sentence(error)
        if not set(version.get("availableRequests") or ()) >= _NEEDED:
            return "This OBS cannot be told where to stream to; OBS 28 or newer is needed."
        return None

    async def sender(self) -> SenderFacts | None:
        try:
            return _facts(await self._ask("GetStreamStatus"))
        except ObsError:
            return None

    async def carrying(self, uplinks: tuple[UplinkSettings, ...]) -> str | None:
        try:
            now = (await self._ask("GetStreamServiceSettings")).get("streamServiceSettings") or {}
            places = {uplink.name: _service(uplink) for uplink in uplinks}
        except ObsError:
            return None
        return next(
            (
                name
                for name, place in places.items()
                if (now.get("server"), now.get("key")) == (place["server"], place["key"])
            ),
            None,
        )

    async def switch(self, order: SwitchOrder) -> Outcome:
        watch = Stopwatch(self._clock)
        try:
            await self._move(order.to, watch)
        except ObsError as error:
            return watch.outcome(False, _sentence(error))
        return watch.outcome(True, f"OBS sends to {order.to.name}.")

    async def close(self) -> None:
        if self._link is not None:
            await self._link.close()
            self._link = None

    async def _move(self, to: UplinkSettings, watch: Stopwatch) -> None:
        target = _service(to)
        now = await self._status()
        watch.step("connect")
        if now.reconnecting:
            await self._stand_down()
            watch.step("stand down")
        await self._stop()
        watch.step("stop")
        await self._set(target)
        watch.step("set")
        await self._start(to.name)
        watch.step("start")
        await self._see_it_send(to.name)
        watch.step("send")

    async def _stand_down(self) -> None:
        """OBS may be about to recover, and must not be stopped amid that; but not for long."""
        await self._until(lambda facts: not facts.reconnecting, self._stand_down_s)

    async def _stop(self) -> None:
        """Returns when OBS does not stream any more; at once if it did not."""
        self._state = ""
        if not await self._ask_to_stop():
            return
        limit_s = self._settings.timeout_s
        drain_s = min(DRAIN_S, limit_s)
        if await self._until(_has_stopped, drain_s) is None and await self._ask_to_stop():
            stopped = await self._until(_has_stopped, limit_s - drain_s)
            if stopped is None:
                raise ObsError(
                    f"OBS has not stopped after {seconds(limit_s)}: it waits for a connection "
                    "that is dead; end the stream in OBS by hand, or restart OBS"
                )
        # Its window tells the end a moment later, which would pass for a failure of the next start.
        await self._until(lambda facts: self._state == "STOPPED", _SETTLE_S)

    async def _ask_to_stop(self) -> bool:
        """False if there is nothing to stop."""
        try:
            await self._ask("StopStream")
        except ObsError as error:
            if error.code == OUTPUT_NOT_RUNNING:
                return False
            raise
        return True

    async def _set(self, target: Mapping[str, Any]) -> None:
        body = {"streamServiceType": "rtmp_custom", "streamServiceSettings": dict(target)}
        try:
            await self._ask("SetStreamServiceSettings", body)
        except ObsError as error:
            if error.code != OUTPUT_RUNNING:
                raise
            # Somebody started it again, or it was just coming back.
            await self._stop()
            await self._ask("SetStreamServiceSettings", body)

    async def _start(self, name: str) -> None:
        for wait_s in (0.0, *self._again_s):
            await asyncio.sleep(wait_s)
            if await self._has_started(name):
                return
        raise ObsError(
            f"OBS could not connect to {name}; see whether its server can be reached from the "
            "machine that OBS runs on, and whether it takes the key"
        )

    async def _has_started(self, name: str) -> bool:
        self._state = ""
        try:
            await self._ask("StartStream")
        except ObsError as error:
            if error.code != OUTPUT_RUNNING:
                raise
        limit_s = self._settings.timeout_s
        ended = await self._until(lambda facts: facts.active or self._state == "STOPPED", limit_s)
        if ended is None:
            raise ObsError(f"OBS did not begin to send to {name} within {seconds(limit_s)}")
        return ended.active

    async def _see_it_send(self, name: str) -> None:
        """Its counters are not cleared by a stop, so only what is added counts."""
        first = (await self._status()).sent_bytes
        limit_s = self._settings.timeout_s
        seen = await self._until(
            lambda facts: not facts.active or facts.sent_bytes > first, limit_s
        )
        if seen is None or not seen.active:
            raise ObsError(f"OBS connected to {name}, but no media leaves it")

    async def _until(
        self, condition: Callable[[SenderFacts], bool], limit_s: float
    ) -> SenderFacts | None:
        """Ask again with each event and ten times a second; None when `limit_s` is over."""
        deadline_ns = self._clock.mono_ns() + round(limit_s * NS_PER_S)
        while True:
            self._changed.clear()
            facts = await self._status()
            if condition(facts):
                return facts
            if self._clock.mono_ns() >= deadline_ns:
                return None
            try:
                async with asyncio.timeout(_ASK_EVERY_S):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def _status(self) -> SenderFacts:
        return _facts(await self._ask("GetStreamStatus"))

    async def _ask(self, request: str, data: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        async with self._opening:
            if self._link is None or not self._link.is_open:
                await self.close()
                self._link = await ObsLink.open(self._settings, self._patience_s, self._heard)
            link = self._link
        return await link.ask(request, data)

    def _heard(self, event: str, data: Mapping[str, Any]) -> None:
        if event == "StreamStateChanged":
            self._state = str(data.get("outputState")).removeprefix("OBS_WEBSOCKET_OUTPUT_")
        self._changed.set()


def _has_stopped(facts: SenderFacts) -> bool:
    return not facts.active


def _facts(answer: Mapping[str, Any]) -> SenderFacts:
    try:
        return SenderFacts(
            active=bool(answer["outputActive"]),
            reconnecting=bool(answer["outputReconnecting"]),
            congestion=float(answer["outputCongestion"]),
            sent_bytes=int(answer["outputBytes"]),
            skipped_frames=int(answer["outputSkippedFrames"]),
            total_frames=int(answer["outputTotalFrames"]),
        )
    except (KeyError, TypeError, ValueError):
        raise ObsError("OBS told its stream's state in no known form") from None


def _service(to: UplinkSettings) -> dict[str, Any]:
    """Server and key as OBS has them; it keeps both in its own profile from then on."""
    address, problem = parse_address(to.url.reveal())
    if address is None:
        raise ObsError(f"the address of {to.name} has {problem}; OBS was not told")
    return {"server": address.tc_url, "key": address.key, "use_auth": False}


def _sentence(error: ObsError) -> str:
    words = str(error)
    return f"{words[0].upper()}{words[1:]}."
